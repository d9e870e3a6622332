//! Rows that list modules: an inventory or a configuration file.

use super::part;
use crate::iis::{Action, Kind, Level, Section, Subject};

/// One listed module, texts as written; empty where there is none.
#[derive(Debug, Clone, Copy)]
pub struct InventoryRow<'a> {
    /// Name.
    pub name: &'a str,
    /// Image path.
    pub image: &'a str,
    /// Managed type.
    pub type_name: &'a str,
    /// preCondition.
    pub precondition: &'a str,
}

impl<'a> InventoryRow<'a> {
    /// The module as something to decide on. `host` is in lower case, `time` in microseconds since
    /// 1970-01-01T00:00Z.
    #[must_use]
    pub fn subject(&self, host: &'a str, time: i64, time_assumed: bool) -> Subject<'a> {
        let some = |text: &'a str| Some(text.trim()).filter(|text| !text.is_empty());
        let image = some(self.image);
        let type_name = if image.is_some() { None } else { some(self.type_name) };
        let kind = match (image, type_name) {
            (Some(_), _) => Some(Kind::Native),
            (None, Some(_)) => Some(Kind::Managed),
            (None, None) => None,
        };
        Subject {
            level: Level::Inventory,
            class: crate::iis::Class::Module,
            kind,
            section: if type_name.is_some() { Section::Modules } else { Section::GlobalModules },
            name: self.name,
            image,
            type_name,
            precondition: some(self.precondition),
            old: None,
            attribute: "",
            action: Action::Present,
            value_unseen: false,
            renamed: false,
            inferred: false,
            config_path: "",
            location: "",
            host,
            actor: "",
            time,
            time_assumed,
        }
    }
}

/// The key of a listed module, in the form of a change key at server level.
#[must_use]
pub fn inventory_key(subject: &Subject<'_>) -> String {
    part::key(subject.class, "machine/webroot/apphost", "", subject.name)
}
