//! An object that holds rows: the results of a search, an answer, log records. Its rows are read one at a time.

use std::vec;

use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{otlp, tables};
use crate::event;

/// What one object may have around its rows.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    results: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    hits: Option<Hits<'a>>,
    #[serde(borrow, rename = "Events", alias = "events", alias = "value", alias = "records", alias = "rows")]
    events: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Hits<'a> {
    #[serde(borrow)]
    hits: Vec<&'a RawValue>,
}

/// Brackets around a row, in each kind of document; the innermost is that of the list.
pub(super) const DEPTHS: [usize; 4] = [6, 4, 3, 2];

/// A document whose rows are still to be read, as far as they were not.
pub(super) struct Document {
    text: Vec<u8>,
    rows: vec::IntoIter<Place>,
    /// The columns of each table.
    tables: Vec<Vec<String>>,
}

/// Where a row stands in the text.
struct Place {
    start: u32,
    end: u32,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A result of Splunk, which is a row of fields whatever it has.
    Result,
    Object,
    Record,
    Table(u32),
    /// No row, but what an answer says of itself.
    Partial,
}

/// A row of a document.
pub(super) enum Inside {
    Result(Vec<u8>),
    Object(Vec<u8>),
    /// It has not as many values as its table has columns.
    Damaged,
    /// The answer says itself that it is not whole.
    Partial,
}

impl Document {
    /// The document in an object; the object itself where it is none.
    pub(super) fn new(text: Vec<u8>) -> Result<Self, Vec<u8>> {
        match rows(&text) {
            Some((rows, tables, _)) => Ok(Self { rows: rows.into_iter(), tables, text }),
            None => Err(text),
        }
    }
}

impl Iterator for Document {
    type Item = Inside;

    fn next(&mut self) -> Option<Inside> {
        let Place { start, end, kind } = self.rows.next()?;
        let text = self.text.get(start as usize..end as usize).unwrap_or_default();
        Some(match kind {
            Kind::Result => Inside::Result(text.to_vec()),
            Kind::Object => Inside::Object(text.to_vec()),
            // A record that nobody can read stays as it is, so that it is told.
            Kind::Record => Inside::Object(otlp::event(text).unwrap_or_else(|| text.to_vec())),
            Kind::Partial => Inside::Partial,
            Kind::Table(number) => {
                let columns = self.tables.get(number as usize).map(Vec::as_slice).unwrap_or_default();
                tables::row(columns, text).map_or(Inside::Damaged, Inside::Object)
            }
        })
    }
}

/// Whether an object is a document with rows behind so many brackets.
pub(super) fn holds_rows(text: &[u8], depth: usize) -> bool {
    rows(text).is_some_and(|(.., found)| found == depth)
}

type Found = (Vec<Place>, Vec<Vec<String>>, usize);

/// Where the rows of a document stand, the columns of its tables, and how many brackets are around a row.
fn rows(text: &[u8]) -> Option<Found> {
    let place = |row: &RawValue, kind| {
        let start = row.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        let end = start + row.get().len();
        Some(Place { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()?, kind })
    };
    let places = |rows: Vec<&RawValue>, kind| rows.into_iter().filter_map(|row| place(row, kind)).collect();
    let has = |key: &str| memmem::find(text, key.as_bytes()).is_some();
    match serde_json::from_slice::<Wrapped<'_>>(text).ok() {
        Some(Wrapped { result: Some(result), .. }) => {
            return Some((places(vec![result], Kind::Result), Vec::new(), 1));
        }
        Some(Wrapped { results: Some(results), .. }) => {
            return Some((places(results, Kind::Result), Vec::new(), 2));
        }
        Some(Wrapped { hits: Some(Hits { hits }), .. }) => {
            return Some((places(hits, Kind::Object), Vec::new(), 3));
        }
        Some(Wrapped { events: Some(events), .. }) => {
            return Some((places(events, Kind::Object), Vec::new(), 2));
        }
        _ => {}
    }
    // Most objects have no such key, and need not be read once more.
    if has("\"resourceLogs\"") || has("\"resource_logs\"") {
        return Some((places(otlp::records(text)?, Kind::Record), Vec::new(), 6));
    }
    if !has("\"tables\"") && !has("\"Tables\"") {
        return None;
    }
    let (mut all, mut columns) = (Vec::new(), Vec::new());
    let answer = tables::read(text)?;
    for (number, (table, whole)) in (0..).zip(answer.tables) {
        match table.rows {
            Some(rows) => all.extend(rows.into_iter().filter_map(|row| place(row, Kind::Table(number)))),
            // It has its rows under another key, or was cut off before them.
            None if event::is_event(whole.get().as_bytes()) => all.extend(place(whole, Kind::Object)),
            None => {}
        }
        columns.push(table.columns.iter().map(|column| column.name.get().to_owned()).collect());
    }
    if answer.is_partial {
        all.push(Place { start: 0, end: 0, kind: Kind::Partial });
    }
    Some((all, columns, 4))
}
