//! Any bytes as the signature of a file.
#![no_main]

use iismodcheck::file::{Contents, Status};
use iismodcheck_fuzz::{UNSIGNED, u32_at, with_root};

libfuzzer_sys::fuzz_target!(|blob: &[u8]| {
    let mut file = UNSIGNED.to_vec();
    let security = u32_at(&file, 0x3C) + 24 + 112 + 32;
    let entry = u32::try_from(8 + blob.len()).unwrap().to_le_bytes();
    let start = u32::try_from(file.len()).unwrap().to_le_bytes();
    file[security..security + 4].copy_from_slice(&start);
    file[security + 4..security + 8].copy_from_slice(&entry);
    file.extend(entry);
    file.extend([0, 2, 2, 0]);
    file.extend(blob);
    let contents = with_root(|trust| Contents::of(&file, trust));
    let (_, embedded) = contents.program.unwrap().unwrap().signed.unwrap();
    // Nobody can make a signature of the example authority by changing bytes.
    if embedded.primary.status == Status::Valid {
        let signer = embedded.primary.signer.unwrap();
        assert!(signer.issuer.ends_with("CN=Example Code CA, O=Example") || signer.issuer.contains("Code Signing PCA"));
    }
});
