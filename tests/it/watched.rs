//! The table of watched settings, row by row, through every door: honest values stay quiet, evil ones are found.

use std::collections::{BTreeMap, BTreeSet};

use iismodcheck::allowlist::Watched;

use crate::cli::{folder, run_in};
use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::rollup::rollup;
use crate::splunk::scan::scan;
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, csv, value};

mod secrets;
mod servers;
mod sigma;

const TABLE: &str = include_str!("../fixtures/watched/settings.tsv");

/// One row of the table.
struct Case {
    id: &'static str,
    which: &'static str,
    packs: &'static str,
    verdict: &'static str,
    severity: &'static str,
    event: ConfigEvent,
    classic: bool,
}

impl Case {
    fn record(&self) -> Record {
        self.event.render(if self.classic { Rendering::ClassicRaw } else { Rendering::XmlRaw })
    }
}

/// An event about a setting; each case has a host of its own.
fn event(number: usize, configuration: &str, place: &str, values: [&str; 3], actor: &str) -> ConfigEvent {
    let [operation, old, new] = values.map(str::to_owned);
    ConfigEvent {
        host: format!("web{number:03}"),
        process: "4242".to_owned(),
        actor: actor.to_owned(),
        time: 1_772_417_635_000_000,
        record: (100 + number).to_string(),
        config_path: format!("MACHINE/WEBROOT/APPHOST{place}"),
        location: String::new(),
        configuration: configuration.to_owned(),
        operation,
        old,
        new,
    }
}

fn cases() -> Vec<Case> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .enumerate()
        .map(|(number, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [id, which, configuration, place, operation, old, new, actor, packs, verdict, severity] =
                cells[..]
            else {
                panic!("{} cells in {line}", cells.len())
            };
            let actor = if actor == "pool" { "S-1-5-82-1-2-3" } else { "S-1-5-21-1-2-3-500" };
            let event = event(number, configuration, place, [operation, old, new], actor);
            Case { id, which, packs, verdict, severity, event, classic: operation == "-" }
        })
        .collect()
}

/// What is told of each host, by host.
fn by_host(findings: Vec<Record>) -> BTreeMap<String, Record> {
    findings.into_iter().map(|finding| (value(&finding, "iis_host").to_owned(), finding)).collect()
}

fn changes(rows: Vec<Record>, arguments: &[&str]) -> Vec<Record> {
    iismodcheck(&[&["input=change"], arguments].concat(), &rollup(rows), 100)
}

#[test]
fn every_row_has_an_honest_and_an_evil_value() {
    let watched = Watched::builtin().unwrap();
    let of = |which: &str| -> BTreeSet<&str> {
        cases().iter().filter(|case| case.which == which).map(|case| case.id).collect()
    };
    let ids: BTreeSet<&str> = watched.rows().iter().map(|row| row.id.as_str()).collect();
    assert_eq!((of("honest"), of("evil")), (ids.clone(), ids));
    for case in cases().iter().filter(|case| case.which == "honest") {
        let quiet = matches!(case.severity, "" | "info" | "low") || case.id == "custom-action";
        assert!(quiet, "{}: {}", case.id, case.severity);
    }
}

