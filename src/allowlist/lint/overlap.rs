//! Rules that compare entries of the site with each other.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::groups::{Group, Groups, Place, Placed};
use super::rule::{ALLOW_AND_DENY, DUPLICATE_ENTRY, DUPLICATE_ID, Rule, SHADOWED_ENTRY};
use super::shape::{Shape, covers};
use crate::allowlist::{Column, Effect, Entry, EntryNumber, Index, Match};
use crate::iis::fold::fold;

type Report<'r> = dyn FnMut(&Entry, Column, &'static Rule, &str) + 'r;

/// Runs every rule on the enabled entries of the site.
pub(super) fn check(entries: &[(EntryNumber, &Entry)], index: &Index, report: &mut Report<'_>) {
    let mut ids: HashMap<&str, u64> = HashMap::new();
    let mut alike: HashMap<Key<'_>, Group<'_>> = HashMap::new();
    let mut shaped: BTreeMap<(Effect, bool), Vec<(Placed<'_>, Shape)>> = BTreeMap::new();
    for (place, (number, entry)) in entries.iter().enumerate() {
        if let Some(line) = ids.get(entry.id.as_str()) {
            report(entry, Column::Id, &DUPLICATE_ID, &format!("also on line {line}"));
        } else {
            ids.insert(&entry.id, entry.line);
        }
        match Shape::of(*number, entry, index) {
            Some(shape) => {
                let class = (entry.effect, entry.allows_name());
                shaped.entry(class).or_default().push(((place, *entry), shape));
            }
            None => alike.entry(Key::new(*number, entry, index)).or_default().add(place, entry),
        }
    }
    for group in alike.values() {
        for (place, entry) in group.entries() {
            repeated(place, entry, &[group], report);
        }
    }
    let classes: BTreeMap<(Effect, bool), Groups<'_>> =
        shaped.into_iter().map(|(class, shaped)| (class, Groups::new(shaped))).collect();
    let denied = classes.get(&(Effect::Deny, false));
    for groups in classes.values() {
        for (shape, group) in groups.iter() {
            let (same, wider): (Vec<_>, Vec<_>) =
                groups.covering(shape).into_iter().partition(|(wide, _)| shape.covers(wide));
            let [same, wider] =
                [same, wider].map(|found| found.into_iter().map(|(_, group)| group).collect::<Vec<_>>());
            for (place, entry) in group.entries() {
                shadowed(place, entry, &same, &wider, report);
            }
            let allows = group.entries().filter(|(_, entry)| entry.effect == Effect::Allow);
            for (_, entry) in allows.filter(|_| denied.is_some()) {
                let seen = shape.as_denied(entry);
                let denying = denied.into_iter().flat_map(|denied| denied.covering(&seen));
                let first =
                    denying.filter_map(|(_, group)| group.first_overlapping(entry)).min_by_key(|(at, _)| *at);
                if let Some((_, deny)) = first {
                    report(entry, Column::Effect, &ALLOW_AND_DENY, &deny.id);
                }
            }
        }
    }
}

/// Reports a pattern that a wider one makes useless, or that says what an earlier one says.
fn shadowed(place: Place, entry: &Entry, same: &[&Group<'_>], wider: &[&Group<'_>], report: &mut Report<'_>) {
    let found = wider.iter().filter_map(|group| group.first_covering(entry, |_, _| true));
    match found.min_by_key(|(at, _)| *at) {
        Some((_, wide)) => report(entry, column(entry), &SHADOWED_ENTRY, &format!("line {}", wide.line)),
        None => repeated(place, entry, same, report),
    }
}

/// Reports an entry that says what an earlier one says, or less than a wider one. The groups say the same about modules.
fn repeated(place: Place, entry: &Entry, groups: &[&Group<'_>], report: &mut Report<'_>) {
    let first = |wanted: &dyn Fn(Place, &Entry) -> bool| {
        groups.iter().filter_map(|group| group.first_covering(entry, wanted)).min_by_key(|(at, _)| *at)
    };
    if let Some((_, twin)) = first(&|at, other| at < place && covers(entry, other)) {
        report(entry, column(entry), &DUPLICATE_ENTRY, &format!("line {}", twin.line));
    } else if let Some((_, wide)) = first(&|_, other| !covers(entry, other)) {
        report(entry, column(entry), &SHADOWED_ENTRY, &format!("line {}", wide.line));
    }
}

fn column(entry: &Entry) -> Column {
    if entry.name.is_empty() { Column::Image } else { Column::Name }
}

/// What two entries must have in common to say the same about a module.
#[derive(PartialEq, Eq, Hash)]
struct Key<'e> {
    effect: Effect,
    matching: Match,
    name: Cow<'e, str>,
    image: &'e str,
    type_name: String,
}

impl<'e> Key<'e> {
    fn new(number: EntryNumber, entry: &'e Entry, index: &'e Index) -> Self {
        Self {
            effect: entry.effect,
            matching: entry.matching,
            name: match entry.effect {
                Effect::Allow => Cow::Borrowed(&entry.name),
                Effect::Deny => Cow::Owned(fold(&entry.name)),
            },
            image: index.image(number).map_or("", |image| image.normal.as_str()),
            type_name: entry.type_name.split_whitespace().collect(),
        }
    }
}
