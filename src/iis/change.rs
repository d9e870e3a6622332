//! One row's change of the IIS configuration: what event 29 says about one element or attribute.

use serde::{Deserialize, Serialize};

use super::module::{Action, Element, Section};

/// `EditOperationType` of event 29 (documented in the provider's manifest: 1, 2, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// 1. On attribute rows it does not prove that the value was absent before (recorded).
    Add,
    /// 2
    Delete,
    /// 3
    Modify,
    /// The rendering does not show it (every classic message).
    Hidden,
}

/// Which rendering gave the values of a row (`iis_module_image_source`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// Named event data: XML, or fields extracted from it.
    EventData,
    /// A value that a shipper appended to the message text.
    Message,
    /// The text that lists the inserted strings because the provider's message file is missing.
    Fallback,
}

impl ValueSource {
    /// The word of the output column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventData => "event_data",
            Self::Message => "message",
            Self::Fallback => "fallback",
        }
    }
}

/// What one event 29 says about a section that registers code. Texts are as written in the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigChange<'a> {
    /// The section of the configuration path.
    pub section: Section,
    /// The element of the configuration path.
    pub element: Element,
    /// The key of the element (`name`); empty for `clear` and section rows.
    pub name: &'a str,
    /// The attribute after the last `/@`; empty for an element row.
    pub attribute: &'a str,
    /// What was done, where the rendering shows it.
    pub operation: Operation,
    /// `OldValue`; `None` where the rendering hides it, `Some("")` where it shows an empty one.
    pub old: Option<&'a str>,
    /// `NewValue`; as `old`.
    pub new: Option<&'a str>,
    /// `ConfigPath`, e.g. `MACHINE/WEBROOT/APPHOST/Default Web Site`.
    pub config_path: &'a str,
    /// `EffectiveLocationPath`; empty where absent or hidden.
    pub location: &'a str,
    /// Where `old`, `new` and `operation` were read; `None` where the rendering carries none of them.
    pub source: Option<ValueSource>,
}

impl<'a> ConfigChange<'a> {
    /// What happened, as a function of element and operation (a `remove` element that is *added* disables a module).
    #[must_use]
    pub fn action(&self) -> Action {
        match (self.element, self.operation) {
            (Element::Clear, _) => Action::Cleared,
            (Element::Section, _) => Action::Modified,
            (_, Operation::Hidden) => Action::Changed,
            _ if !self.attribute.is_empty() => Action::Modified,
            (Element::Add, Operation::Add) => Action::Added,
            (Element::Add, Operation::Delete) | (Element::Remove, Operation::Add) => Action::Removed,
            (Element::Remove, Operation::Delete) => Action::Restored,
            (_, Operation::Modify) => Action::Modified,
        }
    }

    /// The image path that this row shows: the new value of the section's image attribute.
    #[must_use]
    pub fn image(&self) -> Option<&'a str> {
        (Some(self.attribute) == self.section.image_attribute())
            .then_some(self.new)
            .flatten()
            .filter(|v| !v.is_empty())
    }
}
