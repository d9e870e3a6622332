//! Reads the objects of JSON text, one at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use super::document::{DEPTHS, Document, Inside, holds_rows};
use super::pairs::{Pairs, cell};
use super::{cut, objects};
use crate::event;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::source::csv::Columns;
use crate::source::input::Input;
use crate::source::row::{Content, Row};

/// Bytes of one object at most; also of a document that holds all events in one.
const LONGEST: usize = 64 << 20;

/// Reads the objects of JSON text. An object is an event as a whole, unless it is a row of fields: what Splunk exports
/// (`result`), what has a field `_raw`, and a module of a list.
pub struct JsonReader {
    input: Input,
    file: Arc<str>,
    record: u64,
    /// A row, and the problem behind it.
    waiting: VecDeque<Result<Row, Problem>>,
    /// The document whose rows are read, and where it stands.
    document: Option<(Document, Origin)>,
    /// Arrays that are open.
    depth: usize,
    /// Text that is no JSON was told already.
    told: bool,
    /// Objects that are no events, and the line of the first.
    no_events: (u64, u64),
    done: bool,
}

/// Keys with which an object may hold rows, or be one: results, tables, log records, the fields of an event, a module of a list,
/// Splunk's last line.
const ROWS: [&[u8]; 19] = [
    b"result",
    b"results",
    b"hits",
    b"events",
    b"value",
    b"records",
    b"rows",
    b"tables",
    b"resourcelogs",
    b"resource_logs",
    b"_raw",
    b"eventdata_xml",
    b"name",
    b"iis_module_name",
    b"module",
    b"image",
    b"iis_module_image",
    b"lastrow",
    b"preview",
];

impl JsonReader {
    pub(in crate::source) fn new(input: Input, file: Arc<str>) -> Self {
        Self {
            input,
            file,
            record: 0,
            waiting: VecDeque::new(),
            document: None,
            depth: 0,
            told: false,
            no_events: (0, 0),
            done: false,
        }
    }

    fn origin(&self) -> Origin {
        Origin::of_line(Arc::clone(&self.file), self.input.line())
    }

    fn damaged(&self, what: &str) -> Problem {
        Problem::new(ProblemKind::Damaged, what).at(self.origin())
    }

    /// Reads what begins here.
    fn read(&mut self) {
        match self.input.rest().first() {
            Some(b'{') => self.object(),
            Some(b'[') => {
                self.depth += 1;
                self.input.take(1);
            }
            Some(b']') => {
                self.depth = self.depth.saturating_sub(1);
                self.input.take(1);
            }
            // A record separator stands before each text of a JSON sequence.
            Some(b',' | 0x1E) => self.input.take(1),
            _ => self.other(),
        }
    }

    fn object(&mut self) {
        let origin = self.origin();
        loop {
            if let Some(length) = objects::length(self.input.rest()) {
                let text = self.input.rest().get(..length).unwrap_or_default().to_vec();
                self.input.take(length);
                return self.rows(text, &origin);
            }
            if self.input.rest().len() > LONGEST {
                self.done = true;
                let problem = self.damaged("one object has more than 64 MiB");
                let hint = "write one event a line (jq -c '.[]'), or give scan the .evtx";
                return self.waiting.push_back(Err(problem.with_hint(hint)));
            }
            if !self.input.more() {
                self.done = true;
                let problem = self.damaged("the file ends inside of this object");
                self.rows_of_cut(self.input.rest().to_vec(), &origin);
                return self
                    .waiting
                    .push_back(Err(problem.with_hint("it is cut off: copy or export it again")));
            }
        }
    }

    /// The rows of one object. Most are an event as a whole, which their keys tell without reading them all.
    fn rows(&mut self, text: Vec<u8>, origin: &Origin) {
        let may_be_rows = |key: &[u8]| ROWS.iter().any(|known| key.trim_ascii().eq_ignore_ascii_case(known));
        let is_event = {
            let mut keys = objects::keys(&text).peekable();
            keys.peek().is_some() && !keys.any(|key| may_be_rows(key) || key.contains(&b'\\'))
        };
        if is_event {
            self.record += 1;
            let origin = Origin { record: Some(self.record), ..origin.clone() };
            return if event::is_event(&text) {
                self.waiting.push_back(Ok(Row { origin, content: Content::whole(text) }));
            } else {
                self.no_event(&origin);
            };
        }
        match Document::new(text) {
            Ok(document) => self.document = Some((document, origin.clone())),
            Err(text) => self.fields(&text, origin, false),
        }
    }

    /// The rows that are whole of an object that is cut off; without any, what is left of it is one.
    fn rows_of_cut(&mut self, text: Vec<u8>, origin: &Origin) {
        let closed = |depth| cut::closed(&text, depth).filter(|whole| holds_rows(whole, depth));
        match DEPTHS.into_iter().find_map(closed) {
            Some(whole) => self.rows(whole, origin),
            None => self.waiting.push_back(Ok(Row { origin: origin.clone(), content: Content::whole(text) })),
        }
    }

