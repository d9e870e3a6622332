//! What to do, once for each case: what to secure now, with commands, and what to change afterwards.

use maud::{Markup, html};

use super::parts::{hosts, what};
use crate::detect::response::{COMMANDS, DAY_BEFORE, Response, TWIN, twin};
use crate::detect::{Column, time};
use crate::report::command::{self, Piece};
use crate::report::group::Group;
use crate::report::item::Item;
use crate::report::sentence;
use crate::report::shown::printable;

/// The cases of the findings, each with the findings that it holds for.
pub(super) fn cases(groups: &[&Group<'_>]) -> Markup {
    let of = |case: Response| -> Vec<&Group<'_>> {
        groups.iter().copied().filter(|group| sentence::response(group.first()) == Some(case)).collect()
    };
    let cases = Response::ALL.map(|case| (case, of(case)));
    html! {
        @if !groups.is_empty() { h2 { "What to do" } p { (COMMANDS) } }
        @for (case, groups) in cases.iter().filter(|(_, groups)| !groups.is_empty()) {
            (self::case(*case, groups))
        }
    }
}

fn case(case: Response, groups: &[&Group<'_>]) -> Markup {
    let steps = case.steps();
    let items = || groups.iter().flat_map(|group| group.items().iter().copied());
    let since = command::since(items());
    let has_twin = items().any(|item| twin(item.fact(Column::Image)).is_some());
    let dated = |step: &str| match since {
        Some(since) => {
            let day = time::to_the_second(since);
            let day = day.get(..10).unwrap_or(&day);
            step.replace(DAY_BEFORE, &format!("{day} ({DAY_BEFORE})"))
        }
        None => step.to_owned(),
    };
    html! {
        section {
            details open {
                summary { "What to secure now, of " (steps.case) }
                ul class="of" {
                    @for group in groups { li { (link(group.first())) " " (what(group.first())) " on " (hosts(group)) } }
                }
                ul { @for step in steps.secure.iter().filter(|step| has_twin || **step != TWIN) { li { (dated(step)) } } }
                @if !steps.keep_files.is_empty() { p { "For the host; those for the file itself stand with each finding:" } }
                pre { code { (command::keep(steps.keep, since).join("\n")) } }
            }
            @if !steps.change.is_empty() {
                details {
                    summary { "What to change afterwards" }
                    ul { @for step in steps.change { li { (step) } } }
                }
            }
        }
    }
}

/// The short id of a finding, which leads to it.
fn link(item: &Item) -> Markup {
    html! { @if item.id.is_empty() { "-" } @else { a href=(format!("#{}", item.short_id())) { code { (item.short_id()) } } } }
}

/// What to do with the finding's own file, and how to take it out.
pub(super) fn own(item: &Item) -> Markup {
    let Some(response) = sentence::response(item) else { return html! {} };
    let steps = response.steps();
    let is_there = !item.fact(Column::Image).is_empty() && !steps.keep_files.is_empty();
    html! {
        @if is_there {
            details open {
                summary { "What to copy of it (behind the first command above, which names the folder)" }
                @match command::keep_files(steps.keep_files, item) {
                    Some(commands) => pre { code { (commands.join("\n")) } },
                    None => p { "The path lies on another machine, is not a whole one, or has characters that a shell would take for its own, so it stands in no command: copy the file by hand." },
                }
            }
        }
        details {
            summary { "How to take it out (commands for PowerShell as an administrator)" }
            ul {
                @for step in steps.remove.iter().filter(|step| command::applies(step, item)) {
                    li {
                        @for piece in command::pieces(step, item) {
                            @match piece {
                                Piece::Words(words) => (words),
                                Piece::Command(command) => code { (printable(&command)) },
                            }
                        }
                    }
                }
                @if command::is_unsafe(item) {
                    li { "The name has characters that a shell or appcmd would take for its own, so it stands in no command: take the entry out in IIS Manager." }
                }
            }
        }
    }
}
