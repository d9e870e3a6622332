//! `scan`: the same engine over exported files, without Splunk.

use std::process::ExitCode;

use crate::report::About;
use crate::scan::Scanner;

use super::args::Scan;
use super::options;
use super::output::print;
use super::status::{FOUND, Failure};

/// Runs `scan`.
pub(super) fn run(arguments: &Scan) -> Result<ExitCode, Failure> {
    let mut scanner = Scanner::new(options::engine(&arguments.compared)?, arguments.level);
    scanner.read(&arguments.files)?;
    let mut report = scanner.finish();
    report.about = about(arguments);
    report.items.retain(|item| item.severity >= arguments.min_severity);
    let worst = report.summary.worst();
    let found = arguments.fail_on.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit));
    match print(&arguments.printed, &report) {
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

/// What the report is of.
fn about(arguments: &Scan) -> About {
    let compared = &arguments.compared;
    let files = [&compared.allowlist, &compared.packs_file].into_iter().flatten();
    let files = files.map(|path| path.display().to_string());
    About {
        title: "Changes of IIS modules".to_owned(),
        read: arguments.files.iter().map(|path| path.display().to_string()).collect(),
        lists: files.chain(compared.packs.iter().map(|packs| format!("packs {packs}"))).collect(),
        made: Some(chrono::Utc::now().timestamp_micros()),
    }
}
