//! `scan`: the same engine over exported files, without Splunk.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::detect::{Column, Verdict};
use crate::problem::{Problem, ProblemKind};
use crate::report::{About, Item, Report};
use crate::scan::Scanner;

use super::args::{Format, Scan};
use super::options;
use super::output::print;
use super::status::{self, FAILED, FOUND, Failure};

/// Problems that are told on standard error one by one.
const TOLD: usize = 20;

/// Runs `scan`.
pub(super) fn run(arguments: &Scan) -> Result<ExitCode, Failure> {
    let choice = Choice::of(arguments)?;
    let interrupted = interruption();
    let mut scanner = Scanner::new(options::engine(&arguments.compared)?, arguments.level, interrupted);
    let files = files(arguments)?;
    let progress = progress();
    scanner.read(&files, |rows| progress.set_position(rows))?;
    progress.finish_and_clear();
    let mut report = scanner.finish();
    report.about = about(arguments, &files);
    report.gather();
    report.keep(|item| choice.has(item));
    let worst = report.summary.worst();
    report.list_from(arguments.min_severity);
    let found = arguments.fail_on.is_some_and(|limit| worst.is_some_and(|worst| worst >= limit));
    let nothing_read = report.summary.rows() == 0 && report.summary.lost_places > 0;
    if !nothing_read {
        match print(&arguments.printed, &report) {
            // What was found stays found, however much of it the reader wanted to see.
            Ok(()) | Err(Failure::ClosedPipe) => {}
            Err(failure) => return Err(failure),
        }
    }
    // A table has no place for it, and an empty one must not look like an all-clear.
    let summary = &report.summary;
    if arguments.printed.format == Format::Csv
        && !nothing_read
        && (summary.checked_nothing() || summary.left_out.needs_decision > 0)
    {
        status::note(&summary.nothing_to_decide(report.is_whole()).unwrap_or_else(|| summary.to_string()));
    }
    let unread = unread(&report);
    if unread.is_empty() || (arguments.allow_unread && !nothing_read) {
        return Ok(if found { ExitCode::from(FOUND) } else { ExitCode::SUCCESS });
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

/// The files that are asked for: on Windows, without any, the log of this machine.
fn files(arguments: &Scan) -> Result<Vec<PathBuf>, Problem> {
    if !arguments.files.is_empty() {
        return Ok(arguments.files.clone());
    }
    match std::env::var_os("SystemRoot") {
        Some(root) if cfg!(windows) => {
            let log = r"System32\winevt\Logs\Microsoft-IIS-Configuration%4Operational.evtx";
            Ok(vec![PathBuf::from(root).join(log)])
        }
        _ => Err(Problem::new(ProblemKind::Argument, "no file is given").with_hint(
            "name files or folders, such as Microsoft-IIS-Configuration%4Operational.evtx; `-` is standard input",
        )),
    }
}

/// How far the reading is, on a terminal; nowhere else.
fn progress() -> ProgressBar {
    const EVERY: Duration = Duration::from_millis(200);
    let progress = ProgressBar::new_spinner();
    // The template is a constant; without it, a spinner of the crate's own is shown.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} rows read in {elapsed}") {
        progress.set_style(style);
    }
    if !progress.is_hidden() {
        progress.enable_steady_tick(EVERY);
    }
    progress
}

/// Set by Ctrl-C; a second one ends the program at once.
fn interruption() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    // Where the system gives no such signal, Ctrl-C ends the program.
    let _: io::Result<signal_hook::SigId> = signal_hook::flag::register_conditional_shutdown(
        signal_hook::consts::SIGINT,
        i32::from(FAILED),
        Arc::clone(&interrupted),
    );
    let _: io::Result<signal_hook::SigId> =
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupted));
    interrupted
}

/// What was not read, each place for itself, and what was not understood.
fn unread(report: &Report) -> Vec<Problem> {
    let rows = report.summary.not_understood().map(|rows| {
        let hint = rows.hint().unwrap_or_default();
        let hint = format!("{hint}, or give --allow-unread");
        rows.with_hint(hint)
    });
    let lost = report.problems.iter().filter(|problem| problem.kind() != ProblemKind::NotUnderstood);
    lost.cloned().chain(rows).collect()
}

/// Which findings are asked for.
struct Choice<'a> {
    since: Option<i64>,
    until: Option<i64>,
    hosts: Vec<String>,
    only: &'a [Verdict],
}

impl<'a> Choice<'a> {
    fn of(arguments: &'a Scan) -> Result<Self, Problem> {
        Ok(Self {
            since: arguments.since.as_deref().map(options::moment).transpose()?,
            until: arguments.until.as_deref().map(options::last_moment).transpose()?,
            hosts: arguments.host.iter().map(|host| host.to_lowercase()).collect(),
            only: &arguments.only,
        })
    }

    /// Whether a finding is asked for. One without a time or host is: what is not known may be what is looked for.
    fn has(&self, item: &Item) -> bool {
        let host = item.fact(Column::Host);
        let is_of = |asked: &String| host == asked || host.split('.').next() == Some(asked);
        let in_time = item.time.is_none_or(|time| {
            self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
        });
        in_time
            && (self.hosts.is_empty() || host.is_empty() || self.hosts.iter().any(is_of))
            && (self.only.is_empty() || self.only.contains(&item.verdict))
    }
}

/// What the report is of.
fn about(arguments: &Scan, read: &[PathBuf]) -> About {
    let compared = &arguments.compared;
    let files = [&compared.allowlist, &compared.packs_file].into_iter().flatten();
    let files = files.map(|path| path.display().to_string());
    About {
        title: "Changes of IIS modules".to_owned(),
        read: read.iter().map(|path| path.display().to_string()).collect(),
        lists: files.chain(compared.packs.iter().map(|packs| format!("packs {packs}"))).collect(),
        made: Some(chrono::Utc::now().timestamp_micros()),
    }
}
