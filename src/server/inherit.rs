//! What a section holds at a place: the entries of all levels above, applied one after the other.

use super::config::Config;
use super::entry::{Entry, Listing, Operation, OverrideMode};
use super::host::Server;
use super::level::{self, Level};
use super::trouble::{Code, Trouble};
use crate::iis::Section;
use crate::origin::Origin;

/// An entry that holds at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'s> {
    pub entry: &'s Entry,
    /// Which file, and which location in it: an item that this very one wrote is not locked for it.
    writer: (usize, &'s str, bool),
}

/// What a section holds.
#[derive(Debug, Default)]
pub(super) struct Inherited<'s> {
    pub held: Vec<Held<'s>>,
    pub troubles: Vec<Trouble>,
    /// What levels below must not write, and whether they may write the section at all.
    locked_elements: Vec<&'s str>,
    mode: Option<OverrideMode>,
}

/// Reads what a section holds at a place; that of the server is the empty place.
pub(super) fn inherited<'s>(server: &'s Server, section: Section, place: &str) -> Inherited<'s> {
    let levels: Vec<&str> = std::iter::once("")
        .chain(place.match_indices('/').filter_map(|(at, _)| place.get(..at)))
        .chain(Some(place).filter(|place| !place.is_empty()))
        .collect();
    let own = |place: &'_ str| server.at(&Level::of(place)).collect::<Vec<_>>();
    let files: Vec<(&str, Vec<&Config>)> = levels.iter().map(|&place| (place, own(place))).collect();
    let declared = server.own().map(|config| config.declared.as_slice()).unwrap_or_default();
    let mode = declared.iter().find(|(own, _)| *own == section).map(|(_, mode)| *mode);
    let mut inherited = Inherited { mode, ..Inherited::default() };
    for &at in &levels {
        let above =
            files.iter().filter_map(|(base, configs)| Some((*base, level::relative(at, base)?, configs)));
        for (number, (base, relative, configs)) in above.enumerate() {
            for listing in configs.iter().flat_map(|config| &config.listings) {
                let is_for = listing.section == section && level::same(&listing.location.path, relative);
                let ends = !listing.location.is_inherited
                    && server.sites().is_some_and(|sites| sites.child_between(at, place));
                if is_for && !ends {
                    inherited.place(server, listing, base, at);
                    inherited.apply(listing, number);
                }
            }
        }
    }
    inherited
}

impl<'s> Inherited<'s> {
    /// Whether the section may be written there, by the file of the level `base` for the level `at`.
    fn place(&mut self, server: &Server, listing: &Listing, base: &str, at: &str) {
        let name = listing.section.as_str();
        if !base.is_empty() && self.mode == Some(OverrideMode::Deny) {
            let what = format!("the section {name} is locked for the levels below the server");
            self.tell(Code::LockViolation, &listing.origin, what);
        }
        let by_application = matches!(listing.section, Section::Modules | Section::IsapiFilters);
        let is_folder = server.sites().is_some_and(|sites| {
            let site = at.split('/').next().unwrap_or_default();
            sites.is_application(site) && !sites.is_application(at)
        });
        if by_application && !at.is_empty() && is_folder {
            let what = format!("the section {name} is written for `{at}`, which is no application");
            self.tell(Code::NotAllowedHere, &listing.origin, what);
        }
    }

    fn apply(&mut self, listing: &'s Listing, file: usize) {
        let location = &listing.location;
        let writer = (file, location.path.as_str(), location.written.is_some());
        for entry in &listing.entries {
            let element = entry.operation.element(listing.section);
            if self.locked_elements.contains(&element) {
                let what = format!("a level above has locked `{element}` in {}", listing.section.as_str());
                self.tell(Code::LockViolation, &entry.origin, what);
                if entry.operation != Operation::Add {
                    continue;
                }
            }
            self.entry(entry, listing.section, writer);
        }
        self.locked_elements.extend(listing.locked_elements.iter().map(String::as_str));
        self.mode = location.mode.or(self.mode);
    }

    fn entry(&mut self, entry: &'s Entry, section: Section, writer: (usize, &'s str, bool)) {
        let is_locked = |held: &Held<'_>| held.entry.is_locked && held.writer != writer;
        let name = entry.name.as_deref();
        let section = section.as_str();
        match &entry.operation {
            Operation::Add if name.is_none() => {
                self.tell(Code::MissingName, &entry.origin, format!("an entry of {section} has no name"));
            }
            Operation::Add => {
                if let Some(held) = self.held.iter().find(|held| held.entry.name == entry.name) {
                    let first = &held.entry.origin;
                    let what = format!("`{}` is in {section} already, by {first}", name.unwrap_or_default());
                    self.tell(Code::Duplicate, &entry.origin, what);
                } else {
                    self.held.push(Held { entry, writer });
                }
            }
            Operation::Remove => {
                let same = |held: &&Held<'_>| held.entry.name.as_deref() == name;
                if self.held.iter().find(same).is_some_and(is_locked) {
                    let what = format!(
                        "`{}` is locked by a level above and cannot be removed here",
                        name.unwrap_or_default()
                    );
                    self.tell(Code::LockViolation, &entry.origin, what);
                } else {
                    self.held.retain(|held| held.entry.name.as_deref() != name);
                }
            }
            Operation::Clear => {
                if self.held.iter().any(is_locked) {
                    let what = "the list holds what a level above has locked, and cannot be cleared here";
                    self.tell(Code::LockViolation, &entry.origin, what.to_owned());
                } else {
                    self.held.clear();
                }
            }
            Operation::Unknown(element) => {
                let what = format!("{section} cannot have an element `{element}`");
                self.tell(Code::UnknownElement, &entry.origin, what);
            }
        }
    }

    fn tell(&mut self, code: Code, origin: &Origin, what: String) {
        self.troubles.push(Trouble::new(code, origin.clone(), what));
    }
}
