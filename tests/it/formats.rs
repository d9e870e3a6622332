//! The stories of docs/changes.md in every file that scan reads: whatever holds the events, the findings are the same.

use std::io::Write;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use serde_json::{Value, json};

use crate::cli::{command, fixtures, folder, run_in};
use crate::splunk::event::Rendering;
use crate::splunk::{Record, value};
use crate::stories::all_rows;

/// The XML of each event.
pub fn events() -> Vec<String> {
    all_rows(Rendering::XmlRaw).iter().map(|row| value(row, "_raw").to_owned()).collect()
}

/// The findings of a file, without where they stand.
pub fn findings(document: &str) -> Vec<Value> {
    let mut json: Value = serde_json::from_str(document).unwrap();
    let Value::Array(mut findings) = json["findings"].take() else { panic!("{document}") };
    for finding in &mut findings {
        let finding = finding.as_object_mut().unwrap();
        finding.remove("rows");
        finding.remove("origins");
    }
    findings
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A zip archive, its files packed by turns with deflate and not at all.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::<u8>::new(), Vec::<u8>::new());
    for (number, (name, content)) in files.iter().enumerate() {
        let packed = if number % 2 == 0 {
            let mut writer = DeflateEncoder::new(Vec::new(), Compression::fast());
            writer.write_all(content).unwrap();
            writer.finish().unwrap()
        } else {
            content.to_vec()
        };
        let mut sum = flate2::Crc::new();
        sum.update(content);
        let number = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
        let mut facts = vec![20, 0, 0, 0, if packed.len() == content.len() { 0 } else { 8 }, 0, 0, 0, 0, 0];
        facts.extend(
            sum.sum().to_le_bytes().into_iter().chain(number(packed.len())).chain(number(content.len())),
        );
        facts.extend([u8::try_from(name.len()).unwrap(), 0, 0, 0]);
        list.extend(b"PK\x01\x02\x14\0".iter().chain(&facts).chain(&[0; 10]));
        list.extend(number(bytes.len()).iter().chain(name.as_bytes()));
        bytes.extend(b"PK\x03\x04".iter().chain(&facts).chain(name.as_bytes()).chain(&packed));
    }
    let (count, start) = (u8::try_from(files.len()).unwrap(), u32::try_from(bytes.len()).unwrap());
    bytes.extend(&list);
    bytes.extend(b"PK\x05\x06\0\0\0\0".iter().chain(&[count, 0, count, 0]));
    bytes.extend(u32::try_from(list.len()).unwrap().to_le_bytes().iter().chain(&start.to_le_bytes()));
    bytes.extend([0, 0]);
    bytes
}

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

pub fn csv(events: &[String]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["_raw"]).unwrap();
    for event in events {
        writer.write_record([event]).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Every file that holds these events.
fn files(events: &[String]) -> Vec<(&'static str, Vec<u8>)> {
    let lines = events.join("\r\n");
    let rooted = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>{}</Events>",
        events.concat()
    );
    let marked = format!("\u{feff}{rooted}");
    let dumped: Vec<String> = (1..)
        .zip(events)
        .map(|(number, event)| {
            format!("Record {number}\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{event}\n")
        })
        .collect();
    let results: Vec<Value> = events.iter().map(|event| json!({"_raw": event})).collect();
    let search: Vec<String> = results
        .iter()
        .map(|result| json!({"preview": false, "offset": 0, "result": result}).to_string() + "\n")
        .collect();
    let escaped = |event: &String| event.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let fields: Vec<String> = events
        .iter()
        .map(|event| {
            format!(
                "<result offset='0'>\n<field k='_raw'><v xml:space='preserve'>{}</v></field></result>\n",
                escaped(event)
            )
        })
        .collect();
    let headed: Vec<String> =
        events.iter().map(|event| format!("<134>1 2030-01-01T00:00:00Z relay win - - - {event}\n")).collect();
    let headed_json: Vec<String> =
        results.iter().map(|result| format!("Jan  1 00:00:00 relay win: {result}\n")).collect();
    let array = Value::Array(results.clone());
    let (half, other) = events.split_at(events.len() / 2);
    let parts = zip(&[("Logs/a.csv", &csv(half)), ("b.xml", other.concat().as_bytes())]);
    vec![
        ("lines.xml", lines.clone().into_bytes()),
        ("joined.xml", events.concat().into_bytes()),
        ("headed.txt", headed.concat().into_bytes()),
        ("headed-json.txt", headed_json.concat().into_bytes()),
        ("rooted.xml", rooted.clone().into_bytes()),
        ("dump.xml", dumped.concat().into_bytes()),
        ("utf8-mark.xml", marked.clone().into_bytes()),
        ("utf16-mark.xml", utf16(&marked, u16::to_le_bytes)),
        ("utf16.xml", utf16(&rooted, u16::to_le_bytes)),
        ("utf16-big-mark.xml", utf16(&marked, u16::to_be_bytes)),
        ("utf16-big.xml", utf16(&lines, u16::to_be_bytes)),
        ("search.json", search.concat().into_bytes()),
        ("results.json", json!({"preview": false, "results": results}).to_string().into_bytes()),
        ("array.json", array.to_string().into_bytes()),
        ("pretty.json", serde_json::to_vec_pretty(&array).unwrap()),
        (
            "results.xml",
            format!("<?xml version='1.0'?>\n<results preview='0'>\n{}</results>", fields.concat())
                .into_bytes(),
        ),
        ("lines.xml.gz", gzip(lines.as_bytes())),
        ("twice.gz", gzip(&gzip(rooted.as_bytes()))),
        ("parts.zip", parts.clone()),
        ("parts.zip.gz", gzip(&parts)),
    ]
}

