//! The one decision behind every door, and what it remembers between rows.
//!
//! Only what does not depend on host, date, place and action is remembered: two rows about the same module just before
//! and just after an entry's expiry, or on two hosts, are decided each for itself.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use sha2::{Digest, Sha256};

use crate::allowlist::{Catalogue, HostProfiles, Index, Profile, Watched};
use crate::iis::{Class, Image, Kind, Registration, Roots, Subject};

use super::assess::Assessment;
use super::change::Change;
use super::decide;
use super::decision::Decision;
use super::finding::Finding;
use super::lookalike::{Known, Lookalikes};
use super::setting;

/// The most spellings that are remembered; then remembering starts afresh. Names are written by attackers.
const REMEMBERED: usize = 1_024;
/// The most hosts whose profile is remembered: more than an estate has. To find a profile anew each pattern of the packs file is
/// tried.
const REMEMBERED_HOSTS: usize = 1 << 16;
/// A text with more bytes than this is remembered by its digest, so that what is remembered stays small.
const LONG: usize = 1_024;
/// The longest name of a host that is remembered (a DNS name has at most 253 characters).
const LONG_HOST: usize = 255;

/// Entries, indexed for one group of hosts.
struct Indexed {
    profile: Profile,
    index: Index,
}

/// Decides on subjects.
pub struct Engine {
    catalogue: Catalogue,
    hosts: HostProfiles,
    as_of: Option<i64>,
    indexed: Vec<Indexed>,
    /// Made when the first module is looked at.
    lookalikes: Option<Lookalikes>,
    /// By the rows of the packs file that count for a host.
    profile_of_rows: HashMap<Vec<usize>, usize>,
    profile_of_host: HashMap<Box<str>, usize, RandomState>,
    /// That of every host, where there is but one.
    only_profile: Option<usize>,
    assessments: Vec<Assessment>,
    remembered: HashMap<Box<[u8]>, usize, RandomState>,
    key: Vec<u8>,
    /// The result of a decision, in a buffer that the next one overwrites.
    finding: Finding,
}

impl Engine {
    /// An engine with these entries. `as_of` (microseconds since 1970-01-01T00:00Z) replaces the time of every event
    /// when dates of entries are compared.
    #[must_use]
    pub fn new(catalogue: Catalogue, hosts: HostProfiles, as_of: Option<i64>) -> Self {
        Self {
            catalogue,
            hosts,
            as_of,
            indexed: Vec::new(),
            lookalikes: None,
            profile_of_rows: HashMap::new(),
            profile_of_host: HashMap::default(),
            only_profile: None,
            assessments: Vec::new(),
            remembered: HashMap::default(),
            key: Vec::new(),
            finding: Finding::default(),
        }
    }

