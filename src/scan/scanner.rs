//! Rows of files in, findings out: what `scan` prints and `allowlist baseline` proposes from.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::allowlist::Watched;
use crate::detect::commit::{self, Falls, Group};
use crate::detect::part::{self, NOTHING, Part};
use crate::detect::{Column, Engine, Listed, Outcomes, Severity, Verdict, merge, row, time};
use crate::event::{self, Event, Fields, INDEXED, INPUTS, Neighbour, Role, Says, Scratch};
use crate::iis::{Kind, Registration};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::{About, Evidence, FileRead, Item, Report, Summary};
use crate::source::{self, Content, Module, Row};

use super::neighbours::Neighbours;
use super::unit::Unit;

/// Characters of a time that cannot be read, as it is shown: a cell may hold anything.
const SHOWN_OF_TIME: usize = 40;
/// Bytes of rows and findings that are kept until all files are read.
const MOST_KEPT: usize = 512 << 20;
/// Bytes that a kept row takes beside its texts, about.
const KEPT_BESIDE: usize = 400;
/// Rows between two words on how far the reading is.
const TOLD_EVERY: u64 = 1024;
/// Problems that are kept one by one; all are counted.
const MOST_TOLD: usize = 10_000;

/// Reads rows and decides on them.
pub struct Scanner {
    outcomes: Outcomes,
    unit: Unit,
    /// Rows of the change level, until all files are read.
    pending: Vec<commit::CommitRow>,
    /// The logs that were read, by file and host, in the order of their records.
    logs: HashMap<(Arc<str>, String), Falls>,
    /// Where the pending rows stand.
    origins: Vec<Origin>,
    items: Vec<Item>,
    neighbours: Neighbours,
    problems: Vec<Problem>,
    summary: Summary,
    /// When the first event of each host was written.
    since: BTreeMap<String, i64>,
    /// The files that were read.
    files: Vec<FileRead>,
    /// Bytes that are kept, about, and how many may be.
    kept: usize,
    most_kept: usize,
    interrupted: Arc<AtomicBool>,
}

impl Scanner {
    /// A scanner that has read nothing yet. As soon as `interrupted` is set it ends with what it found.
    #[must_use]
    pub fn new(engine: Engine, unit: Unit, interrupted: Arc<AtomicBool>) -> Self {
        Self {
            outcomes: Outcomes::new(engine, chrono::Utc::now().timestamp_micros()),
            unit,
            pending: Vec::new(),
            logs: HashMap::new(),
            origins: Vec::new(),
            items: Vec::new(),
            neighbours: Neighbours::default(),
            problems: Vec::new(),
            summary: Summary::default(),
            since: BTreeMap::new(),
            files: Vec::new(),
            kept: 0,
            most_kept: MOST_KEPT,
            interrupted,
        }
    }

    /// Reads files to their end, and tells `heard` from time to time how many rows were read. What cannot be read is noted with
    /// its place, and the others are read all the same; an error is one of the arguments.
    pub fn read(&mut self, files: &[PathBuf], heard: impl Fn(u64)) -> Result<(), Problem> {
        if files.iter().filter(|file| source::is_standard_input(file)).count() > 1 {
            let what = "`-` is given twice, but standard input can be read only once";
            return Err(Problem::new(ProblemKind::Argument, what).with_hint("leave one out"));
        }
        for (number, row) in (1_u64..).zip(source::read(files)) {
            if number % TOLD_EVERY == 0 {
                heard(number);
            }
            if self.interrupted.load(Ordering::Relaxed) {
                self.lose(Problem::new(
                    ProblemKind::Unreadable,
                    "the scan was interrupted: what follows was not read",
                ));
                break;
            }
            if self.kept > self.most_kept {
                let what =
                    "there are more changes than are kept at once (512 MiB): what follows was not read";
                self.lose(Problem::new(ProblemKind::Unreadable, what).with_hint("scan fewer files at once"));
                break;
            }
            match row {
                Ok(row) => self.row_of_file(row),
                Err(problem) => self.lose(problem),
            }
        }
        Ok(())
    }

