//! What earlier versions of a configuration tell: how far back they reach, and what came and went from one to the next.

use std::sync::Arc;

use super::shown::printable;
use crate::detect::time;
use crate::origin::Origin;

/// What holds more than the history of IIS does.
pub const OTHER_TRACES: &str = r"No version tells of a web.config, nor of what came and went between two of them: the USN journal ($UsnJrnl), the MFT, shadow copies, events 4663 of the Security log, copies in inetsrv\backup and backups of the server may";

/// The history of one server's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The host in lower case; empty where it is not known.
    pub host: String,
    /// Where the versions lie, or would lie.
    pub folder: String,
    /// The files of the earlier versions, the oldest first, each with when it was written, in microseconds since
    /// 1970-01-01T00:00Z.
    pub versions: Vec<(Arc<str>, Option<i64>)>,
    /// When the configuration itself was written.
    pub written: Option<i64>,
    /// What changed from one version to the next, in that order; the configuration itself is the last.
    pub changes: Vec<Change>,
    /// Changes that are not among them, because there are too many.
    pub more: u64,
    /// When the first event was written that was read of the host; `None` where no log was.
    pub events_since: Option<i64>,
}

/// What happened to a registration or setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A version has it, and the one before does not.
    Appeared,
    /// Both have it, each with another value.
    Changed,
    /// The version does not have it any more.
    Went,
}

/// What the events tell of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// No log was read, or it begins later.
    NotCovered,
    /// An event tells of it.
    By(i64, Origin),
    /// None does, although the log reaches back so far.
    ByNone,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub what: Happened,
    /// The section; empty for a setting, whose path is its name.
    pub section: String,
    /// The site or application that it is written for; empty for the server.
    pub place: String,
    /// The name.
    pub name: String,
    /// What stands there: the element where it is not an `add`, and image, type or value.
    pub value: String,
    /// What stood there before.
    pub before: String,
    /// When the version before was written.
    pub after: Option<i64>,
    /// When the version was written that has it so: it happened between the two.
    pub by: Option<i64>,
    /// Where it stands; where it stood, of what went.
    pub origin: Origin,
    /// What the events tell of it.
    pub told: Told,
}

impl Happened {
    /// The word in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Changed => "changed",
            Self::Went => "went",
        }
    }
}

impl Told {
    /// The word in outputs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotCovered => "not_covered",
            Self::By(..) => "told",
            Self::ByNone => "none",
        }
    }

    /// In words; empty where nothing can be said.
    fn in_words(&self) -> String {
        match self {
            Self::NotCovered => String::new(),
            Self::By(at, origin) => format!("an event tells of it, {} ({})", when(Some(*at)), origin.brief()),
            Self::ByNone => "no event tells of it: written by hand, or while the log was off".to_owned(),
        }
    }
}

impl Change {
    /// Section, name and value in a line.
    pub(super) fn what(&self) -> String {
        let value = match (self.what, self.before.as_str()) {
            (Happened::Changed, before) => format!("{before} -> {}", self.value),
            (_, _) => self.value.clone(),
        };
        let place = if self.place.is_empty() { String::new() } else { format!(" for {}", self.place) };
        let parts = [self.section.as_str(), self.name.as_str(), value.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        printable(&format!("{}{place}", parts.join(" ")))
    }

    /// Between which times it happened.
    pub(super) fn window(&self) -> String {
        format!("after {}, by {}", when(self.after), when(self.by))
    }

    /// All of it in a sentence, for people.
    fn in_words(&self) -> String {
        let told = match self.told.in_words() {
            told if told.is_empty() => told,
            told => format!("; {told}"),
        };
        format!("{} {} ({}; {}{told})", self.what.as_str(), self.what(), self.window(), self.origin.brief())
    }

    /// What the events tell of it, for people.
    pub(super) fn told(&self) -> String {
        self.told.in_words()
    }
}

impl History {
    /// Where it lies, how far it reaches and what is in it, in a sentence.
    pub(super) fn in_words(&self) -> String {
        let host = if self.host.is_empty() { "the configuration" } else { &self.host };
        let Some((_, first)) = self.versions.first() else {
            return printable(&format!(
                "History of {host}: no earlier version is at hand ({}), so that nothing tells when something was registered.",
                self.folder
            ));
        };
        let counts: Vec<String> = [Happened::Appeared, Happened::Changed, Happened::Went]
            .into_iter()
            .map(|what| (self.changes.iter().filter(|change| change.what == what).count(), what.as_str()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let changes = if counts.is_empty() { "nothing changed".to_owned() } else { counts.join(", ") };
        let more = if self.more > 0 { format!(" and {} more changes", self.more) } else { String::new() };
        let last = self.versions.last().map_or(*first, |(_, last)| *last);
        let events = self.events_since.map_or_else(String::new, |since| {
            format!("; the events that were read begin {}", when(Some(since)))
        });
        printable(&format!(
            "History of {host}: {} from {} to {}, the configuration itself written {}: {changes}{more}{events}.",
            versions(self.versions.len()),
            when(*first),
            when(last),
            when(self.written),
        ))
    }
}

fn versions(count: usize) -> String {
    if count == 1 { "1 version".to_owned() } else { format!("{count} versions") }
}

fn when(time: Option<i64>) -> String {
    time.map_or_else(|| "at an unknown time".to_owned(), time::to_the_second)
}

/// What the histories of several servers tell, in sentences: each change where all is told. `most` servers are named.
pub(super) fn notes(histories: &[History], details: bool, most: usize) -> Vec<String> {
    let named = if details { histories.len() } else { histories.len().min(most) };
    let mut notes = Vec::new();
    for history in histories.iter().take(named) {
        notes.push(history.in_words());
        if details {
            notes.extend(history.changes.iter().map(Change::in_words));
        }
    }
    let more = histories.len() - named;
    if more > 0 {
        notes.push(format!("{more} more histories (--details tells them)"));
    }
    if !details && histories.iter().any(|history| !history.changes.is_empty()) {
        notes.push("--details tells each of these changes.".to_owned());
    }
    if histories.iter().any(|history| !history.versions.is_empty()) {
        notes.push(format!("{OTHER_TRACES}."));
    }
    notes
}
