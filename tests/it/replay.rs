//! `docs/replay`: the stories of the tests as files, and what must be found in them.
//!
//! `REPLAY=write cargo test --test it replay` writes the files; without it they are compared.

mod campaigns;
mod files;

use std::fs;
use std::path::{Path, PathBuf};

use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::scan::scan;
use crate::splunk::{Record, value};
use crate::stories::events;

const COLUMNS: [&str; 8] = [
    "iis_module_severity",
    "iis_module_verdict",
    "iis_module_action",
    "iis_module_name",
    "iis_module_image",
    "iis_module_type",
    "iis_host",
    "iis_finding_id",
];

/// A file of the set.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/replay").join(name)
}

/// Writes a file where it is asked to, and compares it otherwise.
fn written(path: &Path, content: impl AsRef<[u8]>) {
    let content = content.as_ref();
    if std::env::var_os("REPLAY").is_some_and(|what| what == "write") {
        fs::write(path, content).unwrap();
    }
    let there = fs::read(path).unwrap_or_default();
    assert!(there == content, "{}: run REPLAY=write cargo test --test it replay", path.display());
}

fn rows(rendering: Rendering) -> Vec<Record> {
    events().iter().map(|(_, event)| event.render(rendering)).collect()
}

/// The events as Splunk reads them from a file.
fn upload(rendering: Rendering) -> String {
    let text = |event: &ConfigEvent| {
        let row = event.render(rendering);
        let raw = value(&row, "_raw");
        match raw.split_once('\n').filter(|_| rendering.is_classic()) {
            // Splunk takes the time of classic text from its first line.
            Some((_, rest)) => format!("{}\n{rest}\n", first_line(event.time)),
            None => format!("{raw}\n"),
        }
    };
    events().iter().map(|(_, event)| text(event)).collect()
}

/// A time as classic text has it: `11/14/2023 10:13:20 PM`.
fn first_line(at: i64) -> String {
    let text = iismodcheck::detect::time::format(at);
    let (year, month, day, rest) = (&text[..4], &text[5..7], &text[8..10], &text[13..19]);
    let hour: u32 = text[11..13].parse().unwrap();
    let half = if hour < 12 { "AM" } else { "PM" };
    format!("{month}/{day}/{year} {:02}{rest} {half}", (hour + 11) % 12 + 1)
}

/// What must be found, a line for each finding; `-` stands for what is not known.
fn expected(columns: &[&str], findings: &[Record]) -> String {
    let line = |finding: &Record| {
        let shown =
            |column: &&str| Some(value(finding, column)).filter(|text| !text.is_empty()).unwrap_or("-");
        let cells: Vec<&str> = columns.iter().map(shown).collect();
        cells.join("\t") + "\n"
    };
    let mut lines: Vec<String> = findings.iter().map(line).collect();
    lines.sort();
    columns.join("\t") + "\n" + &lines.concat()
}

#[test]
fn the_files_are_the_stories_of_the_tests() {
    let files = [
        ("stories-xml.txt", upload(Rendering::XmlRaw)),
        ("stories-classic.txt", upload(Rendering::ClassicRaw)),
        ("expected-xml.tsv", expected(&COLUMNS, &scan(&rows(Rendering::XmlRaw)))),
        ("expected-classic.tsv", expected(&COLUMNS, &scan(&rows(Rendering::ClassicRaw)))),
    ];
    for (name, text) in files {
        written(&file(name), text);
    }
}

/// Whoever uploads the file has nothing but its lines.
#[test]
fn a_line_of_xml_is_an_event() {
    let text = fs::read_to_string(file("stories-xml.txt")).unwrap();
    let row = |line: &str| [("_raw".to_owned(), vec![line.to_owned()])].into_iter().collect::<Record>();
    let rows: Vec<Record> = text.lines().map(row).collect();
    assert_eq!(rows.len(), events().len());
    assert_eq!(expected(&COLUMNS, &scan(&rows)), fs::read_to_string(file("expected-xml.tsv")).unwrap());
}
