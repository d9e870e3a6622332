//! Every entry by its number and by what it names: what is the same for all hosts.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use foldhash::HashMap;

use super::damage::Damage;
use super::entry::{Effect, Entry, EntryNumber, EntrySource, Match};
use super::watched::Watched;
use crate::iis::fold::fold;
use crate::iis::{Image, ManagedType, Roots};

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
    pub types: Vec<Option<ManagedType>>,
    /// Assemblies of the .NET Framework in the baseline, each with the keys under which the global cache has it, and the
    /// versions under each.
    pub framework: HashMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Entries with a type, by the type's name.
    pub by_type_name: HashMap<String, Vec<EntryNumber>>,
    /// Named allow entries compared exactly, switched-off ones left out.
    pub by_name: HashMap<String, Vec<EntryNumber>>,
    /// Named deny entries compared exactly, threats left out, by the name in folded case: two names that differ in case only
    /// are two modules to IIS, but who is denied is not let in by another case.
    pub denied_by_name: HashMap<String, Vec<EntryNumber>>,
    /// Entries with an image that is compared exactly, threats left out, by the image's file name.
    pub by_file_name: ByFileName,
    /// Exact site entries without a name, by the type's name.
    pub by_type: HashMap<String, Vec<EntryNumber>>,
    pub threats: ThreatIndex,
    /// `match=glob` entries.
    pub globs: Vec<EntryNumber>,
}

/// Entries by the file name of their image.
#[derive(Debug, Default)]
pub(super) struct ByFileName {
    named: HashMap<String, Vec<EntryNumber>>,
    /// Those whose file name may depend on the host.
    varying: Vec<EntryNumber>,
}

/// Threats by what they name. Names of modules are in lower case, those of types as they are.
#[derive(Debug, Default)]
pub(super) struct ThreatIndex {
    pub types: HashMap<String, Vec<EntryNumber>>,
    pub names: HashMap<String, Vec<EntryNumber>>,
    /// Threats that name a place and not only a file.
    pub paths: ByFileName,
    pub file_names: HashMap<String, Vec<EntryNumber>>,
    /// By the SHA-256 of a file, in lower case.
    pub hashes: HashMap<String, EntryNumber>,
}

impl Entries {
    pub fn new(list: Vec<Entry>, damage: Damage, watched: Watched) -> Self {
        let parse = |e: &Entry| (!e.type_name.is_empty()).then(|| ManagedType::parse(&e.type_name));
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
        let managed = self.types.get(number).and_then(Option::as_ref);
        if let EntrySource::Threat(_) = entry.source {
            return self.threats.insert(number, entry, managed.map(|managed| managed.name.as_str()));
        }
        if entry.matching == Match::Glob {
            return self.globs.push(number);
        }
        if !entry.name.is_empty() {
            let (names, name) = match entry.effect {
                Effect::Allow => (&mut self.by_name, entry.name.clone()),
                Effect::Deny => (&mut self.denied_by_name, fold(&entry.name)),
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
        let Some(managed) = self.types.get(number).and_then(Option::as_ref) else { return };
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

impl ByFileName {
    fn insert(&mut self, number: EntryNumber, entry: &Entry) {
        match file_name(entry) {
            Some(name) => self.named.entry(name.into_owned()).or_default().push(number),
            None => self.varying.push(number),
        }
    }

    /// The entries whose image may be a file of this name, which is in folded case.
    pub fn find(&self, file_name: &str) -> impl Iterator<Item = EntryNumber> {
        self.named.get(file_name).into_iter().flatten().chain(&self.varying).copied()
    }
}

impl ThreatIndex {
    fn insert(&mut self, number: EntryNumber, entry: &Entry, type_name: Option<&str>) {
        self.hashes.extend(entry.sha256.iter().map(|hash| (hash.clone(), number)));
        let (map, key) = match type_name {
            Some(type_name) => (&mut self.types, type_name.to_owned()),
            None if !entry.name.is_empty() => (&mut self.names, entry.name.to_lowercase()),
            None if entry.image.contains('\\') => return self.paths.insert(number, entry),
            None => match file_name(entry) {
                Some(name) => (&mut self.file_names, name.into_owned()),
                None => return,
            },
        };
        map.entry(key).or_default().push(number);
    }
}

/// An entry's image in normal form under these roots; `None` without one.
pub(super) fn image(entry: &Entry, roots: &Roots) -> Option<Image> {
    if entry.image.is_empty() {
        return None;
    }
    let image = match entry.matching {
        Match::Glob => super::globs::normalise(&entry.image, roots),
        _ => Image::normalise(&entry.image, roots),
    };
    // What is denied is denied however the entry spells it.
    let is_denied = entry.matching != Match::Glob && entry.effect == Effect::Deny;
    Some(if is_denied { image.opened(roots) } else { image })
}

/// The file name of an entry's image in folded case; `None` where it may depend on where folders lie.
fn file_name(entry: &Entry) -> Option<Cow<'_, str>> {
    let written = entry.image.rsplit(['\\', '/']).next().unwrap_or_default();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if written.ends_with(|last: char| last.is_ascii_alphanumeric()) && written.as_bytes().iter().all(is_plain)
    {
        return Some(written.to_ascii_lowercase().into());
    }
    // A path that ends in `..` may end in the folder of a variable.
    if entry.image.contains('%') || written.trim_matches(['.', ' ']).is_empty() {
        return None;
    }
    Some(image(entry, &Roots::default())?.file_name().to_owned().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const STARTS: [&str; 10] =
        [r"C:\", "D:/", r"%windir%\", r"%X%\", "%X%", r"\\?\C:\", r"\\server\share\", "", "C:", r"\"];
    const FOLDERS: [&str; 7] = ["", r"a\", r"..\", r"Program Files\", r"Windows\", "x. /", r"%X%\"];
    const ENDS: [&str; 17] = [
        "mod.dll",
        "MOD.Dll ",
        "mod.dll.",
        "mod..dll",
        "mod",
        "..",
        ".",
        "a:b",
        "\"mod.dll\"",
        "MOD~1.DLL",
        "mod-1_2.dll",
        "\u{e9}.dll",
        "%X%",
        "",
        "mod.dll\t",
        "mod*.dll",
        "mod.dll::$DATA",
    ];

    proptest! {
        /// An entry is found by its file name on whatever host.
        #[test]
        fn a_file_name_is_the_same_wherever_the_folders_lie(
            start in select(&STARTS[..]), folder in select(&FOLDERS[..]), end in select(&ENDS[..]), denies: bool,
            set in select(&["", "system_root", "X", "ProgramFiles"][..]), to in select(&[r"D:\Windows", r"C:\a", r"C:\x\mod.dll"][..]),
        ) {
            let effect = if denies { Effect::Deny } else { Effect::Allow };
            let mut entry = Entry::any("e", EntrySource::Site, effect);
            entry.image = format!("{start}{folder}{end}");
            let mut roots = Roots::default();
            if !set.is_empty() {
                roots.set(set, to).unwrap();
            }
            // The folder of a variable itself is no file.
            let seen = image(&entry, &roots).filter(|seen| seen.normal.contains('\\') || !seen.normal.starts_with('%'));
            let Some(seen) = seen else { return Ok(()) };
            let mut found = ByFileName::default();
            found.insert(7, &entry);
            prop_assert_eq!(found.find(seen.file_name()).collect::<Vec<_>>(), [7], "{:?} as {:?}", entry.image, seen);
        }
    }
}
