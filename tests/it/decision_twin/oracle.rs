//! The decision once more, slow and obvious, straight from docs/verdicts.md: every entry is looked at for every
//! question. It shares the comparison of single paths, types, globs, scopes and look-alikes with the engine, and
//! nothing else.

use std::collections::BTreeSet;

use iismodcheck::allowlist::{EntrySource, ScopeAnswer};
use iismodcheck::detect::lookalike::{How, Part};
use iismodcheck::detect::{Severity, Verdict};
use iismodcheck::iis::change::site;
use iismodcheck::iis::{Action, Class, Kind, Level, Oddity, Setting, Subject, TypeMatch};

use super::doubts::is_about_nothing_in_particular;
use super::matching::{Case, Seen, Shelf};

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    pub action: Action,
    pub severity: Severity,
    pub rule: String,
    pub technique: String,
    pub reasons: BTreeSet<String>,
}

pub fn decide(shelf: &Shelf<'_>, subject: &Subject<'_>, given: Option<Setting<'_>>, now: i64) -> Answer {
    let mut case = Case::new(shelf, subject, now);
    case.given = given;
    case.told = case.told();
    let (verdict, rule, hidden) = case.verdict();
    let verdict = case.file(verdict, &rule);
    // A file that is not as it should be is told of what would else be told as nothing: by the row of the table that looks there.
    let by_row = case.told.as_ref().filter(|_| rule.is_empty() && verdict == Verdict::FileAltered);
    let rule = by_row.map_or(rule, |told| told.rule.clone());
    case.reasons_of_any_verdict(verdict);
    case.what_the_clock_says(verdict, &rule);
    let severity = case.severity(verdict, hidden);
    case.what_bad_rows_may_be_about(verdict, &rule);
    let (action, technique) = (case.action(verdict), case.technique(verdict));
    Answer { verdict, action, severity, rule, technique, reasons: case.reasons }
}

pub type Decided = (Verdict, String, Option<Verdict>);

