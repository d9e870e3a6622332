//! Objects as PowerShell's `Export-Clixml` writes them. A record of a log becomes the JSON that `ConvertTo-Json` writes of it, so
//! that one table of names serves both; its values stand in their order, without names.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::csv::json_string;
use super::input::Input;
use super::results::unescape;
use super::row::{Content, Row};
use crate::event;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// Bytes of one object, at most.
const LONGEST: usize = 16 << 20;
/// Objects within each other.
const DEEPEST: usize = 16;
const OPEN: &[u8] = b"<Obj";
const CLOSE: &[u8] = b"</Obj>";
const ROOT: &[u8] = b"<Objs";
const LAST: &[u8] = b"</Objs>";

/// The properties of a record that count.
const OWN: [&[u8]; 8] = [
    b"Id",
    b"RecordId",
    b"ProviderName",
    b"LogName",
    b"ProcessId",
    b"MachineName",
    b"TimeCreated",
    b"Message",
];

/// Reads the objects one at a time.
pub(super) struct ClixmlReader {
    input: Input,
    file: Arc<str>,
    /// Objects that are no events, and the line of the first.
    no_events: (u64, u64),
    done: bool,
}

impl ClixmlReader {
    pub(super) fn new(input: Input, file: Arc<str>) -> Self {
        Self { input, file, no_events: (0, 0), done: false }
    }

    fn give_up(&mut self, what: &str) -> Problem {
        self.done = true;
        let problem = Problem::new(ProblemKind::Damaged, what).with_hint("it is cut off: export it again");
        problem.at(Origin::of_line(Arc::clone(&self.file), self.input.line()))
    }

    /// The next object, from its start tag to its end tag.
    fn object(&mut self) -> Result<Option<(Vec<u8>, Origin)>, Problem> {
        let start = loop {
            match tag(self.input.rest(), OPEN) {
                Some(start) => break start,
                None if ends(self.input.rest()) => return Ok(None),
                None if self.input.rest().len() > LONGEST || !self.input.more() => {
                    return Err(self.give_up("the file ends before its objects do"));
                }
                None => {}
            }
        };
        self.input.take(start);
        let origin = Origin::of_line(Arc::clone(&self.file), self.input.line());
        let mut scan = Depth::default();
        let length = loop {
            if let Some(length) = scan.end(self.input.rest()) {
                break length;
            }
            if self.input.rest().len() > LONGEST || !self.input.more() {
                return Err(self.give_up("the file ends inside of this object, or it has more than 16 MiB"));
            }
        };
        let text = self.input.rest().get(..length).unwrap_or_default().to_vec();
        self.input.take(length);
        Ok(Some((text, origin)))
    }

    /// What is told at the end of objects that are no events.
    fn no_events(&mut self) -> Option<Problem> {
        let (count, first) = std::mem::take(&mut self.no_events);
        (count > 0).then(|| {
            let objects = if count == 1 { "1 object is" } else { &format!("{count} objects are") };
            Problem::new(ProblemKind::Form, format!("{objects} no event of a Windows log"))
                .with_hint(
                    "give scan the .evtx; of a list of modules: Import-Clixml FILE | Export-Csv modules.csv -NoTypeInformation -Encoding \
                     UTF8",
                )
                .at(Origin::of_line(Arc::clone(&self.file), first))
        })
    }
}

impl Iterator for ClixmlReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.object() {
                Ok(Some((text, origin))) => {
                    let json = json(&text);
                    if event::is_event(&json) {
                        return Some(Ok(Row { origin, content: Content::whole(json) }));
                    }
                    let (count, first) = self.no_events;
                    let first = if count == 0 { origin.line.unwrap_or_default() } else { first };
                    self.no_events = (count + 1, first);
                }
                Ok(None) => self.done = true,
                Err(problem) => return Some(Err(problem)),
            }
        }
        self.no_events().map(Err)
    }
}

/// Where a tag of this name begins, and not one of a longer name.
fn tag(text: &[u8], name: &[u8]) -> Option<usize> {
    let is_whole = |at: &usize| {
        text.get(at + name.len())
            .is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
    };
    memmem::find_iter(text, name).find(is_whole)
}

/// Whether a text without an object ends the last root that is in it, or the one that began before.
fn ends(text: &[u8]) -> bool {
    let mut inside = text;
    while let Some(start) = tag(inside, ROOT) {
        inside = inside.get(start + ROOT.len()..).unwrap_or_default();
    }
    // A root without objects is closed in its own tag.
    let is_closed = inside.len() < text.len()
        && memchr(b'>', inside).and_then(|end| inside.get(..end)).is_some_and(|tag| tag.ends_with(b"/"));
    is_closed || memmem::find(inside, LAST).is_some()
}

