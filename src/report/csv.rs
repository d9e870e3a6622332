//! The output columns of the search command as CSV.

use std::io::{self, Write};

use super::item::{Item, ROWS};
use super::reasons;
use super::text::printable;
use crate::detect::Column;

/// Writes a header and one record per finding. The reasons are a list in JSON; rows are joined by spaces. Texts are as the
/// events have them; `for_terminal` escapes what a terminal would take for a command.
pub fn write_csv(output: &mut impl Write, items: &[Item], for_terminal: bool) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(output);
    let names = Column::FACTS.iter().chain(&[Column::FindingId]).map(|column| column.name());
    writer.write_record(["_time"].into_iter().chain(names).chain([ROWS])).map_err(io_error)?;
    for item in items {
        let mut record = vec![item.time_text()];
        record.extend(Column::FACTS.iter().map(|&column| {
            if column == Column::Reasons {
                reasons::cell(&item.reasons)
            } else {
                item.fact(column).to_owned()
            }
        }));
        record.push(item.id.clone());
        record.push(item.row_texts().join(" "));
        if for_terminal {
            for cell in &mut record {
                *cell = printable(cell);
            }
        }
        writer.write_record(&record).map_err(io_error)?;
    }
    writer.flush()
}

/// The error of the output itself, so that a closed pipe is known for one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
