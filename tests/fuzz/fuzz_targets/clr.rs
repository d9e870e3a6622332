//! Any bytes as the metadata of an assembly.
#![no_main]

use iismodcheck::file::Contents;
use iismodcheck_fuzz::{ASSEMBLY, with_root};

libfuzzer_sys::fuzz_target!(|metadata: &[u8]| {
    let mut file = ASSEMBLY.to_vec();
    let start = file.windows(4).position(|mark| mark == b"BSJB").unwrap();
    let length = metadata.len().min(file.len() - start);
    file[start..start + length].copy_from_slice(&metadata[..length]);
    let contents = with_root(|trust| Contents::of(&file, trust));
    assert!(contents.program.unwrap().is_some());
});
