//! `docs/campaigns.md`: what public intrusions registered in IIS, replayed as events and as a list of modules.
//!
//! `REPLAY=write cargo test --test it replay` writes the table; without it the table is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::{file, written};
use crate::cli::{folder, run_in};
use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::rollup::rollup;
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, csv, value};

const REPORTS: &str = include_str!("../../fixtures/campaigns/reports.tsv");
const ACTS: &str = include_str!("../../fixtures/campaigns/acts.tsv");

/// An honest server's modules: one of them is the one whose code Frebniis changes in memory.
const HONEST: [(&str, &str); 2] = [
    ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll"),
    ("FailedRequestsTracingModule", r"%windir%\System32\inetsrv\iisfreb.dll"),
];

/// The lines of a table without its comments and its header.
fn lines<const N: usize>(text: &'static str) -> Vec<[&'static str; N]> {
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split('\t').collect::<Vec<_>>().try_into().expect(line)).collect()
}

/// What was registered: kind, name, DLL or type.
struct Act {
    kind: &'static str,
    name: &'static str,
    file: &'static str,
}

impl Act {
    fn events(&self) -> Vec<ConfigEvent> {
        let blank = ConfigEvent {
            host: "WEB01.example.com".to_owned(),
            process: "4242".to_owned(),
            actor: "S-1-5-18".to_owned(),
            time: 1_700_000_000_000_000,
            record: "100".to_owned(),
            config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
            location: String::new(),
            configuration: String::new(),
            operation: String::new(),
            old: String::new(),
            new: String::new(),
        };
        match self.kind {
            "none" => vec![],
            kind => blank.installation(kind == "native", self.name, self.file),
        }
    }

    /// What `Get-WebGlobalModule` and `Get-WebManagedModule` list, beside the modules of an honest server.
    fn listed(&self) -> Vec<Record> {
        let row = |name: &str, column: &str, file: &str| {
            let cells =
                [("_time", "1700000000"), ("host", "WEB01.example.com"), ("name", name), (column, file)];
            cells.map(|(column, cell)| (column.to_owned(), vec![cell.to_owned()])).into_iter().collect()
        };
        let own = match self.kind {
            "native" => Some(row(self.name, "image", self.file)),
            "managed" => Some(row(self.name, "type", self.file)),
            _ => None,
        };
        HONEST.iter().map(|(name, image)| row(name, "image", image)).chain(own).collect()
    }
}

/// The only finding of `scan` that needs a decision: severity, verdict and first reason.
fn found(rows: &[Record]) -> Option<[String; 3]> {
    if rows.is_empty() {
        return None;
    }
    let mut rows = rows.to_vec();
    for row in &mut rows {
        if row.contains_key("_raw") {
            row.entry("Message".to_owned()).or_default();
        }
    }
    let files = folder(&[("rows.csv", &csv(&rows))]);
    let document: Value =
        serde_json::from_str(&run_in(files.path(), &["scan", "--format", "json", "rows.csv"]).good())
            .unwrap();
    let asked: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["needs_decision"] == true)
        .collect();
    assert!(asked.len() < 2, "{asked:?}");
    asked.first().map(|finding| {
        [&finding["iis_module_severity"], &finding["iis_module_verdict"], &finding["reasons"][0]["code"]]
            .map(|value| value.as_str().unwrap_or_default().to_owned())
    })
}

/// How an act is found in one rendering of its events, the same through both doors.
fn by_events(act: &Act, rendering: Rendering) -> Option<[String; 3]> {
    let rows: Vec<Record> = act.events().iter().map(|event| event.render(rendering)).collect();
    let searched = iismodcheck(&["input=change"], &rollup(iismodcheck(&["parts=true"], &rows, 3)), 2);
    the_same(found(&rows), &searched)
}

/// The same of a list of modules.
fn by_list(act: &Act) -> Option<[String; 3]> {
    the_same(found(&act.listed()), &iismodcheck(&["input=module"], &act.listed(), 10))
}

/// What both doors say of it.
fn the_same(found: Option<[String; 3]>, searched: &[Record]) -> Option<[String; 3]> {
    let in_splunk = searched.iter().find(|row| value(row, "iis_module_severity") != "info");
    let told = in_splunk
        .map(|row| ["iis_module_severity", "iis_module_verdict"].map(|field| value(row, field).to_owned()));
    assert_eq!(told, found.clone().map(|[severity, verdict, _]| [severity, verdict]), "{searched:?}");
    found
}

