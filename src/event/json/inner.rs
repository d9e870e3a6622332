//! Strings of a JSON that hold the event once more: as XML, or as JSON.

use memchr::memmem;

use super::collectors::{DATA_XML, INNER_JSON, WHOLE_JSON, WHOLE_XML, WRAPPERS};
use super::read::{behind, is};
use super::walk::walk;
use crate::event::id::Id;
use crate::event::pointer;

/// What a string of a JSON holds. Texts are as written: escapes still stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::event) enum Inner<'t> {
    /// The XML or the JSON of a whole event.
    Event(&'t [u8]),
    /// The XML of event data.
    Data(&'t [u8]),
    /// JSON that belongs where the string stands.
    Json {
        /// The text before the string and its quote.
        before: &'t [u8],
        text: &'t [u8],
        /// The text behind the string and its quote.
        after: &'t [u8],
    },
}

/// The string of a collector's that holds the event once more; `None` where there is none, or where two contradict each other.
pub(in crate::event) fn inner(text: &[u8]) -> Option<Inner<'_>> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    // Most JSON has no string that begins so.
    if ![&b"\"<"[..], b"\"\\u003", b"\"{\\"].iter().any(|start| memmem::find(text, start).is_some()) {
        return None;
    }
    let (mut event, mut data, mut json, mut whole) = (None, None, None, None);
    let mut several = false;
    walk(text, |leaf| {
        let place = if is_xml(leaf.text) {
            if is_at(leaf.path, &WHOLE_XML) && !begins(leaf.text, &DATA_STARTS) {
                &mut event
            } else if is_at(leaf.path, &DATA_XML) && begins(leaf.text, &DATA_STARTS) {
                &mut data
            } else {
                return;
            }
        } else if leaf.text.starts_with(b"{\\\"") && is_at(leaf.path, &INNER_JSON) {
            &mut json
        } else if leaf.text.starts_with(b"{\\\"") && is_at(leaf.path, &WHOLE_JSON) {
            &mut whole
        } else {
            return;
        };
        let found = (leaf.begins, leaf.text);
        several |= place.replace(found).is_some_and(|first: (usize, &[u8])| first.1 != leaf.text);
    })
    .ok()?;
    let found = match (event, data, json) {
        _ if several => return None,
        (Some((_, text)), ..) => Inner::Event(text),
        (None, Some((_, text)), _) => Inner::Data(text),
        (None, None, Some((begins, inside))) => Inner::Json {
            before: text.get(..begins.checked_sub(1)?)?,
            text: inside,
            after: text.get(begins + inside.len() + 1..)?,
        },
        (None, None, None) => {
            let (_, inside) = whole?;
            // The message of an event can be any text, and that of another program too.
            let is_event = super::id(text) == Id::Missing && pointer::points(inside);
            return is_event.then_some(Inner::Event(inside));
        }
    };
    Some(found)
}

/// How event data begins that stands alone.
const DATA_STARTS: [&[u8]; 3] = [b"DataItem", b"EventData", b"Data"];

fn is_xml(text: &[u8]) -> bool {
    behind_bracket(text).is_some()
}

/// What follows the `<` that a text begins with; Go writes an escape for it.
fn behind_bracket(text: &[u8]) -> Option<&[u8]> {
    [&b"<"[..], b"\\u003c", b"\\u003C"].iter().find_map(|bracket| text.strip_prefix(*bracket))
}

fn begins(text: &[u8], names: &[&[u8]]) -> bool {
    let inside = behind_bracket(text).unwrap_or_default();
    names.iter().any(|name| {
        inside.strip_prefix(*name).is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
    })
}

/// Whether a path is one of the known, wrapped or not.
fn is_at(mut path: &[u8], known: &[&str]) -> bool {
    loop {
        if known.iter().any(|known| is(path, known)) {
            return true;
        }
        match WRAPPERS.iter().find_map(|wrapper| behind(path, wrapper)) {
            Some(rest) => path = rest,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_that_hold_the_event() {
        let json = |before, text, after| Some(Inner::Json { before, text, after });
        for (text, expected) in [
            (r#"{"event":{"original":"<Event a='b'>"}}"#, Some(Inner::Event(b"<Event a='b'>"))),
            (r#"{"body":"\u003cEvent/\u003e"}"#, Some(Inner::Event(b"\\u003cEvent/\\u003e"))),
            (r#"{"_source":{"event.original":"<Event/>"}}"#, Some(Inner::Event(b"<Event/>"))),
            (r#"{"EventData":"<DataItem type='x'>"}"#, Some(Inner::Data(b"<DataItem type='x'>"))),
            (
                r#"{"a":1,"Payload":"{\"b\":2}","c":3}"#,
                json(br#"{"a":1,"Payload":"#, br#"{\"b\":2}"#, br#","c":3}"#),
            ),
            (
                r#"{"@timestamp":"x","message":"{\"c\":\"Microsoft-IIS-Configuration/Operational\"}"}"#,
                Some(Inner::Event(br#"{\"c\":\"Microsoft-IIS-Configuration/Operational\"}"#)),
            ),
            (r#"{"@timestamp":"x","message":"{\"b\":2}"}"#, None),
            (r#"{"EventID":4,"Message":"{\"Channel\":\"Microsoft-IIS-Configuration/Operational\"}"}"#, None),
            // Twice the same is one, two are none.
            (r#"{"Event":"<Event/>","xml":"<Event/>"}"#, Some(Inner::Event(b"<Event/>"))),
            (r#"{"Event":"<Event/>","xml":"<Event a=''/>"}"#, None),
            (r#"{"xml":"<Event/>","xml":"<Event/>"}"#, None),
            // A value of an event can be any text.
            (r#"{"NewValue":"<Event/>"}"#, None),
            (r#"{"EventData":{"OldValue":"<Event/>"}}"#, None),
            (r#"{"EventData":"x"}"#, None),
            (r#"{"x":"<Event/>""#, None),
            ("{}", None),
        ] {
            assert_eq!(inner(text.as_bytes()), expected, "{text}");
        }
    }
}
