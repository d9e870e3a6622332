//! `input=event`: one event row in, its facts and a row verdict out.

use crate::detect::part::{self, NOTHING, Part};
use crate::detect::{Annotation, Column, Engine, Finding, ReasonTexts, Severity, Verdict, row, time};
use crate::event::{self, Event, Fields, INPUTS, Role, Says, Scratch};
use crate::searchcommand::{Cells, Input, Messages, Place, Plan, Record};

use super::options::Options;
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
}

impl Events {
    pub(super) fn new(options: &Options, engine: Engine, assumed_time: i64) -> (Self, Plan) {
        let places: Vec<usize> = (0..INPUTS.len()).filter(|&place| options.raw || place != RAW).collect();
        let name = |place: usize| match INPUTS.get(place) {
            Some(_) if place == MESSAGE => options.message_field.clone(),
            Some(name) => (*name).to_owned(),
            None => String::new(),
        };
        let carriers = places
            .iter()
            .map(|&place| {
                INPUTS.get(place).is_some_and(|name| ["_raw", "Message", "Configuration"].contains(name))
            })
            .collect();
        let mut columns = Column::FACTS.to_vec();
        if options.parts {
            columns.extend(Column::PARTS);
        }
        let plan = Plan {
            place: if options.distributed { Place::Distributed } else { Place::SearchHead },
            inputs: places.iter().map(|&place| Input { name: name(place), multivalue: true }).collect(),
            all_fields: options.all_fields,
            outputs: writer::outputs(&columns),
        };
        let rows = Self {
            engine,
            places,
            carriers,
            parts: options.parts,
            raw: options.raw,
            message_field: options.message_field.clone(),
            assumed_time,
            rows: 0,
            rows_with_input: 0,
            buffers: Buffers::default(),
        };
        (rows, plan)
    }

    pub(super) fn record(&mut self, record: &Record<'_>, cells: &mut Cells) {
        let (fields, filled) = self.fields(record);
        self.rows += 1;
        self.rows_with_input += u64::from(filled);
        let Buffers { scratch, host, finding, reasons, text } = &mut self.buffers;
        let event = event::read(&fields, scratch);
        if event.role == Role::Other {
            return;
        }
        host.clear();
        host.extend(event.host.chars().flat_map(char::to_lowercase));
        let (at, time_assumed) = match time::parse(event.time) {
            Some(at) => (at, false),
            None => (self.assumed_time, true),
        };
        match event.says {
            Says::Change(change) => {
                let subject = row::subject(&event, &change, host, at, time_assumed);
                self.engine.decide(&subject, finding);
                reasons.take(finding, &self.engine);
                let source = change.source.map_or("", crate::iis::ValueSource::as_str);
                writer::write(cells, &Annotation::of(&subject, source, finding, &self.engine), reasons);
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
        for (input, (&place, &carries)) in self.places.iter().zip(&self.carriers).enumerate() {
            let mut values = record.values(input);
            let Some(first) = values.next() else { continue };
            if values.any(|value| value != first) {
                fields.conflicts |= 1 << place;
            }
            if let Some(cell) = fields.cells.get_mut(place) {
                *cell = first;
            }
            filled |= carries;
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
    set(Column::Host, host.as_bytes());
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