impl Case<'_> {
    fn verdict(&mut self) -> Decided {
        let told = self.told.clone();
        let handler = told.is_some();
        let shown = self.image.is_some() || self.managed.is_some();
        let nobody = String::new;
        // A clear, and a list written as a whole, name no module.
        if self.subject.name.is_empty() {
            return if self.subject.class == Class::Handler {
                (Verdict::NotModule, nobody(), None)
            } else {
                (self.pending(), nobody(), None)
            };
        }
        // Step 1.
        if let Some(entry) = self.first(|case, e| case.denies(e) && case.in_force(e)) {
            self.say("deny_entry", &entry.id);
            self.beside_a_denial(handler);
            return (Verdict::Denied, entry.id.to_string(), None);
        }
        let good = self.known_pair();
        let threat = self.threat(true).filter(|_| good.is_none_or(|e| e.source != EntrySource::Baseline));
        if let Some(entry) = self.threat_of_file().or(threat) {
            self.say("threat", &entry.about);
            self.beside_a_denial(handler);
            return (Verdict::KnownMalicious, entry.id.to_string(), None);
        }
        if let Some(told) = told {
            return self.carrier(&told);
        }
        // Step 2.
        let allowed = if shown {
            self.fitting(Self::is_exact_pair)
        } else {
            self.first(|case, e| {
                let removal = case.subject.action == Action::Removed && e.actions.contains(&Action::Removed);
                removal && case.is_for_the_name(e) && case.in_force(e)
            })
        };
        let vouching = good.map(|e| (Verdict::KnownGood, e)).or(allowed.map(|e| (Verdict::Allowed, e)));
        if let Some((verdict, entry)) = vouching {
            if self.replaced() {
                self.say("image_replaced", "");
            }
            let mut told = Vec::new();
            if let Some(seen) = self.managed.as_ref().filter(|_| !entry.type_name.is_empty()) {
                match entry.managed.compare(seen) {
                    TypeMatch::Weak => told.push("weak_identity"),
                    TypeMatch::OtherVersion => told.push("type_version_differs"),
                    TypeMatch::Same | TypeMatch::Different => {}
                }
                let (assembly, _) = entry.managed.file();
                let levels = ["", "machine", "machine/webroot", "machine/webroot/apphost"];
                let level = self.subject.config_path.trim_end_matches('/').to_lowercase();
                let below_server = !site(self.subject.config_path, self.subject.location).is_empty()
                    || !levels.contains(&level.as_str());
                let agreed = self.first(|case, e| {
                    let chosen = Self::is_of_pack(e)
                        && case.lists_the_name(e)
                        && case.is_for_the_kind(e)
                        && case.agreement(e) == TypeMatch::Same;
                    let exact = case.is_exact_pair(e)
                        && case.in_force(e)
                        && case.agreement(e) != TypeMatch::OtherVersion;
                    chosen || exact
                });
                for (code, holds) in [
                    ("bare_type", seen.file().0.is_none() && assembly.is_some()),
                    (
                        "not_of_framework",
                        entry.source == EntrySource::Baseline
                            && below_server
                            && agreed.is_none()
                            && !self.is_of_framework(),
                    ),
                ] {
                    if holds {
                        told.push(code);
                    }
                }
            }
            for code in told {
                self.say(code, "");
            }
            if self.lost_key() {
                self.say("key_lost", "");
            }
            return (verdict, entry.id.to_string(), None);
        }
        self.what_is_seen();
        let (verdict, rule) = if shown { self.steps_4_to_9() } else { self.step_10() };
        self.lapsed(verdict).unwrap_or((verdict, rule, None))
    }

    /// Step 3 hides what follows, and keeps its severity.
    pub fn lapsed(&self, hidden: Verdict) -> Option<Decided> {
        let dated = self.first(|case, e| case.is_exact_pair(e) && case.is_only_out_of_date(e));
        if let Some(entry) = dated {
            return Some((Verdict::AllowExpired, entry.id.to_string(), Some(hidden)));
        }
        let entry = self.first(Self::is_exact_pair)?;
        Some((Verdict::AllowOutOfScope, entry.id.to_string(), Some(hidden)))
    }

    fn steps_4_to_9(&mut self) -> (Verdict, String) {
        let pack = self.pair_of_another_pack();
        let name = self.first(|case, e| {
            case.lists_the_name(e) && !case.is_exact_pair(e) && (case.replaced() || !Self::is_of_pack(e))
        });
        let image =
            self.first(|case, e| case.lists_the_image(e) && !case.is_exact_pair(e) && !Self::is_of_pack(e));
        let resemblance = self.resemblance.clone();
        let twin = resemblance.as_ref().is_some_and(|r| {
            r.part == Part::Name && matches!(r.how, How::Invisible | How::Case | How::Confusable)
        });
        let found = if twin {
            Some((Verdict::Lookalike, String::new()))
        } else if self.later_version().is_some() {
            let placed = pack.is_none() && self.location().is_some();
            placed.then(|| (Verdict::SuspiciousLocation, String::new()))
        } else if let (Some(entry), None) = (image, name) {
            Some((Verdict::Alias, entry.id.to_string()))
        } else if let Some(entry) = name.filter(|_| pack.is_none() || self.replaced()) {
            let verdict = match (self.replaced(), &self.image) {
                (true, _) => Verdict::ImageHijack,
                (false, Some(_)) => Verdict::MasqueradePath,
                (false, None) => Verdict::MasqueradeType,
            };
            Some((verdict, entry.id.to_string()))
        } else if self.framework_in_bin() {
            Some((Verdict::MasqueradeType, String::new()))
        } else if pack.is_none() && resemblance.is_some() {
            Some((Verdict::Lookalike, String::new()))
        } else if pack.is_none() && self.location().is_some() {
            Some((Verdict::SuspiciousLocation, String::new()))
        } else {
            None
        };
        let pattern = self.fitting(Self::is_covering_pattern);
        match (found, pattern) {
            (None, Some(entry)) if self.threat(false).is_none() => (Verdict::Allowed, entry.id.to_string()),
            (found, _) => {
                self.patterns_that_allow_nothing();
                found.unwrap_or_else(|| (Verdict::Unknown, pack.map_or(String::new(), |e| e.id.to_string())))
            }
        }
    }

    fn step_10(&mut self) -> (Verdict, String) {
        if let Some(entry) = self.first(|case, e| case.is_for_the_name(e) && case.in_force(e)) {
            self.say("name_entry", &entry.id);
            return (self.pending(), entry.id.to_string());
        }
        self.lapsed_reason(Self::is_for_the_name);
        if let Some(entry) = self.first(Self::lists_the_name) {
            return (self.pending(), entry.id.to_string());
        }
        let verdict = if self.resemblance.clone().is_some() { Verdict::Lookalike } else { Verdict::Unknown };
        (verdict, String::new())
    }

    /// Removed and added in one commit: moved only where what was added is vouched for, or shows nothing.
    fn action(&self, verdict: Verdict) -> Action {
        let shown = self.image.is_some() || self.managed.is_some();
        let vouched = matches!(verdict, Verdict::KnownGood | Verdict::Allowed);
        match self.subject.action {
            Action::Reordered if shown && !vouched => Action::Replaced,
            action => action,
        }
    }

    fn pending(&self) -> Verdict {
        match self.subject.level {
            Level::Row => Verdict::Incomplete,
            Level::Change | Level::Inventory => Verdict::Unverified,
        }
    }

    // What is told.

    pub fn say(&mut self, code: &str, detail: &str) {
        self.reasons.insert(if detail.is_empty() { code.to_owned() } else { format!("{code}:{detail}") });
    }

    fn beside_a_denial(&mut self, handler: bool) {
        if !handler {
            self.what_is_seen();
            self.patterns_that_allow_nothing();
        }
    }

    fn what_is_seen(&mut self) {
        if self.replaced() {
            self.say("image_replaced", "");
        }
        if self.lost_key() {
            self.say("key_lost", "");
        }
        if self.known_pair().is_some() {
            return;
        }
        let later = self.later_version();
        if let Some(pattern) = &later {
            self.say("later_version", pattern);
        }
        if self.framework_in_bin() {
            self.say("framework_in_bin", "");
        }
        let image =
            self.first(|case, e| case.lists_the_image(e) && !case.is_exact_pair(e) && !Self::is_of_pack(e));
        if let Some(r) = self
            .resemblance
            .clone()
            .filter(|r| later.is_none() && (image.is_none() || r.part == Part::Name && r.how != How::Same))
        {
            self.say(r.code().as_str(), &r.known);
        }
        if self.image.is_none() && self.managed.is_none() {
            return;
        }
        if self.pair_of_another_pack().is_some() {
            self.say("pack_not_chosen", "");
        }
        if let Some(entry) = image {
            self.say("alias_of", &entry.name);
        }
        if let Some(entry) = self.first(|case, e| case.lists_the_name(e) && !case.is_exact_pair(e)) {
            let code = if self.image.is_some() { "expected_image" } else { "expected_type" };
            self.say(code, if entry.image.is_empty() { &entry.type_name } else { &entry.image });
        }
    }

    pub fn patterns_that_allow_nothing(&mut self) {
        let exact = self.first(|case, e| case.is_exact_pair(e) && case.in_force(e));
        let pattern = self.first(|case, e| case.is_covering_pattern(e) && case.in_force(e));
        match exact.or(pattern) {
            Some(entry) => self.say("overrides_allow_entry", &entry.id),
            None => self.lapsed_reason(Self::is_covering_pattern),
        }
    }

    fn lapsed_reason(&mut self, covers: fn(&Self, &Seen<'_>) -> bool) {
        if let Some(entry) = self.first(|case, e| covers(case, e) && case.is_only_out_of_date(e)) {
            self.say("entry_expired", &entry.id);
        } else if let Some(entry) = self.first(covers) {
            self.say("entry_out_of_scope", &entry.id);
        }
    }

    fn reasons_of_any_verdict(&mut self, verdict: Verdict) {
        let subject = self.subject;
        let flags: Vec<&str> =
            self.image.iter().flat_map(|image| image.flags.oddities()).map(Oddity::as_str).collect();
        let nothing = subject.class == Class::Setting && verdict == Verdict::NotModule;
        flags.into_iter().filter(|_| !nothing).chain(self.location()).for_each(|code| self.say(code, ""));
        let vouched = matches!(verdict, Verdict::Allowed | Verdict::KnownGood | Verdict::FileAltered);
        let common = self.threat(false).filter(|_| verdict != Verdict::KnownMalicious);
        if let Some(entry) = common {
            self.say("threat_basename", &entry.about);
        }
        let unseen_of_new = subject.level == Level::Row || subject.action == Action::Added;
        let removed = subject.action == Action::Removed && subject.class.is_module();
        let setting = subject.class == Class::Setting;
        for (code, holds) in [
            ("system32_root", self.in_system32_root() && !vouched),
            ("name_non_ascii", !subject.name.is_ascii()),
            ("name_whitespace", subject.name.trim() != subject.name),
            ("value_unseen", subject.value_unseen && setting),
            ("image_unseen", subject.value_unseen && !setting && unseen_of_new),
            ("image_changed_unseen", subject.value_unseen && !setting && !unseen_of_new),
            ("precondition_changed", subject.attribute == "preCondition"),
            ("lock_changed", subject.attribute.starts_with("lock")),
            ("list_changed", subject.action == Action::Changed && subject.name.is_empty()),
            ("list_cleared", subject.action == Action::Cleared),
            ("protective_module_removed", removed && protective(subject.name)),
            ("protective_module_narrowed", self.narrowed()),
            (
                "own_module_removed",
                subject.action == Action::Removed
                    && verdict != Verdict::Allowed
                    && !(removed && protective(subject.name))
                    && self.is_on_own_list(),
            ),
            (
                "documented_mitigation",
                subject.action == Action::Removed
                    && subject.name == "TokenCacheModule"
                    && (verdict == Verdict::Allowed || !self.is_on_own_list()),
            ),
            ("renamed", subject.renamed),
            ("inferred", subject.inferred),
            ("image_overwritten", subject.overwritten),
            ("by_app_pool", by_app_pool(subject.actor)),
            ("time_assumed", subject.time_assumed),
        ] {
            if holds {
                self.say(code, "");
            }
        }
    }

    /// An exact entry of the site lists the name, and none in force vouches for the name where nothing is shown.
    fn is_on_own_list(&self) -> bool {
        let shown = self.image.is_some() || self.managed.is_some();
        let agreed = !shown && self.first(|case, e| case.is_for_the_name(e) && case.in_force(e)).is_some();
        !agreed && self.listing().any(|e| e.source == EntrySource::Site)
    }

    fn what_the_clock_says(&mut self, verdict: Verdict, rule: &str) {
        const MINUTE: i64 = 60_000_000;
        let (time, indexed) = (self.subject.time, self.subject.clock.indexed);
        let late = indexed.map_or(0, |indexed| indexed - time);
        let moved = self.subject.clock.fell || late < -10 * MINUTE;
        if verdict == Verdict::NotModule {
            return;
        }
        if moved {
            self.say("clock_moved", "");
        }
        if late > 24 * 60 * MINUTE {
            self.say("late", "");
        }
        let by_name = self.reasons.contains(&format!("name_entry:{rule}"));
        let entry = self.shelf.entries.iter().find(|e| {
            let dated = e.valid_from.is_some() || e.expires.is_some();
            e.id == rule && e.source == EntrySource::Site && dated
        });
        let Some(entry) = entry.filter(|_| verdict == Verdict::Allowed || by_name) else { return };
        let in_force_then =
            indexed.is_none_or(|indexed| self.scope_at(entry, indexed) == ScopeAnswer::InForce);
        if moved {
            self.say("entry_by_moved_clock", rule);
        }
        if late.abs() > 24 * 60 * MINUTE && !in_force_then {
            self.say("entry_in_force_then_only", rule);
        }
    }

    fn what_bad_rows_may_be_about(&mut self, verdict: Verdict, rule: &str) {
        use Verdict::{Allowed, Denied, KnownGood, KnownMalicious, NotModule};
        let vouched_by_name = self.reasons.iter().any(|reason| reason.starts_with("name_entry"));
        let open =
            !vouched_by_name && !matches!(verdict, Allowed | Denied | KnownGood | KnownMalicious | NotModule);
        if self.bad_rows().iter().any(|row| {
            self.is_held_by(row)
                || !rule.is_empty() && row.iter().any(|cell| cell == rule)
                || open && is_about_nothing_in_particular(row)
        }) {
            self.say("allowlist_damaged", "");
        }
    }

    // Severity.

    fn severity(&self, verdict: Verdict, hidden: Option<Verdict>) -> Severity {
        let subject = self.subject;
        let not_module = verdict == Verdict::NotModule;
        let vouched =
            not_module || matches!(verdict, Verdict::Allowed | Verdict::KnownGood | Verdict::FileAltered);
        let mut number = self.base(verdict).max(hidden.map_or(0, |hidden| self.base(hidden)));
        let opens =
            subject.action == Action::Removed && subject.class.is_module() && protective(subject.name);
        let lost_key = self.lost_key() && subject.class.is_module();
        if (opens || lost_key || self.narrowed()) && verdict != Verdict::Allowed
            || subject.action == Action::Cleared && !not_module && self.told.is_none()
        {
            number = number.max(3);
        }
        if subject.action == Action::Changed && subject.name.is_empty() && !not_module {
            number = number.max(2);
        }
        let padded = self.reasons.iter().any(|reason| reason.starts_with("signature_padded"));
        if padded || ["bare_type", "not_of_framework"].iter().any(|code| self.reasons.contains(*code)) {
            number = number.max(1);
        }
        if !vouched {
            number = number.max(self.elsewhere());
        }
        number += usize::from(!vouched && self.reasons.iter().any(|r| r.starts_with("threat_basename")));
        number += usize::from(!vouched && self.in_system32_root());
        let by_actor = self.told.as_ref().is_some_and(|told| told.by_actor);
        number += usize::from(!not_module && by_app_pool(subject.actor) && !by_actor);
        Severity::ALL[number.min(4)]
    }

    fn base(&self, verdict: Verdict) -> usize {
        use Verdict::{
            Alias, AllowExpired, AllowOutOfScope, Allowed, Denied, FileAltered, ImageHijack, Incomplete,
            KnownGood, KnownMalicious, Lookalike, MasqueradePath, MasqueradeType, NotModule,
            SuspiciousLocation, Unknown, Unparsed, Unverified, Weakened,
        };
        let settings = self.reasons.contains("precondition_changed") || self.reasons.contains("lock_changed");
        let removed = self.subject.action == Action::Removed;
        let of_setting = self.told.as_ref().filter(|told| told.verdict != NotModule);
        match verdict {
            FileAltered => self.altered,
            Unverified if self.reasons.iter().any(|reason| reason.starts_with("name_entry")) => 0,
            Unknown | Weakened | Unverified if of_setting.is_some() => {
                of_setting.map_or(0, |told| told.severity)
            }
            Denied | KnownMalicious | ImageHijack => 4,
            Lookalike if removed || self.subject.under_remove || self.subject.action == Action::Restored => 1,
            MasqueradePath | MasqueradeType | Alias | Lookalike | SuspiciousLocation => 3,
            Unknown if self.subject.under_remove && self.subject.action == Action::Modified => 1,
            Unknown if removed || self.kind() == Some(Kind::Managed) => 1,
            Unknown | Weakened | Unparsed => 2,
            Unverified if self.reasons.contains("image_changed_unseen") || self.subject.renamed => 2,
            Unverified => 1,
            Incomplete if settings && self.subject.level == Level::Row => 1,
            Incomplete | AllowExpired | AllowOutOfScope | Allowed | KnownGood | NotModule => 0,
        }
    }

    /// A protective module has a preCondition that none of its shipped pairs has, and no entry in force writes it so.
    fn narrowed(&self) -> bool {
        let subject = self.subject;
        let words = |text: &str| -> BTreeSet<String> {
            text.split(',').map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect()
        };
        let shipped: Vec<_> = self.listing().filter(|e| e.source != EntrySource::Site).collect();
        let Some(seen) = subject.precondition.map(words) else { return false };
        let agreed = self.first(|case, e| {
            let speaks = case.is_exact_pair(e)
                || case.is_covering_pattern(e)
                || case.is_for_the_name(e)
                || case.lists_the_name(e);
            e.source == EntrySource::Site && !e.precondition.is_empty() && speaks && case.in_force(e)
        });
        subject.class.is_module()
            && protective(subject.name)
            && subject.action != Action::Removed
            && !shipped.is_empty()
            && shipped.iter().all(|e| !seen.is_subset(&words(&e.precondition)))
            && agreed.is_none()
    }

    pub fn kind(&self) -> Option<Kind> {
        let kinds: BTreeSet<Option<Kind>> = self.listing().map(|e| e.kind).collect();
        let agreed = if kinds.len() == 1 { kinds.into_iter().next().flatten() } else { None };
        if self.subject.or_filter && agreed == Some(Kind::IsapiFilter) {
            return agreed;
        }
        self.subject.kind.or(agreed)
    }
}

fn protective(name: &str) -> bool {
    ["HttpLoggingModule", "RequestFilteringModule", "UrlAuthorization"].contains(&name)
}

pub fn by_app_pool(actor: &str) -> bool {
    actor.starts_with("S-1-5-82-") || actor.to_lowercase().starts_with("iis apppool")
}
