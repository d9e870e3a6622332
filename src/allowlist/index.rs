//! The entries prepared for the hosts of one profile: images in normal form under its roots, and hash maps.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::damage::{DamageIndex, Legible};
use super::entries::Entries;
use super::entry::{Effect, Entry, EntryNumber, EntrySource, Match, Strength};
use super::globs::{self, GlobIndex};
use super::packs::Profile;
use super::watched::{Known, Watched};
use crate::iis::fold::fold;
use crate::iis::{Image, ManagedType, Roots};

/// The entries as the hosts of one profile see them. Made by [`super::Catalogue::index`]; about 5 µs an entry.
#[derive(Debug)]
pub struct Index {
    pub(super) entries: Arc<Entries>,
    pub(super) roots: Roots,
    /// The chosen packs.
    packs: BTreeSet<String>,
    /// Normal form of each entry's image under the profile's roots.
    images: Vec<Option<Image>>,
    types: Vec<Option<ManagedType>>,
    /// Assemblies of the .NET Framework in the baseline, each with the keys under which the global cache has it.
    framework: HashMap<String, BTreeSet<String>>,
    /// The names of listed types.
    type_names: HashSet<String>,
    /// Entries that list a name: baseline, chosen packs, exact site allow entries.
    listed: Vec<bool>,
    /// Named allow entries compared exactly, switched-off ones left out.
    pub(super) by_name: HashMap<String, Vec<EntryNumber>>,
    /// Named deny entries compared exactly, threats left out, by the name in folded case: two names that differ in case only
    /// are two modules to IIS, but who is denied is not let in by another case.
    pub(super) denied_by_name: HashMap<String, Vec<EntryNumber>>,
    /// Entries with an image that is compared exactly, threats left out, by its normal form.
    pub(super) by_image: HashMap<String, Vec<EntryNumber>>,
    /// Exact site entries without a name, by the type's name.
    pub(super) by_type: HashMap<String, Vec<EntryNumber>>,
    pub(super) threats: ThreatIndex,
    pub(super) globs: GlobIndex,
    pub(super) damage: DamageIndex,
    legible: Legible,
}

/// Threats by what they name. Names of modules are in lower case, those of types as they are.
#[derive(Debug, Default)]
pub(super) struct ThreatIndex {
    pub types: HashMap<String, Vec<EntryNumber>>,
    pub names: HashMap<String, Vec<EntryNumber>>,
    pub paths: HashMap<String, Vec<EntryNumber>>,
    pub file_names: HashMap<String, Vec<EntryNumber>>,
    pub hashes: HashMap<String, EntryNumber>,
}

impl Index {
    pub(super) fn new(entries: &Arc<Entries>, profile: &Profile) -> Self {
        let list = &entries.list;
        let normalise = |e: &Entry| match e.matching {
            Match::Glob => globs::normalise(&e.image, &profile.roots),
            // What is denied is denied however the entry spells it.
            _ if e.effect == Effect::Deny => {
                Image::normalise(&e.image, &profile.roots).opened(&profile.roots)
            }
            _ => Image::normalise(&e.image, &profile.roots),
        };
        let normalise = |e: &Entry| (e.enabled && !e.image.is_empty()).then(|| normalise(e));
        let parse = |e: &Entry| (!e.type_name.is_empty()).then(|| ManagedType::parse(&e.type_name));
        let listed = |e: &Entry| {
            e.enabled
                && match &e.source {
                    EntrySource::Baseline => true,
                    EntrySource::Pack(name) => profile.packs.contains(name),
                    EntrySource::Site => e.is_exact_allow() && !e.name.is_empty(),
                    EntrySource::Threat(_) => false,
                }
        };
        let mut index = Self {
            images: list.iter().map(normalise).collect(),
            types: list.iter().map(parse).collect(),
            listed: list.iter().map(listed).collect(),
            framework: HashMap::new(),
            type_names: HashSet::new(),
            by_name: HashMap::new(),
            denied_by_name: HashMap::new(),
            by_image: HashMap::new(),
            by_type: HashMap::new(),
            threats: ThreatIndex::default(),
            globs: GlobIndex::default(),
            damage: DamageIndex::new(&entries.damage, &profile.roots),
            legible: entries.damage.legible.max(profile.legible),
            entries: Arc::clone(entries),
            roots: profile.roots.clone(),
            packs: profile.packs.clone(),
        };
        for (number, entry) in list.iter().enumerate().filter(|(_, entry)| entry.enabled) {
            index.insert(number, entry);
        }
        index
    }

    fn insert(&mut self, number: EntryNumber, entry: &Entry) {
        self.insert_type(number, entry);
        let image = self.images.get(number).and_then(Option::as_ref);
        if let EntrySource::Threat(_) = entry.source {
            let type_name =
                self.types.get(number).and_then(Option::as_ref).map(|managed| managed.name.as_str());
            return self.threats.insert(number, entry, image, type_name);
        }
        if entry.matching == Match::Glob {
            return self.globs.insert(number, entry, image, &self.roots);
        }
        if !entry.name.is_empty() {
            let (names, name) = match entry.effect {
                Effect::Allow => (&mut self.by_name, entry.name.clone()),
                Effect::Deny => (&mut self.denied_by_name, fold(&entry.name)),
            };
            names.entry(name).or_default().push(number);
        }
        match (image, self.types.get(number).and_then(Option::as_ref)) {
            (Some(image), _) => {
                self.by_image.entry(image.normal.clone()).or_default().push(number);
            }
            (None, Some(managed)) if entry.name.is_empty() => {
                self.by_type.entry(managed.name.clone()).or_default().push(number);
            }
            _ => {}
        }
    }

