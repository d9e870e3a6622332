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
    /// The entry has values for which the file has no columns. Without them it would allow more than was asked.
    #[error("the header of the file lacks {}; add what is missing to its first line and to each row", columns.join(", "))]
    MissingColumns {
        /// The columns that are missing.
        columns: Vec<&'static str>,
    },
    /// No column has a value: the row would be empty, and empty rows are passed over.
    #[error("the new entry is empty: give it at least a name")]
    EmptyEntry,
    /// The new row would not be a sound entry.
    #[error("the new entry is not sound: {0}")]
    BrokenEntry(#[source] AllowlistError),
}

/// Gives `text` with one entry more at its end. `cells` holds the values of the new entry by column; columns that
/// are not named stay empty. `file` is the name of the file for messages.
///
/// Every byte of `text` stays as it is: byte order mark, line ends, column order, foreign columns and quoting. Only a
/// missing line end after the last row is added. An empty text gets a header with every column first. The new row
/// uses the line end of the first line, and quotes every cell where the header does.
pub fn append(text: &str, file: &str, cells: &[(Column, &str)]) -> Result<String, EditError> {
    let before = SiteFile::parse(text.as_bytes(), file).sound().map_err(EditError::BrokenFile)?;
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut new = text.to_owned();
    let rows = match bare.trim_matches(['\r', '\n']) {
        "" => {
            let header = Column::NAMES.join(",");
            new.push_str(&header);
            new.push('\n');
            header
        }
        bare => bare.to_owned(),
    };
    let columns = header_cells(&rows);
    let missing: Vec<&'static str> = cells
        .iter()
        .filter(|(column, value)| !value.is_empty() && !columns.iter().any(|c| is_column(c, *column)))
        .map(|(column, _)| column.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(EditError::MissingColumns { columns: missing });
    }
    let end = line_end(bare);
    if !new.is_empty() && !new.ends_with(['\n', '\r']) && new != "\u{feff}" {
        new.push_str(end);
    }
    let quote_all = rows.trim_start().starts_with('"');
    for (place, column) in columns.iter().enumerate() {
        let value = cells.iter().find(|(own, _)| is_column(column, *own)).map_or("", |(_, value)| *value);
        if place > 0 {
            new.push(',');
        }
        push_cell(&mut new, value, quote_all);
    }
    new.push_str(end);
    let after = SiteFile::parse(new.as_bytes(), file).sound().map_err(EditError::BrokenEntry)?;
    if after.entries.len() == before.entries.len() {
        return Err(EditError::EmptyEntry);
    }
    Ok(new)
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
            (" NAME , Image\n", "A,C:\\a.dll\n"),
        ] {
            let new = append(text, "f.csv", &PAIR).unwrap();
            assert_eq!(new, format!("{text}{row}"));
        }
    }

    #[test]
    fn an_empty_file_gets_a_header() {
        for text in ["", "\u{feff}", "\n"] {
            let new = append(text, "f.csv", &PAIR).unwrap();
            let rest = new.strip_prefix(text).unwrap();
            assert_eq!(rest, format!("{}\n,,,,A,C:\\a.dll,,,,,,,,,,,\n", Column::NAMES.join(",")));
            assert_eq!(SiteFile::parse(new.as_bytes(), "f.csv").entries.len(), 1);
        }
    }

    #[test]
    fn cells_come_back_as_they_were() {
        for name in ["a,b", "a\"b", "a\nb", " a ", "\"", "=cmd|x", "Ωλ", "a\r\nb"] {
            let cells = [(Column::Name, name), (Column::Image, r"C:\a.dll")];
            let new = append("name,image\n", "f.csv", &cells).unwrap();
            let site = SiteFile::parse(new.as_bytes(), "f.csv").sound().unwrap();
            assert_eq!(site.entries.last().unwrap().name, name);
        }
    }

    #[test]
    fn a_value_without_a_column_is_refused_and_not_dropped() {
        let cells =
            [PAIR[0], PAIR[1], (Column::Host, "web01"), (Column::Expires, "2027-01-01"), (Column::Id, "")];
        let error = append("name,image\n", "f.csv", &cells).unwrap_err();
        assert_eq!(error, EditError::MissingColumns { columns: vec!["host", "expires"] });
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
