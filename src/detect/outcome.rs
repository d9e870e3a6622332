//! What comes out behind every door: the one step after the decision.

use super::annotation::{Annotation, ReasonTexts};
use super::change::Change;
use super::code::Code;
use super::columns::Column;
use super::configured::Configured;
use super::decision::Decision;
use super::engine::Engine;
use super::everyday;
use super::finding_id::finding_id;
use super::inventory::{Listed, inventory_key};
use super::needs_decision::needs_decision;
use super::row;
use super::verdict::{Severity, Verdict};
use crate::allowlist::Watched;
use crate::event::{Event, Says};
use crate::iis::change::ATTEMPTED;
use crate::iis::{Class, Clock, Registration, Roots, Subject, ValueSource, clock};

/// Where image and type of a listed module were read.
const INVENTORY: &str = "inventory";
/// Where that of a setting in a file was read.
const CONFIGURATION: &str = "configuration";
/// The action of a module that IIS could not load.
const NOT_LOADED: &str = "not_loaded";

/// Everything that is told of one row, change or listed module. Who tells it only writes it.
#[derive(Clone)]
pub struct Outcome<'a> {
    /// How far the module is trusted.
    pub verdict: Verdict,
    /// How much it matters.
    pub severity: Severity,
    /// The texts of the columns.
    pub annotation: Annotation<'a>,
    /// Each thing that was seen.
    pub reasons: &'a ReasonTexts,
    /// The identity of the finding; empty for a row, which is a part of one.
    pub finding_id: String,
    /// It is the same for every row that says the same, at whatever time and place.
    pub is_timeless: bool,
}

impl<'a> Outcome<'a> {
    /// What is told of a decision, with the texts of its reasons. `source` says where image or type was read.
    #[must_use]
    pub fn of(
        subject: &Subject<'a>,
        source: &'a str,
        decision: &Decision<'a>,
        reasons: &'a ReasonTexts,
    ) -> Self {
        Self {
            verdict: decision.finding.verdict,
            severity: decision.finding.severity,
            annotation: Annotation::of(subject, source, decision),
            reasons,
            finding_id: String::new(),
            is_timeless: decision.is_timeless(),
        }
    }

    /// What is told where there is no subject: of another section, or of what cannot be read.
    fn plain(
        (verdict, severity): (Verdict, Severity),
        host: &'a str,
        actor: &'a str,
        reasons: &'a ReasonTexts,
    ) -> Self {
        Self {
            verdict,
            severity,
            annotation: Annotation::plain(verdict, severity, host, actor),
            reasons,
            finding_id: String::new(),
            is_timeless: true,
        }
    }

    /// Says of a change that was not made that it was attempted. Everything else is told as if it had been made.
    fn attempted(mut self, attempted: bool) -> Self {
        if attempted {
            self.annotation.set(Column::Action, ATTEMPTED);
        }
        self
    }

    /// The same of a module that no list has, but an event: that IIS could not load it.
    #[must_use]
    pub fn not_loaded(mut self) -> Self {
        self.annotation.set(Column::Action, NOT_LOADED);
        self.annotation.set(Column::ImageSource, ValueSource::EventData.as_str());
        let (host, identity) = (self.annotation.get(Column::Host), self.annotation.identity());
        let finding_id = finding_id([host, NOT_LOADED, self.verdict.as_str(), identity, ""], None);
        Self { finding_id, ..self }
    }

    /// Whether it needs a person's decision.
    #[must_use]
    pub fn needs_decision(&self) -> bool {
        let action = self.annotation.get(Column::Action);
        needs_decision(self.verdict, self.severity, action, self.reasons.iter())
    }
}

const UNPARSED: (Verdict, Severity) = (Verdict::Unparsed, Severity::Medium);
const NOTHING: (Verdict, Severity) = (Verdict::NotModule, Severity::Info);

/// Decides on rows, changes and listed modules, and says what is told of them.
pub struct Outcomes {
    engine: Engine,
    reasons: ReasonTexts,
    assumed_time: i64,
}

impl Outcomes {
    /// By the decisions of an engine. `assumed_time` (microseconds since 1970-01-01T00:00Z) is that of rows without one.
    #[must_use]
    pub fn new(engine: Engine, assumed_time: i64) -> Self {
        Self { engine, reasons: ReasonTexts::default(), assumed_time }
    }

    /// The time of a row, given its own, where it has one.
    #[must_use]
    pub fn time(&self, at: Option<i64>) -> i64 {
        at.unwrap_or(self.assumed_time)
    }

    /// The number of the profile of a host, as [`Engine::profile`] gives it.
    pub fn profile(&mut self, host: &str) -> usize {
        self.engine.profile(host)
    }

    /// Where folders of a host lie, given in lower case.
    pub fn roots(&mut self, host: &str) -> Roots {
        self.engine.roots(host)
    }

