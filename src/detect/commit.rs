//! Grouping rows into changes, as the `iismodcheck_changes` macro does it in SPL; pure.
//!
//! A commit is what one process on one host wrote up to the next event 50, or up to a gap of more than
//! [`GAP_SECONDS`]. Rows are ordered by whole second and then by record number: two renderings of one event differ in
//! their fraction of a second, never in their record number.

use std::collections::{BTreeMap, HashMap};

use super::part::NOTHING;
use super::time::SECOND;
use crate::event::Role;

/// A longer silence of a process than this ends its commit.
pub const GAP_SECONDS: i64 = 30;

/// One row of the roll-up: the columns that `parts=true` adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
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
}

/// All rows of one key within one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Host.
    pub host: String,
    /// Time of the first row, microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// Key.
    pub key: String,
    /// The distinct parts, sorted, as `values()` gives them.
    pub parts: Vec<String>,
}

/// Groups rows, in whatever order they come. The groups come in the order of host, process and commit.
#[must_use]
pub fn group(mut rows: Vec<Row>) -> Vec<Group> {
    take_over_processes(&mut rows);
    rows.sort_by(|a, b| {
        (&a.host, &a.process, second(a), record(a), a.time, &a.part).cmp(&(
            &b.host,
            &b.process,
            second(b),
            record(b),
            b.time,
            &b.part,
        ))
    });
    let mut groups: BTreeMap<(String, String, usize, String), Group> = BTreeMap::new();
    let mut commit = 0;
    let mut previous: Option<(String, String, i64)> = None;
    for row in rows {
        let at = second(&row);
        if let Some((host, process, last)) = &previous
            && (*host != row.host || *process != row.process || at - last > GAP_SECONDS)
        {
            commit += 1;
        }
        previous = Some((row.host.clone(), row.process.clone(), at));
        if row.role == Role::Commit {
            commit += 1;
        }
        if row.key == NOTHING {
            continue;
        }
        let group = groups
            .entry((row.host.clone(), row.process, commit, row.key.clone()))
            .or_insert_with(|| Group { host: row.host, time: row.time, key: row.key, parts: Vec::new() });
        group.time = group.time.min(row.time);
        group.parts.push(row.part);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    for group in &mut groups {
        group.parts.sort();
        group.parts.dedup();
    }
    groups
}

/// Where one event was collected in two renderings, the classic one lacks the process id: take it from the other.
fn take_over_processes(rows: &mut [Row]) {
    let known: HashMap<(String, String), String> = rows
        .iter()
        .filter(|row| row.process != NOTHING && row.record != NOTHING)
        .map(|row| ((row.host.clone(), row.record.clone()), row.process.clone()))
        .collect();
    for row in rows.iter_mut().filter(|row| row.process == NOTHING && row.record != NOTHING) {
        if let Some(process) = known.get(&(row.host.clone(), row.record.clone())) {
            row.process.clone_from(process);
        }
    }
}

fn second(row: &Row) -> i64 {
    row.time.div_euclid(SECOND)
}

fn record(row: &Row) -> u64 {
    row.record.parse().unwrap_or_default()
}
