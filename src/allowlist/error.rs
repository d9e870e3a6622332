//! What can be wrong with an allowlist or packs file, and where.

/// A file that cannot be used as it is. Names file, line and column and what was expected there.
///
/// The text never quotes a cell: `allowlist=` can be pointed at any file of the lookups folder, and its content
/// must not leak into a search's messages. Column names that are quoted are our own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowlistError {
    /// A byte of the header that is not UTF-8.
    #[error(
        "{file}, line {line}: byte {byte} of the file is not UTF-8{}; save the file as UTF-8",
        seems(guess)
    )]
    NotUtf8 {
        /// Display name of the file.
        file: String,
        /// Line of the byte, counted from 1.
        line: u64,
        /// The byte's place in the file, counted from 1.
        byte: usize,
        /// What the file seems to be; empty without a guess.
        guess: &'static str,
    },
    /// A byte of a cell that is not UTF-8.
    #[error(
        "{file}, line {line}{}: byte {byte} of the file is not UTF-8; save the file as UTF-8",
        of(column)
    )]
    CellNotUtf8 {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
        /// The column; empty where it is none that is read.
        column: &'static str,
        /// The byte's place in the file, counted from 1.
        byte: usize,
    },
    /// A cell with a control character: what it shows is not what it holds.
    #[error(
        "{file}, line {line}{}: expected a text without control characters (such as NUL, or a line end); \
         type the cell again",
        of(column)
    )]
    ControlCharacter {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
        /// The column; empty where it is none that is read.
        column: &'static str,
    },
    /// A header in which a double quote is opened and not closed.
    #[error(
        "{file}, line {line}: a double quote is not closed in the header; close it, or remove all quotes from this line"
    )]
    UnclosedHeader {
        /// Display name of the file.
        file: String,
        /// Line of the header.
        line: u64,
    },
    /// The header lacks what makes the file an allowlist (or a packs file).
    #[error("{file}, line {line}: expected a header with {expected}{}", seems(guess))]
    Header {
        /// Display name of the file.
        file: String,
        /// Line of the header.
        line: u64,
        /// The columns that must be there.
        expected: &'static str,
        /// What the line seems to be, and behind a semicolon what to do; empty without a guess.
        guess: &'static str,
    },
    /// A known column is in the header twice.
    #[error("{file}, line {line}: column {column} is in the header twice; keep one")]
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
        "{file}, line {line}: the row has {}, the header {expected}; {}",
        cells(*found),
        cell_count_fix(*found, *expected)
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
        /// What the cell holds. Not in the text, which must not quote a cell.
        found: String,
    },
}

impl AllowlistError {
    /// The line of the error, counted from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        match self {
            Self::NotUtf8 { line, .. }
            | Self::CellNotUtf8 { line, .. }
            | Self::ControlCharacter { line, .. }
            | Self::UnclosedHeader { line, .. }
            | Self::Header { line, .. }
            | Self::DuplicateColumn { line, .. }
            | Self::CellCount { line, .. }
            | Self::UnclosedQuote { line, .. }
            | Self::Cell { line, .. } => *line,
        }
    }

    /// What to write instead, in one sentence.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } | Self::CellNotUtf8 { .. } => {
                "save the file as UTF-8 (Notepad: Save as, Encoding; PowerShell: -Encoding UTF8)"
            }
            Self::ControlCharacter { .. } => "type the cell again",
            Self::UnclosedHeader { .. } => "close the quote, or remove all quotes from this line",
            Self::Header { guess, .. } => guess.rsplit_once("; ").map_or(
                "write the names of the columns in the first line, divided by commas: name,image",
                |(_, fix)| fix,
            ),
            Self::DuplicateColumn { .. } => "keep one of the two columns",
            Self::CellCount { found, expected, .. } => cell_count_fix(*found, *expected),
            Self::UnclosedQuote { .. } => {
                "close the quote behind the cell, and write a double quote inside a quoted cell twice"
            }
            Self::Cell { column, .. } => match *column {
                "enabled" => "write true or false, or leave the cell empty",
                "effect" => "write allow or deny, or leave the cell empty, which means allow",
                "kind" => "write native, managed, isapi_filter or handler, or leave the cell empty",
                "match" => "write exact, glob or name, or leave the cell empty, which means exact",
                "action" => "write one of these actions, or leave the cell empty, which means any",
                "host" | "config_path" => "write the pattern, or clear the cell if any is meant",
                "valid_from" | "expires" => "write the date as year-month-day, and valid_from before expires",
                "name" => {
                    "write the name that the module is registered under, and match=glob where it is a pattern"
                }
                "image" | "type" => {
                    "write the path of the DLL in column image (with match=glob where it is a pattern), or the type of a managed \
                     module in column type"
                }
                "id" => {
                    "correct the id; the files iis_module_baseline.csv and iis_module_threats.csv of the app list them"
                }
                _ => "correct the cell",
            },
        }
    }

    /// Whether the file as a whole cannot be read, and not only one of its rows.
    #[must_use]
    pub fn is_of_the_file(&self) -> bool {
        match self {
            Self::NotUtf8 { .. }
            | Self::UnclosedHeader { .. }
            | Self::Header { .. }
            | Self::DuplicateColumn { .. } => true,
            Self::CellNotUtf8 { .. }
            | Self::ControlCharacter { .. }
            | Self::CellCount { .. }
            | Self::UnclosedQuote { .. }
            | Self::Cell { .. } => false,
        }
    }

    /// Where a row is bad and what to write there, without the name of the file.
    #[must_use]
    pub fn place_and_fix(&self) -> String {
        let fix = match self {
            Self::Cell { expected, .. } => format!("expected {expected}"),
            _ => self.fix().to_owned(),
        };
        format!("line {}{}: {fix}", self.line(), of(self.column()))
    }

    /// What the cell of the error holds; empty where it concerns no cell. Not for a search's messages.
    #[must_use]
    pub fn found(&self) -> &str {
        match self {
            Self::Cell { found, .. } => found,
            _ => "",
        }
    }

    /// The column of the error; empty where it concerns the whole row or file.
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self {
            Self::Cell { column, .. }
            | Self::DuplicateColumn { column, .. }
            | Self::CellNotUtf8 { column, .. }
            | Self::ControlCharacter { column, .. } => column,
            _ => "",
        }
    }
}

fn seems(guess: &str) -> String {
    if guess.is_empty() { String::new() } else { format!(": {guess}") }
}

fn of(column: &str) -> String {
    if column.is_empty() { String::new() } else { format!(", column {column}") }
}

fn cells(count: usize) -> String {
    format!("{count} {}", if count == 1 { "cell" } else { "cells" })
}

fn cell_count_fix(found: usize, expected: usize) -> &'static str {
    if found < expected {
        "write a comma for each cell that is missing at the end"
    } else {
        "put a cell that holds a comma in double quotes"
    }
}
