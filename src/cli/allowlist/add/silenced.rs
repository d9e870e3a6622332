//! What a new entry silences: a module that it is about, judged without it and with it.

use std::fmt;

use crate::allowlist::{Catalogue, Effect, Entry, HostProfiles, Match, Patterns, SiteFile};
use crate::detect::{Engine, Severity, Verdict};
use crate::iis::{Action, Class, Clock, Kind, Level, Section, Subject};
use crate::problem::Problem;

/// A verdict that an entry takes away, and how much it mattered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silenced {
    pub verdict: Verdict,
    pub severity: Severity,
}

impl Silenced {
    /// What is silenced is no matter of routine.
    pub fn is_grave(self) -> bool {
        self.severity >= Severity::High
    }
}

impl fmt::Display for Silenced {
    /// As a person reads it: `image_hijack, critical`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.verdict, self.severity)
    }
}

/// What an entry changes.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// The worst that it silences where the rest of its file allows it not; `None` for one that silences nothing now, such as a
    /// deny entry.
    pub silenced: Option<Silenced>,
    /// The entry that makes everything good already that it is about.
    pub good_by: Option<String>,
}

/// What `entry` changes. `before` and `after` are the file without it and with it. Of a pattern one module that it matches is
/// judged.
pub(super) fn change(entry: &Entry, before: SiteFile, after: SiteFile, now: i64) -> Result<Change, Problem> {
    let time = entry.valid_from.unwrap_or(now).max(now);
    if entry.effect == Effect::Deny || !entry.enabled || entry.expires.is_some_and(|end| end <= time) {
        return Ok(Change::default());
    }
    let [mut without, mut with] = [engine(before)?, engine(after)?];
    let example = Example::of(entry);
    let actions = if entry.actions.is_empty() { &[Action::Added][..] } else { &entry.actions };
    let mut silenced: Option<Silenced> = None;
    let mut good_by = Some(String::new()).filter(|_| entry.matching == Match::Exact);
    for action in actions {
        let subject = example.subject(entry, *action, time);
        let is = with.decide(&subject).finding.severity;
        let decision = without.decide(&subject);
        let was = decision.finding;
        let is_good =
            matches!(was.verdict, Verdict::KnownGood | Verdict::Allowed) && was.severity == Severity::Info;
        good_by = good_by.filter(|_| is_good).map(|_| decision.rule_id().to_owned());
        if is < was.severity && silenced.as_ref().is_none_or(|worst| worst.severity <= was.severity) {
            silenced = Some(Silenced { verdict: was.verdict, severity: was.severity });
        }
    }
    Ok(Change { silenced, good_by })
}

fn engine(site: SiteFile) -> Result<Engine, Problem> {
    Ok(Engine::new(Catalogue::new(site)?, HostProfiles::default(), None))
}

/// A module that an entry is about: its texts, with a letter for each wildcard.
struct Example {
    name: String,
    image: String,
    type_name: String,
    host: String,
    config_path: String,
}

impl Example {
    fn of(entry: &Entry) -> Self {
        let name = if entry.name.is_empty() { "*" } else { &entry.name };
        let place = first(&entry.config_path);
        Self {
            name: instance(name),
            image: instance(&entry.image),
            type_name: instance(&entry.type_name),
            host: instance(first(&entry.host)).to_lowercase(),
            config_path: instance(if place.is_empty() { "MACHINE/WEBROOT/APPHOST" } else { place }),
        }
    }

    /// Something that happened to the module; a removal shows neither image nor type.
    fn subject<'s>(&'s self, entry: &'s Entry, action: Action, time: i64) -> Subject<'s> {
        let shown = |text: &'s str| Some(text).filter(|text| !text.is_empty() && action != Action::Removed);
        let of_type = if self.type_name.is_empty() { None } else { Some(Kind::Managed) };
        let of_image = if self.image.is_empty() { None } else { Some(Kind::Native) };
        let kind = entry.kind.or(of_type).or(of_image);
        Subject {
            level: Level::Change,
            class: kind.map_or(Class::Module, Kind::class),
            kind,
            or_filter: false,
            section: match kind {
                Some(Kind::Managed) => Section::Modules,
                Some(Kind::IsapiFilter) => Section::IsapiFilters,
                Some(Kind::Handler) => Section::Handlers,
                Some(Kind::Native) | None => Section::GlobalModules,
                Some(_) => Section::Other,
            },
            name: &self.name,
            image: shown(&self.image),
            type_name: shown(&self.type_name),
            precondition: shown(&entry.precondition),
            old: None,
            attribute: "",
            action,
            value_unseen: false,
            renamed: false,
            inferred: false,
            under_remove: false,
            overwritten: false,
            config_path: &self.config_path,
            location: "",
            host: &self.host,
            actor: "",
            time,
            time_assumed: false,
            clock: Clock::default(),
            file: None,
            setting: None,
        }
    }
}

/// The first pattern of a cell.
fn first(patterns: &Patterns) -> &str {
    patterns.written().split('|').map(str::trim).find(|part| !part.is_empty()).unwrap_or_default()
}

/// A text that a pattern matches.
fn instance(pattern: &str) -> String {
    pattern.replace("**", "x").replace(['*', '?'], "x")
}
