//! CSV: exports of events, and lists of modules.

mod columns;
mod dates;
mod reader;
mod records;
mod table;
mod times;

pub use reader::CsvReader;
