//! Events as Snare writes them: a line each, its cells behind tabs and without a header. They hold the message, not the values.

use std::sync::Arc;

use memchr::memchr;

use super::csv::settle_alone;
use super::input::Input;
use super::row::{Content, Row};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// What the second cell of each line is.
pub(super) const MARK: &[u8] = b"MSWinEventLog\t";
/// Bytes of one line, at most.
const LONGEST: usize = 16 << 20;

/// The inputs that the cells behind the mark are, by their place.
const CELLS: [(usize, &str); 6] =
    [(1, "LogName"), (3, "_time"), (4, "EventID"), (5, "SourceName"), (6, "User"), (9, "Computer")];
/// Where the texts of the event begin: the category, then the message.
const TEXTS: usize = 10;

/// Reads the lines of Snare.
pub(super) struct SnareReader {
    input: Input,
    file: Arc<str>,
    /// A line that is none of Snare's was told already.
    told: bool,
    done: bool,
}

impl SnareReader {
    pub(super) fn new(input: Input, file: Arc<str>) -> Self {
        Self { input, file, told: false, done: false }
    }

    /// The next line, and whether its end was seen.
    fn line(&mut self) -> Option<(Vec<u8>, bool)> {
        loop {
            let end = memchr(b'\n', self.input.rest());
            if end.is_none() && self.input.rest().len() <= LONGEST && self.input.more() {
                continue;
            }
            let length = end.map_or(self.input.rest().len(), |end| end + 1);
            let line = self.input.rest().get(..length).unwrap_or_default().to_vec();
            self.input.take(length);
            return (!line.is_empty()).then_some((line, end.is_some()));
        }
    }
}

impl Iterator for SnareReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done && self.input.skip_blanks() {
            let origin = Origin::of_line(Arc::clone(&self.file), self.input.line());
            let (line, is_whole) = self.line()?;
            if line.len() > LONGEST {
                self.done = true;
                let problem = Problem::new(ProblemKind::Damaged, "a line has more than 16 MiB");
                return Some(Err(problem.with_hint("give scan the .evtx").at(origin)));
            }
            if let Some(mut content) = content(line.trim_ascii_end()) {
                settle_alone(&mut content);
                return Some(Ok(Row { origin, content }));
            }
            if !std::mem::replace(&mut self.told, true) {
                let what = if is_whole {
                    "this line is none of Snare's, or broken in two"
                } else {
                    "the file ends inside of this line"
                };
                let problem = Problem::new(ProblemKind::Damaged, what);
                return Some(Err(problem
                    .with_hint("if an event is lost in it, give scan the .evtx")
                    .at(origin)));
            }
        }
        None
    }
}

/// The event of a line; `None` where it is none of Snare's.
fn content(line: &[u8]) -> Option<Content> {
    let cells = line.get(memchr::memmem::find(line, MARK)? + MARK.len()..)?;
    let cells: Vec<&[u8]> = cells.split(|byte| *byte == b'\t').collect();
    // Behind the message stands a number of the log, and perhaps names with values.
    let texts = cells.get(TEXTS..)?;
    let is_behind =
        |text: &&&[u8]| text.iter().all(u8::is_ascii_digit) || text.starts_with(b"EventSourceId=");
    let message = texts.iter().rev().find(|text| !is_behind(text)).copied().unwrap_or_default();
    let own = CELLS.iter().map(|(place, input)| (*input, cells.get(*place).copied().unwrap_or_default()));
    let own = own.filter(|(_, cell)| *cell != b"N/A");
    Some(Content::of_inputs(own.chain([("Message", message)])))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::event::INPUTS;

    #[test]
    fn lines_with_and_without_a_header_of_syslog() {
        let line = "MSWinEventLog\t1\tMicrosoft-IIS-Configuration/Operational\t17\tWed Mar 04 09:14:10 2026\t29\tP\tann\tN/A\t\
                    Verbose\tweb01\tNone\t\tChanges to 'x'\t118";
        let text = format!(
            "web01\t{line}\n<13>Mar  4 09:14:10 web01 {line}\tEventSourceId=AU_1\r\nbroken\nweb01\tMSWinEv"
        );
        let input = Input::new(Box::new(Cursor::new(text.into_bytes())));
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        for row in SnareReader::new(input, "f".into()) {
            match row {
                Ok(Row { origin, content: Content::Event(cells) }) => {
                    let filled = INPUTS.iter().zip(cells.iter()).filter(|(_, cell)| !cell.is_empty());
                    let filled: Vec<_> = filled
                        .map(|(input, cell)| format!("{input}={}", String::from_utf8_lossy(cell)))
                        .collect();
                    rows.push((origin.line.unwrap(), filled.join("|")));
                }
                Ok(row) => panic!("{row:?}"),
                Err(problem) => told.push(problem.to_string()),
            }
        }
        let expected = "Message=Changes to 'x'|User=ann|SourceName=P|LogName=Microsoft-IIS-Configuration/Operational|\
                        EventID=29|Computer=web01|_time=Wed Mar 04 09:14:10 2026";
        assert_eq!(rows, [(1, expected.to_owned()), (2, expected.to_owned())]);
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("f, line 3: this line is none of Snare's"), "{told:?}");
    }
}
