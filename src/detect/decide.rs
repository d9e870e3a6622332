//! The order of decision.
//!
//! 1. `denied`, `known_malicious`.
//! 2. `known_good`, `allowed` by an exact entry.
//! 3. `allow_expired`, `allow_out_of_scope`: an exact entry that does not hold here or now; severity never below that of
//!    what follows without it.
//! 4. `lookalike` of a name that differs in case, invisible or look-alike characters only; `alias`.
//! 5. `image_hijack`, `masquerade_path`, `masquerade_type`.
//! 6. `lookalike`.
//! 7. `suspicious_location`.
//! 8. `allowed` by a pattern.
//! 9. `unknown`.
//!
//! Where no image is shown: `incomplete` or `unverified` for a listed name, else 6 and 9 by the name alone.

use crate::allowlist::{EntryNumber, Index, Legible, Origin, ScopeAnswer};
use crate::iis::{Action, Class, Kind, Level, Subject, precondition};

use super::assess::Assessment;
use super::finding::Finding;
use super::in_scope;
use super::lookalike::{How, Part, Resemblance};
use super::reason::Detail;
use super::severity::{self, Circumstances};
use super::verdict::Verdict;

/// Decides on one subject at `now` (microseconds since 1970-01-01T00:00Z) and writes the result to `finding`.
pub(super) fn decide(
    subject: &Subject<'_>,
    seen: &Assessment,
    index: &Index,
    now: i64,
    finding: &mut Finding,
) {
    finding.clear();
    let case = Case { subject, seen, index, now };
    finding.kind = case.kind();
    let (verdict, hidden) = case.verdict(finding);
    finding.verdict = verdict;
    finding.action = case.action(verdict);
    case.circumstances(finding);
    let circumstances = Circumstances {
        verdict,
        hidden,
        level: subject.level,
        kind: finding.kind,
        action: subject.action,
        image_changed_unseen: finding.has("image_changed_unseen"),
        renamed: subject.renamed,
        name_entry: finding.has("name_entry"),
        list_changed: finding.has("list_changed"),
        settings_changed: finding.has("precondition_changed") || finding.has("lock_changed"),
        protection_lost: finding.has("protective_module_removed")
            || finding.has("protective_module_narrowed"),
        threat_basename: finding.has("threat_basename"),
        system32_root: finding.has("system32_root"),
        by_app_pool: finding.has("by_app_pool"),
    };
    finding.severity = severity::severity(&circumstances);
    case.loss(&circumstances, finding);
}

struct Case<'c> {
    subject: &'c Subject<'c>,
    seen: &'c Assessment,
    index: &'c Index,
    now: i64,
}

