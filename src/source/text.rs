//! Encodings of exported files.

use byteorder::{ByteOrder, LittleEndian};

use super::guess;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// Brings a file to UTF-8 or bytes like it: a byte order mark is dropped, UTF-16 little endian (what Windows PowerShell
/// writes) decoded, and what is no text at all refused with what it seems to be. Bytes that are not UTF-8 inside cells
/// stay as they are.
pub(super) fn decode(bytes: Vec<u8>, origin: &Origin) -> Result<Vec<u8>, Problem> {
    if let Some(other) = guess::binary(&bytes) {
        return Err(other.refused().at(origin.clone()));
    }
    if let Some(utf8) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return Ok(utf8.to_vec());
    }
    let Some(utf16) = bytes.strip_prefix(b"\xFF\xFE") else { return Ok(bytes) };
    if utf16.len() % 2 != 0 {
        let what = "UTF-16 text with an odd number of bytes: the file is cut off";
        let problem = Problem::new(ProblemKind::Damaged, what).with_hint("export or copy it again");
        return Err(problem.at(origin.clone()));
    }
    let mut units = vec![0; utf16.len() / 2];
    LittleEndian::read_u16_into(utf16, &mut units);
    Ok(String::from_utf16_lossy(&units).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let origin = Origin::of_file("f");
        let decoded = |bytes: &[u8]| decode(bytes.to_vec(), &origin).map_err(|error| error.to_string());
        assert_eq!(decoded(b"a,b\n"), Ok(b"a,b\n".to_vec()));
        assert_eq!(decoded(b"\xEF\xBB\xBFa"), Ok(b"a".to_vec()));
        assert_eq!(decoded(b"\xFF\xFEa\0\xe9\0"), Ok("aé".as_bytes().to_vec()));
        assert!(decoded(b"\xFF\xFEa").is_err_and(|error| error.contains("odd number")));
        assert!(decoded(b"ElfFile\0....").is_err_and(|error| error.contains(".evtx")));
        assert!(decoded(b"a\0b\0").is_err_and(|error| error.contains("no text file")));
    }
}