    fn row_of_file(&mut self, Row { origin, content }: Row) {
        if !self.files.last_mut().is_some_and(|file| file.take(&origin)) {
            self.files.push(FileRead::new(origin.clone()));
        }
        match &content {
            Content::Event(cells) => self.event(cells, origin),
            Content::Module(module) => self.module(module, origin),
            Content::OtherLog => self.summary.other_rows += 1,
        }
    }

    /// Notes what could not be read.
    fn lose(&mut self, problem: Problem) {
        self.summary.lost_places += 1;
        if self.problems.len() < MOST_TOLD {
            self.problems.push(problem);
        }
    }

    /// When the first event of the IIS configuration was written that was read of each host, in microseconds since
    /// 1970-01-01T00:00Z.
    #[must_use]
    pub fn since(&self) -> BTreeMap<String, i64> {
        self.since.clone()
    }

    /// All findings in the order of time, those without one last; the rows that nobody understood; and what was counted.
    #[must_use]
    pub fn finish(mut self) -> Report {
        for group in commit::group(std::mem::take(&mut self.pending)) {
            self.change(&group);
        }
        self.beside();
        self.items.sort_by_key(|item| item.time.unwrap_or(i64::MAX));
        Report {
            items: self.items,
            problems: self.problems,
            summary: self.summary,
            files: self.files,
            histories: Vec::new(),
            about: About::default(),
        }
    }

    fn event(&mut self, cells: &[Vec<u8>; INPUTS.len()], origin: Origin) {
        let mut fields = Fields::default();
        for (field, cell) in fields.cells.iter_mut().zip(cells) {
            *field = cell;
        }
        let mut scratch = Scratch::default();
        let event = event::read(&fields, &mut scratch);
        match (event.role, event.says) {
            (Role::Other, _) => {
                self.summary.other_rows += 1;
                if let Some(neighbour) = event::neighbour(&fields, &mut scratch) {
                    self.neighbour(neighbour, origin);
                }
                return;
            }
            (Role::Unread, _) => {
                self.summary.unread_rows += 1;
                self.summary.first_unread.get_or_insert_with(|| origin.brief());
                let what = "the row points to the IIS configuration and could not be understood; nothing in it was checked";
                if self.problems.len() < MOST_TOLD {
                    self.problems.push(Problem::new(ProblemKind::NotUnderstood, what).at(origin));
                }
                return;
            }
            (Role::Commit, _) => self.summary.commits += 1,
            (Role::Change, Says::OtherSection(_)) if !self.is_watched(&event) => {
                self.summary.other_changes += 1;
            }
            (Role::Change, _) => {}
        }
        let mut host = String::new();
        row::lower_case(event.host, &mut host);
        self.summary.read_of(&host);
        let at = self.time(event.time, &origin);
        if let Some(at) = at {
            self.since.entry(host.clone()).and_modify(|since| *since = at.min(*since)).or_insert(at);
        }
        self.summary.gaps.no_host += u64::from(host.is_empty());
        self.summary.gaps.no_time += u64::from(event.time.is_empty());
        let indexed =
            cells.get(INDEXED).and_then(|cell| std::str::from_utf8(cell).ok()).and_then(time::parse);
        match self.unit {
            Unit::Change => {
                let (time, number) = (self.outcomes.time(at), self.origins.len());
                let row = pending(&event, &host, (time, indexed), number, self.outcomes.watched());
                let fell = at.is_some_and(|at| self.falls(&event, &host, at, &origin));
                let row = commit::CommitRow { fell, ..row };
                // What is neither a module's nor the end of a commit takes no part in any change.
                if row.role == Role::Commit || row.key != NOTHING {
                    self.kept += KEPT_BESIDE + row.key.len() + row.part.len();
                    self.origins.push(origin);
                    self.pending.push(row);
                }
            }
            Unit::Row => self.row(&event, &host, (at, indexed), origin),
        }
    }

    /// Takes note of an event of another log that may belong beside a finding.
    fn neighbour(&mut self, neighbour: Neighbour, origin: Origin) {
        let mut host = String::new();
        row::lower_case(&neighbour.host, &mut host);
        let at = self.time(&neighbour.time, &origin);
        self.kept += KEPT_BESIDE + host.len() + neighbour.actor.len() + neighbour.image.len();
        self.neighbours.note(neighbour, host, at, origin);
    }

