//! What a new entry silences: a module that it is about, judged without it and with it.

use std::fmt;

use crate::allowlist::{Catalogue, Effect, Entry, HostProfiles, Patterns, SiteFile};
use crate::detect::{Engine, Severity, Verdict};
use crate::iis::{Action, Class, Clock, Kind, Level, Section, Subject};
use crate::problem::Problem;

/// A verdict that an entry takes away, and how much it mattered.
#[derive(Debug)]
pub(super) struct Silenced {
    pub verdict: Verdict,
    pub severity: Severity,
}

impl Silenced {
    /// What is silenced is no matter of routine.
    pub fn is_grave(&self) -> bool {
        self.severity >= Severity::High
    }
}

impl fmt::Display for Silenced {
    /// As a person reads it: `image_hijack, critical`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.verdict, self.severity)
    }
}

/// The worst that `entry` silences where the rest of its file allows it not; `None` for one that silences nothing now, such as a
/// deny entry. `before` and `after` are the file without it and with it. Of a pattern one module that it matches is judged.
pub(super) fn worst(
    entry: &Entry,
    before: SiteFile,
    after: SiteFile,
    now: i64,
) -> Result<Option<Silenced>, Problem> {
    let time = entry.valid_from.unwrap_or(now).max(now);
    if entry.effect == Effect::Deny || !entry.enabled || entry.expires.is_some_and(|end| end <= time) {
        return Ok(None);
    }
    let [mut without, mut with] = [engine(before)?, engine(after)?];
    let example = Example::of(entry);
    let actions = if entry.actions.is_empty() { &[Action::Added][..] } else { &entry.actions };
    let silenced = actions.iter().filter_map(|action| {
        let subject = example.subject(entry, *action, time);
        let is = with.decide(&subject).finding.severity;
        let was = without.decide(&subject).finding;
        (is < was.severity).then_some(Silenced { verdict: was.verdict, severity: was.severity })
    });
    Ok(silenced.max_by_key(|silenced| silenced.severity))
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