/// How long after its first event a change is found as the whole of it is, in hundredths of a second: the shortest beginning
/// of the log that says so.
fn delay(act: &Act) -> Option<i64> {
    let events = act.events();
    let rows: Vec<Record> = events.iter().map(|event| event.render(Rendering::XmlRaw)).collect();
    let whole = found(&rows)?;
    let first = (1..=rows.len()).find(|count| found(&rows[..*count]).as_ref() == Some(&whole))?;
    Some((events[first - 1].time - events[0].time) / 10_000)
}

fn cell(found: Option<&[String; 3]>) -> String {
    match found {
        Some([severity, verdict, reason]) if reason.is_empty() => format!("{severity} `{verdict}`"),
        Some([severity, verdict, reason]) => format!("{severity} `{verdict}`, `{reason}`"),
        None => "not seen".to_owned(),
    }
}

/// The table of the document.
fn table() -> String {
    let reports: BTreeMap<&str, [&str; 5]> =
        lines::<5>(REPORTS).into_iter().map(|report| (report[0], report)).collect();
    let unseen = reports.values().filter(|[.., way]| *way == "memory").count();
    let mut text = format!(
        "{} intrusions: {} registered something, and each of them is seen; {unseen} registered nothing and are not.\n\n\
         | year | intrusion | registered | published | XML events | classic events | list | first seen |\n\
         |---|---|---|---|---|---|---|---|\n",
        reports.len(),
        reports.len() - unseen,
    );
    let mut before = "";
    for [report, kind, name, file, published] in lines::<5>(ACTS) {
        let [_, year, intrusion, address, way] = reports[report];
        let act = Act { kind, name, file };
        let [xml, classic] =
            [Rendering::XmlRaw, Rendering::ClassicRaw].map(|rendering| by_events(&act, rendering));
        let list = by_list(&act);
        let first = match (way, delay(&act)) {
            ("tool", Some(delay)) => format!("events, {}.{:02} s", delay / 100, delay % 100),
            ("unsaid", Some(delay)) => format!("events, {}.{:02} s, or list", delay / 100, delay % 100),
            ("memory", None) => "not seen".to_owned(),
            other => panic!("{report}: {other:?}"),
        };
        let (year, intrusion) = match report {
            same if same == before => (String::new(), String::new()),
            _ => (year.to_owned(), format!("[{intrusion}]({address})")),
        };
        before = report;
        let registered = match kind {
            "none" => "nothing".to_owned(),
            _ => format!("{kind}: {name}, {file}"),
        };
        let seen = [&xml, &classic, &list].map(|found| cell(found.as_ref())).join(" | ");
        writeln!(text, "| {year} | {intrusion} | {registered} | {published} | {seen} | {first} |").unwrap();
    }
    text
}

#[test]
fn every_intrusion_is_found_as_the_document_says() {
    const START: &str = "<!-- replay: written by the tests -->\n";
    const END: &str = "<!-- /replay -->";
    let document = file("../campaigns.md");
    let text = std::fs::read_to_string(&document).unwrap();
    let (head, rest) = text.split_once(START).expect("where the table begins");
    let (_, tail) = rest.split_once(END).expect("where the table ends");
    written(&document, format!("{head}{START}{}{END}{tail}", table()));
}

/// What holds whatever the table says.
#[test]
fn whatever_is_registered_is_found() {
    let reports = lines::<5>(REPORTS);
    let addresses: BTreeSet<&str> = reports.iter().map(|[.., address, _]| *address).collect();
    assert!(addresses.len() >= 25 && addresses.len() == reports.len(), "{}", addresses.len());
    for [report, year, ..] in &reports {
        assert!((2021..=2026).contains(&year.parse::<u16>().unwrap()), "{report}");
    }
    let told: BTreeSet<&str> = lines::<5>(ACTS).iter().map(|[report, ..]| *report).collect();
    assert_eq!(told, reports.iter().map(|[report, ..]| *report).collect(), "reports and acts");
    for [report, kind, name, file, _] in lines::<5>(ACTS) {
        let act = Act { kind, name, file };
        let [_, _, _, _, way] = reports.iter().find(|[id, ..]| *id == report).unwrap();
        assert_eq!(kind == "none", *way == "memory", "{report}");
        for rendering in [Rendering::XmlRaw, Rendering::ClassicRaw] {
            assert_eq!(by_events(&act, rendering).is_some(), kind != "none", "{report}: {file}");
        }
        assert_eq!(by_list(&act).is_some(), kind != "none", "{report}: {file}");
    }
}
