//! Reads servers and decides on what is registered there.

use std::collections::{BTreeSet, HashMap};

use super::behind::Behind;
use super::wanted::WatchedSettings;
use crate::detect::{Code, Column, Configured, Engine, Listed, Outcome, Outcomes, Severity, Verdict, row};
use crate::file::Trust;
use crate::iis::{FileFacts, ListOperation, ManagedType, Registration, Section};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Item, Report, Summary};
use crate::server::files::Facts;
use crate::server::{self, Entry, Found, Level, Listing, Operation, Server, SettingRow, Trouble, Weight};

/// The keys of the assemblies that come with the .NET Framework.
const FRAMEWORK_KEYS: [&str; 3] = ["b77a5c561934e089", "b03f5f7f11d50a3a", "31bf3856ad364e35"];

/// Decides on the configuration of servers.
pub struct Auditor<'t> {
    outcomes: Outcomes,
    /// Whom signatures are believed.
    trust: Trust<'t>,
    /// When it is, in microseconds since 1970-01-01T00:00Z: a registration that stands there stands there now.
    now: i64,
    items: Vec<Item>,
    /// Where the finding with an id stands among the items.
    by_id: HashMap<String, usize>,
    problems: Vec<Problem>,
    summary: Summary,
}

/// What is being read.
struct Place<'p> {
    host: &'p str,
    level: &'p Level,
    config_path: &'p str,
    /// The configuration of the server is at hand, which tells what a name stands for.
    knows_names: bool,
}

impl Auditor<'static> {
    /// An auditor that has read nothing yet. `now` is in microseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn new(engine: Engine, now: i64) -> Self {
        Auditor::trusting(engine, now, Trust::microsoft(now.div_euclid(1_000_000)))
    }
}

