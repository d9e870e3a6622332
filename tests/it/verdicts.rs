//! Tables of verdicts, and the documentation of verdicts and reason codes.

use std::collections::{BTreeMap, BTreeSet};

use iismodcheck::detect::lookalike::Resemblance;
use iismodcheck::detect::{Severity, Verdict, reason, severity};
use iismodcheck::event;
use iismodcheck::iis::image::LOCATIONS;
use iismodcheck::iis::{Action, ImageFlags, Kind, Level, TypeMatch};

pub mod vector;

const REFERENCE: &str = include_str!("../fixtures/verdicts/reference.tsv");
const OWN: &str = include_str!("../fixtures/verdicts/own.tsv");
const DOCUMENTATION: &str = include_str!("../../docs/verdicts.md");

fn check(table: &str, at_least: usize) {
    let vectors = vector::read(table);
    let notes: BTreeSet<&str> = vectors.iter().map(|vector| vector.note.as_str()).collect();
    assert_eq!(notes.len(), vectors.len(), "two rows have one note");
    assert!(vectors.len() >= at_least, "{} rows", vectors.len());
    let wrong: Vec<String> = vectors
        .iter()
        .map(|vector| (&vector.note, vector.differences()))
        .filter(|(_, differences)| !differences.is_empty())
        .map(|(note, differences)| format!("{note}{differences}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

#[test]
fn reference_vectors() {
    check(REFERENCE, 35);
}

#[test]
fn vectors_of_our_own() {
    check(OWN, 250);
}

/// `unparsed` is given where an event is read, not by the decision.
#[test]
fn the_tables_show_every_verdict_severity_and_reason_of_a_decision() {
    let vectors: Vec<_> = [REFERENCE, OWN].into_iter().flat_map(vector::read).collect();
    for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Unparsed) {
        let rows = vectors.iter().filter(|vector| vector.expected[0] == verdict.as_str()).count();
        assert!(rows >= 4, "{verdict}: {rows} rows");
    }
    for severity in Severity::ALL {
        assert!(vectors.iter().any(|vector| vector.expected[1] == severity.as_str()), "{severity}");
    }
    let reasons: BTreeSet<&str> = vectors
        .iter()
        .flat_map(|vector| &vector.reasons)
        .map(|reason| reason.split_once(':').map_or(reason.as_str(), |(code, _)| code))
        .collect();
    for (code, _) in codes().into_iter().filter(|(_, table)| *table != "event") {
        // Of the image flags, the tables of image paths have every one.
        let of_flags = ImageFlags::TABLE.iter().any(|(_, flag, _)| *flag == code);
        // What is said of an inventory's row and of a change, beside the decision.
        let beside = matches!(code, "missing_name" | "contradiction" | "continues")
            || matches!(
                code,
                "unknown_section" | "unknown_kind" | "unknown_operation" | "unknown_config_path"
            );
        // Lists that are broken are tables of their own (broken_lists.rs).
        let of_lists = matches!(code, "allowlist_damaged" | "allowlist_unreadable");
        assert!(reasons.contains(code) || of_flags || of_lists || beside, "{code}");
    }
}

/// Every reason code with the table that it is in.
fn codes() -> Vec<(&'static str, &'static str)> {
    let of = |table: &'static [(&'static str, &'static str)], name| {
        table.iter().map(move |(code, _)| (*code, name))
    };
    of(reason::REASONS, "decision")
        .chain(of(event::REASONS, "event"))
        .chain(of(Resemblance::CODES, "lookalike"))
        .chain(of(LOCATIONS, "place"))
        .chain(ImageFlags::TABLE.iter().map(|(_, code, _)| (*code, "image")))
        .collect()
}

#[test]
fn every_code_has_one_meaning() {
    let mut seen = BTreeSet::new();
    for (code, _) in codes() {
        assert!(seen.insert(code), "{code} is in two tables");
        assert!(reason::meaning(code).is_some_and(|meaning| !meaning.is_empty()), "{code}");
    }
    for how in [TypeMatch::Weak, TypeMatch::OtherVersion] {
        assert!(how.reason().and_then(reason::meaning).is_some(), "{how:?}");
    }
    assert_eq!(reason::meaning("no_such_code"), None);
}

/// The rows of the tables below a heading: the code in the first cell, and how many cells have text.
fn documented(heading: &str) -> BTreeMap<String, usize> {
    let (_, section) = DOCUMENTATION.split_once(&format!("\n## {heading}\n")).expect(heading);
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut rows = BTreeMap::new();
    for line in section.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (code, rest) = line.split_once("` |").unwrap_or_else(|| panic!("one code: {line}"));
        let cells = rest.split(" |").filter(|cell| cell.trim().len() > 2).count();
        assert!(rows.insert(code.to_owned(), cells).is_none(), "{code} stands twice below {heading}");
    }
    rows
}

#[test]
fn the_documentation_has_every_verdict_and_no_other() {
    let rows = documented("Verdicts");
    let expected: BTreeSet<String> = Verdict::ALL.iter().map(|v| v.as_str().to_owned()).collect();
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), expected);
    // Severity, what was seen, why it matters, what to do, an example.
    assert!(rows.values().all(|cells| *cells == 5), "{rows:?}");
}

#[test]
fn the_documentation_has_every_reason_code_and_no_other() {
    let rows = documented("Reason codes");
    let expected: BTreeSet<String> = codes().into_iter().map(|(code, _)| code.to_owned()).collect();
    let documented: BTreeSet<String> = rows.keys().cloned().collect();
    let missing: Vec<_> = expected.difference(&documented).collect();
    let extra: Vec<_> = documented.difference(&expected).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing {missing:?}, in no table {extra:?}");
    // What was seen, why it matters, what to do, an example.
    let short: Vec<_> = rows.iter().filter(|(_, cells)| **cells != 4).collect();
    assert!(short.is_empty(), "{short:?}");
}

/// The severity column of the verdict table is that of a native module which was added, with nothing else known.
#[test]
fn the_documented_severities_are_those_of_the_code() {
    let (_, section) = DOCUMENTATION.split_once("\n## Verdicts\n").unwrap();
    for verdict in Verdict::ALL {
        let row = section.lines().find_map(|l| l.strip_prefix(&format!("| `{verdict}` | "))).unwrap();
        let severity = severity::severity(&severity::Circumstances {
            verdict,
            hidden: None,
            level: Level::Change,
            kind: Some(Kind::Native),
            action: Action::Added,
            image_changed_unseen: false,
            renamed: false,
            name_entry: false,
            list_changed: false,
            settings_changed: false,
            protection_lost: false,
            threat_basename: false,
            system32_root: false,
            by_app_pool: false,
        });
        assert!(row.starts_with(&format!("{severity} |")), "{verdict}: {severity}, documented {row}");
    }
}

#[test]
fn the_severity_table_is_that_of_the_code() {
    let source = include_str!("../../src/detect/severity.rs");
    let rows: Vec<&str> =
        source.lines().filter_map(|line| line.strip_prefix("//! ")).filter(|l| l.starts_with('|')).collect();
    assert!(rows.len() > 12, "{rows:?}");
    assert!(DOCUMENTATION.contains(&rows.join("\n")), "the table in src/detect/severity.rs differs");
}

#[test]
fn the_documented_scores_are_those_of_the_code_and_rise() {
    let mut last = -1;
    for severity in Severity::ALL {
        let score: i32 = severity.score().parse().unwrap();
        assert!(score > last && (0..=100).contains(&score), "{severity}");
        assert!(DOCUMENTATION.contains(&format!("| {severity} | {score} |")), "{severity}");
        last = score;
    }
}
