//! The one decision behind every door, and what it remembers between rows.
//!
//! Only what does not depend on host, date, place and action is remembered: two rows about the same module just before
//! and just after an entry's expiry, or on two hosts, are decided each for itself.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use sha2::{Digest, Sha256};

use crate::allowlist::{Catalogue, EntryNumber, HostProfiles, Index, Profile};
use crate::iis::{Class, Image, Kind, Subject};

use super::assess::Assessment;
use super::change::Change;
use super::decide;
use super::finding::Finding;
use super::lookalike::{Known, Lookalikes};
use super::reason::{Detail, Reason};

/// The most spellings that are remembered; then remembering starts afresh. Names are written by attackers.
const REMEMBERED: usize = 1_024;
/// A text with more bytes than this is remembered by its digest, so that what is remembered stays small.
const LONG: usize = 1_024;

/// Entries, indexed for one group of hosts.
struct Indexed {
    profile: Profile,
    index: Index,
    lookalikes: Lookalikes,
}

/// Decides on subjects.
pub struct Engine {
    catalogue: Catalogue,
    hosts: HostProfiles,
    as_of: Option<i64>,
    indexed: Vec<Indexed>,
    /// By the rows of the packs file that count for a host.
    profile_of_rows: HashMap<Vec<usize>, usize>,
    profile_of_host: HashMap<Box<str>, usize, RandomState>,
    assessments: Vec<Assessment>,
    remembered: HashMap<Box<[u8]>, usize, RandomState>,
    key: Vec<u8>,
    /// Where the entry numbers and the assessment of the last finding are found.
    last: (usize, usize),
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
            profile_of_rows: HashMap::new(),
            profile_of_host: HashMap::default(),
            assessments: Vec::new(),
            remembered: HashMap::default(),
            key: Vec::new(),
            last: (0, 0),
        }
    }

    /// Decides on one subject.
    pub fn decide(&mut self, subject: &Subject<'_>, finding: &mut Finding) {
        let profile = self.profile(subject.host);
        let assessment = self.assess(profile, subject);
        self.last = (profile, assessment);
        if let (Some(indexed), Some(seen)) = (self.indexed.get(profile), self.assessments.get(assessment)) {
            decide::decide(subject, seen, &indexed.index, self.now(subject), finding);
        }
    }

    /// The time that dates of entries are compared with.
    pub(super) fn now(&self, subject: &Subject<'_>) -> i64 {
        self.as_of.unwrap_or(subject.time)
    }

    /// Decides on a change: on what it ends with, and on each value that did not stay. The worst is the finding, of equals
    /// what the change ends with. Gives the subject that the finding is about.
    pub fn decide_change<'c>(
        &mut self,
        change: &'c Change,
        host: &'c str,
        finding: &mut Finding,
    ) -> Subject<'c> {
        let mut worst = change.subject(host);
        self.decide(&worst, finding);
        let mut highest = finding.severity;
        for subject in change.overwritten(host) {
            self.decide(&subject, finding);
            if finding.severity > highest {
                (worst, highest) = (subject, finding.severity);
            }
        }
        if !change.overwritten.is_empty() {
            self.decide(&worst, finding);
        }
        worst
    }

    /// Whether the last finding depends on neither time nor place, nor on the host beyond its profile: no entry of the
    /// site, whose scope and dates are looked at for each row, could speak about the subject.
    #[must_use]
    pub fn is_timeless(&self) -> bool {
        self.seen().is_some_and(|seen| {
            let found = &seen.candidates;
            [&found.deny, &found.site_exact, &found.site_glob, &found.site_name]
                .iter()
                .all(|list| list.is_empty())
        })
    }

    /// The normal form of the last subject's image; empty where it has none.
    #[must_use]
    pub fn image_normalized(&self) -> &str {
        self.seen().and_then(|seen| seen.image.as_ref()).map_or("", |image: &Image| &image.normal)
    }

    /// What was found out about the last subject.
    #[must_use]
    pub fn seen(&self) -> Option<&Assessment> {
        self.assessments.get(self.last.1)
    }

    /// The entries that the last subject was compared with.
    #[must_use]
    pub fn index(&self) -> Option<&Index> {
        self.indexed.get(self.last.0).map(|indexed| &indexed.index)
    }

    /// The id of an entry of the last finding.
    #[must_use]
    pub fn entry_id(&self, entry: EntryNumber) -> &str {
        self.index().and_then(|index| index.entry(entry)).map_or("", |entry| &entry.id)
    }

    /// The text after the colon of a reason of the last finding; empty where the code says all.
    #[must_use]
    pub fn detail(&self, reason: &Reason) -> &str {
        let entry = |number: EntryNumber| self.index().and_then(|index| index.entry(number));
        match reason.detail {
            Detail::None => "",
            Detail::Id(n) => entry(n).map_or("", |e| &e.id),
            Detail::Name(n) => entry(n).map_or("", |e| &e.name),
            Detail::Image(n) => {
                entry(n).map_or("", |e| if e.image.is_empty() { &e.type_name } else { &e.image })
            }
            Detail::Family(n) => entry(n).map_or("", |e| &e.about),
            Detail::Resembled => {
                self.seen().and_then(|seen| seen.resembles.as_ref()).map_or("", |r| &r.known)
            }
        }
    }

    /// The number of the profile of a host, given in lower case; its entries are indexed when its first row comes.
    pub fn profile(&mut self, host: &str) -> usize {
        // A host of which nothing is known has the profile of all, where there is but one.
        let host = if self.hosts.is_uniform() { "" } else { host };
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
        if self.profile_of_host.len() >= REMEMBERED {
            self.profile_of_host.clear();
        }
        self.profile_of_host.insert(host.into(), number);
        number
    }

    fn index_for(&mut self, profile: Profile) -> usize {
        let index = self.catalogue.index(&profile);
        let lookalikes =
            Lookalikes::new(index.known().map(|(_, entry, stem)| Known { name: &entry.name, stem }));
        self.indexed.push(Indexed { profile, index, lookalikes });
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
        let seen = Assessment::of(subject, &indexed.index, &indexed.lookalikes, &indexed.profile.roots);
        self.assessments.push(seen);
        let number = self.assessments.len() - 1;
        self.remembered.insert(self.key.as_slice().into(), number);
        number
    }
}

/// Everything that an [`Assessment`] depends on, each text (or its digest) with the text's length before it.
fn write_key(profile: usize, subject: &Subject<'_>, key: &mut Vec<u8>) {
    let class = match subject.class {
        Class::Module => 0_u8,
        Class::IsapiFilter => 1,
        Class::Handler => 2,
    };
    let kind = match subject.kind {
        None => 0_u8,
        Some(Kind::Native) => 1,
        Some(Kind::Managed) => 2,
        Some(Kind::IsapiFilter) => 3,
        Some(Kind::Handler) => 4,
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
