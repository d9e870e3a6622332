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

use crate::allowlist::{EntryNumber, Index, Origin, Scope, ScopeAnswer};
use crate::iis::{Action, Class, Kind, Level, Subject, TypeMatch};

use super::assess::Assessment;
use super::finding::Finding;
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
    finding.severity = severity::severity(&Circumstances {
        verdict,
        hidden,
        level: subject.level,
        kind: finding.kind,
        action: subject.action,
        image_changed_unseen: finding.has("image_changed_unseen"),
        name_entry: finding.has("name_entry"),
        list_changed: finding.has("list_changed"),
        settings_changed: finding.has("precondition_changed") || finding.has("lock_changed"),
        protective: severity::is_protective(subject.name),
        threat_basename: finding.has("threat_basename"),
        system32_root: finding.has("system32_root"),
        by_app_pool: finding.has("by_app_pool"),
    });
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
        if self.subject.name.is_empty() {
            // A clear, or a section written as a whole: no module is named.
            return (self.pending(), None);
        }
        if let Some(verdict) = self.condemned(finding) {
            return (verdict, None);
        }
        if self.subject.class == Class::Handler {
            // There is no baseline of handlers: only what condemns them counts.
            let verdict =
                if self.seen.location.is_some() { Verdict::SuspiciousLocation } else { Verdict::NotModule };
            return (verdict, None);
        }
        if let Some(verdict) = self.vouched(finding) {
            return (verdict, None);
        }
        let lapsed = self.lapsed();
        let verdict =
            if self.seen.is_identified() { self.identified(finding) } else { self.by_name(finding) };
        match lapsed {
            Some((lapsed, entry)) => {
                finding.rule = Some(entry);
                (lapsed, Some(verdict))
            }
            None => (verdict, None),
        }
    }

    /// Step 1.
    fn condemned(&self, finding: &mut Finding) -> Option<Verdict> {
        let candidates = &self.seen.candidates;
        if let Some(&entry) = candidates.deny.iter().find(|&&n| self.scope(n) == ScopeAnswer::InForce) {
            finding.add("deny_entry", Detail::Id(entry));
            finding.rule = Some(entry);
            return Some(Verdict::Denied);
        }
        let baseline = candidates
            .known_pair
            .and_then(|n| self.index.entry(n))
            .is_some_and(|entry| entry.origin == Origin::Baseline);
        if let Some(entry) = candidates.threat.filter(|_| !baseline) {
            finding.add("threat", Detail::Family(entry));
            finding.rule = Some(entry);
            return Some(Verdict::KnownMalicious);
        }
        None
    }

    /// Step 2.
    fn vouched(&self, finding: &mut Finding) -> Option<Verdict> {
        let candidates = &self.seen.candidates;
        // A removal carries no image: only an entry that speaks of removals can allow it.
        let listed = if self.seen.is_identified() { &candidates.site_exact } else { &candidates.site_name };
        let site = || {
            listed.iter().copied().find(|&n| {
                let by_image = self.seen.is_identified();
                let speaks = by_image || self.index.entry(n).is_some_and(|entry| !entry.actions.is_empty());
                speaks && self.scope(n) == ScopeAnswer::InForce
            })
        };
        let (verdict, entry) = match candidates.known_pair {
            Some(entry) => (Verdict::KnownGood, entry),
            None => (Verdict::Allowed, site()?),
        };
        finding.rule = Some(entry);
        if let Some(code) = candidates.type_match.and_then(TypeMatch::reason) {
            finding.add(code, Detail::None);
        }
        Some(verdict)
    }

    /// Step 3: the exact entry that would have allowed it elsewhere, or at another time.
    fn lapsed(&self) -> Option<(Verdict, EntryNumber)> {
        let entry = *self.seen.candidates.site_exact.first()?;
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

    /// Steps 4 to 9 with an image or a type.
    fn identified(&self, finding: &mut Finding) -> Verdict {
        let candidates = &self.seen.candidates;
        let exact = |n: &&EntryNumber| candidates.site_exact.contains(n);
        let known_name = candidates.known_name.iter().find(|n| !exact(n)).copied();
        let known_image = candidates.known_image.iter().find(|n| !exact(n)).copied();
        let listed = !candidates.known_name.is_empty();
        let pack = candidates.pack_not_chosen;
        if pack.is_some() {
            finding.add("pack_not_chosen", Detail::None);
        }
        // A name that looks the same as a known one to a reader is no alias, whatever its image.
        if self.seen.resembles.as_ref().is_some_and(looks_the_same) {
            self.resembling(finding);
            return self.overriding(Verdict::Lookalike, finding);
        }
        if let Some(entry) = known_image.filter(|_| !listed) {
            finding.add("alias_of", Detail::Name(entry));
            finding.rule = Some(entry);
            return self.overriding(Verdict::Alias, finding);
        }
        if let Some(entry) = known_name.filter(|_| pack.is_none() || self.seen.replaced) {
            let by_type = self.seen.image.is_none();
            finding.add(if by_type { "expected_type" } else { "expected_image" }, Detail::Image(entry));
            finding.rule = Some(entry);
            let verdict = match (self.seen.replaced, by_type) {
                (true, _) => Verdict::ImageHijack,
                (false, true) => Verdict::MasqueradeType,
                (false, false) => Verdict::MasqueradePath,
            };
            return self.overriding(verdict, finding);
        }
        if pack.is_none() {
            if self.seen.resembles.is_some() {
                self.resembling(finding);
                return self.overriding(Verdict::Lookalike, finding);
            }
            if self.seen.location.is_some() {
                return self.overriding(Verdict::SuspiciousLocation, finding);
            }
        }
        if let Some(&entry) = candidates.site_glob.iter().find(|&&n| self.scope(n) == ScopeAnswer::InForce) {
            finding.rule = Some(entry);
            return Verdict::Allowed;
        }
        if let Some(&entry) = candidates.site_glob.first() {
            self.name_lapsed(entry, finding);
        }
        finding.rule = pack;
        Verdict::Unknown
    }

    /// Step 10: no image and no type.
    fn by_name(&self, finding: &mut Finding) -> Verdict {
        let candidates = &self.seen.candidates;
        if let Some(&entry) = candidates.site_name.iter().find(|&&n| self.scope(n) == ScopeAnswer::InForce) {
            finding.add("name_entry", Detail::Id(entry));
            finding.rule = Some(entry);
            return self.pending();
        }
        if let Some(&entry) = candidates.site_name.first() {
            self.name_lapsed(entry, finding);
        }
        if let Some(&entry) = candidates.known_name.first() {
            finding.rule = Some(entry);
            return self.pending();
        }
        if self.seen.resembles.is_some() {
            self.resembling(finding);
            return Verdict::Lookalike;
        }
        Verdict::Unknown
    }

    /// Notes the known module that this one resembles.
    fn resembling(&self, finding: &mut Finding) {
        if let Some(resemblance) = self.seen.resembles.as_ref().filter(|r| !finding.has(r.code())) {
            finding.add(resemblance.code(), Detail::Resembled);
        }
    }

    /// A listed name whose image is not there.
    fn pending(&self) -> Verdict {
        if self.subject.level == Level::Row { Verdict::Incomplete } else { Verdict::Unverified }
    }

    /// Notes a pattern that would have allowed what another rule condemns.
    fn overriding(&self, verdict: Verdict, finding: &mut Finding) -> Verdict {
        let glob = self.seen.candidates.site_glob.iter().find(|&&n| self.scope(n) == ScopeAnswer::InForce);
        if let Some(&entry) = glob {
            finding.add("overrides_allow_entry", Detail::Id(entry));
        }
        verdict
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
        self.resembling(finding);
        if self.seen.replaced {
            finding.add("image_replaced", Detail::None);
        }
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
            Action::Removed if severity::is_protective(subject.name) => {
                finding.add("protective_module_removed", Detail::None);
            }
            Action::Removed if subject.name == "TokenCacheModule" => {
                finding.add("documented_mitigation", Detail::None);
            }
            _ => {}
        }
        if subject.renamed {
            finding.add("renamed", Detail::None);
        }
        if subject.inferred {
            finding.add("inferred", Detail::None);
        }
        if severity::is_app_pool(subject.actor) {
            finding.add("by_app_pool", Detail::None);
        }
        if subject.time_assumed {
            finding.add("time_assumed", Detail::None);
        }
    }

    /// The kind that the rows tell, else the one that all entries of this name agree on.
    fn kind(&self) -> Option<Kind> {
        self.subject.kind.or_else(|| {
            let known = self.seen.candidates.known_name.iter();
            let mut kinds = known.map(|&n| self.index.entry(n).and_then(|entry| entry.kind));
            let first = kinds.next()??;
            kinds.all(|kind| kind == Some(first)).then_some(first)
        })
    }

    fn scope(&self, entry: EntryNumber) -> ScopeAnswer {
        let scope = Scope {
            host: self.subject.host,
            config_path: self.subject.config_path,
            location: self.subject.location,
            action: self.subject.action,
            precondition: self.subject.precondition,
            time: self.now,
        };
        self.index.entry(entry).map_or(ScopeAnswer::Expired, |entry| entry.scope(&scope))
    }
}

/// A name that a reader takes for the known one itself.
fn looks_the_same(resemblance: &Resemblance) -> bool {
    resemblance.part == Part::Name
        && matches!(resemblance.how, How::Invisible | How::Case | How::Same | How::Confusable)
}
