//! What one Windows event says about the IIS configuration: fields and their precedence, classic text, XML,
//! fallback texts.
//!
//! Knows `iis` for the vocabulary; nothing of allowlists, verdicts or Splunk's protocol. No I/O, no clock.

use crate::iis::ConfigChange;

/// The input columns that can say something, in the order of [`Fields`].
pub const INPUTS: [&str; 28] = [
    "_raw",
    "Message",
    "EventCode",
    "EventID",
    "PhysicalPath",
    "ConfigPath",
    "EffectiveLocationPath",
    "Configuration",
    "EditOperationType",
    "OldValue",
    "NewValue",
    "Computer",
    "ComputerName",
    "dest",
    "dvc",
    "host",
    "_time",
    "lastTime",
    "RecordNumber",
    "EventRecordID",
    "UserID",
    "Sid",
    "User",
    "ProcessID",
    "SourceName",
    "LogName",
    "Channel",
    "Name",
];

/// The cells of one row that can say something about an IIS configuration event, in the order of [`INPUTS`].
/// A column that is missing and a cell that is empty are the same: an empty slice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    /// One cell for each of [`INPUTS`].
    pub cells: [&'a [u8]; INPUTS.len()],
}

/// Buffers that [`read`] decodes into (entities, escapes); reused from row to row.
#[derive(Debug, Default)]
pub struct Scratch {}

/// What an event is in the life of a commit (`iis_event_role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Event 29.
    Change,
    /// Event 50.
    Commit,
    /// Anything else.
    Other,
}

/// What an event 29 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says<'a> {
    /// A change of a section that registers code.
    Change(ConfigChange<'a>),
    /// A change of another section.
    OtherSection,
    /// It cannot be read; the reason code says why.
    Unparsed(&'static str),
    /// Nothing: not an event 29.
    Nothing,
}

/// One event, as far as it concerns the IIS configuration. Texts are as written; empty when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// Change, commit or neither.
    pub role: Role,
    /// What a change says.
    pub says: Says<'a>,
    /// The first of Computer, ComputerName, dest, dvc, host.
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

/// Reads one event. Total: any bytes give an event; what cannot be read says so in [`Says::Unparsed`].
pub fn read<'a>(_fields: &Fields<'a>, _scratch: &'a mut Scratch) -> Event<'a> {
    Event { role: Role::Other, says: Says::Nothing, host: "", actor: "", process: "", record: "", time: "" }
}
