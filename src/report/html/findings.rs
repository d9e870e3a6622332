//! The findings, those that need a decision with what to do.

use maud::{Markup, html};

use super::parts::{hosts, tag, text, what};
use crate::detect::response::{Response, twin};
use crate::detect::{Column, time};
use crate::origin;
use crate::report::group::Group;
use crate::report::item::Item;
use crate::report::sentence::{self, Headline, actors};
use crate::report::shown::printable;

/// A finding with everything that is known of it.
pub(super) fn finding(group: &Group<'_>) -> Markup {
    let item = group.first();
    let image = printable(item.identity());
    let headline = Headline::of(item);
    html! {
        article class=(item.severity) {
            h3 { (tag(item.severity)) " " (what(item)) " on " (hosts(group)) }
            p { (printable(&headline.why)) "." }
            dl {
                @if !image.is_empty() { dt { "image or type" } dd { code { (image) } } }
                @if !item.fact(Column::ImageOld).is_empty() { dt { "before" } dd { code { (text(item, Column::ImageOld)) } } }
                @if let Some((first, last)) = group.times() {
                    dt { "when" }
                    dd { (time::format(first)) @if last != first { " to " (time::format(last)) } }
                }
                @if !item.fact(Column::Actor).is_empty() { dt { "by" } dd { (printable(&actors(group).join(", "))) } }
                @if !item.fact(Column::Site).is_empty() { dt { "site" } dd { (text(item, Column::Site)) } }
                dt { "why" }
                dd {
                    (item.verdict) ": " (item.verdict.meaning_of(item.fact(Column::Kind))) "."
                    @if !item.reasons.is_empty() {
                        ul { @for reason in &item.reasons { li { (printable(&sentence::in_words(reason))) } } }
                    }
                }
                dt { "to do" } dd { (headline.todo) }
                dt { "finding" } dd { @for item in group.items() { code { (item.short_id()) } " " } }
                dt { "rows" } dd { (rows(group)) }
            }
            (steps(item))
        }
    }
}

fn rows(group: &Group<'_>) -> String {
    let briefs = group.items().iter().flat_map(|item| origin::listed(&item.origins));
    printable(&briefs.collect::<Vec<_>>().join(" "))
}

fn steps(item: &Item) -> Markup {
    let fact = |column| item.fact(column);
    let response = Response::of(item.verdict, fact, item.reasons.iter().map(String::as_str));
    let steps = response.steps();
    let twin = twin(item.fact(Column::Image));
    html! {
        details {
            summary { "Secure now, change afterwards, take it out: " (steps.case) }
            h4 { "What to secure now" }
            ul {
                @if !item.fact(Column::Image).is_empty() {
                    li { code { (text(item, Column::Image)) } @if let Some(twin) = &twin { " and " code { (printable(twin)) } } }
                }
                @if !item.fact(Column::ImageOld).is_empty() { li { code { (text(item, Column::ImageOld)) } } }
                @for step in steps.secure { li { (step) } }
            }
            @if !steps.change.is_empty() {
                h4 { "What to change afterwards" }
                ul { @for step in steps.change { li { (step) } } }
            }
            h4 { "How to take it out" }
            ul { @for step in steps.remove { li { (step) } } }
        }
    }
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
