//! `allowlist check`: what is wrong, risky or useless in an allowlist file, entry by entry.

mod check;
mod groups;
mod hosts;
mod mistake;
mod overlap;
mod rule;
mod rules;
mod scope;
mod shape;

pub use check::check;
pub use hosts::check_hosts;
pub use mistake::Mistake;
pub use rule::{DUPLICATE_ENTRY, DUPLICATE_ID, EXPIRED, Grade, RULES, Rule, UNKNOWN_COLUMN, VERSION_FOLDER};
