//! What speaks against the time of an event: reasons beside the verdict, which they never lower.

use crate::allowlist::{EntryNumber, EntrySource, ScopeAnswer};
use crate::iis::Lag;
use crate::iis::clock::LATE;

use super::case::Case;
use super::code::Code;
use super::finding::Finding;
use super::reason::Detail;
use super::verdict::Verdict;

impl Case<'_> {
    /// What speaks against the time, and against an entry that allowed it by its date.
    pub fn clock(&self, finding: &mut Finding) {
        let (subject, indexed) = (self.subject, self.subject.clock.indexed);
        let lag = Lag::of(subject.time, indexed);
        let moved = subject.clock.fell || lag == Lag::Ahead;
        if !finding.is_told() {
            return;
        }
        if moved {
            finding.add(Code::ClockMoved, Detail::None);
        }
        if lag == Lag::Late {
            finding.add(Code::Late, Detail::None);
        }
        let Some(entry) = self.dated(finding).filter(|_| self.now == subject.time) else { return };
        if moved {
            finding.add(Code::EntryByMovedClock, Detail::Id(entry));
        }
        let a_day = |indexed: &i64| indexed.abs_diff(subject.time) > LATE.unsigned_abs();
        let then = indexed.filter(a_day).map(|now| Self { now, ..*self });
        if then.is_some_and(|then| then.scope(entry) != ScopeAnswer::InForce) {
            finding.add(Code::EntryInForceThenOnly, Detail::Id(entry));
        }
    }

    /// The entry with dates that allowed it, or vouched for its name.
    fn dated(&self, finding: &Finding) -> Option<EntryNumber> {
        let rule = finding.rule?;
        let entry = self.index.entry(rule)?;
        let dated =
            entry.source == EntrySource::Site && (entry.valid_from.is_some() || entry.expires.is_some());
        let allows = finding.verdict == Verdict::Allowed || self.name_entry() == Some(rule);
        (dated && allows).then_some(rule)
    }
}
