//! Reads one file, and only a file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file; `None` for one that has more than are read.
pub(super) fn bytes(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    // Looked at before it is opened: opening a pipe would wait, and a device may do anything.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}
