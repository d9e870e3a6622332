//! Events as XML, with a root around them or none, and with what tools write between them.
//!
//! The scanner only finds where an event begins and ends; what it says is read by `event`. Text between events that no tool is
//! known to write is told: an event may be lost in it.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::input::Input;
use super::row::{Content, Row};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// Bytes of one event, or of one tag between two, at most.
const LONGEST: usize = 16 << 20;

/// Reads the events of XML text.
pub(super) struct XmlReader {
    input: Input,
    file: Arc<str>,
    /// What is to be told before the text behind it is read.
    problem: Option<Problem>,
    /// An event, or a root for them, was seen.
    known: bool,
    /// Elements around the events that are open.
    open: usize,
    /// What is no event was told already.
    told: bool,
    done: bool,
}

/// What an event was found to be.
enum End {
    /// It ends behind so many bytes.
    At(usize),
    /// Another one begins there, before this one ends.
    CutBy(usize),
    /// Not as far as the text is there.
    Unknown,
}

impl XmlReader {
    pub(super) fn new(input: Input, file: Arc<str>) -> Self {
        Self { input, file, problem: None, known: false, open: 0, told: false, done: false }
    }

    fn origin(&self) -> Origin {
        Origin::of_line(Arc::clone(&self.file), self.input.line())
    }

    fn damaged(&self, what: &str) -> Problem {
        Problem::new(ProblemKind::Damaged, what).at(self.origin())
    }

    /// Ends the reading with a problem of this place.
    fn give_up(&mut self, what: &str, hint: &str) -> Problem {
        self.done = true;
        self.damaged(what).with_hint(hint)
    }

    /// How long the markup is that begins here, up to and with its `end`; `None` where the text ends before, or far behind.
    fn length_to(&mut self, end: &[u8]) -> Option<usize> {
        loop {
            if let Some(at) = memmem::find(self.input.rest(), end) {
                return Some(at + end.len());
            }
            if self.input.rest().len() > LONGEST || !self.input.more() {
                return None;
            }
        }
    }

    /// Text between events: what tools write there is passed, other text told, once.
    fn between(&mut self) -> Option<Result<Row, Problem>> {
        let length = loop {
            match memchr(b'<', self.input.rest()) {
                Some(length) => break length,
                None if self.input.rest().len() > LONGEST || !self.input.more() => {
                    break self.input.rest().len();
                }
                None => {}
            }
        };
        let text = self.input.rest().get(..length).unwrap_or_default();
        let is_known = text.split(|byte| *byte == b'\n').all(is_between);
        let problem = (!is_known && !self.told).then(|| {
            self.damaged("text that is no XML of an event stands here")
                .with_hint("if an event is lost in it, take the .evtx or export the log again")
        });
        self.told |= problem.is_some();
        self.input.take(length);
        problem.map(Err)
    }

    /// Reads the event that begins here, whose name, with its prefix, is `name`.
    fn event(&mut self, name: &[u8]) -> Option<Result<Row, Problem>> {
        self.known = true;
        let origin = self.origin();
        loop {
            match end(self.input.rest(), name) {
                End::At(length) => return Some(Ok(self.row(length, origin))),
                End::CutBy(length) => {
                    let what = "the event breaks off: another one begins before its end";
                    self.problem = Some(self.damaged(what).with_hint("export the log again"));
                    return Some(Ok(self.row(length, origin)));
                }
                End::Unknown if self.input.rest().len() > LONGEST => {
                    return Some(
                        Err(self.give_up("an event has more than 16 MiB", "take the .evtx instead")),
                    );
                }
                End::Unknown if self.input.more() => {}
                End::Unknown => {
                    self.open = 0;
                    self.problem = Some(
                        self.damaged("the file ends inside of this event")
                            .with_hint("it is cut off: copy or export it again"),
                    );
                    return Some(Ok(self.row(self.input.rest().len(), origin)));
                }
            }
        }
    }

    fn row(&mut self, length: usize, origin: Origin) -> Row {
        let text = self.input.rest().get(..length).unwrap_or_default().to_vec();
        self.input.take(length);
        Row { origin, content: Content::whole(text) }
    }

