//! Rows that list modules: an inventory or a configuration file.

use super::code::Code;
use super::part;
use super::reason::ReasonCode;
use crate::event::Unreadable;
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

/// What a row of a list says.
#[derive(Debug, Clone, Copy)]
pub enum Listed<'a> {
    /// A module.
    Module(InventoryRow<'a>),
    /// A row that cannot be read.
    Unparsed {
        /// Why.
        reason: ReasonCode,
        /// Its image or type, where it has one.
        shown: &'a str,
    },
    /// Nothing: an empty row.
    Nothing,
}

impl<'a> Listed<'a> {
    /// Reads the cells name, image, type and preCondition.
    #[must_use]
    pub fn read(cells: [&'a [u8]; 4]) -> Self {
        let texts = cells.map(std::str::from_utf8);
        let reason = match texts {
            [Ok(""), Ok(""), Ok(""), _] => return Self::Nothing,
            [Ok(""), ..] => Code::MissingName.into(),
            [Ok(name), Ok(image), Ok(type_name), Ok(precondition)] => {
                return Self::Module(InventoryRow { name, image, type_name, precondition });
            }
            _ => Unreadable::InvalidUtf8.into(),
        };
        let [_, image, type_name, _] = texts;
        let shown = [image, type_name].into_iter().flatten().find(|text| !text.is_empty());
        Self::Unparsed { reason, shown: shown.unwrap_or_default() }
    }
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
            or_filter: kind != Some(Kind::Managed),
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
    fn a_row_is_a_module_or_unreadable_or_nothing() {
        const BAD: &[u8] = b"\xff";
        let read = |cells: [&[u8]; 4]| match Listed::read(cells) {
            Listed::Module(module) => format!("module {} {}", module.name, module.image),
            Listed::Unparsed { reason, shown } => format!("{} {shown}", reason.as_str()),
            Listed::Nothing => "nothing".to_owned(),
        };
        for (cells, expected) in [
            ([&b"A"[..], b"a.dll", b"", b""], "module A a.dll"),
            ([b" ", b"", b"", b""], "module   "),
            ([b"", b"", b"", b""], "nothing"),
            ([b"", b"", b"", b"bitness64"], "nothing"),
            ([b"", b"a.dll", b"", b""], "missing_name a.dll"),
            ([b"", BAD, b"T", b""], "missing_name T"),
            ([BAD, b"a.dll", b"", b""], "invalid_utf8 a.dll"),
            ([b"A", BAD, b"", b""], "invalid_utf8 "),
            ([b"A", b"", b"", BAD], "invalid_utf8 "),
        ] {
            assert_eq!(read(cells), expected, "{cells:?}");
        }
    }

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
