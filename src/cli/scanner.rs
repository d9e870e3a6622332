//! Rows of files in, findings out: what `scan` prints and `allowlist baseline` proposes from.

use std::path::PathBuf;

use crate::detect::commit::{self, Group};
use crate::detect::part::{self, NOTHING, Part};
use crate::detect::{
    Annotation, Engine, Finding, InventoryRow, ReasonTexts, Severity, Verdict, finding_id, inventory_key,
    merge, row, time,
};
use crate::event::{self, Event, Fields, INPUTS, Role, Says, Scratch};
use crate::report::{Item, Summary};
use crate::source::{self, Module, Row};

use super::args::Level;

/// Reads rows and decides on them.
pub(super) struct Scanner {
    engine: Engine,
    level: Level,
    finding: Finding,
    reasons: ReasonTexts,
    /// Rows of the change level, until all files are read.
    pending: Vec<commit::Row>,
    items: Vec<Item>,
    summary: Summary,
    now: i64,
}

impl Scanner {
    /// A scanner that has read nothing yet.
    pub(super) fn new(engine: Engine, level: Level) -> Self {
        Self {
            engine,
            level,
            finding: Finding::default(),
            reasons: ReasonTexts::default(),
            pending: Vec::new(),
            items: Vec::new(),
            summary: Summary::default(),
            now: chrono::Utc::now().timestamp_micros(),
        }
    }

    /// Reads files to their end. The error names the file, and the line where there is one.
    pub(super) fn read(&mut self, files: &[PathBuf]) -> Result<(), String> {
        for file in files {
            for row in source::read(file).map_err(|error| error.to_string())? {
                self.row(&row);
            }
        }
        Ok(())
    }

    /// All findings in the order of time, and what was counted.
    pub(super) fn finish(mut self) -> (Vec<Item>, Summary) {
        self.changes();
        self.items.sort_by_key(|item| item.time);
        (self.items, self.summary)
    }

    fn row(&mut self, row: &Row) {
        self.summary.rows += 1;
        match row {
            Row::Event(cells) => self.event(cells),
            Row::Module(module) => self.module(module),
        }
    }

    fn event(&mut self, cells: &[Vec<u8>; INPUTS.len()]) {
        let mut fields = Fields::default();
        for (field, cell) in fields.cells.iter_mut().zip(cells) {
            *field = cell;
        }
        let mut scratch = Scratch::default();
        let event = event::read(&fields, &mut scratch);
        let known_time = time::parse(event.time);
        let at = known_time.unwrap_or(self.now);
        let mut host = String::new();
        row::lower_case(event.host, &mut host);
        match event.role {
            Role::Other => self.summary.other_rows += 1,
            Role::Commit => self.summary.commits += 1,
            Role::Change => {}
        }
        if event.says == Says::OtherSection {
            let plain = Annotation::plain(Verdict::NotModule, Severity::Info, &host, event.actor);
            let item = Item::new(at, Verdict::NotModule, Severity::Info, &plain, &ReasonTexts::default());
            self.summary.count(&item);
        }
        if event.role == Role::Other {
            return;
        }
        match self.level {
            Level::Change => self.pending.push(pending(&event, &host, at)),
            Level::Row => self.row_finding(&event, &host, at, known_time.is_none()),
        }
    }

    fn row_finding(&mut self, event: &Event<'_>, host: &str, at: i64, time_assumed: bool) {
        match event.says {
            Says::Change(change) => {
                let subject = row::subject(event, &change, host, at, time_assumed);
                self.engine.decide(&subject, &mut self.finding);
                self.reasons.take(&self.finding, &self.engine);
                let source = change.source.map_or("", crate::iis::ValueSource::as_str);
                let annotation = Annotation::of(&subject, source, &self.finding, &self.engine);
                let item =
                    Item::new(at, self.finding.verdict, self.finding.severity, &annotation, &self.reasons);
                self.keep(item);
            }
            Says::Unparsed(reason) => self.unparsed(reason, host, event.actor, at, String::new()),
            Says::OtherSection | Says::Nothing => {}
        }
    }

    /// Decides on the changes that all rows together make.
    fn changes(&mut self) {
        for group in commit::group(std::mem::take(&mut self.pending)) {
            self.change(&group);
        }
    }

    fn change(&mut self, group: &Group) {
        let parts = group.parts.iter().filter_map(|text| Part::read(text.as_bytes()).ok()).collect();
        let Some(change) = merge(parts) else { return };
        let host = if group.host == NOTHING { "" } else { group.host.as_str() };
        if let Some(reason) = &change.unparsed {
            let id = finding_id(host, &group.key, Verdict::Unparsed.as_str(), "", &change.record);
            self.unparsed(reason, host, &change.actor, change.time, id);
            return;
        }
        let subject = self.engine.decide_change(&change, host, &mut self.finding);
        self.reasons.take(&self.finding, &self.engine);
        let annotation = Annotation::of(&subject, change.source(), &self.finding, &self.engine);
        let mut item =
            Item::new(change.time, self.finding.verdict, self.finding.severity, &annotation, &self.reasons);
        item.id = finding_id(host, &group.key, item.verdict.as_str(), annotation.identity(), &change.record);
        self.keep(item);
    }

    fn module(&mut self, module: &Module) {
        let mut host = String::new();
        row::lower_case(&module.host, &mut host);
        let known_time = time::parse(&module.time);
        let at = known_time.unwrap_or(self.now);
        if module.name.is_empty() {
            let shown = if module.image.is_empty() { &module.type_name } else { &module.image };
            let id = finding_id(&host, "missing_name", Verdict::Unparsed.as_str(), shown, "");
            self.unparsed("missing_name", &host, "", at, id);
            return;
        }
        let row = InventoryRow {
            name: &module.name,
            image: &module.image,
            type_name: &module.type_name,
            precondition: &module.precondition,
        };
        let subject = row.subject(&host, at, known_time.is_none());
        self.engine.decide(&subject, &mut self.finding);
        self.reasons.take(&self.finding, &self.engine);
        let annotation = Annotation::of(&subject, "inventory", &self.finding, &self.engine);
        let mut item = Item::new(at, self.finding.verdict, self.finding.severity, &annotation, &self.reasons);
        let key = inventory_key(&subject);
        item.id = finding_id(&host, &key, item.verdict.as_str(), annotation.identity(), "");
        self.keep(item);
    }

    fn unparsed(&mut self, reason: &str, host: &str, actor: &str, at: i64, id: String) {
        self.reasons.take_code(reason);
        let plain = Annotation::plain(Verdict::Unparsed, Severity::Medium, host, actor);
        let mut item = Item::new(at, Verdict::Unparsed, Severity::Medium, &plain, &self.reasons);
        item.id = id;
        self.keep(item);
    }

    fn keep(&mut self, item: Item) {
        self.summary.count(&item);
        self.items.push(item);
    }
}

/// The roll-up columns of one row.
fn pending(event: &Event<'_>, host: &str, at: i64) -> commit::Row {
    let or_nothing = |text: &str| if text.is_empty() { NOTHING.to_owned() } else { text.to_owned() };
    let mut key = Vec::new();
    part::write_key(event, &mut key);
    let mut text = Vec::new();
    if let Some(part) = Part::of(event, at) {
        part.write(&mut text);
    }
    commit::Row {
        host: or_nothing(host),
        process: or_nothing(event.process),
        time: at,
        record: or_nothing(event.record),
        role: event.role,
        key: String::from_utf8_lossy(&key).into_owned(),
        part: or_nothing(&String::from_utf8_lossy(&text)),
    }
}
