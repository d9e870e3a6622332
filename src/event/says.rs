//! What one event is and says.

use super::reasons::Unreadable;
use crate::iis::ConfigChange;

/// What an event is in the life of a commit (`iis_event_role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Event 29.
    Change,
    /// Event 50.
    Commit,
    /// Another log's, or nothing at all; the event's texts are then empty.
    Other,
    /// It points to the IIS configuration, and nobody knows what it says. It may be any event.
    Unread,
}

/// What an event 29 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says<'a> {
    /// A change of a section that registers code.
    Change(ConfigChange<'a>),
    /// A change of another section: a setting.
    OtherSection(ConfigChange<'a>),
    /// It cannot be read, and why.
    Unparsed(Unreadable),
    /// Nothing: not known to be an event 29.
    Nothing,
}

/// One event, as far as it concerns the IIS configuration. Texts are as written; empty when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// Change, commit or neither.
    pub role: Role,
    /// What a change says.
    pub says: Says<'a>,
    /// The first of `Computer`, `ComputerName`, `dest`, `dvc`, `host`.
    pub host: &'a str,
    /// SID (or user) who made the change.
    pub actor: &'a str,
    /// Process id.
    pub process: &'a str,
    /// Record number.
    pub record: &'a str,
    /// The event's time as written: epoch seconds with a fraction, or ISO 8601 from XML.
    pub time: &'a str,
}

impl Event<'_> {
    /// An event that does not concern the IIS configuration.
    pub(super) const OTHER: Self = Self {
        role: Role::Other,
        says: Says::Nothing,
        host: "",
        actor: "",
        process: "",
        record: "",
        time: "",
    };
}
