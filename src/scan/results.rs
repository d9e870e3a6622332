//! The results of a scan, as `scan --format json` and `--format csv` write them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::detect::needs_decision::needs_decision;
use crate::detect::{Column as Fact, Severity, Verdict, time};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Item, OTHER_FILES, RECORD, SCHEMA_VERSION, read_reasons};

/// The findings in a file; `None` when it is no result of a scan but something to scan.
pub fn read(path: &Path) -> Result<Option<Vec<Item>>, Problem> {
    // What cannot be read here cannot be scanned either, which tells why. Standard input is read once only.
    let bytes = Some(path).filter(|path| path.as_os_str() != "-").and_then(|path| fs::read(path).ok());
    bytes.map_or(Ok(None), |bytes| parse(&bytes, &path.display().to_string()))
}

/// The findings in the bytes of a file; `None` when they are no result of a scan. `file` is its name for errors.
pub fn parse(bytes: &[u8], file: &str) -> Result<Option<Vec<Item>>, Problem> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        let first = bytes.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_line = serde_json::from_slice::<Value>(first).is_ok_and(|value| value.get(RECORD).is_some());
        return if is_line { json_lines(bytes, file) } else { json(bytes, file) }.map(Some);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.byte_headers().cloned().unwrap_or_default();
    if !header.iter().any(|column| column == Fact::Verdict.name().as_bytes()) {
        return Ok(None);
    }
    let mut items = Vec::new();
    for record in reader.into_byte_records() {
        let record = record.map_err(|error| damaged(error.to_string()).at(Origin::of_file(file)))?;
        let origin = Origin::of_line(file, record.position().map_or(0, csv::Position::line));
        if record.len() != header.len() {
            let what = "the row has not as many cells as the header: the file is cut off or damaged";
            return Err(damaged(what).with_hint("write it anew with scan --format csv").at(origin));
        }
        let cells: BTreeMap<_, _> = header.iter().zip(&record).collect();
        let text = |name: &str| {
            cells
                .get(name.as_bytes())
                .map_or(String::new(), |cell| String::from_utf8_lossy(cell).into_owned())
        };
        let name = Fact::Reasons.name();
        let reasons = read_reasons(&text(name)).map_err(|error| {
            let problem = damaged(format!("column {name}: no list of reasons ({error})"));
            problem.with_hint("write the file anew with scan --format csv").at(origin.clone())
        })?;
        items.push(item(text, reasons).map_err(|problem| problem.at(origin))?);
    }
    Ok(Some(items))
}

fn json_lines(bytes: &[u8], file: &str) -> Result<Vec<Item>, Problem> {
    let mut items = Vec::new();
    let mut is_whole = false;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let origin = || Origin::of_line(file, number);
        let value: Value = serde_json::from_slice(line)
            .map_err(|error| damaged(format!("the line is no JSON: {error}")).at(origin()))?;
        readable(&value).map_err(|problem| problem.at(origin()))?;
        match value.get(RECORD).and_then(Value::as_str) {
            Some("finding") => items.push(finding(&value).map_err(|problem| problem.at(origin()))?),
            Some("summary") => is_whole = true,
            _ => {}
        }
    }
    if is_whole {
        return Ok(items);
    }
    let problem = damaged("its last line is no summary: the file is cut off");
    Err(problem.with_hint("write it anew with scan --format jsonl").at(Origin::of_file(file)))
}

/// Whether this version knows the form.
fn readable(document: &Value) -> Result<(), Problem> {
    let version = document.get("schema_version").and_then(Value::as_u64);
    if version.is_some_and(|version| version > SCHEMA_VERSION) {
        let problem = Problem::new(ProblemKind::Form, "it was written by a newer version of iismodcheck");
        return Err(problem.with_hint("read it with that version, or write it anew with scan"));
    }
    Ok(())
}

fn finding(finding: &Value) -> Result<Item, Problem> {
    let text = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |name: &str| finding.get(name).and_then(Value::as_array).into_iter().flatten();
    let reasons = list(Fact::Reasons.name()).filter_map(Value::as_str).map(str::to_owned).collect();
    let file = |value: &Value| {
        ["sha256", "signer_sha256"]
            .map(|name| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned())
    };
    Ok(Item { other_files: list(OTHER_FILES).map(file).collect(), ..item(text, reasons)? })
}

fn json(bytes: &[u8], file: &str) -> Result<Vec<Item>, Problem> {
    let origin = || Origin::of_file(file);
    let document: Value =
        serde_json::from_slice(bytes).map_err(|error| not_json(&format!(": {error}")).at(origin()))?;
    readable(&document).map_err(|problem| problem.at(origin()))?;
    let findings = document
        .get("findings")
        .and_then(Value::as_array)
        .ok_or_else(|| not_json(": it has no `findings`").at(origin()))?;
    let read = |(number, value): (usize, &Value)| {
        let record = Some(number as u64 + 1);
        finding(value).map_err(|problem| problem.at(Origin { record, ..origin() }))
    };
    findings.iter().enumerate().map(read).collect()
}

/// A file that is no result of a scan, although one was to be read.
#[must_use]
pub fn not_json(why: &str) -> Problem {
    Problem::new(ProblemKind::Form, format!("not the output of `scan --format json`{why}"))
}

fn damaged(what: impl Into<Box<str>>) -> Problem {
    Problem::new(ProblemKind::Damaged, what)
}

fn item(text: impl Fn(&str) -> String, reasons: Vec<String>) -> Result<Item, Problem> {
    let unknown = |word: &str, what: &str| {
        let problem = Problem::new(ProblemKind::Form, format!("`{word}` is no {what} of this version"));
        problem.with_hint("write the file anew with scan")
    };
    let name = text(Fact::Verdict.name());
    let verdict = Verdict::ALL
        .into_iter()
        .find(|verdict| verdict.as_str() == name)
        .ok_or_else(|| unknown(&name, "verdict"))?;
    let severity = match text(Fact::Severity.name()) {
        none if none.is_empty() => Severity::Info,
        word => word.parse().map_err(|_| unknown(&word, "severity"))?,
    };
    let codes = reasons.iter().map(String::as_str);
    Ok(Item {
        needs_decision: needs_decision(verdict, severity, &text(Fact::Action.name()), codes),
        time: time::parse(&text("_time")),
        verdict,
        severity,
        facts: Fact::LISTED.iter().map(|fact| text(fact.name())).collect(),
        reasons,
        id: text(Fact::FindingId.name()),
        process: text(Fact::Process.name()),
        origins: Vec::new(),
        evidence: Vec::new(),
        other_files: Vec::new(),
    })
}
