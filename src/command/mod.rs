//! `iismodcheck` as a search command: its options, the columns it wants, rows in, rows out.
//!
//! Knows the protocol through [`crate::searchcommand`] and the decision through [`crate::detect`]; nothing of the
//! command line, of files to scan or of reports.

mod changes;
mod events;
mod files;
mod inventory;
mod options;
mod writer;

pub use files::{Lookups, assemble, read_file};

use crate::detect::{Engine, time};
use crate::searchcommand::{Cells, Fatal, Messages, Plan, Record, SearchInfo, StreamingCommand};

use changes::Changes;
use events::Events;
use inventory::Inventory;
use options::{Input, Options};

/// The search command.
pub struct IisModCheck {
    lookups: Lookups,
    search_head_only: bool,
    rows: Option<Rows>,
}

/// What the rows of this search are.
enum Rows {
    Events(Events),
    Changes(Changes),
    Inventory(Inventory),
}

impl IisModCheck {
    /// The command with the lookups folder of its app. `search_head_only`: this build refuses `distributed=true`.
    #[must_use]
    pub fn new(lookups: Lookups, search_head_only: bool) -> Self {
        Self { lookups, search_head_only, rows: None }
    }
}

impl StreamingCommand for IisModCheck {
    fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal> {
        let options = Options::read(&search.arguments).map_err(Fatal)?;
        if options.distributed && self.search_head_only {
            return Err(Fatal(
                "distributed=true is not available in this package: it runs on search heads only, because the indexers \
                 of Splunk Cloud may not run x86 binaries. Leave distributed= out."
                    .to_owned(),
            ));
        }
        let (catalogue, hosts) = self.lookups.load(&options).map_err(Fatal)?;
        let engine = Engine::new(catalogue, hosts, options.as_of);
        let assumed = assumed_time(search.latest_time);
        let (rows, plan) = match options.input {
            Input::Event => {
                let (rows, plan) = Events::new(&options, engine, assumed);
                (Rows::Events(rows), plan)
            }
            Input::Change => {
                let (rows, plan) = Changes::new(&options, engine);
                (Rows::Changes(rows), plan)
            }
            Input::Module => {
                let (rows, plan) = Inventory::new(&options, engine, assumed);
                (Rows::Inventory(rows), plan)
            }
        };
        self.rows = Some(rows);
        Ok(plan)
    }

    fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal> {
        match &mut self.rows {
            Some(Rows::Events(rows)) => rows.record(record, cells),
            Some(Rows::Changes(rows)) => rows.record(record, cells),
            Some(Rows::Inventory(rows)) => rows.record(record, cells),
            None => {}
        }
        Ok(())
    }

    fn finish(&mut self, messages: &mut Messages) {
        match &self.rows {
            Some(Rows::Events(rows)) => rows.finish(messages),
            Some(Rows::Changes(rows)) => rows.finish(messages),
            Some(Rows::Inventory(rows)) => rows.finish(messages),
            None => {}
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
