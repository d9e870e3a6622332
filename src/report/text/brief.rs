//! Five lines for whoever has no time: how many need a decision, where, and what to do first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::facts;
use super::lines::{cut, path, wrapped};
use crate::report::group::Group;
use crate::report::sentence::Headline;
use crate::report::shown::printable;
use crate::report::summary::Summary;
use crate::report::whole::Report;

/// Behind the words that the lines begin with.
const INDENT: usize = 8;

/// The lines, each in the width. `groups` are the findings that are listed, the worst first.
pub(super) fn lines(report: &Report, groups: &[Group<'_>], limit: usize) -> Vec<String> {
    let summary = &report.summary;
    let first = groups.first().filter(|group| group.first().needs_decision);
    let mut lines = match summary.nothing_to_decide(report.is_whole()) {
        Some(nothing) => wrapped(&nothing, 0, limit),
        None => vec![cut(&counts(summary), limit)],
    };
    if summary.needs_decision > 0 {
        lines.push(line("Hosts", &cut(&hosts(summary), limit.saturating_sub(INDENT))));
    }
    if let Some(group) = first {
        let item = group.first();
        let host = match group.hosts()[..] {
            [""] => "a host that is not known".to_owned(),
            [host] => printable(host),
            [first, ref others @ ..] => format!("{} and {} more", printable(first), others.len()),
            [] => String::new(),
        };
        let room = limit.saturating_sub(INDENT);
        lines.push(line("First", &cut(&format!("{} on {host}", facts::what(item)), room)));
        if !item.identity().is_empty() {
            lines.push(line("", &path(&printable(item.identity()), room)));
        }
        lines.push(line("Do", &cut(Headline::of(item).first_step(), room)));
    }
    lines
}

fn line(word: &str, text: &str) -> String {
    format!("{word:<INDENT$}{text}")
}

/// How many need a decision, by severity.
fn counts(summary: &Summary) -> String {
    let total = summary.needs_decision;
    let by_severity = summary.to_decide.iter().rev();
    let counts = by_severity.map(|(severity, hosts)| format!("{} {severity}", hosts.values().sum::<u64>()));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let (noun, verb) = if total == 1 { ("finding", "needs") } else { ("findings", "need") };
    format!("{total} {noun} {verb} a decision: {counts}")
}

/// The hosts with most of the worst first, each with its number.
fn hosts(summary: &Summary) -> String {
    let mut hosts: BTreeMap<&str, Vec<(_, u64)>> = BTreeMap::new();
    for (severity, counts) in summary.to_decide.iter().rev() {
        for (host, count) in counts {
            hosts.entry(host).or_default().push((*severity, *count));
        }
    }
    let mut hosts: Vec<_> = hosts.into_iter().collect();
    hosts.sort_by(|(_, one), (_, other)| other.cmp(one));
    hosts.sort_by_key(|(_, counts)| Reverse(counts.first().map(|(severity, _)| *severity)));
    let told = hosts.iter().map(|(host, counts)| {
        let host = if host.is_empty() { "(not known)".to_owned() } else { printable(host) };
        format!("{host} {}", counts.iter().map(|(_, count)| count).sum::<u64>())
    });
    told.collect::<Vec<_>>().join(", ")
}
