//! What the integration tests share: a double of splunkd, and small commands to run against it.

pub mod commands;
pub mod csv_text;
pub mod events;
pub mod reply;
pub mod splunkd;