    /// What other logs tell: the log that was cleared is a problem, a module that could not be loaded is judged by its image, and
    /// each stands beside the findings of its host.
    fn beside(&mut self) {
        let mut neighbours = std::mem::take(&mut self.neighbours);
        neighbours.settle();
        self.problems.extend(neighbours.problems().take(MOST_TOLD));
        for item in &mut self.items {
            item.evidence = beside(&neighbours, item, None);
        }
        for failed in neighbours.not_loaded() {
            let name = self.outcomes.name_of_image(failed.image, failed.host);
            let listed = Registration {
                kind: Some(Kind::Native),
                name: &name,
                image: failed.image,
                ..Registration::default()
            };
            let listed = Listed::Module(listed);
            let Some(outcome) = self.outcomes.listed(&listed, failed.host, failed.time) else { continue };
            // That a module does not fit is an administrator's trouble; only what speaks against it is told.
            if outcome.severity >= Severity::High {
                let mut item = Item::new(failed.time, outcome.not_loaded());
                item.evidence = beside(&neighbours, &item, Some(failed.image));
                self.keep(item, failed.origins);
            }
        }
    }

    /// Whether a row of another section is about a watched setting.
    fn is_watched(&self, event: &Event<'_>) -> bool {
        matches!(event.says, Says::OtherSection(change) if self.outcomes.watched().tells(change.attribute))
    }

    /// Reads a time; one that cannot be read is noted.
    fn time(&mut self, text: &str, origin: &Origin) -> Option<i64> {
        let at = time::parse(text);
        if let Some(file) = self.files.last_mut() {
            file.time = at;
        }
        self.summary.gaps.no_zone += u64::from(time::lacks_zone(text));
        if at.is_none() && !text.is_empty() {
            self.summary.gaps.unreadable_time += 1;
            if self.summary.gaps.example.is_none() {
                self.summary.gaps.example =
                    Some((text.chars().take(SHOWN_OF_TIME).collect(), origin.brief()));
            }
        }
        at
    }

    /// Whether the clock was set back before a row of a log. Its file has the rows in the order in which they were written; a
    /// table, which has lines, may have any order.
    fn falls(&mut self, event: &Event<'_>, host: &str, at: i64, origin: &Origin) -> bool {
        let is_log = origin.record.is_some() && origin.line.is_none();
        let Some(record) = part::record(event).parse().ok().filter(|_| is_log) else { return false };
        self.logs.entry((Arc::clone(&origin.file), host.to_owned())).or_default().next(record, at)
    }

    fn row(
        &mut self,
        event: &Event<'_>,
        host: &str,
        (at, indexed): (Option<i64>, Option<i64>),
        origin: Origin,
    ) {
        // Changes of other sections are counted already, whatever the unit.
        if matches!(event.says, Says::OtherSection(_)) && !self.is_watched(event) {
            return;
        }
        if let Some(outcome) = self.outcomes.row(event, host, at, indexed) {
            let item = Item { process: event.process.to_owned(), ..Item::new(at, outcome) };
            self.keep(item, vec![origin]);
        }
    }

    fn change(&mut self, group: &Group) {
        let parts = group.parts.iter().filter_map(|text| Part::read(text.as_bytes()).ok()).collect();
        let Some(mut change) = merge(parts) else { return };
        change.clock.fell = group.clock_fell;
        let host = if group.host == NOTHING { "" } else { group.host.as_str() };
        let at = (!change.time_assumed).then_some(change.time);
        let item = Item::new(at, self.outcomes.change(&change, host, &group.key, group.continues));
        let item = Item { process: change.process, ..item };
        let origins = group.origins.iter().filter_map(|&number| self.origins.get(number)).cloned().collect();
        self.keep(item, origins);
    }

    fn module(&mut self, module: &Module, origin: Origin) {
        let text = |cell| std::str::from_utf8(cell).unwrap_or_default();
        let listed = Listed::read(|column| module.cells.get(column).map_or(&[], Vec::as_slice));
        if matches!(listed, Listed::Nothing | Listed::OtherRecord) {
            self.summary.empty_rows += 1;
            return;
        }
        let mut host = String::new();
        row::lower_case(text(&module.host), &mut host);
        let at = self.time(text(&module.time), &origin);
        if let Some(outcome) = self.outcomes.listed(&listed, &host, at) {
            let item = Item::new(at, outcome);
            self.keep(item, vec![origin]);
        }
    }

