//! A scanner for the XML of one Windows event: the parts of `System`, `EventData` and `RenderingInfo` that matter,
//! as slices of the text. No tree, no allocation.
//!
//! It trusts what a renderer guarantees (values are escaped) and notices where that does not hold: a value that
//! occurs twice, a tag where text belongs, text after the end.

use memchr::{memchr, memchr3, memmem};

use super::parts::{Part, Parts};
use super::pointer;
use super::reasons::Unreadable;
use super::straight;

/// The values of an event 29.
const STRINGS: usize = 7;

/// What the XML of an event holds. Slices are as written: entities and CDATA sections still stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Xml<'a> {
    /// The message is that of `RenderingInfo`, the account the SID of `Security`.
    pub(super) parts: Parts<'a>,
    /// `EventData` was read to its end: what comes after can break off.
    pub(super) data_complete: bool,
    /// What was wrong, if anything.
    pub(super) problem: Option<Unreadable>,
}

/// Where the `<Event` element starts, if `text` is the XML of an event. Before it may stand a byte order mark,
/// blanks, an XML declaration, comments, and the `- ` that Event Viewer and browsers put before an element.
pub(super) fn start(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"<Event ") {
        return Some(0);
    }
    let mut at = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    loop {
        let rest = text.get(at..)?;
        at += rest.iter().position(|b| !b.is_ascii_whitespace() && *b != b'-')?;
        let rest = text.get(at..)?;
        let end: &[u8] = if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.starts_with(b"<!--") {
            b"-->"
        } else {
            let name = rest.strip_prefix(b"<")?;
            let length =
                name.iter().take(64).position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))?;
            return (local(name.get(..length)?) == b"Event").then_some(at);
        };
        at += memmem::find(rest, end)? + end.len();
    }
}

