//! The macro `iismodcheck_rollup` up to `| iismodcheck input=change`, step by step, slow and obvious: a table of rows
//! that each SPL command goes over once. Times are compared to the microsecond, not as floating point numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Record, value};

/// Steps of the macro that this text does over again, in their order. A test compares them with the app's macro.
pub const STEPS: [&str; 24] = [
    r#"fillnull value="-" iis_event_role iis_host iis_process iis_record iis_change_key"#,
    r#"where iis_event_role="commit" OR (iis_event_role="change" AND iis_change_key!="-")"#,
    "sort 0 str(iis_host) str(iis_record) iis_classic",
    "streamstats reset_on_change=true dc(iis_known_process) as iis_process_count first(iis_known_process) as iis_other_process by iis_host iis_record",
    r#"eval iis_process=if(iis_process="-" AND iis_record!="-" AND iis_process_count=1, iis_other_process, iis_process)"#,
    "iis_indexed=coalesce(_indextime, _time)",
    "sort 0 str(iis_host) iis_indexed iis_order iis_at",
    "eval iis_numbered_at=if(iis_order>0, iis_at, null())",
    "streamstats reset_on_change=true current=f max(iis_numbered_at) as iis_latest max(iis_order) as iis_highest by iis_host",
    r#"eval iis_fell=if(iis_host!="-" AND iis_order>0 AND iis_order>=iis_highest AND iis_latest-iis_at>60, 1, 0)"#,
    "sort 0 str(iis_host) str(iis_process) iis_second iis_order iis_at iis_closes",
    "streamstats reset_on_change=true sum(iis_closes) as iis_closed by iis_host iis_process",
    r#"where iis_event_role!="commit""#,
    "sort 0 str(iis_host) str(iis_process) iis_commit str(iis_change_key) iis_second iis_order iis_at",
    "reverse",
    "streamstats reset_on_change=true current=f last(iis_at) as iis_next by iis_host iis_process iis_commit iis_change_key",
    "reverse",
    "iis_silent=if(iis_next-iis_at>30, 1, 0)",
    r#"streamstats reset_on_change=true reset_after="(iis_silent=1)" first(iis_at) as iis_run"#,
    r#"streamstats reset_on_change=true reset_after="(iis_silent=1 OR iis_next-iis_began>300)" first(iis_at) as iis_began"#,
    r#"iis_continues=if(iis_began>iis_run, floor(iis_run), "-")"#,
    "values(iis_change_part) as iis_change_part",
    "by iis_host iis_process iis_commit iis_change_key iis_began iis_continues",
    "iismodcheck input=change",
];

/// What the last `stats` groups by: host, process, commit and key, `iis_began` and `iis_continues`.
type Change = ([String; 4], i64, String);

