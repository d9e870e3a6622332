//! What several parts of the page show.

use maud::{Markup, html};

use crate::detect::{Column, Severity};
use crate::report::group::Group;
use crate::report::item::Item;
use crate::report::shown::printable;

/// Hosts that are named where there are many.
const HOSTS: usize = 8;

/// The module and what happened to it.
pub(super) fn what(item: &Item) -> String {
    let name = match text(item, Column::Name) {
        name if name.is_empty() => "an event without a module's name".to_owned(),
        name => name,
    };
    match item.fact(Column::Action) {
        "" | "present" => name,
        action => format!("{name} {}", printable(action)),
    }
}

/// The hosts in words.
pub(super) fn hosts(group: &Group<'_>) -> String {
    let hosts = group.hosts();
    let shown =
        |host: &&str| if host.is_empty() { "a host that is not known".to_owned() } else { printable(host) };
    let named = hosts.iter().take(HOSTS).map(shown).collect::<Vec<_>>().join(", ");
    match hosts.len().saturating_sub(HOSTS) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// A severity as a coloured word.
pub(super) fn tag(severity: Severity) -> Markup {
    html! { span class=(format!("tag {severity}")) { (severity) } }
}

/// A fact of a finding, as it may be shown.
pub(super) fn text(item: &Item, column: Column) -> String {
    printable(item.fact(column))
}
