//! What the files of servers show, as rows of facts: one JSON object for each line, and no verdict. What a verdict would compare
//! between files stands in the row, so that a row is judged by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::digests::Digests;
use super::extent::Extent;
use super::rows::{
    Fields, add_facts, file_row, module_row, problem_row, resolve_names, row, setting_row, text,
};
use super::sink::{Sink, each_file};
use super::walk::{Asked, walk};
use crate::allowlist::Watched;
use crate::detect::{Configured, Engine, Listed, Outcome, Outcomes};
use crate::file::Trust;
use crate::iis::{FileFacts, Registration, Roots};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::server::files::{Drives, Facts, Names};
use crate::server::{Found, Server};

/// The version of the form of the rows.
const SCHEMA: u64 = 1;
/// Rows of one server that are kept until it is read. A large one has some thousands.
const MOST_ROWS: usize = 50_000;

/// Writes the rows of servers.
pub struct Inventory<'t, W> {
    /// They say which settings are watched, where folders lie, and what is vouched for. No decision is printed.
    outcomes: Outcomes,
    trust: Trust<'t>,
    output: W,
    /// In microseconds since 1970-01-01T00:00Z: one for the run.
    now: i64,
    /// Seconds between the runs, of which one a day prints everything; `None` where each does.
    every: Option<u32>,
    /// Whose rights count.
    account: String,
    earlier: Option<PathBuf>,
    /// Rows of the server that is read, until its own configuration is known.
    rows: Vec<Row>,
    /// Rows that were too many.
    left_out: u64,
    /// Files of it by path and bitness.
    files: BTreeMap<FileKey, Facts>,
    problems: Vec<Problem>,
}

/// A file by its path in lower case and its bitness.
type FileKey = (String, String);

/// A registration or a setting, with the facts about one of its files.
struct Row {
    fields: Fields,
    /// A list of this program explains it.
    is_settled: bool,
    /// Its file, if it has one, is as Microsoft signed it, as a part of Windows or as a product.
    is_of_microsoft: bool,
    /// No pool loads that file now.
    is_spare: bool,
    file: Option<FileKey>,
}

/// Of all servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows that were written.
    pub rows: u64,
    /// Everything was read.
    pub is_whole: bool,
}

impl<W: Write> Inventory<'static, W> {
    /// Writes to `output`. `now` is in microseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn new(engine: Engine, now: i64, output: W) -> Self {
        Inventory::trusting(engine, now, Trust::microsoft(now.div_euclid(1_000_000)), output)
    }
}

