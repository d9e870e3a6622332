//! All rows of one group of [`super::commit`] become one [`Change`].
//!
//! Pure: the order of the parts does not matter, and a part that comes twice counts once.

mod renderings;
mod rows;
mod setting;
#[cfg(test)]
mod tests;

use super::change::{Change, Overwritten};
use super::part::{Part, PartChange};
use super::severity;
use crate::iis::setting::HANDLER_REQUESTS;
use crate::iis::{Action, Class, Clock, Element, Operation, Section};
use rows::{Rows, hides_value};

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
        under_remove: false,
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
        clock: Clock { indexed: farthest(&parts), fell: false },
        record: first.record.as_ref().to_owned(),
        setting: None,
        attempted: parts.iter().all(|part| part.change.as_ref().is_some_and(|change| change.attempted)),
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
    if change.section == Section::Other {
        change.setting = setting::of(row.attribute.as_ref(), &rows, &mut change.overwritten);
        change.source = rows.iter().rev().find_map(|row| row.source);
        return Some(change);
    }
    let requests: Vec<&PartChange<'_>> = rows
        .iter()
        .copied()
        .filter(|row| row.section == Section::Handlers && row.attribute == "path")
        .collect();
    change.setting = setting::of(HANDLER_REQUESTS, &requests, &mut change.overwritten);
    take_values(&mut change, &rows);
    let shows_none = change.image.is_none() && change.type_name.is_none();
    change.under_remove =
        change.class.is_module() && shows_none && rows.iter().all(|row| row.element == Element::Remove);
    let seen = Rows::of(&rows);
    change.kind = seen.kind(change.section);
    (change.action, change.inferred) = seen.action(&change);
    Some(change)
}

/// The actor of the change: an application pool where one took part (the worst case is the one to show), else the
/// first that is known.
fn actor(parts: &[Part<'_>]) -> String {
    let known = || parts.iter().map(|p| p.actor.as_ref()).filter(|a| !a.is_empty());
    known().find(|a| severity::is_app_pool(a)).or_else(|| known().next()).unwrap_or_default().to_owned()
}

/// The time of indexing that is farthest from its row's own.
fn farthest(parts: &[Part<'_>]) -> Option<i64> {
    let far = parts.iter().filter_map(|part| Some((part.indexed?, part.time)));
    far.max_by_key(|(indexed, time)| indexed.abs_diff(*time)).map(|(indexed, _)| indexed)
}

fn take_values(change: &mut Change, rows: &[&PartChange<'_>]) {
    let mut gone = None;
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
            } else if let Some(new) = new {
                gone = Some((is_image, new, row.source));
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
    // So what a deletion shows is there as long as nothing says that it went: no other value, and no element that went.
    let goes = |row: &&PartChange<'_>| {
        row.attribute.is_empty()
            && (row.element != Element::Add || !matches!(row.operation, Operation::Add | Operation::Modify))
    };
    let alone = change.image.is_none() && change.type_name.is_none() && !rows.iter().any(goes);
    if let Some((is_image, value, source)) = gone.filter(|_| alone) {
        let slot = if is_image { &mut change.image } else { &mut change.type_name };
        *slot = Some(value.to_owned());
        change.source = source;
    }
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
