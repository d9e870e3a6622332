//! Entries and settings of configuration files, as something to decide on.

use crate::detect::Configured;
use crate::iis::{ListOperation, Registration, Section};
use crate::server::{Entry, Level, Listing, Operation, SettingRow};

/// A setting of a file, as something to decide on. `config_path` is that of the level of the file.
pub(super) fn configured<'s>(config_path: &'s str, setting: &'s SettingRow) -> Configured<'s> {
    Configured {
        path: &setting.path,
        value: setting.value.as_deref(),
        config_path,
        location: &setting.location,
        file: None,
    }
}

/// An entry of the server's own configuration, as something to decide on.
pub(super) fn at_server<'a>(
    config_path: &'a str,
    listing: &'a Listing,
    entry: &'a Entry,
) -> Option<Registration<'a>> {
    registration(&Level::Server, config_path, listing, entry)
        .map(|seen| Registration { knows_names: true, ..seen })
}

/// An entry as something to decide on; `None` for one that registers no code.
pub(super) fn registration<'a>(
    level: &Level,
    config_path: &'a str,
    listing: &'a Listing,
    entry: &'a Entry,
) -> Option<Registration<'a>> {
    let operation = match entry.operation {
        Operation::Add => ListOperation::Add,
        Operation::Remove => ListOperation::Remove,
        Operation::Clear => ListOperation::Clear,
        // It is told as a problem.
        Operation::Unknown(_) => return None,
    };
    let is_top = listing.section != Section::HttpModules && *level == Level::Server;
    let takes_nothing = operation != ListOperation::Add && is_top && listing.location.path.is_empty();
    let is_handler = listing.section == Section::Handlers;
    let runs_nothing = is_handler && entry.image.is_empty() && entry.type_name.is_empty();
    if takes_nothing || is_handler && operation != ListOperation::Add || runs_nothing {
        return None;
    }
    Some(Registration {
        section: Some(listing.section),
        operation,
        // A list is emptied whatever name stands there.
        name: entry.name.as_deref().filter(|_| operation != ListOperation::Clear).unwrap_or_default(),
        image: &entry.image,
        type_name: &entry.type_name,
        precondition: &entry.precondition,
        requests: &entry.requests,
        config_path,
        location: &listing.location.path,
        is_collected: true,
        ..Registration::default()
    })
}
