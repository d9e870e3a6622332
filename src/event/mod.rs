//! What one Windows event says about the IIS configuration: fields and their precedence, classic text, XML,
//! fallback texts.
//!
//! Knows `iis` for the vocabulary; nothing of allowlists, verdicts or Splunk's protocol. No I/O, no clock.
//!
//! # Which part of a row is believed
//!
//! 1. A whole event in `_raw`, XML or classic text, wins for every input. Splunk's automatic key=value extraction
//!    lets a module's name forge fields (`x" NewValue=... Computer=dev01`); it cannot forge the event's own frame.
//!    Only what is Splunk's own, `_time` and `host`, fills in for what the event lacks.
//! 2. In XML, `EventData` is read first, the message of `RenderingInfo` second. Beside a classic text extracted
//!    event data is ignored; where it names another configuration path, the row is unparsed (`fields_disagree`).
//! 3. Without such an event: extracted event data first (`Configuration` and its companions), `Message` second. Old
//!    and new value count only together with a `Configuration`. Where a `Message` or a `_raw` of another form (the
//!    message alone, JSON, a line of CSV) names a configuration as well, it must be the same one: a name forges fields,
//!    but not the path that it stands in.
//!    A `_raw` that is JSON must have each of them as a value of its own: a name can forge fields, but no second value.
//! 4. A `_raw` that is only the message stands in for a missing `Message`; JSON does not, it is not read.
//!
//! A row that yields nothing and points to the IIS configuration all the same (provider, channel, a configuration path, the
//! sentence) is unparsed where it claims to be an event 29, else [`Role::Unread`]. With a number of another event, or another
//! provider, it is another log's.
//!
//! Nothing is guessed: a value that the row does not show is `None`, and a text that can be read in two ways is
//! unparsed, with an [`Unreadable`].
//!
//! ```
//! use iismodcheck::event::{self, Fields, Says, Scratch};
//!
//! let mut fields = Fields::default();
//! fields.set("EventCode", b"29");
//! fields.set(
//!     "Message",
//!     br#"Changes to '/system.webServer/globalModules/add[@name="X"]' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed."#,
//! );
//! let mut scratch = Scratch::default();
//! let event = event::read(&fields, &mut scratch);
//! assert!(matches!(event.says, Says::Change(change) if change.name == "X"));
//! ```

mod appended;
mod classic;
mod fallback;
mod fields;
mod id;
mod json;
mod judge;
mod log;
mod message;
mod opened;
mod pointer;
mod quotes;
mod reasons;
#[cfg(test)]
mod tests;
mod text;
mod xml;

use crate::iis::ConfigChange;

pub use classic::essence;
pub use opened::{Opened, Own};
pub use reasons::Unreadable;

/// The input columns that can say something, in the order of [`Fields`]. Neighbours have values in the same rows, and those
/// that differ from row to row come last: both make rows quicker to compare.
pub const INPUTS: [&str; 27] = [
    "_raw",
    "Message",
    "EventCode",
    "ComputerName",
    "host",
    "Sid",
    "User",
    "SourceName",
    "LogName",
    "EventID",
    "Computer",
    "UserID",
    "Channel",
    "Name",
    "ConfigPath",
    "EffectiveLocationPath",
    "Configuration",
    "EditOperationType",
    "OldValue",
    "NewValue",
    "dest",
    "dvc",
    "_time",
    "lastTime",
    "RecordNumber",
    "EventRecordID",
    "ProcessID",
];

/// The columns that name the host of a listed module, in the order in which they count: our own, those of an event, what
/// PowerShell's remoting adds, what people write.
pub const LIST_HOSTS: [&str; 8] =
    ["iis_host", "Computer", "ComputerName", "dest", "dvc", "host", "PSComputerName", "server"];

/// The places in [`INPUTS`] of `_raw`, the message and `Configuration`: the cells that can hold an event each by itself.
pub const CARRIERS: [usize; 3] =
    [fields::Input::Raw as usize, fields::Input::Message as usize, fields::Input::Configuration as usize];

/// The cells of one row that can say something about an IIS configuration event, in the order of [`INPUTS`].
/// A column that is missing and a cell that is empty are the same: an empty slice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    /// One cell for each of [`INPUTS`].
    pub cells: [&'a [u8]; INPUTS.len()],
    /// Bit `i` is set where the column `INPUTS[i]` has several values that differ; its cell has all of them, one a line.
    /// Such a column counts as soon as it is needed: the row is then unparsed (`multivalue_input`). One that is not needed
    /// does no harm.
    pub conflicts: u32,
}

// One bit for each input.
const _: () = assert!(INPUTS.len() <= u32::BITS as usize);

impl<'a> Fields<'a> {
    /// Sets the cell of the input column `name`; a name that is none of [`INPUTS`] says nothing and is ignored.
    pub fn set(&mut self, name: &str, cell: &'a [u8]) {
        for (input, slot) in INPUTS.iter().zip(&mut self.cells) {
            if *input == name {
                *slot = cell;
            }
        }
    }

    fn get(&self, input: fields::Input) -> &'a [u8] {
        self.cells.get(input as usize).copied().unwrap_or_default()
    }
}

/// The buffer that [`read`] decodes into (entities, escapes); reused from row to row, so that reading allocates
/// nothing once it has grown to the longest decoded text.
#[derive(Debug, Default)]
pub struct Scratch {
    buffer: String,
}

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
    /// A change of another section.
    OtherSection,
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
    const OTHER: Self = Self {
        role: Role::Other,
        says: Says::Nothing,
        host: "",
        actor: "",
        process: "",
        record: "",
        time: "",
    };
}

/// Reads one event. Never fails: any bytes give an event; what cannot be read says so in [`Says::Unparsed`]. Takes time
/// linear in the length of the cells, and allocates nothing beyond the growth of `scratch`.
pub fn read<'a>(fields: &Fields<'a>, scratch: &'a mut Scratch) -> Event<'a> {
    Opened::new(fields).read(scratch)
}