impl Case<'_> {
    /// The verdict, and the one that it hides.
    fn verdict(&self, finding: &mut Finding) -> (Verdict, Option<Verdict>) {
        let handler = self.subject.class == Class::Handler;
        if self.subject.name.is_empty() {
            // A clear, or a section written as a whole: no module is named.
            return (if handler { Verdict::NotModule } else { self.pending() }, None);
        }
        if let Some((verdict, entry)) = self.condemned(finding) {
            if !handler {
                self.observe(finding);
                self.overridden(finding);
            }
            finding.rule = Some(entry);
            return (verdict, None);
        }
        if handler {
            // There is no baseline of handlers: only what condemns them counts.
            let verdict =
                if self.seen.location.is_some() { Verdict::SuspiciousLocation } else { Verdict::NotModule };
            return (verdict, None);
        }
        if let Some(verdict) = self.vouched(finding) {
            return (verdict, None);
        }
        self.observe(finding);
        let verdict =
            if self.seen.is_identified() { self.identified(finding) } else { self.by_name(finding) };
        match self.lapsed() {
            Some((lapsed, entry)) => {
                finding.rule = Some(entry);
                (lapsed, Some(verdict))
            }
            None => (verdict, None),
        }
    }

    /// Step 1.
    fn condemned(&self, finding: &mut Finding) -> Option<(Verdict, EntryNumber)> {
        let candidates = &self.seen.candidates;
        if let Some(entry) = self.in_force(&candidates.deny) {
            finding.add("deny_entry", Detail::Id(entry));
            return Some((Verdict::Denied, entry));
        }
        let baseline = candidates
            .known_pair
            .and_then(|n| self.index.entry(n))
            .is_some_and(|entry| entry.origin == Origin::Baseline);
        let entry = candidates.threat.filter(|_| !baseline)?;
        finding.add("threat", Detail::Family(entry));
        Some((Verdict::KnownMalicious, entry))
    }

    /// Step 2.
    fn vouched(&self, finding: &mut Finding) -> Option<Verdict> {
        let candidates = &self.seen.candidates;
        let (verdict, entry) = match candidates.known_pair {
            Some(entry) => (Verdict::KnownGood, entry),
            None if self.seen.is_identified() => (Verdict::Allowed, self.in_force(&candidates.site_exact)?),
            None => (Verdict::Allowed, self.removal()?),
        };
        finding.rule = Some(entry);
        let agreement = self.index.managed_type(entry).zip(self.seen.managed_type.as_ref());
        if let Some(code) = agreement.and_then(|(known, seen)| known.compare(seen).reason()) {
            finding.add(code, Detail::None);
        }
        if self.seen.replaced {
            finding.add("image_replaced", Detail::None);
        }
        Some(verdict)
    }

    /// A removal carries no image: an entry that speaks of removals, and nothing else by name alone, allows it.
    fn removal(&self) -> Option<EntryNumber> {
        let speaks = |n: &EntryNumber| {
            self.index.entry(*n).is_some_and(|entry| entry.actions.contains(&Action::Removed))
        };
        let mut entries = self.seen.candidates.site_name.iter().copied().filter(speaks);
        let removed = self.subject.action == Action::Removed;
        entries.find(|&n| removed && self.scope(n) == ScopeAnswer::InForce)
    }

    /// Step 3: the exact entry that would have allowed it elsewhere, or at another time.
    fn lapsed(&self) -> Option<(Verdict, EntryNumber)> {
        let entry = self.nearest(&self.seen.candidates.site_exact)?;
        let verdict = match self.scope(entry) {
            ScopeAnswer::Expired | ScopeAnswer::NotYet => Verdict::AllowExpired,
            ScopeAnswer::InForce | ScopeAnswer::OutOfScope(_) => Verdict::AllowOutOfScope,
        };
        Some((verdict, entry))
    }

    /// The events of a removal show no image. So a module that was removed and added in one commit counts as moved
    /// only when what was added is vouched for, or shows no image at all.
    fn action(&self, verdict: Verdict) -> Action {
        let vouched = matches!(verdict, Verdict::KnownGood | Verdict::Allowed);
        match self.subject.action {
            Action::Reordered if self.seen.is_identified() && !vouched => Action::Replaced,
            action => action,
        }
    }

    /// What is seen about a module that nothing vouches for, whichever verdict wins.
    fn observe(&self, finding: &mut Finding) {
        if self.seen.replaced {
            finding.add("image_replaced", Detail::None);
        }
        if self.seen.candidates.known_pair.is_some() {
            return;
        }
        let alias = self.known_image();
        // A file that is the known module's own does not imitate it.
        let itself = |resemblance: &&Resemblance| {
            alias.is_some() && (resemblance.part == Part::Stem || resemblance.how == How::Same)
        };
        if let Some(resemblance) = self.seen.resembles.as_ref().filter(|r| !itself(r)) {
            finding.add(resemblance.code(), Detail::Resembled);
        }
        if !self.seen.is_identified() {
            return;
        }
        if self.seen.candidates.pack_not_chosen.is_some() {
            finding.add("pack_not_chosen", Detail::None);
        }
        if let Some(entry) = alias {
            finding.add("alias_of", Detail::Name(entry));
        }
        if let Some(entry) = self.known_name() {
            let by_type = self.seen.image.is_none();
            finding.add(if by_type { "expected_type" } else { "expected_image" }, Detail::Image(entry));
        }
    }

    /// Steps 4 to 9 with an image or a type.
    fn identified(&self, finding: &mut Finding) -> Verdict {
        let pack = self.seen.candidates.pack_not_chosen;
        if let Some(verdict) = self.imitation(finding) {
            self.overridden(finding);
            return verdict;
        }
        if pack.is_none() && self.seen.location.is_some() {
            self.overridden(finding);
            return Verdict::SuspiciousLocation;
        }
        // A pattern vouches for no file that malware is known to be named like.
        let plain = self.seen.candidates.threat_basename.is_none();
        if let Some(entry) = self.in_force(&self.seen.candidates.site_glob).filter(|_| plain) {
            finding.rule = Some(entry);
            return Verdict::Allowed;
        }
        self.overridden(finding);
        finding.rule = pack;
        Verdict::Unknown
    }

    /// Steps 4 to 6.
    fn imitation(&self, finding: &mut Finding) -> Option<Verdict> {
        let pack = self.seen.candidates.pack_not_chosen;
        // A name that looks the same as a known one to a reader is no alias, whatever its image.
        if self.seen.resembles.as_ref().is_some_and(looks_the_same) {
            return Some(Verdict::Lookalike);
        }
        let name = self.known_name();
        if let Some(entry) = self.known_image().filter(|_| name.is_none()) {
            finding.rule = Some(entry);
            return Some(Verdict::Alias);
        }
        if let Some(entry) = name.filter(|_| pack.is_none() || self.seen.replaced) {
            finding.rule = Some(entry);
            return Some(match (self.seen.replaced, self.seen.image.is_some()) {
                (true, _) => Verdict::ImageHijack,
                (false, true) => Verdict::MasqueradePath,
                (false, false) => Verdict::MasqueradeType,
            });
        }
        (pack.is_none() && self.seen.resembles.is_some()).then_some(Verdict::Lookalike)
    }

    /// No image and no type.
    fn by_name(&self, finding: &mut Finding) -> Verdict {
        let candidates = &self.seen.candidates;
        if let Some(entry) = self.in_force(&candidates.site_name) {
            finding.add("name_entry", Detail::Id(entry));
            finding.rule = Some(entry);
            return self.pending();
        }
        if let Some(entry) = self.nearest(&candidates.site_name) {
            self.name_lapsed(entry, finding);
        }
        if let Some(&entry) = candidates.known_name.first() {
            finding.rule = Some(entry);
            return self.pending();
        }
        if self.seen.resembles.is_some() { Verdict::Lookalike } else { Verdict::Unknown }
    }

    /// A listed name whose image is not there.
    fn pending(&self) -> Verdict {
        if self.subject.level == Level::Row { Verdict::Incomplete } else { Verdict::Unverified }
    }

    /// The entry that lists the name with another image. An exact entry for this very pair is none: it would have
    /// allowed it, or it is not in force and must not make the pair look better or worse than without it.
    fn known_name(&self) -> Option<EntryNumber> {
        self.other_than_exact(&self.seen.candidates.known_name)
    }

    /// The entry that lists the image under another name.
    fn known_image(&self) -> Option<EntryNumber> {
        self.other_than_exact(&self.seen.candidates.known_image)
    }

    fn other_than_exact(&self, entries: &[EntryNumber]) -> Option<EntryNumber> {
        entries.iter().find(|n| !self.seen.candidates.site_exact.contains(n)).copied()
    }

    /// The most specific of these entries that counts here and now.
    fn in_force(&self, entries: &[EntryNumber]) -> Option<EntryNumber> {
        entries.iter().copied().find(|&n| self.scope(n) == ScopeAnswer::InForce)
    }

    /// Of entries that are not in force the one to name: one that is for this host and place, at another date, before
    /// any other.
    fn nearest(&self, entries: &[EntryNumber]) -> Option<EntryNumber> {
        let dated = |n: &EntryNumber| matches!(self.scope(*n), ScopeAnswer::Expired | ScopeAnswer::NotYet);
        entries.iter().copied().find(dated).or_else(|| entries.first().copied())
    }

    /// Notes the allow entry that covers the pair, but allows nothing: something speaks against it, or it is not in
    /// force itself.
    fn overridden(&self, finding: &mut Finding) {
        let candidates = &self.seen.candidates;
        let in_force = self.in_force(&candidates.site_exact).or_else(|| self.in_force(&candidates.site_glob));
        match (in_force, self.nearest(&candidates.site_glob)) {
            (Some(entry), _) => finding.add("overrides_allow_entry", Detail::Id(entry)),
            (None, Some(entry)) => self.name_lapsed(entry, finding),
            (None, None) => {}
        }
    }

    fn name_lapsed(&self, entry: EntryNumber, finding: &mut Finding) {
        let code = match self.scope(entry) {
            ScopeAnswer::Expired | ScopeAnswer::NotYet => "entry_expired",
            ScopeAnswer::InForce | ScopeAnswer::OutOfScope(_) => "entry_out_of_scope",
        };
        finding.add(code, Detail::Id(entry));
    }

    /// Reasons that hold whichever verdict won.
    fn circumstances(&self, finding: &mut Finding) {
        let subject = self.subject;
        if let Some(image) = &self.seen.image {
            for code in image.flags.codes() {
                finding.add(code, Detail::None);
            }
        }
        if let Some(code) = self.seen.location.filter(|code| !finding.has(code)) {
            finding.add(code, Detail::None);
        }
        let vouched = matches!(finding.verdict, Verdict::Allowed | Verdict::KnownGood);
        if self.seen.system32_root && !vouched {
            finding.add("system32_root", Detail::None);
        }
        if let Some(entry) =
            self.seen.candidates.threat_basename.filter(|_| finding.verdict != Verdict::KnownMalicious)
        {
            finding.add("threat_basename", Detail::Family(entry));
        }
        if !subject.name.is_ascii() {
            finding.add("name_non_ascii", Detail::None);
        }
        if subject.name.trim() != subject.name {
            finding.add("name_whitespace", Detail::None);
        }
        if subject.value_unseen {
            let set = subject.level == Level::Row || subject.action == Action::Added;
            finding.add(if set { "image_unseen" } else { "image_changed_unseen" }, Detail::None);
        }
        if subject.attribute == "preCondition" {
            finding.add("precondition_changed", Detail::None);
        } else if subject.attribute.starts_with("lock") {
            finding.add("lock_changed", Detail::None);
        }
        match subject.action {
            Action::Cleared => finding.add("list_cleared", Detail::None),
            Action::Changed if subject.name.is_empty() => finding.add("list_changed", Detail::None),
            Action::Removed if self.protective() => {
                finding.add("protective_module_removed", Detail::None);
            }
            Action::Removed if subject.name == "TokenCacheModule" => {
                finding.add("documented_mitigation", Detail::None);
            }
            _ => {}
        }
        if self.narrowed() {
            finding.add("protective_module_narrowed", Detail::None);
        }
        if subject.renamed {
            finding.add("renamed", Detail::None);
        }
        if subject.inferred {
            finding.add("inferred", Detail::None);
        }
        if subject.overwritten {
            finding.add("image_overwritten", Detail::None);
        }
        if severity::is_app_pool(subject.actor) {
            finding.add("by_app_pool", Detail::None);
        }
        if subject.time_assumed {
            finding.add("time_assumed", Detail::None);
        }
    }

    /// What is lost of the site's files and could have decided otherwise.
    fn loss(&self, circumstances: &Circumstances, finding: &mut Finding) {
        let decided = finding.has("name_entry")
            || matches!(
                finding.verdict,
                Verdict::Denied
                    | Verdict::KnownMalicious
                    | Verdict::KnownGood
                    | Verdict::Allowed
                    | Verdict::NotModule
            );
        // A bad row with the id of a shipped entry may be the one that switches it off.
        let switched = finding.rule.is_some_and(|rule| self.index.is_id_in_bad_row(rule));
        let merely_unlisted = finding.verdict == Verdict::Unknown
            && severity::is_plain(circumstances)
            && !finding.has("image_overwritten");
        if switched || self.seen.candidates.in_bad_row || !decided && self.index.legible() == Legible::InPart
        {
            finding.add("allowlist_damaged", Detail::None);
        } else if merely_unlisted && self.index.legible() == Legible::Not {
            finding.add("allowlist_unreadable", Detail::None);
        }
    }

    /// Whether it is a module whose removal blinds or opens the server.
    fn protective(&self) -> bool {
        self.subject.class != Class::Handler && severity::is_protective(self.subject.name)
    }

    /// Whether the preCondition keeps a protective module from running where its listed pairs run, and no entry in force
    /// names that very preCondition.
    fn narrowed(&self) -> bool {
        let Some(seen) = self.subject.precondition.filter(|_| self.protective()) else { return false };
        let candidates = &self.seen.candidates;
        let shipped = |n: &EntryNumber| {
            let entry = self.index.entry(*n);
            entry.filter(|entry| matches!(entry.origin, Origin::Baseline | Origin::Pack(_)))
        };
        let mut pairs = candidates.known_name.iter().filter_map(shipped).peekable();
        let narrowed = self.subject.action != Action::Removed
            && pairs.peek().is_some()
            && pairs.all(|entry| precondition::narrows(seen, &entry.precondition));
        let names_it = |n: &&EntryNumber| {
            let entry = self.index.entry(**n).filter(|entry| entry.origin == Origin::Site);
            entry.is_some_and(|entry| !entry.precondition.is_empty())
        };
        let lists =
            [&candidates.site_exact, &candidates.site_glob, &candidates.site_name, &candidates.known_name];
        let mut entries = lists.into_iter().flatten().filter(names_it);
        narrowed && !entries.any(|n| self.scope(*n) == ScopeAnswer::InForce)
    }

    /// The kind that the rows tell, else the one that all entries of this name agree on.
    fn kind(&self) -> Option<Kind> {
        let known = self.seen.candidates.known_name.iter();
        let mut kinds = known.map(|&n| self.index.entry(n).and_then(|entry| entry.kind));
        let first = kinds.next().flatten();
        let agreed = first.filter(|_| kinds.all(|kind| kind == first));
        let filter = agreed.filter(|kind| self.subject.or_filter && *kind == Kind::IsapiFilter);
        filter.or(self.subject.kind).or(agreed)
    }

    fn scope(&self, entry: EntryNumber) -> ScopeAnswer {
        let identified = self.seen.is_identified();
        self.index
            .entry(entry)
            .map_or(ScopeAnswer::Expired, |entry| in_scope::answer(entry, self.subject, identified, self.now))
    }
}

/// A name that a reader takes for the known one itself.
fn looks_the_same(resemblance: &Resemblance) -> bool {
    resemblance.part == Part::Name && matches!(resemblance.how, How::Invisible | How::Case | How::Confusable)
}
