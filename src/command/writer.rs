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

/// The output of the finding's id, where a level has it: behind the facts.
const FINDING_ID: usize = Column::FACTS.len();

/// Writes an outcome: the first outputs are [`Column::FACTS`]. The host is the row's own: rows of many hosts say the same.
pub(super) fn write(cells: &mut Cells, outcome: &Outcome<'_>) {
    for column in Column::FACTS {
        if column == Column::Reasons {
            cells.set_values(column as usize, outcome.reasons.iter().map(str::as_bytes));
            continue;
        }
        let text = outcome.annotation.get(column).as_bytes();
        if column == Column::Host {
            cells.set_own(column as usize, text);
        } else if !text.is_empty() {
            cells.set(column as usize, text);
        }
    }
    if !outcome.finding_id.is_empty() {
        cells.set(FINDING_ID, outcome.finding_id.as_bytes());
    }
}
