//! Texts that are borrowed from the row where they stand, or decoded into the scratch buffer.

use memchr::{memchr, memchr_iter, memmem};

/// A text of the event: a slice of a cell, or a range of the scratch buffer while that still grows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text<'a> {
    /// As it stands in the cell.
    Here(&'a str),
    /// Decoded.
    Decoded { start: usize, end: usize },
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self::Here("")
    }
}

impl<'a> Text<'a> {
    /// The text, once the buffer has its final contents.
    pub(super) fn get(self, buffer: &'a str) -> &'a str {
        match self {
            Self::Here(text) => text,
            Self::Decoded { start, end } => buffer.get(start..end).unwrap_or_default(),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::Here(text) => text.is_empty(),
            Self::Decoded { start, end } => start == end,
        }
    }
}

/// Decodes the character data of an XML element once: entities, CDATA sections, comments. An entity that XML does
/// not define stays as it is written.
pub(super) fn from_xml<'a>(raw: &'a str, buffer: &mut String) -> Text<'a> {
    // Most values are short: looking at each byte costs less than a search.
    if raw.len() < 16 && !raw.bytes().any(|byte| matches!(byte, b'&' | b'<')) {
        return Text::Here(raw);
    }
    let Some(first) = memchr::memchr2(b'&', b'<', raw.as_bytes()) else {
        return Text::Here(raw);
    };
    let start = buffer.len();
    let (plain, mut rest) = raw.split_at_checked(first).unwrap_or((raw, ""));
    buffer.push_str(plain);
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            let (text, after) = inside.split_once("]]>").unwrap_or((inside, ""));
            buffer.push_str(text);
            rest = after;
        } else if let Some(inside) = rest.strip_prefix("<!--") {
            rest = inside.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some((c, after)) = rest.strip_prefix('&').and_then(entity) {
            buffer.push(c);
            rest = after;
        } else {
            // The `&` or `<` that was found is ordinary text after all: take it and go on to the next one.
            let end = rest
                .as_bytes()
                .get(1..)
                .and_then(|tail| memchr::memchr2(b'&', b'<', tail))
                .map_or(rest.len(), |i| i + 1);
            // One of the two is at a character border by construction: both are ASCII.
            let (text, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            buffer.push_str(text);
            rest = after;
        }
    }
    Text::Decoded { start, end: buffer.len() }
}

/// Reads the rest of an entity after its `&`.
fn entity(text: &str) -> Option<(char, &str)> {
    const LONGEST: usize = 10; // `#x10FFFF;` with a zero to spare
    let end = memchr(b';', text.as_bytes().get(..LONGEST.min(text.len()))?)?;
    let name = text.get(..end)?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = match number.strip_prefix(['x', 'X']) {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            // `from_str_radix` takes a sign, XML does not.
            let code = digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits)?;
            char::from_u32(u32::from_str_radix(code, radix).ok()?)?
        }
    };
    Some((c, text.get(end + 1..)?))
}

/// Whether a text came through JSON without being decoded.
///
/// The quote that opens a key is written by the configuration system right after `=`, where no backslash can stand:
/// a name with backslashes in it decides nothing. A text without keys shows it at its outer quotes.
pub(super) fn is_json_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    if memchr(b'\\', bytes).is_none() {
        return false;
    }
    if text.starts_with("Changes to \\u0027") || text.starts_with("Changes to \\\"") {
        return true;
    }
    let escaped = |at: usize| {
        let tail = bytes.get(at..).unwrap_or_default();
        tail.starts_with(b"\\\"") || tail.starts_with(b"\\u0022") || tail.starts_with(b"\\u0027")
    };
    if let Some(key) = memmem::find(bytes, b"[@") {
        let word = bytes.get(key + 2..).unwrap_or_default();
        let length = word.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        return word.get(length) == Some(&b'=') && escaped(key + 2 + length + 1);
    }
    memmem::find_iter(bytes, b"\\\"").any(|at| {
        let tail = bytes.get(at + 2..).unwrap_or_default();
        tail.starts_with(b"/") || tail.starts_with(b"MACHINE")
    })
}

/// Decodes the escapes of a JSON string once. What is no escape stays as it is written.
pub(super) fn from_json<'a>(raw: &str, buffer: &mut String) -> Text<'a> {
    let start = buffer.len();
    let mut done = 0;
    for at in memchr_iter(b'\\', raw.as_bytes()) {
        if at < done {
            continue; // the second backslash of an escaped one, or a part of a surrogate pair
        }
        let Some((c, length)) = raw.get(at..).and_then(json_escape) else {
            continue;
        };
        buffer.push_str(raw.get(done..at).unwrap_or_default());
        buffer.push(c);
        done = at + length;
    }
    buffer.push_str(raw.get(done..).unwrap_or_default());
    Text::Decoded { start, end: buffer.len() }
}

/// Decodes the escapes of a text once more.
pub(super) fn from_json_again<'a>(text: Text<'a>, buffer: &mut String) -> Text<'a> {
    let (mut at, end) = match text {
        Text::Here(text) => return from_json(text, buffer),
        Text::Decoded { start, end } => (start, end),
    };
    let start = buffer.len();
    while let Some(rest) = buffer.get(at..end) {
        let escape = if rest.starts_with('\\') { json_escape(rest) } else { None };
        let Some((c, length)) = escape.or_else(|| rest.chars().next().map(|c| (c, c.len_utf8()))) else {
            break;
        };
        buffer.push(c);
        at += length;
    }
    Text::Decoded { start, end: buffer.len() }
}

/// Takes bytes that are not UTF-8 as far as they are.
pub(super) fn lossy<'a>(raw: &[u8], buffer: &mut String) -> Text<'a> {
    let start = buffer.len();
    for chunk in raw.utf8_chunks() {
        buffer.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            buffer.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Text::Decoded { start, end: buffer.len() }
}

/// The character that an escape at the start of `text` means, and the escape's length.
fn json_escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode_escape(text),
        _ => return None,
    };
    Some((c, 2))
}

fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let first = unit(0)?;
    if let Some(c) = char::from_u32(u32::from(first)) {
        return Some((c, 6));
    }
    let pair = [first, unit(6)?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some((c, 12))
}
