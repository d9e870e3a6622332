//! Findings for people at a terminal: what to do first, then the worst first.

mod brief;
mod details;
mod facts;
mod lines;
mod page;

pub use page::{TextOptions, write_text};
