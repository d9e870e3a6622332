//! Rows that repeat get the cells that they would get alone.

use std::collections::BTreeSet;
use std::path::Path;

use iismodcheck::command::{IisModCheck, Lookups};
use proptest::prelude::*;
use searchcommand::testing::{Event, LAST, Style, frame, session};

const ALLOWLIST: &str =
    "name,image,effect,host,expires\nAcme,C:\\Acme\\acme.dll,allow,web01,2026-03-01\nBeta,,deny,app01,\n";

/// On some hosts Windows lies elsewhere, so that one image is the known one there and a masquerade on the others.
const PACKS: &str = "host,system_root\nweb*,D:\\Windows\n";

/// A classic text; date, record number and computer as given.
fn classic(date: &str, record: &str, computer: &str, name: &str) -> String {
    format!(
        "{date}\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nComputerName={computer}\nSid=S-1-5-18\n\
         RecordNumber={record}\nMessage={}",
        message(name)
    )
}

fn xml(computer: &str, record: &str, time: &str, name: &str) -> String {
    format!(
        "<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID>\
         <TimeCreated SystemTime=\"{time}\"/><EventRecordID>{record}</EventRecordID><Computer>{computer}</Computer></System>\
         <EventData><Data Name='ConfigPath'>MACHINE/WEBROOT/APPHOST</Data><Data Name='Configuration'>\
         /system.webServer/globalModules/add[@name=\"{name}\"]/@image</Data><Data Name='EditOperationType'>1</Data>\
         <Data Name='NewValue'>C:\\Acme\\acme.dll</Data></EventData></Event>"
    )
}

fn message(name: &str) -> String {
    format!(
        "Changes to '/system.webServer/globalModules/add[@name=\"{name}\"]/@image' at 'MACHINE/WEBROOT/APPHOST' have \
         successfully been committed. image=\"C:\\Acme\\acme.dll\""
    )
}

/// For each column, values of which some must be told apart and others must not.
fn pool() -> Vec<(&'static str, Vec<String>)> {
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut raw = texts(&[
        "",
        "",
        "",
        "",
        "no event",
        "at /system.webServer/modules",
        "{\"EventID\":29,\"x\":\"IIS-Configuration\"}",
    ]);
    raw.push(xml("web01", "7", "", "Acme").replace("Microsoft-Windows-IIS-Configuration", ""));
    raw.push(xml("web01", "7", "", "Acme").replace("Microsoft-Windows-IIS-Configuration", "Other"));
    raw.push(raw[raw.len() - 1].clone() + &xml("web01", "7", "", "Acme"));
    for name in ["Acme", "Beta"] {
        raw.push(message(name));
        raw.push(classic("11/20/2026 03:40:31 PM", "7", "web01", name));
        raw.push(classic("11/20/2026 03:40:32 PM", "8", "web01", name));
        raw.push(classic("11/20/2026 03:40:32 PM", "8x", "web01", name));
        raw.push(classic("11/20/2026 03:40:32 PM", "8", "app01", name));
        raw.push(classic("RecordNumber=5", "8", "web01", name));
        raw.push(classic("11/20/2026 03:40:32 PM", "8", "", name));
        raw.push(xml("web01", "7", "2026-02-28T00:00:00Z", name));
        raw.push(xml("WEB02, \"x\"", "8", "2026-03-02T00:00:00.5Z", name));
        raw.push(xml("app&#48;1", "8", "", name));
        raw.push(xml(" app01\n", "8", "", name));
        raw.push(classic("11/20/2026 03:40:32 PM", "8", " app01", name));
        raw.push(xml("", "8</EventRecordID><EventRecordID>7", "&#50;026-02-28T00:00:00Z", name));
    }
    vec![
        ("_raw", raw),
        (
            "Message",
            [texts(&["", "Changes"]), vec![message("Acme"), message("Beta"), message("x\"\"y")]].concat(),
        ),
        ("EventCode", texts(&["29", "29", "29.0", "50", "", "1", "x"])),
        ("_cd", texts(&["1:1", "1:2", ""])),
        (
            "_time",
            texts(&[
                "1772236800",
                "1772323200.000",
                "1772500000.5",
                "",
                "2026-02-28T00:00:00Z",
                "soon",
                "177232320000",
            ]),
        ),
        ("lastTime", texts(&["", "1772236800", "yesterday"])),
        ("RecordNumber", texts(&["1", "2", "", "x"])),
        ("ProcessID", texts(&["1", "2", "0x1", ""])),
        ("Computer", texts(&["", "", " ", "Web02 "])),
        ("dest", texts(&["", "", "app01", "10.0.0.1"])),
        ("host", texts(&["web01", "app01", ""])),
        ("Sid", texts(&["S-1-5-18", "S-1-5-82-1", ""])),
        (
            "Configuration",
            texts(&[
                "",
                "",
                "/system.webServer/globalModules/add[@name=\"Acme\"]/@image",
                "/system.webServer/globalModules/add[@name=\"StaticFileModule\"]/@image",
                "/system.webServer/globalModules/add[@name=\"Other\"]/@image",
            ]),
        ),
        ("EditOperationType", texts(&["", "1", "2"])),
        (
            "NewValue",
            texts(&[
                "",
                "C:\\Acme\\acme.dll",
                "C:\\Evil\\acme.dll",
                "D:\\Windows\\System32\\inetsrv\\static.dll",
            ]),
        ),
    ]
}

