//! The parts of an event's XML in the form in which Windows writes them: the same elements in the same order, single quotes, no
//! blanks. Nearly every event has it, so that it is read in a straight line. Whatever deviates by a byte is left to the
//! scanner, which reads the same of this form (a test compares the two).

use memchr::memchr;

use super::parts::{Part, Parts};

/// What stands before a value, the byte that ends it, and which part it is, if it is one.
type Step = (&'static [u8], u8, Option<Part>);

/// What follows `<System>`.
const SYSTEM: [Step; 15] = [
    (b"<Provider Name='", b'\'', Some(Part::Provider)),
    (b"' Guid='", b'\'', None),
    (b"'/><EventID>", b'<', Some(Part::EventId)),
    (b"</EventID><Version>", b'<', None),
    (b"</Version><Level>", b'<', None),
    (b"</Level><Task>", b'<', None),
    (b"</Task><Opcode>", b'<', None),
    (b"</Opcode><Keywords>", b'<', None),
    (b"</Keywords><TimeCreated SystemTime='", b'\'', Some(Part::Time)),
    (b"'/><EventRecordID>", b'<', Some(Part::Record)),
    (b"</EventRecordID><Correlation/><Execution ProcessID='", b'\'', Some(Part::Process)),
    (b"' ThreadID='", b'\'', None),
    (b"'/><Channel>", b'<', Some(Part::Channel)),
    (b"</Channel><Computer>", b'<', Some(Part::Computer)),
    (b"</Computer><Security UserID='", b'\'', Some(Part::Sid)),
];
const END: &[u8] = b"'/></System>";

/// The parts of a `System` whose start tag was just read, and how long it is with its end tag.
pub(super) fn system(text: &[u8]) -> Option<(Parts<'_>, usize)> {
    let (mut parts, mut rest) = (Parts::default(), text);
    for (before, end, part) in SYSTEM {
        let value;
        (value, rest) = until(rest.strip_prefix(before)?, end)?;
        if let Some(part) = part {
            parts[part] = Some(value);
        }
    }
    let behind = rest.strip_prefix(END)?;
    Some((parts, text.len() - behind.len()))
}

/// The name and the value of a `Data` at the start of a text, and how long it is with its tags.
pub(super) fn data(text: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let (name, rest) = until(text.strip_prefix(b"<Data Name='")?, b'\'')?;
    let (value, rest) = until(rest.strip_prefix(b"'>")?, b'<')?;
    let behind = rest.strip_prefix(b"</Data>")?;
    Some((name, value, text.len() - behind.len()))
}

fn until(text: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    text.split_at_checked(memchr(end, text)?)
}
