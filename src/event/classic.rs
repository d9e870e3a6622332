//! The classic rendering of a Windows event in Splunk (`renderXml=false`): a date, `key=value` lines, and from
//! `Message=` on the message to the end of the text.
//!
//! ```text
//! 12/19/2022 06:40:32 PM
//! LogName=Microsoft-IIS-Configuration/Operational
//! EventCode=29
//! ComputerName=iis01.example.com
//! Message=Changes to '/system.webServer/...' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.
//! ```

use memchr::{memchr, memchr2, memmem};

use super::parts::{Part, Parts};

/// The head of a classic text, as far as it matters, and its message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classic<'a> {
    /// The message is everything after `Message=`; not there where the text ends before it.
    pub(super) parts: Parts<'a>,
    /// Another event begins within the message.
    pub(super) several: bool,
}

/// How the last value of an event begins.
const MESSAGE: &[u8] = b"Message=";
const RECORD: &[u8] = b"RecordNumber=";
/// Lines before the first `key=value` line: the date, and room for what a collector puts before it.
const LINES_BEFORE_HEAD: usize = 3;
/// Lines of a head at most. A recorded one has 13; the limit bounds the work on a text that only begins like one.
const LINES_OF_HEAD: usize = 64;

/// Reads `text` as a classic event; `None` where it has no such head. The first line of a key counts: the message
/// comes last, so that nothing in it can speak for the head.
pub(super) fn read(text: &[u8]) -> Option<Classic<'_>> {
    let feed = match memchr2(b'\n', b'\r', text) {
        None => return one_line(text),
        // Some collectors turn each line feed into a carriage return.
        Some(_) if memchr(b'\n', text).is_none() => b'\r',
        Some(_) => b'\n',
    };
    let mut classic = Classic::default();
    let mut head = false;
    let mut rest = text;
    for number in 0..LINES_OF_HEAD {
        if rest.is_empty() {
            break;
        }
        if let Some(message) = rest.strip_prefix(MESSAGE) {
            classic.parts[Part::Message] = Some(message);
            classic.several = goes_on(message, feed);
            break;
        }
        let end = memchr(feed, rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end)?;
        rest = after.get(1..).unwrap_or_default();
        // Once there is a head, all lines before the message belong to it, pairs or not.
        if !head {
            match key(line) {
                Some(key) => head = matches!(key, b"LogName" | b"EventCode"),
                // A line that is no pair belongs before the head, or the text is something else.
                None if number < LINES_BEFORE_HEAD => {}
                None => return None,
            }
        }
        classic.take(line);
    }
    head.then_some(classic)
}

/// The keys of a head that stands on one line, in any order; each is written before `=` and behind a blank.
const KEYS: [&[u8]; 13] = [
    b"LogName",
    b"EventCode",
    b"EventType",
    b"ComputerName",
    b"User",
    b"Sid",
    b"SidType",
    b"SourceName",
    b"Type",
    b"RecordNumber",
    b"Keywords",
    b"TaskCategory",
    b"OpCode",
];

/// A classic text whose line feeds became blanks. Nothing before the message is of anybody's choice.
fn one_line(text: &[u8]) -> Option<Classic<'_>> {
    /// A head is shorter than that.
    const LONGEST: usize = 2048;
    let at = memmem::find(text.get(..LONGEST.min(text.len()))?, b" Message=")?;
    let (head, message) = text.split_at_checked(at)?;
    let message = message.get(1 + MESSAGE.len()..)?;
    let is_key = |word: &[u8]| {
        memchr(b'=', word).and_then(|end| word.get(..end)).is_some_and(|key| KEYS.contains(&key))
    };
    let mut classic = Classic::default();
    let (mut pair, mut at) = (None, 0);
    for word in head.split(|byte| *byte == b' ') {
        if is_key(word) {
            match pair.replace(at) {
                Some(start) => classic.take(head.get(start..at - 1)?),
                None if is_head(word) && is_date(head.get(..at)?) => {}
                None => return None,
            }
        }
        at += word.len() + 1;
    }
    classic.take(head.get(pair?..)?);
    classic.several =
        memmem::find(message, b" EventCode=").is_some() && memmem::find(message, b" Message=").is_some();
    classic.parts[Part::Message] = Some(message);
    Some(classic)
}

/// Whether a head, or what is certain to be the head of another event, begins within a message: behind a date, or before a
/// message of its own; or the XML of one.
fn goes_on(message: &[u8], feed: u8) -> bool {
    let text = message.trim_ascii_end();
    let Some(lines) = memchr(feed, text).and_then(|end| text.get(end + 1..)) else { return false };
    let (mut behind_date, mut in_head) = (false, false);
    lines.split(|b| *b == feed).any(|line| {
        let begins = is_head(line);
        let goes_on =
            (begins && behind_date) || (in_head && line.starts_with(MESSAGE)) || line.starts_with(b"<Event ");
        in_head |= begins;
        behind_date = line.len() > 1 && is_date(line);
        goes_on
    })
}

fn is_head(text: &[u8]) -> bool {
    text.starts_with(b"LogName=") || text.starts_with(b"EventCode=")
}

fn is_date(line: &[u8]) -> bool {
    line.iter().all(|b| IS_OF_DATE.get(usize::from(*b)).is_some_and(|is| *is))
}

