//! Twelve stories, in every rendering and through both doors, against the table of docs/changes.md.

use std::collections::BTreeSet;

use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::rollup::rollup;
use crate::splunk::scan::scan;
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, value};

const EVENTS: &str = include_str!("../fixtures/stories/events.tsv");
const TABLE: &str = include_str!("../../docs/changes.md");

/// The events of every story, in their order.
pub fn events() -> Vec<(&'static str, ConfigEvent)> {
    let lines = EVENTS.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [story, process, seconds, record, config_path, configuration, operation, old, new] =
                cells[..]
            else {
                panic!("{} cells in {line}", cells.len())
            };
            let hundredths: i64 = seconds.replace('.', "").parse().unwrap();
            let event = ConfigEvent {
                host: "WEB01.example.com".to_owned(),
                process: process.to_owned(),
                actor: "S-1-5-21-1-2-3-500".to_owned(),
                time: 1_700_000_000_000_000 + hundredths * 10_000,
                record: record.to_owned(),
                config_path: config_path.to_owned(),
                location: String::new(),
                configuration: configuration.to_owned(),
                operation: operation.to_owned(),
                old: old.to_owned(),
                new: new.to_owned(),
            };
            (story, event)
        })
        .collect()
}

fn rows(story: &str, rendering: Rendering) -> Vec<Record> {
    events().iter().filter(|(name, _)| *name == story).map(|(_, event)| event.render(rendering)).collect()
}

/// The rows of all stories.
pub fn all_rows(rendering: Rendering) -> Vec<Record> {
    events().iter().map(|(_, event)| event.render(rendering)).collect()
}

/// One line of the table in the documentation.
#[derive(Debug)]
struct Line {
    story: String,
    classic: bool,
    /// Name, image or type, action, verdict, severity.
    facts: [String; 5],
    reasons: BTreeSet<String>,
}

fn table() -> Vec<Line> {
    let start = TABLE.find("\n| story |").expect("the table of stories");
    let lines = TABLE[start + 1..].lines().take_while(|line| line.starts_with('|')).skip(2);
    let mut story = String::new();
    lines
        .map(|line| {
            let cells: Vec<String> =
                line.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect();
            let [first, data, name, image, action, verdict, severity, reasons, _] = &cells[..] else {
                panic!("{} cells in {line}", cells.len())
            };
            if !first.is_empty() {
                story.clone_from(first);
            }
            assert!(["XML", "classic"].contains(&data.as_str()), "{line}");
            Line {
                story: story.clone(),
                classic: data == "classic",
                facts: [name, image, action, verdict, severity].map(Clone::clone),
                reasons: reasons.split(", ").filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            }
        })
        .collect()
}

/// The findings of a story as the lines of the table, but with all reasons.
fn found(findings: &[Record]) -> Vec<([String; 5], BTreeSet<String>)> {
    let mut found: Vec<_> = findings
        .iter()
        .map(|finding| {
            let image = [value(finding, "iis_module_image"), value(finding, "iis_module_type")].concat();
            let [name, action, verdict, severity] =
                ["iis_module_name", "iis_module_action", "iis_module_verdict", "iis_module_severity"]
                    .map(|field| value(finding, field).to_owned());
            let reasons = finding.get("iis_module_reasons").into_iter().flatten();
            let codes = reasons.map(|reason| reason.split(':').next().unwrap().to_owned()).collect();
            ([name, image, action, verdict, severity], codes)
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_story_has_the_findings_of_the_table() {
    let table = table();
    let stories: BTreeSet<&str> = events().iter().map(|(story, _)| *story).collect();
    let told: BTreeSet<&str> = table.iter().map(|line| line.story.as_str()).collect();
    assert_eq!(stories, told, "stories of the events and of the table");
    let mut wrong = Vec::new();
    for story in stories {
        for rendering in Rendering::ALL {
            let rows = rows(story, rendering);
            let in_splunk =
                iismodcheck(&["input=change"], &rollup(iismodcheck(&["parts=true"], &rows, 3)), 2);
            for (door, findings) in [("splunk", found(&in_splunk)), ("scan", found(&scan(&rows)))] {
                let mut lines: Vec<&Line> = table
                    .iter()
                    .filter(|line| line.story == story && line.classic == rendering.is_classic())
                    .collect();
                lines.sort_by(|a, b| a.facts.cmp(&b.facts));
                let right = lines.len() == findings.len()
                    && lines.iter().zip(&findings).all(|(line, (facts, reasons))| {
                        line.facts == *facts && line.reasons.is_subset(reasons)
                    });
                if !right {
                    wrong.push(format!("{story}, {rendering:?}, {door}: {findings:?} instead of {lines:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_stories_together_have_the_findings_of_each() {
    for rendering in [Rendering::XmlRaw, Rendering::ClassicFields] {
        let all: Vec<Record> = events().iter().map(|(_, event)| event.render(rendering)).collect();
        let expected = table().iter().filter(|line| line.classic == rendering.is_classic()).count();
        assert_eq!(scan(&all).len(), expected, "{rendering:?}");
    }
}

#[test]
fn both_renderings_together_say_what_xml_says() {
    let stories: BTreeSet<&str> = events().iter().map(|(story, _)| *story).collect();
    for story in stories {
        let xml = rows(story, Rendering::XmlRaw);
        let both: Vec<Record> = rows(story, Rendering::ClassicRaw).into_iter().chain(xml.clone()).collect();
        let rolled = iismodcheck(&["input=change"], &rollup(iismodcheck(&["parts=true"], &both, 100)), 100);
        assert_eq!(found(&rolled), found(&scan(&xml)), "{story}");
        assert_eq!(found(&scan(&both)), found(&scan(&xml)), "{story}");
    }
}
