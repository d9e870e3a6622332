//! How a run that made a report ends: what is printed, what is told on standard error, and the exit status.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::detect::Severity;
use crate::problem::{Problem, ProblemKind};
use crate::report::{About, Report};

use super::args::{Compared, Format, Printed};
use super::output::print;
use super::status::{self, FAILED, FOUND, Failure};

/// Problems that are told on standard error one by one.
const TOLD: usize = 20;

/// What is printed, and what the exit status says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How it is printed.
    pub format: Format,
    /// The least severity that is printed.
    pub min_severity: Severity,
    /// From here on a finding is told by the exit status.
    pub fail_on: Option<Severity>,
    /// What was not read is not told by the exit status.
    pub allow_unread: bool,
}

/// Prints a report, and what was not read.
pub(super) fn end(mut report: Report, printed: &Printed, limits: Limits) -> Result<ExitCode, Failure> {
    let worst = report.worst();
    report.list_from(limits.min_severity);
    let found = limits.fail_on.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit));
    let nothing_read = report.summary.rows() == 0 && report.summary.lost_places > 0;
    if !nothing_read {
        match print(printed, limits.format, &report) {
            // What was found stays found, however much of it the reader wanted to see.
            Ok(()) | Err(Failure::ClosedPipe) => {}
            Err(failure) => return Err(failure),
        }
    }
    // A table has no place for it, and an empty one must not look like an all-clear.
    let summary = &report.summary;
    if limits.format == Format::Csv
        && !nothing_read
        && (summary.checked_nothing() || summary.left_out.needs_decision > 0)
    {
        status::note(&summary.nothing_to_decide(report.is_whole()).unwrap_or_else(|| summary.to_string()));
    }
    if limits.format == Format::Csv {
        let cleared = report.problems.iter().filter(|problem| problem.kind() == ProblemKind::LogCleared);
        cleared.take(TOLD).for_each(|problem| status::tell(problem));
    }
    let unread = unread(&report);
    if unread.is_empty() || (limits.allow_unread && !nothing_read) {
        return Ok(if found { ExitCode::from(FOUND) } else { ExitCode::SUCCESS });
    }
    // What stands in the text is not told twice.
    if limits.format == Format::Text && printed.output.is_none() && !nothing_read {
        status::note(&format!("{}; the text says which, and --allow-unread ends with 0", counted(&report)));
        return Ok(ExitCode::from(FAILED));
    }
    let more = unread.len().saturating_sub(TOLD);
    for problem in unread.iter().take(TOLD) {
        status::tell(problem);
    }
    if more > 0 {
        let what = format!("{more} more places could not be read; --format json lists them");
        status::tell(&Problem::new(ProblemKind::Unreadable, what));
    }
    Ok(ExitCode::from(FAILED))
}

/// How much was not read and not understood.
fn counted(report: &Report) -> String {
    let summary = &report.summary;
    let losses = report.problems.iter().filter(|problem| problem.kind().is_loss());
    let places = losses.filter(|problem| problem.kind() != ProblemKind::NotUnderstood).count() as u64;
    let of = |count: u64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let places = of(places.max(summary.lost_places), "place could not be read", "places could not be read");
    let rows = of(summary.unread_rows, "row was not understood", "rows were not understood");
    places.into_iter().chain(rows).collect::<Vec<_>>().join(", ")
}

/// What was not read, each place for itself, and what was not understood.
fn unread(report: &Report) -> Vec<Problem> {
    let rows = report.summary.not_understood().map(|rows| {
        let hint = rows.hint().unwrap_or_default();
        let hint = format!("{hint}, or give --allow-unread");
        rows.with_hint(hint)
    });
    let is_lost =
        |problem: &&Problem| problem.kind().is_loss() && problem.kind() != ProblemKind::NotUnderstood;
    report.problems.iter().filter(is_lost).cloned().chain(rows).collect()
}

/// What a report is of.
pub(super) fn about(title: &str, compared: &Compared, read: &[PathBuf]) -> About {
    let files = [&compared.allowlist, &compared.packs_file].into_iter().flatten();
    let files = files.map(|path| path.display().to_string());
    About {
        title: title.to_owned(),
        read: read.iter().map(|path| path.display().to_string()).collect(),
        lists: files.chain(compared.packs.iter().map(|packs| format!("packs {packs}"))).collect(),
        made: Some(chrono::Utc::now().timestamp_micros()),
    }
}
