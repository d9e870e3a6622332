//! Rules that compare entries of the site with each other.

use std::collections::HashMap;

use super::rule::{ALLOW_AND_DENY, DUPLICATE_ENTRY, DUPLICATE_ID, Rule, SHADOWED_ENTRY};
use super::rules;
use super::shape::Shape;
use crate::allowlist::{Column, Effect, Entry, EntryNumber, Index, Match};
use crate::iis::precondition;

type Report<'r> = dyn FnMut(&Entry, Column, &'static Rule, &str) + 'r;

/// Runs every rule on the enabled entries of the site.
pub(super) fn check(entries: &[(EntryNumber, &Entry)], index: &Index, report: &mut Report<'_>) {
    let mut ids: HashMap<&str, u64> = HashMap::new();
    let mut alike: HashMap<Key<'_>, Vec<&Entry>> = HashMap::new();
    let mut shaped: Vec<(&Entry, Shape)> = Vec::new();
    for (number, entry) in entries {
        if let Some(line) = ids.get(entry.id.as_str()) {
            report(entry, Column::Id, &DUPLICATE_ID, &format!("also on line {line}"));
        } else {
            ids.insert(&entry.id, entry.line);
        }
        match Shape::of(*number, entry, index) {
            Some(shape) => shaped.push((entry, shape)),
            None => alike.entry(Key::new(*number, entry, index)).or_default().push(entry),
        }
    }
    for group in alike.values() {
        for (at, entry) in group.iter().enumerate() {
            let others = group.iter().enumerate().map(|(other, e)| (other < at, *e));
            repeated(entry, &others, report);
        }
    }
    patterns(&shaped, report);
}

/// Patterns, and deny entries that work like one: each is compared with all that could be wider.
fn patterns(shaped: &[(&Entry, Shape)], report: &mut Report<'_>) {
    for (at, (entry, shape)) in shaped.iter().enumerate() {
        let alike =
            |other: &Entry| other.effect == entry.effect && other.allows_name() == entry.allows_name();
        let as_wide: Vec<(bool, &Entry, bool)> = shaped
            .iter()
            .enumerate()
            .filter(|(_, (other, own))| alike(other) && own.covers(shape))
            .map(|(number, (other, own))| (number < at, *other, shape.covers(own)))
            .collect();
        if let Some((_, wide, _)) = as_wide.iter().find(|(_, other, same)| !same && covers(other, entry)) {
            report(entry, column(entry), &SHADOWED_ENTRY, &format!("line {}", wide.line));
        } else {
            let twins = as_wide.iter().filter(|(_, _, same)| *same);
            repeated(entry, &twins.map(|(before, other, _)| (*before, *other)), report);
        }
        let denies = |(other, own): &&(&Entry, Shape)| {
            other.effect == Effect::Deny && rules::may_overlap(entry, other) && own.covers(shape)
        };
        if entry.effect == Effect::Allow
            && let Some((deny, _)) = shaped.iter().find(denies)
        {
            report(entry, Column::Effect, &ALLOW_AND_DENY, &deny.id);
        }
    }
}

/// Reports an entry that says what an earlier one says, or less than a wider one. `others` say the same about modules;
/// each comes with whether it stands before the entry.
fn repeated<'e>(
    entry: &Entry,
    others: &(impl Iterator<Item = (bool, &'e Entry)> + Clone),
    report: &mut Report<'_>,
) {
    let earlier = others.clone().find(|(before, e)| *before && covers(e, entry) && covers(entry, e));
    let wider = others.clone().find(|(_, e)| covers(e, entry) && !covers(entry, e));
    if let Some((_, twin)) = earlier {
        report(entry, column(entry), &DUPLICATE_ENTRY, &format!("line {}", twin.line));
    } else if let Some((_, wide)) = wider {
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
    name: &'e str,
    image: &'e str,
    type_name: String,
}

impl<'e> Key<'e> {
    fn new(number: EntryNumber, entry: &'e Entry, index: &'e Index) -> Self {
        Self {
            effect: entry.effect,
            matching: entry.matching,
            name: &entry.name,
            image: index.image(number).map_or("", |image| image.normal.as_str()),
            type_name: entry.type_name.split_whitespace().collect(),
        }
    }
}

/// Whether `wide` counts wherever `narrow` does.
fn covers(wide: &Entry, narrow: &Entry) -> bool {
    let actions = wide.actions.is_empty()
        || !narrow.actions.is_empty() && narrow.actions.iter().all(|action| wide.actions.contains(action));
    let starts = wide.valid_from.is_none_or(|from| narrow.valid_from.is_some_and(|own| own >= from));
    let ends = wide.expires.is_none_or(|end| narrow.expires.is_some_and(|own| own <= end));
    let conditions =
        wide.precondition.is_empty() || precondition::same(&wide.precondition, &narrow.precondition);
    actions
        && starts
        && ends
        && conditions
        && (wide.kind.is_none() || wide.kind == narrow.kind)
        && wide.host.covers(&narrow.host)
        && wide.config_path.covers(&narrow.config_path)
}