impl<'t, W: Write> Inventory<'t, W> {
    /// One that believes other signatures than Microsoft's.
    #[must_use]
    pub fn trusting(engine: Engine, now: i64, trust: Trust<'t>, output: W) -> Self {
        Self {
            outcomes: Outcomes::new(engine, now),
            trust,
            output,
            now,
            every: None,
            account: String::new(),
            earlier: None,
            rows: Vec::new(),
            left_out: 0,
            files: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Reads the earlier versions of a configuration from this folder, for the server that is read next.
    #[must_use]
    pub fn with_history(self, folder: PathBuf) -> Self {
        Self { earlier: Some(folder), ..self }
    }

    /// Prints everything once a day, in the run in whose interval the minute of the host lies; in the other runs what no list of this
    /// program explains, each file that is not as Microsoft signed it, and what was written within the interval. `seconds` lie between two runs.
    #[must_use]
    pub fn every(self, seconds: u32) -> Self {
        Self { every: Some(seconds), ..self }
    }

    /// Says whose rights are missing where something may not be read.
    #[must_use]
    pub fn for_account(self, account: String) -> Self {
        Self { account, ..self }
    }

    /// Writes the rows of one server: its modules and settings, the files behind them, what could not be read, and last the run.
    pub fn write(&mut self, found: &Found, host: Option<&str>, place: Option<&str>) -> io::Result<Written> {
        let begun = std::time::Instant::now();
        let (earlier, trust) = (self.earlier.take(), self.trust);
        let (server, host) = walk(found, Asked { host, place }, earlier, trust, self);
        let extent = self.every.map_or(Extent::Asked, |every| Extent::of_run(&host, self.now, every));
        let mut own = std::mem::take(&mut self.rows);
        resolve_names(&server, own.iter_mut().map(|row| &mut row.fields));
        let names = found.drives().map(Drives::names).unwrap_or_default();
        for row in &mut own {
            name_file(&mut row.fields, "config_file", &names);
        }
        let digests = digests(&server, &names, &own);
        self.tell_what_was_left_out();
        let written_anew = written_within(&server, &names, extent);
        own.retain(|row| extent == Extent::Asked || !is_left_alone(row));
        // What a list explains may still be exchanged: each file that is not of Microsoft is told.
        let asked_about =
            own.iter().filter(|row| extent.is_full() || !(row.is_settled && row.is_of_microsoft));
        let told: BTreeSet<FileKey> = asked_about.filter_map(|row| row.file.clone()).collect();
        own.retain(|row| is_printed(row, extent, &written_anew));
        let files = std::mem::take(&mut self.files);
        let asked_for = files.iter().filter(|(key, _)| told.contains(key));
        let files: Vec<Fields> = asked_for.map(|(_, facts)| file_row(facts)).collect();
        let images = files.len();
        let mut rows: Vec<Fields> = own.into_iter().map(|row| row.fields).collect();
        rows.extend(files);
        rows.extend(digests.config_rows(|file| extent.is_full() || written_anew.contains(file)));
        if extent.is_full() {
            rows.extend(digests.registration_rows());
        }
        let problems = std::mem::take(&mut self.problems);
        rows.extend(problems.iter().map(|problem| {
            let mut row = problem_row(problem, &self.account);
            name_file(&mut row, "file", &names);
            row
        }));
        let is_whole = !problems.iter().any(|problem| problem.kind().is_loss());
        let mut last = row("run");
        let mut set = |name: &str, value: Value| last.insert(name.to_owned(), value);
        let [words, reason] = extent.words();
        set("extent", json!(words));
        set("reason", json!(reason));
        if let Some(every) = self.every {
            set("every", json!(every));
        }
        set("rows", json!(rows.len() + 1));
        set("images", json!(images));
        set("problems", json!(problems.len()));
        set("milliseconds", json!(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)));
        set("version", json!(env!("CARGO_PKG_VERSION")));
        set("complete", json!(if is_whole { "true" } else { "false" }));
        digests.add_to(&mut last);
        rows.push(last);
        let count = rows.len() as u64;
        self.print(&host, rows)?;
        Ok(Written { rows: count, is_whole })
    }

    /// What the rows were written to.
    pub fn into_output(self) -> W {
        self.output
    }

    fn print(&mut self, host: &str, rows: Vec<Fields>) -> io::Result<()> {
        let run = self.now.to_string();
        for own in rows {
            let mut line = Map::new();
            line.insert("time".to_owned(), json!(self.now / 1_000_000));
            line.insert("run".to_owned(), json!(run));
            line.insert("iis_host".to_owned(), json!(host));
            line.extend(own);
            line.insert("schema".to_owned(), json!(SCHEMA));
            serde_json::to_writer(&mut self.output, &Value::Object(line)).map_err(io::Error::from)?;
            writeln!(self.output)?;
        }
        Ok(())
    }

    fn tell_what_was_left_out(&mut self) {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            let what = format!("{left_out} registrations and settings more than {MOST_ROWS} are not printed");
            self.problems.push(Problem::new(ProblemKind::Incomplete, what));
        }
    }

    /// A row for each of the files, or one where none is known. `is_settled` says of each that nobody has to decide on it.
    fn each(&mut self, fields: &Fields, files: &[Facts], is_settled: &[bool]) {
        let settled = |number: usize| is_settled.get(number).copied().unwrap_or_default();
        if files.is_empty() {
            self.add(Row {
                fields: fields.clone(),
                is_settled: settled(0),
                is_of_microsoft: true,
                is_spare: false,
                file: None,
            });
        }
        for (number, facts) in files.iter().enumerate() {
            let mut own = fields.clone();
            add_facts(&mut own, facts);
            let seen = facts.as_columns();
            let key = (seen.file.to_lowercase(), seen.bits.to_owned());
            let file = (seen.file_status == "read").then_some(key);
            if let Some(key) = file.clone() {
                self.files.entry(key).or_insert_with(|| facts.clone());
            }
            let is_of_microsoft = is_signed_by_microsoft(&seen);
            self.add(Row {
                fields: own,
                is_settled: settled(number),
                is_of_microsoft,
                is_spare: facts.is_spare(),
                file,
            });
        }
    }

