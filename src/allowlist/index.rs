//! The entries as the hosts of one profile see them: what depends on their folders and packs.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::damage::{DamageIndex, Legible};
use super::entries::Entries;
use super::entry::{Effect, Entry, EntryNumber, EntrySource, Strength};
use super::globs::GlobIndex;
use super::images::image;
use super::packs::Profile;
use super::watched::{Known, Watched};
use crate::iis::{Image, ManagedType, Roots};

/// The entries as the hosts of one profile see them. Made by [`super::Catalogue::index`]. The entries themselves are there
/// once for all profiles, and an image is brought into normal form when it is first compared.
#[derive(Debug)]
pub struct Index {
    pub(super) entries: Arc<Entries>,
    pub(super) folders: Arc<Folders>,
    /// The chosen packs.
    packs: BTreeSet<String>,
    legible: Legible,
}

/// What depends on where the folders of a host lie.
#[derive(Debug)]
pub(super) struct Folders {
    pub roots: Roots,
    /// Each entry's image under these roots, as far as it was asked for.
    images: Vec<OnceLock<Option<Box<Image>>>>,
    pub globs: GlobIndex,
    pub damage: DamageIndex,
}

impl Folders {
    fn new(entries: &Entries, roots: &Roots) -> Self {
        let mut globs = GlobIndex::default();
        for &number in &entries.globs {
            if let Some(entry) = entries.list.get(number) {
                globs.insert(number, entry, image(entry, roots).as_ref(), roots);
            }
        }
        Self {
            roots: roots.clone(),
            images: std::iter::repeat_with(OnceLock::new).take(entries.list.len()).collect(),
            globs,
            damage: DamageIndex::new(&entries.damage, roots),
        }
    }
}

impl Index {
    pub(super) fn new(entries: &Arc<Entries>, profile: &Profile) -> Self {
        let folders = Arc::new(Folders::new(entries, &profile.roots));
        let legible = entries.damage.legible.max(profile.legible);
        Self { entries: Arc::clone(entries), folders, packs: profile.packs.clone(), legible }
    }

    /// The entries for the hosts of another profile, which shares what it can.
    #[must_use]
    pub fn for_profile(&self, profile: &Profile) -> Self {
        if self.folders.roots != profile.roots {
            return Self::new(&self.entries, profile);
        }
        let legible = self.entries.damage.legible.max(profile.legible);
        let (entries, folders) = (Arc::clone(&self.entries), Arc::clone(&self.folders));
        Self { entries, folders, packs: profile.packs.clone(), legible }
    }

    /// Whether the type is taken from the folder of an application though honest servers have its assembly in the global cache
    /// alone: an assembly of the .NET Framework without its key (documented: only full names are looked for there).
    #[must_use]
    pub fn is_framework_in_bin(&self, seen: &ManagedType) -> bool {
        let (Some(assembly), key) = seen.file() else { return false };
        let own = self.entries.framework.get(assembly);
        !seen.malformed && own.is_some_and(|keys| key.is_none_or(|key| !keys.contains_key(key)))
    }

    /// Whether the global cache of every server has the file that a type names: an assembly of the .NET Framework in a version
    /// that there is, by its full name.
    #[must_use]
    pub fn is_of_framework(&self, seen: &ManagedType) -> bool {
        let (Some(assembly), Some(key)) = seen.file() else { return false };
        let versions = self.entries.framework.get(assembly).and_then(|keys| keys.get(key));
        let there_is = |version: &str| versions.is_some_and(|versions| versions.contains(version));
        seen.is_full() && versions.is_some() && seen.version.as_deref().is_none_or(there_is)
    }

    /// Whether the baseline has a managed module of this name.
    #[must_use]
    pub fn has_managed(&self, name: &str) -> bool {
        let mut entries = self.entries.by_name.get(name).into_iter().flatten().filter_map(|n| self.entry(*n));
        entries.any(|e| e.source == EntrySource::Baseline && !e.type_name.is_empty())
    }

    /// Whether a listed entry has a type of this name.
    #[must_use]
    pub fn lists_type_name(&self, name: &str) -> bool {
        let numbers = self.entries.by_type_name.get(name).into_iter().flatten();
        numbers.copied().any(|number| self.is_listed(number))
    }

    /// The threat that a file with this SHA-256, in lower case, is.
    #[must_use]
    pub fn threat_of_file(&self, sha256: &str) -> Option<EntryNumber> {
        self.entries.threats.hashes.get(sha256).copied()
    }

    /// Whether an entry is one of a pack.
    #[must_use]
    pub fn is_of_pack(&self, number: EntryNumber) -> bool {
        self.entry(number).is_some_and(|entry| matches!(entry.source, EntrySource::Pack(_)))
    }

    /// The entry with this number; `None` for a number of another catalogue.
    #[must_use]
    pub fn entry(&self, number: EntryNumber) -> Option<&Entry> {
        self.entries.list.get(number)
    }

    /// An entry's image in normal form, where it has one.
    #[must_use]
    pub fn image(&self, number: EntryNumber) -> Option<&Image> {
        let image = self.folders.images.get(number)?.get_or_init(|| {
            let entry = self.entry(number).filter(|entry| entry.enabled)?;
            image(entry, &self.folders.roots).map(Box::new)
        });
        image.as_deref()
    }

    /// An entry's managed type, where it has one.
    #[must_use]
    pub fn managed_type(&self, number: EntryNumber) -> Option<&ManagedType> {
        self.entries.types.get(number).and_then(Option::as_deref)
    }

    /// Where the folders behind the variables lie on these hosts.
    #[must_use]
    pub fn roots(&self) -> &Roots {
        &self.folders.roots
    }

    /// The watched settings, and the values that are known there.
    #[must_use]
    pub fn watched(&self) -> &Watched {
        &self.entries.watched
    }

    /// Whether a known value counts on these hosts: it is of the baseline or of a chosen pack.
    #[must_use]
    pub fn is_chosen(&self, known: &Known) -> bool {
        known.pack.is_empty() || self.packs.contains(&known.pack)
    }

    /// Whether an entry lists its name as known on these hosts: baseline, chosen packs, exact site allow entries.
    #[must_use]
    pub fn is_listed(&self, number: EntryNumber) -> bool {
        self.entry(number).is_some_and(|entry| self.lists(entry))
    }

    /// How far the site's files could be read, as far as these hosts are concerned.
    #[must_use]
    pub fn legible(&self) -> Legible {
        self.legible
    }

    /// Whether a bad row of the site's file holds the id of an entry: it may have been meant to switch it off.
    #[must_use]
    pub fn is_id_in_bad_row(&self, number: EntryNumber) -> bool {
        self.entry(number).is_some_and(|entry| self.folders.damage.holds_text(&entry.id))
    }

    /// Every enabled threat entry.
    pub(super) fn threat_entries(&self) -> impl Iterator<Item = (EntryNumber, &Entry)> {
        let is_threat = |entry: &Entry| entry.enabled && matches!(entry.source, EntrySource::Threat(_));
        self.entries.list.iter().enumerate().filter(move |(_, entry)| is_threat(entry))
    }

    fn lists(&self, entry: &Entry) -> bool {
        entry.enabled
            && match &entry.source {
                EntrySource::Baseline => true,
                EntrySource::Pack(name) => self.packs.contains(name),
                EntrySource::Site => entry.is_exact_allow() && !entry.name.is_empty(),
                EntrySource::Threat(_) => false,
            }
    }
}

/// Whether a threat decides when it matches.
pub(super) fn decides(entry: &Entry) -> bool {
    entry.source == EntrySource::Threat(Strength::Distinctive) && entry.effect == Effect::Deny
}
