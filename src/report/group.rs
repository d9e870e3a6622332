//! Findings that say the same of the same module, on however many hosts: one entry for people.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::item::Item;
use crate::detect::{Column, Severity, Verdict};

/// Findings that differ in host and time only.
pub(super) struct Group<'i> {
    /// At least one, in the order of the report.
    items: Vec<&'i Item>,
}

impl<'i> Group<'i> {
    /// The groups of findings, the worst first, then the oldest.
    pub(super) fn all(items: impl IntoIterator<Item = &'i Item>) -> Vec<Self> {
        let mut groups: BTreeMap<_, Vec<&Item>> = BTreeMap::new();
        for item in items {
            groups.entry(key(item)).or_default().push(item);
        }
        let mut groups: Vec<Self> = groups.into_values().map(|items| Self { items }).collect();
        groups.sort_by_key(|group| {
            let (first, time) = (group.first(), group.times().map_or(i64::MAX, |(first, _)| first));
            (Reverse(first.severity), !first.needs_decision, first.verdict, time)
        });
        groups
    }

    /// The finding that speaks for all.
    pub(super) fn first(&self) -> &'i Item {
        self.items[0]
    }

    /// All findings.
    pub(super) fn items(&self) -> &[&'i Item] {
        &self.items
    }

    /// The hosts, each once; one that is not known is the empty text.
    pub(super) fn hosts(&self) -> Vec<&'i str> {
        let mut hosts: Vec<&str> = self.items.iter().map(|item| item.fact(Column::Host)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// The first and the last time that is known.
    pub(super) fn times(&self) -> Option<(i64, i64)> {
        let times = || self.items.iter().filter_map(|item| item.time);
        times().min().zip(times().max())
    }

    fn has(&self, reason: &str) -> bool {
        self.first().reasons.iter().any(|own| own == reason)
    }
}

/// What findings of one group agree in.
fn key(item: &Item) -> (Severity, Verdict, bool, [&str; 6], &[String]) {
    let identity = match item.fact(Column::ImageNormalized) {
        "" => item.identity(),
        normal => normal,
    };
    let facts = [
        item.fact(Column::Name),
        identity,
        item.fact(Column::Action),
        item.fact(Column::ImageOld),
        item.fact(Column::Site),
        item.fact(Column::Kind),
    ];
    (item.severity, item.verdict, item.needs_decision, facts, &item.reasons)
}

/// Reasons that every one of several groups has: a remark to be made once.
pub(super) fn common_reasons<'i>(groups: &[Group<'i>]) -> Vec<&'i str> {
    let [first, others @ ..] = groups else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let of_all = |reason: &&String| others.iter().all(|group| group.has(reason));
    first.first().reasons.iter().filter(of_all).map(String::as_str).collect()
}
