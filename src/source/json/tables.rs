//! What Azure answers to a query of Log Analytics: tables, whose rows are arrays in the order of their columns. A row becomes the
//! object that the portal exports.

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, alias = "Tables")]
    tables: Vec<Table<'a>>,
}

/// A table of an answer.
#[derive(Deserialize)]
pub(super) struct Table<'a> {
    #[serde(borrow, alias = "Columns")]
    pub(super) columns: Vec<Column<'a>>,
    #[serde(borrow, alias = "Rows")]
    pub(super) rows: Vec<&'a RawValue>,
}

/// A column of a table.
#[derive(Deserialize)]
pub(super) struct Column<'a> {
    /// Its name, as a JSON string.
    #[serde(borrow, alias = "ColumnName")]
    pub(super) name: &'a RawValue,
}

/// The tables of an answer; `None` where it is none.
pub(super) fn read(text: &[u8]) -> Option<Vec<Table<'_>>> {
    let answer: Answer<'_> = serde_json::from_slice(text).ok()?;
    Some(answer.tables)
}

/// A row as a JSON object; `None` for one that has not as many values as its table has columns.
pub(super) fn row(columns: &[String], text: &[u8]) -> Option<Vec<u8>> {
    let values: Vec<&RawValue> = serde_json::from_slice(text).ok()?;
    (values.len() == columns.len()).then_some(())?;
    let mut json = vec![b'{'];
    for (column, value) in columns.iter().zip(values) {
        if json.len() > 1 {
            json.push(b',');
        }
        json.extend_from_slice(column.as_bytes());
        json.push(b':');
        json.extend_from_slice(value.get().as_bytes());
    }
    json.push(b'}');
    Some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_objects() {
        let columns = ["\"A\"".to_owned(), "\"B\"".to_owned()];
        for (text, expected) in [
            (r#"["x\"",null]"#, Some(r#"{"A":"x\"","B":null}"#)),
            (r#"[1, {"c":[2]}]"#, Some(r#"{"A":1,"B":{"c":[2]}}"#)),
            (r#"["y"]"#, None),
            ("1", None),
        ] {
            let found = row(&columns, text.as_bytes()).map(|json| String::from_utf8(json).unwrap());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
        let text = r#"{"tables":[{"name":"x","columns":[{"name":"A","type":"string"}],"rows":[["a"],[1]]},
            {"Columns":[{"ColumnName":"C"}],"Rows":[[true]]}]}"#;
        let tables = read(text.as_bytes()).unwrap();
        assert_eq!(tables.iter().map(|table| table.rows.len()).collect::<Vec<_>>(), [2, 1]);
        for text in ["{}", r#"{"tables":[{"name":"x"}]}"#, r#"{"tables":[],"tables":[]}"#, r#"{"tables":["#] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