    /// Passes or reads what begins with `<` here; `None` where the next is to be looked at.
    fn markup(&mut self) -> Option<Result<Row, Problem>> {
        const CUT: (&str, &str) = ("the file ends inside of a tag", "it is cut off: copy or export it again");
        let head = self.input.fill(16);
        let end: &[u8] = match head {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!', ..] => {
                return Some(Err(self.give_up(
                    "a document type or CDATA stands here; no log of Windows has one",
                    "take the .evtx, or export the log again",
                )));
            }
            _ => b">",
        };
        let Some(length) = self.length_to(end) else { return Some(Err(self.give_up(CUT.0, CUT.1))) };
        let tag = self.input.rest().get(..length).unwrap_or_default();
        let name = name_of(tag).to_vec();
        if local(&name) == b"Event" && !tag.starts_with(b"</") {
            return self.event(&name);
        }
        self.known |= local(&name) == b"Events";
        if tag.starts_with(b"</") {
            self.open = self.open.saturating_sub(1);
        } else if end == b">" && !tag.ends_with(b"/>") {
            self.open += 1;
        }
        self.input.take(length);
        None
    }
}

impl Iterator for XmlReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(problem) = self.problem.take() {
            return Some(Err(problem));
        }
        while !self.done && self.input.skip_blanks() {
            let found = if self.input.rest().starts_with(b"<") { self.markup() } else { self.between() };
            if found.is_some() {
                return found;
            }
        }
        if !self.done && self.open > 0 {
            self.done = true;
            let problem = self.damaged("the file ends before the element around its events does");
            return Some(Err(problem.with_hint("it is cut off: copy or export it again")));
        }
        let nothing = !std::mem::replace(&mut self.done, true) && !self.known && !self.told;
        nothing.then(|| {
            let problem =
                Problem::new(ProblemKind::Form, "this is XML, but no event of a Windows log is in it");
            Err(problem
                .with_hint("scan reads what Event Viewer and wevtutil save as XML; give it the .evtx")
                .at(Origin::of_file(Arc::clone(&self.file))))
        })
    }
}

/// A line that tools write between events.
fn is_between(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let numbered = |before: &[u8], after: &[u8]| {
        line.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).is_some_and(digits)
    };
    matches!(line, b"" | b"-" | b",") || numbered(b"Record ", b"") || numbered(b"Event[", b"]:")
}

/// The name of a tag, with its prefix.
fn name_of(tag: &[u8]) -> &[u8] {
    let tag = tag.strip_prefix(b"</").or(tag.strip_prefix(b"<")).unwrap_or(tag);
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    tag.get(..end.unwrap_or(tag.len())).unwrap_or_default()
}

