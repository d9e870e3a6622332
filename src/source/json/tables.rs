//! What Azure answers to a query of Log Analytics: tables, whose rows are arrays in the order of their columns. A row becomes the
//! object that the portal exports.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Bytes of the name of a column at most: each row becomes an object with the names of all.
const LONGEST: usize = 1024;

#[derive(Deserialize)]
struct Texts<'a> {
    #[serde(borrow, alias = "Tables")]
    tables: Vec<&'a RawValue>,
    /// Why the answer is not whole.
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// An answer.
pub(super) struct Answer<'a> {
    /// Its tables, each with its text.
    pub(super) tables: Vec<(Table<'a>, &'a RawValue)>,
    /// It says itself that it is not whole.
    pub(super) is_partial: bool,
}

/// A table of an answer.
#[derive(Deserialize)]
pub(super) struct Table<'a> {
    #[serde(borrow, alias = "Columns")]
    pub(super) columns: Vec<Column<'a>>,
    /// None where the answer was cut off before them.
    #[serde(borrow, alias = "Rows")]
    pub(super) rows: Option<Vec<&'a RawValue>>,
}

/// A column of a table.
#[derive(Deserialize)]
pub(super) struct Column<'a> {
    /// Its name, as a JSON string.
    #[serde(borrow, alias = "ColumnName")]
    pub(super) name: &'a RawValue,
}

/// The tables of an answer; `None` where it is none, or only of tables without rows.
pub(super) fn read(text: &[u8]) -> Option<Answer<'_>> {
    let Texts { tables, error } = serde_json::from_slice(text).ok()?;
    let tables =
        tables.into_iter().map(|text| Some((serde_json::from_str::<Table<'_>>(text.get()).ok()?, text)));
    let tables: Vec<_> = tables.collect::<Option<_>>()?;
    let mut columns = tables.iter().flat_map(|(table, _)| &table.columns);
    let is_read = tables.is_empty() || tables.iter().any(|(table, _)| table.rows.is_some());
    (is_read && columns.all(|column| column.name.get().len() <= LONGEST)).then_some(())?;
    Some(Answer { tables, is_partial: error.is_some() })
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
        let counts = |text: &str| {
            let answer = read(text.as_bytes()).unwrap();
            let rows = answer.tables.iter().map(|(table, _)| table.rows.as_ref().map(Vec::len));
            (rows.collect::<Vec<_>>(), answer.is_partial)
        };
        assert_eq!(counts(text), (vec![Some(2), Some(1)], false));
        let text = r#"{"tables":[{"columns":[],"rows":[]},{"columns":[]}],"error":{"code":"PartialError"}}"#;
        assert_eq!(counts(text), (vec![Some(0), None], true));
        assert_eq!(counts(r#"{"tables":[],"error":null}"#), (vec![], false));
        let long = format!(r#"{{"tables":[{{"columns":[{{"name":"{}"}}],"rows":[]}}]}}"#, "x".repeat(1023));
        assert!(read(long.as_bytes()).is_none() && read(long.replacen('x', "", 1).as_bytes()).is_some());
        for text in [
            "{}",
            r#"{"tables":[{"name":"x"}]}"#,
            r#"{"tables":[{"columns":[]}]}"#,
            r#"{"tables":[],"tables":[]}"#,
            r#"{"tables":["#,
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
