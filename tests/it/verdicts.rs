//! Tables of verdicts, and the documentation of verdicts and reason codes.

use std::collections::BTreeSet;

use iismodcheck::detect::severity::{self, Circumstances};
use iismodcheck::detect::{Code, ReasonCode, Severity, Verdict};

pub mod vector;

const REFERENCE: &str = include_str!("../fixtures/verdicts/reference.tsv");
const OWN: &str = include_str!("../fixtures/verdicts/own.tsv");
const FILES: &str = include_str!("../fixtures/verdicts/files.tsv");
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
fn vectors_of_files() {
    check(FILES, 80);
}

#[test]
fn vectors_of_our_own() {
    check(OWN, 250);
}

/// `unparsed` is given where an event is read, not by the decision.
/// Reasons that no vector of the decision can show.
const BESIDE: [Code; 11] = [
    Code::RemovedTogether,
    Code::OtherHalf,
    Code::MissingName,
    Code::Contradiction,
    Code::UnknownSection,
    Code::UnknownKind,
    Code::UnknownOperation,
    Code::UnknownConfigPath,
    Code::Continues,
    Code::AllowlistDamaged,
    Code::AllowlistUnreadable,
];

#[test]
fn the_tables_show_every_verdict_severity_and_reason_of_a_decision() {
    let vectors: Vec<_> = [REFERENCE, OWN, FILES].into_iter().flat_map(vector::read).collect();
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
    for code in ReasonCode::all() {
        let shown_elsewhere = match code {
            // The tables of events and of image paths have every one.
            ReasonCode::Unreadable(_) | ReasonCode::Oddity(_) => true,
            // What is said of an inventory's row and of a change, beside the decision; lists that are broken are tables of
            // their own (broken_lists.rs).
            ReasonCode::Code(code) => BESIDE.contains(&code),
            _ => false,
        };
        assert!(shown_elsewhere || reasons.contains(code.as_str()), "{code:?}");
    }
}

/// Each word has one meaning, and a text in one line for everything that is told.
#[test]
fn every_word_is_told() {
    let verdicts = Verdict::ALL.map(|verdict| (verdict.as_str(), verdict.meaning(), verdict.told()));
    let reasons = ReasonCode::all().map(|code| (code.as_str(), code.meaning(), code.told()));
    let mut seen = BTreeSet::new();
    for (word, meaning, told) in verdicts.into_iter().chain(reasons) {
        assert!(seen.insert(word), "{word} stands twice");
        assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{word}");
        for text in [meaning, told.since, told.seen, told.why, told.todo, told.example] {
            assert!(!text.trim().is_empty() && !text.contains('\n'), "{word}: {text}");
            // It stands behind a colon or a semicolon, or in a cell.
            assert!(!text.ends_with('.'), "{word}: {text}");
        }
    }
    assert_eq!(ReasonCode::named("no_such_code"), None);
}

/// The severity in the table of verdicts is that of a native module which was added, with nothing else known.
#[test]
fn the_severities_of_the_table_are_those_of_the_decision() {
    for verdict in Verdict::ALL {
        assert_eq!(severity::severity(&Circumstances::plain(verdict)), verdict.severity(), "{verdict}");
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
fn scores_and_severities_rise_together() {
    let scores = Severity::ALL.map(|severity| severity.score().parse::<u32>().unwrap());
    assert!(scores.is_sorted_by(|a, b| a < b) && scores[4] <= 100, "{scores:?}");
}
