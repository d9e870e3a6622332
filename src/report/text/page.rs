//! The whole text: the five lines, the findings, what was read.

use std::io::{self, Write};

use super::lines::{cut, wrapped};
use super::{brief, details, facts};
use crate::detect::{Severity, Verdict};
use crate::problem::ProblemKind;
use crate::report::file_read::FileRead;
use crate::report::group::{Group, common_reasons};
use crate::report::history;
use crate::report::item::Item;
use crate::report::link::links;
use crate::report::sentence::{self, Headline};
use crate::report::shown::printable;
use crate::report::tie::ties;
use crate::report::whole::{Report, severity_of};

const BOLD_RED: &str = "\x1b[1;31m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// The least width that a page is made for.
const NARROWEST: usize = 40;
/// What stands before a reason: severity and id, each with a blank.
const HEAD: usize = 18;
/// What stands before a finding's second line.
const INDENT: usize = 4;

/// Places that were not read and that are told one by one: a folder of a server has logs of many other things.
const PLACES: usize = 10;

/// Files whose last rows are told.
const FILES: usize = 3;

/// Hosts with nothing to decide that are named.
const HOSTS: usize = 12;

/// How much is told, and how wide.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Columns of a line.
    pub width: usize,
    /// List what is known to be good, too.
    pub all: bool,
    /// Tell everything about each finding.
    pub details: bool,
}

/// Writes what needs a decision in a few lines, the findings with the worst first, and what was read. Colours are written as
/// escape codes; the caller's stream drops them where they do not belong.
pub fn write_text(output: &mut impl Write, report: &Report, options: TextOptions) -> io::Result<()> {
    let limit = options.width.max(NARROWEST);
    let (listed, counted): (Vec<&Item>, Vec<&Item>) =
        report.items.iter().partition(|item| options.all || !is_good(item));
    let groups = Group::all(listed);
    let ties = ties(&groups);
    for line in brief::lines(report, &groups, &ties, limit) {
        writeln!(output, "{line}")?;
    }
    if !groups.is_empty() {
        writeln!(output)?;
    }
    let common = common_reasons(&groups);
    let links = links(&groups);
    for ((group, linked), ties) in groups.iter().zip(&links).zip(&ties) {
        let linked: Vec<&str> = linked
            .iter()
            .filter_map(|place| groups.get(*place))
            .map(|group| group.first().short_id())
            .collect();
        finding(output, group, &linked, limit)?;
        if options.details {
            for line in details::lines(group, &linked, ties, &common, limit) {
                writeln!(output, "{line}")?;
            }
            writeln!(output)?;
        }
    }
    if !options.details && !groups.is_empty() {
        writeln!(output)?;
    }
    let good = match counted.len() {
        0 => None,
        1 => Some("1 known good finding is not listed (--all lists it).".to_owned()),
        many => Some(format!("{many} known good findings are not listed (--all lists them).")),
    };
    let hosts = report.summary.nothing_on(HOSTS, report.is_whole());
    let common =
        common.iter().map(|reason| format!("Of every finding above: {}.", sentence::in_words(reason)));
    for note in common.chain(good).chain(hosts).chain(ending(report, options.details)) {
        for line in wrapped(&printable(&note), 0, limit) {
            writeln!(output, "{line}")?;
        }
    }
    Ok(())
}

/// Whether a finding is only counted: somebody vouched for it, and nothing speaks against it.
fn is_good(item: &Item) -> bool {
    matches!(item.verdict, Verdict::KnownGood | Verdict::Allowed)
        && item.severity == Severity::Info
        && !item.needs_decision
}

/// Two lines: severity, id and reason, and which finding is about the same module; which module, where, when, and what it loads.
fn finding(output: &mut impl Write, group: &Group<'_>, linked: &[&str], limit: usize) -> io::Result<()> {
    let item = group.first();
    let colour = match item.severity {
        Severity::Critical => BOLD_RED,
        Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low => "",
        Severity::Info => DIM,
    };
    let id = if item.id.is_empty() { "-" } else { item.short_id() };
    let why = printable(&Headline::of(item).why);
    let also = match linked {
        [] => String::new(),
        [first] => format!(" (also {first})"),
        [first, others @ ..] => format!(" (also {first} and {} more)", others.len()),
    };
    let why = cut(&why, limit - HEAD - also.len());
    writeln!(output, "{colour}{:<8}{PLAIN} {id:<8} {why}{also}", item.severity)?;
    let facts = facts::line(group, limit - INDENT);
    writeln!(output, "{:INDENT$}{facts}", "")
}

/// What was read, the verdicts, and what could not be read.
fn ending(report: &Report, details: bool) -> Vec<String> {
    let summary = &report.summary;
    let mut notes = vec![format!("{summary}")];
    let verdicts: Vec<String> =
        summary.verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    if !verdicts.is_empty() {
        notes.push(format!("Verdicts: {}", verdicts.join(", ")));
    }
    let ends: Vec<String> = report.files.iter().filter_map(FileRead::told).collect();
    let told = if details { ends.len() } else { ends.len().min(FILES) };
    let more = ends.len() - told;
    notes.extend(ends.into_iter().take(told));
    if more > 0 {
        notes.push(format!("… and {more} more (--details lists them)"));
    }
    let lost = report.problems.iter().filter(|problem| problem.kind() != ProblemKind::NotUnderstood);
    let lost: Vec<String> = lost
        .map(|problem| {
            let word = if problem.kind().is_loss() { "not read" } else { problem.kind().as_str() };
            let severity = severity_of(problem).map(|severity| format!("{severity} "));
            format!("{}{word}: {problem}", severity.unwrap_or_default())
        })
        .collect();
    let told = if details { lost.len() } else { lost.len().min(PLACES) };
    let more = lost.len() - told;
    notes.extend(lost.into_iter().take(told));
    if more > 0 {
        notes.push(format!("{more} more of these (--details lists them)"));
    }
    notes.extend(history::notes(&report.histories, details, PLACES));
    notes.extend(summary.not_understood().map(|rows| format!("note: {rows}.")));
    notes.extend(summary.gaps.notes().into_iter().map(|note| format!("note: {note}")));
    notes
}