fn row() -> impl Strategy<Value = Event> {
    let fields: Vec<_> = pool()
        .into_iter()
        .map(|(name, values)| (Just(name), proptest::sample::select(values), 0..12_u8))
        .collect();
    fields.prop_map(|fields| {
        let mut event = Event::default();
        for (name, value, second) in fields {
            match second {
                0 => event.set(name, &[value.as_str(), "2"]),
                1 => event
                    .set(name, &[value.as_bytes(), b"\xff"].concat().chunks(usize::MAX).collect::<Vec<_>>()),
                _ => event.set(name, &[value.as_str()]),
            }
        }
        event
    })
}

/// The rows of the reply to these events in one chunk, each as it stands in the reply.
fn reply(arguments: &str, lookups: &Path, events: &[Event]) -> Vec<u8> {
    let columns: Vec<String> = pool().iter().map(|(name, _)| (*name).to_owned()).collect();
    let twins: Vec<String> = columns.iter().map(|name| format!("__mv_{name}")).collect();
    let body = Style::ALL_FIELDS.body(events, &[columns, twins].concat());
    let getinfo =
        format!(r#"{{"action":"getinfo","searchinfo":{{"args":[{arguments}],"latest_time":"1790000000"}}}}"#);
    let mut command = IisModCheck::new(Lookups::of_executable(lookups), false);
    let (output, end) = session(&[frame(&getinfo, b""), frame(LAST, &body)].concat(), &mut command);
    end.unwrap();
    let names: &[u8] = b"\"_raw\",Message,";
    let header = output.windows(names.len()).position(|part| part == names).unwrap();
    let rows = &output[header..];
    let end = rows.iter().position(|byte| *byte == b'\n').unwrap();
    rows[end + 1..].to_vec()
}

/// An app with the lists.
fn app() -> tempfile::TempDir {
    let app = tempfile::tempdir().unwrap();
    std::fs::create_dir(app.path().join("lookups")).unwrap();
    std::fs::write(app.path().join("lookups/iismodcheck_allowlist.csv"), ALLOWLIST).unwrap();
    std::fs::write(app.path().join("lookups/iismodcheck_packs.csv"), PACKS).unwrap();
    app
}

/// A rule for a host holds for one that an event names with blanks around it.
#[test]
fn a_host_has_no_blanks_around_it() {
    let app = app();
    for host in ["app01", " app01", "app01 ", "\tapp01\r\n"] {
        for raw in [xml(host, "7", "", "Beta"), classic("11/20/2026 03:40:31 PM", "7", host, "Beta")] {
            // What comes after a line feed in the head of a classic text is another line of it.
            let is_one = !host.contains('\n') || raw.starts_with('<');
            let row = Event::new(&[("_raw", raw.as_str())]);
            let said = reply("\"parts=true\"", &app.path().join("bin/iismodcheck"), &[row]);
            assert!(!is_one || said.windows(6).any(|part| part == b"denied"), "{}", said.escape_ascii());
        }
    }
}

/// Replies in one chunk against the slow, obvious twin: a new command for each row.
fn assert_alone(arguments: &str, rows: &[Event]) {
    let app = app();
    let program = app.path().join("bin/iismodcheck");
    let alone: Vec<u8> =
        rows.iter().flat_map(|row| reply(arguments, &program, std::slice::from_ref(row))).collect();
    let together = reply(arguments, &program, rows);
    assert_eq!(together.escape_ascii().to_string(), alone.escape_ascii().to_string());
}

/// What one host may do another may not: each statement on each host and at each time, the hosts next to each other.
#[test]
fn statements_of_many_hosts() {
    let values = |column: &str| {
        let pool = pool().into_iter().find(|(name, _)| *name == column).unwrap().1;
        pool.into_iter().collect::<BTreeSet<_>>()
    };
    let mut rows = Vec::new();
    for configuration in values("Configuration") {
        for new in values("NewValue") {
            for host in ["app01", "web01", "WEB02", ""] {
                for time in ["1772236800", "1772500000.5"] {
                    rows.push(Event::new(&[
                        ("Configuration", configuration.as_str()),
                        ("NewValue", new.as_str()),
                        ("EditOperationType", "1"),
                        ("EventCode", "29"),
                        ("host", host),
                        ("_time", time),
                    ]));
                }
            }
        }
    }
    for arguments in ["", "\"raw=false\"", "\"parts=true\""] {
        assert_alone(arguments, &rows);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The rows come twice, so that each repeats.
    #[test]
    fn a_row_among_others_gets_what_it_gets_alone(
        rows in proptest::collection::vec(row(), 6),
        arguments in proptest::sample::select(vec!["", "\"raw=false\"", "\"parts=true\"", "\"message_field=RecordNumber\""]),
    ) {
        assert_alone(arguments, &[rows.clone(), rows].concat());
    }
}
