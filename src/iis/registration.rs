//! One entry of a list of modules, as an inventory or a configuration file has it.

use super::change::Operation;
use super::clock::Clock;
use super::file_facts::FileFacts;
use super::module::{Action, Class, Kind, Section};
use super::setting::{HANDLER_REQUESTS, Setting};
use super::subject::{Level, Subject};

/// What an entry does to the list that it stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListOperation {
    /// `<add>`: it puts a module there.
    #[default]
    Add,
    /// `<remove>`: it takes an inherited module away.
    Remove,
    /// `<clear>`: it takes all inherited ones away.
    Clear,
}

impl ListOperation {
    /// Every operation.
    pub const ALL: [Self; 3] = [Self::Add, Self::Remove, Self::Clear];

    /// The word of the column, which is the name of the element.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Clear => "clear",
        }
    }
}

/// One listed module, filter or handler. Texts are as written, and empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registration<'a> {
    /// The section that it stands in, where the list tells.
    pub section: Option<Section>,
    /// The kind, where the list tells.
    pub kind: Option<Kind>,
    /// What it does.
    pub operation: ListOperation,
    /// Name; empty for a clear.
    pub name: &'a str,
    /// Image path.
    pub image: &'a str,
    /// Managed type.
    pub type_name: &'a str,
    /// preCondition.
    pub precondition: &'a str,
    /// The requests that a handler takes; empty where the list does not tell.
    pub requests: &'a str,
    /// The configuration path of the list, in the form of event 29; empty where it is not told.
    pub config_path: &'a str,
    /// The location path of the list.
    pub location: &'a str,
    /// A collector tells it, which has read the whole configuration: what is everyday in one is not asked about.
    pub is_collected: bool,
    /// The configuration that tells what a name stands for was at hand to who tells it.
    pub knows_names: bool,
    /// The type that is loaded instead, where a setting sends it elsewhere and the name of that is known.
    pub redirected_to: &'a str,
    /// What is known of the file behind it.
    pub file: Option<Box<FileFacts<'a>>>,
}

/// A text that is more than white space. It stays as written: what is around a path is judged where the path is.
fn shown(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim_ascii().is_empty())
}

