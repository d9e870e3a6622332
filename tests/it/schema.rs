//! The JSON of `scan` is what `docs/schema/finding.json` says, and the schema names nothing that there is not.

use iismodcheck::detect::{Column, Severity, Verdict};
use iismodcheck::problem::ProblemKind;
use iismodcheck::report::SCHEMA_VERSION;
use serde_json::{Map, Value, json};

use crate::cli::{folder, run_in};

fn schema() -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/finding.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Says where a value is not as the schema has it. Knows the words that ours uses, and no others; a field that the schema does
/// not name is a fault here, although readers must bear it.
struct Validator {
    root: Value,
    faults: Vec<String>,
}

impl Validator {
    fn faults(value: &Value) -> Vec<String> {
        let root = schema();
        let mut validator = Self { root: root.clone(), faults: Vec::new() };
        validator.check(value, &root, "");
        validator.faults
    }

    fn check(&mut self, value: &Value, schema: &Value, place: &str) {
        for (word, rule) in schema.as_object().unwrap() {
            let holds = match word.as_str() {
                "$schema" | "title" | "description" | "examples" | "$defs" => true,
                "$ref" => {
                    let target = self.root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap());
                    let target = target.unwrap().clone();
                    self.check(value, &target, place);
                    true
                }
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_u64() >= rule.as_u64(),
                "type" => match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64(),
                    other => panic!("the type {other} is not known to the test"),
                },
                "required" => {
                    rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
                }
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(item, rule, &format!("{place}/{number}"));
                    }
                    true
                }
                "properties" | "additionalProperties" => {
                    self.fields(value, schema, place);
                    true
                }
                other => panic!("the word {other} is not known to the test"),
            };
            if !holds {
                self.faults.push(format!("{place}: {word}"));
            }
        }
    }

    fn fields(&mut self, value: &Value, schema: &Value, place: &str) {
        let named = |name: &str| schema.get("properties").and_then(|fields| fields.get(name));
        for (name, field) in value.as_object().unwrap_or(&Map::new()) {
            let place = format!("{place}/{name}");
            match named(name).or(schema.get("additionalProperties")) {
                Some(rule) => self.check(field, rule, &place),
                None => self.faults.push(format!("{place}: not in the schema")),
            }
        }
    }
}

/// Where a value is not as the schema has it.
pub fn faults(value: &Value) -> Vec<String> {
    Validator::faults(value)
}

/// A finding of each form, an event that cannot be read, and a row that nobody understands.
fn reports() -> Vec<Value> {
    let sentence = "Changes to '/system.webServer/globalModules/add[@name=\"\"Evil\"\"]' at 'MACHINE/WEBROOT/APPHOST' have \
                    successfully been committed.";
    let rows = format!("_raw,_time\n\"{sentence}\",2026-03-04T09:14:10Z\n\"<13>x {sentence}\",\n");
    let list = "name,image,type,_time\nX,D:\\x.dll,,2026-03-04\nT,,Acme.T,\n,,x,\n";
    let export = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/iis-operational.csv");
    let export = std::fs::read(export).unwrap();
    let files = folder(&[
        ("export.csv", export.as_slice()),
        ("rows.csv", rows.as_bytes()),
        ("list.csv", list.as_bytes()),
    ]);
    ["change", "row"]
        .map(|level| {
            let scan = ["scan", "--format", "json", "--allow-unread", "--level", level];
            let run = run_in(files.path(), &[&scan[..], &["export.csv", "rows.csv", "list.csv"]].concat());
            serde_json::from_str(&run.good()).unwrap()
        })
        .to_vec()
}

#[test]
fn what_scan_writes_is_what_the_schema_says() {
    for report in reports() {
        assert_eq!(Validator::faults(&report), [""; 0]);
        assert_eq!(report["schema_version"], SCHEMA_VERSION);
        let problems = report["problems"].as_array().unwrap();
        assert_eq!(report["summary"]["not_understood_rows"], problems.len());
        assert_eq!(problems[0]["kind"], "not_understood");
        assert_eq!(problems[0]["origin"], json!({"file": "rows.csv", "line": 3}));
        // The origins of a finding are its rows.
        for finding in report["findings"].as_array().unwrap() {
            let origins = finding["origins"].as_array().unwrap();
            let lines: Vec<String> = origins.iter().map(|origin| origin["line"].to_string()).collect();
            let text = format!("{}:{}", origins[0]["file"].as_str().unwrap(), lines.join(","));
            assert_eq!(finding["rows"], json!([text]));
        }
    }
}

#[test]
fn the_check_sees_what_is_wrong() {
    let good = reports().swap_remove(0);
    for (place, value, fault) in [
        ("/schema_version", json!(1), "/schema_version: const"),
        ("/findings/0/iis_module_severity", json!("grave"), "/findings/0/iis_module_severity: enum"),
        ("/findings/0/iis_module_name", json!(7), "/findings/0/iis_module_name: type"),
        ("/findings/0/origins/0", json!({"file": "x", "line": 0}), "/findings/0/origins/0/line: minimum"),
        ("/problems/0", json!({"kind": "form"}), "/problems/0: required"),
        ("/summary/verdicts", json!({"unknown": "1"}), "/summary/verdicts/unknown: type"),
        ("/problems/0/origin", json!({"file": "x", "row": 1}), "/problems/0/origin/row: not in the schema"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value;
        assert!(Validator::faults(&bad).contains(&fault.to_owned()), "{place}");
    }
}

#[test]
fn the_schema_names_what_there_is() {
    let schema = schema();
    assert_eq!(schema["properties"]["schema_version"]["const"], SCHEMA_VERSION);
    let finding = &schema["$defs"]["finding"]["properties"];
    assert_eq!(finding["iis_module_verdict"]["examples"], json!(Verdict::ALL.map(Verdict::as_str)));
    assert_eq!(finding["iis_module_severity"]["enum"], json!(Severity::ALL.map(Severity::as_str)));
    let kinds = &schema["$defs"]["problem"]["properties"]["kind"]["examples"];
    assert_eq!(*kinds, json!(ProblemKind::ALL.map(ProblemKind::as_str)));
    let columns =
        Column::LISTED.iter().chain(&[Column::FindingId, Column::Process]).map(|column| column.name());
    let own = ["needs_decision", "why", "reasons", "rows", "origins", "other_files", "evidence"];
    let expected: Vec<&str> = ["_time"].into_iter().chain(columns).chain(own).collect();
    assert_eq!(finding.as_object().unwrap().keys().collect::<Vec<_>>(), expected);
}
