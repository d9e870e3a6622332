//! `scan`: the same engine over exported files, without Splunk.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use crate::report::{self, Report};
use crate::scan::Scanner;

use super::args::{Format, Scan};
use super::options;
use super::status::{FOUND, Failure};

/// Runs `scan`.
pub(super) fn run(arguments: &Scan) -> Result<ExitCode, Failure> {
    let mut scanner = Scanner::new(options::engine(&arguments.compared)?, arguments.level);
    scanner.read(&arguments.files)?;
    let mut report = scanner.finish();
    report.items.retain(|item| item.severity >= arguments.min_severity);
    let worst = report.summary.worst();
    let found = arguments.fail_on.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit));
    match print(arguments, &report).map_err(Failure::from) {
        // What was found stays found, however much of it the reader wanted to see.
        Ok(()) | Err(Failure::ClosedPipe) => {}
        Err(failure) => return Err(failure),
    }
    match report.summary.not_understood() {
        Some(rows) if !arguments.allow_unread => {
            let hint = rows.hint().unwrap_or_default();
            let hint = format!("{hint}, or give --allow-unread");
            Err(Failure::Told(rows.with_hint(hint)))
        }
        _ => Ok(if found { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }),
    }
}

fn print(arguments: &Scan, report: &Report) -> io::Result<()> {
    let output = io::stdout().lock();
    if arguments.format == Format::Text {
        let mut output = BufWriter::new(anstream::AutoStream::auto(output));
        report::write_text(&mut output, report)?;
        return output.flush();
    }
    // Not through a stream that takes colours out: what looks like one here is data, and a crafted name could make
    // it swallow the rows behind it.
    let mut output = BufWriter::new(output);
    if arguments.format == Format::Json {
        report::write_json(&mut output, report)?;
    } else {
        report::write_csv(&mut output, &report.items, arguments.exact_bytes)?;
    }
    output.flush()
}
