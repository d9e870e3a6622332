//! What the files of servers show, as rows of facts: one JSON object for each line, and no verdict. What a verdict would compare
//! between files stands in the row, so that a row is judged by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::sink::Sink;
use super::walk::{Asked, walk};
use crate::allowlist::Watched;
use crate::detect::{Configured, Engine, Outcomes};
use crate::file::Trust;
use crate::iis::{FileFacts, ListOperation, Registration, Roots, Section};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::server::files::Facts;
use crate::server::{Found, Operation, Server};

/// The version of the form of the rows.
const SCHEMA: u64 = 1;
/// The columns of [`FileFacts`] that are of the file itself, and stand in its own row as well.
const OF_FILE: [&str; 12] = [
    "file",
    "bits",
    "file_status",
    "file_sha256",
    "signature",
    "signer_class",
    "signer_sha256",
    "pe_machine",
    "pe_entry_points",
    "pe_original_name",
    "pe_version",
    "signature_extra_bytes",
];

/// Writes the rows of servers.
pub struct Inventory<'t, W> {
    /// They say which settings are watched, and where folders lie. Nothing is decided.
    outcomes: Outcomes,
    trust: Trust<'t>,
    output: W,
    /// In microseconds since 1970-01-01T00:00Z: one for the run.
    now: i64,
    earlier: Option<PathBuf>,
    /// Rows of the server that is read, until its own configuration is known.
    rows: Vec<Map<String, Value>>,
    /// Files of it by path and bitness.
    files: BTreeMap<(String, String), Facts>,
    problems: Vec<Problem>,
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
            earlier: None,
            rows: Vec::new(),
            files: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Reads the earlier versions of a configuration from this folder, for the server that is read next.
    #[must_use]
    pub fn with_history(self, folder: PathBuf) -> Self {
        Self { earlier: Some(folder), ..self }
    }

    /// Writes the rows of one server: its modules and settings, the files behind them, what could not be read, and last the run.
    pub fn write(&mut self, found: &Found, host: Option<&str>, place: Option<&str>) -> io::Result<Written> {
        let begun = std::time::Instant::now();
        let (earlier, trust) = (self.earlier.take(), self.trust);
        let (server, host) = walk(found, Asked { host, place }, earlier, trust, self);
        let run = format!("{}-{host}", self.now);
        let mut rows = std::mem::take(&mut self.rows);
        resolve_names(&server, &mut rows);
        let files = std::mem::take(&mut self.files);
        rows.extend(files.iter().map(|((_, _), facts)| file_row(facts)));
        let problems = std::mem::take(&mut self.problems);
        rows.extend(problems.iter().map(problem_row));
        let is_whole = !problems.iter().any(|problem| problem.kind().is_loss());
        let mut last = row("run");
        last.insert("rows".to_owned(), json!(rows.len() + 1));
        last.insert("images".to_owned(), json!(files.len()));
        last.insert("problems".to_owned(), json!(problems.len()));
        last.insert(
            "milliseconds".to_owned(),
            json!(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)),
        );
        last.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        last.insert("complete".to_owned(), json!(if is_whole { "true" } else { "false" }));
        rows.push(last);
        let count = rows.len() as u64;
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
        Ok(Written { rows: count, is_whole })
    }

    /// A row for each of the files, or one where none is known.
    fn each(&mut self, row: &Map<String, Value>, files: &[Facts]) {
        for facts in files {
            let mut own = row.clone();
            set_facts(&mut own, facts, |_| true);
            self.rows.push(own);
            let seen = facts.as_columns();
            if seen.file_status == "read" {
                let key = (seen.file.to_lowercase(), seen.bits.to_owned());
                self.files.entry(key).or_insert_with(|| facts.clone());
            }
        }
        if files.is_empty() {
            self.rows.push(row.clone());
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

    fn module(&mut self, _: &str, seen: &Registration<'_>, files: &[Facts], origin: &Origin) -> bool {
        let mut row = row("module");
        let mut set = |name: &str, text: &str| {
            if !text.is_empty() {
                row.insert(name.to_owned(), json!(text));
            }
        };
        set("section", seen.section.map_or("", Section::as_str));
        set("operation", seen.operation.as_str());
        set("kind", seen.kind().map_or("", |kind| kind.as_str()));
        set("name", seen.name);
        set("image", seen.image);
        set("type", seen.type_name);
        set("precondition", seen.precondition);
        set("requests", seen.requests);
        set("config_path", seen.config_path);
        set("location", seen.location);
        set("redirected_to", seen.redirected_to);
        place(&mut row, origin);
        self.each(&row, files);
        false
    }

    fn setting(&mut self, _: &str, seen: &Configured<'_>, files: &[Facts], origin: &Origin) {
        let mut row = row("setting");
        row.insert("name".to_owned(), json!(seen.path));
        match seen.value {
            Some(value) => row.insert("value".to_owned(), json!(value)),
            None => row.insert("operation".to_owned(), json!(ListOperation::Remove.as_str())),
        };
        row.insert("config_path".to_owned(), json!(seen.config_path));
        if !seen.location.is_empty() {
            row.insert("location".to_owned(), json!(seen.location));
        }
        place(&mut row, origin);
        self.each(&row, files);
    }

    fn uninteresting(&mut self) {}

    fn tell(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn row(record: &str) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("record".to_owned(), json!(record));
    row
}

fn place(row: &mut Map<String, Value>, origin: &Origin) {
    row.insert("config_file".to_owned(), json!(*origin.file));
    row.extend(origin.line.map(|line| ("config_line".to_owned(), json!(line))));
}

fn set_facts(row: &mut Map<String, Value>, facts: &Facts, is_wanted: impl Fn(&str) -> bool) {
    let cells = FileFacts::COLUMNS.into_iter().zip(facts.cells());
    for (name, cell) in cells.filter(|(name, cell)| !cell.is_empty() && is_wanted(name)) {
        row.insert(name.to_owned(), json!(cell));
    }
}

fn file_row(facts: &Facts) -> Map<String, Value> {
    let mut row = row("file");
    set_facts(&mut row, facts, |name| OF_FILE.contains(&name));
    row.extend(facts.more().iter().map(|(name, text)| ((*name).to_owned(), json!(text))));
    row
}

fn problem_row(problem: &Problem) -> Map<String, Value> {
    let mut row = row("problem");
    row.insert("problem".to_owned(), json!(problem.kind().as_str()));
    row.insert("detail".to_owned(), json!(problem.what()));
    if let Some(origin) = problem.origin() {
        row.insert("file".to_owned(), json!(*origin.file));
        row.extend(origin.line.map(|line| ("config_line".to_owned(), json!(line))));
    }
    row
}

/// Says of names whether they are registered, and of registered modules whether any place enables them. Neither is said where the
/// configuration of the server is not at hand.
fn resolve_names(server: &Server, rows: &mut [Map<String, Value>]) {
    let Some(own) = server.own() else { return };
    let names = |section, wants_type: bool| -> BTreeSet<&str> {
        let listings = own.listings.iter().filter(|listing| listing.section == section);
        let entries = listings.flat_map(|listing| &listing.entries);
        let own = entries
            .filter(|entry| entry.operation == Operation::Add && (wants_type || entry.type_name.is_empty()));
        own.filter_map(|entry| entry.name.as_deref()).collect()
    };
    let registered = names(Section::GlobalModules, true);
    let enabled = names(Section::Modules, false);
    for row in rows {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("record") != "module" || text("operation") != ListOperation::Add.as_str() {
            continue;
        }
        let yes = |is: bool| json!(if is { "yes" } else { "no" });
        let by_name = text("image").is_empty() && text("type").is_empty();
        let is_native = text("section") == Section::GlobalModules.as_str();
        let (registered, enabled) = (registered.contains(text("name")), enabled.contains(text("name")));
        if by_name {
            row.insert("registered".to_owned(), yes(registered));
        } else if is_native {
            row.insert("enabled".to_owned(), yes(enabled));
        }
    }
}
