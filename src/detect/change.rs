//! The change level: all rows of one group of [`super::commit`] become one [`Change`].
//!
//! Pure: the order of the parts does not matter, and a part that comes twice counts once.

mod renderings;
mod rows;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::finding_id::finding_id;
use super::part::{Part, PartChange};
use super::time::{self, SECOND};
use super::verdict::Verdict;
use crate::iis::{Action, Class, Element, Kind, Level, Operation, Section, Subject, ValueSource};
use rows::Rows;

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
    /// Record number of the first row.
    pub record: String,
}

/// A value that did not stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overwritten {
    /// An image path.
    Image(String),
    /// A managed type.
    Type(String),
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
        finding_id(host, key, verdict.as_str(), identity, &first)
    }

    /// Each value that did not stay, as something to decide on: whoever puts a DLL in place and the old one back within
    /// one change has had it loaded all the same.
    pub fn overwritten<'a>(&'a self, host: &'a str) -> impl Iterator<Item = Subject<'a>> {
        let last = self.subject(host);
        self.overwritten.iter().map(move |value| match value {
            Overwritten::Image(image) => Subject { image: Some(image), overwritten: true, ..last },
            Overwritten::Type(type_name) => Subject { type_name: Some(type_name), overwritten: true, ..last },
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
            overwritten: false,
            config_path: &self.config_path,
            location: &self.location,
            host,
            actor: &self.actor,
            time: self.time,
            time_assumed: self.time_assumed,
            file: None,
        }
    }
}

/// Merges the rows of one change; `None` when there are none.
#[must_use]
pub fn merge(parts: Vec<Part<'_>>) -> Option<Change> {
    let parts = renderings::events(parts);
    let first = parts.first()?;
    let mut change = Change {
        unparsed: None,
        class: Class::Module,
        kind: None,
        section: Section::Modules,
        name: String::new(),
        renamed: false,
        image: None,
        type_name: None,
        overwritten: Vec::new(),
        precondition: None,
        old: None,
        attribute: String::new(),
        action: Action::Changed,
        inferred: false,
        value_unseen: false,
        source: None,
        rows: parts.len(),
        config_path: String::new(),
        location: String::new(),
        actor: actor(&parts),
        process: parts
            .iter()
            .map(|p| p.process.as_ref())
            .find(|p| !p.is_empty())
            .unwrap_or_default()
            .to_owned(),
        time: parts.iter().map(|p| p.time).min().unwrap_or_default(),
        time_assumed: parts.iter().any(|p| p.time_assumed),
        record: first.record.as_ref().to_owned(),
    };
    let rows: Vec<&PartChange<'_>> = parts.iter().filter_map(|p| p.change.as_ref()).collect();
    let Some(row) = rows.first() else {
        change.unparsed = Some(first.unparsed.as_deref().unwrap_or_default().to_owned());
        return Some(change);
    };
    change.section =
        rows.iter().map(|r| r.section).find(|s| *s == Section::GlobalModules).unwrap_or(row.section);
    change.class = change.section.class();
    row.name.as_ref().clone_into(&mut change.name);
    row.config_path.as_ref().clone_into(&mut change.config_path);
    row.location.as_ref().clone_into(&mut change.location);
    take_values(&mut change, &rows);
    let seen = Rows::of(&rows);
    change.kind = seen.kind(change.section);
    (change.action, change.inferred) = seen.action(&change);
    Some(change)
}

/// The actor of the change: an application pool where one took part (the worst case is the one to show), else the
/// first that is known.
fn actor(parts: &[Part<'_>]) -> String {
    let known = || parts.iter().map(|p| p.actor.as_ref()).filter(|a| !a.is_empty());
    known()
        .find(|a| super::severity::is_app_pool(a))
        .or_else(|| known().next())
        .unwrap_or_default()
        .to_owned()
}

fn take_values(change: &mut Change, rows: &[&PartChange<'_>]) {
    for row in rows {
        let new = row.new.as_deref().filter(|v| !v.is_empty());
        let old = row.old.as_deref().filter(|v| !v.is_empty());
        let attribute = row.attribute.as_ref();
        let is_image = Some(attribute) == row.section.image_attribute();
        let is_type = attribute == "type";
        // A deletion of the attribute shows the value that goes, unless it shows another one that comes: the number of the
        // operation is no proof (recorded: a change of value as number 1).
        let comes = row.operation != Operation::Delete || old.is_some_and(|old| Some(old) != new);
        if is_image || is_type {
            if let Some(new) = new.filter(|_| comes) {
                let slot = if is_image { &mut change.image } else { &mut change.type_name };
                if let Some(before) = slot.replace(new.to_owned()).filter(|before| before != new) {
                    let kind = if is_image { Overwritten::Image } else { Overwritten::Type };
                    change.overwritten.push(kind(before));
                }
                change.source = row.source;
            }
            change.value_unseen |= hides_value(row);
            if change.old.is_none() {
                change.old = old.map(str::to_owned);
            }
        } else if attribute == "preCondition" && comes && new.is_some() {
            change.precondition = new.map(str::to_owned);
        } else if let ("name", Element::Add, Some(new)) = (attribute, row.element, new) {
            // Whether the path of a rename has the old or the new name is not known: either value tells.
            change.renamed |= new != change.name || old.is_some_and(|old| old != new);
            new.clone_into(&mut change.name);
        }
        if let Some(image) =
            row.appended_image.as_deref().filter(|image| !image.is_empty() && change.image.is_none())
        {
            change.image = Some(image.to_owned());
            change.source = row.source;
        }
    }
    chief_attribute(rows).clone_into(&mut change.attribute);
}

/// What a change without an element row is about: the image or type before the name before anything else. Empty where
/// the element itself came or went.
fn chief_attribute<'r>(rows: &[&'r PartChange<'_>]) -> &'r str {
    if rows.iter().any(|row| row.attribute.is_empty()) {
        return "";
    }
    let rank = |row: &PartChange<'_>| match row.attribute.as_ref() {
        attribute if Some(attribute) == row.section.image_attribute() => 0,
        "type" => 1,
        "name" => 2,
        _ => 3,
    };
    rows.iter().min_by_key(|row| (rank(row), row.attribute.as_ref())).map_or("", |row| row.attribute.as_ref())
}

/// Whether a row wrote an image or a type and its rendering hides the value.
fn hides_value(row: &PartChange<'_>) -> bool {
    let attribute = row.attribute.as_ref();
    let is_identity = Some(attribute) == row.section.image_attribute() || attribute == "type";
    is_identity && row.operation != Operation::Delete && row.new.is_none()
}
