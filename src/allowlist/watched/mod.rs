//! Settings that load code or blind the server, though they are no modules: a table compiled in, and the values that are
//! known there.
//!
//! A row says which configuration paths it is about, on which values, how the value is judged and how much it matters;
//! what follows from it is decided elsewhere.

mod condition;
mod known;
mod path;
mod read;
mod row;
mod table;
#[cfg(test)]
mod tests;

pub use condition::{Answer, Given};
pub use known::Known;
pub use row::{Judged, WatchedSetting, Weight};
pub use table::{How, KNOWN_CSV, Met, SETTINGS_CSV, Watched};
