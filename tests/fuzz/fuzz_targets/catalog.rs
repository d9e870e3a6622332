//! Any bytes as a catalog.
#![no_main]

use iismodcheck::file::{Contents, catalog};
use iismodcheck_fuzz::{UNSIGNED, with_root};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    with_root(|trust| {
        let contents = Contents::of(UNSIGNED, trust);
        let (hashes, _) = contents.program.unwrap().unwrap().signed.unwrap();
        let verified = catalog::verify(bytes, &hashes, trust);
        let mut builder = catalog::IndexBuilder::default();
        let _ = builder.add(7, bytes);
        // What is found in a catalog is found by the index, whatever stands behind it there.
        if let Ok(Some(_)) = verified {
            assert!(builder.finish().candidates(&hashes).next() == Some(7));
        }
    });
});
