//! Benchmarks of the pieces: `cargo bench --bench pieces`.
#![allow(clippy::unwrap_used)] // a benchmark that cannot be set up stops here

#[path = "pieces/allowlist.rs"]
mod allowlist;
#[path = "pieces/event.rs"]
mod event;
#[path = "pieces/file.rs"]
mod file;
#[path = "pieces/record.rs"]
mod record;

fn main() {
    divan::main();
}