impl<'t> Auditor<'t> {
    /// One that believes other signatures than Microsoft's.
    #[must_use]
    pub fn trusting(engine: Engine, now: i64, trust: Trust<'t>) -> Self {
        Self {
            outcomes: Outcomes::new(engine, now),
            trust,
            now,
            items: Vec::new(),
            by_id: HashMap::new(),
            problems: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Reads one server. `host` is its name where the files do not tell, `place` that of a web.config of which nothing tells it.
    pub fn read(&mut self, found: &Found, host: Option<&str>, place: Option<&str>) {
        let server = found.read(&WatchedSettings(self.outcomes.watched()), place);
        let mut name = String::new();
        row::lower_case(host.unwrap_or(&server.host), &mut name);
        let roots = self.outcomes.roots(&name);
        let mut behind = found.drives().map(|drives| Behind::new(drives, &server, roots, self.trust));
        for (level, config) in &server.configs {
            let config_path = level.to_string();
            let knows_names = server.own().is_some();
            let place = Place { host: &name, level, config_path: &config_path, knows_names };
            for listing in &config.listings {
                for entry in &listing.entries {
                    let files = behind.as_mut().map(|behind| behind.entry(level, listing, entry));
                    self.entry(&place, listing, entry, &files.unwrap_or_default());
                }
            }
            for setting in &config.settings {
                let configured = configured(&place, setting);
                let image = self.outcomes.image_of(&configured);
                let files = behind.as_mut().zip(image).map(|(behind, image)| behind.setting(image));
                self.setting(&place, setting, &configured, &files.unwrap_or_default());
            }
        }
        self.copies(&server, &name, behind.as_mut());
        self.redirects(&server, &name);
        if let Some(behind) = &mut behind {
            self.unnamed(&name, behind);
            for problem in behind.problems(&name) {
                self.tell(problem);
            }
        }
        self.troubles(&server);
    }

    /// What was found, the worst of a kind first.
    #[must_use]
    pub fn finish(mut self) -> Report {
        for item in &self.items {
            self.summary.count(item);
        }
        Report { items: self.items, problems: self.problems, summary: self.summary, ..Report::default() }
    }

    /// Decides on a module that no entry of the configuration registers so.
    pub(super) fn registered(
        &mut self,
        host: &str,
        registration: &Registration<'_>,
        files: &[Facts],
        origin: &Origin,
    ) {
        let mut found = Findings::default();
        for file in each(files) {
            let listed = Listed::Module(Registration { file: file.map(Box::new), ..registration.clone() });
            let Some(outcome) = self.outcomes.listed(&listed, host, Some(self.now)) else { return };
            found.add(true, Item::new(None, outcome));
        }
        found.0.into_iter().for_each(|item| self.keep(item, origin));
    }

    /// Whether a pair is vouched for as it is, and not as another version of what is known.
    pub(super) fn vouches(&mut self, host: &str, registration: &Registration<'_>) -> bool {
        let listed = Listed::Module(registration.clone());
        self.outcomes.listed(&listed, host, Some(self.now)).is_some_and(|outcome| {
            let other = |reason: &str| reason == Code::TypeVersionDiffers.as_str();
            is_vouched_for(outcome.verdict) && !outcome.reasons.iter().any(other)
        })
    }

    /// Decides on an entry, with each of the files that it loads.
    fn entry(&mut self, place: &Place<'_>, listing: &Listing, entry: &Entry, files: &[Facts]) {
        let Some(registration) = registration(place, listing, entry) else {
            self.summary.only_counted += 1;
            return;
        };
        let is_local = is_below_server(place.level, &listing.location.path);
        let by_name = entry.image.is_empty() && entry.type_name.is_empty();
        let mut found = Findings::default();
        for file in each(files) {
            let registration = Registration { file: file.map(Box::new), ..registration.clone() };
            let listed = Listed::Module(registration);
            let Some(outcome) = self.outcomes.listed(&listed, place.host, Some(self.now)) else { return };
            let is_told = match entry.operation {
                // The pair of image and name is judged where it is registered; a name that is nowhere is a problem.
                Operation::Add if by_name => {
                    !place.knows_names
                        || outcome.severity > Severity::Low && outcome.verdict == Verdict::Unverified
                }
                Operation::Add => {
                    !is_everyday(&outcome, listing.section, &entry.type_name, is_local, place.level)
                }
                _ => outcome.severity > Severity::Low || is_vouched_for(outcome.verdict),
            };
            found.add(is_told, Item::new(None, outcome));
        }
        found.0.into_iter().for_each(|item| self.keep(item, &entry.origin));
    }

    fn setting(
        &mut self,
        place: &Place<'_>,
        setting: &SettingRow,
        configured: &Configured<'_>,
        files: &[Facts],
    ) {
        let value = setting.value.as_deref().unwrap_or_default();
        let is_local = is_below_server(place.level, &setting.location);
        let mut found = Findings::default();
        for file in each(files) {
            let configured = Configured { file: file.as_ref(), ..*configured };
            let Some(outcome) = self.outcomes.configured(&configured, place.host, self.now) else { return };
            let is_told = !is_everyday(&outcome, Section::Other, value, is_local, place.level);
            found.add(is_told, Item::new(None, outcome));
        }
        found.0.into_iter().for_each(|item| self.keep(item, &setting.origin));
    }

    /// Keeps a finding, or counts what is none. One that several files have is one finding.
    fn keep(&mut self, item: Option<Item>, origin: &Origin) {
        let Some(mut item) = item.filter(|item| item.verdict != Verdict::NotModule) else {
            self.summary.only_counted += 1;
            return;
        };
        self.summary.module_rows += 1;
        let known = self.by_id.get(&item.id).and_then(|&number| self.items.get_mut(number));
        if let Some(known) = known {
            if known.origins.last() != Some(origin) {
                known.origins.push(origin.clone());
            }
            return;
        }
        item.origins.push(origin.clone());
        self.by_id.insert(item.id.clone(), self.items.len());
        self.items.push(item);
    }

    /// What is wrong at any place that has something of its own.
    fn troubles(&mut self, server: &Server) {
        let mut places: BTreeSet<String> = BTreeSet::from([String::new()]);
        for (level, config) in &server.configs {
            let base = if let Level::Place(place) = level { place.as_str() } else { "" };
            places.insert(base.to_owned());
            for listing in &config.listings {
                let path = [base, listing.location.path.as_str()].join("/");
                places.insert(path.trim_matches('/').to_owned());
            }
        }
        let mut troubles: Vec<Trouble> = server.unread.iter().map(|(_, trouble)| trouble.clone()).collect();
        for place in &places {
            troubles.extend(server.effective(place).troubles);
        }
        let mut seen = BTreeSet::new();
        for trouble in troubles {
            if seen.insert((trouble.code, trouble.origin.to_string(), trouble.text.clone())) {
                self.tell(problem(&trouble));
            }
        }
    }

    pub(super) fn tell(&mut self, problem: Problem) {
        self.summary.lost_places += u64::from(problem.kind().is_loss());
        self.problems.push(problem);
    }
}

/// The findings about one entry: one for each of its files that is told otherwise than the others; `None` for what is only counted.
#[derive(Default)]
struct Findings(Vec<Option<Item>>);

impl Findings {
    fn add(&mut self, is_told: bool, item: Item) {
        // Of what nothing vouches for, a second file says no more than the first unless it is worse.
        let says_same = |own: &Item| {
            let told_alike = own.verdict != Verdict::FileAltered || own.reasons == item.reasons;
            own.verdict == item.verdict && own.severity >= item.severity && told_alike
        };
        let is_known = self.0.iter().any(|own| own.as_ref().map_or(!is_told, says_same));
        if !is_known {
            self.0.push(is_told.then_some(item));
        }
    }
}

/// The facts about each file, or once that nothing is known.
fn each(files: &[Facts]) -> impl Iterator<Item = Option<FileFacts<'_>>> {
    let none = files.is_empty().then_some(None);
    files.iter().map(|facts| Some(facts.as_columns())).chain(none)
}

fn configured<'s>(place: &Place<'s>, setting: &'s SettingRow) -> Configured<'s> {
    Configured {
        path: &setting.path,
        value: setting.value.as_deref(),
        config_path: place.config_path,
        location: &setting.location,
        file: None,
    }
}

/// An entry of the server's own configuration, as something to decide on.
pub(super) fn at_server<'a>(
    config_path: &'a str,
    listing: &'a Listing,
    entry: &'a Entry,
) -> Option<Registration<'a>> {
    let place = Place { host: "", level: &Level::Server, config_path, knows_names: true };
    registration(&place, listing, entry)
}