/// The part of a name after its prefix.
fn local(name: &[u8]) -> &[u8] {
    memchr(b':', name).and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

/// Whether a tag of this name begins here.
fn is_tag(text: &[u8], name: &[u8]) -> bool {
    let behind = text.strip_prefix(name).and_then(<[u8]>::first);
    behind.is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
}

/// Where the event ends that begins a text. Within CDATA and comments nothing counts.
fn end(text: &[u8], name: &[u8]) -> End {
    let mut at = 1;
    if let Some(first) =
        memchr(b'>', text).filter(|end| text.get(..*end).is_some_and(|tag| tag.ends_with(b"/")))
    {
        return End::At(first + 1);
    }
    while let Some(tag) = text.get(at..).and_then(|rest| memchr(b'<', rest)).map(|found| at + found) {
        let rest = text.get(tag + 1..).unwrap_or_default();
        let close: &[u8] = match rest {
            [b'/', closing @ ..] if is_tag(closing, name) => {
                return memchr(b'>', rest).map_or(End::Unknown, |end| End::At(tag + 1 + end + 1));
            }
            _ if rest.starts_with(b"![CDATA[") => b"]]>",
            _ if rest.starts_with(b"!--") => b"-->",
            _ if is_tag(rest, name) && begins_event(rest) => return End::CutBy(tag),
            _ => {
                at = tag + 1;
                continue;
            }
        };
        match memmem::find(rest, close) {
            Some(end) => at = tag + 1 + end + close.len(),
            None => return End::Unknown,
        }
    }
    End::Unknown
}

/// Whether the tag that begins here is followed by `System`, as that of every event.
fn begins_event(text: &[u8]) -> bool {
    /// A start tag is shorter; a longer one is not searched for its end at each name.
    const LONGEST_TAG: usize = 1024;
    let text = text.get(..LONGEST_TAG).unwrap_or(text);
    let behind = memchr(b'>', text).and_then(|end| text.get(end + 1..)).unwrap_or_default();
    local(name_of(behind.trim_ascii_start())) == b"System"
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// The lines and texts of the events, and what was told.
    fn read(text: &[u8]) -> (Vec<(u64, String)>, Vec<String>) {
        let reader = XmlReader::new(Input::new(Box::new(Cursor::new(text.to_vec()))), "f".into());
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        for row in reader {
            match row {
                Ok(Row { origin, content: Content::Event(cells) }) => {
                    rows.push((origin.line.unwrap(), String::from_utf8(cells[0].clone()).unwrap()));
                }
                Ok(row) => panic!("{row:?}"),
                Err(problem) => told.push(problem.to_string()),
            }
        }
        (rows, told)
    }

    #[test]
    fn events_and_what_stands_between_them() {
        let one = "<Event><System>1</System></Event>";
        let two = "<Event xmlns='x'>\n<System>2</System></Event>";
        for text in [
            format!("{one}{two}"),
            format!("<?xml version=\"1.0\"?>\r\n<Events>{one}\n{two}</Events>\n"),
            format!("Record 1\n<?xml version=\"1.0\"?>\n{one}\nRecord 2\n<?xml version=\"1.0\"?>\n{two}\n"),
            format!("Event[0]:\n{one}\n\nEvent[1]:\n  {two}"),
            format!("- <root a='b'>\n<!-- <Event> -->{one},{two}</root>"),
        ] {
            let (rows, told) = read(text.as_bytes());
            let texts: Vec<&str> = rows.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!((texts, told.len()), (vec![one, two], 0), "{text} {told:?}");
        }
        let cdata = "<e:Event><e:System/><![CDATA[</e:Event>]]></e:Event>";
        let (rows, told) = read(format!("\n{cdata}\n<Event/>").as_bytes());
        assert_eq!((rows, told.len()), (vec![(2, cdata.to_owned()), (3, "<Event/>".to_owned())], 0));
    }

    #[test]
    fn what_is_lost_is_told_with_its_line() {
        for (text, events, told) in [
            ("<Events/>", 0, None),
            ("<foo><bar/></foo>", 0, Some("f: this is XML, but no event")),
            ("<Event><System/></Event>\nBroken\n<Event></Event>", 2, Some("f, line 2: text that is no XML")),
            ("<Event><System/>\n<Event><System/></Event>", 2, Some("f, line 1: the event breaks off")),
            ("<Event><Data><Event>x</Data></Event>", 1, None),
            ("<Event></Event>\n<Event><Sys", 2, Some("f, line 2: the file ends inside of this event")),
            ("<Events><Event></Event>\n", 1, Some("f, line 2: the file ends before the element around")),
            ("<Event></Event>\n<Eve", 1, Some("f, line 2: the file ends inside of a tag")),
            ("<!DOCTYPE x []><Event></Event>", 0, Some("f, line 1: a document type")),
        ] {
            let (rows, problems) = read(text.as_bytes());
            assert_eq!(rows.len(), events, "{text}");
            assert_eq!(problems.len(), usize::from(told.is_some()), "{text}: {problems:?}");
            assert!(problems.iter().all(|problem| problem.starts_with(told.unwrap())), "{problems:?}");
        }
    }

    /// Wherever a file is cut, the events before the cut are found, and the loss is told unless the cut is between events.
    #[test]
    fn cut_anywhere() {
        let event = "<Event><System>1</System><EventData><Data>x</Data></EventData></Event>";
        let text = format!("{event}\n{event}\n");
        for cut in 1..text.len() {
            let (rows, told) = read(&text.as_bytes()[..cut]);
            let whole = text[..cut].matches("</Event>").count();
            assert_eq!(rows.iter().filter(|(_, text)| text == event).count(), whole, "{cut}");
            let between = text[..cut].trim_end().ends_with("</Event>");
            assert_eq!(told.is_empty(), between, "{cut}: {told:?}");
        }
    }
}
