//! The configuration of a server as it was from one version to the next: what each version holds, and what came and went.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::origin::Origin;
use crate::report::Happened;
use crate::server::{Config, Entry, Listing, SettingRow};

/// What a version has in one place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Line<'v> {
    Entry(&'v Listing, &'v Entry),
    Setting(&'v SettingRow),
}

/// What makes lines of two versions one: section, place in lower case, and name.
pub(super) type Key<'v> = (&'static str, String, &'v str);
/// All else that is written in a line.
pub(super) type Texts<'v> = [&'v str; 5];

/// One version.
pub(super) struct State<'v> {
    pub config: &'v Config,
    /// Those of one key in the order of their texts.
    lines: BTreeMap<Key<'v>, Vec<Line<'v>>>,
}

/// What happened to a line between two versions.
pub(super) struct Step<'v> {
    pub what: Happened,
    pub line: Line<'v>,
    pub before: Option<Line<'v>>,
}

impl<'v> Line<'v> {
    pub fn key(self) -> Key<'v> {
        match self {
            Self::Entry(listing, entry) => {
                let name = entry.name.as_deref().unwrap_or_default();
                (listing.section.as_str(), listing.location.path.to_lowercase(), name)
            }
            Self::Setting(row) => ("", row.location.to_lowercase(), &row.path),
        }
    }

    pub fn texts(self) -> Texts<'v> {
        match self {
            Self::Entry(listing, entry) => {
                let element = entry.operation.element(listing.section);
                [element, &entry.image, &entry.type_name, &entry.precondition, &entry.requests]
            }
            Self::Setting(row) => [row.value.as_deref().unwrap_or_default(), "", "", "", ""],
        }
    }

    pub fn origin(self) -> &'v Origin {
        match self {
            Self::Entry(_, entry) => &entry.origin,
            Self::Setting(row) => &row.origin,
        }
    }
}

impl<'v> State<'v> {
    pub fn of(config: &'v Config) -> Self {
        let entries = config
            .listings
            .iter()
            .flat_map(|listing| listing.entries.iter().map(move |entry| Line::Entry(listing, entry)));
        let mut lines: BTreeMap<Key<'v>, Vec<Line<'v>>> = BTreeMap::new();
        for line in entries.chain(config.settings.iter().map(Line::Setting)) {
            lines.entry(line.key()).or_default().push(line);
        }
        for own in lines.values_mut() {
            own.sort_by_key(|line| line.texts());
        }
        Self { config, lines }
    }

    pub fn lines(&self) -> impl Iterator<Item = Line<'v>> + '_ {
        self.lines.values().flatten().copied()
    }

    /// What happened since a version before.
    pub fn since(&self, before: &Self) -> Vec<Step<'v>> {
        let none = Vec::new();
        let mut steps = Vec::new();
        for (key, new) in &self.lines {
            steps.extend(between(before.lines.get(key).unwrap_or(&none), new));
        }
        for (_, old) in before.lines.iter().filter(|(key, _)| !self.lines.contains_key(*key)) {
            steps.extend(between(old, &none));
        }
        steps
    }
}

/// What happened to the lines of one key. Both lists are in the order of their texts.
fn between<'v>(old: &[Line<'v>], new: &[Line<'v>]) -> Vec<Step<'v>> {
    let (mut went, mut came) = (Vec::new(), Vec::new());
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (Some(one), Some(other)) if one.texts() == other.texts() => {
                old.next();
                new.next();
            }
            (Some(one), Some(other)) if one.texts() < other.texts() => went.extend(old.next().copied()),
            (Some(_), None) => went.extend(old.next().copied()),
            (_, Some(_)) => came.extend(new.next().copied()),
            (None, None) => break,
        }
    }
    let both = went.len().min(came.len());
    let changed = came.iter().zip(&went).map(|(line, before)| Step {
        what: Happened::Changed,
        line: *line,
        before: Some(*before),
    });
    let appeared =
        came.iter().skip(both).map(|line| Step { what: Happened::Appeared, line: *line, before: None });
    let gone = went.iter().skip(both).map(|line| Step { what: Happened::Went, line: *line, before: None });
    changed.chain(appeared).chain(gone).collect()
}

/// Where a line stands in a file.
pub(super) type At = (Arc<str>, Option<u64>);

pub(super) fn at(origin: &Origin) -> At {
    (Arc::clone(&origin.file), origin.line)
}

/// Since which version each line of the last one has been there without a break, by where it stands; and its key.
pub(super) fn first_seen<'v>(states: &[State<'v>]) -> HashMap<At, (usize, Line<'v>)> {
    let mut seen: HashMap<(Key<'v>, Texts<'v>), (usize, Line<'v>)> = HashMap::new();
    for (number, state) in states.iter().enumerate() {
        seen = state
            .lines()
            .map(|line| {
                let key = (line.key(), line.texts());
                let first = seen.get(&key).copied().unwrap_or((number, line));
                (key, first)
            })
            .collect();
    }
    let last = states.last().into_iter().flat_map(State::lines);
    last.filter_map(|line| Some((at(line.origin()), *seen.get(&(line.key(), line.texts()))?))).collect()
}
