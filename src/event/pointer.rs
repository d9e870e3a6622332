//! Texts that nobody understands: whether one points to the configuration of IIS, and whether it claims to be event 29.

use memchr::{memchr, memchr_iter, memchr2, memchr3_iter, memmem};

use super::id::{self, Id};

/// A part of the names of the provider and of its channels.
const LOG: &[u8] = b"IIS-Configuration";
/// What the sentences of the events 29 and 50 have in common.
const SENTENCE: &[u8] = b"have successfully been committed";
/// How the paths of the sections that register code begin, but for what follows.
const PATH: &[u8] = b"/system.web";
const SECTIONS: &[u8] = b"/system.webServer/";

/// The character of [`LOG`], [`PATH`] and [`SENTENCE`] that is rare in other texts and the same in either case, and how many
/// are before it.
const RARE: [(u8, usize); 3] = [(b'-', 3), (b'.', 7), (b'y', 16)];

/// Whether a text names the provider, its channel, a configuration path, or has the sentence of an event, in any case: some
/// pipelines write everything in lower case. Most rows of a broad search are asked this, so they are gone through once.
pub(super) fn points(text: &[u8]) -> bool {
    let [log, path, sentence] = RARE.map(|(rare, _)| rare);
    memchr3_iter(log, path, sentence, text)
        .any(|at| is_log(text, at) || is_path(text, at) || word_at(text, at, RARE[2].1, SENTENCE).is_some())
        || [LOG, SECTIONS, SENTENCE].iter().any(|word| is_spread(text, word))
}

/// Whether a text names the provider or its channel.
pub(super) fn names_log(text: &[u8]) -> bool {
    memchr_iter(RARE[0].0, text).any(|at| is_log(text, at))
}

/// Whether a text has a path of `system.webServer` or `system.web`.
pub(super) fn names_path(text: &[u8]) -> bool {
    memchr_iter(RARE[1].0, text).any(|at| is_path(text, at))
}

/// Whether the rare character of [`LOG`] at `at` is that of a name of the log.
fn is_log(text: &[u8], at: usize) -> bool {
    word_at(text, at, RARE[0].1, LOG).is_some()
}

/// Whether the rare character of [`PATH`] at `at` is that of a path; JSON may escape its next slash.
fn is_path(text: &[u8], at: usize) -> bool {
    let Some(rest) = word_at(text, at, RARE[1].1, PATH) else { return false };
    let rest = word_at(rest, 0, 0, b"Server").unwrap_or(rest);
    rest.strip_prefix(b"\\").unwrap_or(rest).starts_with(b"/")
}

/// What follows `word`, in any case, where it begins `before` characters before `at`.
fn word_at<'t>(text: &'t [u8], at: usize, before: usize, word: &[u8]) -> Option<&'t [u8]> {
    let (head, rest) = text.get(at.checked_sub(before)?..)?.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(rest)
}

