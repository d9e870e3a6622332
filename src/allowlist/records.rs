//! CSV bytes to records, each with the line it starts on. A quote that is not closed ends where rows go on.

use std::io::Cursor;

/// One record, as its bytes stand in the file.
pub(super) struct Record<'b> {
    /// Line on which the record starts, counted from 1.
    pub line: u64,
    /// Where its text starts in the bytes that are read.
    pub start: usize,
    /// Where its text ends, the line end included.
    pub end: usize,
    pub body: Body<'b>,
}

/// What a record holds.
pub(super) enum Body<'b> {
    /// A line without a quote: its cells are what commas divide.
    Line(&'b [u8]),
    /// Cells of which some are quoted.
    Quoted(csv::ByteRecord),
    /// A quote is opened in it and not closed as it should be.
    Open,
}

/// The records of a file, in order.
pub(super) struct Records<'b> {
    bytes: &'b [u8],
    /// How far they were read.
    at: usize,
    reader: csv::Reader<Cursor<&'b [u8]>>,
    lines: LineCounter<'b>,
}

impl<'b> Records<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, reader: reader(bytes), lines: LineCounter { bytes, at: 0, line: 1 } }
    }

    /// The next record. `expected` is the number of cells of a row: a record of several lines that is not sound ends
    /// before the next line that has as many, so that the rows behind an open quote are not lost. Without, it is the header.
    pub fn next(&mut self, expected: Option<usize>) -> Option<Record<'b>> {
        let start = self.skip_line_ends(self.at);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let stop = memchr::memchr3(b'"', b'\r', b'\n', rest).unwrap_or(rest.len());
        if stop > 0 && rest.get(stop) != Some(&b'"') && expected.is_some() {
            self.at = (start + stop + 1).min(self.bytes.len());
            let body = Body::Line(rest.get(..stop).unwrap_or_default());
            return Some(Record { line: self.lines.line(start), start, end: self.at, body });
        }
        self.quoted(start, expected)
    }

    /// The record at `start`, as the library reads it.
    fn quoted(&mut self, start: usize, expected: Option<usize>) -> Option<Record<'b>> {
        let mut from = csv::Position::new();
        from.set_byte(self.at as u64);
        let mut cells = csv::ByteRecord::new();
        // The bytes are in memory and any number of cells is fine: no error is left to the reader.
        if self.reader.seek(from).is_err() || !self.reader.read_byte_record(&mut cells).unwrap_or(false) {
            return None;
        }
        let mut end = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
        let text = self.bytes.get(start..end).unwrap_or_default();
        let several_lines = text.trim_ascii_end().iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        let mut is_open =
            memchr::memchr_iter(b'"', text).count() % 2 == 1 || several_lines && !closes_its_quotes(text);
        let row = expected.filter(|&expected| several_lines && (is_open || cells.len() != expected));
        if let Some(length) = row.and_then(|expected| length_before_a_row(text, expected)) {
            is_open = true;
            end = start + length;
        }
        self.at = end;
        let body = if is_open { Body::Open } else { Body::Quoted(cells) };
        Some(Record { line: self.lines.line(start), start, end, body })
    }

    fn skip_line_ends(&self, offset: usize) -> usize {
        let rest = self.bytes.get(offset..).unwrap_or_default();
        offset + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()
    }
}

fn reader(bytes: &[u8]) -> csv::Reader<Cursor<&[u8]>> {
    // It is filled anew wherever a record with quotes follows one without.
    let capacity = bytes.len().clamp(16, 1 << 12);
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).buffer_capacity(capacity).from_reader(Cursor::new(bytes))
}

/// Whether each quoted cell of a record ends in a quote with nothing behind it.
fn closes_its_quotes(text: &[u8]) -> bool {
    let mut rest = text;
    let mut at_start = true;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'"' || !at_start {
            at_start = matches!(byte, b',' | b'\r' | b'\n');
            continue;
        }
        loop {
            let Some(quote) = memchr::memchr(b'"', rest) else { return false };
            rest = rest.get(quote + 1..).unwrap_or_default();
            match rest.split_first() {
                Some((b'"', behind)) => rest = behind,
                None | Some((b',' | b'\r' | b'\n', _)) => break,
                Some(_) => return false,
            }
        }
    }
    true
}

