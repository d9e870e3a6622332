//! Results of a Splunk search as XML: rows of fields.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::csv::Columns;
use super::input::Input;
use super::row::Row;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// Bytes of one result, at most.
const LONGEST: usize = 16 << 20;
const START: &[u8] = b"<result ";
const END: &[u8] = b"</result>";
const LAST: &[u8] = b"</results>";

/// Reads the results one at a time.
pub(super) struct ResultsReader {
    input: Input,
    file: Arc<str>,
    done: bool,
}

impl ResultsReader {
    pub(super) fn new(input: Input, file: Arc<str>) -> Self {
        Self { input, file, done: false }
    }

    /// Reads on until a text is there; where it stands.
    fn find(&mut self, text: &[u8]) -> Option<usize> {
        loop {
            if let Some(at) = memmem::find(self.input.rest(), text) {
                return Some(at);
            }
            if self.input.rest().len() > LONGEST || !self.input.more() {
                return None;
            }
        }
    }

    fn give_up(&mut self, what: &str) -> Problem {
        self.done = true;
        let problem = Problem::new(ProblemKind::Damaged, what).with_hint("export the search again");
        problem.at(Origin::of_line(Arc::clone(&self.file), self.input.line()))
    }
}

impl Iterator for ResultsReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let Some(start) = self.find(START) else {
            if memmem::find(self.input.rest(), LAST).is_none() {
                return Some(Err(self.give_up("the file ends before its results do")));
            }
            self.done = true;
            return None;
        };
        self.input.take(start);
        let origin = Origin::of_line(Arc::clone(&self.file), self.input.line());
        let Some(end) = self.find(END) else {
            return Some(
                Err(self.give_up("the file ends inside of this result, or it has more than 16 MiB")),
            );
        };
        let (names, cells) = fields(self.input.rest().get(..end).unwrap_or_default());
        self.input.take(end + END.len());
        let Some(columns) = Columns::of(&names) else {
            let what = "a result without a field _raw, Message or Configuration";
            let problem = Problem::new(ProblemKind::Form, what);
            return Some(Err(problem
                .with_hint("in Splunk, export the search with the field _raw")
                .at(origin)));
        };
        Some(match columns.content(cells) {
            Ok(content) => Ok(Row { origin, content }),
            Err(problem) => Err(problem.at(origin)),
        })
    }
}

/// The names of the fields of a result, and their texts.
fn fields(result: &[u8]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut fields = (Vec::new(), Vec::new());
    let mut rest = result;
    while let Some(start) = memmem::find(rest, b"<field ") {
        rest = rest.get(start..).unwrap_or_default();
        let end = memmem::find(rest, b"</field>").unwrap_or(rest.len());
        let (field, behind) = rest.split_at_checked(end).unwrap_or((rest, b""));
        let head = memchr(b'>', field).unwrap_or(field.len());
        let (tag, body) = field.split_at_checked(head).unwrap_or((field, b""));
        fields.0.push(attribute(tag));
        fields.1.push(text(body.get(1..).unwrap_or_default()));
        rest = behind;
    }
    fields
}

/// The value of the attribute `k`.
fn attribute(tag: &[u8]) -> Vec<u8> {
    let value = memmem::find(tag, b" k=").and_then(|at| tag.get(at + 3..)).unwrap_or_default();
    let Some((quote, value)) = value.split_first() else { return Vec::new() };
    let end = memchr(*quote, value).unwrap_or(value.len());
    let mut name = Vec::new();
    unescape(value.get(..end).unwrap_or_default(), &mut name);
    name
}

