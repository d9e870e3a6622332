//! One JSON document: findings with the output columns of the search command, and the summary.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::item::{Item, ROWS};
use super::text::is_hidden;
use super::whole::Report;
use crate::detect::Column;
use crate::origin::Origin;
use crate::problem::Problem;

/// The version of the form, which `docs/schema/finding.json` describes. It grows with each change that a reader of the version
/// before could misunderstand; what is added does not change it.
pub const SCHEMA_VERSION: u64 = 1;

/// Writes `{"schema_version": 1, "findings": […], "problems": […], "summary": {…}}`. Columns without a value are left out.
/// Characters that would command a terminal or hide there are written as `\u` escapes: the same texts to a reader of JSON.
pub fn write_json(output: &mut impl Write, report: &Report) -> io::Result<()> {
    let Report { items, problems, summary } = report;
    let findings: Vec<Value> = items.iter().map(finding).collect();
    let counts = |pairs: Vec<(&str, u64)>| {
        Value::Object(pairs.into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect())
    };
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "findings": findings,
        "problems": problems.iter().map(problem).collect::<Vec<Value>>(),
        "summary": {
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
            "verdicts": counts(summary.verdicts.iter().map(|(v, n)| (v.as_str(), *n)).collect()),
            "severities": counts(summary.severities.iter().map(|(s, n)| (s.as_str(), *n)).collect()),
        },
    });
    // Outside strings a JSON text is ASCII without control characters, but for the line feeds between its parts.
    for character in serde_json::to_string_pretty(&document)?.chars() {
        if is_hidden(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(output, "\\u{unit:04x}")?;
            }
        } else {
            output.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?;
        }
    }
    writeln!(output)
}

fn finding(item: &Item) -> Value {
    let mut object = Map::new();
    if item.time.is_some() {
        object.insert("_time".to_owned(), json!(item.time_text()));
    }
    for column in Column::FACTS {
        if column == Column::Reasons {
            object.insert(column.name().to_owned(), json!(item.reasons));
        } else if !item.fact(column).is_empty() {
            object.insert(column.name().to_owned(), json!(item.fact(column)));
        }
    }
    if !item.id.is_empty() {
        object.insert(Column::FindingId.name().to_owned(), json!(item.id));
    }
    object.insert("needs_decision".to_owned(), json!(item.needs_decision));
    object.insert(ROWS.to_owned(), json!(item.row_texts()));
    object.insert("origins".to_owned(), item.origins.iter().map(origin).collect());
    Value::Object(object)
}

fn problem(problem: &Problem) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(problem.kind().as_str()));
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
