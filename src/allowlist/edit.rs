//! Adding an entry to the text of an allowlist file without touching anything else in it.

use super::column::Column;
use super::error::AllowlistError;
use super::site::SiteFile;

/// Why an entry cannot be appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file is broken: what is appended could become part of a broken row.
    #[error("the file must be sound before an entry is added to it: {0}")]
    BrokenFile(#[source] AllowlistError),
    /// No column has a value: the row would be empty, and empty rows are passed over.
    #[error("the new entry is empty: give it at least a name")]
    EmptyEntry,
    /// The new row would not be a sound entry.
    #[error("the new entry is not sound: {0}")]
    BrokenEntry(#[source] AllowlistError),
}

/// A text with one entry more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The text.
    pub text: String,
    /// The columns that were added for the new entry.
    pub new_columns: Vec<&'static str>,
    /// The line of the new entry.
    pub line: u64,
}

/// Gives `text` with one entry more at its end. `cells` holds the values of the new entry by column; columns that
/// are not named stay empty. `file` is the name of the file for messages.
///
/// Every byte of `text` stays as it is: byte order mark, line ends, column order, foreign columns and quoting. What is
/// added besides the entry: a missing line end after the last row; at the end of the header each column that the entry
/// needs and the file lacks, with an empty cell (which means any, as a missing column does) in each row; a header with every
/// column, where the text is empty. The new row uses the line end of the first line, and quotes every cell where the header
/// does.
pub fn append(text: &str, file: &str, cells: &[(Column, &str)]) -> Result<Appended, EditError> {
    let before = SiteFile::parse(text.as_bytes(), file).sound().map_err(EditError::BrokenFile)?;
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = text.strip_suffix(bare).unwrap_or_default();
    let is_empty = bare.trim_matches(['\r', '\n']).is_empty();
    let header = if is_empty { Column::NAMES.map(str::to_owned).to_vec() } else { header_cells(bare) };
    let lacks = |column: Column| !header.iter().any(|written| is_column(written, column));
    let needed = cells.iter().filter(|(_, value)| !value.is_empty()).map(|(column, _)| *column);
    let new_columns: Vec<&'static str> = needed.filter(|column| lacks(*column)).map(Column::as_str).collect();
    let end = line_end(bare);
    let quote_all = bare.trim_start().starts_with('"');
    let mut new = mark.to_owned();
    if is_empty {
        new = format!("{text}{}\n", Column::NAMES.join(","));
    } else {
        new.push_str(&widened(bare, &new_columns, quote_all));
    }
    if !new.ends_with(['\n', '\r']) {
        new.push_str(end);
    }
    let columns = header.iter().map(String::as_str).chain(new_columns.iter().copied());
    for (place, column) in columns.enumerate() {
        let value = cells.iter().find(|(own, _)| is_column(column, *own)).map_or("", |(_, value)| *value);
        if place > 0 {
            new.push(',');
        }
        push_cell(&mut new, value, quote_all);
    }
    new.push_str(end);
    let after = SiteFile::parse(new.as_bytes(), file).sound().map_err(EditError::BrokenEntry)?;
    match after.entries.last().filter(|_| after.entries.len() > before.entries.len()) {
        Some(entry) => Ok(Appended { line: entry.line, text: new, new_columns }),
        None => Err(EditError::EmptyEntry),
    }
}

/// Sound CSV text with columns more: their names in the header, an empty cell in each row.
fn widened(text: &str, columns: &[&'static str], quote_all: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut start = 0;
    let mut is_header = true;
    // In memory, UTF-8, flexible: no error is left to the reader.
    while reader.read_record(&mut record).unwrap_or(false) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let raw = text.get(start..end).unwrap_or_default();
        let row = raw.trim_end_matches(['\r', '\n']);
        out.push_str(row);
        for column in columns {
            out.push(',');
            push_cell(&mut out, if is_header { column } else { "" }, quote_all);
        }
        out.push_str(raw.get(row.len()..).unwrap_or_default());
        (start, is_header) = (end, false);
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out
}

/// The cells of the first line of sound CSV text.
fn header_cells(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // In memory, UTF-8, flexible: no error is left to the reader.
    let _ = reader.read_record(&mut record);
    record.iter().map(str::to_owned).collect()
}

fn is_column(written: &str, column: Column) -> bool {
    written.trim().eq_ignore_ascii_case(column.as_str())
}

fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
        None if text.contains('\r') => "\r",
        _ => "\n",
    }
}

