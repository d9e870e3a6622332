//! What event logs tell of the servers that are audited.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::Column;
use crate::iis::change::ATTEMPTED;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Item, Told};

/// The clock of an event and the time of a file may differ so, in microseconds.
const APART: i64 = 120 * 1_000_000;

/// The changes that logs tell of, by host.
#[derive(Debug, Default)]
pub struct Events {
    /// By the name of the host without its domain.
    hosts: BTreeMap<String, OfHost>,
    /// Hosts that were asked for.
    asked: BTreeSet<String>,
    is_given: bool,
}

/// Those of one host.
#[derive(Debug, Default)]
pub(super) struct OfHost {
    /// In the order of time.
    pub items: Vec<Item>,
    /// When the first event was written that is of the host at all.
    pub since: Option<i64>,
}

impl Events {
    /// Of changes as `scan` tells them, and of when the first event of each host was written, in microseconds since
    /// 1970-01-01T00:00Z. Hosts are in lower case.
    #[must_use]
    pub fn new(items: Vec<Item>, since: impl IntoIterator<Item = (String, i64)>) -> Self {
        let mut events = Self { is_given: true, ..Self::default() };
        for item in
            items.into_iter().filter(|item| item.time.is_some() && item.fact(Column::Action) != ATTEMPTED)
        {
            let host = short(item.fact(Column::Host)).to_owned();
            events.hosts.entry(host).or_default().items.push(item);
        }
        for (host, at) in since {
            let own = events.hosts.entry(short(&host).to_owned()).or_default();
            own.since = Some(own.since.map_or(at, |since| since.min(at)));
        }
        for own in events.hosts.values_mut() {
            own.items.sort_by_key(|item| item.time);
        }
        events
    }

    /// Whether any log was given.
    pub(super) fn is_given(&self) -> bool {
        self.is_given
    }

    /// What the logs tell of a host.
    pub(super) fn of(&mut self, host: &str) -> Option<&OfHost> {
        let host = short(host);
        self.asked.insert(host.to_owned());
        self.hosts.get(host)
    }

    /// That logs are of hosts that were not read.
    pub(super) fn problems(&self) -> Option<Problem> {
        let others: Vec<&str> =
            self.hosts.keys().filter(|host| !self.asked.contains(*host)).map(String::as_str).collect();
        let first = others.first()?;
        let name = if first.is_empty() { "a host that is not known" } else { first };
        let what = match others.len() {
            1 => format!("the events are of {name}, whose configuration was not read"),
            many => format!("events of {many} hosts were read, such as {name}, whose configuration was not"),
        };
        let hint = "--host gives the name of the server that is read";
        Some(Problem::new(ProblemKind::Noted, what).with_hint(hint))
    }
}

fn short(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

/// What an event is about: section, site in lower case, name.
pub(super) type About<'a> = (&'a str, String, &'a str);

/// What the event behind a finding is about.
pub(super) fn about(item: &Item) -> About<'_> {
    (item.fact(Column::Section), item.fact(Column::Site).to_lowercase(), item.fact(Column::Name))
}

impl OfHost {
    /// What the events tell of a change that happened between two times.
    pub fn told(&self, of: &About<'_>, after: Option<i64>, by: Option<i64>) -> Told {
        let (Some(after), Some(by)) = (after, by) else { return Told::NotCovered };
        let is_near = |item: &&Item| {
            item.time.is_some_and(|time| time >= after - APART && time <= by + APART)
                && same(&about(item), of)
        };
        match self.items.iter().find(is_near) {
            Some(item) => {
                let origin = item.origins.first().cloned();
                origin.map_or(Told::NotCovered, |origin| Told::By(item.time.unwrap_or_default(), origin))
            }
            None if self.since.is_some_and(|since| since <= after) => Told::ByNone,
            None => Told::NotCovered,
        }
    }

    /// Whether any event is about it, whenever.
    pub fn knows(&self, of: &About<'_>) -> bool {
        self.items.iter().any(|item| same(&about(item), of))
    }
}

/// Whether both are about one thing. A change of both lists of modules is told by either.
fn same(one: &About<'_>, other: &About<'_>) -> bool {
    one.2 == other.2 && one.1 == other.1 && list(one.0) == list(other.0)
}

fn list(section: &str) -> &str {
    if section == "globalModules" { "modules" } else { section }
}
