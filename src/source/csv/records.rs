//! CSV text as records, read strictly.
//!
//! A reader that forgives damaged quoting swallows rows without a word, and an attacker's row may be among them. So a quoted
//! cell ends where it may end, or the text is refused with the place.

use std::sync::Arc;

use memchr::{memchr, memchr3};

use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::source::input::Input;

/// Bytes of one record, at most.
const LONGEST: usize = 64 << 20;

/// The records of a text, one after the other.
pub(super) struct Records {
    file: Arc<str>,
    input: Input,
    separator: u8,
    /// Characters of the line that stand before what is not taken yet.
    column: usize,
}

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Where it begins.
    pub(super) origin: Origin,
    /// At least one cell.
    pub(super) cells: Vec<Vec<u8>>,
}

/// Why there is no record.
enum Stop {
    /// The text that is there ends before the record does.
    Short,
    Damaged(Problem),
}

impl Records {
    /// The records of the table that begins here.
    pub(super) fn new(file: Arc<str>, input: Input, separator: u8) -> Self {
        Self { file, input, separator, column: 0 }
    }

    /// The next record; blank lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Problem> {
        self.skip_blank_lines();
        let mut ended = false;
        loop {
            let text = self.input.rest();
            if text.is_empty() {
                return Ok(None);
            }
            let line = self.input.line();
            let mut record = Parser {
                file: &self.file,
                text,
                separator: self.separator,
                ended,
                at: 0,
                line,
                line_start: 0,
                column: self.column,
            };
            match record.record() {
                Ok(cells) => {
                    let taken = record.at;
                    let own = text.get(record.line_start..taken).unwrap_or_default();
                    let column = if record.line == line { self.column } else { 0 };
                    self.column = column + String::from_utf8_lossy(own).chars().count();
                    self.input.take(taken);
                    let origin = Origin::of_line(Arc::clone(&self.file), line);
                    return Ok(Some(Record { origin, cells }));
                }
                Err(Stop::Damaged(problem)) => return Err(problem),
                Err(Stop::Short) if text.len() > LONGEST => {
                    let what = "the record that begins here has more than 64 MiB";
                    let problem = Problem::new(ProblemKind::Damaged, what);
                    return Err(problem
                        .with_hint("a quote is opened and never closed: export it again")
                        .at(Origin::of_line(Arc::clone(&self.file), line)));
                }
                Err(Stop::Short) => ended = !self.input.more(),
            }
        }
    }

    fn skip_blank_lines(&mut self) {
        loop {
            let rest = self.input.rest();
            let blank = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
            if memchr(b'\n', rest.get(..blank).unwrap_or_default()).is_some() {
                self.column = 0;
            }
            self.input.take(blank);
            if !self.input.rest().is_empty() || !self.input.more() {
                return;
            }
        }
    }
}

/// Reads one record at the front of a text.
struct Parser<'t> {
    file: &'t Arc<str>,
    text: &'t [u8],
    separator: u8,
    /// Nothing follows the text.
    ended: bool,
    at: usize,
    /// The line of `at`, and where it begins; what stands of the first line before the text counts in `column`.
    line: u64,
    line_start: usize,
    column: usize,
}

