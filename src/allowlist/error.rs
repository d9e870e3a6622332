//! What can be wrong with an allowlist or packs file, and where.

use std::error::Error;
use std::fmt;

/// A file that cannot be used as it is. Names file, line and column and what was expected there.
///
/// The text never quotes a cell: `allowlist=` can be pointed at any file of the lookups folder, and its content
/// must not leak into a search's messages. Column names that are quoted are our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowlistError {
    /// A byte of the header that is not UTF-8.
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
    ControlCharacter {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
        /// The column; empty where it is none that is read.
        column: &'static str,
    },
    /// A header in which a double quote is opened and not closed.
    UnclosedHeader {
        /// Display name of the file.
        file: String,
        /// Line of the header.
        line: u64,
    },
    /// The header lacks what makes the file an allowlist (or a packs file).
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
    DuplicateColumn {
        /// Display name of the file.
        file: String,
        /// Line of the header.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// A row with more or fewer cells than the header.
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
    UnclosedQuote {
        /// Display name of the file.
        file: String,
        /// Line on which the row starts.
        line: u64,
    },
    /// A cell that does not hold what its column takes.
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

impl fmt::Display for AllowlistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}{}: {}", self.file(), self.line(), of(self.column()), self.what())?;
        self.hint().iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl Error for AllowlistError {}

impl AllowlistError {
    /// What was found, or expected, there.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::NotUtf8 { byte, guess, .. } => {
                format!("byte {byte} of the file is not UTF-8{}", seems(guess))
            }
            Self::CellNotUtf8 { byte, .. } => format!("byte {byte} of the file is not UTF-8"),
            Self::ControlCharacter { .. } => {
                "expected a text without control characters (such as NUL, or a line end)".to_owned()
            }
            Self::UnclosedHeader { .. } => "a double quote is not closed in the header".to_owned(),
            Self::Header { expected, guess, .. } => {
                let (seems_to_be, _) = guess.split_once("; ").unwrap_or((guess, ""));
                format!("expected a header with {expected}{}", seems(seems_to_be))
            }
            Self::DuplicateColumn { .. } => "it is in the header twice".to_owned(),
            Self::CellCount { found, expected, .. } => {
                format!("the row has {}, the header {expected}", cells(*found))
            }
            Self::UnclosedQuote { .. } => {
                "a double quote is not closed in the row that starts here".to_owned()
            }
            Self::Cell { expected, .. } => format!("expected {expected}"),
        }
    }

    /// What to do, where [`Self::what`] does not say it already.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        let says_it = match self {
            Self::Cell { .. } => true,
            Self::Header { guess, .. } => !guess.contains("; "),
            _ => false,
        };
        (!says_it).then(|| self.fix())
    }

    /// Display name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::NotUtf8 { file, .. }
            | Self::CellNotUtf8 { file, .. }
            | Self::ControlCharacter { file, .. }
            | Self::UnclosedHeader { file, .. }
            | Self::Header { file, .. }
            | Self::DuplicateColumn { file, .. }
            | Self::CellCount { file, .. }
            | Self::UnclosedQuote { file, .. }
            | Self::Cell { file, .. } => file,
        }
    }

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