/// An entry as something to decide on; `None` for one that registers no code.
fn registration<'a>(place: &Place<'a>, listing: &'a Listing, entry: &'a Entry) -> Option<Registration<'a>> {
    let operation = match entry.operation {
        Operation::Add => ListOperation::Add,
        Operation::Remove => ListOperation::Remove,
        Operation::Clear => ListOperation::Clear,
        // It is told as a problem.
        Operation::Unknown(_) => return None,
    };
    let is_top = listing.section != Section::HttpModules && *place.level == Level::Server;
    let takes_nothing = operation != ListOperation::Add && is_top && listing.location.path.is_empty();
    let is_handler = listing.section == Section::Handlers;
    let runs_nothing = is_handler && entry.image.is_empty() && entry.type_name.is_empty();
    if takes_nothing || is_handler && operation != ListOperation::Add || runs_nothing {
        return None;
    }
    Some(Registration {
        section: Some(listing.section),
        operation,
        name: entry.name.as_deref().unwrap_or_default(),
        image: &entry.image,
        type_name: &entry.type_name,
        precondition: &entry.precondition,
        requests: &entry.requests,
        config_path: place.config_path,
        location: &listing.location.path,
        ..Registration::default()
    })
}

fn is_below_server(level: &Level, location: &str) -> bool {
    matches!(level, Level::Place(_) | Level::Unknown) || !location.trim_matches(['/', '.']).is_empty()
}

fn is_vouched_for(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::KnownGood | Verdict::Allowed)
}

/// Types that no list has and that are not asked about one by one: those that an application brings along, and those of the
/// .NET Framework in its own files.
fn is_everyday(
    outcome: &Outcome<'_>,
    section: Section,
    type_name: &str,
    is_local: bool,
    level: &Level,
) -> bool {
    let carries = matches!(section, Section::Handlers | Section::Other);
    let is_unlisted = outcome.verdict == Verdict::Unknown && outcome.severity <= Severity::Low;
    if !carries || !is_unlisted || type_name.is_empty() {
        return false;
    }
    let is_of_framework = || {
        let seen = ManagedType::parse(type_name);
        let key = seen.token.as_deref();
        matches!(level, Level::Machine | Level::WebRoot)
            && (key.is_some_and(|key| FRAMEWORK_KEYS.contains(&key)) || seen.is_bare())
    };
    let is_type = outcome.annotation.get(Column::Type) == type_name;
    is_type && (is_local || is_of_framework())
}

fn problem(trouble: &Trouble) -> Problem {
    let kind = match (trouble.code, trouble.code.weight()) {
        (server::Code::Dangling, _) => ProblemKind::Dangling,
        (server::Code::NotXml | server::Code::Encoding, _) => ProblemKind::Damaged,
        (server::Code::Denied, _) => ProblemKind::Unreadable,
        (server::Code::LockOpened, _) => ProblemKind::Noted,
        (_, Weight::Unreadable) => ProblemKind::Form,
        (_, Weight::Incomplete) => ProblemKind::Incomplete,
        (_, Weight::Invalid | Weight::Told) => ProblemKind::Invalid,
    };
    Problem::new(kind, trouble.text.as_str()).at((*trouble.origin).clone())
}
