//! Where changes end, and what they hold.

use proptest::prelude::*;

use super::*;

/// A row written as `host process milliseconds record key`; `-` is nothing, and `50` in place of a key ends a commit.
fn row(text: &str) -> CommitRow {
    let words: Vec<&str> = text.split_whitespace().collect();
    let closes = words[4] == "50";
    CommitRow {
        host: words[0].to_owned(),
        process: words[1].to_owned(),
        time: 1_700_000_000 * SECOND + words[2].parse::<i64>().unwrap() * 1000,
        record: words[3].to_owned(),
        role: if closes { Role::Commit } else { Role::Change },
        key: if closes { NOTHING.to_owned() } else { words[4].to_owned() },
        part: if closes { NOTHING.to_owned() } else { format!("{} {} {}", words[2], words[3], words[4]) },
        indexed: None,
        fell: false,
        origin: 0,
    }
}

/// The groups as `host key: part, part`.
fn grouped(rows: &[&str]) -> Vec<String> {
    let groups = group(rows.iter().map(|text| row(text)).collect());
    groups.iter().map(|g| format!("{} {}: {}", g.host, g.key, g.parts.join(", "))).collect()
}

/// The changes of key `x` that these rows of one process make, as `first-last rows`, in seconds; `<first` after one that
/// continues another. A row is written as its second, with its key where that is another.
fn changes(rows: &[String]) -> Vec<String> {
    let second = |time: i64| time / SECOND - 1_700_000_000;
    let rows = rows.iter().enumerate().map(|(record, text)| {
        let (at, key) = text.split_once(' ').unwrap_or((text, "x"));
        row(&format!("h 1 {}000 {} {key}", at, record + 1))
    });
    let groups = group(rows.collect());
    let of_x = groups.iter().filter(|group| group.key == "x");
    of_x.map(|group| {
        let (first, last, rows) = (second(group.time), second(group.last), group.parts.len());
        let continues = group.continues.map(|first| format!(" <{}", second(first))).unwrap_or_default();
        format!("{first}-{last} {rows}{continues}")
    })
    .collect()
}

/// Rows of a key, one every `step` seconds.
fn every(step: usize, key: &str, to: usize) -> Vec<String> {
    (0..=to).step_by(step).map(|at| format!("{at} {key}")).collect()
}

#[test]
fn event_50_ends_a_change() {
    let rows = ["h 1 0 1 x", "h 1 1 2 x", "h 1 2 3 50", "h 1 3 4 x", "h 1 4 5 50"];
    assert_eq!(grouped(&rows), ["h x: 0 1 x, 1 2 x", "h x: 3 4 x"]);
    // All changes of its process, and a change that begins after it continues none.
    let rows = ["h 1 0 1 x", "h 1 0 2 y", "h 1 2 3 50", "h 1 3 4 y", "h 1 3 5 x"];
    assert_eq!(grouped(&rows), ["h x: 0 1 x", "h y: 0 2 y", "h x: 3 5 x", "h y: 3 4 y"]);
    let mut long = every(25, "x", 400);
    long.insert(13, "301 50".to_owned());
    assert_eq!(changes(&long), ["0-300 13", "325-400 4"]);
}

#[test]
fn only_rows_of_its_own_key_make_a_change_longer() {
    for (others, step) in [("-", 25), ("y", 25), ("y", 5)] {
        let mut rows = vec!["0".to_owned(), "10".to_owned()];
        rows.extend(every(step, others, 18_000));
        assert_eq!(changes(&rows), ["0-10 2"], "{others}");
        // A row of its own half a minute later is another change, whatever others did meanwhile.
        rows.extend(["41".to_owned(), "71".to_owned()]);
        assert_eq!(changes(&rows), ["0-10 2", "41-71 2"], "{others}");
    }
}

#[test]
fn a_change_ends_five_minutes_after_its_first_row() {
    for (rows, expected) in [
        (every(25, "x", 300), &["0-300 13"][..]),
        (every(25, "x", 325), &["0-300 13", "325-325 1 <0"]),
        (every(25, "x", 700), &["0-300 13", "325-625 13 <0", "650-700 3 <0"]),
        (every(30, "x", 330), &["0-300 11", "330-330 1 <0"]),
        // A silence ends it first: what follows continues nothing.
        (every(31, "x", 62), &["0-0 1", "31-31 1", "62-62 1"]),
        (
            every(25, "x", 325).into_iter().chain(["356".to_owned()]).collect(),
            &["0-300 13", "325-325 1 <0", "356-356 1"],
        ),
    ] {
        assert_eq!(changes(&rows), expected);
        assert_eq!(
            changes(&rows.iter().rev().cloned().collect::<Vec<_>>()).len(),
            expected.len(),
            "late rows"
        );
    }
    for (last, changes) in [(300_000, 1), (300_001, 2), (300_900, 2)] {
        let mut rows: Vec<String> = (0..15).map(|n| format!("h 1 {} {} x", n * 20_000, n + 1)).collect();
        rows.push(format!("h 1 {last} 16 x"));
        assert_eq!(group(rows.iter().map(|text| row(text)).collect()).len(), changes, "{last}");
    }
}

