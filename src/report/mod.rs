//! Writers for scans: text for people, JSON, CSV.
//!
//! Knows `detect` for the columns; nothing of files, of Splunk's protocol or of how findings came about.

mod csv;
mod item;
mod json;
mod reasons;
mod summary;
mod text;
mod whole;

pub use csv::{may_be_neutral, neutral, write_csv};
pub use item::Item;
pub use json::{SCHEMA_VERSION, write_json};
pub use reasons::read_reasons;
pub use summary::{Gaps, Summary};
pub use text::{printable, write_text};
pub use whole::Report;