#[test]
fn whatever_holds_the_events_the_findings_are_the_same() {
    let events = events();
    let mut files = files(&events);
    files.push(("plain.csv", csv(&events)));
    // The name tells nothing.
    let named: Vec<String> = files.iter().map(|(name, _)| name.replace('.', "_")).collect();
    let contents: Vec<(&str, &[u8])> =
        named.iter().zip(&files).map(|(name, (_, content))| (name.as_str(), content.as_slice())).collect();
    let folder = folder(&contents);
    let scan = |name: &str| findings(&run_in(folder.path(), &["scan", "--format", "json", name]).good());
    let expected = scan("plain_csv");
    assert!(expected.len() > 10);
    for name in &named {
        assert_eq!(scan(name), expected, "{name}");
    }
    // The same events from many files are the same events.
    assert_eq!(scan(".").len(), expected.len());
    let mut program = command(folder.path());
    let file = std::fs::File::open(folder.path().join("utf16_xml")).unwrap();
    let output = program.args(["scan", "--format", "json", "-"]).stdin(Stdio::from(file)).output().unwrap();
    assert_eq!(findings(&String::from_utf8(output.stdout).unwrap()), expected);
}

/// The classic text has no images: it is compared with the same text in a table.
#[test]
fn raw_events_are_read_as_in_a_table() {
    let rows = all_rows(Rendering::ClassicRaw);
    let raw: Vec<String> = rows.iter().map(|row| value(row, "_raw").to_owned()).collect();
    let snare: Vec<String> = rows.iter().zip(&raw).map(|(row, raw)| snare(row, raw)).collect();
    let blanks: Vec<String> = raw.iter().map(|raw| raw.replace("\r\n", " ").replace('\n', " ")).collect();
    let files = [
        ("raw.txt", raw.join("\n").into_bytes()),
        ("table.csv", csv(&raw)),
        ("carriage.txt", raw.join("\n").replace("\r\n", "\r").replace('\n', "\r").into_bytes()),
        ("blanks.txt", blanks.join("\n").into_bytes()),
        ("line.txt", blanks.join(" ").into_bytes()),
        ("snare.txt", snare.concat().into_bytes()),
    ];
    let contents: Vec<(&str, &[u8])> =
        files.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    let folder = folder(&contents);
    let scan = |name: &str| findings(&run_in(folder.path(), &["scan", "--format", "json", name]).good());
    let table = scan("table.csv");
    assert!(table.len() > 10);
    for name in ["raw.txt", "carriage.txt", "blanks.txt", "line.txt"] {
        assert_eq!(scan(name), table, "{name}");
    }
    // Snare tells neither the account's SID nor the number of the record, so that equal rows of one second are one.
    let told = |findings: Vec<Value>| -> Vec<Vec<String>> {
        let columns = ["iis_module_name", "iis_module_verdict", "iis_host"];
        let told = |finding: &Value| columns.map(|column| finding[column].to_string()).to_vec();
        let mut told: Vec<_> = findings.iter().map(told).collect();
        told.sort();
        told
    };
    assert_eq!(told(scan("snare.txt")), told(table));
}

