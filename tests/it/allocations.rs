//! Nothing is allocated per row: not for what repeats, and not for what does not.

use allocation_counter::measure;
use iismodcheck::command::{IisModCheck, Lookups};
use searchcommand::internal::Rewriter;
use searchcommand::testing::{Event, Style};
use searchcommand::{Arguments, SearchInfo, StreamingCommand};

const ROWS: usize = 5_000;
const NAMES: [&str; 4] = ["StaticFileModule", "Acme \"quoted\"", "RewriteModule", "x"];

fn path(row: usize) -> String {
    let attribute = ["", "/@name", "/@image"][row % 3];
    format!("/system.webServer/globalModules/add[@name=\"{}\"]{attribute}", NAMES[row % NAMES.len()])
}

fn message(row: usize) -> String {
    format!("Changes to '{}' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.", path(row))
}

fn host(row: usize) -> String {
    format!("WEB{:02}.example.test", row % 7)
}

fn of_message(row: usize) -> Event {
    let (time, record) = (format!("17900{row:05}.000"), row.to_string());
    Event::new(&[
        ("Message", message(row)),
        ("EventCode", "29".into()),
        ("host", host(row)),
        ("_time", time),
        ("RecordNumber", record),
    ])
}

/// A row of a host that no other row is of.
fn of_hosts(row: usize) -> Event {
    let mut event = of_message(row);
    event.set("host", &[format!("WEB{row}.example.test")]);
    event
}

fn of_fields(row: usize) -> Event {
    Event::new(&[
        ("Configuration", path(row)),
        ("ConfigPath", "MACHINE/WEBROOT/APPHOST".into()),
        ("EditOperationType", "1".into()),
        ("NewValue", "%windir%\\System32\\inetsrv\\static.dll".into()),
        ("EventID", "29".into()),
        ("Computer", host(row)),
        ("_time", format!("2026-11-20T15:40:31.{row:07}Z")),
    ])
}

fn of_classic(row: usize) -> Event {
    let raw = format!(
        "11/20/2026 03:{:02}:{:02} PM\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nComputerName={}\n\
         Sid=S-1-5-18\nSourceName=Microsoft-Windows-IIS-Configuration\nRecordNumber={row}\nMessage={}",
        row / 60 % 60,
        row % 60,
        host(row),
        message(row)
    );
    Event::new(&[("_raw", raw), ("_time", format!("17900{row:05}.000"))])
}

fn of_xml(row: usize) -> Event {
    let raw = format!(
        "<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID>\
         <TimeCreated SystemTime='2026-11-20T15:40:31.{row:07}Z'/><EventRecordID>{row}</EventRecordID>\
         <Computer>{}</Computer></System><EventData><Data Name='ConfigPath'>MACHINE/WEBROOT/APPHOST</Data>\
         <Data Name='Configuration'>{}</Data><Data Name='EditOperationType'>1</Data>\
         <Data Name='NewValue'>%windir%\\System32\\inetsrv\\static.dll</Data></EventData></Event>",
        host(row),
        path(row).replace('"', "&quot;")
    );
    Event::new(&[("_raw", raw)])
}

/// Another process and time in each row, several values, and columns that a former run of the command wrote.
fn of_rewritten(row: usize) -> Event {
    let event = of_message(row).with("Sid", &[b"S-1-5-18", b"S-1-5-18"]);
    event.with("iis_module_name", &[b"old"]).with("iis_module_reasons", &[b"a", b"b"])
}

/// Allocations while `rows` are rewritten after they were rewritten once. The second time their numbers are others.
fn allocations(arguments: &[&str], event: fn(usize) -> Event) -> u64 {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let mut search = SearchInfo::default();
    search.arguments = Arguments::from_tokens(&arguments, &arguments);
    search.latest_time = Some(1_790_000_000.0);
    let mut command = IisModCheck::new(Lookups::of_executable("/nowhere/bin/iismodcheck".as_ref()), false);
    let plan = command.setup(&search).unwrap();
    let mut rewriter = Rewriter::new(plan).unwrap();
    let body = |first: usize| {
        // The multiple of all periods in the rows, so that both bodies say the same of other records.
        let events: Vec<Event> = (first..first + ROWS).map(event).collect();
        let style = Style::ALL_FIELDS;
        style.body(&events, &style.columns(&events, None))
    };
    let mut count = 0;
    for first in [0, 42_000] {
        let mut body = body(first);
        let length = body.len();
        let seen = measure(|| {
            let reply = rewriter.rewrite(&mut body, |record, cells| command.record(record, cells)).unwrap();
            assert!(reply.len() > length + 50 * ROWS, "the rows were annotated");
        });
        count = seen.count_total;
    }
    count
}

#[test]
fn none_per_row() {
    for (kind, event) in [
        ("message", of_message as fn(usize) -> Event),
        ("messages of many hosts", of_hosts),
        ("fields", of_fields),
        ("classic text", of_classic),
        ("XML", of_xml),
        ("columns of a former run", of_rewritten),
    ] {
        for arguments in [&[][..], &["raw=false"], &["parts=true"], &["all_fields=true"]] {
            if arguments == ["raw=false"] && matches!(kind, "classic text" | "XML") {
                continue; // Nothing is left of such a row.
            }
            assert_eq!(allocations(arguments, event), 0, "{kind}, {arguments:?}");
        }
    }
}
