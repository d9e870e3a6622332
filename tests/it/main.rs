//! The integration tests, one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)] // a test that cannot go on fails here

mod acts;
mod allocations;
mod audit;
mod broken_lists;
mod cli;
mod clocks;
mod collectors;
mod command;
mod cost;
mod damage;
mod decision_twin;
mod docs;
mod doors;
mod figures;
mod files;
mod formats;
mod fuzz;
mod halves;
mod hostile;
mod inventories;
mod layers;
mod made;
mod memory;
mod neighbours;
mod repeats;
mod replay;
mod resources;
mod rollup;
mod schema;
mod spellings;
mod splunk;
mod stories;
mod verdicts;
mod watched;
mod workspace;
