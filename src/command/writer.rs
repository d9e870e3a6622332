//! Output cells of one row.

use searchcommand::{Cells, Output};

use crate::detect::{Column, Outcome};

/// The outputs for a list of columns, in order.
pub(super) fn outputs(columns: &[Column]) -> Vec<Output> {
    columns
        .iter()
        .map(|&column| Output { name: column.name().to_owned(), multivalue: column == Column::Reasons })
        .collect()
}

/// Writes an outcome: the first outputs are these columns, [`Column::FACTS`] or [`Column::LISTED`], and where a level has it the
/// finding's id. The host is the row's own: rows of many hosts say the same.
pub(super) fn write(cells: &mut Cells, columns: &[Column], outcome: &Outcome<'_>) {
    for (place, (&column, text)) in columns.iter().zip(outcome.annotation.texts()).enumerate() {
        match column {
            Column::Reasons => cells.set_values(place, outcome.reasons.iter().map(str::as_bytes)),
            Column::Host => cells.set_own(place, text.as_bytes()),
            _ if text.is_empty() => {}
            _ => cells.set(place, text.as_bytes()),
        }
    }
    if !outcome.finding_id.is_empty() {
        cells.set(columns.len(), outcome.finding_id.as_bytes());
    }
}
