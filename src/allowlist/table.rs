//! CSV text to rows with known columns, each with the line it stands on.

use std::borrow::Cow;

use super::error::AllowlistError;
use super::near::is_near;
use super::records::{Body, Record, Records, line_ends};

/// Columns whose cells may have tabs and line ends: those for people, and names, which IIS takes as they are. So may those of
/// columns that are not known.
const PROSE: [&str; 4] = ["name", "owner", "ticket", "reason"];

/// The header of a CSV file, by which its [`Rows`] are read.
pub(super) struct Table {
    /// Display name of the file.
    pub file: String,
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
pub(super) struct TableRow<'b> {
    /// Line on which the row starts, counted from 1.
    pub line: u64,
    /// The first cell that holds no text.
    pub flaw: Option<AllowlistError>,
    /// The cells; empty where one holds no text.
    cells: Vec<Cow<'b, str>>,
}

impl TableRow<'_> {
    /// The cells that can be read, the empty ones included.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| &**cell)
    }

    /// The cell at a place; empty where there is none.
    fn cell(&self, place: Option<usize>) -> &str {
        place.and_then(|place| self.cells.get(place)).map_or("", |cell| &**cell)
    }
}

/// The rows behind a header, in the order of the file; rows of empty cells only are left out. `Err` is a row that has not as
/// many cells as the header, or an open quote.
pub(super) struct Rows<'b> {
    file: String,
    /// All but the byte order mark, and the length of that.
    text: &'b [u8],
    mark: usize,
    records: Records<'b>,
    /// The known column of each cell, empty where it is not known; none where the file has no header.
    columns: Vec<&'static str>,
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
    pub fn wrong(&self, row: &TableRow<'_>, column: &'static str, expected: &str) -> AllowlistError {
        AllowlistError::Cell {
            file: self.file.clone(),
            line: row.line,
            column,
            expected: expected.to_owned(),
            found: String::new(),
        }
    }

    /// Reads the header of `bytes` (UTF-8, with or without BOM; LF or CRLF). `columns` are the known columns; other columns
    /// are ignored. A file without any row is an empty table. `Err` where the file as a whole cannot be read.
    pub fn read<'b>(
        bytes: &'b [u8],
        file: &str,
        columns: &[&'static str],
    ) -> Result<(Self, Rows<'b>), AllowlistError> {
        let mark = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let text = bytes.get(mark..).unwrap_or_default();
        let mut table = Self {
            file: file.to_owned(),
            header_line: 0,
            unknown: Vec::new(),
            guess: "",
            places: vec![None; columns.len()],
        };
        let mut rows =
            Rows { file: file.to_owned(), text, mark, records: Records::new(text), columns: Vec::new() };
        if let Some(header) = rows.records.next(None) {
            let cells = table.read_header(&header, bytes, mark, columns)?;
            let known = |place| table.places.iter().position(|own| *own == Some(place));
            let column = |place| known(place).and_then(|at| columns.get(at)).copied().unwrap_or_default();
            rows.columns = (0..cells).map(column).collect();
        }
        Ok((table, rows))
    }

    /// Takes the columns of the header; how many cells it has.
    fn read_header(
        &mut self,
        header: &Record<'_>,
        bytes: &[u8],
        mark: usize,
        columns: &[&'static str],
    ) -> Result<usize, AllowlistError> {
        let (file, line) = (self.file.clone(), header.line);
        let raw = bytes.get(mark + header.start..mark + header.end).unwrap_or_default();
        let text = std::str::from_utf8(raw).map_err(|error| {
            let byte = mark + header.start + error.valid_up_to();
            let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
            let guess = if marked { "this is UTF-16, which PowerShell and Notepad call Unicode" } else { "" };
            let line = line_ends(bytes.get(..byte).unwrap_or_default()) + 1;
            AllowlistError::NotUtf8 { file: file.clone(), line, byte: byte + 1, guess }
        })?;
        let Body::Quoted(cells) = &header.body else {
            return Err(AllowlistError::UnclosedHeader { file, line });
        };
        self.header_line = line;
        self.guess = guess(text);
        for (place, cell) in cells.iter().enumerate() {
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
        Ok(cells.len())
    }

    /// Whether the file has this known column (by its place in the list given to [`Table::read`]).
    pub fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// The cell of a known column; empty where the file lacks the column.
    pub fn cell<'r>(&self, row: &'r TableRow<'_>, column: usize) -> &'r str {
        row.cell(self.places.get(column).copied().flatten())
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
    pub fn misspelt_cell<'r>(&self, row: &'r TableRow<'_>, at: usize, column: &str) -> &'r str {
        if self.has(at) {
            return "";
        }
        let near = self.unknown.iter().filter(|(_, written)| is_near(written, column));
        near.map(|(place, _)| row.cell(Some(*place))).find(|cell| !cell.trim().is_empty()).unwrap_or("")
    }
}

impl<'b> Iterator for Rows<'b> {
    type Item = Result<TableRow<'b>, Box<Broken>>;

    fn next(&mut self) -> Option<Self::Item> {
        let expected = Some(self.columns.len()).filter(|count| *count > 0)?;
        loop {
            let Record { line, start, end, body } = self.records.next(Some(expected))?;
            let place = Place { line, start, raw: self.text.get(start..end).unwrap_or_default() };
            return Some(match &body {
                Body::Line(line) if line.iter().all(|byte| *byte == b',' || byte.is_ascii_whitespace()) => {
                    continue;
                }
                Body::Line(line) => match printable(line) {
                    Some(text) => self.row(cells_of(text).map(Ok), &place, Cow::Borrowed),
                    None => self.row(line.split(|byte| *byte == b',').map(Err), &place, Cow::Borrowed),
                },
                Body::Quoted(cells) if cells.iter().all(|cell| cell.trim_ascii().is_empty()) => continue,
                Body::Quoted(cells) => {
                    self.row(cells.iter().map(Err), &place, |text| Cow::Owned(text.to_owned()))
                }
                Body::Open => Err(Box::new(self.unclosed(&place))),
            });
        }
    }
}

/// Where a record stands.
struct Place<'b> {
    line: u64,
    start: usize,
    raw: &'b [u8],
}

impl<'b> Rows<'b> {
    /// A row of these cells, of which some are known to be text, and which are kept as `keep` does.
    fn row<'c>(
        &self,
        cells: impl Iterator<Item = Result<&'c str, &'c [u8]>> + Clone,
        place: &Place<'_>,
        keep: fn(&'c str) -> Cow<'b, str>,
    ) -> Result<TableRow<'b>, Box<Broken>> {
        let bytes = |cell: Result<&'c str, &'c [u8]>| cell.map_or_else(|bytes| bytes, str::as_bytes);
        let mut row =
            TableRow { line: place.line, flaw: None, cells: Vec::with_capacity(self.columns.len()) };
        for (at, cell) in cells.clone().enumerate() {
            let column = self.columns.get(at).copied().unwrap_or_default();
            let text = cell.map_or_else(|bytes| readable(bytes, column), Some);
            if text.is_none() && row.flaw.is_none() {
                row.flaw = Some(self.flaw(bytes(cell), column, place));
            }
            row.cells.push(text.map_or(Cow::Borrowed(""), keep));
        }
        let (found, expected) = (row.cells.len(), self.columns.len());
        if found == expected {
            Ok(row)
        } else {
            let error =
                AllowlistError::CellCount { file: self.file.clone(), line: place.line, found, expected };
            Err(Box::new(Broken::new(error, cells.map(bytes))))
        }
    }

    fn unclosed(&self, place: &Place<'_>) -> Broken {
        let cells = place.raw.split(|byte| matches!(byte, b',' | b'\r' | b'\n'));
        let error = AllowlistError::UnclosedQuote { file: self.file.clone(), line: place.line };
        Broken::new(error, cells.map(unquoted))
    }

    /// Why a cell holds no text.
    fn flaw(&self, cell: &[u8], column: &'static str, place: &Place<'_>) -> AllowlistError {
        let (file, line) = (self.file.clone(), place.line);
        match std::str::from_utf8(place.raw) {
            Err(error) if std::str::from_utf8(cell).is_err() => {
                let byte = self.mark + place.start + error.valid_up_to() + 1;
                AllowlistError::CellNotUtf8 { file, line, column, byte }
            }
            _ => AllowlistError::ControlCharacter { file, line, column },
        }
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
    let text = std::str::from_utf8(cell).ok()?;
    let is_space = |c: char| matches!(c, '\t' | '\r' | '\n');
    let prose = column.is_empty() || PROSE.contains(&column);
    let is_bad = |c: char| c.is_control() && !(prose && is_space(c));
    (!text.trim_matches(is_space).contains(is_bad)).then_some(text)
}

/// What commas divide, as `str::split` does, which looks at each byte.
fn cells_of(text: &str) -> impl Iterator<Item = &str> + Clone {
    let ends = memchr::memchr_iter(b',', text.as_bytes()).chain(std::iter::once(text.len()));
    ends.scan(0, |start, end| text.get(std::mem::replace(start, end + 1)..end))
}

/// The text of a line that has nothing but what can be seen of ASCII, and spaces. All bytes are looked at, which is faster than
/// to stop.
fn printable(line: &[u8]) -> Option<&str> {
    let is_plain = line.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    std::str::from_utf8(line).ok().filter(|_| is_plain)
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
