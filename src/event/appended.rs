//! Values that a shipper appended to the message, after the sentence: `NewValue="…"`, `New value: …`, `image="…"`.
//!
//! Only the text after both quoted values of the sentence is looked at, so that nothing inside the configuration
//! path, which holds a name of the attacker's choice, can pass for an appended value.

use super::quotes;
use super::reasons::Unreadable;

/// What was appended; `None` for what was not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Appended<'a> {
    pub(super) operation: Option<&'a str>,
    pub(super) old: Option<&'a str>,
    pub(super) new: Option<&'a str>,
    pub(super) image: Option<&'a str>,
}

impl Appended<'_> {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Copy)]
enum Key {
    Operation,
    Old,
    New,
    Image,
}

const KEYS: [(&str, Key); 8] = [
    ("NewValue", Key::New),
    ("New value", Key::New),
    ("New_value", Key::New),
    ("OldValue", Key::Old),
    ("Old value", Key::Old),
    ("Old_value", Key::Old),
    ("EditOperationType", Key::Operation),
    ("image", Key::Image),
];

/// Each of the values twice. The search for a value's end is linear, so this bound keeps the whole linear.
const MOST_VALUES: usize = 8;

/// Reads the values in `rest`, the text after the sentence. Keys are compared without case; a value that is given
/// twice with different contents is an error, because one of the two may have come out of the other's value.
pub(super) fn read(rest: &str) -> Result<Appended<'_>, Unreadable> {
    let mut found = Appended::default();
    if rest.is_empty() {
        return Ok(found);
    }
    let mut at = 0;
    let mut values = 0_usize;
    while let Some((key, start)) = next_key(rest, at) {
        let (value, end) = value(rest, start);
        let slot = match key {
            Key::Operation => &mut found.operation,
            Key::Old => &mut found.old,
            Key::New => &mut found.new,
            Key::Image => &mut found.image,
        };
        values += 1;
        if values > MOST_VALUES || slot.replace(value).is_some_and(|first| first != value) {
            return Err(Unreadable::RepeatedValue);
        }
        at = end;
    }
    Ok(found)
}

/// The first key at or after `from`, and where its value starts.
fn next_key(text: &str, from: usize) -> Option<(Key, usize)> {
    let tail = text.get(from..)?;
    // Every key ends in `=` or `:`, and there are far fewer of those than of letters.
    memchr::memchr2_iter(b'=', b':', tail.as_bytes()).find_map(|i| {
        let separator = from + i;
        let before = text.get(from..separator)?.trim_end_matches(quotes::is_blank);
        let key = KEYS.iter().find_map(|&(name, key)| {
            let start = before.len().checked_sub(name.len())?;
            let (head, tail) = before.split_at_checked(start)?;
            (tail.eq_ignore_ascii_case(name) && is_border(head)).then_some(key)
        })?;
        Some((key, separator + 1))
    })
}

/// Whether a key can begin after `before`.
fn is_border(before: &str) -> bool {
    before
        .chars()
        .next_back()
        .is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '|' | '(' | '[' | '{'))
}

/// The value that starts at `start`, and where the text goes on after it.
fn value(text: &str, start: usize) -> (&str, usize) {
    let tail = text.get(start..).unwrap_or_default();
    let value = tail.trim_start_matches(quotes::is_blank);
    let start = start + (tail.len() - value.len());
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inside = value.get(1..).unwrap_or_default();
        let closed = inside.match_indices(quote).find(|(i, _)| {
            let next = inside.get(i + 1..).unwrap_or_default().chars().next();
            next.is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '|' | ')' | ']' | '}'))
        });
        if let Some((end, _)) = closed {
            return (inside.get(..end).unwrap_or_default(), start + 1 + end + 1);
        }
    }
    let line = value.find(['\r', '\n']).unwrap_or(value.len());
    let line = value.get(..line).unwrap_or_default();
    // An unquoted value holds blanks (`C:\Program Files`), so it ends where the next key begins.
    let end = key_border(line).unwrap_or(line.len());
    let value = line.get(..end).unwrap_or_default();
    let trimmed = value.trim();
    let trimmed =
        if end < line.len() { trimmed.trim_end_matches([',', ';', '|']).trim_end() } else { trimmed };
    (trimmed, start + end)
}

/// Where the next key begins in the line of an unquoted value.
fn key_border(line: &str) -> Option<usize> {
    let (_, after) = next_key(line, 0)?;
    let before = line.get(..after.checked_sub(1)?)?.trim_end_matches(quotes::is_blank);
    KEYS.iter().find_map(|(name, _)| {
        let start = before.len().checked_sub(name.len())?;
        before.get(start..)?.eq_ignore_ascii_case(name).then_some(start)
    })
}