/// The text of a field: without the tags in it, each value on a line of its own. Blanks between values do not count.
fn text(body: &[u8]) -> Vec<u8> {
    let mut values: Vec<Vec<u8>> = Vec::new();
    let (mut rest, mut inside) = (body, false);
    while let Some(start) = memchr(b'<', rest) {
        if let (true, Some(value)) = (inside, values.last_mut()) {
            unescape(rest.get(..start).unwrap_or_default(), value);
        }
        let tag = rest.get(start..).unwrap_or_default();
        let end = memchr(b'>', tag).map_or(tag.len(), |end| end + 1);
        let (tag, behind) = tag.split_at_checked(end).unwrap_or((tag, b""));
        if tag.starts_with(b"<v ") || matches!(tag, b"<v>" | b"<text>") {
            inside = true;
            values.push(Vec::new());
        } else if matches!(tag, b"</v>" | b"</text>") {
            inside = false;
        }
        rest = behind;
    }
    values.join(&b'\n')
}

/// Text behind its entities.
pub(super) fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(start) = memchr(b'&', rest) {
        out.extend_from_slice(rest.get(..start).unwrap_or_default());
        let entity = rest.get(start..).unwrap_or_default();
        let end = memchr(b';', entity.get(..12).unwrap_or(entity)).map_or(0, |end| end + 1);
        match character(entity.get(..end).unwrap_or_default()) {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend_from_slice(entity.get(..end.max(1)).unwrap_or_default()),
        }
        rest = entity.get(end.max(1)..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

fn character(entity: &[u8]) -> Option<char> {
    Some(match entity {
        b"&lt;" => '<',
        b"&gt;" => '>',
        b"&amp;" => '&',
        b"&quot;" => '"',
        b"&apos;" => '\'',
        _ => {
            let number = std::str::from_utf8(entity).ok()?.strip_prefix("&#")?.strip_suffix(';')?;
            let number = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)?
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::event::INPUTS;
    use crate::source::row::Content;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        let input = Input::new(Box::new(Cursor::new(text.as_bytes().to_vec())));
        for row in ResultsReader::new(input, "f".into()) {
            match row {
                Ok(Row { origin, content: Content::Event(cells) }) => {
                    let filled = INPUTS.iter().zip(cells.iter()).filter(|(_, cell)| !cell.is_empty());
                    let filled =
                        filled.map(|(input, cell)| format!("{input}={}", String::from_utf8_lossy(cell)));
                    rows.push(format!("{}:{}", origin.line.unwrap(), filled.collect::<Vec<_>>().join(" ")));
                }
                Ok(row) => panic!("{row:?}"),
                Err(problem) => told.push(problem.to_string()),
            }
        }
        (rows, told)
    }

    #[test]
    fn results_as_rows() {
        let raw = "<field k='_raw'><v xml:space='preserve' trim='0'>&lt;Event a=&quot;&amp;lt;&#39;&quot;&gt;<sg h=\"1\">x</sg></v></field>";
        let host = "<field k='host'>\n<value><text>web01</text></value></field>";
        let many = "<field k='Sid'><value><text>a</text></value>\n<value><text>b</text></value></field>";
        let text = format!(
            "<?xml version='1.0'?>\n<results preview='0'>\n<meta><fieldOrder><field>_raw</field></fieldOrder></meta>\n\
             <result offset='0'>{raw}{host}</result>\n<result offset='1'>{raw}{many}</result>\n</results>\n"
        );
        let event = "_raw=<Event a=\"&lt;'\">x";
        assert_eq!(
            read(&text),
            (vec![format!("4:{event} host=web01"), format!("6:{event} Sid=a\nb")], vec![])
        );
        assert_eq!(read("<results preview='0'></results>"), (vec![], vec![]));
        let starts = text.find("<result ").unwrap();
        for cut in starts..text.len() - "</results>\n".len() {
            let (rows, told) = read(&text[..cut]);
            assert_eq!(rows.len(), text[..cut].matches("</result>").count(), "{cut}");
            assert_eq!(told.len(), 1, "{cut}: {told:?}");
        }
        let (rows, told) = read(
            "<results><result offset='0'><field k='count'><value><text>3</text></value></field></result></results>",
        );
        assert!(
            rows.is_empty() && told[0].starts_with("f, line 1: a result without a field _raw"),
            "{told:?}"
        );
    }
}
