//! The protocol's tests, one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)] // a test that cannot go on fails here

mod child;
mod commands;
mod cursor;
mod cursor_memory;
mod faults;
mod rows;
mod session;
