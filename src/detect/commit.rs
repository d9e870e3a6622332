//! Grouping rows into changes, as the `iismodcheck_changes` macro does it in SPL; pure.
//!
//! A commit is what one process on one host wrote up to the next event 50, or up to a gap of more than
//! [`GAP_SECONDS`]. Rows are ordered by whole second and then by record number: two renderings of one event differ in
//! their fraction of a second, never in their record number. Every step has its line in the macro: a change here is a
//! change there.

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
    /// Which row it is, for whoever groups.
    pub origin: usize,
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
    /// [`Row::origin`] of every row, rising.
    pub origins: Vec<usize>,
}

/// Groups rows, in whatever order they come. The groups come in the order of host, process, commit and key.
#[must_use]
pub fn group(mut rows: Vec<Row>) -> Vec<Group> {
    take_over_processes(&mut rows);
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut groups: BTreeMap<(String, String, usize, String), Group> = BTreeMap::new();
    let mut commit = 0;
    let mut previous: Option<(Role, i64)> = None;
    for Row { host, process, time, role, key, part, origin, .. } in rows {
        // Host and process are in the key of a group: only rows of one process need to be told apart.
        if previous.is_some_and(|(last, end)| last == Role::Commit || time - end > GAP_SECONDS * SECOND) {
            commit += 1;
        }
        previous = Some((role, time));
        if key != NOTHING {
            let group = groups.entry((host.clone(), process, commit, key.clone())).or_insert_with(|| Group {
                host,
                time,
                key,
                parts: Vec::new(),
                origins: Vec::new(),
            });
            group.time = group.time.min(time);
            group.parts.push(part);
            group.origins.push(origin);
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    for group in &mut groups {
        group.parts.sort();
        group.parts.dedup();
        group.origins.sort_unstable();
    }
    groups
}

/// Host and process keep commits apart. Within a second the record number decides, then the time, and of rows that
/// agree in all that the one that closes the commit comes last.
fn order(row: &Row) -> (&str, &str, i64, u64, i64, bool) {
    let record = row.record.parse().unwrap_or_default();
    (&row.host, &row.process, row.time.div_euclid(SECOND), record, row.time, row.role == Role::Commit)
}

/// Where one event was collected in two renderings, the classic one lacks the process id: it is taken from the other.
/// Where two processes have one record number (the log was cleared in between) nothing is taken.
fn take_over_processes(rows: &mut [Row]) {
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