/// How deep objects are within each other, as far as a text was looked at.
#[derive(Default)]
struct Depth {
    at: usize,
    open: usize,
}

impl Depth {
    /// Where the object ends that begins a text; `None` where the text ends before.
    fn end(&mut self, text: &[u8]) -> Option<usize> {
        loop {
            let start = self.at + memchr(b'<', text.get(self.at..)?)?;
            let end = start + memchr(b'>', text.get(start..)?)? + 1;
            let tag = text.get(start..end)?;
            self.at = end;
            if tag.starts_with(CLOSE) {
                self.open = self.open.saturating_sub(1);
                if self.open == 0 {
                    return Some(end);
                }
            } else if is_object(tag) && !tag.ends_with(b"/>") {
                self.open += 1;
            }
        }
    }
}

fn is_object(tag: &[u8]) -> bool {
    tag.strip_prefix(OPEN).and_then(<[u8]>::first).is_some_and(|byte| !byte.is_ascii_alphabetic())
}

/// The value of the attribute `N`, the name of a property.
fn name(tag: &[u8]) -> &[u8] {
    let value = memmem::find(tag, b" N=\"").and_then(|at| tag.get(at + 4..)).unwrap_or_default();
    memchr(b'"', value).and_then(|end| value.get(..end)).unwrap_or_default()
}

/// The record as `ConvertTo-Json` writes it.
fn json(object: &[u8]) -> Vec<u8> {
    let (mut own, mut sid, mut values): (Vec<u8>, Vec<u8>, Vec<u8>) = Default::default();
    let mut around: Vec<&[u8]> = Vec::new();
    let mut rest = object;
    while let Some(start) = memchr(b'<', rest) {
        rest = rest.get(start..).unwrap_or_default();
        let end = memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
        let (tag, behind) = rest.split_at_checked(end).unwrap_or((rest, b""));
        rest = behind;
        if tag.starts_with(CLOSE) {
            around.pop();
        } else if is_object(tag) {
            if !tag.ends_with(b"/>") && around.len() < DEEPEST {
                around.push(name(tag));
            }
        } else if !name(tag).is_empty() {
            let text = if tag.ends_with(b"/>") {
                b""
            } else {
                behind.split(|byte| *byte == b'<').next().unwrap_or_default()
            };
            let text = decoded(text);
            match (around.as_slice(), name(tag)) {
                ([_], own_name) if OWN.contains(&own_name) => pair(own_name, &text, &mut own),
                ([_, b"UserId"], b"Value") => pair(b"Value", &text, &mut sid),
                ([_, b"Properties", ..], b"Value") => {
                    if !values.is_empty() {
                        values.push(b',');
                    }
                    values.push(b'{');
                    let mut value = Vec::new();
                    pair(b"Value", &text, &mut value);
                    values.append(&mut value);
                    values.push(b'}');
                }
                _ => {}
            }
        }
    }
    let mut json = b"{".to_vec();
    json.append(&mut own);
    for (before, mut part, after) in [(&b"\"UserId\":{"[..], sid, b"}"), (b"\"Properties\":[", values, b"]")]
    {
        if !part.is_empty() {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(before);
            json.append(&mut part);
            json.extend_from_slice(after);
        }
    }
    json.push(b'}');
    json
}

fn pair(name: &[u8], text: &[u8], json: &mut Vec<u8>) {
    if !json.is_empty() {
        json.push(b',');
    }
    json_string(name, json);
    json.push(b':');
    json_string(text, json);
}

