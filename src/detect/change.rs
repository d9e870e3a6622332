//! The change level: all rows of one key within one commit become one [`Change`].
//!
//! Pure: the order of the parts does not matter, and a part that comes twice counts once.

use std::collections::BTreeMap;

use super::part::{Part, PartChange};
use crate::iis::{Action, Class, Element, Kind, Level, Operation, Section, Subject, ValueSource};

/// One merged change. Texts are as written in the events; empty when unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The name is a new value of the `name` attribute and differs from the key of the path.
    pub renamed: bool,
    /// The last image written.
    pub image: Option<String>,
    /// The last managed type written.
    pub type_name: Option<String>,
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
    /// Record number of the first row.
    pub record: String,
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

    /// The change as something to decide on.
    #[must_use]
    pub fn subject<'a>(&'a self, host: &'a str) -> Subject<'a> {
        Subject {
            level: Level::Change,
            class: self.class,
            kind: self.kind,
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
            config_path: &self.config_path,
            location: &self.location,
            host,
            actor: &self.actor,
            time: self.time,
            time_assumed: false,
        }
    }
}

/// Merges the rows of one key within one commit; `None` when there are none.
#[must_use]
pub fn merge(parts: Vec<Part<'_>>) -> Option<Change> {
    let parts = one_rendering_each(parts);
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

/// Orders the parts by record number and time, and keeps one rendering of each event: the one that shows most.
fn one_rendering_each(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut best: BTreeMap<(u64, i64, String), Part<'_>> = BTreeMap::new();
    for part in parts {
        let record: u64 = part.record.parse().unwrap_or_default();
        // Within one commit a record number names one event; without it, only an identical row is the same event.
        let identity =
            if record == 0 { (0, part.time, format!("{part:?}")) } else { (record, 0, String::new()) };
        match best.get_mut(&identity) {
            Some(kept) if shows(&part) > shows(kept) => *kept = part,
            Some(_) => {}
            None => {
                best.insert(identity, part);
            }
        }
    }
    best.into_values().collect()
}

/// How much a rendering shows: event data before text with values before text without before unreadable text. The
/// text itself breaks a tie, so that the order of the parts does not matter.
fn shows<'p>(part: &'p Part<'_>) -> (u8, i64, &'p str) {
    let rank = match part.change.as_ref().map(|c| c.source) {
        None => 0,
        Some(None) => 1,
        Some(Some(ValueSource::Fallback)) => 2,
        Some(Some(ValueSource::Message)) => 3,
        Some(Some(ValueSource::EventData)) => 4,
    };
    (rank, part.time, part.actor.as_ref())
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
        if is_image || is_type {
            // A deletion of the attribute shows the value that goes, not one that comes.
            let slot = if is_image { &mut change.image } else { &mut change.type_name };
            if row.operation != Operation::Delete {
                if let Some(new) = new {
                    *slot = Some(new.to_owned());
                    change.source = row.source;
                }
                change.value_unseen |= row.new.is_none();
            }
            if change.old.is_none() {
                change.old = old.map(str::to_owned);
            }
        } else if attribute == "preCondition" && new.is_some() {
            change.precondition = new.map(str::to_owned);
        } else if attribute == "name"
            && row.element == Element::Add
            && new.is_some_and(|name| name != change.name)
        {
            new.unwrap_or_default().clone_into(&mut change.name);
            change.renamed = true;
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

/// Which kinds of rows a change has.
#[derive(Default)]
struct Rows {
    added: bool,
    deleted: bool,
    disabled: bool,
    restored: bool,
    cleared: bool,
    whole_list: bool,
    hidden_add: usize,
    hidden_remove: usize,
    hidden_sections: Vec<Section>,
    name_of_add: bool,
    name_of_remove: bool,
    type_row: bool,
    attribute_of_add: bool,
}

impl Rows {
    fn of(rows: &[&PartChange<'_>]) -> Self {
        let mut seen = Self::default();
        for row in rows {
            match (row.element, row.attribute.as_ref(), row.operation) {
                (Element::Clear, ..) | (Element::Section, _, Operation::Delete) => seen.cleared = true,
                (Element::Section, ..) => seen.whole_list = true,
                (Element::Add, "", Operation::Add) => seen.added = true,
                (Element::Add, "", Operation::Delete) => seen.deleted = true,
                (Element::Remove, "", Operation::Add) => seen.disabled = true,
                (Element::Remove, "", Operation::Delete) => seen.restored = true,
                (Element::Add, "", Operation::Hidden) => {
                    if seen.hidden_sections.contains(&row.section) {
                        seen.hidden_add += 1;
                    } else {
                        seen.hidden_sections.push(row.section);
                    }
                    seen.hidden_add += 1;
                }
                (Element::Remove, "", Operation::Hidden) => seen.hidden_remove += 1,
                (_, "", Operation::Modify) => {}
                (Element::Add, attribute, _) => {
                    seen.attribute_of_add = true;
                    seen.name_of_add |= attribute == "name";
                    seen.type_row |= attribute == "type";
                }
                (Element::Remove, attribute, _) => seen.name_of_remove |= attribute == "name",
            }
        }
        seen
    }

    fn kind(&self, section: Section) -> Option<Kind> {
        match section {
            Section::GlobalModules => Some(Kind::Native),
            Section::HttpModules => Some(Kind::Managed),
            Section::IsapiFilters => Some(Kind::IsapiFilter),
            Section::Handlers => Some(Kind::Handler),
            Section::Modules if self.type_row => Some(Kind::Managed),
            // `modules` lists a native module by its name alone: an addition without a type is one.
            Section::Modules if self.name_of_add => Some(Kind::Native),
            Section::Modules => None,
        }
    }

    /// The action, and whether it is inferred.
    fn action(&self, change: &Change) -> (Action, bool) {
        if self.cleared {
            return (Action::Cleared, false);
        }
        if self.whole_list {
            return (Action::Changed, false);
        }
        let inferred = self.hidden_add + self.hidden_remove > 0;
        // Hidden operations: an added element brings its key attribute as a row of its own (recorded for other
        // sections), a removed one does not (inferred). Two element rows of one section are both.
        let twice = self.hidden_add > self.hidden_sections.len();
        let added = self.added || (self.hidden_add > 0 && self.name_of_add);
        let deleted = self.deleted || (self.hidden_add > 0 && (!self.name_of_add || twice));
        let disabled = self.disabled || (self.hidden_remove > 0 && self.name_of_remove);
        let restored = self.restored || (self.hidden_remove > 0 && !self.name_of_remove);
        let action = match (added, deleted || disabled, restored) {
            (true, true, _) if self.alike(change) => Action::Reordered,
            (true, true, _) => Action::Replaced,
            (true, false, _) => Action::Added,
            (false, true, _) => Action::Removed,
            (false, false, true) => Action::Restored,
            (false, false, false) => Action::Modified,
        };
        (action, inferred)
    }

    /// Removed and added alike: nothing shows that another image or type came than went.
    fn alike(&self, change: &Change) -> bool {
        let differs = change.old.is_some() && change.old != change.image && change.old != change.type_name;
        !self.disabled && self.hidden_remove == 0 && !differs && !change.value_unseen
    }
}
