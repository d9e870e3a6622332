//! Which parts are renderings of one event.
//!
//! One event can be collected as XML and as classic text, and be indexed twice. Its renderings agree in record number and
//! second, and none shows another value than the others show. The record number alone is not enough: it starts again when
//! the log is cleared, and whoever clears the log within the second can put a harmless event under the number of his own.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::detect::part::{Part, PartChange};
use crate::detect::time::SECOND;
use crate::iis::{Element, Operation, Section, ValueSource};

/// One part for each event, in the order of the events. The rendering that shows most stays, with what only the others
/// show.
pub(super) fn events(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut parts = parts;
    // By all that they say as well, so that the order of coming chooses nothing.
    parts.sort_by(|one, other| (Reverse(shows(one)), said(one)).cmp(&(Reverse(shows(other)), said(other))));
    parts.dedup_by(|one, kept| {
        let same = said(one) == said(kept);
        if same {
            kept.indexed = kept.indexed.max(one.indexed);
        }
        same
    });
    let mut known: BTreeMap<(i64, u64, Place), Vec<Part<'_>>> = BTreeMap::new();
    for part in parts {
        let record = record(&part);
        let same = known.entry((second(&part), record, place(&part))).or_default();
        // Without a record number only an identical part is the same event.
        match same.iter_mut().find(|event| record != 0 && agree(event, &part)) {
            Some(event) => complete(event, part),
            None => same.push(part),
        }
    }
    let mut events: Vec<Part<'_>> = known.into_values().flatten().collect();
    events.sort_by_key(|event| (second(event), record(event), event.time));
    events
}

/// All that a part says: when it was indexed is no part of it.
fn said<'p>(part: &'p Part<'_>) -> impl Ord + 'p {
    let Part { record, time, actor, process, time_assumed, indexed: _, unparsed, change } = part;
    (record, time, actor, process, time_assumed, unparsed, change)
}

/// What a row is about; `None` for an event that cannot be read.
type Place = Option<(Section, Element, String)>;

fn place(part: &Part<'_>) -> Place {
    part.change.as_ref().map(|c| (c.section, c.element, c.attribute.as_ref().to_owned()))
}

fn second(part: &Part<'_>) -> i64 {
    part.time.div_euclid(SECOND)
}

/// The record number; 0 where it is not known.
fn record(part: &Part<'_>) -> u64 {
    part.record.parse().unwrap_or_default()
}

/// How much a rendering shows: event data before text with values before text without before unreadable text.
fn shows(part: &Part<'_>) -> u8 {
    match part.change.as_ref().map(|c| c.source) {
        None => 0,
        Some(None) => 1,
        Some(Some(ValueSource::Fallback)) => 2,
        Some(Some(ValueSource::Message)) => 3,
        Some(Some(ValueSource::EventData)) => 4,
    }
}

/// Whether no fact of two rows about the same place contradicts one of the other: each value is the same, or hidden in
/// one of them. Who made the change is no such fact, because renderings name the same account by id and by name.
fn agree(one: &Part<'_>, other: &Part<'_>) -> bool {
    let (Some(one), Some(other)) = (&one.change, &other.change) else { return true };
    let hidden = Operation::Hidden;
    let same_operation =
        one.operation == other.operation || one.operation == hidden || other.operation == hidden;
    same_operation
        && values(one).into_iter().zip(values(other)).all(|pair| match pair {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
}

fn values<'c>(change: &'c PartChange<'_>) -> [Option<&'c str>; 3] {
    [&change.old, &change.new, &change.appended_image].map(|value| value.as_deref())
}

/// Adds to an event what only another rendering of it shows.
fn complete<'a>(event: &mut Part<'a>, other: Part<'a>) {
    event.indexed = event.indexed.or(other.indexed);
    let (Some(shown), Some(other)) = (&mut event.change, other.change) else { return };
    if shown.operation == Operation::Hidden {
        shown.operation = other.operation;
    }
    shown.old = shown.old.take().or(other.old);
    shown.new = shown.new.take().or(other.new);
    shown.appended_image = shown.appended_image.take().or(other.appended_image);
    shown.source = shown.source.or(other.source);
    shown.secret = shown.secret.or(other.secret);
}
