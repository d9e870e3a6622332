//! `input=event`: one event row in, its facts and a row verdict out.

use searchcommand::internal::{Free, Memo};
use searchcommand::{Cells, Input, Messages, Plan, Record, RunsOn};

use crate::detect::part::{self, NOTHING, Part};
use crate::detect::{Column, Outcomes, row, time};
use crate::event::{self, CARRIERS, Event, Fields, INDEXED, INPUTS, Opened, Role, Scratch};
use crate::iis::Lag;

use super::options::Options;
use super::writer;

/// The column in which the app's macros hand on when a row was indexed: Splunk's own is hidden.
const INDEXED_COLUMN: &str = "iis_indextime";

/// Places in [`INPUTS`].
const RAW: usize = CARRIERS[0];
const MESSAGE: usize = CARRIERS[1];

/// The rows of one search.
pub(super) struct Events {
    outcomes: Outcomes,
    parts: bool,
    raw: bool,
    message_field: String,
    /// There was a row.
    has_rows: bool,
    /// Some row had something that can hold an event.
    has_input: bool,
    /// Rows that point to the IIS configuration and that nobody understood.
    unread: u64,
    buffers: Buffers,
}

/// Buffers that are used again from row to row.
#[derive(Default)]
struct Buffers {
    scratch: Scratch,
    host: String,
    text: Vec<u8>,
    /// The event of a row in which it stands in something else.
    unwrapped: String,
    key: Vec<u8>,
    /// The cells of rows by what their event says, for rows that are of another host, or whose texts differ in numbers.
    memo: Memo,
}

/// What is known of a row's facts before its event is read.
#[derive(Clone, Copy)]
enum Facts {
    /// They are written already, of a row of this time.
    Written(Option<i64>),
    /// No earlier row said the same; where to remember them, and the time of the row.
    New(Free, Option<i64>),
    /// The row is not compared with others.
    Unusual,
}

/// The place in [`INPUTS`] of the first input of the plan; the others follow in order.
fn first_place(raw: bool) -> usize {
    if raw { RAW } else { MESSAGE }
}

/// What this level reads and writes.
pub(super) fn plan(options: &Options) -> Plan {
    let name = |place: usize| match INPUTS.get(place) {
        Some(_) if place == MESSAGE => options.message_field.clone(),
        Some(_) if place == INDEXED => INDEXED_COLUMN.to_owned(),
        Some(name) => (*name).to_owned(),
        None => String::new(),
    };
    let mut columns = Column::FACTS.to_vec();
    if options.parts {
        columns.extend(Column::PARTS);
    }
    Plan {
        runs_on: if options.distributed { RunsOn::Distributed } else { RunsOn::SearchHead },
        inputs: (first_place(options.raw)..INPUTS.len())
            .map(|place| Input { name: name(place), multivalue: true })
            .collect(),
        all_fields: options.all_fields,
        outputs: writer::outputs(&columns),
    }
}

impl Events {
    pub(super) fn new(options: &Options, outcomes: Outcomes) -> Self {
        Self {
            outcomes,
            parts: options.parts,
            raw: options.raw,
            message_field: options.message_field.clone(),
            has_rows: false,
            has_input: false,
            unread: 0,
            buffers: Buffers::default(),
        }
    }

    pub(super) fn record(&mut self, record: &Record<'_>, cells: &mut Cells) {
        let mut unwrapped = std::mem::take(&mut self.buffers.unwrapped);
        self.unwrapped_record(&event::unwrap(&self.fields(record), &mut unwrapped), cells);
        self.buffers.unwrapped = unwrapped;
    }

    fn unwrapped_record(&mut self, fields: &Fields<'_>, cells: &mut Cells) {
        self.has_rows = true;
        self.has_input = self.has_input
            || CARRIERS.iter().any(|&place| fields.cells.get(place).is_some_and(|cell| !cell.is_empty()));
        let Buffers { key, memo, host, .. } = &mut self.buffers;
        let opened = Opened::new(fields);
        key.clear();
        memo.refresh();
        let mut is_unusual =
            || memo.rests() || Memo::is_too_long(fields.cells.iter().map(|cell| cell.len()).sum());
        let own = if is_unusual() { None } else { opened.identity(key) };
        let indexed = indexed(fields);
        let mut time = None;
        let found = own.map(|own| {
            row::lower_case(own.host, host);
            let at = time::parse(own.time);
            time = at;
            key.extend_from_slice(&[
                u8::from(at.is_none()),
                at.map_or(Lag::Near, |at| Lag::of(at, indexed)) as u8,
            ]);
            key.extend_from_slice(&self.outcomes.profile(host).to_le_bytes());
            memo.find(key)
        });
        match found {
            Some(Ok(written)) => {
                cells.write_again(written, host.as_bytes());
                if self.parts {
                    self.read(&opened, indexed, cells, Facts::Written(time));
                }
            }
            Some(Err(free)) => self.read(&opened, indexed, cells, Facts::New(free, time)),
            None => self.read(&opened, indexed, cells, Facts::Unusual),
        }
    }

