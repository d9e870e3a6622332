//! A `_raw` that is JSON: the event in it where a known collector wrote it, and of any other which strings and bare words
//! it has, and which number of an event.
//!
//! What stands between two quotes without a backslash before them was put there by the writer of the JSON: a name inside
//! a string cannot end it. So a string that is there whole is no forgery, and neither is a key.

mod collectors;
mod inner;
mod read;
mod walk;

use super::id::{self, Id};
use super::text;
use memchr::{memchr, memchr2};

pub(super) use inner::{Inner, inner};
pub(super) use read::{Json, own, read};

/// Whether a text is JSON by its first character.
pub(super) fn is_json(raw: &[u8]) -> bool {
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    matches!(raw.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether a table with a column of this name has the facts of events as a collector writes them.
#[must_use]
pub fn is_column_of_collector(name: &str) -> bool {
    collectors::COLUMNS.iter().any(|column| name.eq_ignore_ascii_case(column))
}

/// Whether a JSON is an event of some log: it has a number of an event, or points to the IIS configuration.
#[must_use]
pub fn is_event(raw: &[u8]) -> bool {
    id(raw) != Id::Missing || super::pointer::points(raw) || inner(raw).is_some()
}

/// Whether `cell` is one of the values in the JSON, as it stands there or decoded once. An empty cell is in any.
pub(super) fn has(raw: &[u8], cell: &str, buffer: &mut String) -> bool {
    let cell = cell.trim_ascii();
    let end = buffer.len();
    let mut is_cell = |text: &[u8]| {
        // An escape is longer than what it means.
        if text.len() <= cell.len() || memchr(b'\\', text).is_none() {
            return text == cell.as_bytes();
        }
        let Ok(text) = std::str::from_utf8(text) else { return false };
        let decoded = text::from_json(text, buffer).get(buffer).trim_ascii() == cell;
        buffer.truncate(end);
        decoded
    };
    let mut values = Scalars { text: raw, at: 0 }.filter(|scalar| !scalar.is_key);
    cell.is_empty() || values.any(|value| is_cell(value.text.trim_ascii()))
}

/// Whether a value in the JSON begins with `start`.
pub(super) fn begins(raw: &[u8], start: &str) -> bool {
    Scalars { text: raw, at: 0 }.any(|value| !value.is_key && value.text.starts_with(start.as_bytes()))
}

/// The number of the event in a JSON: of several that of event 29, then that of event 50, then that of event 30.
pub(super) fn id(raw: &[u8]) -> Id {
    let mut found = Id::Missing;
    let changes = |text: &[u8]| {
        found = match (id::read(text), found) {
            (Id::Change, _) => Id::Change,
            (Id::Commit, _) | (_, Id::Commit) => Id::Commit,
            (Id::Attempt, _) | (_, Id::Attempt) => Id::Attempt,
            (Id::Other, _) | (_, Id::Other) => Id::Other,
            (Id::Unreadable, _) => Id::Unreadable,
            (Id::Missing, found) => found,
        };
        found == Id::Change
    };
    any_id(raw, changes);
    found
}

/// Whether an event in the JSON has this number.
pub(super) fn has_number(raw: &[u8], number: u64) -> bool {
    any_id(raw, |text| id::number_of(text) == Some(number))
}

/// Gives each text that belongs to a number of an event, until one `is_it`.
fn any_id(raw: &[u8], mut is_it: impl FnMut(&[u8]) -> bool) -> bool {
    let mut scalars = Scalars { text: raw, at: 0 };
    while let Some(scalar) = scalars.next() {
        if !scalar.is_key || !is_id_key(scalar.text) {
            continue;
        }
        let end = scalars.end_of_value();
        let value = Scalars { text: raw.get(..end).unwrap_or_default(), at: scalars.at };
        let mut is_of_other = false;
        for part in value {
            // Qualifiers are a number as well, and none of an event.
            let is_value = !part.is_key && !is_of_other;
            is_of_other = part.is_key && is_qualifiers(part.text);
            if is_value && is_it(part.text) {
                return true;
            }
        }
    }
    false
}

fn is_qualifiers(key: &[u8]) -> bool {
    key.strip_prefix(b"@").unwrap_or(key).eq_ignore_ascii_case(b"qualifiers")
}

/// `EventID`, `event_id`, `winlog.event_id`, `EventCode`, `event.code`; `Id` as PowerShell writes it.
fn is_id_key(key: &[u8]) -> bool {
    let ends_with = |name: &[u8]| {
        let letters = key.iter().rev().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
        letters.take(name.len()).eq(name.iter().rev().copied())
    };
    key == b"Id" || ends_with(b"eventid") || ends_with(b"eventcode")
}

/// A string or a bare word, as written; a string without its quotes.
struct Scalar<'t> {
    text: &'t [u8],
    is_key: bool,
}

struct Scalars<'t> {
    text: &'t [u8],
    at: usize,
}

