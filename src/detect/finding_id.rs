//! The identity of a finding, for throttling, drill-down and `allowlist add`.

use sha2::{Digest, Sha256};

/// The first 16 bytes, in hexadecimal, of the SHA-256 over the length-prefixed texts: host, change key, verdict, image
/// (or type), record number of the first row, and the hash of the file, where one is given. The same finding has the same id
/// in Splunk and in a scan.
#[must_use]
pub fn finding_id(texts: [&str; 5], file: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for text in texts.into_iter().chain(file) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' - 10 + value });
    let head = hash.finalize();
    head.iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}

#[cfg(test)]
mod tests {
    use super::finding_id;

    #[test]
    fn lengths_keep_texts_apart() {
        assert_ne!(finding_id(["a", "b", "", "", ""], None), finding_id(["ab", "", "", "", ""], None));
        // The expected values were computed with Python's hashlib.
        assert_eq!(finding_id([""; 5], None), "2c34ce1df23b838c5abf2a7f6437cca3");
        assert_eq!(
            finding_id(["web01", "k", "unknown", "c:\\x.dll", "42"], None),
            "b9c881ef56f880ac27e2c61b43b98964"
        );
        assert_ne!(finding_id([""; 5], Some("00")), finding_id([""; 5], None));
    }
}
