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
/// modules by `name` with `image` or `type` (in any case).
pub fn read_csv(text: &[u8], file: &str) -> Result<Vec<Row>, SourceError> {
    let text = skip_type_line(text);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.byte_headers().map_err(|error| record_error(file, &error))?.clone();
    let place = |name: &str| header.iter().position(|column| column == name.as_bytes());
    if CARRIERS.iter().any(|name| place(name).is_some()) {
        let places = INPUTS.map(place);
        return rows(&mut reader, file, |record| {
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
    rows(&mut reader, file, |record| {
        let [name, image, type_name, precondition, host, time] = columns.map(|place| {
            String::from_utf8_lossy(place.and_then(|p| record.get(p)).unwrap_or_default()).into_owned()
        });
        Row::Module(Module { name, image, type_name, precondition, host, time })
    })
}

fn rows(
    reader: &mut csv::Reader<&[u8]>,
    file: &str,
    row: impl Fn(&ByteRecord) -> Row,
) -> Result<Vec<Row>, SourceError> {
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| record_error(file, &error))? {
        rows.push(row(&record));
    }
    Ok(rows)
}

/// Windows PowerShell's `Export-Csv` writes `#TYPE …` before the header.
fn skip_type_line(text: &[u8]) -> &[u8] {
    if !text.starts_with(b"#TYPE ") {
        return text;
    }
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    text.get(end..).unwrap_or_default()
}

fn record_error(file: &str, error: &csv::Error) -> SourceError {
    SourceError::Record {
        file: file.to_owned(),
        line: error.position().map_or(0, csv::Position::line),
        what: error.to_string(),
    }
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
    fn a_file_without_known_columns_says_what_was_expected() {
        let error = read_csv(b"a,b\n1,2\n", "f.csv").unwrap_err().to_string();
        assert!(error.starts_with("f.csv: no known columns"), "{error}");
    }
}
