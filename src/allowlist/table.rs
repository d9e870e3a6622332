//! CSV text to rows with known columns, each with the line it stands on.

use super::error::AllowlistError;
use super::near::is_near;
use super::records::{Record, Records, line_ends};

/// Columns whose cells may have tabs and line ends: those for people, and names, which IIS takes as they are. So may those of
/// columns that are not known.
const PROSE: [&str; 4] = ["name", "owner", "ticket", "reason"];

/// The rows of a CSV file whose header was read.
pub(super) struct Table {
    /// Display name of the file.
    pub file: String,
    /// The rows that have as many cells as the header; rows of empty cells only are left out.
    pub rows: Vec<TableRow>,
    /// The other rows.
    pub broken: Vec<Broken>,
    /// Line of the header; 0 when the file has none.
    pub header_line: u64,
    /// The other columns, as written, each with the cell that holds it.
    pub unknown: Vec<(usize, String)>,
    /// What the header seems to be, where it could be something else than CSV with commas; else empty.
    pub guess: &'static str,
    /// For each known column, the cell that holds it.
    places: Vec<Option<usize>>,
}

/// One row.
pub(super) struct TableRow {
    /// Line on which the row starts, counted from 1.
    pub line: u64,
    /// The first cell that holds no text.
    pub flaw: Option<AllowlistError>,
    /// The cells; empty where one holds no text.
    record: csv::StringRecord,
}

impl TableRow {
    /// The cells that can be read, the empty ones included.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }
}

/// A row whose cells belong to no column for certain.
pub(super) struct Broken {
    /// What is wrong with it.
    pub error: AllowlistError,
    /// The cells that can be read.
    pub cells: Vec<String>,
    /// Some cell cannot be read.
    pub is_partly_unreadable: bool,
}

impl Table {
    /// What is told of a row of a compiled-in table whose cell in `column` holds something else than `expected`.
    pub fn wrong(&self, row: &TableRow, column: &'static str, expected: &str) -> AllowlistError {
        AllowlistError::Cell {
            file: self.file.clone(),
            line: row.line,
            column,
            expected: expected.to_owned(),
            found: String::new(),
        }
    }

