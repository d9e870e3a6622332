//! Any bytes as a file.
#![no_main]

use iismodcheck::file::Contents;
use iismodcheck_fuzz::with_root;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    let contents = with_root(|trust| Contents::of(file, trust));
    assert_eq!(contents.size, file.len());
});
