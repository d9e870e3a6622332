//! Findings with the output columns of the search command, and the summary, as one JSON document or as JSON lines.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::evidence::Evidence;
use super::file_read::FileRead;
use super::history::{Change, History, OTHER_TRACES, Told};
use super::item::{Item, ROWS, WHY};
use super::sentence;
use super::shown::is_hidden;
use super::whole::{Report, severity_of};
use crate::detect::{Column, time};
use crate::origin::Origin;
use crate::problem::Problem;

/// The version of the form, which `docs/schema/finding.json` describes. It grows with each change that a reader of the version
/// before could misunderstand; what is added does not change it.
pub const SCHEMA_VERSION: u64 = 2;

/// The field of a JSON line that says what the line is: `finding`, `problem`, `history` or `summary`, which is the last.
pub const RECORD: &str = "record";

/// The field of a finding with further files of the same registration.
pub const OTHER_FILES: &str = "other_files";

/// Writes `{"schema_version": 2, "findings": […], "problems": […], "summary": {…}}`. Columns without a value are left out.
/// Characters that would command a terminal or hide there are written as `\u` escapes: the same texts to a reader of JSON.
pub fn write_json(output: &mut impl Write, report: &Report) -> io::Result<()> {
    // Value by value, for there may be many.
    write!(output, "{{\n  \"schema_version\": {SCHEMA_VERSION},\n  \"findings\": [")?;
    write_list(output, report.items.iter().map(finding))?;
    write!(output, "],\n  \"problems\": [")?;
    write_list(output, report.problems.iter().map(problem))?;
    if !report.histories.is_empty() {
        write!(output, "],\n  \"histories\": [")?;
        write_list(output, report.histories.iter().map(history))?;
    }
    write!(output, "],\n  \"summary\": ")?;
    write_indented(output, &summary(report), "\n  ")?;
    writeln!(output, "\n}}")
}

/// The values of a list, between its brackets.
fn write_list(output: &mut impl Write, values: impl Iterator<Item = Value>) -> io::Result<()> {
    const LINE: &str = "\n    ";
    let mut end = "";
    for (number, value) in values.enumerate() {
        write!(output, "{}{LINE}", if number == 0 { "" } else { "," })?;
        write_indented(output, &value, LINE)?;
        end = "\n  ";
    }
    output.write_all(end.as_bytes())
}

/// A value whose lines begin so. No string in it has a line feed of its own.
fn write_indented(output: &mut impl Write, value: &Value, line: &str) -> io::Result<()> {
    // Outside strings a JSON text is ASCII without control characters, but for the line feeds between its parts.
    write_escaped(output, &serde_json::to_string_pretty(value)?.replace('\n', line))
}

/// Writes a line for each finding, each problem and, at the end, the summary: what lacks it is cut off.
pub fn write_json_lines(output: &mut impl Write, report: &Report) -> io::Result<()> {
    let findings = report.items.iter().map(|item| ("finding", finding(item)));
    let problems = report.problems.iter().map(|place| ("problem", problem(place)));
    let histories = report.histories.iter().map(|own| ("history", history(own)));
    let summary = [("summary", summary(report))];
    for (record, value) in findings.chain(problems).chain(histories).chain(summary) {
        let mut line = Map::new();
        line.insert(RECORD.to_owned(), json!(record));
        line.insert("schema_version".to_owned(), json!(SCHEMA_VERSION));
        if let Value::Object(object) = value {
            line.extend(object);
        }
        write_escaped(output, &Value::Object(line).to_string())?;
        writeln!(output)?;
    }
    Ok(())
}

fn write_escaped(output: &mut impl Write, text: &str) -> io::Result<()> {
    // What needs no escape is written in one piece.
    let mut start = 0;
    for (at, character) in text.char_indices() {
        let is_plain = character == '\n' || matches!(character, ' '..='~') || !is_hidden(character);
        if is_plain {
            continue;
        }
        output.write_all(text.get(start..at).unwrap_or_default().as_bytes())?;
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(output, "\\u{unit:04x}")?;
        }
        start = at + character.len_utf8();
    }
    output.write_all(text.get(start..).unwrap_or_default().as_bytes())
}

fn summary(report: &Report) -> Value {
    let summary = &report.summary;
    let counts = |pairs: Vec<(&str, u64)>| {
        Value::Object(pairs.into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect())
    };
    let mut value = json!({
        "rows": summary.rows(),
        "module_rows": summary.module_rows,
        "unreadable_rows": summary.unreadable_rows,
        "other_changes": summary.other_changes,
        "commits": summary.commits,
        "other_rows": summary.other_rows,
        "not_understood_rows": summary.unread_rows,
        "empty_rows": summary.empty_rows,
        "lost_places": summary.lost_places,
        "rows_without_host": summary.gaps.no_host,
        "rows_without_time": summary.gaps.no_time,
        "rows_with_unreadable_time": summary.gaps.unreadable_time,
        "rows_without_zone": summary.gaps.no_zone,
        "findings": summary.findings(),
        "needs_decision": summary.needs_decision,
        "findings_left_out": summary.left_out.findings,
        "needs_decision_left_out": summary.left_out.needs_decision,
        "findings_not_listed": summary.unlisted,
        "verdicts": counts(summary.verdicts.iter().map(|(v, n)| (v.as_str(), *n)).collect()),
        "severities": counts(summary.severities.iter().map(|(s, n)| (s.as_str(), *n)).collect()),
    });
    let files = || report.files.iter().map(file).collect();
    if let Some(object) = value.as_object_mut() {
        object.extend(
            (summary.only_counted > 0).then(|| ("only_counted".to_owned(), json!(summary.only_counted))),
        );
        object.extend((!report.files.is_empty()).then(|| ("files".to_owned(), files())));
    }
    value
}

