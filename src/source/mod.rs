//! Readers for scans: files in, event rows or listed modules out, one at a time.
//!
//! Knows `event` and `iis` for the names of input columns; nothing of verdicts or of Splunk's protocol.
//!
//! What a file is tells its content, not its name: [`open()`] unpacks and decodes it and chooses the reader of its format. No
//! file is held whole: a reader sees a window of it, one event or record at a time. [`read()`] reads several files at once, and
//! gives their rows in order.

mod ahead;
mod classic;
mod clixml;
mod csv;
mod evtx;
mod form;
mod headed;
mod input;
mod json;
mod limits;
mod lines;
mod open;
mod results;
mod row;
mod snare;
mod text;
mod xml;
mod zip;

pub use ahead::read;
pub use open::{is_standard_input, name, open};
pub use row::{Content, Module, Row, Rows};
