//! CSV: Splunk's exports of events, and lists of modules.

use csv::{ByteRecord, ReaderBuilder};

use super::{Module, Row, SourceError};
use crate::event::INPUTS;

/// Columns that can hold an event.
const CARRIERS: [&str; 3] = ["_raw", "Message", "Configuration"];
/// Columns of a list of modules, with the spellings of the usual exports.
const NAMES: [&str; 3] = ["name", "iis_module_name", "module"];
const IMAGES: [&str; 3] = ["image", "iis_module_image", "path"];
const TYPES: [&str; 2] = ["type", "iis_module_type"];
const PRECONDITIONS: [&str; 2] = ["preCondition", "iis_module_precondition"];
const HOSTS: [&str; 8] =
    ["iis_host", "Computer", "ComputerName", "dest", "dvc", "host", "PSComputerName", "server"];
const TIMES: [&str; 1] = ["_time"];

/// Reads CSV text with a header. Events are recognised by a column `_raw`, `Message` or `Configuration`, lists of
/// modules by `name` with `image` or `type` (in any case). A record that has not as many cells as the header, or whose
/// quote is not closed, is an error: the file was cut or damaged, and a part of it would be missed.
pub fn read_csv(text: &[u8], file: &str) -> Result<Vec<Row>, SourceError> {
    let whole = text;
    let text = skip_type_line(whole);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.byte_headers().map_err(|error| unreadable(file, &error))?.clone();
    if header.is_empty() {
        return Err(SourceError::Form { file: file.to_owned(), what: "the file is empty".to_owned() });
    }
    let source =
        Source { file, text, lines_before: u64::from(text.len() < whole.len()), cells: header.len() };
    let place = |name: &str| header.iter().position(|column| column == name.as_bytes());
    // An inventory that was exported from Splunk has a _raw of its own, but nothing else of an event.
    let lists_modules = place("name").is_some()
        && place("image").is_some()
        && ["Message", "Configuration", "EventCode", "EventID"].iter().all(|name| place(name).is_none());
    if !lists_modules && CARRIERS.iter().any(|name| place(name).is_some()) {
        let places = INPUTS.map(place);
        return source.rows(&mut reader, |record| {
            let cell = |place: &Option<usize>| place.and_then(|p| record.get(p)).unwrap_or_default().to_vec();
            let mut cells = Box::new([const { Vec::new() }; INPUTS.len()]);
            for (target, place) in cells.iter_mut().zip(&places) {
                *target = cell(place);
            }
            Row::Event(cells)
        });
    }
    let any = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name.as_bytes())))
    };
    let columns = [any(&NAMES), any(&IMAGES), any(&TYPES), any(&PRECONDITIONS), any(&HOSTS), any(&TIMES)];
    if columns[0].is_none() || (columns[1].is_none() && columns[2].is_none()) {
        return Err(SourceError::Form {
            file: file.to_owned(),
            what: "no known columns: an export of events has a column _raw, Message or Configuration, a list of modules \
                   has name and image (or type). Is the first line the header?"
                .to_owned(),
        });
    }
    source.rows(&mut reader, |record| {
        let [name, image, type_name, precondition, host, time] = columns.map(|place| {
            String::from_utf8_lossy(place.and_then(|p| record.get(p)).unwrap_or_default()).into_owned()
        });
        Row::Module(Module { name, image, type_name, precondition, host, time })
    })
}

/// The text of a file behind what was skipped of it.
struct Source<'t> {
    file: &'t str,
    text: &'t [u8],
    /// Lines that were skipped.
    lines_before: u64,
    /// Cells of the header.
    cells: usize,
}