fn push_cell(out: &mut String, value: &str, quote_all: bool) {
    // Space at the ends is quoted too, so that a person sees it.
    let plain = !value.contains(['"', ',', '\r', '\n']) && value.trim() == value;
    if plain && !quote_all {
        out.push_str(value);
        return;
    }
    out.push('"');
    out.push_str(&value.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{EditError, append};
    use crate::allowlist::{Column, SiteFile};

    const PAIR: [(Column, &str); 2] = [(Column::Name, "A"), (Column::Image, r"C:\a.dll")];

    #[test]
    fn every_byte_of_the_file_stays() {
        for (text, row) in [
            ("name,image\n", "A,C:\\a.dll\n"),
            ("name,image", "\nA,C:\\a.dll\n"),
            ("name,image\r\nB,C:\\b.dll", "\r\nA,C:\\a.dll\r\n"),
            ("\u{feff}image,name\r\n", "C:\\a.dll,A\r\n"),
            ("\"name\",\"image\"\n", "\"A\",\"C:\\a.dll\"\n"),
            ("name,colour,image,reason\nB, red ,\"C:\\b.dll\",\"two\nlines\"\n\n", "A,,C:\\a.dll,\n"),
            ("name,image\rB,C:\\b.dll\r", "A,C:\\a.dll\r"),
            (" NAME , Image\n", "A,C:\\a.dll\n"),
        ] {
            let new = append(text, "f.csv", &PAIR).unwrap().text;
            assert_eq!(new, format!("{text}{row}"));
        }
    }

    #[test]
    fn an_empty_file_gets_a_header() {
        for text in ["", "\u{feff}", "\n"] {
            let new = append(text, "f.csv", &PAIR).unwrap().text;
            let rest = new.strip_prefix(text).unwrap();
            assert_eq!(rest, format!("{}\n,,,,A,C:\\a.dll,,,,,,,,,,,,,\n", Column::NAMES.join(",")));
            assert_eq!(SiteFile::parse(new.as_bytes(), "f.csv").entries.len(), 1);
        }
    }

    #[test]
    fn cells_come_back_as_they_were() {
        for name in ["a,b", "a\"b", "a\nb", " a ", "\"", "=cmd|x", "Ωλ", "a\r\nb"] {
            let cells = [(Column::Name, name), (Column::Image, r"C:\a.dll")];
            let new = append("name,image\n", "f.csv", &cells).unwrap().text;
            let site = SiteFile::parse(new.as_bytes(), "f.csv").sound().unwrap();
            assert_eq!(site.entries.last().unwrap().name, name);
        }
    }

    #[test]
    fn a_value_without_a_column_gets_one_and_nothing_else_changes() {
        let cells =
            [PAIR[0], PAIR[1], (Column::Host, "web01"), (Column::Expires, "2027-01-01"), (Column::Id, "")];
        for (text, expected) in [
            ("name,image\n", "name,image,host,expires\nA,C:\\a.dll,web01,2027-01-01\n"),
            (
                "\u{feff}name,image\r\n\r\nB,C:\\b.dll\r\n,\r\n\r\n",
                "\u{feff}name,image,host,expires\r\n\r\nB,C:\\b.dll,,\r\n,,,\r\n\r\nA,C:\\a.dll,web01,2027-01-01\r\n",
            ),
            (
                "\"name\",\"image\"\n\"B\nb\",\"C:\\b.dll\"",
                "\"name\",\"image\",\"host\",\"expires\"\n\"B\nb\",\"C:\\b.dll\",\"\",\"\"\n\"A\",\"C:\\a.dll\",\"web01\",\"2027-01-01\"\n",
            ),
            (
                "host,image,name,x\nw,C:\\b.dll,B,\"y\"\n",
                "host,image,name,x,expires\nw,C:\\b.dll,B,\"y\",\nweb01,C:\\a.dll,A,,2027-01-01\n",
            ),
        ] {
            let new = append(text, "f.csv", &cells).unwrap();
            assert_eq!(new.text, expected);
            let entries = |text: &str| SiteFile::parse(text.as_bytes(), "f.csv").sound().unwrap().entries;
            let (before, after) = (entries(text), entries(&new.text));
            assert_eq!(before[..], after[..before.len()]);
            assert_eq!(after.last().unwrap().line, new.line);
        }
        assert_eq!(append("name,image\n", "f.csv", &cells).unwrap().new_columns, ["host", "expires"]);
    }

    #[test]
    fn a_broken_file_or_entry_is_refused() {
        let broken = append("name,image\nB,\"C:\\b.dll\n", "f.csv", &PAIR).unwrap_err();
        assert!(matches!(broken, EditError::BrokenFile(_)), "{broken}");
        let entry = append("name,image\n", "f.csv", &[(Column::Name, "A")]).unwrap_err();
        assert!(matches!(entry, EditError::BrokenEntry(_)), "{entry}");
        assert_eq!(append("name,image\n", "f.csv", &[(Column::Name, " ")]), Err(EditError::EmptyEntry));
    }
}
