//! Writers for what a run found: text and a page for people, JSON, JSON lines, CSV.
//!
//! Knows `detect` for the columns; nothing of files, of Splunk's protocol or of how findings came about.

mod act;
mod command;
mod csv;
mod evidence;
mod file_read;
mod group;
mod halves;
mod history;
mod html;
mod item;
mod json;
mod link;
mod reasons;
mod sentence;
mod shown;
mod summary;
mod text;
mod texts;
mod tie;
mod whole;

pub use csv::{may_be_neutral, neutral, write_csv};
pub use evidence::Evidence;
pub use file_read::FileRead;
pub use history::{Change, Happened, History, OTHER_TRACES, Told};
pub use html::write_html;
pub use item::Item;
pub use json::{OTHER_FILES, RECORD, SCHEMA_VERSION, write_json, write_json_lines};
pub use reasons::read_reasons;
pub use sentence::todo;
pub use shown::printable;
pub use summary::{Gaps, Summary};
pub use text::{TextOptions, write_text};
pub use texts::{Said, Texts};
pub use whole::{About, Report};
