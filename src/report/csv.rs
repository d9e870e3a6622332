//! The output columns of the search command as CSV.

use std::io::{self, Write};

use super::item::{Item, ROWS, WHY};
use super::reasons;
use super::sentence;
use super::shown::printable;
use crate::detect::Column;

/// Writes a header and one record per finding. The reasons are a list in JSON, and a sentence in the last
/// column; rows are joined by spaces. Texts are [`neutral`],
/// or `exact`ly as the events have them.
pub fn write_csv(output: &mut impl Write, items: &[Item], exact: bool) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(output);
    let names = Column::LISTED.iter().chain(&[Column::FindingId]).map(|column| column.name());
    writer.write_record(["_time"].into_iter().chain(names).chain([ROWS, WHY])).map_err(io_error)?;
    for item in items {
        let cell = |text: &str| if exact { text.to_owned() } else { neutral(text) };
        let mut record = vec![item.time_text()];
        record.extend(Column::LISTED.iter().map(|&column| {
            if column == Column::Reasons {
                // Before they are a list: what is escaped in it is a text of JSON.
                reasons::cell(&item.reasons.iter().map(|reason| cell(reason)).collect::<Vec<_>>())
            } else {
                cell(item.fact(column))
            }
        }));
        record.push(item.id.clone());
        record.push(cell(&item.row_texts().join(" ")));
        record.push(cell(&sentence::whole(item)));
        writer.write_record(&record).map_err(io_error)?;
    }
    writer.flush()
}

/// A text as a cell for people: what could move a cursor or hide is escaped, and an apostrophe stands before what a spreadsheet
/// would run as a formula. Also behind `;`, which divides cells where the comma divides numbers.
#[must_use]
pub fn neutral(text: &str) -> String {
    let shown = printable(text);
    let mut cell = String::with_capacity(shown.len());
    for piece in shown.split_inclusive(';') {
        if begins_formula(piece) {
            cell.push('\'');
        }
        cell.push_str(piece);
    }
    cell
}

/// Whether a text reads as if [`neutral`] had altered it: nobody can tell then what it was before.
#[must_use]
pub fn may_be_neutral(text: &str) -> bool {
    let quoted = |piece: &str| piece.strip_prefix('\'').is_some_and(begins_formula);
    text.contains(r"\u{") || text.split_inclusive(';').any(quoted)
}

/// Whether a spreadsheet takes a text for a formula, wide signs included. A sign alone is none.
fn begins_formula(text: &str) -> bool {
    let mut characters = text.trim_start().chars();
    let sign = matches!(characters.next(), Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    sign && characters.next().is_some_and(|next| next != ';')
}

/// The error of the output itself, so that a closed pipe is known for one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{may_be_neutral, neutral};

    #[test]
    fn no_cell_is_run_or_hides() {
        for (text, cell) in [
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            ("+1", "'+1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("-2", "'-2"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("a;=1;b", "a;'=1;b"),
            ("\t=1", r"\u{9}=1"),
            ("a\r\u{1b}[2J\0", r"a\u{d}\u{1b}[2J\u{0}"),
            ("\u{200b}=1", r"\u{200b}=1"),
            ("'a'", "'a'"),
            ("a=1", "a=1"),
            ("-", "-"),
            ("", ""),
            (r"%windir%\a-b.dll", r"%windir%\a-b.dll"),
            ("a; b", "a; b"),
        ] {
            assert_eq!(neutral(text), cell);
            assert_eq!(may_be_neutral(cell), cell != text, "{cell}");
        }
    }
}