/// Reads the event whose `<Event` is at the start of `text`. Reads `System` only where `wanted` says no to its
/// provider and channel.
pub(super) fn read<'a>(text: &'a [u8], wanted: impl Fn(&Xml<'a>) -> bool) -> Xml<'a> {
    let mut xml = Xml::default();
    let mut scanner = Scanner { text, at: 0 };
    if let Err(problem) = scanner.event(&mut xml, wanted) {
        let harmless = problem == Unreadable::TruncatedXml
            && xml.data_complete
            && xml.parts[Part::Configuration].is_some();
        xml.problem = (!harmless).then_some(problem);
    }
    xml
}

/// The part of a name after its namespace prefix.
fn local(name: &[u8]) -> &[u8] {
    name.iter().position(|b| *b == b':').and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

fn set<'a>(slot: &mut Option<&'a [u8]>, value: &'a [u8]) -> Result<(), Unreadable> {
    // A renderer writes each value once. A second one came out of a value that was not escaped.
    match slot.replace(value) {
        Some(first) if first != value => Err(Unreadable::RepeatedValue),
        _ => Ok(()),
    }
}

enum Tag<'a> {
    Open { name: &'a [u8], attributes: &'a [u8], empty: bool },
    Close { name: &'a [u8] },
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn event(&mut self, xml: &mut Xml<'a>, wanted: impl Fn(&Xml<'a>) -> bool) -> Result<(), Unreadable> {
        // As Windows writes it.
        if !self.passes(b"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>") {
            let Tag::Open { empty, .. } = self.tag()? else { return Err(Unreadable::MalformedXml) };
            if empty {
                return Ok(());
            }
        }
        loop {
            match self.next_tag()? {
                Tag::Open { empty: true, .. } => {}
                Tag::Open { name: b"System", .. } => {
                    self.system(xml)?;
                    if !wanted(xml) {
                        return self.leave();
                    }
                }
                Tag::Open { name: b"EventData", .. } => {
                    self.event_data(xml)?;
                    xml.data_complete = true;
                }
                Tag::Open { name: b"RenderingInfo", .. } => self.rendering(xml)?,
                Tag::Open { name, .. } => self.skip(name)?,
                Tag::Close { name: b"Event" } => break,
                Tag::Close { .. } => return Err(Unreadable::MalformedXml),
            }
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
            Ok(())
        } else {
            Err(Unreadable::TrailingText)
        }
    }

    /// The next tag of an event: most often one of these three.
    fn next_tag(&mut self) -> Result<Tag<'a>, Unreadable> {
        for name in [&b"System"[..], b"EventData"] {
            let is_next = self.rest().strip_prefix(b"<").and_then(|rest| rest.strip_prefix(name));
            if is_next.is_some_and(|rest| rest.first() == Some(&b'>')) {
                self.at += name.len() + 2;
                return Ok(Tag::Open { name, attributes: b"", empty: false });
            }
        }
        if self.passes(b"</Event>") { Ok(Tag::Close { name: b"Event" }) } else { self.tag() }
    }

    /// Goes past a text that may be next.
    fn passes(&mut self, expected: &[u8]) -> bool {
        let is_next = self.rest().starts_with(expected);
        self.at += if is_next { expected.len() } else { 0 };
        is_next
    }

    /// Leaves an event that is not wanted: another one behind it could be.
    fn leave(&self) -> Result<(), Unreadable> {
        const END: &[u8] = b"</Event>";
        let rest = self.rest();
        let behind = memmem::find(rest, END).and_then(|end| rest.get(end + END.len()..));
        if behind.is_some_and(pointer::points) { Err(Unreadable::TrailingText) } else { Ok(()) }
    }

    fn system(&mut self, xml: &mut Xml<'a>) -> Result<(), Unreadable> {
        if xml.parts == Parts::default()
            && let Some((parts, length)) = straight::system(self.rest())
        {
            xml.parts = parts;
            self.at += length;
            return Ok(());
        }
        loop {
            let (name, attributes, empty) = match self.tag()? {
                Tag::Open { name, attributes, empty } => (name, attributes, empty),
                Tag::Close { name: b"System" } => return Ok(()),
                Tag::Close { .. } => return Err(Unreadable::MalformedXml),
            };
            let attribute = match name {
                b"Provider" => Some((&mut xml.parts[Part::Provider], &b"Name"[..])),
                b"TimeCreated" => Some((&mut xml.parts[Part::Time], &b"SystemTime"[..])),
                b"Execution" => Some((&mut xml.parts[Part::Process], &b"ProcessID"[..])),
                b"Security" => Some((&mut xml.parts[Part::Sid], &b"UserID"[..])),
                _ => None,
            };
            if let Some((slot, wanted)) = attribute
                && let Some(value) = attribute_value(attributes, wanted)
            {
                set(slot, value)?;
            }
            if empty {
                continue;
            }
            let slot = match name {
                b"EventID" => &mut xml.parts[Part::EventId],
                b"Channel" => &mut xml.parts[Part::Channel],
                b"Computer" => &mut xml.parts[Part::Computer],
                b"EventRecordID" => &mut xml.parts[Part::Record],
                _ => {
                    self.skip(name)?;
                    continue;
                }
            };
            set(slot, self.character_data(name)?)?;
        }
    }

    fn event_data(&mut self, xml: &mut Xml<'a>) -> Result<(), Unreadable> {
        let (mut unnamed, mut count) = ([&b""[..]; STRINGS], 0);
        loop {
            if let Some((name, value, length)) = straight::data(self.rest()) {
                self.at += length;
                if let Some(part) = part_of(name) {
                    set(&mut xml.parts[part], value)?;
                }
                continue;
            }
            if self.passes(b"</EventData>") {
                break;
            }
            let (name, attributes, empty) = match self.tag()? {
                Tag::Open { name, attributes, empty } => (name, attributes, empty),
                Tag::Close { name: b"EventData" } => break,
                Tag::Close { .. } => return Err(Unreadable::MalformedXml),
            };
            let value = if empty { &b""[..] } else { self.character_data(name)? };
            if name != b"Data" {
                continue;
            }
            match attribute_value(attributes, b"Name") {
                Some(name) => {
                    if let Some(part) = part_of(name) {
                        set(&mut xml.parts[part], value)?;
                    }
                }
                // A value whose name has no quotes would be missing without a word.
                None if memmem::find(attributes, b"Name=").is_some() => return Err(Unreadable::MalformedXml),
                None => {
                    if let Some(place) = unnamed.get_mut(count) {
                        *place = value;
                    }
                    count += 1;
                }
            }
        }
        if count == STRINGS && xml.parts[Part::Configuration].is_none() {
            let [_, config_path, location, configuration, operation, old, new] = unnamed;
            // All seven, each where it belongs: a writer that leaves some out has moved the others.
            if config_path.starts_with(b"MACHINE") && configuration.starts_with(b"/") {
                let places = [
                    (Part::ConfigPath, config_path),
                    (Part::Location, location),
                    (Part::Configuration, configuration),
                    (Part::Operation, operation),
                    (Part::Old, old),
                    (Part::New, new),
                ];
                for (part, value) in places {
                    set(&mut xml.parts[part], value)?;
                }
            }
        }
        Ok(())
    }

    fn rendering(&mut self, xml: &mut Xml<'a>) -> Result<(), Unreadable> {
        loop {
            match self.tag()? {
                Tag::Open { empty: true, .. } => {}
                Tag::Open { name: name @ b"Message", .. } => {
                    let message = self.character_data(name)?;
                    set(&mut xml.parts[Part::Message], message)?;
                }
                Tag::Open { name, .. } => self.skip(name)?,
                Tag::Close { name: b"RenderingInfo" } => return Ok(()),
                Tag::Close { .. } => return Err(Unreadable::MalformedXml),
            }
        }
    }

    /// Goes to the end of the element `name` whose start tag was just read.
    fn skip(&mut self, name: &[u8]) -> Result<(), Unreadable> {
        let mut depth = 1_usize;
        loop {
            match self.tag()? {
                Tag::Open { empty: false, .. } => depth += 1,
                Tag::Open { .. } => {}
                Tag::Close { name: closed } => {
                    depth -= 1;
                    if depth == 0 {
                        return if closed == name { Ok(()) } else { Err(Unreadable::MalformedXml) };
                    }
                }
            }
        }
    }

    /// The next tag; text, comments, declarations and CDATA sections before it are passed over.
    fn tag(&mut self) -> Result<Tag<'a>, Unreadable> {
        loop {
            let rest = self.rest();
            // Most renderers write nothing between two tags.
            let open = if rest.first() == Some(&b'<') { Some(0) } else { memchr(b'<', rest) };
            self.at += open.ok_or(Unreadable::TruncatedXml)? + 1;
            let rest = self.rest();
            match rest.first().ok_or(Unreadable::TruncatedXml)? {
                b'?' => self.pass(b"?>")?,
                b'!' => self.declaration(rest)?,
                b'/' => {
                    let name = self.close_tag(rest)?;
                    return Ok(Tag::Close { name });
                }
                _ => return self.open_tag(rest),
            }
        }
    }

    /// The end tag whose `/` is at the start of `rest`.
    fn close_tag(&mut self, rest: &'a [u8]) -> Result<&'a [u8], Unreadable> {
        let end = memchr(b'>', rest).ok_or(Unreadable::TruncatedXml)?;
        self.at += end + 1;
        Ok(local(rest.get(1..end).unwrap_or_default().trim_ascii()))
    }

    fn open_tag(&mut self, rest: &'a [u8]) -> Result<Tag<'a>, Unreadable> {
        // Half of the tags are a name and nothing else.
        let plain = rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or_default();
        if plain > 0 && rest.get(plain) == Some(&b'>') {
            self.at += plain + 1;
            let name = rest.get(..plain).unwrap_or_default();
            return Ok(Tag::Open { name, attributes: b"", empty: false });
        }
        let end = tag_end(rest, plain).ok_or(Unreadable::TruncatedXml)?;
        self.at += end + 1;
        let inside = rest.get(..end).unwrap_or_default();
        let (inside, empty) = match inside.strip_suffix(b"/") {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let length = inside.iter().skip(plain).position(u8::is_ascii_whitespace);
        let length = length.map_or(inside.len(), |length| plain + length);
        let (name, attributes) = inside.split_at_checked(length).ok_or(Unreadable::MalformedXml)?;
        if name.is_empty() {
            return Err(Unreadable::MalformedXml);
        }
        Ok(Tag::Open { name: local(name), attributes, empty })
    }

    /// The text of the element `name` whose start tag was just read, up to its end tag.
    fn character_data(&mut self, name: &[u8]) -> Result<&'a [u8], Unreadable> {
        let start = self.at;
        loop {
            let open = memchr(b'<', self.rest()).ok_or(Unreadable::TruncatedXml)?;
            let end = self.at + open;
            self.at = end + 1;
            let rest = self.rest();
            match rest.first().ok_or(Unreadable::TruncatedXml)? {
                b'!' => self.declaration(rest)?,
                b'/' => {
                    let same = rest.get(1..).and_then(|rest| rest.strip_prefix(name));
                    if same.is_some_and(|rest| rest.first() == Some(&b'>')) {
                        self.at += name.len() + 2;
                    } else if self.close_tag(rest)? != name {
                        return Err(Unreadable::MalformedXml);
                    }
                    return self.text.get(start..end).ok_or(Unreadable::MalformedXml);
                }
                _ => return Err(Unreadable::MalformedXml),
            }
        }
    }

    /// Passes over a comment or a CDATA section; nothing else that begins with `<!` belongs in an event.
    fn declaration(&mut self, rest: &[u8]) -> Result<(), Unreadable> {
        if rest.starts_with(b"!--") {
            self.pass(b"-->")
        } else if rest.starts_with(b"![CDATA[") {
            self.pass(b"]]>")
        } else if b"!--".starts_with(rest) || b"![CDATA[".starts_with(rest) {
            Err(Unreadable::TruncatedXml)
        } else {
            Err(Unreadable::MalformedXml)
        }
    }

    fn pass(&mut self, end: &[u8]) -> Result<(), Unreadable> {
        self.at += memmem::find(self.rest(), end).ok_or(Unreadable::TruncatedXml)? + end.len();
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// Which part the `Data` of this name holds. Without its manifest a provider's values are only numbered.
fn part_of(name: &[u8]) -> Option<Part> {
    Some(match name {
        b"ConfigPath" | b"param2" => Part::ConfigPath,
        b"EffectiveLocationPath" | b"param3" => Part::Location,
        b"Configuration" | b"param4" => Part::Configuration,
        b"EditOperationType" | b"param5" => Part::Operation,
        b"OldValue" | b"param6" => Part::Old,
        b"NewValue" | b"param7" => Part::New,
        _ => return None,
    })
}

/// Where a start tag ends: the first `>` outside quotes, from `from` on.
fn tag_end(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr3(b'>', b'"', b'\'', text.get(at..)?)?;
        let quote = *text.get(at)?;
        if quote == b'>' {
            return Some(at);
        }
        at += 2 + memchr(quote, text.get(at + 1..)?)?;
    }
}

/// The value of one attribute, as written between its quotes.
fn attribute_value<'a>(mut attributes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    // Renderers write one blank before an attribute, and the wanted one first.
    if let Some([b'=', quote @ (b'"' | b'\''), value @ ..]) =
        attributes.strip_prefix(b" ").and_then(|attributes| attributes.strip_prefix(wanted))
    {
        return value.get(..memchr(*quote, value)?);
    }
    loop {
        let equals = memchr(b'=', attributes)?;
        let (name, rest) = attributes.split_at_checked(equals)?;
        let rest = rest.get(1..)?.trim_ascii_start();
        let quote = *rest.first().filter(|b| matches!(b, b'"' | b'\''))?;
        let value = rest.get(1..)?;
        let end = memchr(quote, value)?;
        if local(name.trim_ascii()) == wanted {
            return value.get(..end);
        }
        attributes = value.get(end + 1..)?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>";
    const SYSTEM: &str = "<Provider Name='Microsoft-Windows-IIS-Configuration' Guid='{DC0B8E51-4863-407A-BC3C-1B479B2978AC}'/>\
        <EventID>29</EventID><Version>0</Version><Level>5</Level><Task>0</Task><Opcode>0</Opcode>\
        <Keywords>0x4000000000000000</Keywords><TimeCreated SystemTime='2026-11-20T15:40:31.0000001Z'/>\
        <EventRecordID>7</EventRecordID><Correlation/><Execution ProcessID='4' ThreadID='5'/><Channel>A/Operational</Channel>\
        <Computer>web1</Computer><Security UserID='S-1-5-18'/></System>";
    const DATA: &str = "<EventData><Data Name='ConfigPath'>MACHINE</Data><Data Name='Configuration'>/a</Data>\
        <Data Name='NewValue'>n</Data></EventData></Event>";

    /// Where the straight line reads something, the scanner without it reads the same.
    fn compared(text: &str) -> bool {
        let system = straight::system(text.as_bytes()).map(|(parts, length)| {
            let mut xml = Xml::default();
            // A comment in front is nothing that Windows writes.
            let slow = format!("<!---->{text}");
            let mut scanner = Scanner { text: slow.as_bytes(), at: 0 };
            let read = scanner.system(&mut xml);
            assert_eq!((read, xml.parts, scanner.at), (Ok(()), parts, length + "<!---->".len()), "{text}");
        });
        system.is_some()
    }

    #[test]
    fn the_straight_line_reads_what_windows_writes() {
        assert!(compared(SYSTEM));
        let whole = [START, SYSTEM, DATA].concat();
        let spaced = whole.replace("><", "> <");
        let (fast, slow) = (read(whole.as_bytes(), |_| true), read(spaced.as_bytes(), |_| true));
        assert_eq!((fast.problem, slow.problem), (None, None));
        assert_eq!(fast.parts, slow.parts);
    }

    proptest! {
        /// One to three places of what Windows writes replaced by something hostile.
        #[test]
        fn the_straight_line_never_reads_more_than_the_scanner(
            edits in proptest::collection::vec((0..SYSTEM.len(), 0_usize..12, 0_usize..14), 1..4)
        ) {
            const HOSTILE: [&str; 14] = ["'", "<", ">", "/>", "</System>", "<!---->", "<![CDATA[x]]>", "&amp;", "\"", " ",
                "<Computer>b</Computer>", "", "' Name='x", "</Computer><Computer>c"];
            let mut text = SYSTEM.to_owned();
            for (at, length, what) in edits {
                let at = at.min(text.len());
                let end = (at + length).min(text.len());
                text.replace_range(at..end, HOSTILE[what]);
            }
            compared(&text);
        }
    }
}
