//! CSV text to rows with known columns, each with the line it stands on.

use super::error::AllowlistError;
use super::near::is_near;

/// The rows of a CSV file whose header was read.
pub(super) struct Table {
    /// Display name of the file.
    pub file: String,
    /// The rows that have as many cells as the header; rows of empty cells only are left out.
    pub rows: Vec<Row>,
    /// What is wrong with the other rows.
    pub errors: Vec<AllowlistError>,
    /// Line of the header; 0 when the file has none.
    pub header_line: u64,
    /// The other columns, as written.
    pub unknown: Vec<String>,
    /// What the header seems to be, where it could be something else than CSV with commas; else empty.
    pub guess: &'static str,
    /// For each known column, the cell that holds it.
    places: Vec<Option<usize>>,
}

/// One row.
pub(super) struct Row {
    /// Line on which the row starts, counted from 1.
    pub line: u64,
    record: csv::StringRecord,
}

impl Table {
    /// Reads `bytes` (UTF-8, with or without BOM; LF or CRLF). `columns` are the known columns; other columns are
    /// ignored. A file without any row is an empty table. `Err` where the file as a whole cannot be read.
    pub fn read(bytes: &[u8], file: &str, columns: &[&'static str]) -> Result<Self, AllowlistError> {
        let text = utf8(bytes, file)?;
        let mut table = Self {
            file: file.to_owned(),
            rows: Vec::new(),
            errors: Vec::new(),
            header_line: 0,
            unknown: Vec::new(),
            guess: "",
            places: vec![None; columns.len()],
        };
        let mut lines = LineCounter::new(text);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut header_cells: Option<usize> = None;
        loop {
            let start = lines.skip_line_ends(offset(&reader));
            let mut record = csv::StringRecord::new();
            // The text is UTF-8, in memory and `flexible`: no error is left to the reader.
            if !reader.read_record(&mut record).unwrap_or(false) {
                return Ok(table);
            }
            let line = lines.line(start);
            let quotes = text
                .get(start..offset(&reader))
                .map_or(0, |raw| memchr::memchr_iter(b'"', raw.as_bytes()).count());
            if quotes % 2 == 1 {
                table.errors.push(AllowlistError::UnclosedQuote { file: file.to_owned(), line });
            }
            match header_cells {
                None => {
                    table.places(&record, columns, line)?;
                    table.header_line = line;
                    table.guess = guess(text.get(start..offset(&reader)).unwrap_or_default());
                    header_cells = Some(record.len());
                }
                Some(_) if quotes % 2 == 1 || record.iter().all(|cell| cell.trim().is_empty()) => {}
                Some(expected) if record.len() != expected => table.errors.push(AllowlistError::CellCount {
                    file: file.to_owned(),
                    line,
                    found: record.len(),
                    expected,
                }),
                Some(_) => table.rows.push(Row { line, record }),
            }
        }
    }

    /// Whether the file has this known column (by its place in the list given to [`Table::read`]).
    pub fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// The cell of a known column; empty where the file lacks the column.
    pub fn cell<'r>(&self, row: &'r Row, column: usize) -> &'r str {
        self.places.get(column).copied().flatten().and_then(|place| row.record.get(place)).unwrap_or("")
    }

    /// The unknown columns that look like a misspelt one of `columns` which the file lacks, each with that one.
    pub fn misspelt(&self, columns: &[&'static str]) -> Vec<(String, &'static str)> {
        let lacking: Vec<&'static str> =
            columns.iter().enumerate().filter(|(at, _)| !self.has(*at)).map(|(_, column)| *column).collect();
        let meant = |written: &String| {
            let column = lacking.iter().copied().find(|known| is_near(written, known));
            column.map(|column| (written.clone(), column))
        };
        self.unknown.iter().filter_map(meant).collect()
    }

    fn places(
        &mut self,
        header: &csv::StringRecord,
        columns: &[&'static str],
        line: u64,
    ) -> Result<(), AllowlistError> {
        for (place, written) in header.iter().enumerate() {
            let Some(at) = columns.iter().position(|c| c.eq_ignore_ascii_case(written.trim())) else {
                self.unknown.push(written.trim().to_owned());
                continue;
            };
            let (Some(slot), Some(column)) = (self.places.get_mut(at), columns.get(at)) else { continue };
            if slot.replace(place).is_some() {
                return Err(AllowlistError::DuplicateColumn { file: self.file.clone(), line, column });
            }
        }
        Ok(())
    }
}

fn offset(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// What a header that is not understood seems to be.
fn guess(header: &str) -> &'static str {
    let divided = !header.contains(',');
    if header.contains('\0') {
        "this is UTF-16, which PowerShell and Notepad call Unicode; save the file as UTF-8"
    } else if header.get(.."sep=".len()).is_some_and(|head| head.eq_ignore_ascii_case("sep=")) {
        "this is Excel's sep= line; remove it, and divide the cells by commas"
    } else if header.starts_with("#TYPE") {
        "this is PowerShell's type line; remove it, or export with -NoTypeInformation"
    } else if header.starts_with('#') {
        "CSV has no comments; remove the line"
    } else if divided && header.contains(';') {
        "the file seems to be divided by semicolons; save it with commas"
    } else if divided && header.contains('\t') {
        "the file seems to be divided by tabs; save it with commas"
    } else {
        ""
    }
}

fn utf8<'b>(bytes: &'b [u8], file: &str) -> Result<&'b str, AllowlistError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let byte = error.valid_up_to();
        let before = bytes.get(..byte).unwrap_or_default();
        let line = line_ends(before) + 1;
        let guess = if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
            "this is UTF-16, which PowerShell and Notepad call Unicode"
        } else {
            ""
        };
        AllowlistError::NotUtf8 { file: file.to_owned(), line, byte: byte + 1, guess }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// How many lines end in a text: LF, CRLF and, as in old files of the Macintosh, CR alone.
fn line_ends(text: &[u8]) -> u64 {
    let is_end = |at: usize| text.get(at) == Some(&b'\n') || text.get(at + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', text).filter(|at| is_end(*at)).count() as u64
}

/// Line numbers of growing offsets. The reader's own count is not used: it gives the line on which the previous
/// record ended, which differs before blank lines.
struct LineCounter<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> LineCounter<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn skip_line_ends(&self, offset: usize) -> usize {
        let rest = self.text.as_bytes().get(offset..).unwrap_or_default();
        offset + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()
    }

    fn line(&mut self, offset: usize) -> u64 {
        let between = self.text.as_bytes().get(self.at..offset).unwrap_or_default();
        self.line += line_ends(between);
        self.at = offset.max(self.at);
        self.line
    }
}