    /// The image path that a setting of a configuration file carries, where it is a watched one that does.
    #[must_use]
    pub fn image_of<'a>(&self, setting: &Configured<'a>) -> Option<&'a str> {
        self.engine.resolved(setting.subject("", 0))?.image
    }

    /// The watched settings, which say which rows of other sections are changes.
    #[must_use]
    pub fn watched(&self) -> &Watched {
        self.engine.watched()
    }

    /// One event row by itself; `None` where it says nothing of the configuration. `host` is in lower case; the row has this
    /// time, and was indexed at that one, where these are known.
    pub fn row<'a>(
        &'a mut self,
        event: &Event<'a>,
        host: &'a str,
        at: Option<i64>,
        indexed: Option<i64>,
    ) -> Option<Outcome<'a>> {
        let indexed = at.and_then(|at| clock::far(at, indexed));
        let of_time = (at.is_none(), Clock { indexed, fell: false });
        match event.says {
            Says::Change(change) => {
                let subject = row::subject(event, &change, host, self.time(at), of_time);
                let source = change.source.map_or("", ValueSource::as_str);
                let decision = self.engine.decide(&subject);
                self.reasons.take(&decision);
                Some(Outcome::of(&subject, source, &decision, &self.reasons).attempted(change.attempted))
            }
            Says::Unparsed(reason) => {
                self.reasons.take_unparsed(reason.as_str(), at.is_none());
                Some(Outcome::plain(UNPARSED, host, event.actor, &self.reasons))
            }
            Says::OtherSection(change) => {
                let raw = row::setting(event, &change, host, self.time(at), of_time);
                if let Some(subject) = self.engine.resolved(raw) {
                    let source = change.source.map_or("", ValueSource::as_str);
                    let decision = self.engine.decide(&subject);
                    self.reasons.take(&decision);
                    let outcome = Outcome::of(&subject, source, &decision, &self.reasons);
                    return Some(outcome.attempted(change.attempted));
                }
                self.reasons.clear();
                Some(Outcome::plain(NOTHING, host, event.actor, &self.reasons))
            }
            Says::Nothing => None,
        }
    }

    /// A merged change with the key of its rows. `continues` is the time of the first row of the change that it continues.
    pub fn change<'a>(
        &'a mut self,
        change: &'a Change,
        host: &'a str,
        key: &str,
        continues: Option<i64>,
    ) -> Outcome<'a> {
        if let Some(reason) = &change.unparsed {
            self.reasons.take_unparsed(reason, change.time_assumed);
            self.reasons.add_continued(continues);
            let outcome = Outcome::plain(UNPARSED, host, &change.actor, &self.reasons);
            return Outcome { finding_id: change.finding_id(host, key, outcome.verdict, ""), ..outcome };
        }
        let Some((subject, decision)) = self.engine.decide_change(change, host) else {
            self.reasons.clear();
            return Outcome::plain(NOTHING, host, &change.actor, &self.reasons);
        };
        self.reasons.take(&decision);
        self.reasons.add_continued(continues);
        let outcome = Outcome::of(&subject, change.source(), &decision, &self.reasons);
        let outcome = outcome.attempted(change.attempted);
        let identity = outcome.annotation.identity();
        Outcome { finding_id: change.finding_id(host, key, outcome.verdict, identity), ..outcome }
    }

    /// The name under which a list has an image, else that of its file. `host` is in lower case.
    pub fn name_of_image(&mut self, image: &str, host: &str) -> String {
        self.engine.name_of_image(image, host)
    }

    /// A setting of a configuration file; `None` where it is not watched. `host` is in lower case.
    pub fn configured<'a>(
        &'a mut self,
        setting: &Configured<'a>,
        host: &'a str,
        at: i64,
    ) -> Option<Outcome<'a>> {
        if self.is_everyday_setting(setting, host, at) {
            self.reasons.clear();
            return Some(Outcome::plain(NOTHING, host, "", &self.reasons));
        }
        let subject = self.engine.resolved(setting.subject(host, at))?;
        let decision = self.engine.decide(&subject);
        self.reasons.take(&decision);
        let outcome = Outcome::of(&subject, CONFIGURATION, &decision, &self.reasons);
        let identity = outcome.annotation.identity();
        let file = hash_in_id(outcome.verdict, subject.file.map_or("", |facts| facts.file_sha256));
        let id = [host, &setting.key(), outcome.verdict.as_str(), identity, ""];
        let finding_id = finding_id(id, file.as_deref());
        Some(Outcome { finding_id, ..outcome })
    }

    /// A row of a list; `None` where it lists nothing. `host` is in lower case.
    pub fn listed<'a>(
        &'a mut self,
        listed: &'a Listed<'a>,
        host: &'a str,
        at: Option<i64>,
    ) -> Option<Outcome<'a>> {
        let id = |key: &str, verdict: Verdict, identity: &str, name: &str, file: &str| {
            let file = hash_in_id(verdict, file);
            finding_id([host, key, verdict.as_str(), identity, name], file.as_deref())
        };
        match listed {
            Listed::Module(registration) => {
                if registration.is_collected && self.is_everyday(registration, host, at) {
                    self.reasons.clear();
                    return Some(Outcome::plain(NOTHING, host, "", &self.reasons));
                }
                let subject = registration.subject(host, self.time(at), at.is_none());
                let decision = self.engine.decide(&subject);
                self.reasons.take(&decision);
                let outcome = Outcome::of(&subject, INVENTORY, &decision, &self.reasons);
                let identity = outcome.annotation.identity();
                let file = subject.file.map_or("", |facts| facts.file_sha256);
                Some(Outcome {
                    finding_id: id(&inventory_key(registration), outcome.verdict, identity, "", file),
                    ..outcome
                })
            }
            Listed::Unparsed { reason, name, shown } => {
                let reason = reason.as_str();
                self.reasons.take_unparsed(reason, at.is_none());
                let outcome = Outcome::plain(UNPARSED, host, "", &self.reasons);
                Some(Outcome { finding_id: id(reason, outcome.verdict, shown, name, ""), ..outcome })
            }
            Listed::Setting { configured, file } => {
                let time = self.time(at);
                let configured = Configured { file: file.as_deref(), ..*configured };
                self.configured(&configured, host, time)
            }
            Listed::Nothing | Listed::OtherRecord => None,
        }
    }

    /// Whether an entry of a whole configuration is only counted.
    fn is_everyday(&mut self, registration: &Registration<'_>, host: &str, at: Option<i64>) -> bool {
        let (verdict, severity, _) = self.verdict_of(registration, host, at);
        if everyday::entry(registration, verdict, severity) {
            return true;
        }
        let file = registration.file.as_deref();
        let is_redirected = file.is_some_and(|facts| !facts.redirected_by.trim().is_empty());
        if !is_redirected && !everyday::is_only_before(file) {
            return false;
        }
        let (verdict, severity, is_exact) =
            self.verdict_of(&Registration { file: None, ..registration.clone() }, host, at);
        let is_vouched_for = everyday::is_vouched_for(verdict);
        if !is_redirected {
            // What a list vouches for was removed, with its file; a handler that nothing speaks against came and went.
            return is_vouched_for || registration.class() == Class::Handler && severity <= Severity::Low;
        }
        // Only what is vouched for has another code than its name says. Another version that is listed too is the same module.
        let other = registration.redirected_to;
        let is_listed = !other.is_empty() && {
            let other = Registration { file: None, type_name: other, ..registration.clone() };
            let (verdict, _, is_exact) = self.verdict_of(&other, host, at);
            everyday::is_vouched_for(verdict) && is_exact
        };
        !(is_vouched_for && is_exact) || is_listed
    }

    /// Verdict and severity, and that the pair is the listed one and not another version of it.
    fn verdict_of(
        &mut self,
        registration: &Registration<'_>,
        host: &str,
        at: Option<i64>,
    ) -> (Verdict, Severity, bool) {
        let subject = registration.subject(host, self.time(at), at.is_none());
        let decision = self.engine.decide(&subject);
        let finding = decision.finding;
        (finding.verdict, finding.severity, !finding.has(Code::TypeVersionDiffers))
    }

    /// Whether a setting of a whole configuration is only counted.
    fn is_everyday_setting(&mut self, setting: &Configured<'_>, host: &str, at: i64) -> bool {
        let plain = Configured { file: None, ..*setting };
        let Some(subject) = self.engine.resolved(plain.subject(host, at)) else { return false };
        let decision = self.engine.decide(&subject);
        let (verdict, severity) = (decision.finding.verdict, decision.finding.severity);
        let place = (setting.config_path, setting.location);
        let type_name = subject.type_name.filter(|seen| Some(*seen) == setting.value).unwrap_or_default();
        let is_gone = everyday::is_only_before(setting.file);
        everyday::of_type(verdict, severity, type_name, place)
            || is_gone && (severity <= Severity::Low || verdict == Verdict::NotModule)
    }
}

/// The hash of a file as a part of a finding's identity. An update must not make a new finding of what is vouched for; the file
/// that replaces an altered one must.
fn hash_in_id(verdict: Verdict, hash: &str) -> Option<String> {
    let vouched = matches!(verdict, Verdict::KnownGood | Verdict::Allowed);
    let hash = hash.trim_ascii().to_ascii_lowercase();
    Some(hash).filter(|hash| !vouched && !hash.is_empty())
}
