//! The four Sigma rules on this channel (docs/settings.md): what becomes of an event that each selects.

use super::{changes, event, value};
use crate::splunk::event::Rendering;
use crate::splunk::search::iismodcheck;

const DOCUMENTATION: &str = include_str!("../../../docs/settings.md");
const LOG: &str = "/system.webServer/httpLogging/@dontLog";
const TARGET: &str = "/system.applicationHost/sites/siteDefaults/logFile/@logTargetW3C";

/// Rule, configuration path, old and new value; verdict, severity, and a reason or nothing.
const SELECTED: &[(&str, &str, [&str; 2], [&str; 3])] = &[
    ("e8ebd53a", LOG, ["false", "true"], ["weakened", "high", "setting:http-logging-off"]),
    ("a5b40a90", TARGET, ["File,ETW", "File"], ["weakened", "medium", "setting:site-log-etw-removed"]),
    ("a5b40a90", TARGET, ["File,ETW", "ETW"], ["weakened", "high", "setting:site-log-etw-only"]),
    (
        "dd857d3e",
        r#"/system.webServer/modules/add[@name="Evil"]/@name"#,
        ["", "Evil"],
        ["unknown", "medium", ""],
    ),
    (
        "dd857d3e",
        r#"/system.webServer/modules/add[@name="StaticFileModule"]/@name"#,
        ["", "StaticFileModule"],
        ["unverified", "low", ""],
    ),
    ("9e1a1fdf", r#"/system.webServer/modules/remove[@name="Other"]"#, ["", ""], ["unknown", "low", ""]),
    (
        "9e1a1fdf",
        r#"/system.webServer/modules/remove[@name="RequestFilteringModule"]"#,
        ["", ""],
        ["unverified", "high", "protective_module_removed"],
    ),
];

#[test]
fn each_published_rule_has_its_verdict() {
    let mut wrong = Vec::new();
    for (number, (rule, path, [old, new], [verdict, severity, reason])) in SELECTED.iter().enumerate() {
        assert!(DOCUMENTATION.contains(&format!("(`{rule}`)")), "{rule} is in no row of the table");
        let rows = [event(number, path, "", ["1", old, new], "S-1-5-21-1-2-3-500").render(Rendering::XmlRaw)];
        let found = changes(iismodcheck(&["parts=true"], &rows, 1), &[]);
        let Some(found) = found.first() else {
            wrong.push(format!("{rule} {path}: no finding"));
            continue;
        };
        let none = Vec::new();
        let told = ["iis_module_verdict", "iis_module_severity"].map(|field| value(found, field));
        let reasons = found.get("iis_module_reasons").unwrap_or(&none);
        if told != [*verdict, *severity] || !reason.is_empty() && !reasons.iter().any(|own| own == reason) {
            wrong.push(format!("{rule} {path} {new}: {told:?} {reasons:?}"));
        }
        assert!(reason.is_empty() || DOCUMENTATION.contains(&format!("`{reason}`")), "{reason}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
