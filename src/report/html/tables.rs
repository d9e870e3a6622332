//! Everything at a glance: by time, by host and module, by technique.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use maud::{Markup, PreEscaped, html};

use super::parts::{tag, text, what};
use crate::detect::{Column, Severity};
use crate::report::group::Group;
use crate::report::history::{History, OTHER_TRACES};
use crate::report::item::Item;
use crate::report::sentence::{Headline, when};
use crate::report::shown::printable;

/// Columns of the matrix; a page of more hosts is no longer read.
const HOSTS: usize = 24;

/// Histories that are told.
const HISTORIES: usize = 100;

/// Techniques that the tables of verdicts and settings name.
const TECHNIQUES: [(&str, &str); 3] = [
    ("T1505.004", "Server Software Component: IIS Components"),
    ("T1562.001", "Impair Defenses: Disable or Modify Tools"),
    ("T1562.002", "Impair Defenses: Disable Windows Event Logging"),
];

/// Writes every finding in the order of time, those without one last; row by row, for there may be very many.
pub(super) fn timeline(items: &[Item], write: &mut impl FnMut(Markup) -> io::Result<()>) -> io::Result<()> {
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by_key(|item| item.time.unwrap_or(i64::MAX));
    write(html! {
        (PreEscaped("<div class=\"scroll\"><table>"))
        tr { th { "time" } th { "host" } th { "severity" } th { "what" } th { "why" } th { "by" } }
    })?;
    for item in items {
        write(html! {
            tr {
                td class="time" { (item.time.map_or_else(|| "not known".to_owned(), |time| when(item, time))) }
                td { (text(item, Column::Host)) }
                td { (tag(item.severity)) }
                td class="name" { (what(item)) }
                td class="long" { (printable(&Headline::of(item).why)) }
                td class="long" { (text(item, Column::Actor)) }
            }
        })?;
    }
    write(html! { (PreEscaped("</table></div>")) })
}

/// What earlier versions of configurations tell.
pub(super) fn histories(histories: &[History]) -> Markup {
    html! {
        @if !histories.is_empty() { h2 { "History of the configuration" } }
        @for history in histories.iter().take(HISTORIES) {
            p { (history.in_words()) }
            @if !history.changes.is_empty() {
                div class="scroll" { table {
                    tr { th { "between" } th { "" } th { "what" } th { "events" } th { "where" } }
                    @for change in &history.changes {
                        tr {
                            td class="time" { (change.window()) }
                            td { (change.what.as_str()) }
                            td class="long" { (change.what()) }
                            td class="long" { (printable(&change.told())) }
                            td class="long" { code { (printable(&change.origin.brief())) } }
                        }
                    }
                } }
            }
        }
        @if histories.len() > HISTORIES {
            p { (histories.len() - HISTORIES) " more histories are not in this page." }
        }
        @if histories.iter().any(|history| !history.versions.is_empty()) { p { (OTHER_TRACES) "." } }
    }
}

/// The worst severity of each module on each host.
pub(super) fn matrix(groups: &[Group<'_>]) -> Markup {
    let mut worst: BTreeMap<&str, Severity> = BTreeMap::new();
    let (mut modules, mut known): (Vec<&str>, BTreeSet<&str>) = Default::default();
    let all = || groups.iter().flat_map(Group::items);
    for item in all() {
        let (name, host) = (item.fact(Column::Name), item.fact(Column::Host));
        if known.insert(name) {
            modules.push(name);
        }
        let severity = worst.entry(host).or_insert(item.severity);
        *severity = (*severity).max(item.severity);
    }
    let mut hosts: Vec<&str> = worst.keys().copied().collect();
    hosts.sort_by_key(|host| std::cmp::Reverse(worst.get(host).copied()));
    let more = hosts.len().saturating_sub(HOSTS);
    hosts.truncate(HOSTS);
    let mut cells: BTreeMap<(&str, &str), Severity> = BTreeMap::new();
    for item in all().filter(|item| hosts.contains(&item.fact(Column::Host))) {
        let cell = cells.entry((item.fact(Column::Name), item.fact(Column::Host))).or_insert(item.severity);
        *cell = (*cell).max(item.severity);
    }
    let shown = |text: &str| if text.is_empty() { "(not known)".to_owned() } else { printable(text) };
    html! {
        div class="scroll" { table {
            tr { th { "module" } @for host in &hosts { th { (shown(host)) } } }
            @for name in &modules {
                tr {
                    td class="name" { (shown(name)) }
                    @for host in &hosts {
                        td { @if let Some(severity) = cells.get(&(name, host)) { (tag(*severity)) } }
                    }
                }
            }
        } }
        @if more > 0 { p { (more) " more hosts are not in this table; they are in the timeline." } }
    }
}

/// How many findings are about each technique.
pub(super) fn techniques(items: &[Item]) -> Markup {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for item in items.iter().filter(|item| item.needs_decision) {
        *counts.entry(item.fact(Column::Technique)).or_default() += 1;
    }
    counts.remove("");
    let name = |id: &str| TECHNIQUES.iter().find(|(known, _)| *known == id).map_or("", |(_, name)| name);
    html! {
        @if counts.is_empty() { p { "None: nothing needs a decision." } }
        ul { @for (id, count) in &counts { li { b { (printable(id)) } " " (name(id)) ": " (count) } } }
    }
}
