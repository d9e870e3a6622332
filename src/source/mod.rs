//! Readers for scans: files in, event rows or listed modules out.
//!
//! Knows `event` and `iis` for the names of input columns; nothing of verdicts or of Splunk's protocol.

mod columns;
mod csv;
mod dates;
mod guess;
mod records;
mod text;
mod times;

use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::event::INPUTS;

pub use csv::read_csv;

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// What it holds.
    pub content: Content,
}

/// What a row holds: owned bytes, as the file has them, but for dates written for people, which are in ISO 8601 where they
/// can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The cells of an event row, in the order of [`INPUTS`].
    Event(Box<[Vec<u8>; INPUTS.len()]>),
    /// A listed module.
    Module(Module),
}

/// A listed module; empty where the file has nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// The cells of [`Registration::columns`](crate::iis::Registration::columns).
    pub cells: Vec<Vec<u8>>,
    /// Host.
    pub host: Vec<u8>,
    /// Time as written.
    pub time: Vec<u8>,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened or read.
    #[error("{file}: cannot be read: {why}")]
    Io {
        /// Name as given.
        file: String,
        /// Why not, and what to do.
        why: String,
    },
    /// The file is not of a form that is read.
    #[error("{file}: {what}")]
    Form {
        /// Name as given.
        file: String,
        /// What was found, what was expected, what to do.
        what: String,
    },
    /// A record cannot be read.
    #[error("{file}, line {line}: {what}")]
    Record {
        /// Name as given.
        file: String,
        /// Line in the file, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

/// What a file is called in errors and reports: its path as given, or `standard input` for `-`.
#[must_use]
pub fn name(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether a path stands for standard input, which can be read once.
#[must_use]
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a whole file; `-` is standard input.
pub fn read(path: &Path) -> Result<Vec<Row>, SourceError> {
    let file = name(path);
    let mut bytes = Vec::new();
    let result = if is_standard_input(path) {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else if path.is_dir() {
        return Err(SourceError::Io { why: folder(path), file });
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    result.map_err(|error| SourceError::Io { why: why(path, &error), file: file.clone() })?;
    let text = text::decode(bytes, &file)?;
    read_csv(&text, &file)
}

/// What to do with a folder.
fn folder(path: &Path) -> String {
    let files = path.join("*.csv");
    format!(
        "it is a folder; name the files in it, such as {files} (in PowerShell: (Get-ChildItem {files}).FullName)",
        files = files.display()
    )
}

fn why(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        // Which kind it is depends on the system: Windows has no file of such a name.
        _ if path.to_string_lossy().contains('*') => format!(
            "no file has this name, and the shell found none for the pattern; in PowerShell write (Get-ChildItem {}).FullName",
            path.display()
        ),
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ => error.to_string(),
    }
}
