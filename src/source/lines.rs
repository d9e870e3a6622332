//! Files in which each line is an event: Snare's, and whatever stands behind a header of syslog.

use std::sync::Arc;

use memchr::memchr;

use super::csv::settle_alone;
use super::input::Input;
use super::row::{Content, Row};
use super::{headed, snare};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// Bytes of one line, at most.
const LONGEST: usize = 16 << 20;

const HINT: &str = "if an event is lost in it, give scan the .evtx";

fn cut() -> Problem {
    Problem::new(ProblemKind::Damaged, "the file ends inside of this line").with_hint(HINT)
}

/// What the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Snare,
    /// XML or JSON of an event behind a header.
    Headed,
}

/// Reads a file line by line.
pub(super) struct LineReader {
    lines: Lines,
    input: Input,
    file: Arc<str>,
    /// A line that is none of Snare's was told already.
    told: bool,
    /// What is told behind the row of a line that breaks off.
    cut: Option<Problem>,
    done: bool,
}

impl LineReader {
    pub(super) fn new(lines: Lines, input: Input, file: Arc<str>) -> Self {
        Self { lines, input, file, told: false, cut: None, done: false }
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

impl Iterator for LineReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(problem) = self.cut.take() {
            return Some(Err(problem));
        }
        while !self.done && self.input.skip_blanks() {
            let origin = Origin::of_line(Arc::clone(&self.file), self.input.line());
            let (line, is_whole) = self.line()?;
            if line.len() > LONGEST {
                self.done = true;
                let problem = Problem::new(ProblemKind::Damaged, "a line has more than 16 MiB");
                return Some(Err(problem.with_hint("give scan the .evtx").at(origin)));
            }
            let line = line.trim_ascii_end();
            let content = match self.lines {
                Lines::Snare => snare::content(line),
                // What is no event of any log is told by whoever reads the row.
                Lines::Headed => {
                    if !is_whole && !headed::is_complete(line) {
                        self.cut = Some(cut().at(origin.clone()));
                    }
                    Some(Content::whole(headed::event(line).to_vec()))
                }
            };
            if let Some(mut content) = content {
                settle_alone(&mut content);
                return Some(Ok(Row { origin, content }));
            }
            // What is or was an event is told each time, another line once.
            let has_event = !is_whole || memchr::memmem::find(line, snare::MARK).is_some();
            if has_event || !std::mem::replace(&mut self.told, true) {
                let problem = if is_whole {
                    Problem::new(
                        ProblemKind::Damaged,
                        "this line is none of Snare's, broken in two, or holds two events",
                    )
                    .with_hint(HINT)
                } else {
                    cut()
                };
                return Some(Err(problem.at(origin)));
            }
        }
        None
    }
}
