//! skeleton
pub mod allowlist;
pub mod cli;
pub mod command;
pub mod detect;
pub mod event;
pub mod iis;
pub mod report;
pub mod searchcommand;
pub mod source;