    /// Decides on one subject.
    pub fn decide(&mut self, subject: &Subject<'_>) -> Decision<'_> {
        let profile = self.profile(subject.host);
        let assessment = self.assess(profile, subject);
        let now = self.as_of.unwrap_or(subject.time);
        let index = self.indexed.get(profile).map(|indexed| &indexed.index);
        let compared = index.zip(self.assessments.get(assessment));
        if let Some((index, seen)) = compared {
            decide::decide(subject, seen, index, now, &mut self.finding);
        }
        Decision { finding: &self.finding, compared, now }
    }

    /// The watched settings, and the values that are known there.
    #[must_use]
    pub fn watched(&self) -> &Watched {
        self.catalogue.watched()
    }

    /// A setting with what the table of watched settings tells of it; anything else as it is. `None` for a setting that is
    /// not watched.
    #[must_use]
    pub fn resolved<'a>(&self, subject: Subject<'a>) -> Option<Subject<'a>> {
        if subject.class == Class::Setting {
            setting::resolved(&subject, self.watched())
        } else {
            Some(subject)
        }
    }

    /// Decides on a change: on what it ends with, and on each value that did not stay. The worst counts, of equals what the
    /// change ends with. Gives the subject that the decision is about; `None` for a setting that is not watched.
    pub fn decide_change<'c>(
        &mut self,
        change: &'c Change,
        host: &'c str,
    ) -> Option<(Subject<'c>, Decision<'_>)> {
        let mut worst = self.resolved(change.subject(host))?;
        if !change.overwritten.is_empty() {
            let mut highest = self.decide(&worst).finding.severity;
            for subject in
                change.overwritten(host).filter_map(|subject| self.resolved(subject)).collect::<Vec<_>>()
            {
                let severity = self.decide(&subject).finding.severity;
                if severity > highest {
                    (worst, highest) = (subject, severity);
                }
            }
        }
        Some((worst, self.decide(&worst)))
    }

    /// The name under which a list has an image; the name of its file where none has it.
    pub fn name_of_image(&mut self, image: &str, host: &str) -> String {
        let profile = self.profile(host);
        let listed = Registration { kind: Some(Kind::Native), image, ..Registration::default() };
        let assessment = self.assess(profile, &listed.subject(host, 0, false));
        let index = self.indexed.get(profile).map(|indexed| &indexed.index);
        let Some((index, seen)) = index.zip(self.assessments.get(assessment)) else { return String::new() };
        let known = seen.candidates.known_image.iter().find_map(|number| index.entry(*number));
        let file = || seen.image.as_ref().map(|image| image.file_name().to_owned());
        known.map(|entry| entry.name.to_string()).or_else(file).unwrap_or_default()
    }

    /// The number of the profile of a host, given in lower case; its entries are indexed when its first row comes.
    pub fn profile(&mut self, host: &str) -> usize {
        // A host of which nothing is known has the profile of all, where there is but one.
        let host = match self.only_profile {
            Some(number) => return number,
            None if self.hosts.is_uniform() => "",
            None => host,
        };
        if let Some(&number) = self.profile_of_host.get(host) {
            return number;
        }
        let rows: Vec<_> = self.hosts.rows_of(host).collect();
        let number = if let Some(&number) = self.profile_of_rows.get(&rows) {
            number
        } else {
            let profile = self.hosts.profile_of(&rows);
            let number = self.indexed.iter().position(|indexed| indexed.profile == profile);
            let number = number.unwrap_or_else(|| self.index_for(profile));
            self.profile_of_rows.insert(rows, number);
            number
        };
        if self.profile_of_host.len() >= REMEMBERED_HOSTS {
            self.profile_of_host.clear();
        }
        if self.hosts.is_uniform() {
            self.only_profile = Some(number);
        }
        // Longer than any name of a host: so that what is remembered stays small.
        if host.len() <= LONG_HOST {
            self.profile_of_host.insert(host.into(), number);
        }
        number
    }

    /// Where folders of a host lie, given in lower case.
    pub fn roots(&mut self, host: &str) -> Roots {
        let number = self.profile(host);
        self.indexed.get(number).map(|indexed| indexed.profile.roots.clone()).unwrap_or_default()
    }

    fn index_for(&mut self, profile: Profile) -> usize {
        let like = self.indexed.iter().find(|indexed| indexed.profile.roots == profile.roots);
        let index = match like {
            Some(indexed) => indexed.index.for_profile(&profile),
            None => self.catalogue.index(&profile),
        };
        self.indexed.push(Indexed { profile, index });
        self.indexed.len() - 1
    }

    fn assess(&mut self, profile: usize, subject: &Subject<'_>) -> usize {
        write_key(profile, subject, &mut self.key);
        if let Some(&number) = self.remembered.get(self.key.as_slice()) {
            return number;
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
            self.assessments.clear();
        }
        let Some(indexed) = self.indexed.get(profile) else { return 0 };
        let lookalikes = self.lookalikes.get_or_insert_with(|| lookalikes(&self.catalogue));
        let seen = Assessment::of(subject, &indexed.index, lookalikes, &indexed.profile.roots);
        self.assessments.push(seen);
        let number = self.assessments.len() - 1;
        self.remembered.insert(self.key.as_slice().into(), number);
        number
    }
}

/// What imitates the names of these entries. A file name is the same wherever the folders of a host lie.
fn lookalikes(catalogue: &Catalogue) -> Lookalikes {
    let roots = Roots::default();
    let known: Vec<_> = catalogue
        .known()
        .map(|entry| {
            let image = (!entry.image.is_empty()).then(|| Image::normalise(&entry.image, &roots));
            (entry.name.as_str(), image.map(|image| image.stem().to_owned()))
        })
        .collect();
    Lookalikes::new(known.iter().map(|(name, stem)| Known { name, stem: stem.as_deref() }))
}

/// Everything that an [`Assessment`] depends on, each text (or its digest) with the text's length before it.
fn write_key(profile: usize, subject: &Subject<'_>, key: &mut Vec<u8>) {
    let class = match subject.class {
        Class::Module => 0_u8,
        Class::IsapiFilter => 1,
        Class::Handler => 2,
        Class::Setting => 3,
    };
    let kind = match subject.kind {
        None => 0_u8,
        Some(Kind::Native) => 1,
        Some(Kind::Managed) => 2,
        Some(Kind::IsapiFilter) => 3,
        Some(Kind::Handler) => 4,
        Some(Kind::CompressionScheme) => 5,
        Some(Kind::RuntimeLoader) => 6,
        Some(Kind::Code) => 7,
        Some(Kind::Setting) => 8,
    };
    key.clear();
    key.extend_from_slice(&profile.to_le_bytes());
    key.extend_from_slice(&[class, kind, u8::from(subject.or_filter)]);
    for text in [Some(subject.name), subject.image, subject.type_name, subject.old] {
        match text {
            None => key.push(0),
            Some(text) => {
                key.push(1);
                key.extend_from_slice(&text.len().to_le_bytes());
                if text.len() > LONG {
                    key.extend_from_slice(&Sha256::digest(text));
                } else {
                    key.extend_from_slice(text.as_bytes());
                }
            }
        }
    }
}