impl Scalars<'_> {
    /// Where the value behind a key ends: an object at its brace, anything else at the next comma or brace.
    fn end_of_value(&self) -> usize {
        /// Beyond that it is no event's number.
        const LONGEST: usize = 256;
        let mut depth = 0_usize;
        let mut quoted = false;
        for (at, byte) in self.text.iter().enumerate().skip(self.at).take(LONGEST) {
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => return at,
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => return at,
                _ => {}
            }
        }
        self.text.len().min(self.at + LONGEST)
    }
}

impl<'t> Iterator for Scalars<'t> {
    type Item = Scalar<'t>;

    fn next(&mut self) -> Option<Scalar<'t>> {
        let between =
            |b: &u8| b.is_ascii_whitespace() || matches!(b, b'{' | b'}' | b'[' | b']' | b',' | b':');
        self.at += self.text.get(self.at..)?.iter().position(|b| !between(b))?;
        let rest = self.text.get(self.at..)?;
        let Some(inside) = rest.strip_prefix(b"\"") else {
            let length = rest.iter().position(|b| between(b) || *b == b'"').unwrap_or(rest.len());
            self.at += length;
            return Some(Scalar { text: rest.get(..length)?, is_key: false });
        };
        let mut end = 0;
        loop {
            end += memchr2(b'"', b'\\', inside.get(end..)?)?;
            if inside.get(end) == Some(&b'"') {
                break;
            }
            end += 2;
        }
        self.at += end + 2;
        let is_key = self.text.get(self.at..)?.trim_ascii_start().starts_with(b":");
        Some(Scalar { text: inside.get(..end)?, is_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_first_character() {
        for (raw, expected) in [
            ("{}", true),
            (" \n[1]", true),
            ("\u{feff}{", true),
            ("", false),
            ("x{", false),
            ("<Event>", false),
        ] {
            assert_eq!(is_json(raw.as_bytes()), expected, "{raw:?}");
        }
    }

    #[test]
    fn a_value_is_there_whole_or_not_at_all() {
        let raw =
            br#"{"a": "x\" New=C:\\good.dll y", "b":["C:\\b.dll", 1,{"c":"d\u0041"}],"e":null,"f":"\\\"q"}"#;
        for (cell, expected) in [
            ("C:\\b.dll", true),
            (r"C:\\b.dll", true),
            (" C:\\b.dll\n", true),
            ("1", true),
            ("null", true),
            ("dA", true),
            (r#"x" New=C:\good.dll y"#, true),
            (r#"\"q"#, true),
            ("", true),
            ("C:\\good.dll", false),
            ("b", false),
            ("good", false),
            ("d", false),
            ("2", false),
        ] {
            let mut buffer = String::from("before");
            assert_eq!(has(raw, cell, &mut buffer), expected, "{cell:?}");
            assert_eq!(buffer, "before");
        }
        assert!(!has(br#"{"a":"cut"#, "cut", &mut String::new()));
    }

    #[test]
    fn the_number_in_every_shape() {
        for (raw, expected) in [
            (r#"{"EventID":29}"#, Id::Change),
            (r#"{"EventCode": "29"}"#, Id::Change),
            (r#"{"winlog":{"event_id":"29","x":1}}"#, Id::Change),
            (r#"{"event.code":"0x1d"}"#, Id::Change),
            (r#"{"event_id":{"qualifiers":0,"id":29}}"#, Id::Change),
            (r##"{"EventID":{"#attributes":{"Qualifiers":0},"#text":29}}"##, Id::Change),
            (r#"{"Id":29,"Id2":1}"#, Id::Change),
            (r#"{"EventID":4,"data":{"EventID":29}}"#, Id::Change),
            (r#"{"EventID":50}"#, Id::Commit),
            (r#"{"event_id":{"id":50,"qualifiers":0}}"#, Id::Commit),
            (r#"{"EventID":30,"x":29}"#, Id::Attempt),
            (r#"{"EventID":31,"x":29}"#, Id::Other),
            (r#"{"EventID":"x"}"#, Id::Unreadable),
            (r#"{"event_id":{"qualifiers":0,"id":"x"}}"#, Id::Unreadable),
            (r##"{"EventID":{"@Qualifiers":"","#text":"29"}}"##, Id::Change),
            (r#"{"EventRecordID":29,"id":29,"EventIdentity":29}"#, Id::Missing),
            (r#"{"name":"x\" \"EventID\":29"}"#, Id::Missing),
            (r#"{"name":"EventID","value":29}"#, Id::Missing),
            ("{\"EventID\":", Id::Missing),
            ("[29 / 0x001d] text", Id::Missing),
        ] {
            assert_eq!(id(raw.as_bytes()), expected, "{raw}");
        }
    }
}
