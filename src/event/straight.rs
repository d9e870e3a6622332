//! The parts of an event's XML in the form in which Windows writes them: the same elements in the same order, single quotes, no
//! blanks. Nearly every event has it, so that it is read in a straight line. Whatever deviates by a byte is left to the
//! scanner, which reads the same of this form (a test compares the two).

use memchr::memchr;

use super::parts::{Part, Parts};

/// Reads one value after the other: what stands before it, the byte that ends it, and which part it is, if it is one.
macro_rules! values {
    ($parts:ident, $rest:ident: $($before:literal $end:literal $($part:ident)?,)*) => {$(
        let value;
        (value, $rest) = until($rest.strip_prefix($before)?, $end)?;
        $($parts[Part::$part] = Some(value);)?
        let _ = value;
    )*};
}

/// The parts of a `System` whose start tag was just read, and how long it is with its end tag.
pub(super) fn system(text: &[u8]) -> Option<(Parts<'_>, usize)> {
    let (mut parts, mut rest) = (Parts::default(), text);
    values! { parts, rest:
        b"<Provider Name='" b'\'' Provider,
        b"' Guid='" b'\'',
        b"'/><EventID>" b'<' EventId,
        b"</EventID><Version>" b'<',
        b"</Version><Level>" b'<',
        b"</Level><Task>" b'<',
        b"</Task><Opcode>" b'<',
        b"</Opcode><Keywords>" b'<',
        b"</Keywords><TimeCreated SystemTime='" b'\'' Time,
        b"'/><EventRecordID>" b'<' Record,
        b"</EventRecordID><Correlation/><Execution ProcessID='" b'\'' Process,
        b"' ThreadID='" b'\'',
        b"'/><Channel>" b'<' Channel,
        b"</Channel><Computer>" b'<' Computer,
        b"</Computer><Security UserID='" b'\'' Sid,
    }
    let behind = rest.strip_prefix(b"'/></System>")?;
    Some((parts, text.len() - behind.len()))
}

/// The name and the value of a `Data` at the start of a text, and how long it is with its tags.
pub(super) fn data(text: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let (name, rest) = until(text.strip_prefix(b"<Data Name='")?, b'\'')?;
    let (value, rest) = until(rest.strip_prefix(b"'>")?, b'<')?;
    let behind = rest.strip_prefix(b"</Data>")?;
    Some((name, value, text.len() - behind.len()))
}

/// The text before a byte, and from it on. Most values are short: a few words are looked at before a search is begun.
#[inline]
fn until(text: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    const LOW: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut at = 0;
    for word in text.as_chunks().0.iter().take(3) {
        let difference = u64::from_le_bytes(*word) ^ u64::from_ne_bytes([end; 8]);
        let found = difference.wrapping_sub(LOW) & !difference & HIGH;
        if found != 0 {
            return text.split_at_checked(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    text.split_at_checked(at + memchr(end, text.get(at..)?)?)
}