    /// Reads the next row of a document.
    fn row_inside(&mut self, row: Inside, origin: &Origin) {
        match row {
            Inside::Result(text) => self.fields(&text, origin, true),
            Inside::Object(text) => self.fields(&text, origin, false),
            Inside::Damaged => {
                self.record += 1;
                let origin = Origin { record: Some(self.record), ..origin.clone() };
                let what = "a row of a table has not as many values as the table has columns";
                let problem = Problem::new(ProblemKind::Damaged, what).with_hint("export the answer again");
                self.waiting.push_back(Err(problem.at(origin)));
            }
            Inside::Partial => {
                let what = "the answer says itself that it is not whole";
                let problem = Problem::new(ProblemKind::Damaged, what).with_hint("ask for a shorter time");
                self.waiting.push_back(Err(problem.at(origin.clone())));
            }
        }
    }

    /// An object as a row of fields, where it is one or must be, else as an event.
    fn fields(&mut self, text: &[u8], origin: &Origin, is_row: bool) {
        self.record += 1;
        let origin = Origin { record: Some(self.record), ..origin.clone() };
        // Splunk's last line may be `{"lastrow":true}`, with nothing in it, and so may be an object.
        let parsed = serde_json::from_slice::<Pairs>(text);
        let is_json = parsed.is_ok();
        let pairs = parsed.map(|Pairs(pairs)| pairs).unwrap_or_default();
        let names: Vec<Vec<u8>> = pairs.iter().map(|(name, _)| name.clone().into_bytes()).collect();
        let is_of_search = || names.iter().any(|name| name == b"_raw" || name == b"EventData_Xml");
        let columns =
            Columns::of(&names).filter(|columns| is_row || columns.are_of_a_list() || is_of_search());
        let row = match columns {
            None if is_row && !pairs.is_empty() => {
                let what = "a result without a field _raw, Message or Configuration";
                Err(Problem::new(ProblemKind::Form, what)
                    .with_hint("in Splunk, export the search with the field _raw")
                    .at(origin))
            }
            None if is_json && names.iter().all(|name| name == b"lastrow" || name == b"preview") => return,
            None if !event::is_event(text) => return self.no_event(&origin),
            None => Ok(Row { origin, content: Content::whole(text.to_vec()) }),
            Some(columns) => match columns.content(pairs.iter().map(|(_, value)| cell(value)).collect()) {
                Ok(content) => Ok(Row { origin, content }),
                Err(problem) => Err(problem.at(origin)),
            },
        };
        self.waiting.push_back(row);
    }

    /// Counts an object that is no event of any log.
    fn no_event(&mut self, origin: &Origin) {
        let (count, first) = self.no_events;
        self.no_events = (count + 1, if count == 0 { origin.line.unwrap_or_default() } else { first });
    }

    /// Tells at the end of objects that are no events.
    fn tell_no_events(&mut self) -> Option<Problem> {
        let (count, first) = std::mem::take(&mut self.no_events);
        (count > 0).then(|| {
            let objects = if count == 1 { "1 object is" } else { &format!("{count} objects are") };
            let what = format!("{objects} no event of a Windows log, as far as scan knows");
            Problem::new(ProblemKind::Form, what)
                .with_hint(
                    "if events are in it, give scan the .evtx, or report how the collector writes them",
                )
                .at(Origin::of_line(Arc::clone(&self.file), first))
        })
    }

    /// A line that begins no object: what tools write between two is passed, another is told, once.
    fn other(&mut self) {
        let length = loop {
            match memchr::memchr2(b'\n', b'{', self.input.rest()) {
                Some(length) => break length,
                None if self.input.rest().len() > LONGEST || !self.input.more() => {
                    break self.input.rest().len();
                }
                None => {}
            }
        };
        let line = String::from_utf8_lossy(self.input.rest().get(..length).unwrap_or_default());
        let is_known = is_between(line.trim());
        if !is_known && !self.told {
            self.told = true;
            let problem = self.damaged("text that is no JSON object stands here");
            self.waiting.push_back(Err(problem.with_hint("if an event is lost in it, export the log again")));
        }
        self.input.take(length);
    }
}

