//! The page from its head to its end.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::parts::{hosts, tag, text, what};
use super::{findings, steps, tables};
use crate::detect::{Column, Severity, time};
use crate::problem::ProblemKind;
use crate::report::group::Group;
use crate::report::link::links;
use crate::report::sentence::{self, Headline};
use crate::report::shown::printable;
use crate::report::tie::ties;
use crate::report::whole::Report;

/// Nothing is loaded and nothing runs, whatever a name in the page says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Files whose rows are told, and hosts with nothing to decide that are named.
const FILES: usize = 200;
const HOSTS: usize = 100;

/// Writes the report as one HTML page that stands for itself.
pub fn write_html(output: &mut impl Write, report: &Report) -> io::Result<()> {
    let mut write = |part: Markup| output.write_all(part.into_string().as_bytes());
    let groups = Group::all(&report.items);
    let (links, ties) = (links(&groups), ties(&groups));
    let (asked, others): (Vec<_>, Vec<_>) =
        groups.iter().zip(links.iter().zip(&ties)).partition(|(group, _)| group.first().needs_decision);
    let others: Vec<&Group<'_>> = others.into_iter().map(|(group, _)| group).collect();
    let to_decide: Vec<&Group<'_>> = asked.iter().map(|(group, _)| *group).collect();
    let ids = |places: &[usize]| -> Vec<&str> {
        places.iter().filter_map(|place| groups.get(*place)).map(|group| group.first().short_id()).collect()
    };
    let nothing = report.summary.nothing_to_decide(report.is_whole());
    // Part by part, for there may be many.
    write(html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="generator" content=(concat!("iismodcheck ", env!("CARGO_PKG_VERSION")));
            title { (report.about.title) }
            style { (PreEscaped(include_str!("style.css"))) (PreEscaped(colours())) }
        }
        (PreEscaped("<body>"))
        (head(report))
        @if let Some((group, (_, ties))) = asked.first() { (first(group, ties)) }
        (steps::cases(&to_decide))
        h2 { "What needs a decision" }
        @if let Some(nothing) = &nothing { p { (nothing) } }
        @else if asked.is_empty() { p { "Nothing of what is listed; see the number of findings that are not." } }
    })?;
    for (group, (linked, ties)) in &asked {
        write(findings::finding(group, &ids(linked), ties))?;
    }
    write(html! {
        @if !others.is_empty() {
            h2 { "What needs none" }
            (findings::in_short(&others))
        }
    })?;
    write(html! { h2 { "Timeline" } })?;
    tables::timeline(&report.items, &mut write)?;
    write(html! {
        (tables::histories(&report.histories))
        h2 { "Hosts and modules" }
        (tables::matrix(&groups))
        h2 { "Techniques (MITRE ATT&CK)" }
        (tables::techniques(&report.items))
        (read(report))
        (PreEscaped("</body></html>"))
    })
}

/// The colours of the severities, which are those of the dashboard.
fn colours() -> String {
    let rule = |severity: Severity| {
        let [red, green, blue] = severity.colour();
        let colour = format!("#{red:02x}{green:02x}{blue:02x}");
        format!(".tag.{severity}{{background:{colour}}}.{severity}{{border-left-color:{colour}}}")
    };
    Severity::ALL.map(rule).concat()
}

fn head(report: &Report) -> Markup {
    let summary = &report.summary;
    html! {
        header {
            h1 { (report.about.title) }
            p class="soft" {
                "iismodcheck " (env!("CARGO_PKG_VERSION"))
                @if let Some(made) = report.about.made { ", " (time::to_the_second(made)) }
                ". " (summary) "."
            }
            p {
                @if let Some(nothing) = summary.nothing_to_decide(report.is_whole()) {
                    (nothing)
                } @else {
                    @if !report.is_whole() { "Not all could be read. " }
                    b { (summary.needs_decision) " to decide: " }
                    @for (severity, hosts) in summary.to_decide.iter().rev() {
                        (tag(*severity)) " " (hosts.values().sum::<u64>()) " "
                    }
                }
            }
        }
    }
}

/// What to begin with.
fn first(group: &Group<'_>, ties: &[String]) -> Markup {
    let item = group.first();
    let headline = Headline::of(item);
    html! {
        section class=(format!("first {}", item.severity)) {
            h3 { "First: " (what(item)) " on " (hosts(group)) }
            @if !item.identity().is_empty() { p { code { (printable(item.identity())) } } }
            @if group.times().is_some() || !item.fact(Column::Actor).is_empty() {
                p {
                    @if let Some((first, _)) = group.times() { (sentence::when(item, first)) " " }
                    @if !item.fact(Column::Actor).is_empty() { "by " (text(item, Column::Actor)) }
                }
            }
            p { (printable(&headline.why)) "." }
            @for tie in ties { p { "Also " (tie) "." } }
            p { b { "Do now: " } (headline.first_step) "." }
        }
    }
}

fn read(report: &Report) -> Markup {
    let (about, files) = (&report.about, &report.files);
    let lost = report.problems.iter().map(ToString::to_string);
    let gaps = report.summary.gaps.notes().into_iter();
    let noted: Vec<String> = lost.chain(gaps).collect();
    let rows = report.summary.not_understood().filter(|_| {
        // Each such row is a problem of its own, as far as they are kept.
        !report.problems.iter().any(|problem| problem.kind() == ProblemKind::NotUnderstood)
    });
    html! {
        h2 { "What was read" }
        p { (report.summary) "." }
        @if let Some(hosts) = report.summary.nothing_on(HOSTS, report.is_whole()) { p { (hosts) } }
        ul { @for name in &about.read { li { code { (printable(name)) } } } }
        @if !files.is_empty() {
            div class="scroll" { table {
                tr { th { "file" } th { "rows" } th { "last row" } }
                @for file in files.iter().take(FILES) {
                    tr {
                        td class="long" { code { (printable(&file.last.file)) } }
                        td { (file.rows) }
                        td { (file.end()) }
                    }
                }
            } }
            @if files.len() > FILES { p { (files.len() - FILES) " more files are not in this table." } }
        }
        @if !noted.is_empty() || rows.is_some() {
            h2 { "What could not be read, or lacks something" }
            ul {
                @for note in &noted { li { (printable(note)) } }
                @if let Some(rows) = &rows { li { (printable(&rows.to_string())) } }
            }
        }
        h2 { "Compared with" }
        ul {
            li { "the baseline and the threats of iismodcheck " (env!("CARGO_PKG_VERSION")) }
            @for list in &about.lists { li { code { (printable(list)) } } }
        }
    }
}
