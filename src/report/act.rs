//! One act is one finding: a role service that leaves takes eight and more listed modules with it. The macro
//! `iismodcheck_by_act` of the app does the same.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::item::Item;
use crate::detect::{Code, Column, Verdict, finding_id};

/// The fewest modules that are told as one.
const FEWEST: usize = 5;
/// From the first of them to the last, in microseconds.
const LONGEST: i64 = 600 * 1_000_000;
/// The word of the column of actions for what went away.
const REMOVED: &str = "removed";
/// The sections that register modules and filters.
const SECTIONS: [&str; 4] = ["globalModules", "modules", "httpModules", "isapiFilters"];
/// What a removal of something listed comes out as, where no entry denies it.
const LISTED: [Verdict; 4] = [Verdict::KnownGood, Verdict::Allowed, Verdict::Unverified, Verdict::Incomplete];

/// Puts together what one actor removed on one host within ten minutes (where no event names an actor, one process).
pub(super) fn gathered(items: Vec<Item>) -> Vec<Item> {
    let mut by_doer: BTreeMap<(String, String), Vec<Item>> = BTreeMap::new();
    let mut rest = Vec::new();
    for item in items {
        match doer(&item) {
            Some(doer) => by_doer.entry((item.fact(Column::Host).to_owned(), doer)).or_default().push(item),
            None => rest.push(item),
        }
    }
    for mut items in by_doer.into_values() {
        items.sort_by_key(|item| item.time);
        let mut act: Vec<Item> = Vec::new();
        for item in items {
            let began = act.first().and_then(|first| first.time).zip(item.time);
            if began.is_some_and(|(began, time)| time - began > LONGEST) {
                rest.extend(ended(std::mem::take(&mut act)));
            }
            act.push(item);
        }
        rest.extend(ended(act));
    }
    rest.sort_by_key(|item| item.time.unwrap_or(i64::MAX));
    rest
}

/// Who removed a listed module; `None` where a finding is about anything else, or where it is not known.
fn doer(item: &Item) -> Option<String> {
    let removed = item.fact(Column::Action) == REMOVED && !item.id.is_empty();
    let module = SECTIONS.contains(&item.fact(Column::Section));
    if !removed || !module || item.time.is_none() || !LISTED.contains(&item.verdict) {
        return None;
    }
    match (item.fact(Column::Actor), item.process.as_str()) {
        ("", "") => None,
        ("", process) => Some(format!("process {process}")),
        (actor, _) => Some(actor.to_owned()),
    }
}

/// Each evidence once, in the order of time.
fn once<'i>(evidence: impl Iterator<Item = &'i Evidence>) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = evidence.cloned().collect();
    all.sort_by(|one, other| (one.time, &one.what).cmp(&(other.time, &other.what)));
    all.dedup();
    all
}

/// One finding for enough modules, else each by itself.
fn ended(act: Vec<Item>) -> Vec<Item> {
    let names: BTreeSet<&str> = act.iter().map(|item| item.fact(Column::Name)).collect();
    if names.len() < FEWEST {
        return act;
    }
    let list = names.iter().copied().collect::<Vec<_>>().join(", ");
    let Some(worst) = act.iter().max_by_key(|item| (item.severity, item.verdict.as_str())) else {
        return act;
    };
    let common = |column: Column| {
        let text = worst.fact(column);
        if act.iter().all(|item| item.fact(column) == text) { text.to_owned() } else { String::new() }
    };
    let mut facts: Vec<String> = Column::FACTS.iter().map(|column| common(*column)).collect();
    for (column, text) in [
        (Column::Name, format!("{} listed modules removed together", names.len())),
        (Column::Kind, String::new()),
        (Column::Verdict, worst.fact(Column::Verdict).to_owned()),
        (Column::Severity, worst.fact(Column::Severity).to_owned()),
        (Column::Score, worst.fact(Column::Score).to_owned()),
        (Column::Technique, worst.fact(Column::Technique).to_owned()),
    ] {
        if let Some(fact) = facts.get_mut(column as usize) {
            *fact = text;
        }
    }
    let mut reasons = vec![format!("{}:{list}", Code::RemovedTogether.as_str())];
    for reason in act.iter().flat_map(|item| &item.reasons) {
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    let ids: Vec<&str> = act.iter().map(|item| item.id.as_str()).collect();
    let host = worst.fact(Column::Host);
    let item = Item {
        time: act.first().and_then(|item| item.time),
        verdict: worst.verdict,
        severity: worst.severity,
        id: finding_id(
            [host, Code::RemovedTogether.as_str(), worst.verdict.as_str(), &list, &ids.join(" ")],
            None,
        ),
        needs_decision: act.iter().any(|item| item.needs_decision),
        process: if act.iter().all(|item| item.process == worst.process) {
            worst.process.clone()
        } else {
            String::new()
        },
        origins: act.iter().flat_map(|item| item.origins.iter().cloned()).collect(),
        other_files: Vec::new(),
        evidence: once(act.iter().flat_map(|item| &item.evidence)),
        facts: facts.into_iter().collect(),
        reasons,
    };
    vec![item]
}