impl Registration<'_> {
    /// The columns of a list that say what is registered and where. `record` says whether the row lists a module at all,
    /// and `value` is that of a setting.
    pub const COLUMNS: [&'static str; 14] = [
        "name",
        "image",
        "type",
        "preCondition",
        "section",
        "operation",
        "kind",
        "config_path",
        "location",
        "record",
        "requests",
        "registered",
        "redirected_to",
        "value",
    ];

    /// Every column of a list that is read, those of the file behind the others. None has to be there.
    pub fn columns() -> impl Iterator<Item = &'static str> {
        Self::COLUMNS.into_iter().chain(FileFacts::COLUMNS)
    }

    /// Module, ISAPI filter or handler: a module where the list does not tell.
    #[must_use]
    pub fn class(&self) -> Class {
        let told = self.section.map(Section::class).or(self.kind.map(Kind::class));
        told.unwrap_or(Class::Module)
    }

    /// The kind, as the list tells it, or else as it follows from the section, the image and the type. Where a row has
    /// both of the latter, it is native: neither may vouch for the other.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        let by_name_alone = self.section == Some(Section::Modules) && self.operation == ListOperation::Add;
        self.kind.or_else(|| match (self.section, shown(self.image), shown(self.type_name)) {
            (Some(Section::HttpModules), ..) => Some(Kind::Managed),
            (Some(Section::IsapiFilters), ..) => Some(Kind::IsapiFilter),
            (Some(Section::Handlers), ..) => Some(Kind::Handler),
            (Some(Section::GlobalModules), ..) | (_, Some(_), _) => Some(Kind::Native),
            (_, None, Some(_)) => Some(Kind::Managed),
            // `modules` lists a native module by its name alone.
            (_, None, None) => by_name_alone.then_some(Kind::Native),
        })
    }

    /// Whether no entry of any section can be all of this: a managed module with an image, or a filter in a list of
    /// modules.
    #[must_use]
    pub fn contradicts_itself(&self) -> bool {
        let fits = |kind: &Kind| {
            let fits_texts = match kind {
                Kind::Native | Kind::IsapiFilter => {
                    shown(self.image).is_some() || shown(self.type_name).is_none()
                }
                Kind::Managed => shown(self.image).is_none(),
                _ => true,
            };
            self.kind.is_none_or(|told| told == *kind)
                && self.section.is_none_or(|section| section.registers(*kind))
                && fits_texts
        };
        let is_named_clear = self.operation == ListOperation::Clear && !self.name.is_empty();
        is_named_clear || !Kind::LISTED.iter().any(fits)
    }

    /// The entry as something to decide on. `host` is in lower case, `time` in microseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn subject<'s>(&'s self, host: &'s str, time: i64, time_assumed: bool) -> Subject<'s> {
        let kind = self.kind();
        Subject {
            level: Level::Inventory,
            class: self.class(),
            kind,
            or_filter: self.section.is_none() && self.kind.is_none() && kind != Some(Kind::Managed),
            section: self.section.unwrap_or(match kind {
                None | Some(Kind::Native) => Section::GlobalModules,
                Some(Kind::Managed) => Section::Modules,
                Some(Kind::IsapiFilter) => Section::IsapiFilters,
                Some(Kind::Handler) => Section::Handlers,
                Some(_) => Section::Other,
            }),
            name: self.name,
            image: shown(self.image),
            type_name: shown(self.type_name),
            precondition: shown(self.precondition),
            old: None,
            attribute: "",
            action: match self.operation {
                ListOperation::Add => Action::Present,
                ListOperation::Remove => Action::Removed,
                ListOperation::Clear => Action::Cleared,
            },
            value_unseen: false,
            renamed: false,
            inferred: false,
            under_remove: self.operation == ListOperation::Remove,
            overwritten: false,
            config_path: self.config_path,
            location: self.location,
            host,
            actor: "",
            time,
            time_assumed,
            clock: Clock::default(),
            file: self.file.as_deref(),
            setting: shown(self.requests)
                .filter(|_| self.class() == Class::Handler)
                .map(|requests| Setting::of(HANDLER_REQUESTS, Operation::Add, None, Some(requests))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_class_and_section_follow_from_what_is_told() {
        use Kind::{Handler, IsapiFilter, Managed, Native};
        use Section::{GlobalModules, Handlers, HttpModules, IsapiFilters, Modules};
        const DLL: &str = "C:\\x.dll";
        const TYPE: &str = "A.B, C";
        for (section, kind, image, type_name, expected) in [
            (None, None, DLL, "", (Some(Native), GlobalModules, true)),
            (None, None, "", TYPE, (Some(Managed), Modules, false)),
            (None, None, DLL, TYPE, (Some(Native), GlobalModules, true)),
            (None, None, " ", "\t", (None, GlobalModules, true)),
            (None, Some(IsapiFilter), DLL, "", (Some(IsapiFilter), IsapiFilters, false)),
            (None, Some(Handler), DLL, "", (Some(Handler), Handlers, false)),
            (None, Some(Native), "", "", (Some(Native), GlobalModules, false)),
            (Some(GlobalModules), None, "", "", (Some(Native), GlobalModules, false)),
            (Some(Modules), None, "", TYPE, (Some(Managed), Modules, false)),
            (Some(Modules), None, "", "", (Some(Native), Modules, false)),
            (Some(HttpModules), None, "", TYPE, (Some(Managed), HttpModules, false)),
            (Some(IsapiFilters), None, DLL, "", (Some(IsapiFilter), IsapiFilters, false)),
            (Some(Handlers), None, DLL, TYPE, (Some(Handler), Handlers, false)),
        ] {
            let row = Registration { section, kind, name: "X", image, type_name, ..Registration::default() };
            assert!(!row.contradicts_itself(), "{row:?}");
            let subject = row.subject("h", 0, false);
            assert_eq!((subject.kind, subject.section, subject.or_filter), expected, "{row:?}");
            assert_eq!(subject.class, subject.kind.map_or(Class::Module, Kind::class), "{row:?}");
            assert_eq!((subject.image, subject.type_name), (shown(image), shown(type_name)));
        }
    }

    #[test]
    fn what_no_entry_can_be() {
        use Kind::{Handler, IsapiFilter, Managed, Native};
        use Section::{GlobalModules, Handlers, HttpModules, IsapiFilters, Modules};
        for (section, kind, image, type_name) in [
            (Some(GlobalModules), Some(IsapiFilter), "x.dll", ""),
            (Some(GlobalModules), None, "", "A.B"),
            (Some(Modules), Some(Handler), "", "A.B"),
            (Some(HttpModules), None, "x.dll", ""),
            (Some(HttpModules), Some(Native), "", ""),
            (Some(IsapiFilters), None, "", "A.B"),
            (Some(Handlers), Some(Managed), "", "A.B"),
            (None, Some(Managed), "x.dll", ""),
            (None, Some(Native), "", "A.B"),
        ] {
            let row = Registration { section, kind, name: "X", image, type_name, ..Registration::default() };
            assert!(row.contradicts_itself(), "{row:?}");
        }
        let clear = Registration { operation: ListOperation::Clear, ..Registration::default() };
        assert!(!clear.contradicts_itself());
        assert!(Registration { name: "X", ..clear }.contradicts_itself());
    }

    #[test]
    fn what_an_entry_does_is_its_action() {
        for (operation, kind, action) in [
            (ListOperation::Add, Some(Kind::Native), Action::Present),
            (ListOperation::Remove, None, Action::Removed),
            (ListOperation::Clear, None, Action::Cleared),
        ] {
            let row = Registration { section: Some(Section::Modules), operation, ..Registration::default() };
            let subject = row.subject("h", 0, false);
            assert_eq!((subject.kind, subject.action), (kind, action));
        }
    }
}
