//! What keeps an entry that agrees from being the last word: another file than the one it means may be loaded.

use super::case::Case;
use super::code::Code;
use super::finding::Finding;
use super::reason::Detail;
use crate::allowlist::{EntryNumber, EntrySource};
use crate::iis::{TypeMatch, change, version};

impl Case<'_> {
    /// Notes what speaks against the entry that agrees.
    pub fn doubts(&self, entry: EntryNumber, finding: &mut Finding) {
        let of_versions = self.index.entry(entry).is_some_and(|entry| entry.image.contains(version::WORD));
        if of_versions && self.seen.earlier_version {
            finding.add(Code::VersionLowered, Detail::None);
        }
        let known = self.index.managed_type(entry);
        let Some((known, seen)) = known.zip(self.seen.managed_type.as_ref()) else { return };
        if seen.is_bare() && !known.is_bare() {
            finding.add(Code::BareType, Detail::None);
        }
        let baseline = self.index.entry(entry).is_some_and(|entry| entry.source == EntrySource::Baseline);
        let below_server = change::is_below_server(self.subject.config_path, self.subject.location);
        if baseline && below_server && !self.index.is_of_framework(seen) && !self.is_agreed_to() {
            finding.add(Code::NotOfFramework, Detail::None);
        }
    }

    /// Whether a chosen pack has this very type, or an exact entry in force has it and names no other version.
    fn is_agreed_to(&self) -> bool {
        let candidates = &self.seen.candidates;
        let agrees = |n: &EntryNumber| {
            let types = self.index.managed_type(*n).zip(self.seen.managed_type.as_ref());
            types.is_none_or(|(own, seen)| own.compare(seen) != TypeMatch::OtherVersion)
        };
        let exact: Vec<EntryNumber> = candidates.site_exact.iter().copied().filter(agrees).collect();
        candidates.agreed_by_pack || self.in_force(&exact).is_some()
    }
}