    /// Reads the event and writes what is still to be written of it. Where its time is known, so is its host.
    fn read(&mut self, opened: &Opened<'_, '_>, indexed: Option<i64>, cells: &mut Cells, facts: Facts) {
        let Buffers { scratch, host, text, key, memo, .. } = &mut self.buffers;
        let event = opened.read(scratch);
        let time = match facts {
            Facts::Written(time) | Facts::New(_, time) => time,
            Facts::Unusual => {
                row::lower_case(event.host, host);
                time::parse(event.time)
            }
        };
        let is_written = matches!(facts, Facts::Written(_));
        let mut is_timeless = true;
        if let Some(outcome) = (!is_written).then(|| self.outcomes.row(&event, host, time, indexed)).flatten()
        {
            writer::write(cells, &Column::FACTS, &outcome);
            is_timeless = outcome.is_timeless;
        }
        if event.role == Role::Unread {
            // Each such row is counted.
            self.unread += 1;
        } else if let (true, Facts::New(free, _), Some(written)) = (is_timeless, facts, cells.written()) {
            memo.keep(key, free, written);
        }
        self.has_input |= event.role != Role::Other;
        if self.parts && matches!(event.role, Role::Change | Role::Commit) {
            write_parts(cells, &event, host, &self.outcomes, (time, indexed), text);
        }
    }

    pub(super) fn finish(&self, messages: &mut Messages) {
        if self.unread > 0 {
            messages.warn(format!(
                "iismodcheck: {} to the IIS configuration and could not be understood; nothing in them was checked. What is \
                 read is the XML of an event (renderXml = true), Splunk's classic text, JSON of the known collectors, and the \
                 fields of the Windows add-on: not a message alone behind the header of another program. The rows: … | iismodcheck parts=true | where \
                 isnull(iis_event_role).",
                if self.unread == 1 { "1 row points".to_owned() } else { format!("{} rows point", self.unread) }
            ));
        }
        if !self.has_rows || self.has_input {
            return;
        }
        let hint = if self.raw {
            "message_field= names the field that holds the message text".to_owned()
        } else {
            "raw=false leaves _raw out; message_field= names the field that holds the message text".to_owned()
        };
        messages.warn(format!(
            "iismodcheck: nothing was checked: no row has event data, a field `{}`{}. Put the command before a stats or \
             table that drops them; {hint}.",
            self.message_field,
            if self.raw { " or _raw" } else { "" },
        ));
    }

    /// The cells of a record.
    fn fields<'r>(&self, record: &Record<'r>) -> Fields<'r> {
        let mut fields = Fields::default();
        let first_place = first_place(self.raw);
        if record.has_several_values() {
            for (input, (place, cell)) in fields.cells.iter_mut().enumerate().skip(first_place).enumerate() {
                let mut values = record.values(input);
                *cell = values.next().unwrap_or_default();
                if values.any(|value| value != *cell) {
                    fields.conflicts |= 1 << place;
                    *cell = record.cell(input);
                }
            }
        } else {
            for (input, cell) in record.filled() {
                if let Some(place) = fields.cells.get_mut(first_place + input) {
                    *place = cell;
                }
            }
        }
        fields
    }
}

/// When the row was indexed, where that is known.
fn indexed(fields: &Fields<'_>) -> Option<i64> {
    let cell = fields.cells.get(INDEXED).filter(|cell| !cell.is_empty())?;
    std::str::from_utf8(cell).ok().and_then(time::parse)
}

/// The roll-up columns in their order. An empty cell would drop the row from `stats … by`, so nothing is written as `-`.
fn write_parts(
    cells: &mut Cells,
    event: &Event<'_>,
    host: &str,
    outcomes: &Outcomes,
    (time, indexed): (Option<i64>, Option<i64>),
    text: &mut Vec<u8>,
) {
    let watched = outcomes.watched();
    let role: &[u8] = if event.role == Role::Commit { b"commit" } else { b"change" };
    let mut set = |column: Column, value: &[u8]| {
        cells.set(column as usize, if value.is_empty() { NOTHING.as_bytes() } else { value });
    };
    // A change row has its host from the annotation; a commit row has no annotation.
    if host.is_empty() || event.role == Role::Commit {
        set(Column::Host, host.as_bytes());
    }
    set(Column::EventRole, role);
    text.clear();
    part::write_key(event, watched, text);
    set(Column::ChangeKey, text);
    text.clear();
    if let Some(part) = Part::of(event, outcomes.time(time), indexed, watched) {
        part.write(text);
    }
    set(Column::ChangePart, text);
    set(Column::Process, event.process.as_bytes());
    set(Column::Record, part::record(event).as_bytes());
}
