//! A clock that was moved, as `scan` and the search command see it.

use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::scan::scan;
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, value};

const DAY: i64 = 86_400;

/// A module is installed by each of these events: seconds of the event, record number, second of indexing.
fn rows(events: &[(i64, u32, Option<i64>)]) -> Vec<Record> {
    let row = |(number, (at, record, indexed)): (usize, &(i64, u32, Option<i64>))| {
        let name = format!("Agent{number}");
        let event = ConfigEvent {
            host: "web01.example.com".to_owned(),
            process: "4000".to_owned(),
            actor: "S-1-5-21-1-2-3-500".to_owned(),
            time: (1_790_000_000 + at) * 1_000_000,
            record: record.to_string(),
            config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
            location: String::new(),
            configuration: format!("/system.webServer/globalModules/add[@name=\"{name}\"]/@image"),
            operation: "1".to_owned(),
            old: String::new(),
            new: r"C:\Agents\agent.dll".to_owned(),
        };
        let mut row = event.render(Rendering::XmlRaw);
        if let Some(indexed) = indexed {
            row.insert("_indextime".to_owned(), vec![(1_790_000_000 + indexed).to_string()]);
        }
        row
    };
    events.iter().enumerate().map(row).collect()
}

/// The reasons about time of each module, by its number.
fn told(findings: &[Record]) -> Vec<String> {
    let about_time = |finding: &Record| {
        let reasons = finding.get("iis_module_reasons").into_iter().flatten();
        let of_time = reasons.filter(|reason| ["clock_moved", "late"].contains(&reason.as_str()));
        of_time.cloned().collect::<Vec<_>>().join(" ")
    };
    let mut found: Vec<_> = findings
        .iter()
        .map(|finding| (value(finding, "iis_module_name").to_owned(), about_time(finding)))
        .collect();
    found.sort();
    found.into_iter().map(|(_, reasons)| reasons).collect()
}

#[test]
fn a_fall_is_one_in_the_order_of_indexing() {
    for (says, events, expected) in [
        ("set back by 31 days", vec![(0, 7, Some(5)), (-31 * DAY, 8, Some(65))], ["", "clock_moved late"]),
        ("set back by an hour", vec![(0, 7, Some(5)), (-3600, 8, Some(65))], ["", "clock_moved"]),
        ("corrected by a minute", vec![(0, 7, Some(5)), (-60, 8, Some(65))], ["", ""]),
        ("cleared in between", vec![(0, 700, Some(5)), (60, 1, Some(65))], ["", ""]),
        ("an older log came later", vec![(0, 700, Some(5)), (-2 * DAY, 300, Some(65))], ["", "late"]),
        ("a table without a time of indexing", vec![(0, 7, None), (-31 * DAY, 8, None)], ["", ""]),
        ("three days ahead", vec![(0, 7, Some(5)), (3 * DAY, 8, Some(65))], ["", "clock_moved"]),
        ("ten minutes ahead", vec![(0, 7, Some(5)), (665, 8, Some(65))], ["", ""]),
    ] {
        assert_eq!(told(&scan(&rows(&events))), expected, "{says}");
        let reversed: Vec<Record> = rows(&events).into_iter().rev().collect();
        assert_eq!(told(&scan(&reversed)), expected, "{says}, the other way round");
    }
}

/// An attempt (event 30) stands in a log of its own, whose numbers say nothing about those of the changes that were made.
#[test]
fn an_attempt_neither_falls_nor_shows_a_fall() {
    let events = [(3600, 7, Some(3605)), (0, 8, Some(3665)), (3700, 9, Some(3705))];
    for (attempt, expected) in [(0, ["", "", ""]), (1, ["", "", ""]), (2, ["", "clock_moved", ""])] {
        let mut rows = rows(&events);
        for raw in rows[attempt].get_mut("_raw").into_iter().flatten() {
            *raw = raw.replace("<EventID>29<", "<EventID>30<").replace("/Operational<", "/Administrative<");
        }
        let found = scan(&rows);
        assert!(found.iter().any(|row| value(row, "iis_module_action") == "attempted"), "{attempt}");
        assert_eq!(told(&found), expected, "{attempt}");
    }
}

/// A row alone shows what its own two times say, with whatever rows came before it.
#[test]
fn a_row_tells_what_its_own_times_say() {
    let mut rows =
        rows(&[(0, 7, Some(5)), (0, 7, Some(2 * DAY)), (0, 7, Some(5)), (0, 7, Some(-3600)), (0, 7, None)]);
    for row in &mut rows {
        row.insert("Configuration".to_owned(), vec![String::new()]);
        if let Some(indexed) = row.remove("_indextime") {
            row.insert("iis_indextime".to_owned(), indexed);
        }
        let same =
            |text: &String| (0..5).fold(text.clone(), |text, n| text.replace(&format!("Agent{n}"), "Agent"));
        let raw = same(&row["_raw"][0]);
        row.insert("_raw".to_owned(), vec![raw]);
    }
    for arguments in [&["parts=true"][..], &[]] {
        let found = iismodcheck(arguments, &rows, 2);
        let reasons: Vec<Vec<String>> = found
            .iter()
            .map(|row| row.get("iis_module_reasons").cloned().unwrap_or_default())
            .map(|reasons| {
                reasons.into_iter().filter(|r| ["clock_moved", "late"].contains(&r.as_str())).collect()
            })
            .collect();
        assert_eq!(
            reasons,
            [vec![], vec!["late".to_owned()], vec![], vec!["clock_moved".to_owned()], vec![]]
        );
    }
}
