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
        // As written: what is around a path is judged where the path is.
        let some = |text: &'a str| Some(text).filter(|text| !text.trim_ascii().is_empty());
        // A module has one of the two. Where a row has both, neither may vouch for the other: both are shown.
        let (image, type_name) = (some(self.image), some(self.type_name));
        let kind = match (image, type_name) {
            (Some(_), _) => Some(Kind::Native),
            (None, Some(_)) => Some(Kind::Managed),
            (None, None) => None,
        };
        Subject {
            level: Level::Inventory,
            class: crate::iis::Class::Module,
            kind,
            section: if kind == Some(Kind::Managed) { Section::Modules } else { Section::GlobalModules },
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
            overwritten: false,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_section_follow_from_image_and_type() {
        for (image, type_name, kind, section) in [
            ("C:\\x.dll", "", Some(Kind::Native), Section::GlobalModules),
            ("", "A.B, C", Some(Kind::Managed), Section::Modules),
            ("C:\\x.dll", "A.B, C", Some(Kind::Native), Section::GlobalModules),
            (" ", "\t", None, Section::GlobalModules),
        ] {
            let row = InventoryRow { name: "X", image, type_name, precondition: "" };
            let subject = row.subject("h", 0, false);
            assert_eq!((subject.kind, subject.section), (kind, section), "{image:?} {type_name:?}");
            let shown = |text: &'static str| Some(text).filter(|text| !text.trim().is_empty());
            assert_eq!((subject.image, subject.type_name), (shown(image), shown(type_name)));
            assert_eq!(inventory_key(&subject), r#"["module","machine/webroot/apphost","","X"]"#);
        }
    }
}
