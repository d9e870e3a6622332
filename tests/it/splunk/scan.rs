//! The same rows through `iismodcheck scan`.

use std::path::Path;

use serde_json::Value;

use super::{Record, csv};

/// The findings of `iismodcheck scan --format json` over these rows, as an export.
pub fn scan(rows: &[Record]) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.csv");
    let mut rows = rows.to_vec();
    // An export has the columns of its search, whether a row fills them or not.
    for row in &mut rows {
        row.entry("Message".to_owned()).or_default();
    }
    std::fs::write(&file, csv(&rows)).unwrap();
    scan_file(&file)
}

/// The findings of `iismodcheck scan --format json FILE`.
pub fn scan_file(file: &Path) -> Vec<Record> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_iismodcheck"))
        .args(["scan", "--format", "json"])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let texts = |value: &Value| match value {
        Value::Array(list) => list.iter().map(text).collect(),
        value => vec![text(value)],
    };
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let fields = finding.as_object().unwrap().iter();
            // What is no text is no column of the search command.
            fields
                .filter(|(name, value)| {
                    !value.is_boolean() && !["origins", "reasons", "why"].contains(&name.as_str())
                })
                .map(|(field, value)| (field.clone(), texts(value)))
                .filter(|(_, v)| !v.is_empty())
                .collect()
        })
        .collect()
}
