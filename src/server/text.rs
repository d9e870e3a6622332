//! Bytes of a configuration file as text.

/// Encodings that files declare and that agree with UTF-8 in all that such a file can hold, or are told by their bytes.
const DECLARED: [&str; 6] = ["utf-8", "utf8", "utf-16", "us-ascii", "ascii", "unicode"];
/// Encodings of which only the bytes of ASCII agree.
const LIKE_ASCII: [&str; 4] = ["iso-8859-1", "iso-8859-15", "windows-1252", "windows-1250"];

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoText {
    /// Bytes of the file before the fault.
    pub offset: u64,
    /// What is wrong.
    pub what: String,
}

/// UTF-8 or UTF-16, with a byte order mark or without. What is wrong is not replaced: a name with another letter is another
/// name.
pub(super) fn decode(bytes: &[u8]) -> Result<String, NoText> {
    let (mark, big) = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (3, None),
        [0xFF, 0xFE, ..] => (2, Some(false)),
        [0xFE, 0xFF, ..] => (2, Some(true)),
        // A configuration begins with `<`, or with white space before it.
        [first, 0, ..] if *first != 0 => (0, Some(false)),
        [0, second, ..] if *second != 0 => (0, Some(true)),
        _ => (0, None),
    };
    let bytes = bytes.get(mark..).unwrap_or_default();
    let text = match big {
        None => String::from_utf8(bytes.to_vec()).map_err(|error| NoText {
            offset: (mark + error.utf8_error().valid_up_to()) as u64,
            what: "it is neither UTF-8 nor UTF-16".to_owned(),
        })?,
        Some(big) => utf16(bytes, big)
            .map_err(|at| NoText { offset: (mark + at) as u64, what: "it is no sound UTF-16".to_owned() })?,
    };
    match declared(&text) {
        Some(name) if !agrees(name, &text) => {
            let what = format!("it declares the encoding `{name}`, which is not read");
            Err(NoText { offset: 0, what })
        }
        _ => Ok(text),
    }
}

/// The error is the number of bytes before the fault.
fn utf16(bytes: &[u8], big: bool) -> Result<String, usize> {
    let unit = |pair: &[u8]| match pair {
        [first, second] if big => u16::from_be_bytes([*first, *second]),
        [first, second] => u16::from_le_bytes([*first, *second]),
        _ => 0,
    };
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut read = 0;
    for character in char::decode_utf16(bytes.chunks_exact(2).map(unit)) {
        let character = character.map_err(|_| read)?;
        text.push(character);
        read += character.len_utf16() * 2;
    }
    if bytes.len().is_multiple_of(2) { Ok(text) } else { Err(bytes.len() - 1) }
}

/// The encoding that the declaration at the beginning names.
fn declared(text: &str) -> Option<&str> {
    let (declaration, _) = text.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

fn agrees(name: &str, text: &str) -> bool {
    let is = |known: &str| known.eq_ignore_ascii_case(name.trim());
    DECLARED.iter().any(|known| is(known)) || text.is_ascii() && LIKE_ASCII.iter().any(|known| is(known))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn encodings() {
        let of = |text: &str, big: bool| -> Vec<u8> {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let text = "<a b=\"ä𝄞\"/>";
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            of(text, false),
            of(text, true),
            [b"\xFF\xFE".to_vec(), of(text, false)].concat(),
            [b"\xFE\xFF".to_vec(), of(text, true)].concat(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:?}");
        }
        let wrong = |bytes: &[u8]| decode(bytes).unwrap_err().offset;
        assert_eq!(wrong(b"<a b=\"\xE4\"/>"), 6);
        assert_eq!(wrong(b"\xEF\xBB\xBF<\xFF"), 4);
        let cut = of(text, false);
        assert_eq!(wrong(&cut[..cut.len() - 1]), cut.len() as u64 - 2);
        assert_eq!(wrong(&[b"\xFF\xFE<\0".as_slice(), &[0x34, 0xD8, b'a', 0]].concat()), 4);
    }

    #[test]
    fn what_is_declared_must_agree() {
        for (name, is_read) in [
            ("utf-8", true),
            ("UTF-8", true),
            ("utf-16", true),
            ("iso-8859-1", true),
            ("utf-7", false),
            ("IBM037", false),
            ("shift_jis", false),
        ] {
            for quote in ['"', '\''] {
                let text = format!("<?xml version=\"1.0\" encoding={quote}{name}{quote} ?><a/>");
                assert_eq!(decode(text.as_bytes()).is_ok(), is_read, "{text}");
            }
        }
        assert!(decode("<?xml version='1.0' encoding='iso-8859-1'?><a b='ä'/>".as_bytes()).is_err());
        assert!(decode(b"<a encoding='utf-7'/>").is_ok());
    }
}
