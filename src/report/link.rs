//! The same module on the same host, once from events and once from a list: two findings, of which each names the other.

use std::collections::HashMap;

use super::group::Group;
use super::item::Item;
use crate::detect::Column;

/// Findings that are named.
const MOST: usize = 16;

/// For each group the groups that are about the same modules and come from elsewhere, by their places.
pub(super) fn links(groups: &[Group<'_>]) -> Vec<Vec<usize>> {
    let mut origins = groups.iter().flat_map(Group::items).map(|item| item.is_listed());
    let first = origins.next();
    // Where all are from lists, or all from events, none has another from elsewhere.
    if origins.all(|is_listed| Some(is_listed) == first) {
        return vec![Vec::new(); groups.len()];
    }
    let mut by_module: HashMap<(String, String), Vec<(usize, &Item)>> = HashMap::new();
    for (place, group) in groups.iter().enumerate() {
        for item in group.items() {
            let (name, host) = (item.fact(Column::Name), item.fact(Column::Host));
            if name.is_empty() || host.is_empty() || item.id.is_empty() {
                continue;
            }
            let items = by_module.entry((name.to_lowercase(), short(host).to_owned())).or_default();
            // What one group has of a module and host says the same.
            if items.last().is_none_or(|(last, _)| *last != place) {
                items.push((place, item));
            }
        }
    }
    let mut links: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for items in by_module.values() {
        for &(place, item) in items {
            let is_other = |&&(_, other): &&(usize, &Item)| {
                item.is_listed() != other.is_listed() && is_same(item, other)
            };
            let Some(own) = links.get_mut(place) else { continue };
            for (other, _) in items.iter().filter(is_other).take(MOST) {
                if !own.contains(other) {
                    own.push(*other);
                }
            }
        }
    }
    for own in &mut links {
        own.sort_unstable();
    }
    links
}

/// The name of a host without its domain; an address has none.
pub(super) fn short(host: &str) -> &str {
    match host.split_once('.') {
        Some((short, _)) if short.contains(char::is_alphabetic) => short,
        _ => host,
    }
}

/// Whether two findings about one name may be about one module: what both tell is the same.
fn is_same(one: &Item, other: &Item) -> bool {
    let agree =
        |one: &str, other: &str| one.is_empty() || other.is_empty() || one.eq_ignore_ascii_case(other);
    let host = |item| Item::fact(item, Column::Host);
    let (one_host, other_host) = (host(one), host(other));
    let same_host = one_host == other_host || one_host == short(other_host) || other_host == short(one_host);
    let columns = [Column::ImageNormalized, Column::Type];
    same_host && columns.into_iter().all(|column| agree(one.fact(column), other.fact(column)))
}
