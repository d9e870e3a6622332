//! The integration tests, one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)] // a test that cannot go on fails here

mod cli;
mod command;
mod cursor;
mod cursor_memory;
mod docs;
mod doors;
mod layers;
mod protocol;
mod protocol_child;
mod protocol_faults;
mod protocol_rows;
mod support;
