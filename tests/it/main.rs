//! The integration tests, one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)] // a test that cannot go on fails here

mod allocations;
mod cli;
mod command;
mod cursor;
mod cursor_memory;
mod decision_twin;
mod docs;
mod doors;
mod files;
mod inventories;
mod layers;
mod memory;
mod protocol;
mod protocol_child;
mod protocol_faults;
mod protocol_rows;
mod repeats;
mod resources;
mod rollup;
mod spellings;
mod splunk;
mod stories;
mod support;
mod verdicts;
