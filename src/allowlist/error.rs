//! What can be wrong with an allowlist or packs file, and where.

/// A file that cannot be used as it is. Names file, line and column and what was expected there.
///
/// The text never quotes a cell: `allowlist=` can be pointed at any file of the lookups folder, and its content
/// must not leak into a search's messages. Column names that are quoted are our own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowlistError {
    /// A byte that is not UTF-8.
    #[error("{file}, line {line}: byte {byte} of the file is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// Display name of the file.
        file: String,
        /// Line of the byte, counted from 1.
        line: u64,
        /// Offset of the byte in the file, counted from 0.
        byte: usize,
    },
    /// The header lacks what makes the file an allowlist (or a packs file).
    #[error("{file}, line {line}: expected a header with {expected}")]
    Header {
        /// Display name of the file.
        file: String,
        /// Line of the header.
        line: u64,
        /// The columns that must be there.
        expected: &'static str,
    },
    /// A known column stands in the header twice.
    #[error("{file}, line {line}: column {column} stands in the header twice; keep one")]
    DuplicateColumn {
        /// Display name of the file.
        file: String,
        /// Line of the header.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// A row with more or fewer cells than the header.
    #[error(
        "{file}, line {line}: the row has {found} cells, expected {expected} as in the header; \
         put a cell that holds a comma in double quotes"
    )]
    CellCount {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
        /// Cells of the row.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// A row in which a double quote is opened and not closed.
    #[error(
        "{file}, line {line}: a double quote is not closed in the row that starts here; \
         close it, and double a quote inside a quoted cell"
    )]
    UnclosedQuote {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
    },
    /// A cell that does not hold what its column takes.
    #[error("{file}, line {line}, column {column}: expected {expected}")]
    Cell {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
        /// The column.
        column: &'static str,
        /// What the cell may hold.
        expected: String,
    },
}

impl AllowlistError {
    /// The line of the error, counted from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        match self {
            Self::NotUtf8 { line, .. }
            | Self::Header { line, .. }
            | Self::DuplicateColumn { line, .. }
            | Self::CellCount { line, .. }
            | Self::UnclosedQuote { line, .. }
            | Self::Cell { line, .. } => *line,
        }
    }

    /// The column of the error; empty where it concerns the whole row or file.
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self {
            Self::Cell { column, .. } | Self::DuplicateColumn { column, .. } => column,
            _ => "",
        }
    }
}
