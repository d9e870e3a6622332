//! The macro `iismodcheck_rollup` up to `| iismodcheck input=change`, step by step, slow and obvious: a table of rows
//! that each SPL command goes over once. Times are compared to the microsecond, not as floating point numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Record, value};

/// Steps of the macro that this text does over again, in their order. A test compares them with the app's macro.
pub const STEPS: [&str; 9] = [
    r#"fillnull value="-" iis_event_role iis_host iis_process iis_record iis_change_key"#,
    r#"where iis_event_role="change" OR iis_event_role="commit""#,
    "eventstats dc(iis_known_process) as iis_process_count values(iis_known_process) as iis_other_process by iis_host iis_record",
    r#"eval iis_process=if(iis_process="-" AND iis_record!="-" AND iis_process_count=1, iis_other_process, iis_process)"#,
    "sort 0 iis_host iis_process iis_second iis_order _time iis_closes",
    "case(isnull(iis_previous_time), 1, iis_previous_closes=1, 1, _time-iis_previous_time>30, 1, true(), 0)",
    "streamstats sum(iis_begins) as iis_commit by iis_host iis_process",
    r#"where iis_change_key!="-""#,
    "values(iis_change_part) as iis_change_part",
];

/// Rows of `iismodcheck parts=true` in, one row for each change out.
pub fn rollup(mut rows: Vec<Record>) -> Vec<Record> {
    // fillnull
    for row in &mut rows {
        for field in ["iis_event_role", "iis_host", "iis_process", "iis_record", "iis_change_key"] {
            row.entry(field.to_owned()).or_insert_with(|| vec!["-".to_owned()]);
        }
    }
    // where
    rows.retain(|row| ["change", "commit"].contains(&value(row, "iis_event_role")));
    // eventstats, eval
    let known: Vec<BTreeSet<String>> = rows
        .iter()
        .map(|row| {
            let same = |other: &&Record| {
                value(other, "iis_host") == value(row, "iis_host")
                    && value(other, "iis_record") == value(row, "iis_record")
            };
            let processes = rows.iter().filter(same).map(|other| value(other, "iis_process"));
            processes.filter(|process| *process != "-").map(str::to_owned).collect()
        })
        .collect();
    for (row, known) in rows.iter_mut().zip(known) {
        if value(row, "iis_process") == "-" && value(row, "iis_record") != "-" && known.len() == 1 {
            row.insert("iis_process".to_owned(), known.into_iter().collect());
        }
    }
    // sort
    rows.sort_by_key(row_order);
    // streamstats, eval, streamstats
    let mut last: BTreeMap<(String, String), (i64, bool, u64)> = BTreeMap::new();
    let mut commits = Vec::new();
    for row in &rows {
        let closes = value(row, "iis_event_role") == "commit";
        let of = (value(row, "iis_host").to_owned(), value(row, "iis_process").to_owned());
        let commit = match last.get(&of) {
            None => 1,
            Some((_, true, commit)) => commit + 1,
            Some((time, false, commit)) if time_of(row) - time > 30_000_000 => commit + 1,
            Some((_, false, commit)) => *commit,
        };
        last.insert(of, (time_of(row), closes, commit));
        commits.push(commit.to_string());
    }
    // where, stats … by: a row with an empty field drops out, values() sorts, deduplicates and drops empty values
    let mut groups: BTreeMap<[String; 4], (i64, BTreeSet<String>)> = BTreeMap::new();
    for (row, commit) in rows.iter().zip(commits) {
        let [host, process, key] =
            ["iis_host", "iis_process", "iis_change_key"].map(|f| value(row, f).to_owned());
        if key == "-" || [&host, &process, &key].into_iter().any(String::is_empty) {
            continue;
        }
        let (time, parts) = groups.entry([host, process, commit, key]).or_insert((i64::MAX, BTreeSet::new()));
        *time = (*time).min(time_of(row));
        parts.extend(
            row.get("iis_change_part").into_iter().flatten().filter(|part| !part.is_empty()).cloned(),
        );
    }
    let result = groups.into_iter().map(|([host, process, commit, key], (time, parts))| {
        let time = format!("{}.{:06}", time / 1_000_000, time % 1_000_000);
        Record::from([
            ("iis_host".to_owned(), vec![host]),
            ("iis_process".to_owned(), vec![process]),
            ("iis_commit".to_owned(), vec![commit]),
            ("iis_change_key".to_owned(), vec![key]),
            ("iis_change_part".to_owned(), parts.into_iter().collect()),
            ("_time".to_owned(), vec![time]),
        ])
    });
    result.collect()
}

fn row_order(row: &Record) -> (String, String, i64, u64, i64, bool) {
    (
        value(row, "iis_host").to_owned(),
        value(row, "iis_process").to_owned(),
        time_of(row) / 1_000_000,
        value(row, "iis_record").parse().unwrap_or(0),
        time_of(row),
        value(row, "iis_event_role") == "commit",
    )
}

/// `_time` in microseconds.
pub fn time_of(row: &Record) -> i64 {
    let (seconds, fraction) = value(row, "_time").split_once('.').unwrap_or((value(row, "_time"), "0"));
    seconds.parse::<i64>().unwrap() * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().unwrap()
}
