//! Every entry by its number and by what it names: what is the same for all hosts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use arcstr::Substr;
use foldhash::HashMap;

use super::damage::Damage;
use super::entry::{Effect, Entry, EntryNumber, EntrySource, Match};
use super::identity::{denied, of_threat};
use super::images::{ByFileName, file_name};
use super::numbers::Numbers;
use super::watched::Watched;
use crate::iis::ManagedType;

/// The entries, and where to look for those that name something. One for all profiles of hosts: an
/// image is found by its file name, which is the same wherever the folders lie.
#[derive(Debug)]
pub(super) struct Entries {
    /// The entries by number.
    pub list: Vec<Entry>,
    /// For each entry its place among all, once it was asked for.
    rank: OnceLock<Vec<usize>>,
    /// What is lost of the site's file.
    pub damage: Damage,
    /// The watched settings, and the values that are known there.
    pub watched: Watched,
    /// The managed type of each entry that has one.
    pub types: Vec<Option<Box<ManagedType>>>,
    /// Assemblies of the .NET Framework in the baseline, each with the keys under which the global cache has it, and the
    /// versions under each.
    pub framework: HashMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Entries with a type, by the type's name.
    pub by_type_name: HashMap<String, Numbers>,
    /// Named allow entries compared exactly, switched-off ones left out.
    pub by_name: HashMap<Substr, Numbers>,
    /// Named deny entries compared exactly, threats left out, by what [`denied`] makes of the name.
    pub denied_by_name: HashMap<Substr, Numbers>,
    /// Entries with an image that is compared exactly, threats left out, by the image's file name.
    pub by_file_name: ByFileName,
    /// Exact site entries without a name, by the type's name.
    pub by_type: HashMap<String, Numbers>,
    pub threats: ThreatIndex,
    /// `match=glob` entries.
    pub globs: Vec<EntryNumber>,
}

/// Threats by what they name. Names of modules are as [`of_threat`] makes them, those of types as they are.
#[derive(Debug, Default)]
pub(super) struct ThreatIndex {
    pub types: HashMap<String, Numbers>,
    pub names: HashMap<String, Numbers>,
    /// Threats that name a place and not only a file.
    pub paths: ByFileName,
    pub file_names: HashMap<String, Numbers>,
    /// By the SHA-256 of a file, in lower case.
    pub hashes: HashMap<String, EntryNumber>,
}

impl Entries {
    pub fn new(list: Vec<Entry>, damage: Damage, watched: Watched) -> Self {
        let parse = |e: &Entry| (!e.type_name.is_empty()).then(|| Box::new(ManagedType::parse(&e.type_name)));
        let mut entries = Self {
            types: list.iter().map(parse).collect(),
            list: Vec::new(),
            rank: OnceLock::new(),
            damage,
            watched,
            framework: HashMap::default(),
            by_type_name: HashMap::default(),
            by_name: HashMap::default(),
            denied_by_name: HashMap::default(),
            by_file_name: ByFileName::default(),
            by_type: HashMap::default(),
            threats: ThreatIndex::default(),
            globs: Vec::new(),
        };
        for (number, entry) in list.iter().enumerate().filter(|(_, entry)| entry.enabled) {
            entries.insert(number, entry);
        }
        entries.by_file_name.divide(&list);
        entries.list = list;
        entries
    }

    /// The place of an entry among all, the most specific first.
    pub fn rank(&self, number: EntryNumber) -> usize {
        let ranks = self.rank.get_or_init(|| {
            let keys: Vec<_> = self.list.iter().map(|entry| (Reverse(entry.specificity()), entry)).collect();
            let mut order: Vec<(EntryNumber, _)> = keys.iter().enumerate().collect();
            order.sort_by(|(_, (wide, a)), (_, (narrow, b))| {
                wide.cmp(narrow).then_with(|| a.tie_key().cmp(&b.tie_key()))
            });
            let mut ranks = vec![0; self.list.len()];
            for (place, (number, _)) in order.into_iter().enumerate() {
                if let Some(slot) = ranks.get_mut(number) {
                    *slot = place;
                }
            }
            ranks
        });
        ranks.get(number).copied().unwrap_or(usize::MAX)
    }

    fn insert(&mut self, number: EntryNumber, entry: &Entry) {
        self.insert_type(number, entry);
        let managed = self.types.get(number).and_then(Option::as_deref);
        if let EntrySource::Threat(_) = entry.source {
            return self.threats.insert(number, entry, managed.map(|managed| managed.name.as_str()));
        }
        if entry.matching == Match::Glob {
            return self.globs.push(number);
        }
        if !entry.name.is_empty() {
            let (names, name) = match entry.effect {
                Effect::Allow => (&mut self.by_name, entry.name.clone()),
                Effect::Deny => (&mut self.denied_by_name, denied(&entry.name).into()),
            };
            names.entry(name).or_default().push(number);
        }
        match managed {
            _ if !entry.image.is_empty() => self.by_file_name.insert(number, entry),
            Some(managed) if entry.name.is_empty() => {
                self.by_type.entry(managed.name.clone()).or_default().push(number);
            }
            _ => {}
        }
    }

    fn insert_type(&mut self, number: EntryNumber, entry: &Entry) {
        let Some(managed) = self.types.get(number).and_then(Option::as_deref) else { return };
        if entry.source == EntrySource::Baseline
            && managed.is_of_framework()
            && let (Some(assembly), Some(key)) = managed.file()
        {
            let keys = self.framework.entry(assembly.to_owned()).or_default();
            keys.entry(key.to_owned()).or_default().extend(managed.versions().map(str::to_owned));
        }
        self.by_type_name.entry(managed.name.clone()).or_default().push(number);
    }
}

impl ThreatIndex {
    fn insert(&mut self, number: EntryNumber, entry: &Entry, type_name: Option<&str>) {
        self.hashes.extend(entry.sha256.iter().map(|hash| (hash.clone(), number)));
        let (map, key) = match type_name {
            Some(type_name) => (&mut self.types, type_name.to_owned()),
            None if !entry.name.is_empty() => (&mut self.names, of_threat(&entry.name)),
            None if entry.image.contains('\\') => return self.paths.insert(number, entry),
            None => match file_name(entry) {
                Some(name) => (&mut self.file_names, name.into_owned()),
                None => return,
            },
        };
        map.entry(key).or_default().push(number);
    }
}
