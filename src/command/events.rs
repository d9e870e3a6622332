//! `input=event`: one event row in, its facts and a row verdict out.

use crate::detect::part::{self, NOTHING, Part};
use crate::detect::{Annotation, Column, Engine, Finding, ReasonTexts, Severity, Verdict, row, time};
use crate::event::{self, Event, Fields, INPUTS, Role, Says, Scratch};
use crate::iis::ValueSource;
use crate::searchcommand::{Cells, Input, Messages, Place, Plan, Record};

use super::options::Options;
use super::remembered::Remembered;
use super::writer;

/// Position of the message and of the raw text in [`INPUTS`].
const MESSAGE: usize = 1;
const RAW: usize = 0;

/// The rows of one search.
pub(super) struct Events {
    engine: Engine,
    /// For each input of the plan, its place in [`INPUTS`].
    places: Vec<usize>,
    /// For each input of the plan, whether it alone can hold an event.
    carriers: Vec<bool>,
    parts: bool,
    raw: bool,
    message_field: String,
    assumed_time: i64,
    rows: u64,
    rows_with_input: u64,
    buffers: Buffers,
}

/// Buffers that are used again from row to row.
#[derive(Default)]
struct Buffers {
    scratch: Scratch,
    host: String,
    finding: Finding,
    reasons: ReasonTexts,
    text: Vec<u8>,
    remembered: Remembered,
}

/// For each input of the plan, its place in [`INPUTS`].
fn places(options: &Options) -> Vec<usize> {
    (0..INPUTS.len()).filter(|&place| options.raw || place != RAW).collect()
}

/// What this level reads and writes.
pub(super) fn plan(options: &Options) -> Plan {
    let name = |place: usize| match INPUTS.get(place) {
        Some(_) if place == MESSAGE => options.message_field.clone(),
        Some(name) => (*name).to_owned(),
        None => String::new(),
    };
    let mut columns = Column::FACTS.to_vec();
    if options.parts {
        columns.extend(Column::PARTS);
    }
    Plan {
        place: if options.distributed { Place::Distributed } else { Place::SearchHead },
        inputs: places(options)
            .into_iter()
            .map(|place| Input { name: name(place), multivalue: true })
            .collect(),
        all_fields: options.all_fields,
        outputs: writer::outputs(&columns),
    }
}

impl Events {
    pub(super) fn new(options: &Options, engine: Engine, assumed_time: i64) -> Self {
        let places = places(options);
        let carries = |&place: &usize| {
            INPUTS.get(place).is_some_and(|name| ["_raw", "Message", "Configuration"].contains(name))
        };
        Self {
            engine,
            carriers: places.iter().map(carries).collect(),
            places,
            parts: options.parts,
            raw: options.raw,
            message_field: options.message_field.clone(),
            assumed_time,
            rows: 0,
            rows_with_input: 0,
            buffers: Buffers::default(),
        }
    }

    pub(super) fn record(&mut self, record: &Record<'_>, cells: &mut Cells) {
        let (fields, filled) = self.fields(record);
        self.rows += 1;
        self.rows_with_input += u64::from(filled);
        let Buffers { scratch, host, finding, reasons, text, remembered } = &mut self.buffers;
        let event = event::read(&fields, scratch);
        if event.role == Role::Other {
            return;
        }
        writer::lower_case(event.host, host);
        let (at, time_assumed) = match time::parse(event.time) {
            Some(at) => (at, false),
            None => (self.assumed_time, true),
        };
        match event.says {
            Says::Change(change) => {
                let source = change.source.map_or("", ValueSource::as_str);
                let subject = row::subject(&event, &change, host, at, time_assumed);
                if !remembered.write(&subject, source, cells) {
                    self.engine.decide(&subject, finding);
                    reasons.take(finding, &self.engine);
                    writer::write(cells, &Annotation::of(&subject, source, finding, &self.engine), reasons);
                    if self.engine.is_timeless() {
                        remembered.keep(cells);
                    }
                }
            }
            Says::OtherSection => {
                reasons.clear();
                let plain = Annotation::plain(Verdict::NotModule, Severity::Info, host, event.actor);
                writer::write(cells, &plain, reasons);
            }
            Says::Unparsed(reason) => {
                reasons.take_code(reason);
                let plain = Annotation::plain(Verdict::Unparsed, Severity::Medium, host, event.actor);
                writer::write(cells, &plain, reasons);
            }
            Says::Nothing => {}
        }
        if self.parts {
            write_parts(cells, &event, host, at, text);
        }
    }

    pub(super) fn finish(&self, messages: &mut Messages) {
        if self.rows == 0 || self.rows_with_input > 0 {
            return;
        }
        let hint = if self.raw {
            "message_field= names the field that holds the message text".to_owned()
        } else {
            "raw=false leaves _raw out; message_field= names the field that holds the message text".to_owned()
        };
        messages.warn(format!(
            "iismodcheck: none of the {} rows has event data, the field `{}`{}; nothing was checked. Put the command \
             before a stats or table that drops them; {hint}.",
            self.rows,
            self.message_field,
            if self.raw { " or _raw" } else { "" },
        ));
    }

    /// The cells of a record, and whether any of them can hold an event.
    fn fields<'r>(&self, record: &Record<'r>) -> (Fields<'r>, bool) {
        let mut fields = Fields::default();
        let mut filled = false;
        let several = record.has_several_values();
        for (input, (&place, &carries)) in self.places.iter().zip(&self.carriers).enumerate() {
            let mut first = record.cell(input);
            if several {
                let mut values = record.values(input);
                first = values.next().unwrap_or_default();
                if values.any(|value| value != first) {
                    fields.conflicts |= 1 << place;
                }
            }
            if let Some(cell) = fields.cells.get_mut(place) {
                *cell = first;
            }
            filled |= carries && !first.is_empty();
        }
        (fields, filled)
    }
}

/// The roll-up columns. An empty cell would drop the row from `stats … by`, so nothing is written as `-`.
fn write_parts(cells: &mut Cells, event: &Event<'_>, host: &str, at: i64, text: &mut Vec<u8>) {
    let role: &[u8] = if event.role == Role::Commit { b"commit" } else { b"change" };
    let mut set = |column: Column, value: &[u8]| {
        cells.set(column as usize, if value.is_empty() { NOTHING.as_bytes() } else { value });
    };
    // A change row has its host from the annotation; a commit row has no annotation.
    if host.is_empty() || event.role == Role::Commit {
        set(Column::Host, host.as_bytes());
    }
    set(Column::EventRole, role);
    set(Column::Process, event.process.as_bytes());
    set(Column::Record, event.record.as_bytes());
    text.clear();
    part::write_key(event, text);
    set(Column::ChangeKey, text);
    text.clear();
    if let Some(part) = Part::of(event, at) {
        part.write(text);
    }
    set(Column::ChangePart, text);
}
