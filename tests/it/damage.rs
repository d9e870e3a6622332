//! Files that are cut anywhere, and bytes that are anything: what stands before the damage is found, and the loss is told.

use std::fs;
use std::path::Path;

use iismodcheck::problem::Problem;
use iismodcheck::source::{self, Content, Row};
use proptest::prelude::*;

use crate::cli::fixtures;
use crate::formats::{csv, gzip, zip};

/// The rows of a file without their places, and what was told.
fn read(path: &Path) -> (Vec<Content>, Vec<Problem>) {
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for row in source::open(path) {
        match row {
            Ok(Row { content, .. }) => rows.push(content),
            Err(problem) => told.push(problem),
        }
    }
    (rows, told)
}

/// Events that are short, so that every byte of a file can be tried.
fn events() -> Vec<String> {
    let event = |name: &str| {
        format!(
            "<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID></System><EventData>\
             <Data Name='Configuration'>/system.webServer/globalModules/add[@name=\"{name}\"]</Data></EventData></Event>"
        )
    };
    ["A", "B,\"", "C\nD"].map(event).to_vec()
}

/// Records as PowerShell's `Export-Clixml` writes them.
const OBJECTS: &str = "<Objs Version=\"1.1.0.1\"><Obj RefId=\"0\"><Props><I32 N=\"Id\">29</I32></Props></Obj>\
    <Obj RefId=\"1\"><Props><I32 N=\"Id\">50</I32></Props></Obj></Objs>";

const SNARE: &str = "web01\tMSWinEventLog\t1\tMicrosoft-IIS-Configuration/Operational\t17\tWed Mar 04 09:14:10 2026\t29\tP\tN/A\t\
    N/A\tVerbose\tweb01\tNone\t\tx\n";

/// Log records as OpenTelemetry's file exporter writes them.
const LOG_RECORDS: &str = "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":{\"stringValue\":\"<Event><System>\
    <EventID>29</EventID></System></Event>\"}},{\"body\":{\"kvlistValue\":{\"values\":[{\"key\":\"event_id\",\"value\":{\"intValue\":\
    \"29\"}},{\"key\":\"channel\",\"value\":{\"stringValue\":\"x\"}}]}}}]}]}]}\n{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[\
    {\"body\":{\"event_id\":{\"id\":50}}}]}]}]}\n";

/// An answer of Azure to a query.
const ANSWER: &str = "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"EventID\",\"type\":\"int\"},{\"name\":\
    \"EventLog\"}],\"rows\":[[29,\"Microsoft-IIS-Configuration/Operational\"],[50,\"x\"],[30,\"y\"]]},{\"columns\":[{\"name\":\
    \"EventID\"}],\"rows\":[[50]]}]}";

/// Results of a search of Splunk.
fn results(events: &[String]) -> String {
    let result = |event: &String| {
        let event = event.replace('&', "&amp;").replace('<', "&lt;");
        format!("<result offset='0'><field k='_raw'><v>{event}</v></field></result>\n")
    };
    format!("<results preview='0'>\n{}</results>", events.iter().map(result).collect::<String>())
}

/// Each sample, and whether a cut behind a whole line of it shows no loss.
pub fn samples() -> Vec<(&'static str, Vec<u8>, bool)> {
    let events = events();
    let lines: String = events.iter().map(|event| event.replace('\n', " ") + "\n").collect();
    let json: String =
        events.iter().map(|event| serde_json::json!({"event.original": event}).to_string() + "\n").collect();
    let collected = "EventID,Channel,Computer,EventData\n29,Microsoft-IIS-Configuration/Operational,web01,\"{\"\"Configuration\"\":\
                     \"\"/system.webServer/modules/add[@name='A']\"\"}\"\n29,Microsoft-IIS-Configuration/Operational,web02,\"{}\"\n";
    let classic =
        "12/19/2022 06:40:32 PM\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nMessage=x\n"
            .repeat(3);
    let record = |name: &str| {
        let strings = format!(
            "['p'  'MACHINE'  ''  '/system.webServer/modules/add[@name=\"\"{name}\"\"]'  '1'  ''  None]"
        );
        format!(
            "03/04/2026,09:14:10,UTC,M...,WinEVTX,\"[29 / 0x001d] Strings: {strings} Computer Name: w\"\n"
        )
    };
    let timeline =
        format!("date,time,timezone,MACB,sourcetype,desc\n{}", ["A", "B", "C"].map(record).concat());
    vec![
        ("otlp.json", LOG_RECORDS.as_bytes().to_vec(), true),
        ("answer.json", ANSWER.as_bytes().to_vec(), false),
        (
            "hits.json",
            format!("{{\"hits\":{{\"hits\":[{}]}}}}", json.trim_end().replace('\n', ",")).into_bytes(),
            false,
        ),
        ("timeline.csv", timeline.into_bytes(), true),
        ("lines.xml", lines.clone().into_bytes(), true),
        ("rooted.xml", format!("<Events>{lines}</Events>").into_bytes(), false),
        ("headed.txt", lines.replace("<Event ", "Mar  4 09:14:10 relay win: <Event ").into_bytes(), true),
        ("lines.json", json.clone().into_bytes(), true),
        ("table.csv", csv(&events), true),
        ("collected.csv", collected.as_bytes().to_vec(), true),
        ("carriage.txt", classic.replace('\n', "\r").into_bytes(), true),
        ("classic.txt", classic.into_bytes(), true),
        ("array.json", format!("[{}]", json.trim_end().replace('\n', ",")).into_bytes(), false),
        ("results.xml", results(&events).into_bytes(), false),
        ("objects.xml", OBJECTS.as_bytes().to_vec(), false),
        ("snare.txt", SNARE.repeat(3).into_bytes(), true),
        ("lines.xml.gz", gzip(lines.as_bytes()), false),
        ("table.zip", zip(&[("a.csv", &csv(&events)), ("b.json", json.as_bytes())]), false),
    ]
}

/// An event is there or not; that the line of a relay breaks off is told beside it.
#[test]
fn a_line_of_a_relay_that_breaks_off_is_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("headed.txt");
    let (_, whole, _) = samples().into_iter().find(|(name, ..)| *name == "headed.txt").unwrap();
    for (cut, losses) in [(0, 0), (1, 0), (2, 1), (40, 1)] {
        fs::write(&path, &whole[..whole.len() - cut]).unwrap();
        let (rows, told) = read(&path);
        assert_eq!((rows.len(), told.len()), (3, losses), "{cut}: {told:?}");
    }
}

