//! Encodings of exported files.

use byteorder::{ByteOrder, LittleEndian};

use super::SourceError;

/// Brings a file to UTF-8 or bytes like it: a byte order mark is dropped, UTF-16 little endian (what Windows PowerShell
/// writes) decoded, and what is no text at all refused with what it seems to be. Bytes that are not UTF-8 inside cells
/// stay as they are.
pub(super) fn decode(bytes: Vec<u8>, file: &str) -> Result<Vec<u8>, SourceError> {
    let form = |what: &str| SourceError::Form { file: file.to_owned(), what: what.to_owned() };
    if bytes.starts_with(b"ElfFile\0") {
        return Err(form(
            "this is an .evtx event log; scan reads exports. Export it in PowerShell: \
             Get-WinEvent -Path FILE.evtx | ForEach-Object { [pscustomobject]@{ _raw = $_.ToXml() } } | \
             Export-Csv events.csv -NoTypeInformation -Encoding UTF8",
        ));
    }
    if let Some(utf8) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return Ok(utf8.to_vec());
    }
    if let Some(utf16) = bytes.strip_prefix(b"\xFF\xFE") {
        if utf16.len() % 2 != 0 {
            return Err(form("UTF-16 text with an odd number of bytes: the file is cut off"));
        }
        let mut units = vec![0; utf16.len() / 2];
        LittleEndian::read_u16_into(utf16, &mut units);
        return Ok(String::from_utf16_lossy(&units).into_bytes());
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Err(form("UTF-16 text in big endian order: save the file as UTF-8"));
    }
    if bytes.iter().take(512).any(|byte| *byte == 0) {
        return Err(form("not a text file: scan reads CSV exports"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let decoded = |bytes: &[u8]| decode(bytes.to_vec(), "f").map_err(|error| error.to_string());
        assert_eq!(decoded(b"a,b\n"), Ok(b"a,b\n".to_vec()));
        assert_eq!(decoded(b"\xEF\xBB\xBFa"), Ok(b"a".to_vec()));
        assert_eq!(decoded(b"\xFF\xFEa\0\xe9\0"), Ok("aé".as_bytes().to_vec()));
        assert!(decoded(b"\xFF\xFEa").is_err_and(|error| error.contains("odd number")));
        assert!(decoded(b"ElfFile\0....").is_err_and(|error| error.contains(".evtx")));
        assert!(decoded(b"PK\x03\x04\0\0").is_err_and(|error| error.contains("not a text file")));
    }
}
