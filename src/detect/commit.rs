//! Grouping rows into changes, as the `iismodcheck_changes` macro does it in SPL; pure.
//!
//! A change is what one process on one host wrote about one key until it ends: with the next event 50 of that process,
//! with a silence of more than [`GAP_SECONDS`] of its own key, or [`LIMIT_SECONDS`] after its own first row. Rows of other
//! keys, and of sections that register no module, never make it longer: whoever keeps writing anything at all would keep
//! a change from ever ending, and from being reported.
//!
//! Rows are ordered by whole second and then by record number: two renderings of one event differ in their fraction of a
//! second, never in their record number. Every step has its line in the macro: a change here is a change there.

use std::collections::{BTreeMap, HashMap};

use super::part::NOTHING;
use super::time::SECOND;
use crate::event::Role;

/// A longer silence of a key than this ends its change.
pub const GAP_SECONDS: i64 = 30;

/// A row that comes later than this after the first row of its change begins another one.
pub const LIMIT_SECONDS: i64 = 300;

/// A clock that is corrected by less than this was not moved.
const FALL_SECONDS: i64 = 60;

/// One row of the roll-up: the columns that `parts=true` adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRow {
    /// `iis_host`
    pub host: String,
    /// `iis_process`
    pub process: String,
    /// Microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// `iis_record`
    pub record: String,
    /// Change or commit.
    pub role: Role,
    /// `iis_change_key`
    pub key: String,
    /// `iis_change_part`
    pub part: String,
    /// When it was indexed, where known, as `time`.
    pub indexed: Option<i64>,
    /// The clock was set back before it, as its log itself shows.
    pub fell: bool,
    /// Which row it is, for whoever groups.
    pub origin: usize,
}

/// The rows of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Host.
    pub host: String,
    /// Time of the first row, microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// Key.
    pub key: String,
    /// Where an earlier change of the key reached [`LIMIT_SECONDS`] and its rows went on without a silence: the time of
    /// the first row of the first such change.
    pub continues: Option<i64>,
    /// The clock of the host was set back before one of the rows.
    pub clock_fell: bool,
    /// The distinct parts, sorted, as `values()` gives them.
    pub parts: Vec<String>,
    /// [`CommitRow::origin`] of every row, rising.
    pub origins: Vec<usize>,
    /// Time of the last row.
    last: i64,
}

/// Groups rows, in whatever order they come. The groups come in the order of host, process, commit, key and time.
#[must_use]
pub fn group(mut rows: Vec<CommitRow>) -> Vec<Group> {
    rows.retain(|row| row.role == Role::Commit || row.key != NOTHING);
    take_over_processes(&mut rows);
    find_falls(&mut rows);
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut changes: BTreeMap<(String, String, usize, String), Vec<Group>> = BTreeMap::new();
    // Counted over all processes: the rows of one process stand together.
    let mut commit = 0;
    for row in rows {
        if row.role == Role::Commit {
            commit += 1;
        } else {
            let place = (row.host.clone(), row.process.clone(), commit, row.key.clone());
            add(changes.entry(place).or_default(), row);
        }
    }
    let mut groups: Vec<Group> = changes.into_values().flatten().collect();
    for group in &mut groups {
        group.parts.sort();
        group.parts.dedup();
        group.origins.sort_unstable();
    }
    groups
}

/// Record numbers that rise while times fall, in the order in which the rows of a host came to be indexed: its clock was set back.
/// In the order of the numbers alone a log that was cleared would look the same. Without a time of indexing nothing falls.
fn find_falls(rows: &mut [CommitRow]) {
    rows.sort_by(|a, b| came(a).cmp(&came(b)));
    let mut falls = Falls::default();
    let mut host = None;
    for row in rows {
        if host.as_ref() != Some(&row.host) {
            falls = Falls::default();
            host = Some(row.host.clone());
        }
        row.fell |= row.host != NOTHING && falls.next(number(row), row.time);
    }
}

fn came(row: &CommitRow) -> (&str, i64, u64, i64) {
    (&row.host, row.indexed.unwrap_or(row.time), number(row), row.time)
}

/// The rows of one log in the order in which they came.
#[derive(Debug, Default)]
pub struct Falls {
    /// The highest record number and the latest time so far.
    before: Option<(u64, i64)>,
}

impl Falls {
    /// Whether the next row has the highest record number so far, and a time more than [`FALL_SECONDS`] before the latest so far.
    /// A row without a number says nothing about the others.
    pub fn next(&mut self, record: u64, time: i64) -> bool {
        if record == 0 {
            return false;
        }
        let fell = self
            .before
            .is_some_and(|(highest, latest)| record >= highest && latest - time > FALL_SECONDS * SECOND);
        let (highest, latest) = self.before.unwrap_or((record, time));
        self.before = Some((highest.max(record), latest.max(time)));
        fell
    }
}

/// The record number; 0 where it is not known.
fn number(row: &CommitRow) -> u64 {
    row.record.parse().unwrap_or_default()
}

/// Adds a row to the last change of its key, or begins another one.
fn add(changes: &mut Vec<Group>, row: CommitRow) {
    let mut continues = None;
    if let Some(open) = changes.last_mut().filter(|open| row.time - open.last <= GAP_SECONDS * SECOND) {
        if row.time - open.time <= LIMIT_SECONDS * SECOND {
            open.last = row.time;
            open.clock_fell |= row.fell;
            open.parts.push(row.part);
            open.origins.push(row.origin);
            return;
        }
        continues = open.continues.or(Some(open.time));
    }
    changes.push(Group {
        host: row.host,
        time: row.time,
        key: row.key,
        continues,
        clock_fell: row.fell,
        parts: vec![row.part],
        origins: vec![row.origin],
        last: row.time,
    });
}

/// Host and process keep commits apart. Within a second the record number decides, then the time, and of rows that
/// agree in all that the one that closes the commit comes last.
fn order(row: &CommitRow) -> (&str, &str, i64, u64, i64, bool) {
    (&row.host, &row.process, row.time.div_euclid(SECOND), number(row), row.time, row.role == Role::Commit)
}

/// Where one event was collected in two renderings, the classic one lacks the process id: it is taken from the other.
/// Where two processes have one record number (the log was cleared in between) nothing is taken.
fn take_over_processes(rows: &mut [CommitRow]) {
    let mut known: HashMap<(&str, &str), Option<&str>> = HashMap::new();
    for row in rows.iter().filter(|row| row.process != NOTHING && row.record != NOTHING) {
        known
            .entry((&row.host, &row.record))
            .and_modify(|process| *process = process.filter(|known| *known == row.process))
            .or_insert(Some(&row.process));
    }
    let taken: Vec<Option<String>> = rows
        .iter()
        .map(|row| {
            let known = known.get(&(row.host.as_str(), row.record.as_str())).copied().flatten();
            known.filter(|_| row.process == NOTHING).map(str::to_owned)
        })
        .collect();
    for (row, process) in rows.iter_mut().zip(taken) {
        row.process = process.unwrap_or_else(|| std::mem::take(&mut row.process));
    }
}

#[cfg(test)]
mod tests;
