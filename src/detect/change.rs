//! The change level: what all rows of one commit say together.

use std::borrow::Cow;

use super::finding_id::finding_id;
use super::time::{self, SECOND};
use super::verdict::Verdict;
use crate::iis::{
    Action, Class, Clock, Kind, Level, Operation, Secret, Section, Setting, Subject, ValueSource,
};

/// One merged change. Texts are as written in the events; empty when unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them go together")]
pub struct Change {
    /// Why the event could not be read; then nothing else but actor, process, time and record is known.
    pub unparsed: Option<String>,
    /// Module, ISAPI filter or handler.
    pub class: Class,
    /// Native or managed, where the rows tell.
    pub kind: Option<Kind>,
    /// `globalModules` where any row is in it, else the section of the rows.
    pub section: Section,
    /// Name; empty for a clear.
    pub name: String,
    /// The name is a new value of the `name` attribute in place of another one.
    pub renamed: bool,
    /// The last image written.
    pub image: Option<String>,
    /// The last managed type written.
    pub type_name: Option<String>,
    /// The images and types that were written before and are overwritten by another one in the same change.
    pub overwritten: Vec<Overwritten>,
    /// The last preCondition written.
    pub precondition: Option<String>,
    /// The image or type before the change, where shown.
    pub old: Option<String>,
    /// The chief attribute written, where the element itself neither came nor went; else empty.
    pub attribute: String,
    /// What happened.
    pub action: Action,
    /// The action is concluded from which rows are there, because the rendering hides the operation.
    pub inferred: bool,
    /// Every row is about a `remove` element: nothing is registered by it.
    pub under_remove: bool,
    /// Image or type was written, but the rendering hides the value.
    pub value_unseen: bool,
    /// The rendering that gave the image or type.
    pub source: Option<ValueSource>,
    /// How many rows were merged.
    pub rows: usize,
    /// Configuration path.
    pub config_path: String,
    /// Location path.
    pub location: String,
    /// SID or user.
    pub actor: String,
    /// Process id.
    pub process: String,
    /// Time of the first row, microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// The time of a row was not its own but that of the search or the scan.
    pub time_assumed: bool,
    /// What speaks against the time.
    pub clock: Clock,
    /// Record number of the first row.
    pub record: String,
    /// The setting that it is about, or the requests that a handler takes.
    pub setting: Option<ChangedSetting>,
    /// It was not made: its events say that it failed.
    pub attempted: bool,
}

/// What the rows of a change say of a setting, as [`Setting`] has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedSetting {
    /// Configuration path.
    pub path: String,
    /// What was done last.
    pub operation: Operation,
    /// The last value that stayed.
    pub value: Option<String>,
    /// The value before the change, where shown.
    pub old: Option<String>,
    /// The last value is hidden by its rendering.
    pub unseen: bool,
    /// What is told of a value that is not copied.
    pub secret: Option<Secret>,
}

impl ChangedSetting {
    fn setting(&self) -> Setting<'_> {
        Setting {
            path: &self.path,
            operation: self.operation,
            value: self.value.as_deref(),
            old: self.old.as_deref(),
            unseen: self.unseen,
            secret: self.secret,
        }
    }
}

/// A value that did not stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overwritten {
    /// An image path.
    Image(String),
    /// A managed type.
    Type(String),
    /// The value of a setting.
    Value(String),
}

impl Change {
    /// Where the image or type was read: the rendering of the one row there is, or `commit` when it was joined with
    /// other rows of the same commit.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self.source {
            None => "",
            Some(_) if self.rows > 1 => "commit",
            Some(source) => source.as_str(),
        }
    }

    /// The id of a finding about this change. Where no record number tells it from a later change of the same key, the
    /// second of its first row does.
    #[must_use]
    pub fn finding_id(&self, host: &str, key: &str, verdict: Verdict, identity: &str) -> String {
        let second = || time::format(self.time.div_euclid(SECOND) * SECOND);
        let first = match self.record.as_str() {
            "" if !self.time_assumed => Cow::Owned(second()),
            record => Cow::Borrowed(record),
        };
        finding_id([host, key, verdict.as_str(), identity, &first], None)
    }

    /// Each value that did not stay, as something to decide on: whoever puts a DLL in place and the old one back within
    /// one change has had it loaded all the same.
    pub fn overwritten<'a>(&'a self, host: &'a str) -> impl Iterator<Item = Subject<'a>> {
        let last = self.subject(host);
        self.overwritten.iter().map(move |value| match value {
            Overwritten::Image(image) => Subject { image: Some(image), overwritten: true, ..last },
            Overwritten::Type(type_name) => Subject { type_name: Some(type_name), overwritten: true, ..last },
            Overwritten::Value(value) => {
                let setting = last.setting.map(|setting| Setting {
                    operation: Operation::Modify,
                    value: Some(value),
                    unseen: false,
                    ..setting
                });
                Subject { setting, overwritten: true, ..last }
            }
        })
    }

    /// The change as it ends, as something to decide on.
    #[must_use]
    pub fn subject<'a>(&'a self, host: &'a str) -> Subject<'a> {
        Subject {
            level: Level::Change,
            class: self.class,
            kind: self.kind,
            or_filter: false,
            section: self.section,
            name: &self.name,
            image: self.image.as_deref(),
            type_name: self.type_name.as_deref(),
            precondition: self.precondition.as_deref(),
            old: self.old.as_deref(),
            attribute: &self.attribute,
            action: self.action,
            value_unseen: self.value_unseen,
            renamed: self.renamed,
            inferred: self.inferred,
            under_remove: self.under_remove,
            overwritten: false,
            config_path: &self.config_path,
            location: &self.location,
            host,
            actor: &self.actor,
            time: self.time,
            time_assumed: self.time_assumed,
            clock: self.clock,
            file: None,
            setting: self.setting.as_ref().map(ChangedSetting::setting),
        }
    }
}
