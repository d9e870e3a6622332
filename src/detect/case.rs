//! One subject with everything that it is compared with, and which entries count for it here and now.

use crate::allowlist::{EntryNumber, EntrySource, Index, ScopeAnswer};
use crate::iis::{Action, Kind, Subject, precondition};

use super::assess::Assessment;
use super::code::Code;
use super::finding::Finding;
use super::in_scope;
use super::reason::Detail;
use super::severity;
use super::verdict::Verdict;

/// A subject to decide on.
pub(super) struct Case<'c> {
    pub subject: &'c Subject<'c>,
    pub seen: &'c Assessment,
    pub index: &'c Index,
    /// Microseconds since 1970-01-01T00:00Z.
    pub now: i64,
}

impl Case<'_> {
    /// Step 3: the exact entry that would have allowed it elsewhere, or at another time.
    pub fn lapsed(&self) -> Option<(Verdict, EntryNumber)> {
        let entry = self.nearest(&self.seen.candidates.site_exact)?;
        let verdict = match self.scope(entry) {
            ScopeAnswer::Expired | ScopeAnswer::NotYet => Verdict::AllowExpired,
            ScopeAnswer::InForce | ScopeAnswer::OutOfScope(_) => Verdict::AllowOutOfScope,
        };
        Some((verdict, entry))
    }

    /// The entry in force that vouches for the name, where neither image nor type is shown.
    pub fn name_entry(&self) -> Option<EntryNumber> {
        let by_name = !self.subject.name.is_empty() && !self.seen.is_identified();
        by_name.then(|| self.in_force(&self.seen.candidates.site_name)).flatten()
    }

    /// The most specific of these entries that counts here and now.
    pub fn in_force(&self, entries: &[EntryNumber]) -> Option<EntryNumber> {
        entries.iter().copied().find(|&n| self.scope(n) == ScopeAnswer::InForce)
    }

    /// Of entries that are not in force the one to name: one that is for this host and place, at another date, before
    /// any other.
    pub fn nearest(&self, entries: &[EntryNumber]) -> Option<EntryNumber> {
        let dated = |n: &EntryNumber| matches!(self.scope(*n), ScopeAnswer::Expired | ScopeAnswer::NotYet);
        entries.iter().copied().find(dated).or_else(|| entries.first().copied())
    }

    /// Notes the allow entry that covers the pair, but allows nothing: something speaks against it, or it is not in
    /// force itself.
    pub fn overridden(&self, finding: &mut Finding) {
        let candidates = &self.seen.candidates;
        let in_force = self.in_force(&candidates.site_exact).or_else(|| self.in_force(&candidates.site_glob));
        match (in_force, self.nearest(&candidates.site_glob)) {
            (Some(entry), _) => finding.add(Code::OverridesAllowEntry, Detail::Id(entry)),
            (None, Some(entry)) => self.name_lapsed(entry, finding),
            (None, None) => {}
        }
    }

    pub fn name_lapsed(&self, entry: EntryNumber, finding: &mut Finding) {
        let code = match self.scope(entry) {
            ScopeAnswer::Expired | ScopeAnswer::NotYet => Code::EntryExpired,
            ScopeAnswer::InForce | ScopeAnswer::OutOfScope(_) => Code::EntryOutOfScope,
        };
        finding.add(code, Detail::Id(entry));
    }

    /// Whether it is a module whose removal blinds or opens the server.
    pub fn protective(&self) -> bool {
        self.subject.class.is_module() && severity::is_protective(self.subject.name)
    }

    /// Whether the preCondition keeps a protective module from running where its listed pairs run, and no entry in force
    /// names that very preCondition.
    pub fn narrowed(&self) -> bool {
        let Some(seen) = self.subject.precondition.filter(|_| self.protective()) else { return false };
        let candidates = &self.seen.candidates;
        let shipped = |n: &EntryNumber| {
            let entry = self.index.entry(*n);
            entry.filter(|entry| matches!(entry.source, EntrySource::Baseline | EntrySource::Pack(_)))
        };
        let mut pairs = candidates.known_name.iter().filter_map(shipped).peekable();
        let narrowed = self.subject.action != Action::Removed
            && pairs.peek().is_some()
            && pairs.all(|entry| precondition::narrows(seen, &entry.precondition));
        let names_it = |n: &&EntryNumber| {
            let entry = self.index.entry(**n).filter(|entry| entry.source == EntrySource::Site);
            entry.is_some_and(|entry| !entry.precondition.is_empty())
        };
        let lists =
            [&candidates.site_exact, &candidates.site_glob, &candidates.site_name, &candidates.known_name];
        let mut entries = lists.into_iter().flatten().filter(names_it);
        narrowed && !entries.any(|n| self.scope(*n) == ScopeAnswer::InForce)
    }

    /// The kind that the rows tell, else the one that all entries of this name agree on.
    pub fn kind(&self) -> Option<Kind> {
        let known = self.seen.candidates.known_name.iter();
        let mut kinds = known.map(|&n| self.index.entry(n).and_then(|entry| entry.kind));
        let first = kinds.next().flatten();
        let agreed = first.filter(|_| kinds.all(|kind| kind == first));
        let filter = agreed.filter(|kind| self.subject.or_filter && *kind == Kind::IsapiFilter);
        filter.or(self.subject.kind).or(agreed)
    }

    pub fn scope(&self, entry: EntryNumber) -> ScopeAnswer {
        let identified = self.seen.is_identified();
        self.index
            .entry(entry)
            .map_or(ScopeAnswer::Expired, |entry| in_scope::answer(entry, self.subject, identified, self.now))
    }
}
