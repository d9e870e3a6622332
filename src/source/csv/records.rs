//! CSV text as records, read strictly.
//!
//! A reader that forgives damaged quoting swallows rows without a word, and an attacker's row may be among them. So a quoted
//! cell ends where it may end, or the text is refused with the place.

use std::sync::Arc;

use memchr::memchr;

use super::table::Table;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// The records of a text, one after the other.
pub(super) struct Records {
    file: Arc<str>,
    text: Vec<u8>,
    separator: u8,
    at: usize,
    /// The line of `at`, and where it begins.
    line: u64,
    line_start: usize,
}

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Where it begins.
    pub(super) origin: Origin,
    /// At least one cell.
    pub(super) cells: Vec<Vec<u8>>,
}

impl Records {
    /// The records of the table in a text.
    pub(super) fn new(file: Arc<str>, text: Vec<u8>, table: &Table) -> Self {
        Self {
            file,
            text,
            separator: table.separator,
            at: table.start,
            line: table.line,
            line_start: table.start,
        }
    }

    /// The next record; blank lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Problem> {
        while self.ends_line() {}
        if self.peek().is_none() {
            return Ok(None);
        }
        let origin = self.origin(self.line);
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if self.peek() == Some(self.separator) {
                self.at += 1;
            } else {
                self.ends_line();
                return Ok(Some(Record { origin, cells }));
            }
        }
    }

    fn cell(&mut self) -> Result<Vec<u8>, Problem> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let rest = self.rest();
        let end = rest.iter().position(|&byte| self.ends_cell(byte)).unwrap_or(rest.len());
        let cell = rest.get(..end).unwrap_or_default().to_vec();
        self.at += end;
        Ok(cell)
    }

    fn quoted(&mut self) -> Result<Vec<u8>, Problem> {
        let (line, column) = (self.line, self.column());
        self.at += 1;
        let mut cell = Vec::new();
        loop {
            let rest = self.rest();
            let Some(end) = memchr(b'"', rest) else {
                let what = format!("at character {column} a double quote is opened and never closed");
                return Err(self.damaged(line, what).with_hint(
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
                    return Err(self.damaged(self.line, what).with_hint(
                        "a quote inside a quoted cell is not doubled, or an earlier cell is cut off: export the file again",
                    ));
                }
                _ => return Ok(cell),
            }
        }
    }

    /// Takes the end of a line, if there is one.
    fn ends_line(&mut self) -> bool {
        let length = match self.rest() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.count_lines(length);
        self.at += length;
        true
    }

    /// Counts the line feeds in as many bytes from `at` on.
    fn count_lines(&mut self, bytes: usize) {
        let text = self.text.get(self.at..self.at + bytes).unwrap_or_default();
        for feed in memchr::memchr_iter(b'\n', text) {
            self.line += 1;
            self.line_start = self.at + feed + 1;
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
        String::from_utf8_lossy(before).chars().count() + 1
    }

    fn origin(&self, line: u64) -> Origin {
        Origin::of_line(Arc::clone(&self.file), line)
    }

    fn damaged(&self, line: u64, what: String) -> Problem {
        Problem::new(ProblemKind::Damaged, what).at(self.origin(line))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8], separator: u8) -> Result<Vec<Record>, String> {
        let table = Table { start: 0, line: 1, separator };
        let mut records = Records::new("f".into(), text.to_vec(), &table);
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
