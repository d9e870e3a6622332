//! Readers for scans: files in, event rows or listed modules out, one at a time.
//!
//! Knows `event` and `iis` for the names of input columns; nothing of verdicts or of Splunk's protocol.
//!
//! What a file is tells its content, not its name: [`open()`] decodes it and chooses the format, a folder here for each. A
//! format is a [`Reader`].

mod csv;
mod guess;
mod open;
mod reader;
mod row;
mod text;

pub use open::{is_standard_input, name, open, read_from};
pub use reader::Reader;
pub use row::{Content, Module, Row};
