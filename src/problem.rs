//! What went wrong, for people: of what kind, where, what, and what to do about it.

use std::error::Error;
use std::fmt;

use crate::origin::Origin;

/// Something that a person must know about: an error that ended a run, or a row that nobody understood. Its text is one line:
/// `events.csv, line 4: <what>; <hint>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    origin: Option<Box<Origin>>,
    // Boxed, so that a result with this error stays small.
    what: Box<str>,
    hint: Option<Box<str>>,
}

/// Of what kind a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// What was asked for cannot be done.
    Argument,
    /// A file cannot be opened or read.
    Unreadable,
    /// Nobody gave the right to read a file or folder.
    Denied,
    /// A file cannot be written.
    Unwritable,
    /// A file is not of a form that is read.
    Form,
    /// A part of a file is damaged, or can be taken in two ways.
    Damaged,
    /// An allowlist, or a file of packs and folders by host, is wrong.
    Entries,
    /// A row points to the IIS configuration, and nobody understood it.
    NotUnderstood,
    /// A part of a configuration is not at hand.
    Incomplete,
    /// IIS refuses a configuration.
    Invalid,
    /// A module is enabled, but registered nowhere.
    Dangling,
    /// Files that a configuration names are not in what was collected.
    NotCollected,
    /// Something that is worth a look, and neither wrong nor lost.
    Noted,
    /// The log of the IIS configuration was cleared.
    LogCleared,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::Argument,
        Self::Unreadable,
        Self::Denied,
        Self::Unwritable,
        Self::Form,
        Self::Damaged,
        Self::Entries,
        Self::NotUnderstood,
        Self::Incomplete,
        Self::Invalid,
        Self::Dangling,
        Self::NotCollected,
        Self::Noted,
        Self::LogCleared,
    ];

    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Unreadable => "unreadable",
            Self::Denied => "denied",
            Self::Unwritable => "unwritable",
            Self::Form => "form",
            Self::Damaged => "damaged",
            Self::Entries => "entries",
            Self::NotUnderstood => "not_understood",
            Self::Incomplete => "incomplete",
            Self::Invalid => "invalid",
            Self::Dangling => "dangling",
            Self::NotCollected => "not_collected",
            Self::Noted => "noted",
            Self::LogCleared => "log_cleared",
        }
    }

    /// Whether something was not read because of it that was to be read. What was read may be wrong in itself.
    #[must_use]
    pub const fn is_loss(self) -> bool {
        !matches!(self, Self::Invalid | Self::Dangling | Self::NotCollected | Self::Noted | Self::LogCleared)
    }
}

impl Problem {
    /// A problem that is of no place, or whose text names it.
    pub fn new(kind: ProblemKind, what: impl Into<Box<str>>) -> Self {
        Self { kind, origin: None, what: what.into(), hint: None }
    }

    /// The same, of a place.
    #[must_use]
    pub fn at(self, origin: Origin) -> Self {
        Self { origin: Some(Box::new(origin)), ..self }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Box<str>>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Of what kind it is.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Where it is.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_deref()
    }

    /// What was found or what happened there.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origin.iter().try_for_each(|origin| write!(f, "{origin}: "))?;
        f.write_str(&self.what)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_with_place_and_hint() {
        let plain = Problem::new(ProblemKind::Damaged, "it is cut off");
        assert_eq!(plain.to_string(), "it is cut off");
        let whole = plain.at(Origin::of_line("a.csv", 4)).with_hint("export it again");
        assert_eq!(whole.to_string(), "a.csv, line 4: it is cut off; export it again");
    }
}
