//! The integration tests, one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)] // a test that cannot go on fails here

mod inventories;
mod layers;
mod rollup;
mod splunk;
mod stories;
