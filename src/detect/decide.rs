//! The order of decision.
//!
//! 1. `denied`, `known_malicious`; `file_altered` where the file behind what 2 or 8 vouch for is another one.
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
//! Handlers and settings have no baseline of names: what the table of watched settings says stands for 4 to 9, and the values
//! that it knows for the baseline.
//!
//! Where no image is shown: `incomplete` or `unverified` for a listed name, else 6 and 9 by the name alone.

use crate::allowlist::{EntryNumber, EntrySource, Index, Legible, ScopeAnswer};
use crate::iis::{Action, Class, ImageFlags, Level, Subject, TypeMatch};

use super::assess::Assessment;
use super::case::Case;
use super::code::Code;
use super::file_code::FileCode;
use super::finding::Finding;
use super::lookalike::{How, Part, Resemblance};
use super::reason::Detail;
use super::severity::{self, Circumstances};
use super::technique::Technique;
use super::verdict::Verdict;
use super::watch::Told;

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
    let condemned = case.condemned(finding);
    let watched = case.watched(finding);
    let (verdict, hidden) = case.verdict(condemned, watched, finding);
    let of_file = case.of_file(verdict, finding);
    let verdict = if of_file.altered.is_some() { Verdict::FileAltered } else { verdict };
    finding.verdict = verdict;
    finding.action = case.action(verdict);
    let observed = Circumstances {
        altered: of_file.altered,
        elsewhere: of_file.least,
        ..case.observed(verdict, hidden, watched, finding)
    };
    case.circumstances(&observed, finding);
    finding.technique = case.technique(&observed, finding);
    finding.severity = severity::severity(&observed);
    case.clock(finding);
    case.loss(&observed, finding);
}

