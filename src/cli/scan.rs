//! `scan`: the same engine over exported files, without Splunk.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use crate::report::{self, Item, Summary};
use crate::scan::Scanner;

use super::args::{Format, Scan};
use super::{FOUND, Failure, knowledge};

/// Runs `scan`.
pub(super) fn run(arguments: &Scan) -> Result<ExitCode, Failure> {
    let mut scanner = Scanner::new(knowledge::engine(&arguments.knowledge)?, arguments.level);
    scanner.read(&arguments.files)?;
    let (mut items, summary) = scanner.finish();
    items.retain(|item| item.severity >= arguments.min_severity);
    let found = arguments.fail_on.is_some_and(|limit| summary.worst().is_some_and(|worst| worst >= limit));
    match print(arguments.format, &items, &summary).map_err(Failure::from) {
        // What was found stays found, however much of it the reader wanted to see.
        Ok(()) | Err(Failure::ClosedPipe) => {}
        Err(failure) => return Err(failure),
    }
    match summary.not_understood() {
        Some(rows) if !arguments.allow_unread => {
            Err(Failure::Told(format!("{rows}, or give --allow-unread")))
        }
        _ => Ok(if found { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }),
    }
}

fn print(format: Format, items: &[Item], summary: &Summary) -> io::Result<()> {
    let output = io::stdout().lock();
    let for_terminal = output.is_terminal();
    if format == Format::Text {
        let mut output = BufWriter::new(anstream::AutoStream::auto(output));
        report::write_text(&mut output, items, summary)?;
        return output.flush();
    }
    // Not through a stream that takes colours out: what looks like one here is data, and a crafted name could make
    // it swallow the rows behind it.
    let mut output = BufWriter::new(output);
    if format == Format::Json {
        report::write_json(&mut output, items, summary)?;
    } else {
        report::write_csv(&mut output, items, for_terminal)?;
    }
    output.flush()
}
