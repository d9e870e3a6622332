//! Reads servers and decides on what is registered there.

use std::collections::HashMap;
use std::path::PathBuf;

use super::entries::configured;
use super::events::Events;
use super::sink::{Sink, each_file};
use super::walk::{Asked, walk};
use crate::allowlist::Watched;
use crate::detect::{Configured, Engine, Listed, Outcomes, Verdict};
use crate::file::Trust;
use crate::iis::{Registration, Roots};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::report::{History, Item, Report, Said, Summary};
use crate::server::files::Facts;
use crate::server::{Found, Level, SettingRow};

/// Decides on the configuration of servers.
pub struct Auditor<'t> {
    outcomes: Outcomes,
    /// Whom signatures are believed.
    trust: Trust<'t>,
    /// When it is, in microseconds since 1970-01-01T00:00Z: a registration that stands there stands there now.
    now: i64,
    /// What event logs tell.
    pub(super) events: Events,
    /// The folder with the earlier versions of the configuration that is read next.
    earlier: Option<PathBuf>,
    pub(super) histories: Vec<History>,
    pub(super) items: Vec<Item>,
    /// What they say, so that it is kept once for all hosts.
    said: Said,
    /// Where the finding with an id stands among the items.
    by_id: HashMap<u128, usize>,
    problems: Vec<Problem>,
    summary: Summary,
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
            events: Events::default(),
            earlier: None,
            histories: Vec::new(),
            items: Vec::new(),
            said: Said::default(),
            by_id: HashMap::new(),
            problems: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Compares what is read from now on with what events tell.
    #[must_use]
    pub fn with_events(self, events: Events) -> Self {
        Self { events, ..self }
    }

    /// Reads the earlier versions of a configuration from this folder, for the server that is read next.
    #[must_use]
    pub fn with_history(self, folder: PathBuf) -> Self {
        Self { earlier: Some(folder), ..self }
    }

    /// Reads one server. `host` is its name where the files do not tell, `place` that of a web.config of which nothing tells it.
    pub fn read(&mut self, found: &Found, host: Option<&str>, place: Option<&str>) {
        let first = self.items.len();
        let (earlier, trust) = (self.earlier.take(), self.trust);
        let (server, host) = walk(found, Asked { host, place }, earlier, trust, self);
        self.history(&server, &host, first);
    }

    /// What was found, the worst of a kind first.
    #[must_use]
    pub fn finish(mut self) -> Report {
        if let Some(problem) = self.events.problems() {
            self.tell(problem);
        }
        for item in &self.items {
            self.summary.count(item);
        }
        Report {
            items: self.items,
            problems: self.problems,
            summary: self.summary,
            histories: self.histories,
            ..Report::default()
        }
    }

    /// The finding about a setting of the server's own configuration; `None` where it is not watched.
    pub(super) fn configured_as(&mut self, host: &str, setting: &SettingRow) -> Option<Item> {
        let config_path = Level::Server.to_string();
        let configured = configured(&config_path, setting);
        self.outcomes.configured(&configured, host, self.now).map(|outcome| Item::new(None, outcome))
    }

    /// Keeps a finding that an event tells of.
    pub(super) fn keep_event(&mut self, item: Item) {
        self.summary.module_rows += item.origins.len() as u64;
        self.items.push(item);
    }

    /// Keeps findings, and says whether there is any.
    fn take(&mut self, found: Findings, origin: &Origin) -> bool {
        let is_told = found.0.iter().any(|item| item.verdict != Verdict::NotModule);
        found.0.into_iter().for_each(|item| self.keep(item, origin));
        is_told
    }

    /// Keeps a finding, or counts what is none. One that several files have is one finding.
    fn keep(&mut self, mut item: Item, origin: &Origin) {
        if item.verdict == Verdict::NotModule {
            self.summary.only_counted += 1;
            return;
        }
        self.summary.module_rows += 1;
        let id = u128::from_str_radix(&item.id, 16).ok();
        let known = id.and_then(|id| self.by_id.get(&id)).and_then(|&number| self.items.get_mut(number));
        if let Some(known) = known {
            if known.origins.last() != Some(origin) {
                known.origins.push(origin.clone());
            }
            return;
        }
        item.origins = vec![origin.clone()];
        self.by_id.extend(id.map(|id| (id, self.items.len())));
        self.said.share(&mut item.facts);
        self.items.push(item);
    }
}

impl Sink for Auditor<'_> {
    fn watched(&self) -> &Watched {
        self.outcomes.watched()
    }

    fn image_of(&self, setting: &Configured<'_>) -> Option<String> {
        self.outcomes.image_of(setting).map(str::to_owned)
    }

    fn roots(&mut self, host: &str) -> Roots {
        self.outcomes.roots(host)
    }

    fn module(&mut self, host: &str, seen: &Registration<'_>, files: &[Facts], origin: &Origin) -> bool {
        let mut found = Findings::default();
        for file in each_file(files) {
            let listed = Listed::Module(Registration { file: file.map(Box::new), ..seen.clone() });
            let Some(outcome) = self.outcomes.listed(&listed, host, Some(self.now)) else { return false };
            found.add(Item::new(None, outcome));
        }
        self.take(found, origin)
    }

    fn setting(&mut self, host: &str, seen: &Configured<'_>, files: &[Facts], origin: &Origin) {
        let mut found = Findings::default();
        for file in each_file(files) {
            let configured = Configured { file: file.as_ref(), ..*seen };
            let Some(outcome) = self.outcomes.configured(&configured, host, self.now) else { return };
            found.add(Item::new(None, outcome));
        }
        self.take(found, origin);
    }

    fn uninteresting(&mut self) {
        self.summary.only_counted += 1;
    }

    fn tell(&mut self, problem: Problem) {
        self.summary.lost_places += u64::from(problem.kind().is_loss());
        self.problems.push(problem);
    }
}

/// The findings about one entry: one for each of its files that is told otherwise than the others.
#[derive(Default)]
struct Findings(Vec<Item>);

impl Findings {
    fn add(&mut self, item: Item) {
        // Of what nothing vouches for, a second file says no more than the first unless it is worse.
        let says_same = |own: &Item| {
            let told_alike = own.verdict != Verdict::FileAltered || own.reasons == item.reasons;
            own.verdict == item.verdict && own.severity >= item.severity && told_alike
        };
        match self.0.iter_mut().find(|own| says_same(own)) {
            // Of what a list vouches for, nobody asks.
            Some(own) if !matches!(own.verdict, Verdict::KnownGood | Verdict::Allowed) => {
                own.other_files.push(item.file().map(str::to_owned));
            }
            Some(_) => {}
            None => self.0.push(item),
        }
    }
}