/// Rows of `iismodcheck parts=true` in, one row for each change out.
pub fn rollup(mut rows: Vec<Record>) -> Vec<Record> {
    // fillnull
    for row in &mut rows {
        for field in ["iis_event_role", "iis_host", "iis_process", "iis_record", "iis_change_key"] {
            row.entry(field.to_owned()).or_insert_with(|| vec!["-".to_owned()]);
        }
    }
    // where
    rows.retain(|row| match value(row, "iis_event_role") {
        "commit" => true,
        "change" => value(row, "iis_change_key") != "-",
        _ => false,
    });
    // sort, streamstats, eval: a row without a process comes after those of its event that have one
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
    // eval, sort, eval, streamstats, eval: record numbers that rise while times fall; what has no number does not count
    let came: Vec<(String, i64, u64, i64)> = rows.iter().map(coming).collect();
    for (row, own) in rows.iter_mut().zip(&came) {
        let before = || came.iter().filter(|other| other.0 == own.0 && other.2 > 0 && *other < own);
        let fell = own.0 != "-"
            && own.2 > 0
            && before().all(|other| other.2 <= own.2)
            && before().any(|other| other.3 - own.3 > 60_000_000);
        row.insert("iis_fell".to_owned(), vec![u8::from(fell).to_string()]);
    }
    // sort, streamstats: how many events 50 came before a row
    rows.sort_by_key(row_order);
    let mut closed: BTreeMap<[String; 2], u64> = BTreeMap::new();
    let mut placed: Vec<([String; 4], Record)> = Vec::new();
    for row in rows {
        let [host, process, key] =
            ["iis_host", "iis_process", "iis_change_key"].map(|f| value(&row, f).to_owned());
        let closed = closed.entry([host.clone(), process.clone()]).or_default();
        // where
        if value(&row, "iis_event_role") == "commit" {
            *closed += 1;
        } else {
            placed.push(([host, process, (*closed + 1).to_string(), key], row));
        }
    }
    // sort: rows of one commit and key stand together, in the order that they had
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    // reverse, streamstats, reverse, eval
    let next: Vec<i64> = placed
        .iter()
        .enumerate()
        .map(|(number, own)| {
            let next = placed.get(number + 1).filter(|next| next.0 == own.0);
            time_of(&next.unwrap_or(own).1)
        })
        .collect();
    // streamstats, streamstats, eval: a running value starts anew with another place, and after a row that resets all
    let mut run = Running::default();
    let mut began = Running::default();
    // stats … by: a row with an empty field drops out, values() sorts, deduplicates and drops empty values
    let mut groups: BTreeMap<Change, (i64, bool, BTreeSet<String>)> = BTreeMap::new();
    for ((place, row), next) in placed.into_iter().zip(next) {
        let at = time_of(&row);
        let silent = next - at > 30_000_000;
        let run = run.first(&place, at, |_| silent);
        let began = began.first(&place, at, |began| silent || next - began > 300_000_000);
        let continues = if began > run { (run / 1_000_000).to_string() } else { "-".to_owned() };
        if place.iter().any(String::is_empty) {
            continue;
        }
        let (time, fell, parts) =
            groups.entry((place, began, continues)).or_insert((i64::MAX, false, BTreeSet::new()));
        *time = (*time).min(at);
        *fell |= value(&row, "iis_fell") == "1";
        parts.extend(
            row.get("iis_change_part").into_iter().flatten().filter(|part| !part.is_empty()).cloned(),
        );
    }
    let result =
        groups.into_iter().map(|(([host, process, commit, key], _, continues), (time, fell, parts))| {
            let time = format!("{}.{:06}", time / 1_000_000, time % 1_000_000);
            Record::from([
                ("iis_host".to_owned(), vec![host]),
                ("iis_process".to_owned(), vec![process]),
                ("iis_commit".to_owned(), vec![commit]),
                ("iis_change_key".to_owned(), vec![key]),
                ("iis_continues".to_owned(), vec![continues]),
                ("iis_clock_moved".to_owned(), vec![u8::from(fell).to_string()]),
                ("iis_change_part".to_owned(), parts.into_iter().collect()),
                ("_time".to_owned(), vec![time]),
            ])
        });
    result.collect()
}

/// `streamstats reset_after=… first(iis_at) by …` over rows that stand together by their place.
#[derive(Default)]
struct Running {
    value: Option<([String; 4], i64)>,
}

impl Running {
    /// The value on this row; where `resets` says so of it, the next row starts anew.
    fn first(&mut self, place: &[String; 4], at: i64, resets: impl Fn(i64) -> bool) -> i64 {
        let first = self.value.take().filter(|(before, _)| before == place).map_or(at, |(_, first)| first);
        if !resets(first) {
            self.value = Some((place.clone(), first));
        }
        first
    }
}

/// In which order rows came: host, time of indexing (else the row's own), record number, time.
fn coming(row: &Record) -> (String, i64, u64, i64) {
    let indexed = row
        .get("_indextime")
        .and_then(|cell| cell.first())
        .map_or_else(|| time_of(row), |seconds| seconds.parse::<i64>().unwrap() * 1_000_000);
    let record = value(row, "iis_record").parse().unwrap_or(0);
    (value(row, "iis_host").to_owned(), indexed, record, time_of(row))
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