/// The bytes of a date as Splunk writes it before a head: `12/19/2022 06:40:32 PM`.
const IS_OF_DATE: [bool; 256] = {
    let mut table = [false; 256];
    let mut bytes: &[u8] = b"0123456789/: APM\r";
    while let [byte, rest @ ..] = bytes {
        table[*byte as usize] = true;
        bytes = rest;
    }
    table
};

/// The key of a line: letters before its first `=`.
fn key(line: &[u8]) -> Option<&[u8]> {
    const LONGEST_KEY: usize = 32;
    let at = line.iter().take(LONGEST_KEY).position(|b| !b.is_ascii_alphabetic())?;
    (at > 0 && line.get(at) == Some(&b'=')).then(|| line.get(..at))?
}

impl<'a> Classic<'a> {
    /// Takes the value of a line whose key matters. The first byte tells most of the other lines apart.
    fn take(&mut self, line: &'a [u8]) {
        let (part, key): (_, &[u8]) = match line {
            [b'L', ..] => (Part::Channel, b"LogName="),
            [b'S', b'o', ..] => (Part::Provider, b"SourceName="),
            [b'E', ..] => (Part::EventId, b"EventCode="),
            [b'C', ..] => (Part::Computer, b"ComputerName="),
            [b'R', ..] => (Part::Record, RECORD),
            [b'S', ..] => (Part::Sid, b"Sid="),
            [b'U', ..] => (Part::User, b"User="),
            _ => return,
        };
        let slot = &mut self.parts[part];
        if let (true, Some(value)) = (slot.is_none_or(<[u8]>::is_empty), line.strip_prefix(key)) {
            *slot = Some(value.trim_ascii_end());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL_FRAME: &str = "12/19/2022 06:40:32 PM\r\nLogName=Microsoft-IIS-Configuration/Operational\r\n\
        EventCode=29\r\nEventType=5\r\nComputerName=iis01.example.com\r\nUser=NOT_TRANSLATED\r\n\
        Sid=S-1-5-21-1-2-3-500\r\nSidType=0\r\nSourceName=Microsoft-Windows-IIS-Configuration\r\nType=Verbose\r\n\
        RecordNumber=42\r\nKeywords=None\r\nTaskCategory=None\r\nOpCode=Info\r\nMessage=line one\r\nEventCode=50\r\n";

    #[test]
    fn the_head_is_read_and_the_message_runs_to_the_end() {
        for text in [REAL_FRAME.to_owned(), REAL_FRAME.replace("\r\n", "\n")] {
            let classic = read(text.as_bytes()).unwrap();
            assert_eq!(classic.parts.get(Part::Channel), b"Microsoft-IIS-Configuration/Operational");
            assert_eq!(classic.parts.get(Part::Provider), b"Microsoft-Windows-IIS-Configuration");
            assert_eq!(classic.parts.get(Part::EventId), b"29");
            assert_eq!(classic.parts.get(Part::Computer), b"iis01.example.com");
            assert_eq!(classic.parts.get(Part::Record), b"42");
            assert_eq!(classic.parts.get(Part::Sid), b"S-1-5-21-1-2-3-500");
            assert_eq!(classic.parts.get(Part::User), b"NOT_TRANSLATED");
            let message = std::str::from_utf8(classic.parts[Part::Message].unwrap()).unwrap();
            assert!(message.starts_with("line one") && message.trim_end().ends_with("EventCode=50"));
        }
    }

    #[test]
    fn the_first_line_of_a_key_counts() {
        let classic = read(b"EventCode=29\nComputerName=a\nComputerName=b\nMessage=x").unwrap();
        assert_eq!(classic.parts.get(Part::Computer), b"a");
    }

    #[test]
    fn a_text_without_such_a_head_is_none() {
        for text in [
            "",
            "Changes to '/a' at 'MACHINE' have successfully been committed.",
            "{\"EventCode\": 29}",
            "one\ntwo\nthree\nfour\nEventCode=29\n",
            "Message=EventCode=29\nLogName=x",
            "Type=Verbose\nMessage=x",
            "<Event><System/></Event>",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_second_event_in_the_message_is_noticed() {
        let joined = |first: &str, between: &str, second: &str| {
            read(format!("{first}{between}{second}").as_bytes()).unwrap().several
        };
        for crlf in [REAL_FRAME.to_owned(), REAL_FRAME.replace("\r\n", "\n")] {
            let text = crlf.trim_end();
            assert!(joined(text, "\n", text) && joined(text, "\r\n\r\n", text), "{text:?}");
            // Without a date, and without a message.
            assert!(joined(text, "\n", text.split_once('\n').unwrap().1));
            assert!(joined(text, "\n", text.split_once("Message=").unwrap().0));
            assert!(joined(text, "\n", "<Event xmlns='x'><System/></Event>"));
            let text = text.split_once("EventCode=50").unwrap().0;
            for lines in ["Message=x\nLogName=y\n", "EventCode=50\nComputerName=x\n", "11\nMessage=x\n", "\n"]
            {
                assert!(!joined(text, "", lines), "{lines:?}");
            }
        }
    }

    #[test]
    fn a_head_without_message_is_cut() {
        assert_eq!(read(b"EventCode=29\nLogName=x").unwrap().parts[Part::Message], None);
        assert_eq!(read(b"EventCode=29\nLogName=x\nMessage=").unwrap().parts[Part::Message], Some(&b""[..]));
    }
}
