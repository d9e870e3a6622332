//! A few lines for whoever has no time: how many need a decision, where, what belongs to the worst, and what to do first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::facts;
use super::lines::{cut, path, width, wrapped};
use crate::detect::Column;
use crate::report::group::Group;
use crate::report::link::short;
use crate::report::sentence::{self, Headline};
use crate::report::shown::printable;
use crate::report::summary::Summary;
use crate::report::whole::Report;

/// Behind the words that the lines begin with.
const INDENT: usize = 8;
/// Blanks between what a line tells.
const GAP: usize = 2;

/// The lines, each in the width. `groups` are the findings that are listed, the worst first, `ties` what each has to do with others.
pub(super) fn lines(
    report: &Report,
    groups: &[Group<'_>],
    ties: &[Vec<String>],
    limit: usize,
) -> Vec<String> {
    let summary = &report.summary;
    let first = groups.first().filter(|group| group.first().needs_decision);
    let mut lines = match summary.nothing_to_decide(report.is_whole()) {
        Some(nothing) => wrapped(&nothing, 0, limit),
        None => wrapped(&summary.counted_to_decide(report.is_whole()), 0, limit),
    };
    if summary.needs_decision > 0 {
        lines.push(line("Hosts", &hosts(summary, limit.saturating_sub(INDENT))));
    }
    if let Some(group) = first {
        let item = group.first();
        let room = limit.saturating_sub(INDENT);
        lines.push(line("First", &what(group, room)));
        let by = actors(item.fact(Column::Actor));
        let image = printable(item.identity());
        // What has to be shortened anyway leaves room for who did it, and so does a type, which nobody has to go to.
        let for_by = by.last().map_or(0, |by| width(by) + GAP);
        let is_type = item.fact(Column::Image).is_empty();
        let for_image = if is_type || width(&image) > room { room.saturating_sub(for_by) } else { room };
        let found = with(&path(&image, for_image), &by, room);
        if !found.is_empty() {
            lines.push(line("", &found));
        }
        lines.push(line("Do", &cut(&Headline::of(item).first_step, room)));
        // Behind the five lines that everyone reads.
        for (number, tie) in ties.first().into_iter().flatten().enumerate() {
            lines.push(line(if number == 0 { "Also" } else { "" }, &cut(tie, room)));
        }
    }
    lines
}

fn line(word: &str, text: &str) -> String {
    format!("{word:<INDENT$}{text}")
}

/// The module, where and when; the host is shortened before the time goes, for its whole name stands above.
fn what(group: &Group<'_>, room: usize) -> String {
    let what = facts::what(group.first());
    let hosts = match group.hosts()[..] {
        [""] => vec!["on a host that is not known".to_owned()],
        _ => facts::hosts(group),
    };
    let when = group
        .times()
        .map(|(first, _)| format!("  {}", sentence::when(group.first(), first)))
        .unwrap_or_default();
    let all = [when.as_str(), ""].map(|when| hosts.iter().map(move |host| (host, when)));
    let mut lines = all.into_iter().flatten().map(|(host, when)| format!("{what} {host}{when}"));
    let shortest = hosts.last().map(|host| format!("{what} {host}")).unwrap_or_default();
    lines.find(|line| width(line) <= room).unwrap_or_else(|| cut(&shortest, room))
}

/// A text with the first of the forms behind it that there is room for.
fn with(text: &str, forms: &[String], room: usize) -> String {
    let gap = if text.is_empty() { 0 } else { GAP };
    let fits = forms.iter().find(|form| width(text) + gap + width(form) <= room);
    fits.map_or_else(|| text.to_owned(), |form| format!("{text}{:gap$}{form}", ""))
}

/// Who did it, whole and short. Of an account's SID the last number tells it from others of its domain.
fn actors(actor: &str) -> Vec<String> {
    const DOMAIN: &str = "S-1-5-21-";
    let by = |actor: &str| format!("by {}", printable(actor));
    let short = actor.strip_prefix(DOMAIN).and_then(|rest| rest.rsplit_once('-'));
    let short = short.map(|(_, number)| by(&format!("{DOMAIN}…-{number}")));
    let whole = Some(by(actor)).filter(|_| !actor.is_empty());
    whole.into_iter().chain(short).collect()
}

/// The hosts with most of the worst first, each with its numbers by severity; without their domains where that makes room.
fn hosts(summary: &Summary, room: usize) -> String {
    let mut hosts: BTreeMap<&str, Vec<(_, u64)>> = BTreeMap::new();
    for (severity, counts) in summary.to_decide.iter().rev() {
        for (host, count) in counts {
            hosts.entry(host).or_default().push((*severity, *count));
        }
    }
    let mut hosts: Vec<_> = hosts.into_iter().collect();
    hosts.sort_by(|(_, one), (_, other)| other.cmp(one));
    hosts.sort_by_key(|(_, counts)| Reverse(counts.first().map(|(severity, _)| *severity)));
    let told = |name: fn(&str) -> &str, most: usize| {
        let told = hosts.iter().take(most).map(|(host, counts)| {
            let host = if host.is_empty() { "(not known)".to_owned() } else { printable(name(host)) };
            let counts = counts.iter().map(|(severity, count)| format!("{count} {severity}"));
            format!("{host} {}", counts.collect::<Vec<_>>().join(" + "))
        });
        let told = told.collect::<Vec<_>>().join(", ");
        let more = hosts.len().saturating_sub(most);
        if more > 0 { format!("{told} and {more} more") } else { told }
    };
    let names: BTreeSet<&str> = hosts.iter().map(|(host, _)| short(host)).collect();
    let name: fn(&str) -> &str = if names.len() < hosts.len() { |host| host } else { short };
    // No line has more than one host for each of its columns.
    let fewer = (1..=hosts.len().min(room)).rev().map(|most| told(name, most));
    let mut forms = std::iter::once(told(|host| host, hosts.len())).chain(fewer);
    forms.find(|form| width(form) <= room).unwrap_or_else(|| cut(&told(name, 1), room))
}
