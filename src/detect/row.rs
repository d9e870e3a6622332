//! The row level: one event row as something to decide on.

use crate::event::Event;
use crate::iis::setting::HANDLER_REQUESTS;
use crate::iis::{Clock, ConfigChange, Kind, Level, Operation, Section, Setting, Subject};

/// Puts a host name into `lower` in lower case.
pub fn lower_case(host: &str, lower: &mut String) {
    lower.clear();
    if host.is_ascii() {
        lower.push_str(host);
        lower.make_ascii_lowercase();
    } else {
        lower.extend(host.chars().flat_map(char::to_lowercase));
    }
}

/// The subject of one change row. `host` is in lower case, `time` in microseconds since 1970-01-01T00:00Z; with it whether it is
/// assumed, and what speaks against it.
#[must_use]
pub fn subject<'a>(
    event: &Event<'a>,
    change: &ConfigChange<'a>,
    host: &'a str,
    time: i64,
    (time_assumed, clock): (bool, Clock),
) -> Subject<'a> {
    let shown = |attribute: &str| {
        (change.attribute == attribute).then_some(change.new).flatten().filter(|value| !value.is_empty())
    };
    let is_image = Some(change.attribute) == change.section.image_attribute();
    let is_identity = is_image || change.attribute == "type";
    let new_name = shown("name").filter(|name| *name != change.name);
    Subject {
        level: Level::Row,
        class: change.section.class(),
        kind: kind(change),
        or_filter: false,
        section: change.section,
        name: new_name.unwrap_or(change.name),
        image: change.image(),
        type_name: shown("type"),
        precondition: shown("preCondition").filter(|new| stays(change, new)),
        old: change.old.filter(|old| is_identity && !old.is_empty()),
        attribute: change.attribute,
        action: change.action(),
        value_unseen: is_identity && change.new.is_none(),
        renamed: new_name.is_some(),
        inferred: false,
        under_remove: change.section.class().is_module() && change.is_under_remove(),
        overwritten: false,
        config_path: change.config_path,
        location: change.location,
        host,
        actor: event.actor,
        time,
        time_assumed,
        clock,
        file: None,
        setting: (change.section == Section::Handlers && change.attribute == "path")
            .then(|| Setting::of(HANDLER_REQUESTS, change.operation, change.old, change.new)),
    }
}

/// A row of a section that registers no module, before it is known whether its setting is watched.
#[must_use]
pub(super) fn setting<'a>(
    event: &Event<'a>,
    change: &ConfigChange<'a>,
    host: &'a str,
    time: i64,
    of_time: (bool, Clock),
) -> Subject<'a> {
    let setting = Setting::of(change.attribute, change.operation, change.old, change.new);
    Subject { setting: Some(setting), ..subject(event, change, host, time, of_time) }
}

/// A deletion of the attribute shows the value that goes, unless it shows another one that comes.
fn stays(change: &ConfigChange<'_>, new: &str) -> bool {
    change.operation != Operation::Delete || change.old.is_some_and(|old| !old.is_empty() && old != new)
}

fn kind(change: &ConfigChange<'_>) -> Option<Kind> {
    match change.section {
        Section::GlobalModules => Some(Kind::Native),
        Section::HttpModules => Some(Kind::Managed),
        Section::IsapiFilters => Some(Kind::IsapiFilter),
        Section::Handlers => Some(Kind::Handler),
        Section::Modules if change.attribute == "type" => Some(Kind::Managed),
        Section::Modules | Section::Other => None,
    }
}
