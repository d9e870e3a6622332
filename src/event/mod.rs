//! What one Windows event says about the IIS configuration: fields and their precedence, classic text, XML, JSON of
//! collectors, fallback texts.
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
//! 4. A `_raw` that is JSON in the shape of a known collector (`json/collectors.rs`) tells the event data, else the message,
//!    else lists the values; its computer is the host. Twice one key, or two events in one text, is unparsed.
//! 5. A `_raw` that is only the message stands in for a missing `Message`.
//! 6. XML may begin behind a header (syslog, `Record 100`, `<Events>`), as long as nothing before it names a path, which holds a
//!    name of somebody's choice; be the message; or stand as a string in a JSON ([`unwrap`]). Event data without its event
//!    (`EventData_Xml`) is put together with the fields beside it.
//!
//! A row that yields nothing and points to the IIS configuration all the same (provider, channel, a configuration path, the
//! sentence) is unparsed where it claims to be an event 29, else [`Role::Unread`]. With a number of another event, or another
//! provider, it is another log's.
//!
//! A few events of other logs belong beside a change ([`neighbour()`]): that a log was cleared, that a module could not be loaded.
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
mod decode;
mod fallback;
mod fields;
mod framed;
mod id;
mod inputs;
mod json;
mod log;
mod message;
mod neighbour;
mod of_json;
mod opened;
mod parts;
mod pointer;
mod quotes;
mod reasons;
mod says;
mod straight;
#[cfg(test)]
mod tests;
mod text;
mod unwrapped;
mod whole;
mod xml;

pub use inputs::{CARRIERS, Fields, INDEXED, INPUTS, LIST_HOSTS};
pub use json::{is_column_of_collector, is_event};
pub use neighbour::{NEIGHBOURS, Neighbour, NeighbourKind, neighbour};
pub use opened::{Opened, Own, Scratch, read};
pub use reasons::Unreadable;
pub use says::{Event, Role, Says};
pub use unwrapped::unwrap;
