//! The results of a scan, as `scan --format json` and `--format csv` write them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::detect::needs_decision::needs_decision;
use crate::detect::{Column as Fact, Severity, Verdict, time};
use crate::report::{Item, read_reasons};

/// The findings in a file; `None` when it is no result of a scan but something to scan.
pub fn read(path: &Path) -> Result<Option<Vec<Item>>, String> {
    // What cannot be read here cannot be scanned either, which tells why. Standard input is read once only.
    let Some(bytes) = Some(path).filter(|path| path.as_os_str() != "-").and_then(|path| fs::read(path).ok())
    else {
        return Ok(None);
    };
    let file = path.display().to_string();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        return json(bytes, &file).map(Some);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.byte_headers().cloned().unwrap_or_default();
    if !header.iter().any(|column| column == Fact::Verdict.name().as_bytes()) {
        return Ok(None);
    }
    let mut items = Vec::new();
    for record in reader.into_byte_records() {
        let record = record.map_err(|error| format!("{file}: {error}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            return Err(format!(
                "{file}, line {line}: the row has not as many cells as the header: the file is cut off or damaged; \
                 write it anew with scan --format csv"
            ));
        }
        let cells: BTreeMap<_, _> = header.iter().zip(&record).collect();
        let text = |name: &str| {
            cells
                .get(name.as_bytes())
                .map_or(String::new(), |cell| String::from_utf8_lossy(cell).into_owned())
        };
        let reasons = read_reasons(&text(Fact::Reasons.name())).map_err(|error| {
            format!(
                "{file}, line {line}, column {}: no list of reasons ({error}); write the file anew with scan --format csv",
                Fact::Reasons.name()
            )
        })?;
        items.push(item(text, reasons).map_err(|what| format!("{file}, line {line}: {what}"))?);
    }
    Ok(Some(items))
}

fn json(bytes: &[u8], file: &str) -> Result<Vec<Item>, String> {
    let document: Value = serde_json::from_slice(bytes)
        .map_err(|error| format!("{file}: not the output of `scan --format json`: {error}"))?;
    let findings = document
        .get("findings")
        .and_then(Value::as_array)
        .ok_or_else(|| format!("{file}: not the output of `scan --format json`: it has no `findings`"))?;
    let read = |(number, finding): (usize, &Value)| {
        let text = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let reasons = finding.get(Fact::Reasons.name()).and_then(Value::as_array).into_iter().flatten();
        let reasons = reasons.filter_map(Value::as_str).map(str::to_owned).collect();
        item(text, reasons).map_err(|what| format!("{file}, finding {}: {what}", number + 1))
    };
    findings.iter().enumerate().map(read).collect()
}

fn item(text: impl Fn(&str) -> String, reasons: Vec<String>) -> Result<Item, String> {
    let name = text(Fact::Verdict.name());
    let verdict = Verdict::ALL
        .into_iter()
        .find(|verdict| verdict.as_str() == name)
        .ok_or_else(|| format!("`{name}` is no verdict of this version; write the file anew with scan"))?;
    let severity = text(Fact::Severity.name()).parse().unwrap_or(Severity::Info);
    let codes = reasons.iter().map(String::as_str);
    Ok(Item {
        needs_decision: needs_decision(verdict, severity, &text(Fact::Action.name()), codes),
        time: time::parse(&text("_time")),
        verdict,
        severity,
        facts: Fact::FACTS.iter().map(|fact| text(fact.name())).collect(),
        reasons,
        id: text(Fact::FindingId.name()),
        rows: Vec::new(),
    })
}