/// A text behind its entities, and behind `_x000A_`, as PowerShell writes characters that XML has no way to write.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    unescape(text, &mut plain);
    let mut out = Vec::new();
    let mut rest = plain.as_slice();
    while let Some(start) = memmem::find(rest, b"_x") {
        out.extend_from_slice(rest.get(..start).unwrap_or_default());
        rest = rest.get(start..).unwrap_or_default();
        let code = rest.get(2..6).filter(|_| rest.get(6) == Some(&b'_'));
        let code = code.and_then(|digits| std::str::from_utf8(digits).ok());
        let character = code.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match character {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend_from_slice(b"_x"),
        }
        rest = rest.get(if character.is_some() { 7 } else { 2 }..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// The events as JSON with the lines in which they begin, and what was told.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        let input = Input::new(Box::new(Cursor::new(text.as_bytes().to_vec())));
        for row in ClixmlReader::new(input, "f".into()) {
            match row {
                Ok(Row { origin, content: Content::Event(cells) }) => {
                    rows.push(format!("{}:{}", origin.line.unwrap(), String::from_utf8_lossy(&cells[0])));
                }
                Ok(row) => panic!("{row:?}"),
                Err(problem) => told.push(problem.to_string()),
            }
        }
        (rows, told)
    }

    const RECORD: &str = "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Diagnostics.Eventing.Reader.EventLogRecord</T></TN><Props>\
        <I32 N=\"Id\">29</I32><Nil N=\"Qualifiers\" /><S N=\"MachineName\">web01</S>\n\
        <Obj N=\"UserId\" RefId=\"1\"><Props><I32 N=\"BinaryLength\">28</I32><S N=\"Value\">S-1-5-18</S></Props></Obj>\
        <Obj N=\"Properties\" RefId=\"2\"><LST><Obj RefId=\"3\"><Props><S N=\"Value\">a &amp; \"b\"_x000A_c_x00_</S></Props></Obj>\
        <Obj RefId=\"4\"><Props><S N=\"Value\" /></Props></Obj></LST></Obj></Props><MS><S N=\"Message\">m</S></MS></Obj>";
    const EXPECTED: &str = r#"{"Id":"29","MachineName":"web01","Message":"m","UserId":{"Value":"S-1-5-18"},"Properties":[{"Value":"a & \"b\"\nc_x00_"},{"Value":""}]}"#;

    #[test]
    fn records_as_convert_to_json_writes_them() {
        let text = format!("<Objs Version=\"1.1.0.1\">\n{RECORD}\n{RECORD}<S>x</S></Objs>");
        assert_eq!(read(&text), (vec![format!("2:{EXPECTED}"), format!("4:{EXPECTED}")], vec![]));
        let (rows, told) = read("<Objs><Obj RefId=\"0\"><MS><S N=\"Name\">x</S></MS></Obj>\n</Objs>");
        assert!(rows.is_empty() && told[0].starts_with("f, line 1: 1 object is no event"), "{told:?}");
    }

    /// A command that found nothing exports a root without objects: nothing is lost. Whatever ends before its root does is cut.
    #[test]
    fn roots_without_objects() {
        const DECLARED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n";
        const NAMED: &str = " Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"";
        let root = |declared: &str, named: &str, end: &str| format!("{declared}<Objs{named}{end}");
        let roots = ["", DECLARED].map(|declared| ["", NAMED].map(|named| (declared, named)));
        for (declared, named) in roots.into_iter().flatten() {
            for (end, is_whole) in [
                ("/>", true),
                (" />\r\n", true),
                ("></Objs>", true),
                (">\r\n</Objs>\r\n", true),
                ("><S>/></S></Objs>", true),
                ("/><Objs></Objs>", true),
                ("></Objs><Objs />", true),
                ("", false),
                (" /", false),
                (">", false),
                (">\r\n", false),
                ("></Objs", false),
                ("><S>/></S>", false),
                ("/><Objs>", false),
                ("></Objs><Objs ", false),
            ] {
                let (rows, told) = read(&root(declared, named, end));
                assert_eq!((rows.len(), told.is_empty()), (0, is_whole), "{declared}{named}{end}: {told:?}");
            }
        }
        let (rows, told) = read(&format!("<Objs /><Objs>{RECORD}</Objs>"));
        assert_eq!((rows.len(), told), (1, vec![]));
        let (rows, told) = read(&format!("<Objs>{RECORD}</Objs><Objs "));
        assert_eq!((rows.len(), told.len()), (1, 1), "{told:?}");
    }

    /// Wherever the file is cut, the records before the cut are read and the loss is told.
    #[test]
    fn cut_anywhere() {
        let text = format!("<Objs Version=\"1.1.0.1\">{RECORD}{RECORD}</Objs>");
        let ends = [text.find(RECORD).unwrap() + RECORD.len(), text.len() - "</Objs>".len()];
        for cut in 8..text.len() {
            let (rows, told) = read(&text[..cut]);
            assert_eq!(rows.len(), ends.iter().filter(|end| **end <= cut).count(), "{cut}");
            assert_eq!(told.len(), 1, "{cut}: {told:?}");
        }
    }
}