impl Parser<'_> {
    fn record(&mut self) -> Result<Vec<Vec<u8>>, Stop> {
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if self.peek() == Some(self.separator) {
                self.at += 1;
            } else {
                self.end_line()?;
                return Ok(cells);
            }
        }
    }

    fn cell(&mut self) -> Result<Vec<u8>, Stop> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let rest = self.rest();
        let end = match memchr3(self.separator, b'\r', b'\n', rest) {
            Some(end) => end,
            None if self.ended => rest.len(),
            None => return Err(Stop::Short),
        };
        let cell = rest.get(..end).unwrap_or_default().to_vec();
        self.at += end;
        Ok(cell)
    }

    fn quoted(&mut self) -> Result<Vec<u8>, Stop> {
        let (line, column) = (self.line, self.column());
        self.at += 1;
        let mut cell = Vec::new();
        loop {
            let rest = self.rest();
            let Some(end) = memchr(b'"', rest) else {
                if !self.ended {
                    return Err(Stop::Short);
                }
                let what = format!("at character {column} a double quote is opened and never closed");
                return Err(self.damaged(
                    line,
                    what,
                    "the file is cut off, or a quote inside a quoted cell is not doubled: export it again",
                ));
            };
            cell.extend_from_slice(rest.get(..end).unwrap_or_default());
            self.count_lines(end);
            self.at += end + 1;
            match self.peek() {
                Some(b'"') => {
                    cell.push(b'"');
                    self.at += 1;
                }
                Some(byte) if !self.ends_cell(byte) => {
                    let what = format!(
                        "at character {} text follows a closing double quote; its cell begins in line {line}, character {column}",
                        self.column()
                    );
                    return Err(self.damaged(
                        self.line,
                        what,
                        "a quote inside a quoted cell is not doubled, or an earlier cell is cut off: export the file again",
                    ));
                }
                None if !self.ended => return Err(Stop::Short),
                _ => return Ok(cell),
            }
        }
    }

    /// Takes the end of the line.
    fn end_line(&mut self) -> Result<(), Stop> {
        let length = match self.rest() {
            [b'\r'] | [] if !self.ended => return Err(Stop::Short),
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        self.count_lines(length);
        self.at += length;
        Ok(())
    }

    /// Counts the line feeds in as many bytes from `at` on.
    fn count_lines(&mut self, bytes: usize) {
        let text = self.text.get(self.at..self.at + bytes).unwrap_or_default();
        for feed in memchr::memchr_iter(b'\n', text) {
            self.line += 1;
            self.line_start = self.at + feed + 1;
            self.column = 0;
        }
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == self.separator || matches!(byte, b'\r' | b'\n')
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The column of `at` in characters, from 1.
    fn column(&self) -> usize {
        let before = self.text.get(self.line_start..self.at).unwrap_or_default();
        self.column + String::from_utf8_lossy(before).chars().count() + 1
    }

    fn damaged(&self, line: u64, what: String, hint: &str) -> Stop {
        let origin = Origin::of_line(Arc::clone(self.file), line);
        Stop::Damaged(Problem::new(ProblemKind::Damaged, what).with_hint(hint).at(origin))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8], separator: u8) -> Result<Vec<Record>, String> {
        let mut records =
            Records::new("f".into(), Input::new(Box::new(Cursor::new(text.to_vec()))), separator);
        let mut read = Vec::new();
        while let Some(record) = records.next().map_err(|error| error.to_string())? {
            read.push(record);
        }
        Ok(read)
    }

    /// The records as `line:cell|cell`.
    fn shown(text: &str) -> Result<Vec<String>, String> {
        let shown = |record: &Record| {
            let cells: Vec<_> = record.cells.iter().map(|cell| String::from_utf8_lossy(cell)).collect();
            format!("{}:{}", record.origin.line.unwrap_or_default(), cells.join("|"))
        };
        Ok(read(text.as_bytes(), b',')?.iter().map(shown).collect())
    }

    #[test]
    fn records_and_their_lines() {
        let cases: [(&str, &[&str]); 10] = [
            ("", &[]),
            ("\n\r\n", &[]),
            ("a", &["1:a"]),
            ("a,b\r\n,\n\n\"\"\n", &["1:a|b", "2:|", "4:"]),
            ("\"a\n\nb\",c\nd,e", &["1:a\n\nb|c", "4:d|e"]),
            ("a\"b,c\"\n", &["1:a\"b|c\""]),
            ("\"\"\"\",\"a\"\"b\"", &["1:\"|a\"b"]),
            ("a\rb", &["1:a", "1:b"]),
            ("\"a\r\n\"\r\nb\r\n", &["1:a\r\n", "3:b"]),
            ("a;b\tc", &["1:a;b\tc"]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(read(b"a;\"b;\"", b';').map(|records| records[0].cells.len()), Ok(2));
    }

    #[test]
    fn damaged_quoting_is_told_with_its_place() {
        for (text, place) in [
            ("a,\"b", "f, line 1: at character 3 a double quote is opened and never closed"),
            ("é\n\"é\",\"b\n\nc", "f, line 2: at character 5 a double quote is opened and never closed"),
            (
                "a\n\"b\"c\n",
                "f, line 2: at character 4 text follows a closing double quote; its cell begins in line 2, character 1; a quote",
            ),
            (
                "a\n\"b\" ,c\n",
                "f, line 2: at character 4 text follows a closing double quote; its cell begins in line 2, character 1; a quote",
            ),
            (
                "a,b\n1,\"cut\n2,\"whole\"\n",
                "f, line 3: at character 4 text follows a closing double quote; its cell begins in line 2, character 3; a quote",
            ),
        ] {
            let error = shown(text).unwrap_err();
            assert!(error.starts_with(place), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read(
            rows in prop::collection::vec(prop::collection::vec("[a,;\"\r\n\té]{0,6}", 2..4), 1..6),
            separator in prop::sample::select(vec![b',', b';', b'\t']),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let cells = read(&text, separator).unwrap().into_iter().map(|record| record.cells);
            prop_assert!(cells.eq(rows.iter().map(|row| row.iter().map(|c| c.clone().into_bytes()).collect::<Vec<_>>())));
        }

        #[test]
        fn every_text_ends(text in "[a,\"\r\n]{0,40}") {
            let _ = read(text.as_bytes(), b',');
        }
    }
}
