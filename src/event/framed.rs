//! The XML of an event that stands in another text: behind a header of syslog, or in a list of events.

use memchr::memmem;

use super::id::{self, Id};
use super::log::{self, Log};
use super::parts::Part;
use super::{message, pointer, xml};

/// The log and the number of an event whose XML begins within the text, as behind the header of syslog. Nothing before the
/// event may be somebody's choice: what names a path holds a name of a module too.
pub(super) fn framed(text: &[u8]) -> (Log, Id) {
    let is_event =
        |at: &usize| matches!(text.get(at + b"<Event".len()), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n'));
    let at = memmem::find_iter(text, b"<Event").find(is_event);
    let Some((before, event)) = at.and_then(|at| text.split_at_checked(at)) else {
        return (Log::Unknown, Id::Missing);
    };
    let behind = memmem::find(event, b"</Event>").and_then(|end| event.get(end..)).unwrap_or_default();
    let is_forgeable =
        |text| pointer::names_path(text) || memmem::find(text, message::START.as_bytes()).is_some();
    if is_forgeable(before) || pointer::points(behind) {
        return (Log::Unknown, Id::Missing);
    }
    let system = xml::read(event, |_| false);
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