/// What `evtx_dump` writes before each event.
fn is_between(line: &str) -> bool {
    line.strip_prefix("Record ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Iterator for JsonReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Some(row);
            }
            if let Some((mut document, origin)) = self.document.take() {
                if let Some(row) = document.next() {
                    self.row_inside(row, &origin);
                    self.document = Some((document, origin));
                }
                continue;
            }
            if self.done {
                return self.tell_no_events().map(Err);
            }
            if self.input.skip_blanks() {
                self.read();
            } else {
                self.done = true;
                if self.depth > 0 {
                    let problem = self.damaged("the file ends before its array does");
                    return Some(Err(problem.with_hint("it is cut off: copy or export it again")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::event::INPUTS;

    /// The filled cells of the rows, and what was told.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let input = Input::new(Box::new(Cursor::new(text.as_bytes().to_vec())));
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        for row in JsonReader::new(input, "f".into()) {
            match row {
                Ok(Row { origin, content: Content::Event(cells) }) => {
                    let filled = INPUTS.iter().zip(cells.iter()).filter(|(_, cell)| !cell.is_empty());
                    let filled =
                        filled.map(|(input, cell)| format!("{input}={}", String::from_utf8_lossy(cell)));
                    rows.push(format!("{}:{}", origin.line.unwrap(), filled.collect::<Vec<_>>().join(" ")));
                }
                Ok(Row { origin, content: Content::Module(module) }) => {
                    let name = String::from_utf8_lossy(&module.cells[0]).into_owned();
                    rows.push(format!("{}:module {name}", origin.line.unwrap()));
                }
                Ok(row) => panic!("{row:?}"),
                Err(problem) => told.push(problem.to_string()),
            }
        }
        (rows, told)
    }

    #[test]
    fn objects_and_what_stands_around_them() {
        let expected = [r#"{"EventID":1}"#, r#"{"EventID":{"c":"}"}}"#];
        let [one, two] = expected;
        for text in [
            format!("{one}\n{two}\n"),
            format!("[{one},\n{two}]"),
            // Side by side.
            format!("{one}{two}"),
            format!("{one} {two}\n"),
            format!("[{one}] [{two}]"),
            format!("[\n[{one}],[{two}]\n]\n"),
            format!("Record 1\n{one}\nRecord 2\n{two}"),
            format!("\u{1e}{one}\n\u{1e}{two}\n"),
            format!(r#"{{"hits":{{"total":2,"hits":[{one},{two}]}}}}"#),
            format!(r#"{{"value":[{one},{two}]}}"#),
        ] {
            let (rows, told) = read(&text);
            let texts: Vec<&str> = rows.iter().map(|row| row.split_once("_raw=").unwrap().1).collect();
            assert_eq!((texts, told.len()), (expected.to_vec(), 0), "{text}: {told:?}");
        }
    }

    #[test]
    fn rows_of_fields() {
        for (text, expected) in [
            (r#"{"preview":false,"offset":0,"result":{"_raw":"x","host":"h"}}"#, "1:_raw=x host=h"),
            (r#"{"result":{"Message":["x","y"],"EventCode":"29"}}"#, "1:Message=x\ny EventCode=29"),
            (r#"{"result":{"Message":["x","x"],"Sid":null}}"#, "1:Message=x"),
            (r#"{"results":[{"_raw":"x"}],"preview":false}"#, "1:_raw=x"),
            (r#"{"_raw":"x","_time":1.5}"#, "1:_raw=x _time=1.5"),
            (r#"[{"name":"A","image":"a.dll"}]"#, "1:module A"),
            (r#"{"EventData_Xml":"<Data/>","EventCode":"29"}"#, "1:EventCode=29 EventData_Xml=<Data/>"),
            (r#"{"Message":"x","EventID":29}"#, r#"1:_raw={"Message":"x","EventID":29}"#),
        ] {
            assert_eq!(read(text), (vec![expected.to_owned()], vec![]), "{text}");
        }
        let (rows, told) = read(r#"{"result":{"count":"3"}}{"lastrow":true}"#);
        assert_eq!((rows.len(), told.len()), (0, 1), "{told:?}");
        let (rows, told) = read(r#"{"result":{"_raw":"x","_raw":"y"}}"#);
        assert!(rows.is_empty() && told[0].contains("columns 1 and 2 are both `_raw`"), "{rows:?} {told:?}");
    }

    #[test]
    fn objects_that_are_no_events_are_told_once() {
        let (rows, told) = read("{\"a\":1}\n{\"EventID\":4}\n{\"a\":1}\n");
        assert_eq!((rows.len(), told.len()), (1, 1), "{told:?}");
        assert!(told[0].starts_with("f, line 1: 2 objects are no event of a Windows log"), "{told:?}");
        assert_eq!(read("{]}").1.len(), 1);
        for text in ["{}", "[]", r#"{"winlog":{"event_id":"1"}}"#, r#"{"x":"Microsoft-IIS-Configuration/y"}"#]
        {
            assert_eq!(read(text).1, Vec::<String>::new(), "{text}");
        }
    }

    /// Wherever a text is cut, the objects before the cut are found, and the loss is told unless the cut is between lines.
    #[test]
    fn cut_anywhere() {
        for text in
            ["{\"EventID\":\"1\"}\n{\"EventID\":\"2\"}\n", "[{\"EventID\":\"1\"},{\"EventID\":\"2\"}]"]
        {
            for cut in 1..text.len() {
                let (rows, told) = read(&text[..cut]);
                let whole = text[..cut].matches('}').count();
                assert_eq!(rows.iter().filter(|row| row.ends_with('}')).count(), whole, "{cut}");
                let between = !text.starts_with('[') && text[..cut].trim_end().ends_with('}');
                assert_eq!(told.is_empty(), between, "{text} {cut}: {told:?}");
            }
        }
    }
}