    /// Reads `bytes` (UTF-8, with or without BOM; LF or CRLF). `columns` are the known columns; other columns are
    /// ignored. A file without any row is an empty table. `Err` where the file as a whole cannot be read.
    pub fn read(bytes: &[u8], file: &str, columns: &[&'static str]) -> Result<Self, AllowlistError> {
        let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let text = bytes.get(mark..).unwrap_or_default();
        let mut table = Self {
            file: file.to_owned(),
            rows: Vec::new(),
            broken: Vec::new(),
            header_line: 0,
            unknown: Vec::new(),
            guess: "",
            places: vec![None; columns.len()],
        };
        let mut records = Records::new(text);
        let Some(header) = records.next(None) else { return Ok(table) };
        table.read_header(&header, bytes, mark, columns)?;
        let expected = header.cells.len();
        while let Some(record) = records.next(Some(expected)) {
            let raw = text.get(record.start..record.end).unwrap_or_default();
            if !record.is_open && record.cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if record.is_open {
                let error = AllowlistError::UnclosedQuote { file: file.to_owned(), line: record.line };
                let cells = raw.split(|byte| matches!(byte, b',' | b'\r' | b'\n'));
                table.broken.push(Broken::new(error, cells.map(unquoted)));
            } else if record.cells.len() == expected {
                let row = table.row(&record, raw, mark, columns);
                table.rows.push(row);
            } else {
                let error = AllowlistError::CellCount {
                    file: file.to_owned(),
                    line: record.line,
                    found: record.cells.len(),
                    expected,
                };
                table.broken.push(Broken::new(error, record.cells.iter()));
            }
        }
        Ok(table)
    }

    fn read_header(
        &mut self,
        header: &Record,
        bytes: &[u8],
        mark: usize,
        columns: &[&'static str],
    ) -> Result<(), AllowlistError> {
        let (file, line) = (self.file.clone(), header.line);
        let raw = bytes.get(mark + header.start..mark + header.end).unwrap_or_default();
        let text = std::str::from_utf8(raw).map_err(|error| {
            let byte = mark + header.start + error.valid_up_to();
            let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
            let guess = if marked { "this is UTF-16, which PowerShell and Notepad call Unicode" } else { "" };
            let line = line_ends(bytes.get(..byte).unwrap_or_default()) + 1;
            AllowlistError::NotUtf8 { file: file.clone(), line, byte: byte + 1, guess }
        })?;
        if header.is_open {
            return Err(AllowlistError::UnclosedHeader { file, line });
        }
        self.header_line = line;
        self.guess = guess(text);
        for (place, cell) in header.cells.iter().enumerate() {
            let written = String::from_utf8_lossy(cell).trim().to_owned();
            let Some(at) = columns.iter().position(|c| c.eq_ignore_ascii_case(&written)) else {
                self.unknown.push((place, written));
                continue;
            };
            let (Some(slot), Some(column)) = (self.places.get_mut(at), columns.get(at)) else { continue };
            if slot.replace(place).is_some() {
                return Err(AllowlistError::DuplicateColumn { file, line, column });
            }
        }
        Ok(())
    }

    /// A row; cells that hold no text are emptied.
    fn row(&self, record: &Record, raw: &[u8], mark: usize, columns: &[&'static str]) -> TableRow {
        let mut flaw = None;
        let mut cells = csv::StringRecord::new();
        for (place, cell) in record.cells.iter().enumerate() {
            let at = self.places.iter().position(|own| *own == Some(place));
            let column = at.and_then(|at| columns.get(at)).copied().unwrap_or_default();
            if let Some(text) = readable(cell, column) {
                cells.push_field(text);
                continue;
            }
            cells.push_field("");
            let (file, line) = (self.file.clone(), record.line);
            flaw = flaw.or_else(|| {
                Some(match std::str::from_utf8(raw) {
                    Err(error) if std::str::from_utf8(cell).is_err() => {
                        let byte = mark + record.start + error.valid_up_to() + 1;
                        AllowlistError::CellNotUtf8 { file, line, column, byte }
                    }
                    _ => AllowlistError::ControlCharacter { file, line, column },
                })
            });
        }
        TableRow { line: record.line, flaw, record: cells }
    }

    /// Whether the file has this known column (by its place in the list given to [`Table::read`]).
    pub fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// The cell of a known column; empty where the file lacks the column.
    pub fn cell<'r>(&self, row: &'r TableRow, column: usize) -> &'r str {
        self.places.get(column).copied().flatten().and_then(|place| row.record.get(place)).unwrap_or("")
    }

    /// The unknown columns that look like a misspelt one of `columns` which the file lacks, each with that one.
    pub fn misspelt(&self, columns: &[&'static str]) -> Vec<(String, &'static str)> {
        let lacking: Vec<&'static str> =
            columns.iter().enumerate().filter(|(at, _)| !self.has(*at)).map(|(_, column)| *column).collect();
        let meant = |(_, written): &(usize, String)| {
            let column = lacking.iter().copied().find(|known| is_near(written, known));
            column.map(|column| (written.clone(), column))
        };
        self.unknown.iter().filter_map(meant).collect()
    }

    /// The cell in a column that looks like `column`, misspelt, where the file lacks that; empty without one.
    pub fn misspelt_cell<'r>(&self, row: &'r TableRow, at: usize, column: &str) -> &'r str {
        if self.has(at) {
            return "";
        }
        let mut cells = self.unknown.iter().filter(|(_, written)| is_near(written, column));
        cells
            .find_map(|(place, _)| row.record.get(*place).filter(|cell| !cell.trim().is_empty()))
            .unwrap_or("")
    }
}

impl Broken {
    fn new<'c>(error: AllowlistError, cells: impl Iterator<Item = &'c [u8]>) -> Self {
        let mut broken = Self { error, cells: Vec::new(), is_partly_unreadable: false };
        for cell in cells {
            match readable(cell, "") {
                Some(text) => broken.cells.push(text.to_owned()),
                None => broken.is_partly_unreadable = true,
            }
        }
        broken
    }
}

/// The text of a cell: UTF-8 without control characters. Tabs and line ends may stand in prose, and around any text.
/// `column` is empty where it is not known.
fn readable<'c>(cell: &'c [u8], column: &str) -> Option<&'c str> {
    let is_space = |c: char| matches!(c, '\t' | '\r' | '\n');
    let prose = column.is_empty() || PROSE.contains(&column);
    let text = std::str::from_utf8(cell).ok()?;
    let is_bad = |c: char| c.is_control() && !(prose && is_space(c));
    (!text.trim_matches(is_space).contains(is_bad)).then_some(text)
}

fn unquoted(cell: &[u8]) -> &[u8] {
    let cell = cell.strip_prefix(b"\"").unwrap_or(cell);
    cell.strip_suffix(b"\"").unwrap_or(cell)
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
