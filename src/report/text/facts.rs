//! The second line of a finding: which module, what happened, where, when and what it loads.

use super::lines::{cut, path, width};
use crate::detect::Column;
use crate::report::group::Group;
use crate::report::item::Item;
use crate::report::sentence;
use crate::report::shown::printable;

/// Between what a line tells.
const GAP: &str = "  ";
/// The least room for an image.
const IMAGE: usize = 16;

/// As much as a width holds. The image is shortened where nothing else can go.
pub(super) fn line(group: &Group<'_>, limit: usize) -> String {
    let item = group.first();
    let what = what(item);
    let image = printable(item.identity());
    let when = group.times().map(|(first, _)| sentence::when(item, first)).unwrap_or_default();
    let hosts = hosts(group);
    let joined = |pieces: &[&str]| {
        pieces.iter().copied().filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join(GAP)
    };
    for host in &hosts {
        for when in [when.as_str(), ""] {
            let line = joined(&[&what, host, when, &image]);
            if width(&line) <= limit {
                return line;
            }
        }
    }
    let host = hosts.last().map_or("", String::as_str);
    let head = joined(&[&what, host]);
    let gap = if image.is_empty() { 0 } else { GAP.len() };
    let room = limit.checked_sub(width(&head) + gap);
    if let Some(room) = room.filter(|room| *room >= IMAGE.min(width(&image))) {
        return joined(&[&head, &path(&image, room)]);
    }
    let half = limit.saturating_sub(IMAGE + 2 * GAP.len()) / 2;
    joined(&[&cut(&what, half), &path(host, half), &path(&image, IMAGE)])
}

/// The module and what happened to it.
pub(super) fn what(item: &Item) -> String {
    let name = match (item.fact(Column::Name), item.fact(Column::Section)) {
        ("", "") => "an event that cannot be read".to_owned(),
        ("", section) => format!("the list {}", printable(section)),
        (name, _) => printable(name),
    };
    match item.fact(Column::Action) {
        "" | "present" => name,
        _ if item.is_of_several() => name,
        action => format!("{name} {}", printable(action)),
    }
}

/// The hosts in words, from the longest form to the shortest.
pub(super) fn hosts(group: &Group<'_>) -> Vec<String> {
    let hosts = group.hosts();
    let shown = |host: &str| if host.is_empty() { "host not known".to_owned() } else { printable(host) };
    let whole = hosts.iter().map(|host| shown(host)).collect::<Vec<_>>().join(", ");
    let short = |host: &str| match host.split_once('.') {
        // An address has no domain.
        Some((short, _)) if short.contains(char::is_alphabetic) => shown(short),
        _ => shown(host),
    };
    let first = hosts.first().copied().unwrap_or_default();
    if hosts.len() == 1 && first.is_empty() {
        return vec![whole];
    }
    if hosts.len() == 1 {
        return vec![format!("on {whole}"), format!("on {}", short(first))];
    }
    let more = hosts.len() - 1;
    vec![
        format!("on {} hosts: {whole}", hosts.len()),
        format!("on {} and {more} more", shown(first)),
        format!("on {} and {more} more", short(first)),
    ]
}
