//! The real command in a search: rows in, the same rows with the fields it added out.

use iismodcheck::command::{IisModCheck, Lookups};
use iismodcheck::detect::Column;
use searchcommand::testing::{Event, Splunkd};

use super::Record;

/// Runs `| iismodcheck ARGUMENTS` over the rows, sent in chunks of `chunk` rows, with no allowlist of a site. Panics where
/// the command reports an error.
pub fn iismodcheck(arguments: &[&str], rows: &[Record], chunk: usize) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let lookups = Lookups::of_executable(&folder.path().join("bin").join("iismodcheck"));
    let mut splunkd = Splunkd::run(IisModCheck::new(lookups, false));
    assert_eq!(splunkd.getinfo(arguments).error(), None);
    let events: Vec<Event> = rows.iter().map(event).collect();
    let mut found = Vec::new();
    let chunks: Vec<&[Event]> =
        if events.is_empty() { vec![&events] } else { events.chunks(chunk).collect() };
    for (number, events) in chunks.iter().enumerate() {
        let merged = splunkd.execute(events, number + 1 == chunks.len());
        assert_eq!(merged.reply.error(), None);
        found.extend(merged.events);
    }
    let end = splunkd.hang_up();
    assert!(end.success, "{}", end.stderr);
    rows.iter().zip(&found).map(|(row, event)| record(row, event)).collect()
}

fn event(row: &Record) -> Event {
    let mut event = Event::default();
    for (field, values) in row {
        event.set(field, values);
    }
    event
}

/// The fields of an event: those of the row that it was, and those that the command can add.
fn record(row: &Record, event: &Event) -> Record {
    let added = Column::LISTED.iter().chain(&Column::PARTS).chain(&[Column::FindingId]);
    let names = row.keys().map(String::as_str).chain(added.map(|column| column.name()));
    let text = |value: &Vec<u8>| String::from_utf8(value.clone()).unwrap();
    names
        .map(|name| (name.to_owned(), event.values(name).iter().map(text).collect::<Vec<_>>()))
        .filter(|(_, values)| !values.is_empty())
        .collect()
}