    /// Counts what was made of rows, and keeps it if it is a finding.
    fn keep(&mut self, mut item: Item, origins: Vec<Origin>) {
        let rows = origins.len() as u64;
        match item.verdict {
            Verdict::NotModule => {
                self.summary.other_changes += rows;
                return;
            }
            Verdict::Unparsed => self.summary.unreadable_rows += rows,
            _ => self.summary.module_rows += rows,
        }
        self.kept += KEPT_BESIDE + item.facts.bytes();
        item.origins = origins;
        self.summary.count(&item);
        self.items.push(item);
    }
}

/// What stands beside a finding. Failures of an image are no evidence beside the finding that they themselves are.
fn beside(neighbours: &Neighbours, item: &Item, own_image: Option<&str>) -> Vec<Evidence> {
    let time = item.time;
    time.map_or_else(Vec::new, |time| neighbours.beside(item.fact(Column::Host), time, own_image))
}

/// The roll-up columns of one row.
fn pending(
    event: &Event<'_>,
    host: &str,
    (at, indexed): (i64, Option<i64>),
    origin: usize,
    watched: &Watched,
) -> commit::CommitRow {
    let or_nothing = |text: &str| if text.is_empty() { NOTHING.to_owned() } else { text.to_owned() };
    let mut key = Vec::new();
    part::write_key(event, watched, &mut key);
    let mut text = Vec::new();
    if let Some(part) = Part::of(event, at, indexed, watched) {
        part.write(&mut text);
    }
    commit::CommitRow {
        host: or_nothing(host),
        process: or_nothing(event.process),
        time: at,
        record: or_nothing(&part::record(event)),
        role: event.role,
        key: String::from_utf8_lossy(&key).into_owned(),
        part: or_nothing(&String::from_utf8_lossy(&text)),
        indexed,
        fell: false,
        origin,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::allowlist::{Catalogue, HostProfiles, SiteFile};

    fn scanner(is_interrupted: bool) -> Scanner {
        let catalogue = Catalogue::new(SiteFile::parse(b"", "site")).unwrap();
        let hosts = HostProfiles::parse(b"host,packs,system_root\n", "packs", BTreeSet::new(), &[]).unwrap();
        Scanner::new(
            Engine::new(catalogue, hosts, None),
            Unit::Change,
            Arc::new(AtomicBool::new(is_interrupted)),
        )
    }

    /// A folder with a file that has so many changes, each of another module.
    fn changes(count: usize) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().unwrap();
        let row = |number| {
            format!(
                "29,/system.webServer/globalModules/add[@name='M{number}']/@image,1,D:\\m{number}.dll,MACHINE/WEBROOT/APPHOST,web01\n"
            )
        };
        let rows: String = (0..count).map(row).collect();
        let head = "EventCode,Configuration,EditOperationType,NewValue,ConfigPath,Computer\n";
        fs::write(folder.path().join("rows.csv"), format!("{head}{rows}")).unwrap();
        folder
    }

    #[test]
    fn what_is_kept_is_bounded_and_what_was_found_is_told() {
        let folder = changes(3_000);
        for (most_kept, interrupted, lost, told) in [
            (MOST_KEPT, false, 0, ""),
            (100_000, false, 1, "there are more changes than are kept at once"),
            (MOST_KEPT, true, 1, "the scan was interrupted: what follows was not read"),
        ] {
            let mut scanner = scanner(interrupted);
            scanner.most_kept = most_kept;
            scanner.read(&[folder.path().to_owned()], |_| ()).unwrap();
            let report = scanner.finish();
            assert_eq!((report.summary.lost_places, report.is_whole()), (lost, lost == 0));
            assert!(
                report.problems.iter().all(|problem| problem.what().starts_with(told)),
                "{:?}",
                report.problems
            );
            let found = report.items.len();
            assert!(found == 3_000 || (lost > 0 && interrupted == (found == 0)), "{found}");
            assert!(found < 3_000 || lost == 0, "{found}");
        }
    }
}
