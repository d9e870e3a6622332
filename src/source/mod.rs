//! Readers for scans: files in, event rows or listed modules out.
//!
//! Knows `event` for the names of input columns; nothing of verdicts or of Splunk's protocol.

mod csv;
mod text;

use std::io::Read;
use std::path::Path;

use crate::event::INPUTS;

pub use csv::read_csv;

/// One row of a file: owned texts, as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The cells of an event row, in the order of [`INPUTS`].
    Event(Box<[Vec<u8>; INPUTS.len()]>),
    /// A listed module.
    Module(Module),
}

/// A listed module; empty where the file has nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Name.
    pub name: String,
    /// Image path.
    pub image: String,
    /// Managed type.
    pub type_name: String,
    /// preCondition.
    pub precondition: String,
    /// Host.
    pub host: String,
    /// Time as written.
    pub time: String,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be opened or read.
    #[error("{file}: cannot be read: {error}")]
    Io {
        /// Name as given.
        file: String,
        /// What the system says.
        error: std::io::Error,
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

/// Reads a whole file; `-` is standard input.
pub fn read(path: &Path) -> Result<Vec<Row>, SourceError> {
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    let result = if file == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    result.map_err(|error| SourceError::Io { file: file.clone(), error })?;
    let text = text::decode(bytes, &file)?;
    read_csv(&text, &file)
}