/// The line that Snare makes of an event.
fn snare(row: &Record, raw: &str) -> String {
    let seconds: i64 = value(row, "_time").split('.').next().unwrap().parse().unwrap();
    let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap().format("%a %b %d %H:%M:%S %Y");
    let of = |key: &str| {
        let line = raw.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_default().to_owned()
    };
    let message = raw.split_once("Message=").unwrap().1.trim_end().replace("\r\n", " ");
    [
        "collector",
        "MSWinEventLog",
        "1",
        "Microsoft-IIS-Configuration/Operational",
        "17",
        &time.to_string(),
        &of("EventCode="),
        "Microsoft-Windows-IIS-Configuration",
        "N/A",
        "N/A",
        "Verbose",
        &of("ComputerName="),
        "None",
        "",
        &message,
        "118\n",
    ]
    .join("\t")
}

#[test]
fn the_log_itself_is_read() {
    let text = run_in(&fixtures().join("formats"), &["scan", "three.evtx"]).good().replace('\n', " ");
    let counts = "14 rows read: 11 about modules or watched settings, 3 ends of a commit; 3 findings";
    assert!(text.contains(counts), "{text}");
    let run = run_in(&fixtures().join("formats"), &["scan", "--format", "csv", "three.evtx"]).good();
    let lines: Vec<&str> = run.lines().skip(1).collect();
    for (line, expected) in lines.iter().zip(["known_good", "image_hijack", "unknown"]) {
        assert!(line.contains(expected) && line.contains("three.evtx:record 1"), "{run}");
    }
    let log = std::fs::read(fixtures().join("formats/three.evtx")).unwrap();
    let packed = [
        ("log.gz", gzip(&log)),
        ("log.zip", zip(&[("a/three.evtx", &log)])),
        ("cut.evtx", log[..9000].to_vec()),
    ];
    let files: Vec<(&str, &[u8])> =
        packed.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    let files = folder(&files);
    for (file, place) in [("log.gz", "log.gz:record 100,"), ("log.zip", "log.zip/a/three.evtx:record 100,")] {
        let run = run_in(files.path(), &["scan", "--format", "csv", file]).good();
        assert!(run.contains(place), "{run}");
    }
    let cut = run_in(files.path(), &["scan", "--format", "csv", "cut.evtx"]);
    assert!(
        cut.code == Some(2) && cut.stderr.contains("cut.evtx, byte 9000: the file ends inside of a chunk"),
        "{}",
        cut.stderr
    );
    assert!(cut.stdout.contains("HttpLoggingModule"), "{}", cut.stdout);
}

#[test]
fn damaged_archives_are_told() {
    let list = b"name,image\nA,D:\\a.dll\n".repeat(500);
    let list = [&b"name,image\n"[..], &list[11..]].concat();
    let (packed, archive) = (gzip(&list), zip(&[("list.csv", &list), ("empty", b"")]));
    let mut flipped = archive.clone();
    // A byte of what was packed, behind the header of 30 bytes and the name.
    flipped[60] ^= 1;
    let (packed_cut, archive_cut) = (&packed[..packed.len() - 9], &archive[..archive.len() - 30]);
    let files: [(&str, &[u8]); 5] = [
        ("cut.gz", packed_cut),
        ("cut.zip", archive_cut),
        ("one-empty.zip", &archive),
        ("flipped.zip", &flipped),
        ("deep.gz", &gzip(&gzip(&gzip(&gzip(b"x"))))),
    ];
    let folder = folder(&files);
    for (file, told) in [
        (
            "cut.gz",
            "cut.gz: what follows cannot be read: incomplete deflate stream; what stands before was read; copy it again from \
             where it was made",
        ),
        ("cut.zip", "cut.zip: its list of files is missing or damaged"),
        ("one-empty.zip", "one-empty.zip/empty: the file is empty"),
        ("flipped.zip", "flipped.zip/list.csv"),
        ("deep.gz", "deep.gz: cannot be read: it is an archive in archives in archives"),
    ] {
        let run = run_in(folder.path(), &["scan", "--format", "csv", file]);
        assert!(run.code == Some(2) && run.stderr.contains(told), "{file}: {}", run.stderr);
    }
}
