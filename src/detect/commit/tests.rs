//! Where commits end, and what they hold.

use proptest::prelude::*;

use super::*;

/// A row written as `host process milliseconds record key`; `-` is nothing, and `50` in place of a key ends a commit.
fn row(text: &str) -> Row {
    let words: Vec<&str> = text.split_whitespace().collect();
    let closes = words[4] == "50";
    Row {
        host: words[0].to_owned(),
        process: words[1].to_owned(),
        time: 1_700_000_000 * SECOND + words[2].parse::<i64>().unwrap() * 1000,
        record: words[3].to_owned(),
        role: if closes { Role::Commit } else { Role::Change },
        key: if closes { NOTHING.to_owned() } else { words[4].to_owned() },
        part: if closes { NOTHING.to_owned() } else { format!("{} {} {}", words[2], words[3], words[4]) },
        origin: 0,
    }
}

/// The groups as `host key: part, part`.
fn grouped(rows: &[&str]) -> Vec<String> {
    let groups = group(rows.iter().map(|text| row(text)).collect());
    groups.iter().map(|g| format!("{} {}: {}", g.host, g.key, g.parts.join(", "))).collect()
}

#[test]
fn event_50_ends_a_commit() {
    let rows = ["h 1 0 1 x", "h 1 1 2 x", "h 1 2 3 50", "h 1 3 4 x", "h 1 4 5 50"];
    assert_eq!(grouped(&rows), ["h x: 0 1 x, 1 2 x", "h x: 3 4 x"]);
}

#[test]
fn a_group_tells_its_rows() {
    let rows = ["h 1 9 3 x", "h 1 0 1 x", "h 1 0 1 x", "h 1 0 2 y"];
    let rows = rows.iter().enumerate().map(|(origin, text)| Row { origin, ..row(text) }).collect();
    let groups = group(rows);
    let told: Vec<(&str, &[usize])> = groups.iter().map(|g| (g.key.as_str(), g.origins.as_slice())).collect();
    assert_eq!(told, [("x", &[0, 1, 2][..]), ("y", &[3])]);
}

#[test]
fn a_silence_of_more_than_30_seconds_ends_a_commit() {
    for (later, commits) in [(29_999, 1), (30_000, 1), (30_001, 2), (30_900, 2), (31_000, 2)] {
        assert_eq!(grouped(&["h 1 500 1 x", &format!("h 1 {} 2 x", 500 + later)]).len(), commits, "{later}");
    }
}

#[test]
fn hosts_and_processes_do_not_end_each_others_commits() {
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
