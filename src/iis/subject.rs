//! What is decided on: one module (or filter, or handler) at one place, whichever door it came through.

use super::clock::Clock;
use super::file_facts::FileFacts;
use super::module::{Action, Class, Kind, Section};
use super::setting::Setting;

/// How complete the facts are that a [`Subject`] carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// One event row: its sibling rows (the image, say) are not in it.
    Row,
    /// A closed commit: what is not in it was not in the events.
    Change,
    /// An inventory or configuration file: everything about the module is in it.
    Inventory,
}

/// One module to decide on. An event row, a merged change, an inventory row and a configured module all become one.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// How complete the facts are.
    pub level: Level,
    /// Module, ISAPI filter, handler or setting.
    pub class: Class,
    /// Native or managed, where the facts tell.
    pub kind: Option<Kind>,
    /// It may be an ISAPI filter as well: a list that shows no kind holds both.
    pub or_filter: bool,
    /// The section of the row; at change level `globalModules` when any part of the change is in it.
    pub section: Section,
    /// The name as written; empty for a clear.
    pub name: &'a str,
    /// The image path as written, where the facts show one.
    pub image: Option<&'a str>,
    /// The managed type as written, where the facts show one.
    pub type_name: Option<&'a str>,
    /// The preCondition, where the facts show one.
    pub precondition: Option<&'a str>,
    /// The value before the change (of the image or type attribute), where shown and not empty.
    pub old: Option<&'a str>,
    /// The attribute of a row; empty for an element row and where several are merged.
    pub attribute: &'a str,
    /// What happened.
    pub action: Action,
    /// The image or type attribute was written, but the rendering hides its value.
    pub value_unseen: bool,
    /// The name is the new value of the `name` attribute and differs from the key of the path.
    pub renamed: bool,
    /// The action is concluded from which rows are there, because the rendering hides the operation.
    pub inferred: bool,
    /// All that is known stands under a `remove` element: nothing is registered by it, whatever the operation.
    pub under_remove: bool,
    /// Image or type was written and then overwritten by another one within the same change.
    pub overwritten: bool,
    /// `ConfigPath` as written.
    pub config_path: &'a str,
    /// `EffectiveLocationPath` as written.
    pub location: &'a str,
    /// The host in lower case; empty when unknown.
    pub host: &'a str,
    /// SID or user who made the change; empty when unknown.
    pub actor: &'a str,
    /// When, in microseconds since 1970-01-01T00:00Z; what expiry dates are compared with.
    pub time: i64,
    /// `time` was not in the row but taken from the search or the clock.
    pub time_assumed: bool,
    /// What speaks against `time`.
    pub clock: Clock,
    /// What is known of the file behind it.
    pub file: Option<&'a FileFacts<'a>>,
    /// The setting that it is, or an attribute of a handler beside image and type.
    pub setting: Option<Setting<'a>>,
}
