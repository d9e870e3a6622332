//! One row of the table.

use super::condition::{Answer, Condition, Given};
use crate::iis::Kind;

/// How a value is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// The path of a DLL.
    Library,
    /// The path of another file that leads to code.
    File,
    /// A program, with its arguments.
    Program,
    /// Arguments of a program.
    Arguments,
    /// Folders.
    Folder,
    /// A COM class.
    Class,
    /// A managed type.
    Type,
    /// An assembly.
    Assembly,
    /// A switch: the condition on its value says all.
    Switch,
    /// An element that goes away.
    Removal,
    /// A value that must not be copied.
    Secret,
}

/// How much an unlisted value matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It is told, and no finding.
    Info,
    /// As `low`.
    Low,
    /// As `medium`.
    Medium,
    /// As `high`.
    High,
}

/// A watched setting. Texts are as the table has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedSetting {
    /// Names the row in results.
    pub id: String,
    /// A site may switch a row off, by its id.
    pub enabled: bool,
    /// Values of the key that the row is for; any where there are none.
    pub(super) names: Vec<String>,
    /// The key is judged, not the value.
    pub by_key: bool,
    pub(super) when: Vec<Condition>,
    /// How it is judged.
    pub judged: Judged,
    /// Kind of the subject.
    pub kind: Kind,
    /// Severity for the server, a site, and deeper; `None` where a value there is no finding.
    pub weights: [Option<Weight>; 3],
    /// ATT&CK id; empty for a value that is no finding of its own.
    pub technique: String,
    /// Why it matters.
    pub meaning: String,
    /// What to do.
    pub advice: String,
}

impl WatchedSetting {
    /// Whether the row speaks of the thing with this key.
    #[must_use]
    pub fn is_for(&self, key: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| name.eq_ignore_ascii_case(key))
    }

    /// Whether its conditions hold.
    #[must_use]
    pub fn answer(&self, given: &Given<'_>) -> Answer {
        self.when.iter().map(|condition| condition.answer(given)).min().unwrap_or(Answer::Yes)
    }

    /// Whether its conditions name this value as one that it is not about.
    pub(super) fn excepts(&self, value: &str) -> bool {
        self.when.iter().any(|condition| condition.excepts(value))
    }

    /// Whether who made the change is what it is about.
    #[must_use]
    pub fn is_about_the_actor(&self) -> bool {
        self.when.contains(&Condition::ByPool)
    }

    /// Whether it is about values that lie on another machine.
    #[must_use]
    pub fn is_about_shares(&self) -> bool {
        self.when.contains(&Condition::Share)
    }

    /// Whether it can ever be a finding.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.enabled && self.weights.iter().any(Option::is_some) || self.tells_of_places()
    }

    /// Whether places alone make it a finding.
    fn tells_of_places(&self) -> bool {
        self.enabled && matches!(self.judged, Judged::Program | Judged::Arguments | Judged::Folder)
    }
}
