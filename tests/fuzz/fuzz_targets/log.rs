//! Any bytes as a file: the target's name says which reader its seeds lead to. Whatever it is, reading it ends, and gives no more
//! than it can hold.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use iismodcheck::event::{self, Fields, Scratch};
use iismodcheck::source::{self, Content, Row};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let file = FILE.get_or_init(|| std::env::temp_dir().join(format!("iismodcheck-fuzz-{}", std::process::id())));
    fs::write(file, bytes).unwrap();
    let mut rows = 0_usize;
    for row in source::open(file) {
        rows += 1;
        assert!(rows <= bytes.len() * 1100 + 100);
        if let Ok(Row { content: Content::Event(cells), .. }) = &row {
            let mut fields = Fields::default();
            for (field, cell) in fields.cells.iter_mut().zip(cells.iter()) {
                *field = cell;
            }
            event::read(&fields, &mut Scratch::default());
        }
    }
});
