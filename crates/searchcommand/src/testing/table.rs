//! The rows of a body, read the slow way.

use super::csv_text;

/// The rows of a body, as raw cells.
#[derive(Clone, Debug)]
pub struct Table {
    /// The names in the header row.
    pub names: Vec<String>,
    /// The cells with their quotes.
    pub rows: Vec<Vec<Vec<u8>>>,
}

impl Table {
    /// The rows of a body.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let mut rows = csv_text::records(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
        let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
        let names = header.iter().map(|cell| String::from_utf8(csv_text::unquote(cell)).unwrap()).collect();
        Self { names, rows }
    }

    /// The values of a field in a row, `__mv_` first.
    #[must_use]
    pub fn values(&self, row: usize, name: &str) -> Vec<Vec<u8>> {
        values_in_row(&self.names, &self.rows[row], name)
    }

    /// The plain cell of a row as text.
    #[must_use]
    pub fn text(&self, row: usize, name: &str) -> String {
        let column =
            self.names.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}"));
        String::from_utf8_lossy(&csv_text::unquote(&self.rows[row][column])).into_owned()
    }
}

/// The values that a row gives to a field: those of its `__mv_` cell, else its plain cell.
fn values_in_row(names: &[String], row: &[Vec<u8>], name: &str) -> Vec<Vec<u8>> {
    let cell = |name: &str| {
        let index = names.iter().position(|column| column == name);
        index.and_then(|index| row.get(index)).map(|cell| csv_text::unquote(cell)).unwrap_or_default()
    };
    let several = csv_text::multivalues(&cell(&format!("__mv_{name}")));
    if several.is_empty() { vec![cell(name)] } else { several }
}
