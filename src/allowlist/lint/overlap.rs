//! Rules that compare entries of the site with each other.

use std::collections::HashMap;

use super::{DUPLICATE_ENTRY, DUPLICATE_ID, Rule, SHADOWED_ENTRY};
use crate::allowlist::{Column, Effect, Entry, EntryNumber, Index, Match, Patterns};
use crate::iis::precondition;

/// Runs every rule on the enabled entries of the site.
pub(super) fn check(
    entries: &[(EntryNumber, &Entry)],
    index: &Index,
    report: &mut impl FnMut(&Entry, Column, &'static Rule, &str),
) {
    let mut ids: HashMap<&str, u64> = HashMap::new();
    let mut alike: HashMap<Key<'_>, Vec<&Entry>> = HashMap::new();
    for (number, entry) in entries {
        if let Some(line) = ids.get(entry.id.as_str()) {
            report(entry, Column::Id, &DUPLICATE_ID, &format!("also on line {line}"));
        } else {
            ids.insert(&entry.id, entry.line);
        }
        alike.entry(Key::new(*number, entry, index)).or_default().push(entry);
    }
    for group in alike.values() {
        for (at, entry) in group.iter().enumerate() {
            let column = if entry.name.is_empty() { Column::Image } else { Column::Name };
            let earlier = group.iter().take(at).find(|e| covers(e, entry) && covers(entry, e));
            let wider = group.iter().find(|e| covers(e, entry) && !covers(entry, e));
            if let Some(twin) = earlier {
                report(entry, column, &DUPLICATE_ENTRY, &format!("line {}", twin.line));
            } else if let Some(wide) = wider {
                report(entry, column, &SHADOWED_ENTRY, &format!("line {}", wide.line));
            }
        }
    }
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
    let within = |wide: &Patterns, narrow: &Patterns| {
        wide.is_any() || wide.written().eq_ignore_ascii_case(narrow.written())
    };
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
        && within(&wide.host, &narrow.host)
        && within(&wide.config_path, &narrow.config_path)
}