    fn insert_type(&mut self, number: EntryNumber, entry: &Entry) {
        let Some(managed) = self.types.get(number).and_then(Option::as_ref) else { return };
        if entry.source == EntrySource::Baseline
            && managed.is_of_framework()
            && let (Some(assembly), Some(key)) = managed.file()
        {
            self.framework.entry(assembly.to_owned()).or_default().insert(key.to_owned());
        }
        if self.is_listed(number) {
            self.type_names.insert(managed.name.clone());
        }
    }

    /// Whether the type is taken from the folder of an application though honest servers have its assembly in the global cache
    /// alone: an assembly of the .NET Framework without its key (documented: only full names are looked for there).
    #[must_use]
    pub fn is_framework_in_bin(&self, seen: &ManagedType) -> bool {
        let (Some(assembly), key) = seen.file() else { return false };
        let own = self.framework.get(assembly);
        !seen.malformed && own.is_some_and(|keys| key.is_none_or(|key| !keys.contains(key)))
    }

    /// Whether the baseline has a managed module of this name.
    #[must_use]
    pub fn has_managed(&self, name: &str) -> bool {
        let mut entries = self.by_name.get(name).into_iter().flatten().filter_map(|n| self.entry(*n));
        entries.any(|e| e.source == EntrySource::Baseline && !e.type_name.is_empty())
    }

    /// Whether a listed entry has a type of this name.
    #[must_use]
    pub fn lists_type_name(&self, name: &str) -> bool {
        self.type_names.contains(name)
    }

    /// The threat that a file with this SHA-256, in lower case, is.
    #[must_use]
    pub fn threat_of_file(&self, sha256: &str) -> Option<EntryNumber> {
        self.threats.hashes.get(sha256).copied()
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
        self.images.get(number).and_then(Option::as_ref)
    }

    /// An entry's managed type, where it has one.
    #[must_use]
    pub fn managed_type(&self, number: EntryNumber) -> Option<&ManagedType> {
        self.types.get(number).and_then(Option::as_ref)
    }

    /// Where the folders behind the variables lie on these hosts.
    #[must_use]
    pub fn roots(&self) -> &Roots {
        &self.roots
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
        self.listed.get(number).copied().unwrap_or_default()
    }

    /// How far the site's files could be read, as far as these hosts are concerned.
    #[must_use]
    pub fn legible(&self) -> Legible {
        self.legible
    }

    /// Whether a bad row of the site's file holds the id of an entry: it may have been meant to switch it off.
    #[must_use]
    pub fn is_id_in_bad_row(&self, number: EntryNumber) -> bool {
        self.entry(number).is_some_and(|entry| self.damage.holds_text(&entry.id))
    }

    /// Every enabled threat entry.
    pub(super) fn threat_entries(&self) -> impl Iterator<Item = (EntryNumber, &Entry)> {
        let is_threat = |entry: &Entry| entry.enabled && matches!(entry.source, EntrySource::Threat(_));
        self.entries.list.iter().enumerate().filter(move |(_, entry)| is_threat(entry))
    }

    /// Every listed entry with the stem of its DLL: what a name can be made to look like. Not those of packs: they hold parts of
    /// their products, and the other parts must not look worse where the pack is chosen.
    pub fn known(&self) -> impl Iterator<Item = (EntryNumber, &Entry, Option<&str>)> {
        self.entries
            .list
            .iter()
            .enumerate()
            .filter(|(number, _)| self.is_listed(*number) && !self.is_of_pack(*number))
            .map(|(number, entry)| (number, entry, self.image(number).map(Image::stem)))
    }
}

impl ThreatIndex {
    fn insert(&mut self, number: EntryNumber, entry: &Entry, image: Option<&Image>, type_name: Option<&str>) {
        self.hashes.extend(entry.sha256.iter().map(|hash| (hash.clone(), number)));
        if let Some(type_name) = type_name {
            self.types.entry(type_name.to_owned()).or_default().push(number);
            return;
        }
        let (map, key) = match image {
            _ if !entry.name.is_empty() => (&mut self.names, entry.name.to_lowercase()),
            Some(image) if is_path(entry) => (&mut self.paths, image.normal.clone()),
            Some(image) => (&mut self.file_names, image.file_name().to_owned()),
            None => return,
        };
        map.entry(key).or_default().push(number);
    }
}

/// Whether a threat names a place and not only a file.
fn is_path(entry: &Entry) -> bool {
    entry.image.contains('\\')
}

/// Whether a threat decides when it matches.
pub(super) fn decides(entry: &Entry) -> bool {
    entry.source == EntrySource::Threat(Strength::Distinctive) && entry.effect == Effect::Deny
}
