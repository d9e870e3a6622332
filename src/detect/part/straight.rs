//! A part in the form in which it is written: the same keys in the same order, no blanks. It is written and read in a straight
//! line; whatever deviates by a byte is left to the general way of JSON, which writes and reads the same of this form (a test
//! compares the two).

use std::borrow::Cow;

use serde::de::IntoDeserializer;
use serde::de::value::Error;
use serde::{Deserialize, Serialize};

use super::facts::{Part, PartChange, write_string};

/// The part that a text is.
pub(super) fn read(text: &[u8]) -> Option<Part<'_>> {
    let text = std::str::from_utf8(text).ok()?;
    // No JSON holds them as they are.
    if has_control(text) {
        return None;
    }
    let mut rest = Rest(text);
    let part = Part {
        record: rest.string("{\"record\":\"")?,
        time: rest.number(",\"time\":")?,
        actor: rest.string(",\"actor\":\"")?,
        process: rest.string(",\"process\":\"")?,
        time_assumed: rest.passes(",\"time_assumed\":true"),
        indexed: rest.optional(",\"indexed\":", Rest::number).ok()?,
        unparsed: rest.optional(",\"unparsed\":\"", Rest::string).ok()?,
        change: if rest.passes(",\"change\":") { Some(change(&mut rest)?) } else { None },
    };
    (rest.0 == "}").then_some(part)
}

fn change<'a>(rest: &mut Rest<'a>) -> Option<PartChange<'a>> {
    let change = PartChange {
        section: rest.word("{\"section\":\"")?,
        element: rest.word(",\"element\":\"")?,
        name: rest.string(",\"name\":\"")?,
        attribute: rest.string(",\"attribute\":\"")?,
        operation: rest.word(",\"operation\":\"")?,
        old: rest.optional(",\"old\":\"", Rest::string).ok()?,
        new: rest.optional(",\"new\":\"", Rest::string).ok()?,
        appended_image: rest.optional(",\"appended_image\":\"", Rest::string).ok()?,
        config_path: rest.string(",\"config_path\":\"")?,
        location: rest.string(",\"location\":\"")?,
        source: rest.optional(",\"source\":\"", Rest::word).ok()?,
        secret: None,
        attempted: rest.passes(",\"attempted\":true"),
    };
    rest.passes("}").then_some(change)
}

/// Writes a part that has no control characters and no secret; false, with nothing written, for any other.
pub(super) fn write(part: &Part<'_>, buffer: &mut Vec<u8>) -> bool {
    let Part { record, time, actor, process, time_assumed, indexed, unparsed, change } = part;
    let start = buffer.len();
    let mut writing = Writing { buffer, is_plain: true };
    writing.string("{\"record\":", record);
    writing.word(",\"time\":", *time);
    writing.string(",\"actor\":", actor);
    writing.string(",\"process\":", process);
    writing.plain(if *time_assumed { ",\"time_assumed\":true" } else { "" });
    if let Some(indexed) = indexed {
        writing.word(",\"indexed\":", *indexed);
    }
    writing.optional(",\"unparsed\":", unparsed.as_ref());
    if let Some(change) = change {
        writing.is_plain &= change.secret.is_none();
        writing.word(",\"change\":{\"section\":", change.section);
        writing.word(",\"element\":", change.element);
        writing.string(",\"name\":", &change.name);
        writing.string(",\"attribute\":", &change.attribute);
        writing.word(",\"operation\":", change.operation);
        writing.optional(",\"old\":", change.old.as_ref());
        writing.optional(",\"new\":", change.new.as_ref());
        writing.optional(",\"appended_image\":", change.appended_image.as_ref());
        writing.string(",\"config_path\":", &change.config_path);
        writing.string(",\"location\":", &change.location);
        if let Some(source) = change.source {
            writing.word(",\"source\":", source);
        }
        writing.plain(if change.attempted { ",\"attempted\":true}" } else { "}" });
    }
    writing.plain("}");
    let is_plain = writing.is_plain;
    if !is_plain {
        buffer.truncate(start);
    }
    is_plain
}

/// A part that is being written.
struct Writing<'b> {
    buffer: &'b mut Vec<u8>,
    is_plain: bool,
}

impl Writing<'_> {
    fn plain(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, before: &str, text: &str) {
        self.is_plain &= !has_control(text);
        self.plain(before);
        write_string(self.buffer, text);
    }

    fn optional(&mut self, before: &str, text: Option<&Cow<'_, str>>) {
        if let Some(text) = text {
            self.string(before, text);
        }
    }

    /// One of the words of a list, or a number.
    fn word(&mut self, before: &str, word: impl Serialize) {
        self.plain(before);
        // Writing to a vector cannot fail.
        let _: Result<(), _> = serde_json::to_writer(&mut *self.buffer, &word);
    }
}

/// Whether a text has control characters. Without a branch for each byte.
fn has_control(text: &str) -> bool {
    text.bytes().fold(u8::MAX, u8::min) < b' '
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Goes past a text that may be next.
    #[inline]
    fn passes(&mut self, expected: &str) -> bool {
        let rest = self.0.strip_prefix(expected);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// A value that may be left out; an error where it is there and cannot be read.
    #[inline]
    fn optional<T>(
        &mut self,
        before: &str,
        read: impl Fn(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, ()> {
        if self.0.starts_with(before) { read(self, before).map(Some).ok_or(()) } else { Ok(None) }
    }

    /// A string behind this text, which ends with the quote that opens it.
    fn string(&mut self, before: &str) -> Option<Cow<'a, str>> {
        let text = self.0.strip_prefix(before)?;
        let mut decoded = String::new();
        let mut done = 0;
        loop {
            let end = done + text.as_bytes().get(done..)?.iter().position(|b| matches!(b, b'"' | b'\\'))?;
            let plain = text.get(done..end)?;
            if text.as_bytes().get(end) == Some(&b'"') {
                self.0 = text.get(end + 1..)?;
                let is_decoded = done > 0;
                return Some(if is_decoded { Cow::Owned(decoded + plain) } else { Cow::Borrowed(plain) });
            }
            let escaped = text.as_bytes().get(end + 1).filter(|byte| matches!(byte, b'"' | b'\\'))?;
            if done == 0 {
                decoded.reserve(text.len().min(2 * end + 64));
            }
            decoded.push_str(plain);
            decoded.push(char::from(*escaped));
            done = end + 2;
        }
    }

    /// One of the words of a list.
    fn word<T: Deserialize<'a>>(&mut self, before: &str) -> Option<T> {
        let (word, rest) = self.0.strip_prefix(before)?.split_once('"')?;
        self.0 = rest;
        let word: serde::de::value::BorrowedStrDeserializer<'a, Error> =
            serde::de::value::BorrowedStrDeserializer::new(word);
        T::deserialize(word.into_deserializer()).ok()
    }

    /// A whole number.
    fn number(&mut self, before: &str) -> Option<i64> {
        let text = self.0.strip_prefix(before)?;
        let end = text.bytes().position(|byte| !(byte.is_ascii_digit() || byte == b'-'))?;
        let (number, rest) = text.split_at_checked(end)?;
        self.0 = rest;
        let digits = number.strip_prefix('-').unwrap_or(number);
        let is_plain = !digits.starts_with('0') || number == "0";
        number.parse().ok().filter(|_| is_plain)
    }
}
