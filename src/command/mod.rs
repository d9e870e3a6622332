//! `iismodcheck` as a search command: its options, the columns it wants, rows in, rows out.
//!
//! Knows the protocol through [`searchcommand`] and the decision through [`crate::detect`]; nothing of the
//! command line, of files to scan or of reports.

mod about;
mod changes;
mod events;
mod files;
mod inventory;
pub mod options;
mod selftest;
mod writer;

pub use files::Lookups;

use searchcommand::{Cells, Fatal, Messages, Plan, Record, SearchInfo, StreamingCommand};

use crate::detect::{Engine, Outcomes, time};

use about::About;
use changes::Changes;
use events::Events;
use inventory::Inventory;
use options::{InputRows, Options};
use selftest::SelfTest;

/// The search command.
pub struct IisModCheck {
    lookups: Lookups,
    search_head_only: bool,
    state: State,
    /// What is wrong with the site's files.
    warnings: Vec<String>,
    /// What decides.
    about: Option<About>,
}

/// How far the search has come.
enum State {
    /// No `getinfo` yet.
    Idle,
    /// The options are checked, the entries not yet read: one search starts the process several times, and only the
    /// last start gets rows.
    Ready { options: Box<Options>, assumed_time: i64 },
    /// Rows are decided on.
    Running(Box<Rows>),
}

/// What the rows of this search are.
enum Rows {
    Events(Events),
    Changes(Changes),
    Inventory(Inventory),
    SelfTest(SelfTest),
}

impl IisModCheck {
    /// The command with the lookups folder of its app. `search_head_only`: this build refuses `distributed=true`.
    #[must_use]
    pub fn new(lookups: Lookups, search_head_only: bool) -> Self {
        Self { lookups, search_head_only, state: State::Idle, warnings: Vec::new(), about: None }
    }

    /// The rows of this search; the entries are read when they are first asked for.
    fn rows(&mut self) -> Result<&mut Rows, Fatal> {
        if let State::Ready { options, assumed_time } = &self.state {
            let known = self.lookups.load(options)?;
            let about = About::new(&self.lookups, options, &known, *assumed_time);
            let engine = Engine::new(known.catalogue, known.hosts, options.as_of);
            let outcomes = Outcomes::new(engine, *assumed_time);
            self.warnings = known.warnings;
            let rows = match options.input {
                _ if options.self_test => Rows::SelfTest(SelfTest::new(&about, outcomes)),
                InputRows::Event => Rows::Events(Events::new(options, outcomes)),
                InputRows::Change => Rows::Changes(Changes::new(outcomes)),
                InputRows::Module => Rows::Inventory(Inventory::new(options, outcomes)),
            };
            self.about = Some(about);
            self.state = State::Running(Box::new(rows));
        }
        match &mut self.state {
            State::Running(rows) => Ok(rows),
            State::Idle | State::Ready { .. } => Err(Fatal::internal("a row came before getinfo")),
        }
    }
}

impl StreamingCommand for IisModCheck {
    fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal> {
        let options = Options::read(&search.arguments)?;
        if options.distributed && self.search_head_only {
            return Err(Fatal::new(
                "distributed=true is not available in this package: it runs on search heads only, because the indexers \
                 of Splunk Cloud may not run x86 binaries",
            )
            .with_hint("leave distributed= out"));
        }
        let plan = match options.input {
            _ if options.self_test => selftest::plan(&options),
            InputRows::Event => events::plan(&options),
            InputRows::Change => changes::plan(&options),
            InputRows::Module => inventory::plan(&options),
        };
        let assumed_time = assumed_time(search.latest_time);
        let by_site = self.lookups.has_site_files() || options.allowlist.is_some() || options.packs.is_some();
        self.state = State::Ready { options: Box::new(options), assumed_time };
        if by_site {
            // An option may be wrong, and only an answer to getinfo is shown as an error of the search.
            self.rows()?;
        }
        Ok(plan)
    }

    fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal> {
        match self.rows()? {
            Rows::Events(rows) => rows.record(record, cells),
            Rows::Changes(rows) => rows.record(record, cells),
            Rows::Inventory(rows) => rows.record(record, cells),
            Rows::SelfTest(row) => row.record(cells),
        }
        Ok(())
    }

    fn finish(&mut self, messages: &mut Messages) {
        // At the end: one search starts the process several times, and only the last start gets here.
        for warning in self.warnings.drain(..) {
            messages.warn(format!("iismodcheck: {warning}."));
        }
        if let State::Running(rows) = &self.state {
            match rows.as_ref() {
                Rows::Events(rows) => rows.finish(messages),
                Rows::Changes(rows) => rows.finish(messages),
                Rows::Inventory(rows) => rows.finish(messages),
                Rows::SelfTest(_) => {}
            }
        }
        // A search that found no row is asked about more than any other. What can fail here has failed at getinfo.
        if self.rows().is_ok()
            && let Some(about) = self.about.take()
        {
            messages.info(format!("iismodcheck {about}."));
        }
    }
}

/// The time of a row that has none, in microseconds: the end of the search's time range, else the clock.
fn assumed_time(latest: Option<f64>) -> i64 {
    let clock = || chrono::Utc::now().timestamp_micros();
    // 0 is splunkd's "all time"; beyond the year 5138 the number is no time.
    latest
        .filter(|seconds| *seconds > 0.0 && *seconds < 1e11)
        .map_or_else(clock, |seconds| time::parse(&format!("{seconds:.6}")).unwrap_or_else(clock))
}
