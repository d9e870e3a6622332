//! A setting that stands in a configuration file.

use super::part;
use crate::iis::{Action, Class, Clock, FileFacts, Level, Operation, Section, Setting, Subject};

/// A setting as a configuration file has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configured<'a> {
    /// Its configuration path, in the form of event 29.
    pub path: &'a str,
    /// Its value; `None` for a `remove` or `clear`.
    pub value: Option<&'a str>,
    /// The level of the file, as a configuration path.
    pub config_path: &'a str,
    /// The location that it stands in.
    pub location: &'a str,
    /// What is known of the file that it names.
    pub file: Option<&'a FileFacts<'a>>,
}

impl<'a> Configured<'a> {
    /// Before it is known whether the setting is watched.
    pub(super) fn subject(&self, host: &'a str, time: i64) -> Subject<'a> {
        Subject {
            level: Level::Inventory,
            class: Class::Setting,
            kind: None,
            or_filter: false,
            section: Section::Other,
            name: self.path,
            image: None,
            type_name: None,
            precondition: None,
            old: None,
            attribute: "",
            action: Action::Present,
            value_unseen: false,
            renamed: false,
            inferred: false,
            under_remove: false,
            overwritten: false,
            config_path: self.config_path,
            location: self.location,
            host,
            actor: "",
            time,
            clock: Clock::default(),
            time_assumed: false,
            file: self.file,
            setting: Some(Setting::of(self.path, Operation::Add, None, self.value.or(Some("")))),
        }
    }

    /// Its key, which is that of the change that writes it.
    pub(super) fn key(&self) -> String {
        part::key(Class::Setting, self.config_path, self.location, self.path)
    }
}