impl Source<'_> {
    fn rows(
        &self,
        reader: &mut csv::Reader<&[u8]>,
        row: impl Fn(&ByteRecord) -> Row,
    ) -> Result<Vec<Row>, SourceError> {
        let mut rows = Vec::new();
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|error| unreadable(self.file, &error))? {
            let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            if end >= self.text.len() && self.ends_inside_quotes(&record) {
                let what = "a double quote is opened in the record that starts here and not closed: the file is cut off, \
                            or a quote inside a quoted cell is not doubled";
                return Err(self.error(&record, what.to_owned()));
            }
            if record.len() != self.cells {
                let cells = |count: usize| format!("{count} {}", if count == 1 { "cell" } else { "cells" });
                let what = format!(
                    "the record has {}, the header {}: the file is cut off, or a cell that holds a comma or a quote is not quoted",
                    cells(record.len()),
                    cells(self.cells)
                );
                return Err(self.error(&record, what));
            }
            rows.push(row(&record));
        }
        Ok(rows)
    }

    /// Whether the last record's last cell is a quoted one without its end. Such a cell holds the rest of the text.
    fn ends_inside_quotes(&self, record: &ByteRecord) -> bool {
        let mut left = self.text;
        for byte in record.iter().next_back().unwrap_or_default().iter().rev() {
            let written: &[u8] = if *byte == b'"' { b"\"\"" } else { std::slice::from_ref(byte) };
            match left.strip_suffix(written) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        // The quote that opens a cell stands at the cell's start; any other belongs to a closed cell.
        left.strip_suffix(b"\"")
            .is_some_and(|before| matches!(before.last(), None | Some(b',' | b'\r' | b'\n')))
    }

    fn error(&self, record: &ByteRecord, what: String) -> SourceError {
        // The reader counts blank lines before a record to it.
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let blank = |text: &[u8]| text.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = start + self.text.get(start..).map_or(0, blank);
        let before = self.text.get(..start).unwrap_or_default();
        let line = self.lines_before + 1 + memchr::memchr_iter(b'\n', before).count() as u64;
        SourceError::Record { file: self.file.to_owned(), line, what }
    }
}

/// Windows PowerShell's `Export-Csv` writes `#TYPE …` before the header.
fn skip_type_line(text: &[u8]) -> &[u8] {
    if !text.starts_with(b"#TYPE ") {
        return text;
    }
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    text.get(end..).unwrap_or_default()
}

/// Reading bytes in memory, in any number of cells, does not fail; should it, the reader says why.
fn unreadable(file: &str, error: &csv::Error) -> SourceError {
    SourceError::Form { file: file.to_owned(), what: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_modules_in_usual_exports() {
        let text = b"#TYPE Selected.Microsoft.IIs\r\n\"Name\",\"Image\",\"PreCondition\"\r\n\"A\",\"C:\\a.dll\",\"\"\r\n";
        let rows = read_csv(text, "f").unwrap();
        let expected = Module { name: "A".to_owned(), image: "C:\\a.dll".to_owned(), ..Module::default() };
        assert_eq!(rows, [Row::Module(expected)]);
    }

    #[test]
    fn damaged_records_are_told_with_their_line() {
        let error = |text: &[u8]| read_csv(text, "f").err().map(|error| error.to_string());
        let line = |text| error(text).map(|text| text.split(':').next().unwrap_or_default().to_owned());
        assert_eq!(line(b"name,image\nA,a\n\n\nB\n").as_deref(), Some("f, line 5"));
        assert_eq!(line(b"#TYPE x\nname,image\nA,a\nB,b,c\n").as_deref(), Some("f, line 4"));
        assert_eq!(line(b"name,image\n\"A\nA\",a\nB,\"b\nC,c\n").as_deref(), Some("f, line 4"));
        assert_eq!(line(b"name,image\nA,\"").as_deref(), Some("f, line 2"));
        assert_eq!(line(b"name,image\nA,\"\"\"").as_deref(), Some("f, line 2"));
        for sound in ["", "\"\"", "\"a\"", "\"\"\"\"", "a\"b", "a\"", "\"a\"b", "\"a\n\""] {
            for end in ["", "\n", "\r\n"] {
                let text = format!("name,image\nA,{sound}{end}");
                assert_eq!(error(text.as_bytes()), None, "{text:?}");
            }
        }
    }

    #[test]
    fn an_inventory_with_its_raw_text_is_no_export_of_events() {
        let rows =
            read_csv(b"_raw,host,name,image\n\"name=A image=C:\\a.dll\",web01,A,C:\\a.dll\n", "f").unwrap();
        assert!(
            matches!(rows.as_slice(), [Row::Module(module)] if module.name == "A" && module.host == "web01")
        );
    }

    #[test]
    fn a_file_without_known_columns_says_what_was_expected() {
        let error = read_csv(b"a,b\n1,2\n", "f.csv").unwrap_err().to_string();
        assert!(error.starts_with("f.csv: no known columns"), "{error}");
    }
}