fn file(file: &FileRead) -> Value {
    with_times(json!({"rows": file.rows, "last": origin(&file.last)}), [("last_time", file.time)])
}

fn finding(item: &Item) -> Value {
    let mut object = Map::new();
    if item.time.is_some() {
        object.insert("_time".to_owned(), json!(item.time_text()));
    }
    for column in Column::LISTED {
        if column == Column::Reasons {
            object.insert(column.name().to_owned(), json!(item.reasons));
        } else if !item.fact(column).is_empty() {
            object.insert(column.name().to_owned(), json!(item.fact(column)));
        }
    }
    if !item.id.is_empty() {
        object.insert(Column::FindingId.name().to_owned(), json!(item.id));
    }
    if !item.process.is_empty() {
        object.insert(Column::Process.name().to_owned(), json!(item.process));
    }
    object.insert("needs_decision".to_owned(), json!(item.needs_decision));
    object.insert(WHY.to_owned(), json!(sentence::whole(item)));
    object.insert("reasons".to_owned(), item.reasons.iter().map(|text| reason(text)).collect());
    object.insert(ROWS.to_owned(), json!(item.row_texts()));
    object.insert("origins".to_owned(), item.origins.iter().map(origin).collect());
    if !item.other_files.is_empty() {
        let file = |[hash, signer]: &[String; 2]| json!({"sha256": hash, "signer_sha256": signer});
        object.insert(OTHER_FILES.to_owned(), item.other_files.iter().map(file).collect());
    }
    if !item.evidence.is_empty() {
        object.insert("evidence".to_owned(), item.evidence.iter().map(evidence).collect());
    }
    Value::Object(object)
}

/// What the earlier versions of one configuration tell. Times that are not known are left out.
fn history(history: &History) -> Value {
    let mut object = Map::new();
    object.insert("host".to_owned(), json!(history.host));
    object.insert("folder".to_owned(), json!(history.folder));
    let version = |(file, written): &(Arc<str>, Option<i64>)| {
        with_times(json!({"file": **file}), [("written", *written)])
    };
    object.insert("versions".to_owned(), history.versions.iter().map(version).collect());
    object.insert("changes".to_owned(), history.changes.iter().map(change).collect());
    object.insert("changes_left_out".to_owned(), json!(history.more));
    object.insert("other_traces".to_owned(), json!(OTHER_TRACES));
    let times = [("written", history.written), ("events_since", history.events_since)];
    with_times(Value::Object(object), times)
}

fn change(change: &Change) -> Value {
    let value = json!({
        "what": change.what.as_str(),
        "section": change.section,
        "place": change.place,
        "name": change.name,
        "value": change.value,
        "before": change.before,
        "origin": origin(&change.origin),
        "event": change.told.as_str(),
    });
    let at = if let Told::By(at, _) = &change.told { Some(*at) } else { None };
    let mut value = with_times(value, [("after", change.after), ("by", change.by), ("event_time", at)]);
    if let (Some(object), Told::By(_, place)) = (value.as_object_mut(), &change.told) {
        object.insert("event_origin".to_owned(), origin(place));
    }
    value
}

fn with_times<const N: usize>(mut value: Value, times: [(&str, Option<i64>); N]) -> Value {
    if let Some(object) = value.as_object_mut() {
        let known =
            times.into_iter().filter_map(|(name, at)| Some((name.to_owned(), json!(time::format(at?)))));
        object.extend(known);
    }
    value
}

fn evidence(evidence: &Evidence) -> Value {
    let time = time::format(evidence.time);
    json!({"_time": time, "what": evidence.what, "origin": origin(&evidence.origin)})
}

/// A reason as its code, what it points at, and in words.
fn reason(text: &str) -> Value {
    let (code, detail) = sentence::parts(text);
    let mut object = Map::new();
    object.insert("code".to_owned(), json!(code));
    object.extend(detail.map(|detail| ("detail".to_owned(), json!(detail))));
    object.insert("sentence".to_owned(), json!(sentence::in_words(text)));
    Value::Object(object)
}

fn problem(problem: &Problem) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(problem.kind().as_str()));
    object.extend(severity_of(problem).map(|severity| ("severity".to_owned(), json!(severity.as_str()))));
    object.insert("what".to_owned(), json!(problem.what()));
    object.extend(problem.hint().map(|hint| ("hint".to_owned(), json!(hint))));
    object.extend(problem.origin().map(|place| ("origin".to_owned(), origin(place))));
    Value::Object(object)
}

fn origin(origin: &Origin) -> Value {
    let places = [
        ("file", Some(json!(*origin.file))),
        ("line", origin.line.map(Value::from)),
        ("column", origin.column.as_deref().map(Value::from)),
        ("record", origin.record.map(Value::from)),
        ("element", origin.element.as_deref().map(Value::from)),
        ("offset", origin.offset.map(Value::from)),
    ];
    Value::Object(places.into_iter().filter_map(|(name, place)| Some((name.to_owned(), place?))).collect())
}