/// How much of a text stands before its first line, but for the line it begins with, that is a row of its own.
fn length_before_a_row(text: &[u8], expected: usize) -> Option<usize> {
    let mut starts = memchr::memchr2_iter(b'\r', b'\n', text).map(|at| at + 1);
    starts.find(|&start| {
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
        let mut cells = csv::ByteRecord::new();
        !line.is_empty() && reader(line).read_byte_record(&mut cells).is_ok() && cells.len() == expected
    })
}

/// How many lines end in a text: LF, CRLF and, as in old files of the Macintosh, CR alone.
pub(super) fn line_ends(text: &[u8]) -> u64 {
    let is_end = |at: usize| text.get(at) == Some(&b'\n') || text.get(at + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', text).filter(|at| is_end(*at)).count() as u64
}

/// Line numbers of growing offsets. The reader's own count is not used: it gives the line on which the previous
/// record ended, which differs before blank lines.
struct LineCounter<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl LineCounter<'_> {
    fn line(&mut self, offset: usize) -> u64 {
        self.line += line_ends(self.bytes.get(self.at..offset).unwrap_or_default());
        self.at = offset.max(self.at);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Body, Records, reader};

    /// Line and number of cells of each record behind a header with two columns; `!` where a quote is open.
    fn records(text: &str) -> String {
        let mut records = Records::new(text.as_bytes());
        let mut found = Vec::new();
        while let Some(record) = records.next(Some(2)) {
            let cells = match record.body {
                Body::Line(line) => line.split(|byte| *byte == b',').count().to_string(),
                Body::Quoted(cells) => cells.len().to_string(),
                Body::Open => "!".to_owned(),
            };
            found.push(format!("{}:{cells}", record.line));
        }
        found.join(" ")
    }

    #[test]
    fn an_open_quote_ends_before_the_next_row() {
        for (text, expected) in [
            ("a,b\nc,d\n", "1:2 2:2"),
            ("a,\"b\nc,d\ne,f\n", "1:! 2:2 3:2"),
            ("\"a,b\nc,d\n", "1:! 2:2"),
            ("a,\"b\r\nc\r\nd,e\r\n", "1:! 3:2"),
            ("a,\"b\rc,d\r", "1:! 2:2"),
            // Closed by the opening quote of a later cell: what follows it shows that.
            ("a,\"b\nc,\"d\"\ne,f\n", "1:! 2:2 3:2"),
            ("\"a,b\n\"c\",d\n", "1:! 2:2"),
            // Closed at the end of a later row, with too few cells.
            ("\"a,b\nc,d\"\n", "1:! 2:!"),
            // No row follows.
            ("a,\"b\n", "1:!"),
            ("a,\"b\nc\nd\n", "1:!"),
            // Sound, although a line within the cell looks like a row.
            ("a,\"b\nc,d\"\ne,f\n", "1:2 3:2"),
            ("a,\"b \"\"c\"\"\nd\"\ne,f\n", "1:2 3:2"),
            // One line: no row is lost.
            ("a\"b,c\nd,e\n", "1:! 2:2"),
            ("a,b,c\nd,e\n", "1:3 2:2"),
        ] {
            assert_eq!(records(text), expected, "{text:?}");
        }
    }

    proptest! {
        /// A line without a quote is taken apart here: as the library would.
        #[test]
        fn lines_are_as_the_library_reads_them(text in "a,b\n[ab,; \r\n]{0,40}") {
            let mut library: Vec<Vec<String>> = Vec::new();
            for record in reader(text.as_bytes()).byte_records() {
                library.push(record.unwrap().iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect());
            }
            let mut records = Records::new(text.as_bytes());
            let mut own = Vec::new();
            while let Some(record) = records.next(Some(2)) {
                let Body::Line(line) = record.body else { panic!("{text:?} has a quote") };
                own.push(std::str::from_utf8(line).unwrap().split(',').map(str::to_owned).collect::<Vec<_>>());
            }
            prop_assert_eq!(own, library);
        }
    }
}
