//! What a worker process gets at one place.

use std::sync::Arc;

use super::host::Server;
use super::inherit::{Held, inherited};
use super::level::{self, Level};
use super::trouble::{Code, Trouble, Weight};
use crate::iis::Section;
use crate::origin::Origin;

/// How far what is told of a place can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Everything was read, and IIS takes it.
    Complete,
    /// A part of it is not at hand.
    Incomplete,
    /// IIS refuses it; what is written is told all the same.
    Invalid,
    /// A file of it could not be read.
    Unreadable,
}

impl State {
    /// The word in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Invalid => "invalid",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A module that runs at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enabled<'s> {
    /// Its name.
    pub name: &'s str,
    /// The DLL, of a native module that is registered.
    pub image: Option<&'s str>,
    /// The type, of a managed one.
    pub type_name: Option<&'s str>,
    /// Where it is enabled.
    pub origin: &'s Origin,
}

/// The modules of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective<'s> {
    /// The place, as it was asked for.
    pub place: String,
    /// How far the lists can be relied on.
    pub state: State,
    /// In the order in which they run.
    pub modules: Vec<Enabled<'s>>,
    /// Native modules that are registered and not enabled here: every worker process loads them all the same.
    pub registered_only: Vec<&'s str>,
    /// What is wrong.
    pub troubles: Vec<Trouble>,
}

impl Server {
    /// The modules of a site, application or folder (`Shop/api`), or of the server, which is the empty place.
    #[must_use]
    pub fn effective(&self, place: &str) -> Effective<'_> {
        let asked = place.trim_matches('/');
        let modules = inherited(self, Section::Modules, asked);
        let registered = inherited(self, Section::GlobalModules, "");
        let mut troubles = self.troubles_of(asked);
        troubles.extend(registered.troubles);
        troubles.extend(modules.troubles);
        let image = |name: &str| {
            let is_named = |held: &&Held<'_>| held.entry.name.as_deref() == Some(name);
            registered.held.iter().find(is_named).map(|held| held.entry.image.as_str())
        };
        // What IIS refuses as a whole does not get so far as to miss a module.
        let is_sound = state(&troubles) < State::Invalid && self.own().is_some();
        let mut enabled = Vec::new();
        for held in &modules.held {
            let name = held.entry.name.as_deref().unwrap_or_default();
            let type_name = Some(held.entry.type_name.as_str()).filter(|text| !text.is_empty());
            let image = image(name).filter(|_| type_name.is_none());
            if is_sound && type_name.is_none() && image.is_none() {
                let what = format!("`{name}` is enabled, but no module of this name is registered");
                troubles.push(Trouble::new(Code::Dangling, held.entry.origin.clone(), what));
            }
            enabled.push(Enabled { name, image, type_name, origin: &held.entry.origin });
        }
        let names = registered.held.iter().filter_map(|held| held.entry.name.as_deref());
        let registered_only =
            names.filter(|name| enabled.iter().all(|module| module.name != *name)).collect();
        Effective {
            place: place.to_owned(),
            state: state(&troubles),
            modules: enabled,
            registered_only,
            troubles,
        }
    }

    /// What is wrong with the files of a place and of all above it.
    fn troubles_of(&self, place: &str) -> Vec<Trouble> {
        let is_above = |level: &Level| match level {
            Level::Place(own) => level::relative(place, own).is_some(),
            _ => true,
        };
        let unread = self.unread.iter().filter(|(level, _)| is_above(level)).map(|(_, trouble)| trouble);
        let configs = self.configs.iter().filter(|(level, _)| is_above(level));
        let mut troubles: Vec<Trouble> = unread.cloned().collect();
        for (level, config) in configs {
            troubles.extend_from_slice(&config.troubles);
            if *level == Level::Unknown {
                let what = "nothing tells which site or application the file is of (--place says it)";
                troubles.push(Trouble::new(
                    Code::NotResolved,
                    Origin::of_file(Arc::clone(&config.file)),
                    what,
                ));
            }
            let misplaced = config.listings.iter().filter(|listing| {
                listing.section == Section::GlobalModules && matches!(level, Level::Place(_))
            });
            troubles.extend(misplaced.map(|listing| {
                let what = "the section globalModules is the server's alone";
                Trouble::new(Code::NotAllowedHere, listing.origin.clone(), what)
            }));
        }
        troubles
    }
}

fn state(troubles: &[Trouble]) -> State {
    match troubles.iter().map(|trouble| trouble.code.weight()).max() {
        None | Some(Weight::Told) => State::Complete,
        Some(Weight::Incomplete) => State::Incomplete,
        Some(Weight::Invalid) => State::Invalid,
        Some(Weight::Unreadable) => State::Unreadable,
    }
}