impl Case<'_> {
    /// The verdict, and the one that it hides.
    fn verdict(
        &self,
        condemned: Option<(Verdict, EntryNumber)>,
        watched: Option<Told>,
        finding: &mut Finding,
    ) -> (Verdict, Option<Verdict>) {
        let handler = self.subject.class == Class::Handler;
        if self.subject.name.is_empty() {
            // A clear, or a section written as a whole: no module is named.
            return (if handler { Verdict::NotModule } else { self.pending() }, None);
        }
        if let Some((verdict, entry)) = condemned {
            if watched.is_none() {
                self.observe(finding);
                self.overridden(finding);
            }
            finding.rule = Some(entry);
            return (verdict, None);
        }
        if let Some(told) = watched {
            return self.carrier(told.verdict, finding);
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
        if self.subject.name.is_empty() {
            return None;
        }
        let candidates = &self.seen.candidates;
        if let Some(entry) = self.in_force(&candidates.deny) {
            finding.add(Code::DenyEntry, Detail::Id(entry));
            return Some((Verdict::Denied, entry));
        }
        let baseline = candidates
            .known_pair
            .and_then(|n| self.index.entry(n))
            .is_some_and(|entry| entry.source == EntrySource::Baseline);
        // A file is what it is whatever name it has, and whoever vouches for that name.
        let entry = self.threat_of_file().or(candidates.threat.filter(|_| !baseline))?;
        finding.add(Code::Threat, Detail::Family(entry));
        Some((Verdict::KnownMalicious, entry))
    }

    /// Step 2.
    fn vouched(&self, finding: &mut Finding) -> Option<Verdict> {
        let candidates = &self.seen.candidates;
        let (verdict, entry) = match candidates.known_pair {
            Some(entry) => (Verdict::KnownGood, entry),
            None if self.seen.is_identified() => {
                (Verdict::Allowed, self.in_force_for_file(&candidates.site_exact)?)
            }
            None => match self.removal() {
                Some(entry) => (Verdict::Allowed, entry),
                None => return self.removed_by_its_product(finding),
            },
        };
        finding.rule = Some(entry);
        let agreement = self.index.managed_type(entry).zip(self.seen.managed_type.as_ref());
        match agreement.map(|(known, seen)| known.compare(seen)) {
            Some(TypeMatch::Weak) => finding.add(Code::WeakIdentity, Detail::None),
            Some(TypeMatch::OtherVersion) => finding.add(Code::TypeVersionDiffers, Detail::None),
            Some(TypeMatch::Same | TypeMatch::Different) | None => {}
        }
        if self.seen.replaced {
            finding.add(Code::ImageReplaced, Detail::None);
        }
        if self.seen.lost_key {
            finding.add(Code::KeyLost, Detail::None);
        }
        self.doubts(entry, finding);
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
            finding.add(Code::ImageReplaced, Detail::None);
        }
        if self.seen.lost_key {
            finding.add(Code::KeyLost, Detail::None);
        }
        if self.seen.candidates.known_pair.is_some() {
            return;
        }
        if self.seen.later_version.is_some() {
            finding.add(Code::LaterVersion, Detail::Versions);
        }
        if self.is_framework_in_bin() {
            finding.add(Code::FrameworkInBin, Detail::None);
        }
        let alias = self.known_image();
        // A file that is the known module's own does not imitate it.
        let itself = |resemblance: &&Resemblance| {
            alias.is_some() && (resemblance.part == Part::Stem || resemblance.how == How::Same)
        };
        let later = self.seen.later_version.is_some();
        if let Some(resemblance) = self.seen.resembles.as_ref().filter(|r| !itself(r) && !later) {
            finding.add(resemblance.code(), Detail::Resembled);
        }
        if !self.seen.is_identified() {
            return;
        }
        if self.seen.candidates.pack_not_chosen.is_some() {
            finding.add(Code::PackNotChosen, Detail::None);
        }
        if let Some(entry) = alias {
            finding.add(Code::AliasOf, Detail::Name(entry));
        }
        if let Some(entry) = self.known_name() {
            let by_type = self.seen.image.is_none();
            finding.add(if by_type { Code::ExpectedType } else { Code::ExpectedImage }, Detail::Image(entry));
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
        if let Some(entry) = self.in_force_for_file(&self.seen.candidates.site_glob).filter(|_| plain) {
            finding.rule = Some(entry);
            self.doubts(entry, finding);
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
        if self.seen.later_version.is_some() {
            return None;
        }
        let name = self.imitated_name();
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
        if self.is_framework_in_bin() {
            return Some(Verdict::MasqueradeType);
        }
        (pack.is_none() && self.seen.resembles.is_some()).then_some(Verdict::Lookalike)
    }

    /// No image and no type.
    fn by_name(&self, finding: &mut Finding) -> Verdict {
        let candidates = &self.seen.candidates;
        if let Some(entry) = self.name_entry() {
            finding.add(Code::NameEntry, Detail::Id(entry));
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
        self.other_than_exact(&self.seen.candidates.known_name, |_| true)
    }

    /// The entry whose name another image or type makes a masquerade. A pack does not list all of its product: another pair
    /// under a name of its own is as good or bad as without the pack, unless it took the place of one.
    fn imitated_name(&self) -> Option<EntryNumber> {
        let own = |n: &EntryNumber| self.seen.replaced || !self.index.is_of_pack(*n);
        self.other_than_exact(&self.seen.candidates.known_name, own)
    }

    /// The entry, of no pack, that lists the image under another name.
    fn known_image(&self) -> Option<EntryNumber> {
        let own = |n: &EntryNumber| !self.index.is_of_pack(*n);
        self.other_than_exact(&self.seen.candidates.known_image, own)
    }

    fn is_framework_in_bin(&self) -> bool {
        self.seen.managed_type.as_ref().is_some_and(|seen| self.index.is_framework_in_bin(seen))
    }

    fn other_than_exact(
        &self,
        entries: &[EntryNumber],
        counts: impl Fn(&EntryNumber) -> bool,
    ) -> Option<EntryNumber> {
        entries.iter().find(|n| !self.seen.candidates.site_exact.contains(n) && counts(n)).copied()
    }

    /// What was observed, as far as severity depends on it.
    fn observed(
        &self,
        verdict: Verdict,
        hidden: Option<Verdict>,
        watched: Option<Told>,
        finding: &Finding,
    ) -> Circumstances {
        let subject = self.subject;
        Circumstances {
            verdict,
            hidden,
            level: subject.level,
            kind: finding.kind,
            action: subject.action,
            under_remove: subject.under_remove,
            image_changed_unseen: subject.value_unseen && !self.is_set_anew(),
            renamed: subject.renamed,
            name_entry: self.name_entry().is_some(),
            list_changed: subject.action == Action::Changed && subject.name.is_empty(),
            precondition_changed: subject.attribute == "preCondition",
            lock_changed: subject.attribute.starts_with("lock"),
            protection_removed: subject.action == Action::Removed
                && self.protective()
                && finding.known.is_none(),
            protection_narrowed: self.narrowed(),
            key_lost: self.seen.lost_key && self.subject.class.is_module(),
            doubtful: [Code::BareType, Code::NotOfFramework, Code::VersionLowered]
                .into_iter()
                .any(|code| finding.has(code))
                || finding.has(FileCode::SignaturePadded),
            altered: None,
            elsewhere: None,
            threat_basename: self.seen.candidates.threat_basename.is_some(),
            system32_root: self.seen.system32_root,
            by_app_pool: severity::is_app_pool(subject.actor) && !watched.is_some_and(|told| told.by_actor),
            watched: watched.filter(|told| told.verdict != Verdict::NotModule).map(|told| told.severity),
        }
    }

    /// Whether an image that is not shown is that of a new registration, or may be.
    fn is_set_anew(&self) -> bool {
        self.subject.level == Level::Row || self.subject.action == Action::Added
    }

    /// Whether the site's own exact entries list the name, and none in force agrees by name to what is not shown.
    fn is_on_own_list(&self) -> bool {
        let own = |n: &EntryNumber| self.index.entry(*n).is_some_and(|e| e.source == EntrySource::Site);
        self.name_entry().is_none() && self.seen.candidates.known_name.iter().any(own)
    }

    /// Reasons that hold whichever verdict won.
    fn circumstances(&self, observed: &Circumstances, finding: &mut Finding) {
        let subject = self.subject;
        let oddities = self.seen.image.as_ref().map_or(ImageFlags::default(), |image| image.flags);
        let nothing = subject.class == Class::Setting && !finding.is_told();
        for oddity in oddities.oddities().filter(|_| !nothing) {
            finding.add_once(oddity, Detail::None);
        }
        if let Some(suspicion) = self.seen.location {
            finding.add_once(suspicion, Detail::None);
        }
        let vouched = matches!(finding.verdict, Verdict::Allowed | Verdict::KnownGood | Verdict::FileAltered);
        if observed.system32_root && !vouched {
            finding.add(Code::System32Root, Detail::None);
        }
        if let Some(entry) =
            self.seen.candidates.threat_basename.filter(|_| finding.verdict != Verdict::KnownMalicious)
        {
            finding.add(Code::ThreatBasename, Detail::Family(entry));
        }
        if !subject.name.is_ascii() {
            finding.add(Code::NameNonAscii, Detail::None);
        }
        if subject.name.trim() != subject.name {
            finding.add(Code::NameWhitespace, Detail::None);
        }
        if subject.value_unseen && subject.class == Class::Setting {
            finding.add(Code::ValueUnseen, Detail::None);
        } else if subject.value_unseen {
            let unseen = if self.is_set_anew() { Code::ImageUnseen } else { Code::ImageChangedUnseen };
            finding.add(unseen, Detail::None);
        }
        if observed.precondition_changed {
            finding.add(Code::PreconditionChanged, Detail::None);
        } else if observed.lock_changed {
            finding.add(Code::LockChanged, Detail::None);
        }
        match subject.action {
            Action::Cleared => finding.add(Code::ListCleared, Detail::None),
            Action::Changed if observed.list_changed => finding.add(Code::ListChanged, Detail::None),
            Action::Removed if observed.protection_removed => {
                finding.add(Code::ProtectiveModuleRemoved, Detail::None);
            }
            Action::Removed if self.is_on_own_list() && finding.verdict != Verdict::Allowed => {
                finding.add(Code::OwnModuleRemoved, Detail::None);
            }
            Action::Removed if subject.name == "TokenCacheModule" => {
                finding.add(Code::DocumentedMitigation, Detail::None);
            }
            _ => {}
        }
        if observed.protection_narrowed {
            finding.add(Code::ProtectiveModuleNarrowed, Detail::None);
        }
        if subject.renamed {
            finding.add(Code::Renamed, Detail::None);
        }
        if subject.inferred {
            finding.add(Code::Inferred, Detail::None);
        }
        if subject.overwritten {
            finding.add(Code::ImageOverwritten, Detail::None);
        }
        if severity::is_app_pool(subject.actor) {
            finding.add(Code::ByAppPool, Detail::None);
        }
        if subject.time_assumed {
            finding.add(Code::TimeAssumed, Detail::None);
        }
    }

    /// What is lost of the site's files and could have decided otherwise.
    fn loss(&self, observed: &Circumstances, finding: &mut Finding) {
        let decided = observed.name_entry
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
        let merely_unlisted =
            finding.verdict == Verdict::Unknown && severity::is_plain(observed) && !self.subject.overwritten;
        if switched || self.seen.candidates.in_bad_row || !decided && self.index.legible() == Legible::InPart
        {
            finding.add(Code::AllowlistDamaged, Detail::None);
        } else if merely_unlisted && self.index.legible() == Legible::Not {
            finding.add(Code::AllowlistUnreadable, Detail::None);
        }
    }

    /// The technique of ATT&CK that the finding is about.
    fn technique(&self, observed: &Circumstances, finding: &Finding) -> Technique {
        if finding.watched.is_some() && finding.is_told() {
            return Technique::OfSetting;
        }
        let cleared = self.subject.action == Action::Cleared;
        let weakens = observed.protection_removed || observed.protection_narrowed || cleared;
        Technique::of(finding.verdict, self.subject.name, weakens)
    }
}

/// A name that a reader takes for the known one itself.
fn looks_the_same(resemblance: &Resemblance) -> bool {
    resemblance.part == Part::Name && matches!(resemblance.how, How::Invisible | How::Case | How::Confusable)
}