#[test]
fn a_long_import_is_one_change_for_each_key() {
    // 300 modules of five rows each, three seconds apart, by one process: a quarter of an hour.
    let rows = (0..300).flat_map(|module| {
        (0..5).map(move |n| row(&format!("h 1 {} {} m{module}", module * 3000 + n, module * 5 + n + 1)))
    });
    let groups = group(rows.collect());
    assert_eq!(groups.len(), 300);
    assert!(groups.iter().all(|group| group.parts.len() == 5 && group.continues.is_none()));
}

#[test]
fn a_group_tells_its_rows() {
    let rows = ["h 1 9 3 x", "h 1 0 1 x", "h 1 0 1 x", "h 1 0 2 y"];
    let rows = rows.iter().enumerate().map(|(origin, text)| CommitRow { origin, ..row(text) }).collect();
    let groups = group(rows);
    let told: Vec<(&str, &[usize])> = groups.iter().map(|g| (g.key.as_str(), g.origins.as_slice())).collect();
    assert_eq!(told, [("x", &[0, 1, 2][..]), ("y", &[3])]);
}

#[test]
fn a_silence_of_more_than_30_seconds_ends_a_change() {
    for (later, commits) in [(29_999, 1), (30_000, 1), (30_001, 2), (30_900, 2), (31_000, 2)] {
        assert_eq!(grouped(&["h 1 500 1 x", &format!("h 1 {} 2 x", 500 + later)]).len(), commits, "{later}");
    }
}

#[test]
fn hosts_and_processes_do_not_end_each_others_changes() {
    let rows = ["a 1 0 1 x", "a 2 1 2 50", "b 1 1 3 50", "a 1 2 4 x", "a 2 2 5 y", "b 1 2 9 x"];
    assert_eq!(grouped(&rows), ["a x: 0 1 x, 2 4 x", "a y: 2 5 y", "b x: 2 9 x"]);
}

#[test]
fn within_a_second_the_record_number_orders() {
    // Event 50 was collected as classic text: no fraction of a second.
    let rows = ["h 1 300 8 x", "h 1 0 9 50", "h 1 400 10 x"];
    assert_eq!(grouped(&rows), ["h x: 300 8 x", "h x: 400 10 x"]);
    // Without record numbers the end of a commit comes after what happened at the same time.
    assert_eq!(grouped(&["h 1 0 - 50", "h 1 0 - x", "h 1 1 - x"]), ["h x: 0 - x", "h x: 1 - x"]);
}

#[test]
fn the_process_comes_from_the_other_rendering() {
    let rows = ["h - 0 1 x", "h 7 300 1 x", "h 7 300 2 x", "h - 0 3 y"];
    assert_eq!(grouped(&rows), ["h y: 0 3 y", "h x: 0 1 x, 300 1 x, 300 2 x"]);
    // Record 1 of two processes: whose the third row is cannot be told.
    let rows = ["h - 0 1 x", "h 7 0 1 x", "h 8 0 1 x"];
    assert_eq!(group(rows.iter().map(|text| row(text)).collect()).len(), 3);
    // Nor can it without a record number, or on another host.
    assert_eq!(group(["h - 0 - x", "h 7 0 - x", "i - 0 1 x", "h 8 0 1 x"].map(row).into()).len(), 4);
}

#[test]
fn a_row_that_comes_twice_counts_once() {
    assert_eq!(grouped(&["h 1 0 1 x", "h 1 0 1 x", "h 1 0 2 50", "h 1 0 2 50"]), ["h x: 0 1 x"]);
}

#[test]
fn a_group_has_the_time_of_its_first_row() {
    let groups = group(["h 1 2000 2 x", "h 1 1000 1 x"].map(row).into());
    assert_eq!(groups.first().map(|g| g.time), Some(1_700_000_001 * SECOND));
}

proptest! {
    #[test]
    fn the_order_of_coming_does_not_matter(
        (rows, other) in proptest::collection::vec(
            ("[ab]", "[12-]", 0..80_u32, "[1-9-]", "x|y|50")
                .prop_map(|(host, process, at, record, key)| row(&format!("{host} {process} {}00 {record} {key}", at * 9))),
            1..20,
        )
        .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        prop_assert_eq!(group(rows), group(other));
    }
}
