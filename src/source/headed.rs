//! Lines of a relay: the XML or the JSON of an event behind a header of syslog, or behind what a runtime of containers writes.

use memchr::memmem;

/// Bytes of a header, at most.
const LONGEST_HEADER: usize = 256;

/// Whether a line is an event behind a header: it begins with a priority or has a time of day, and the event follows a blank.
pub(super) fn is_headed(line: &[u8]) -> bool {
    let Some(start) = start(line).filter(|start| (1..=LONGEST_HEADER).contains(start)) else { return false };
    let header = line.get(..start).unwrap_or_default();
    let is_time = |text: &[u8]| {
        text.iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 2 | 5) { *byte == b':' } else { byte.is_ascii_digit() })
    };
    let has_priority = matches!(header, [b'<', digit, ..] if digit.is_ascii_digit());
    let begins = has_priority || header.first().is_some_and(u8::is_ascii_alphanumeric);
    let is_apart =
        header.last().is_some_and(|last| last.is_ascii_whitespace() || matches!(last, b':' | b']'));
    begins && is_apart && (has_priority || header.windows(8).any(is_time))
}

/// What follows the header of a line: for JSON, which is read from its first brace only. XML is found where it stands, and what
/// stands before it is looked at there.
pub(super) fn event(line: &[u8]) -> &[u8] {
    match start(line).and_then(|start| line.get(start..)) {
        Some(json) if json.first() == Some(&b'{') => json,
        _ => line,
    }
}

/// Whether a line has an event to its end.
pub(super) fn is_complete(line: &[u8]) -> bool {
    start(line)
        .and_then(|start| line.get(start..))
        .is_some_and(|event| event.first() == Some(&b'{') || memmem::find(event, b"</Event>").is_some())
}

/// Where the event begins.
fn start(line: &[u8]) -> Option<usize> {
    let json = memmem::find(line, b"{\"").filter(|_| line.ends_with(b"}"));
    let xml = [&b"<Event "[..], b"<Event>"].iter().filter_map(|tag| memmem::find(line, tag)).min();
    [json, xml].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_what_follows() {
        for (line, expected) in [
            ("Mar  4 09:14:10 relay win: <Event xmlns='x'>", None),
            ("<134>1 2026-03-04T09:14:10Z relay win - - - <Event>", None),
            ("<14>Mar  4 09:14:10 relay iis {\"EventID\":29}", Some("{\"EventID\":29}")),
            ("2026-03-04T09:14:10.5Z stdout F {\"Message\":\"<Event>\"}", Some("{\"Message\":\"<Event>\"}")),
            ("Mar  4 09:14:10 relay x: @cee: {\"a\":1}", Some("{\"a\":1}")),
        ] {
            assert!(is_headed(line.as_bytes()), "{line}");
            assert_eq!(event(line.as_bytes()), expected.unwrap_or(line).as_bytes(), "{line}");
        }
        for line in [
            "<Event xmlns='x'>",
            "{\"a\":\"09:14:10\"}",
            "name,image",
            "2026-03-04 09:14:10,web01,\"<Event >\"",
            "Mar  4 09:14:10 relay sshd[1]: hello",
            "a note {\"a\":1}",
            "Mar  4 09:14:10 relay x: {\"a\":1",
            "<13>Mar  4 09:14:10 web01 x",
        ] {
            assert!(!is_headed(line.as_bytes()), "{line}");
        }
    }
}