#[test]
fn every_value_has_its_verdict_by_every_door() {
    let watched = Watched::builtin().unwrap();
    let mut wrong = Vec::new();
    for packs in ["", "exchange"] {
        let cases: Vec<Case> = cases().into_iter().filter(|case| case.packs == packs).collect();
        let records: Vec<Record> = cases.iter().map(Case::record).collect();
        let option = format!("packs={packs}");
        let arguments: Vec<&str> = if packs.is_empty() { vec![] } else { vec![&option] };
        let rows = iismodcheck(&[&["parts=true"], &arguments[..]].concat(), &records, 50);
        let by_change = by_host(changes(rows.clone(), &arguments));
        let by_scan = by_host(if packs.is_empty() { scan(&records) } else { Vec::new() });
        for (case, row) in cases.iter().zip(&rows) {
            let expected = [case.verdict, case.severity];
            let told = |record: &Record| {
                ["iis_module_verdict", "iis_module_severity"].map(|field| value(record, field).to_owned())
            };
            let mut check = |door: &str, found: [String; 2], expected: [&str; 2]| {
                if found != expected {
                    wrong.push(format!("{} {} by {door}: {found:?}: {:?}", case.id, case.which, case.event));
                }
            };
            let nothing = [String::new(), String::new()];
            let of_row = if case.verdict.is_empty() { ["not_module", "info"] } else { expected };
            check("row", told(row), of_row);
            let host = case.event.host.as_str();
            check("change", by_change.get(host).map_or(nothing.clone(), told), expected);
            if packs.is_empty() {
                let expected = if case.verdict == "not_module" { ["", ""] } else { expected };
                check("scan", by_scan.get(host).map_or(nothing, told), expected);
            }
            // What is found names the setting and its technique.
            if matches!(case.verdict, "unknown" | "weakened" | "suspicious_location") {
                let reasons = row.get("iis_module_reasons").into_iter().flatten();
                let id = format!("setting:{}", case.id);
                let technique = watched.rows().iter().find(|row| row.id == case.id).map(|row| &row.technique);
                let named = reasons.clone().any(|reason| *reason == id);
                if !named || technique.map(String::as_str) != Some(value(row, "iis_module_technique")) {
                    wrong.push(format!(
                        "{} {}: {:?} {row:?}",
                        case.id,
                        case.which,
                        reasons.collect::<Vec<_>>()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_setting_is_a_change_of_its_own() {
    let scheme = r#"/system.webServer/httpCompression/scheme[@name="gzip"]/@dll"#;
    let event =
        event(1, scheme, "/Shop", ["3", r"%windir%\system32\inetsrv\gzip.dll", r"C:\Temp\g.dll"], "S-1-5-18");
    let rows = iismodcheck(&["parts=true"], &[event.render(Rendering::XmlRaw)], 1);
    let key = r#"["setting","machine/webroot/apphost/shop","","/system.webServer/httpCompression/scheme[@name=\"gzip\"]/@dll"]"#;
    assert_eq!(value(&rows[0], "iis_change_key"), key);
    let change = &changes(rows, &[])[0];
    for (field, expected) in [
        ("iis_module_name", "gzip"),
        ("iis_module_kind", "compression_scheme"),
        ("iis_module_image", r"C:\Temp\g.dll"),
        ("iis_module_image_old", r"%windir%\system32\inetsrv\gzip.dll"),
        ("iis_module_section", "system.webServer/httpCompression"),
        ("iis_module_attribute", "dll"),
        ("iis_module_action", "modified"),
        ("iis_site", "Shop"),
        ("iis_module_rule", "compression-scheme"),
        ("iis_module_technique", "T1505.004"),
    ] {
        assert_eq!(value(change, field), expected, "{field}");
    }
}

/// Off for a moment is off all the same.
#[test]
fn a_value_that_did_not_stay_counts() {
    let path = "/system.webServer/httpLogging/@dontLog";
    let off = event(1, path, "", ["3", "false", "true"], "S-1-5-18");
    let on = ConfigEvent {
        old: "true".to_owned(),
        new: "false".to_owned(),
        record: "102".to_owned(),
        ..off.clone()
    };
    let rows = [off.render(Rendering::XmlRaw), on.render(Rendering::XmlRaw)];
    let change = &changes(iismodcheck(&["parts=true"], &rows, 9), &[])[0];
    assert_eq!(
        [value(change, "iis_module_verdict"), value(change, "iis_module_severity")],
        ["weakened", "high"]
    );
    assert!(change["iis_module_reasons"].contains(&"image_overwritten".to_owned()));
}

#[test]
fn entries_of_the_site_decide_on_settings() {
    const ALLOWLIST: &str = "id,kind,name,image,match,effect,enabled\n\
        scheme,compression_scheme,acme,C:\\Acme\\c.dll,,,\n\
        logging,setting,/system.webServer/httpLogging/@dontLog,,name,,\n\
        farm,setting,/configurationRedirection/@path,\\\\farm\\iis,,,\n\
        no,code,,C:\\Bad\\**,glob,deny,\n\
        classic,handler,*.x,,name,deny,\n\
        config-history-off,,,,,,false\n";
    let scheme = |name: &str| format!(r#"/system.webServer/httpCompression/scheme[@name="{name}"]/@dll"#);
    let loader = r#"/system.applicationHost/listenerAdapters/add[@name="x"]/@protocolManagerDll"#;
    let cases = [
        (scheme("acme"), r"C:\Acme\c.dll", "allowed", "scheme"),
        (scheme("other"), r"C:\Acme\c.dll", "unknown", "compression-scheme"),
        (scheme("acme"), r"C:\Acme\d.dll", "unknown", "compression-scheme"),
        ("/system.webServer/httpLogging/@dontLog".to_owned(), "true", "allowed", "logging"),
        (
            "/system.webServer/httpLogging/@selectiveLogging".to_owned(),
            "LogError",
            "weakened",
            "http-logging-selective",
        ),
        ("/configurationRedirection/@path".to_owned(), r"\\farm\iis", "allowed", "farm"),
        (
            "/configurationRedirection/@path".to_owned(),
            r"\\farm2\iis",
            "suspicious_location",
            "shared-configuration-path",
        ),
        (loader.to_owned(), r"C:\Bad\x.dll", "denied", "no"),
        (r#"/system.web/httpHandlers/add[@path="*.x"]/@type"#.to_owned(), "A.B, C", "denied", "classic"),
        ("/system.applicationHost/configHistory/@enabled".to_owned(), "false", "", ""),
    ];
    let records: Vec<Record> = cases
        .iter()
        .enumerate()
        .map(|(number, (path, new, ..))| {
            event(number, path, "", ["3", "", new], "S-1-5-18").render(Rendering::XmlRaw)
        })
        .collect();
    let files = folder(&[("export.csv", &csv(&records)), ("allow.csv", ALLOWLIST.as_bytes())]);
    let text =
        run_in(files.path(), &["scan", "--format", "json", "--allowlist", "allow.csv", "export.csv"]).good();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (number, (path, new, verdict, rule)) in cases.iter().enumerate() {
        let host = format!("web{number:03}");
        let finding =
            json["findings"].as_array().unwrap().iter().find(|finding| finding["iis_host"] == host.as_str());
        let text = |field: &str| finding.and_then(|finding| finding[field].as_str()).unwrap_or_default();
        assert_eq!([text("iis_module_verdict"), text("iis_module_rule")], [*verdict, *rule], "{path} {new}");
    }
}

#[test]
fn explain_takes_a_kind_of_setting() {
    let files = folder(&[]);
    let of_type = ["--type", "Evil.T, Evil", "--", "x"];
    for (kind, arguments, expected) in [
        ("compression_scheme", &["--", "gzip", r"%windir%\system32\inetsrv\gzip.dll"][..], "known_good"),
        ("compression_scheme", &["--", "gzip", r"C:\Apps\gzip.dll"], "unknown"),
        ("compression_scheme", &["--", "gzip", r"C:\Temp\gzip.dll"], "suspicious_location"),
        ("runtime_loader", &["--", "Shop", "webengine4.dll"], "known_good"),
        ("code", &["--", "x", r"%windir%\system32\inetsrv\asp.dll"], "known_good"),
        ("code", &of_type, "unknown"),
    ] {
        let text =
            run_in(files.path(), &[&["allowlist", "explain", "--kind", kind], arguments].concat()).good();
        let line = text.lines().find_map(|line| line.strip_prefix("Verdict: ")).unwrap_or_default();
        assert!(line.starts_with(&format!("{expected} ")), "{kind} {arguments:?}: {line}");
    }
}
