//! Events of other logs beside the findings of `scan`, from every form that holds them.

use std::io::Read;

use flate2::read::GzDecoder;
use iismodcheck::source::{self, Content, Row};
use serde_json::{Value, json};

use crate::cli::{fixtures, folder, run_in};
use crate::formats::csv;

/// The XML of each event of the log, ours and those of other providers that were not skipped.
fn events() -> Vec<String> {
    let rows = source::open(&fixtures().join("formats/neighbours.evtx.gz"));
    let text = |row: Row| match row.content {
        Content::Event(cells) => Some(String::from_utf8(cells[0].clone()).unwrap()),
        _ => None,
    };
    rows.filter_map(|row| text(row.unwrap())).collect()
}

fn classic(xml: &str) -> String {
    let between = |before: &str, after: &str| {
        xml.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(text, _)| text)
    };
    let data: Vec<&str> = xml
        .split("<Data Name='")
        .skip(1)
        .filter_map(|data| data.split_once('>')?.1.split_once("</Data>"))
        .map(|(text, _)| text)
        .collect();
    format!(
        "03/04/2026 09:14:10 AM\nLogName={}\nEventCode={}\nComputerName={}\nSid=S-1-5-21-1-2-3-500\nSourceName={}\nMessage={}",
        between("<Channel>", "</Channel>"),
        between("<EventID>", "</EventID>"),
        between("<Computer>", "</Computer>"),
        between("Provider Name='", "'"),
        data.join(" "),
    )
}

fn report(document: &str) -> Value {
    serde_json::from_str(document).unwrap()
}

/// What stands beside the finding about a module: minutes behind nine o'clock, and what.
fn beside(report: &Value, name: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["iis_module_name"] == name).unwrap();
    let evidence = finding["evidence"].as_array().into_iter().flatten();
    let shown = |evidence: &Value| {
        let (time, what) = (evidence["_time"].as_str().unwrap(), evidence["what"].as_str().unwrap());
        format!("{} {what}", &time[11..16])
    };
    evidence.map(shown).collect()
}

const EXPECTED: [&str; 4] = [
    r"09:19 IIS could not load C:\Program Files\Contoso\trace.dll (event 2280), 2 times",
    r"09:21 IIS could not load C:\Windows\System32\inetsrv\static.dll (event 2282)",
    "09:45 the Security log was cleared by S-1-5-21-1-2-3-500",
    "10:05 the log of the IIS configuration was cleared by S-1-5-21-1-2-3-500",
];

const OF_ODD: [&str; 1] = ["09:45 the Security log was cleared by S-1-5-21-1-2-3-500"];

#[test]
fn what_stands_beside_a_finding_in_every_form() {
    let xml = events();
    // Three of the change and the end of its commit, five that failed, three and two clears; none of the forty others.
    assert_eq!(xml.len(), 14);
    let mut log = Vec::new();
    let packed = std::fs::File::open(fixtures().join("formats/neighbours.evtx.gz")).unwrap();
    GzDecoder::new(packed).read_to_end(&mut log).unwrap();
    let json: String = xml.iter().map(|xml| json!({"event": {"original": xml}}).to_string() + "\n").collect();
    let folder = folder(&[
        ("log", &log),
        ("xml", xml.concat().as_bytes()),
        ("csv", &csv(&xml)),
        ("json", json.as_bytes()),
    ]);
    for file in ["log", "xml", "csv", "json"] {
        let run = run_in(folder.path(), &["scan", "--format", "json", "--fail-on", "high", file]);
        assert_eq!(run.code, Some(1), "{file}: {}", run.stderr);
        let report = report(&run.stdout);
        assert_eq!(beside(&report, "ContosoTrace"), EXPECTED, "{file}");
        let names: Vec<&str> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["iis_module_name"].as_str().unwrap())
            .collect();
        // What failed to load is judged: a place where no module belongs is a finding, Windows' own and what no list has are not.
        assert_eq!(names, ["ContosoTrace", "odd.dll"], "{file}");
        let odd = &report["findings"][1];
        assert_eq!(odd["iis_module_verdict"], "suspicious_location", "{file}");
        assert_eq!(odd["iis_module_action"], "not_loaded");
        assert_eq!(odd["iis_host"], "web02.example.com");
        assert_eq!(odd["origins"].as_array().unwrap().len(), 2);
        // What it is itself does not stand beside it.
        assert_eq!(beside(&report, "odd.dll"), OF_ODD, "{file}");
        let problems = report["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{file}: {problems:?}");
        assert_eq!((&problems[0]["kind"], &problems[0]["severity"]), (&json!("log_cleared"), &json!("high")));
        let what = problems[0]["what"].as_str().unwrap();
        assert!(
            what.ends_with("on web01.example.com at 2026-03-04T10:05:03Z: what it held before is missing"),
            "{what}"
        );
    }
    // Many files with the same events have them once.
    let run = run_in(folder.path(), &["scan", "--format", "json", "."]);
    assert_eq!(beside(&report(&run.stdout), "ContosoTrace"), EXPECTED);
    assert_eq!(report(&run.stdout)["problems"].as_array().unwrap().len(), 1);
    // A table has no place for it.
    let run = run_in(folder.path(), &["scan", "--format", "csv", "log"]);
    assert!(run.stderr.contains("the log of the IIS configuration was cleared"), "{}", run.stderr);
    for (form, told) in [("text", "high log_cleared: "), ("html", "was cleared by S-1-5-21-1-2-3-500")] {
        let run = run_in(folder.path(), &["scan", "--format", form, "--details", "log"]);
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(told) && text.contains("beside"), "{form}: {text}");
    }
}

/// They are no findings: without one, a log of others is a log of others.
#[test]
fn without_a_finding_there_is_nothing_but_the_cleared_log() {
    let xml: Vec<String> = events()
        .into_iter()
        .filter(|xml| !xml.contains("<EventID>29<") && !xml.contains("odd.dll"))
        .collect();
    let classic: Vec<String> =
        xml.iter().filter(|xml| !xml.contains("<EventID>50<")).map(|xml| classic(xml)).collect();
    let folder = folder(&[("xml", xml.concat().as_bytes()), ("classic", classic.join("\n").as_bytes())]);
    for file in ["xml", "classic"] {
        let run = run_in(folder.path(), &["scan", "--format", "json", file]);
        let report = report(&run.stdout);
        assert_eq!((run.code, &report["findings"]), (Some(0), &json!([])), "{file}: {report}");
        assert_eq!(report["problems"].as_array().unwrap().len(), 1, "{file}: {report}");
    }
}
