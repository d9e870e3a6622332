//! The XML of an event that stands in another text: behind a header of syslog, or in a list of events.

use memchr::memmem;

use super::id::{self, Id};
use super::log::{self, Log};
use super::parts::Part;
use super::reasons::Unreadable;
use super::{message, pointer, xml};

/// The event whose XML begins within the text, as behind the header of syslog, to its end, or with all that follows where that
/// may be another event; `None` where there is none, or where it cannot be believed. Nothing before the event may be somebody's
/// choice: what names a path holds a name of a module too. Neither may there be a document type.
pub(super) fn event(text: &[u8]) -> Option<&[u8]> {
    const END: &[u8] = b"</Event>";
    let (before, rest) = text.split_at_checked(start(text)?)?;
    let is_forgeable = pointer::names_path(before)
        || memmem::find(before, message::START.as_bytes()).is_some()
        || memmem::find(before, b"<!").is_some();
    let end = memmem::find(rest, END).map_or(rest.len(), |end| end + END.len());
    let (event, behind) = rest.split_at_checked(end)?;
    (!is_forgeable).then_some(if pointer::points(behind) { rest } else { event })
}

/// Where the first element `Event` begins, with a prefix or without.
fn start(text: &[u8]) -> Option<usize> {
    /// A prefix longer than that is none.
    const LONGEST_PREFIX: usize = 16;
    memmem::find_iter(text, b"Event").find_map(|at| {
        let is_delimited = matches!(text.get(at + b"Event".len()), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n'));
        let before = text.get(at.saturating_sub(LONGEST_PREFIX)..at)?;
        let open = if before.ends_with(b":") {
            memchr::memrchr(b'<', before)?
        } else {
            before.len().checked_sub(1)?
        };
        let (bracket, prefix) = before.get(open..)?.split_first()?;
        let is_prefix = prefix.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b':');
        (is_delimited && *bracket == b'<' && is_prefix).then_some(at - before.len() + open)
    })
}

/// The log and the number of such an event.
pub(super) fn framed(text: &[u8]) -> (Log, Id) {
    let Some(event) = event(text) else { return (Log::Unknown, Id::Missing) };
    let system = xml::read(event, |_| false);
    if system.problem == Some(Unreadable::TrailingText) {
        return (Log::Unknown, Id::Missing);
    }
    (log::of_parts(&system.parts), id::read(system.parts.get(Part::EventId)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_behind_a_header() {
        let event = |provider: &str, id: u8| {
            format!(
                "<Event xmlns='x'><System><Provider Name='{provider}'/><EventID>{id}</EventID></System></Event>"
            )
        };
        let ours = event("Microsoft-Windows-IIS-Configuration", 29);
        let other = event("Microsoft-Windows-Sysmon", 1);
        let unknown = (Log::Unknown, Id::Missing);
        for (text, expected) in [
            (format!("<13>1 web01 winlog - - - {ours}"), (Log::Iis, Id::Change)),
            (format!("<Events>{other}</Events>"), (Log::Other, Id::Other)),
            (format!("<Events>{other}{ours}</Events>"), unknown),
            (format!("Changes to '/system.webServer/modules/add[@name=\"{other}"), unknown),
            ("no event".to_owned(), unknown),
        ] {
            assert_eq!(framed(text.as_bytes()), expected, "{text}");
        }
    }
}
