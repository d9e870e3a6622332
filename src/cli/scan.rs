//! `scan`: the same engine over exported files, without Splunk.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::detect::{Column, Verdict};
use crate::problem::{Problem, ProblemKind};
use crate::report::Item;
use crate::scan::Scanner;

use super::args::{Format, Scan};
use super::end::{Limits, about, end};
use super::options;
use super::output;
use super::status::{FAILED, Failure};

/// Runs `scan`.
pub(super) fn run(arguments: &Scan) -> Result<ExitCode, Failure> {
    let format = output::format(&arguments.printed)?;
    if format == Format::Inventory {
        let what = "--format inventory prints what files show, and scan reads events";
        return Err(Problem::new(ProblemKind::Argument, what)
            .with_hint("use it with `iismodcheck audit`")
            .into());
    }
    let choice = Choice::of(arguments)?;
    let interrupted = interruption();
    let mut scanner = Scanner::new(options::engine(&arguments.compared)?, arguments.level, interrupted);
    let files = files(arguments)?;
    let progress = progress();
    scanner.read(&files, |rows| progress.set_position(rows))?;
    progress.finish_and_clear();
    let mut report = scanner.finish();
    report.about = about("Changes of IIS modules", &arguments.compared, &files);
    report.gather();
    report.relate();
    report.keep(|item| choice.has(item));
    let limits = Limits {
        format,
        min_severity: arguments.min_severity,
        fail_on: arguments.fail_on,
        allow_unread: arguments.allow_unread,
    };
    end(report, &arguments.printed, limits)
}

/// The files that are asked for: on Windows, without any, the log of this machine.
fn files(arguments: &Scan) -> Result<Vec<PathBuf>, Problem> {
    if !arguments.files.is_empty() {
        return Ok(arguments.files.clone());
    }
    match std::env::var_os("SystemRoot") {
        Some(root) if cfg!(windows) => Ok(vec![own_log(root)]),
        _ => Err(Problem::new(ProblemKind::Argument, "no file is given").with_hint(
            "name files or folders, such as Microsoft-IIS-Configuration%4Operational.evtx; `-` is standard input",
        )),
    }
}

/// The log of the machine whose Windows lies here.
fn own_log(mut root: OsString) -> PathBuf {
    root.push(r"\System32\winevt\Logs\Microsoft-IIS-Configuration%4Operational.evtx");
    root.into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_this_machine() {
        let log = own_log(r"C:\Windows".into());
        let expected = r"C:\Windows\System32\winevt\Logs\Microsoft-IIS-Configuration%4Operational.evtx";
        assert_eq!(log.as_os_str(), expected);
    }
}
