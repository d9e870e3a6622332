//! Events as Splunk shows them to people, one behind the other: what it exports as raw events.

use std::sync::Arc;

use memchr::{memchr, memmem};

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

/// What stands before the message of an event whose line feeds became blanks.
const MESSAGE: &[u8] = b" Message=";

/// What ends the lines of a text: some collectors turn each line feed into a carriage return.
pub(super) fn feed(head: &[u8]) -> u8 {
    if memchr(b'\n', head).is_none() && memchr(b'\r', head).is_some() { b'\r' } else { b'\n' }
}

/// Whether a line is an event whose line feeds became blanks: behind a date or not, its head, then its message.
pub(super) fn is_one_line(line: &[u8]) -> bool {
    let head = HEADS.iter().filter_map(|head| memmem::find(line, head)).min();
    let begins = |at: usize| {
        let date = line.get(..at).unwrap_or_default();
        date.is_empty()
            || (date.len() <= LONGEST_DATE
                && date.first().is_some_and(u8::is_ascii_digit)
                && date.ends_with(b" "))
    };
    head.is_some_and(begins) && memmem::find(line, MESSAGE).is_some()
}

/// Reads classic events. One ends where the next begins: at a date, above the first line of an event. Those whose line feeds
/// became blanks end with their line, or where the next one begins in it.
pub(super) struct ClassicReader {
    input: Input,
    file: Arc<str>,
    /// What ends a line, and whether a line is an event; not known before there is text.
    form: Option<(u8, bool)>,
    done: bool,
}

impl ClassicReader {
    pub(super) fn new(input: Input, file: Arc<str>) -> Self {
        Self { input, file, form: None, done: false }
    }

    /// Where the next event begins, as far as the text is there.
    fn next_start(&mut self) -> Option<usize> {
        let text = self.input.rest();
        let (feed, by_line) = *self.form.get_or_insert_with(|| {
            let feed = feed(text);
            let first = text.split(|byte| *byte == feed).next().unwrap_or_default();
            (feed, is_one_line(first))
        });
        if !by_line {
            return next_start(text, feed);
        }
        next_in_line_or_behind(text, feed)
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
            match self.next_start() {
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

/// Where the next event begins, in the line or behind it. No more is looked at than what the event has, and as much again: a
/// window may hold many.
fn next_in_line_or_behind(text: &[u8], feed: u8) -> Option<usize> {
    const FIRST_LOOK: usize = 4096;
    let mut looked_at = FIRST_LOOK;
    loop {
        let piece = text.get(..looked_at).unwrap_or(text);
        let end = memchr(feed, piece).map(|end| end + 1);
        let line = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default();
        match next_in_line(line).or(end) {
            None if looked_at < text.len() => looked_at *= 2,
            found => return found,
        }
    }
}

/// Where the next event of a line begins: behind the message of the first, at a head with a message of its own, and with the date
/// before it. Whoever writes such a head into a value breaks the event off, which is told.
fn next_in_line(line: &[u8]) -> Option<usize> {
    let message = memmem::find(line, MESSAGE)? + MESSAGE.len();
    let text = line.get(message..)?;
    let begins = |at: &usize| text.get(..*at).is_some_and(|before| before.ends_with(b" "));
    let head = HEADS.iter().filter_map(|head| memmem::find_iter(text, head).find(begins)).min()?;
    memmem::find(text.get(head..)?, MESSAGE)?;
    let date = line.get(..message + head)?;
    Some(date_before(date).unwrap_or(date.len()))
}

/// Where the date begins that a text ends with: a day, a time, and perhaps which half of the day.
fn date_before(text: &[u8]) -> Option<usize> {
    let mut words = text.rsplit(|byte| *byte == b' ').skip(1).peekable();
    let half = words.next_if(|word| matches!(word.to_ascii_uppercase().as_slice(), b"AM" | b"PM"));
    let is_of = |word: &[u8], between: &[u8]| {
        word.first().is_some_and(u8::is_ascii_digit)
            && word.iter().all(|byte| byte.is_ascii_digit() || between.contains(byte))
    };
    let time = words.next().filter(|word| is_of(word, b":."))?;
    let day = words.next().filter(|word| is_of(word, b"/-."))?;
    text.len().checked_sub(half.map_or(0, |half| half.len() + 1) + time.len() + day.len() + 2)
}

/// Where the next event begins. Each line is looked at once.
fn next_start(text: &[u8], feed: u8) -> Option<usize> {
    let mut start = memchr(feed, text)? + 1;
    loop {
        let line = text.get(start..)?;
        let (date, next) = line.split_at_checked(memchr(feed, line)?)?;
        let next = next.get(1..)?;
        let is_date = date.len() <= LONGEST_DATE && date.first().is_some_and(u8::is_ascii_digit);
        if is_date && HEADS.iter().any(|head| next.starts_with(head)) {
            return Some(start);
        }
        start += date.len() + 1;
    }
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
            (
                format!("{date}\rEventCode=29\rMessage=a\r{date}\rLogName=x\rMessage=b\r"),
                vec![
                    (1, &*format!("{date}\rEventCode=29\rMessage=a")),
                    (1, &format!("{date}\rLogName=x\rMessage=b")),
                ],
            ),
            (
                format!("{date} EventCode=29 Message=a\n{date} LogName=x Message=b\n"),
                vec![
                    (1, &*format!("{date} EventCode=29 Message=a")),
                    (2, &format!("{date} LogName=x Message=b")),
                ],
            ),
            // All on one line: with dates, without, in another form of dates; and a value that only looks like a head.
            (
                format!("{date} LogName=x EventCode=29 Message=a 1 {date} LogName=x EventCode=30 Message=b"),
                vec![
                    (1, &*format!("{date} LogName=x EventCode=29 Message=a 1")),
                    (1, &format!("{date} LogName=x EventCode=30 Message=b")),
                ],
            ),
            (
                "LogName=x EventCode=29 Message=a  LogName=y EventCode=30 Message=b\nLogName=z Message=c"
                    .to_owned(),
                vec![
                    (1, "LogName=x EventCode=29 Message=a"),
                    (1, "LogName=y EventCode=30 Message=b"),
                    (2, "LogName=z Message=c"),
                ],
            ),
            (
                "2026-03-04 09:14:10.123 EventCode=29 Message=a 2026-03-04 09:14:11.5 EventCode=50 Message=b"
                    .to_owned(),
                vec![
                    (1, "2026-03-04 09:14:10.123 EventCode=29 Message=a"),
                    (1, "2026-03-04 09:14:11.5 EventCode=50 Message=b"),
                ],
            ),
            (
                format!("{date} EventCode=29 Message=a='LogName=x' LogName=y b Message"),
                vec![(1, &*format!("{date} EventCode=29 Message=a='LogName=x' LogName=y b Message"))],
            ),
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