#[test]
fn cut_at_every_byte() {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, bytes, is_lines) in samples() {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let (all, told) = read(&path);
        assert!(all.len() > 1 && told.is_empty(), "{name}: {told:?}");
        let mut found = 0;
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let (rows, told) = read(&path);
            if ["classic.txt", "carriage.txt"].contains(&name) {
                // Such a text has no end: what is left of the next one belongs to it.
                assert!(rows.len() >= found, "{name} cut at {cut}");
                found = rows.len();
                continue;
            }
            let same = rows.iter().zip(&all).take_while(|(row, whole)| row == whole).count();
            // The last one may be what is left of an event; nothing that was there is lost with a longer part of the file.
            assert!(same + 1 >= rows.len(), "{name} cut at {cut}: {} of {} rows", same, rows.len());
            assert!(same >= found, "{name} cut at {cut}: {same} rows after {found}");
            found = same;
            let between = is_lines && (bytes[..cut].ends_with(b"\n") || bytes[cut] == b'\n');
            // What is left of an event is an event that cannot be read, which tells it.
            let is_told = !told.is_empty() || rows.len() > same || same == all.len();
            assert!(is_told || between, "{name} cut at {cut}: {:?}", String::from_utf8_lossy(&bytes[..cut]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in a file, reading it ends, and what is damaged hides nothing before it.
    #[test]
    fn damaged_anyhow_it_is_read_to_its_end(sample in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        let mut samples = samples();
        samples.push(("three.evtx", fs::read(fixtures().join("formats/three.evtx")).unwrap(), false));
        let (name, content, _) = samples.swap_remove(sample.index(samples.len()));
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join(name);
        let at = at.index(content.len());
        let end = (at + bytes.len()).min(content.len());
        fs::write(&path, [&content[..at], &bytes, &content[end..]].concat()).unwrap();
        let (rows, _) = read(&path);
        prop_assert!(rows.len() < 1000);
    }
}
