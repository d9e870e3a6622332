//! Every entry there is: compiled in and from the site.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arcstr::Substr;

use super::builtin;
use super::column::Column;
use super::entries::Entries;
use super::entry::{Entry, EntrySource};
use super::error::AllowlistError;
use super::index::Index;
use super::packs::Profile;
use super::site::SiteFile;
use super::watched::Watched;

/// Every entry, in a fixed order; the number of an entry is the same in every [`Index`] made from one catalogue.
#[derive(Debug, Clone)]
pub struct Catalogue {
    entries: Arc<Entries>,
}

impl Catalogue {
    /// The compiled-in entries and those of a site's file. Fails with the first error of the file.
    ///
    /// A disabled row of the file whose id is that of a compiled-in entry switches that entry off.
    pub fn new(site: SiteFile) -> Result<Self, AllowlistError> {
        let (catalogue, errors) = Self::forgiving(site)?;
        match errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(catalogue),
        }
    }

    /// As [`Catalogue::new`], with what can be used of a file that is not sound, and every error of it. `Err` only for
    /// broken compiled-in data.
    pub fn forgiving(site: SiteFile) -> Result<(Self, Vec<AllowlistError>), AllowlistError> {
        let builtin = builtin::entries()?;
        let mut watched = Watched::builtin()?;
        let mut errors = site.errors;
        let mut switched_off: HashSet<Substr> = HashSet::new();
        // The list of a large file stays where it is.
        let mut entries = site.entries;
        entries.retain(|entry| {
            if entry.enabled {
                return true;
            }
            let is_entry = builtin.iter().any(|shipped| shipped.id == entry.id);
            let error = switch_error(entry, is_entry || watched.has(&entry.id), &site.file);
            if error.is_none() && is_entry {
                switched_off.insert(entry.id.clone());
            } else if error.is_none() {
                watched.switch_off(&entry.id);
            }
            let is_sound = error.is_none();
            errors.extend(error);
            is_sound
        });
        entries.extend(site.salvaged);
        let switched = builtin.into_iter().map(|entry| {
            let enabled = entry.enabled && !switched_off.contains(&entry.id);
            Entry { enabled, ..entry }
        });
        entries.splice(0..0, switched);
        errors.sort_by_key(AllowlistError::line);
        Ok((Self { entries: Arc::new(Entries::new(entries, site.damage, watched)) }, errors))
    }

    /// The entries by number.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries.list
    }

    /// The watched settings, and the values that are known there.
    #[must_use]
    pub fn watched(&self) -> &Watched {
        &self.entries.watched
    }

    /// Prepares the entries for the hosts of one profile.
    #[must_use]
    pub fn index(&self, profile: &Profile) -> Index {
        Index::new(&self.entries, profile)
    }

    /// The entries that list a name on all hosts: what a name can be made to look like. Not those of packs: they hold parts of
    /// their products, and the other parts must not look worse where the pack is chosen.
    pub fn known(&self) -> impl Iterator<Item = &Entry> {
        self.entries.list.iter().filter(|entry| {
            entry.enabled
                && match entry.source {
                    EntrySource::Baseline => true,
                    EntrySource::Site => entry.is_exact_allow() && !entry.name.is_empty(),
                    _ => false,
                }
        })
    }

    /// The packs that are compiled in, with the products each covers, sorted by name.
    #[must_use]
    pub fn packs(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut packs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for entry in &self.entries.list {
            if let EntrySource::Pack(name) = &entry.source {
                let products = packs.entry(name).or_default();
                if !products.contains(&entry.about.as_str()) {
                    products.push(&entry.about);
                }
            }
        }
        packs
    }
}

/// A disabled row that says nothing but an id must name a compiled-in entry: a mistyped id would switch off nothing.
pub(super) fn switch_error(entry: &Entry, is_shipped: bool, file: &str) -> Option<AllowlistError> {
    let is_switch =
        !entry.enabled && entry.name.is_empty() && entry.image.is_empty() && entry.type_name.is_empty();
    (is_switch && !is_shipped).then(|| AllowlistError::Cell {
        file: file.to_owned(),
        line: entry.line,
        column: Column::Id.as_str(),
        expected: "the id of a baseline, pack or threat entry, or of a watched setting, in a disabled row that has nothing else"
            .to_owned(),
        found: entry.id.to_string(),
    })
}
