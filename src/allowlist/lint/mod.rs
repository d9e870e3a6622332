//! `allowlist check`: what is wrong, risky or useless in an allowlist file, entry by entry.

mod check;
mod finding;
mod groups;
mod hosts;
mod overlap;
mod rule;
mod rules;
mod scope;
mod shape;

pub use check::check;
pub use finding::Finding;
pub use hosts::check_hosts;
pub use rule::{DUPLICATE_ENTRY, DUPLICATE_ID, EXPIRED, RULES, Rule, Severity, UNKNOWN_COLUMN};
