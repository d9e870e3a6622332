//! What Azure answers to a query of Log Analytics: tables, whose rows are arrays in the order of their columns. A row becomes the
//! object that the portal exports.

use serde::Deserialize;
use serde_json::value::RawValue;

/// An answer.
#[derive(Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow, alias = "Tables")]
    tables: Vec<Table<'a>>,
}

#[derive(Deserialize)]
struct Table<'a> {
    #[serde(borrow, alias = "Columns")]
    columns: Vec<Column<'a>>,
    #[serde(borrow, alias = "Rows")]
    rows: Vec<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Column<'a> {
    #[serde(borrow, alias = "ColumnName")]
    name: &'a RawValue,
}

/// The answer in an object, if it is one.
pub(super) fn read(text: &[u8]) -> Option<Answer<'_>> {
    serde_json::from_slice(text).ok()
}

impl Answer<'_> {
    /// The rows of all tables, each as a JSON object; `None` for one that has not as many values as its table has columns.
    pub(super) fn rows(&self) -> impl Iterator<Item = Option<Vec<u8>>> {
        self.tables.iter().flat_map(|table| table.rows.iter().map(|row| table.row(row)))
    }
}

impl Table<'_> {
    fn row(&self, values: &[&RawValue]) -> Option<Vec<u8>> {
        (values.len() == self.columns.len()).then_some(())?;
        let mut json = vec![b'{'];
        for (column, value) in self.columns.iter().zip(values) {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(column.name.get().as_bytes());
            json.push(b':');
            json.extend_from_slice(value.get().as_bytes());
        }
        json.push(b'}');
        Some(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_objects() {
        let text = r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"A","type":"string"},{"name":"B"}],
            "rows":[["x\"",null],["y"],[1,{"c":[2]}]]},{"Columns":[{"ColumnName":"C"}],"Rows":[[true]]}]}"#;
        let answer = read(text.as_bytes()).unwrap();
        let rows: Vec<Option<String>> =
            answer.rows().map(|row| row.map(|json| String::from_utf8(json).unwrap())).collect();
        let [first, second, third] = [r#"{"A":"x\"","B":null}"#, r#"{"A":1,"B":{"c":[2]}}"#, r#"{"C":true}"#]
            .map(|row| Some(row.to_owned()));
        assert_eq!(rows, [first, None, second, third]);
        for text in ["{}", r#"{"tables":[{"name":"x"}]}"#, r#"{"tables":[],"tables":[]}"#, r#"{"tables":["#] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
