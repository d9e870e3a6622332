//! Events as Splunk shows them to people, one behind the other: what it exports as raw events.

use std::sync::Arc;

use memchr::memmem;

use super::csv::settle_alone;
use super::input::Input;
use super::row::{Content, Row};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// Bytes of one event, at most.
const LONGEST: usize = 16 << 20;
/// Bytes of the date before an event, at most.
const LONGEST_DATE: usize = 40;
/// What the first line of an event begins with, behind its date.
pub(super) const HEADS: [&[u8]; 2] = [b"LogName=", b"EventCode="];

/// Reads classic events. One ends where the next begins: at a date, above the first line of an event.
pub(super) struct ClassicReader {
    input: Input,
    file: Arc<str>,
    done: bool,
}

impl ClassicReader {
    pub(super) fn new(input: Input, file: Arc<str>) -> Self {
        Self { input, file, done: false }
    }
}

impl Iterator for ClassicReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done || !self.input.skip_blanks() {
            return None;
        }
        let origin = Origin::of_line(Arc::clone(&self.file), self.input.line());
        let length = loop {
            match next_start(self.input.rest()) {
                Some(start) => break start,
                None if self.input.rest().len() > LONGEST => {
                    self.done = true;
                    let problem = Problem::new(ProblemKind::Damaged, "an event has more than 16 MiB");
                    return Some(Err(problem.with_hint("export the search as CSV instead").at(origin)));
                }
                None if self.input.more() => {}
                None => break self.input.rest().len(),
            }
        };
        let text = self.input.rest().get(..length).unwrap_or_default().trim_ascii_end().to_vec();
        self.input.take(length);
        let mut content = Content::whole(text);
        settle_alone(&mut content);
        Some(Ok(Row { origin, content }))
    }
}

/// Where the next event begins.
fn next_start(text: &[u8]) -> Option<usize> {
    let starts = HEADS.iter().filter_map(|head| {
        memmem::find_iter(text, head).find_map(|at| {
            let before = text.get(..at)?.strip_suffix(b"\n")?;
            let start = before.iter().rposition(|byte| *byte == b'\n')? + 1;
            let date = before.get(start..)?;
            (date.len() <= LONGEST_DATE && date.first().is_some_and(u8::is_ascii_digit)).then_some(start)
        })
    });
    starts.min()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn an_event_ends_where_the_next_begins() {
        let date = "12/19/2022 06:40:32 PM";
        let one = format!("{date}\nLogName=x\nEventCode=29\nMessage=a\n\n1 b\nc");
        let two = format!("{date}\nEventCode=29\nLogName=x\nMessage=\n7 lines\nof text");
        for (text, expected) in [
            (format!("{one}\n{two}\n"), vec![(1, one.as_str()), (8, &two)]),
            (format!("\n{one}\n\n{two}"), vec![(2, one.as_str()), (10, &two)]),
            ("LogName=x\nMessage=a\n".to_owned(), vec![(1, "LogName=x\nMessage=a")]),
            (String::new(), vec![]),
        ] {
            let reader = ClassicReader::new(Input::new(Box::new(Cursor::new(text.clone()))), "f".into());
            let rows: Vec<(u64, String)> = reader
                .map(|row| match row.unwrap() {
                    Row { origin, content: Content::Event(cells) } => {
                        (origin.line.unwrap(), String::from_utf8(cells[0].clone()).unwrap())
                    }
                    row => panic!("{row:?}"),
                })
                .collect();
            let rows: Vec<(u64, &str)> = rows.iter().map(|(line, text)| (*line, text.as_str())).collect();
            assert_eq!(rows, expected, "{text}");
        }
    }
}
