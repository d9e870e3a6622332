//! What a finding has to do with others: the same module on other hosts, and what the same account did within the hour.

use std::collections::HashMap;

use super::group::Group;
use super::item::Item;
use super::shown::printable;
use crate::detect::{Column, time};

/// Findings that are named.
const MOST: usize = 3;
/// Neighbours that are looked at: there may be very many.
const LOOKED_AT: usize = 16;
/// An hour, in microseconds.
const HOUR: i64 = 3600 * time::SECOND;

/// Findings by what they share, each with its group.
type Shared<'i, K> = HashMap<K, Vec<(usize, &'i Item)>>;

/// For each group that needs a decision what others have to do with it, in words, each with its id.
pub(super) fn ties(groups: &[Group<'_>]) -> Vec<Vec<String>> {
    let (mut by_module, mut by_account): (Shared<'_, _>, Shared<'_, _>) = Default::default();
    for (place, group) in groups.iter().enumerate() {
        for item in group.items() {
            if let Some(module) = module(item) {
                by_module.entry(module).or_default().push((place, *item));
            }
            if let Some(account) = account(item) {
                by_account.entry(account).or_default().push((place, *item));
            }
        }
    }
    for items in by_account.values_mut() {
        items.sort_by_key(|(_, item)| item.time);
    }
    let of_group = |(place, group): (usize, &Group<'_>)| {
        let others = module(group.first()).and_then(|module| by_module.get(&module));
        let hosts = group.hosts();
        let mut found: Vec<(usize, String)> = Vec::new();
        for &(other, item) in others.into_iter().flatten().take(LOOKED_AT) {
            let is_new = other != place && found.iter().all(|(own, _)| *own != other);
            if is_new && !hosts.contains(&item.fact(Column::Host)) {
                found.push((other, elsewhere(item)));
            }
        }
        let neighbours = account(group.first()).and_then(|account| by_account.get(&account));
        for &(other, item) in neighbours.into_iter().flat_map(|all| near(all, group.first())) {
            if other != place && found.iter().all(|(own, _)| *own != other) {
                found.extend(by_same(group.first(), item).map(|words| (other, words)));
            }
        }
        let more = found.len().saturating_sub(MOST);
        let mut words: Vec<String> = found.into_iter().map(|(_, words)| words).take(MOST).collect();
        if let Some(last) = words.last_mut().filter(|_| more > 0) {
            *last = format!("{last}, and more");
        }
        words
    };
    groups.iter().enumerate().map(of_group).collect()
}

/// Name and what is loaded; `None` where that is not known, or nothing is to be decided.
fn module(item: &Item) -> Option<(String, String)> {
    let identity = match item.fact(Column::ImageNormalized) {
        "" => item.identity(),
        normal => normal,
    };
    let (name, host) = (item.fact(Column::Name), item.fact(Column::Host));
    let is_told = item.needs_decision && ![name, identity, host, &item.id].contains(&"");
    is_told.then(|| (name.to_lowercase(), identity.to_lowercase()))
}

/// Host and account; `None` where they or the time are not known, or nothing is to be decided.
fn account(item: &Item) -> Option<(String, String)> {
    let (host, actor) = (item.fact(Column::Host), item.fact(Column::Actor));
    let is_told = item.needs_decision && item.time.is_some() && ![host, actor, &item.id].contains(&"");
    is_told.then(|| (host.to_owned(), actor.to_owned()))
}

/// Those of the same account that lie next to a finding in time.
fn near<'a, 'i>(all: &'a [(usize, &'i Item)], item: &Item) -> &'a [(usize, &'i Item)] {
    let at = all.partition_point(|(_, other)| other.time < item.time);
    let until = at.saturating_add(LOOKED_AT).min(all.len());
    all.get(at.saturating_sub(LOOKED_AT)..until).unwrap_or_default()
}

/// The same module on another host.
fn elsewhere(item: &Item) -> String {
    let when = item.time.map_or_else(|| "time not known".to_owned(), time::to_the_second);
    let from = if item.is_listed() { "list, " } else { "" };
    format!("on {} ({from}{when}), {}", printable(item.fact(Column::Host)), item.short_id())
}

/// What the same account did on the host; `None` where more than an hour lies between.
fn by_same(item: &Item, other: &Item) -> Option<String> {
    let (own, time) = item.time.zip(other.time)?;
    let between = time.saturating_sub(own);
    let seconds = between.unsigned_abs() / time::SECOND.unsigned_abs();
    let how_long = match seconds {
        0 => String::new(),
        1..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    };
    let when = match between {
        _ if how_long.is_empty() => "at the same time".to_owned(),
        0.. => format!("{how_long} later"),
        _ => format!("{how_long} before"),
    };
    let name = printable(other.fact(Column::Name));
    let action = printable(other.fact(Column::Action));
    let done = if other.is_listed() || other.is_of_several() { name } else { format!("{name} {action}") };
    let is_near = between.unsigned_abs() <= HOUR.unsigned_abs();
    is_near.then(|| format!("same account, {when}: {done}, {}", other.short_id()))
}