    fn add(&mut self, row: Row) {
        if self.rows.len() < MOST_ROWS {
            self.rows.push(row);
        } else {
            self.left_out += 1;
        }
    }
}

impl<W: Write> Sink for Inventory<'_, W> {
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
        let mut settled = Vec::new();
        if self.every.is_some() {
            for file in each_file(files) {
                let listed = Listed::Module(Registration { file: file.map(Box::new), ..seen.clone() });
                settled
                    .push(self.outcomes.listed(&listed, host, Some(self.now)).is_none_or(|o| is_settled(&o)));
            }
        }
        self.each(&module_row(seen, origin), files, &settled);
        false
    }

    fn setting(&mut self, host: &str, seen: &Configured<'_>, files: &[Facts], origin: &Origin) {
        let mut settled = Vec::new();
        if self.every.is_some() {
            for file in each_file(files) {
                let configured = Configured { file: file.as_ref(), ..*seen };
                let outcome = self.outcomes.configured(&configured, host, self.now);
                settled.push(outcome.is_none_or(|outcome| is_settled(&outcome)));
            }
        }
        self.each(&setting_row(seen, origin), files, &settled);
    }

    fn uninteresting(&mut self) {}

    fn tell(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn is_settled(outcome: &Outcome<'_>) -> bool {
    !outcome.needs_decision()
}

/// Whether a row is of what is configured now.
fn is_configured(row: &Fields) -> bool {
    ["", "config"].contains(&text(row, "found_in"))
}

fn is_signed_by_microsoft(facts: &FileFacts<'_>) -> bool {
    // Of a type without an assembly nobody can say which file it is in.
    let was_looked_at = !["", "not_resolved"].contains(&facts.file_status);
    !was_looked_at
        || facts.file_status == "read"
            && facts.signature == "valid"
            && ["windows", "windows_2001", "microsoft"].contains(&facts.signer_class)
}

/// Names a file as the server does: where its drives are seen says nothing of it.
fn name_file(row: &mut Fields, field: &str, names: &Names) {
    let file = names.on_server(text(row, field));
    if !file.is_empty() {
        row.insert(field.to_owned(), json!(file));
    }
}

/// The configuration files that were written within the interval.
fn written_within(server: &Server, names: &Names, extent: Extent) -> BTreeSet<String> {
    let own = server.configs.iter().map(|(_, config)| config);
    let earlier = server.history.versions.iter().map(|version| &version.config);
    let anew = own.chain(earlier).filter(|config| extent.covers(config.modified));
    anew.map(|config| names.on_server(&config.file)).collect()
}

/// The digests of what is configured now, and of the files that lie where IIS looks for modules.
fn digests(server: &Server, names: &Names, rows: &[Row]) -> Digests {
    let mut digests = Digests::default();
    digests.configs(server, names);
    for row in rows {
        let is_configured = is_configured(&row.fields);
        if is_configured {
            digests.registration(&row.fields);
        }
        if (is_configured || text(&row.fields, "found_in") == "disk") && !is_left_alone(row) {
            digests.file(&row.fields);
        }
    }
    digests
}

/// Whether it is about a file that no pool loads, and as Microsoft signed it.
fn is_left_alone(row: &Row) -> bool {
    row.is_spare && row.is_settled && row.is_of_microsoft
}

fn is_printed(row: &Row, extent: Extent, written_anew: &BTreeSet<String>) -> bool {
    let is_anew = extent.is_full() || written_anew.contains(text(&row.fields, "config_file"));
    // What an earlier version had is told when that version came, and once a day.
    let is_earlier = text(&row.fields, "found_in") == "history";
    is_anew || !row.is_settled && !is_earlier
}
