//! The findings, those that need a decision with what to do.

use maud::{Markup, html};

use super::parts::{hosts, tag, text, what};
use super::steps;
use crate::detect::Column;
use crate::origin;
use crate::report::group::Group;
use crate::report::sentence::{self, Headline, actors};
use crate::report::shown::printable;

/// A finding with everything that is known of it; `linked` are those about the same module from elsewhere, `tied` what others
/// have to do with it.
pub(super) fn finding(group: &Group<'_>, linked: &[&str], tied: &[String]) -> Markup {
    let item = group.first();
    let image = printable(item.identity());
    let headline = Headline::of(item);
    let (bitness, times) = (sentence::bitness(item), sentence::times(group));
    let processes = sentence::processes(group);
    html! {
        article class=(item.severity) id=[Some(item.short_id()).filter(|id| !id.is_empty())] {
            h3 { (tag(item.severity)) " " (what(item)) " on " (hosts(group)) }
            p { (printable(&headline.why)) "." }
            dl {
                @if !image.is_empty() { dt { "image or type" } dd { code { (image) } } }
                @if !item.fact(Column::ImageOld).is_empty() { dt { "before" } dd { code { (text(item, Column::ImageOld)) } } }
                @if !item.fact(Column::Precondition).is_empty() {
                    dt { "preCondition" }
                    dd { code { (text(item, Column::Precondition)) } @if !bitness.is_empty() { ": " (bitness) } }
                }
                @if !times.is_empty() { dt { "when" } dd { (times) } }
                @if !item.fact(Column::Actor).is_empty() { dt { "by" } dd { (printable(&actors(group).join(", "))) } }
                @if !processes.is_empty() { dt { "process" } dd { (printable(&processes)) } }
                @if !item.fact(Column::Site).is_empty() { dt { "site" } dd { (text(item, Column::Site)) } }
                dt { "why" }
                dd {
                    (item.verdict) ": " (item.verdict.meaning_of(item.fact(Column::Kind))) "."
                    @if !item.reasons.is_empty() {
                        ul { @for reason in &item.reasons { li { (printable(&sentence::in_words(reason))) } } }
                    }
                }
                @if group.items().iter().any(|item| !item.evidence.is_empty()) {
                    dt { "beside it" }
                    dd { ul {
                        @for evidence in group.items().iter().flat_map(|item| &item.evidence) {
                            li { (printable(&evidence.in_words())) }
                        }
                    } }
                }
                dt { "to do" } dd { (headline.todo) }
                dt { "finding" } dd { @for item in group.items() { code { (item.short_id()) } " " } }
                @if !linked.is_empty() {
                    dt { "also" } dd { "the same module, from elsewhere: " @for id in linked { code { (id) } " " } }
                }
                @for tie in tied { dt { "also" } dd { (tie) } }
                dt { "rows" } dd { (rows(group)) }
            }
            (steps::own(item))
        }
    }
}

fn rows(group: &Group<'_>) -> String {
    let briefs = group.items().iter().flat_map(|item| origin::listed(&item.origins));
    printable(&briefs.collect::<Vec<_>>().join(" "))
}

/// Findings that need no decision, one line each.
pub(super) fn in_short(groups: &[&Group<'_>]) -> Markup {
    html! {
        div class="scroll" { table {
            tr { th { "severity" } th { "verdict" } th { "what" } th { "image or type" } th { "hosts" } }
            @for group in groups {
                tr {
                    td { (tag(group.first().severity)) }
                    td { (group.first().verdict) }
                    td class="long" { (what(group.first())) }
                    td class="long" { code { (printable(group.first().identity())) } }
                    td class="long" { (hosts(group)) }
                }
            }
        } }
    }
}