/// Whether a text has a word whose letters stand apart, as in UTF-16 that was taken for bytes: behind each a NUL, or what
/// some write for one.
fn is_spread(text: &[u8], word: &[u8]) -> bool {
    const WRITTEN: &[u8] = b"\\x00";
    if memchr2(0, b'\\', text).is_none() {
        return false;
    }
    let Some(first) = memchr(0, text).or_else(|| memmem::find(text, WRITTEN)) else { return false };
    let without_gap = |rest: &mut &[u8]| {
        if let Some(behind) = rest.strip_prefix(b"\0").or_else(|| rest.strip_prefix(WRITTEN)) {
            *rest = behind;
        }
    };
    let mut rest = text.get(first.saturating_sub(1)..).unwrap_or_default();
    while let Some(at) = word
        .first()
        .and_then(|letter| memchr2(letter.to_ascii_lowercase(), letter.to_ascii_uppercase(), rest))
    {
        rest = rest.get(at..).unwrap_or_default();
        let mut tail = rest;
        let is_here = word.iter().all(|&letter| {
            let is_next = tail.first().is_some_and(|next| next.eq_ignore_ascii_case(&letter));
            tail = tail.get(1..).unwrap_or_default();
            without_gap(&mut tail);
            is_next
        });
        if is_here {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// Whether a number 29 stands somewhere as an event's: `EventCode=29`, `Event ID: 29`, `"event_id":{"id":29}`,
/// `<EventID Qualifiers="0">29<`. Whoever writes it into a name makes himself seen.
pub(super) fn claims_change(text: &[u8]) -> bool {
    memmem::find_iter(text, b"vent").any(|at| {
        let rest = text.get(at + b"vent".len()..).unwrap_or_default();
        let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"_")).unwrap_or(rest);
        let rest = rest.strip_prefix(b".").unwrap_or(rest);
        let is_key =
            |word: &&[u8]| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        let word = [&b"id"[..], b"code"].into_iter().find(is_key);
        let value = word.and_then(|word| rest.get(word.len()..)).map(value).unwrap_or_default();
        let parts = value.split(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+')));
        parts.into_iter().any(|part| id::read(part) == Id::Change)
    })
}

/// What stands behind a key: the rest of an object, the text of an element, or a word.
fn value(behind: &[u8]) -> &[u8] {
    /// Beyond that it is no event's number.
    const LONGEST: usize = 96;
    let behind = behind.get(..LONGEST.min(behind.len())).unwrap_or_default();
    let is_separator = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'\\' | b':' | b'=');
    let start = behind.iter().position(|b| !is_separator(b)).unwrap_or(behind.len());
    let (separators, rest) = behind.split_at_checked(start).unwrap_or_default();
    let to = |end: u8| memchr(end, rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
    match rest.first() {
        Some(b'{') => object(rest),
        Some(b'>') => to(b'<'),
        // Attributes of an element.
        Some(b'A'..=b'Z') if separators == b" " => to(b'<'),
        Some(_) if !separators.is_empty() => {
            let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+')));
            rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
        }
        _ => b"",
    }
}

/// A JSON object up to its closing brace.
fn object(text: &[u8]) -> &[u8] {
    let mut depth = 0_usize;
    let end = text.iter().position(|byte| {
        depth += usize::from(*byte == b'{');
        depth -= usize::from(*byte == b'}' && depth > 0);
        depth == 0
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_to_the_configuration_of_iis() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let written =
            |text: &str| text.split_inclusive(|_| true).collect::<Vec<_>>().join("\\x00").into_bytes();
        for text in [
            "MSWinEventLog\t1\tMicrosoft-IIS-Configuration/Operational\t29",
            "<Provider Name='Microsoft-Windows-IIS-Configuration'/>",
            "at /system.webServer/modules",
            "<provider name='microsoft-windows-iis-configuration'/>",
            "/SYSTEM.WEBSERVER/MODULES",
            r"\/system.web\/httpModules",
            "Changes have successfully been committed to 'MACHINE'.",
        ] {
            assert!(points(text.as_bytes()), "{text}");
            if !text.contains('\\') {
                assert!(points(&utf16(text)) && points(&written(text)), "{text}");
            }
        }
        for text in
            ["", "GET / 200", "GET /system.website/ 404", "/system.webs", "committed", "IIS\0", "\\x00I"]
        {
            assert!(!points(text.as_bytes()) && !points(&utf16(text)), "{text}");
        }
    }

    #[test]
    fn what_claims_to_be_event_29() {
        for (text, expected) in [
            ("EventCode=29", true),
            ("EventCode=\"29\" EventType=5", true),
            ("  Event ID: 29\n", true),
            ("Event ID:      29", true),
            ("<EventID>29</EventID>", true),
            ("<eventid Qualifiers=\"0\">29</eventid>", true),
            (r#"\"event_id\":{\"qualifiers\":0,\"id\":29}"#, true),
            (r##""EventID":{"#attributes":{"Qualifiers":0},"#text":29}"##, true),
            ("event.code: 29", true),
            ("EventCode=50 x EventID=29.0", true),
            ("EventCode=50", false),
            ("EventCode=290", false),
            ("EventCode=4688 29", false),
            ("EventID 29x", false),
            ("EventRecordID=29", false),
            ("EventIdentifier=29", false),
            ("EventType=29", false),
            ("<EventID>4688</EventID><x>29</x>", false),
            ("vent", false),
            ("", false),
        ] {
            assert_eq!(claims_change(text.as_bytes()), expected, "{text}");
        }
    }
}
