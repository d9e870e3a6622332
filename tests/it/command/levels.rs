//! From event rows over the roll-up to changes, and inventories.

use std::collections::BTreeMap;

use searchcommand::testing::{Event, Style};

use super::rows::{Row, TIME, element};
use super::{annotate, assert_quiet, start, verdicts};

/// What `stats values(iis_change_part) by iis_host iis_process iis_change_key` makes of the change rows.
pub fn roll_up(rows: &[Event]) -> Vec<Event> {
    let mut groups: BTreeMap<[String; 3], Vec<Vec<u8>>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.text("iis_event_role") == "change") {
        let by = ["iis_host", "iis_process", "iis_change_key"].map(|field| row.text(field));
        assert!(by.iter().all(|text| !text.is_empty()), "stats would drop the row: {row:?}");
        if by[2] != "-" {
            groups.entry(by).or_default().extend(row.values("iis_change_part").iter().cloned());
        }
    }
    let row = |([host, process, key], mut parts): ([String; 3], Vec<Vec<u8>>)| {
        parts.sort();
        parts.dedup();
        let mut event = Event::new(&[
            ("_time", TIME),
            ("iis_host", &host),
            ("iis_process", &process),
            ("iis_change_key", &key),
        ]);
        event.set("iis_change_part", &parts);
        event
    };
    groups.into_iter().map(row).collect()
}

fn commit(record: u32) -> Event {
    Event::new(&[
        ("_time", TIME),
        ("EventCode", "50"),
        ("Channel", "Microsoft-IIS-Configuration/Operational"),
        ("Computer", "web01.corp.example"),
        ("ProcessID", "4120"),
        ("RecordNumber", &record.to_string()),
    ])
}

fn installation(name: &str, image: &str) -> Vec<Row> {
    let global = element("globalModules", name);
    let rows = [
        Row::of(&global, ""),
        Row::of(&format!("{global}/@name"), name),
        Row::of(&format!("{global}/@image"), image),
        Row::of(&element("modules", name), ""),
        Row::of(&format!("{}/@name", element("modules", name)), name),
    ];
    rows.into_iter().zip(100..).map(|(row, record)| Row { record, ..row }).collect()
}

#[test]
fn roll_up_columns_are_there_on_request_only() {
    let events: Vec<Event> = installation("HttpHelper", r"D:\h.dll").iter().map(Row::xml_event).collect();
    let plain = annotate(&[], &events);
    assert_eq!(plain[0].values("iis_change_key"), <[Vec<u8>; 0]>::default());
    let with_parts = annotate(&["parts=true"], &events);
    for (number, event) in with_parts.iter().enumerate() {
        assert_eq!(event.text("iis_event_role"), "change");
        assert_eq!(event.text("iis_change_key"), r#"["module","machine/webroot/apphost","","HttpHelper"]"#);
        assert_eq!(event.text("iis_process"), "4120");
        assert_eq!(event.text("iis_record"), (100 + number).to_string());
        assert!(!event.text("iis_change_part").contains('\n'), "one line of JSON");
    }
}

#[test]
fn nothing_that_is_grouped_by_is_empty() {
    let bare = [
        Event::new(&[("EventCode", "29"), ("Message", &Row::element("globalModules", "X").message())]),
        Event::new(&[("EventCode", "50"), ("LogName", "Microsoft-IIS-Configuration/Operational")]),
        Event::new(&[("EventCode", "29"), ("Message", "Changes to '/system.web")]),
        Event::new(&[("EventCode", "29"), ("Message", &Row::of("/system.webServer/asp/@x", "").message())]),
    ];
    let roles: Vec<String> = annotate(&["parts=true"], &bare)
        .iter()
        .map(|event| {
            for field in ["iis_host", "iis_process", "iis_record", "iis_change_key", "iis_change_part"] {
                assert!(!event.text(field).is_empty(), "{field} of {event:?}");
            }
            event.text("iis_event_role")
        })
        .collect();
    assert_eq!(roles, ["change", "commit", "change", "change"]);
    let other = annotate(&["parts=true"], &[Event::new(&[("_raw", "GET / 200")])]);
    assert_eq!(other[0].text("iis_event_role"), "");
}

#[test]
fn one_installation_is_one_finding() {
    let mut events: Vec<Event> =
        installation("HttpHelper", r"C:\ProgramData\h.dll").iter().map(Row::xml_event).collect();
    events.push(commit(105));
    let changes = annotate(&["input=change"], &roll_up(&annotate(&["parts=true"], &events)));
    assert_eq!(verdicts(&changes), ["suspicious_location"]);
    let change = &changes[0];
    assert_eq!(change.text("iis_module_action"), "added");
    assert_eq!(change.text("iis_module_image"), r"C:\ProgramData\h.dll");
    assert_eq!(change.text("iis_module_kind"), "native");
    assert_eq!(change.text("iis_finding_id").len(), 32);
}

#[test]
fn a_hijack_is_recognised_by_the_old_value() {
    let row = Row {
        operation: 0,
        old: r"%windir%\System32\inetsrv\static.dll".to_owned(),
        ..Row::image("StaticFileModule", r"D:\static.dll")
    };
    let rows = annotate(&["parts=true"], &[row.xml_event()]);
    assert_eq!(verdicts(&rows), ["image_hijack"]);
    let changes = annotate(&["input=change"], &roll_up(&rows));
    assert_eq!(verdicts(&changes), ["image_hijack"]);
    assert_eq!(changes[0].text("iis_module_severity"), "critical");
}

/// The rows of the roll-up may come in any layout, and several chunks.
#[test]
fn changes_in_every_layout() {
    let events: Vec<Event> = installation("HttpHelper", r"D:\h.dll")
        .iter()
        .chain(&installation("StaticFileModule", r"%windir%\System32\inetsrv\static.dll"))
        .map(Row::xml_event)
        .collect();
    let rows = roll_up(&annotate(&["parts=true"], &events));
    assert_eq!(rows.len(), 2);
    for style in Style::all() {
        if style.twins == searchcommand::testing::Twins::Missing {
            // Several parts cannot be told apart without their multi-value column.
            continue;
        }
        let mut splunkd = start().style(style);
        splunkd.getinfo(&["input=change"]);
        for finished in [false, true] {
            let merged = splunkd.execute(&rows, finished);
            assert_eq!(verdicts(&merged.events), ["unknown", "known_good"], "{style:?}");
            assert!(merged.changed.is_subset(&["iis_host".to_owned()].into()), "{:?}", merged.changed);
        }
        assert_quiet(&splunkd.hang_up());
    }
}

#[test]
fn what_is_no_part_is_told_once_and_passes_through() {
    let good = roll_up(&annotate(&["parts=true"], &[Row::image("HttpHelper", r"D:\h.dll").xml_event()]));
    let broken = |part: &[u8]| {
        let mut event = good[0].clone();
        event.set("iis_change_part", &[part]);
        event
    };
    let events = [good[0].clone(), broken(b"{\"x\":1}"), broken(b"\xff"), broken(b""), Event::default()];
    let mut splunkd = start();
    splunkd.getinfo(&["input=change"]);
    assert!(splunkd.execute(&events, false).reply.complaints().is_empty(), "not before the end");
    let merged = splunkd.execute(&events, true);
    assert_eq!(verdicts(&merged.events), ["unknown", "", "", "", ""]);
    let messages = merged.reply.complaints();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].0, "WARN");
    assert!(messages[0].1.starts_with("iismodcheck: 4 values of iis_change_part"), "{messages:?}");
    assert_quiet(&splunkd.hang_up());
}

/// The rows of `parts=true` without the roll-up between: each row is a change of its own, and a commit is none.
#[test]
fn commit_rows_are_no_broken_parts() {
    let rows = annotate(&["parts=true"], &[Row::image("HttpHelper", r"D:\h.dll").xml_event(), commit(5)]);
    let mut splunkd = start();
    splunkd.getinfo(&["input=change"]);
    let merged = splunkd.execute(&rows, true);
    assert_eq!(verdicts(&merged.events), ["unknown", ""]);
    assert_eq!(merged.reply.complaints(), []);
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn input_change_without_parts_warns_once() {
    let mut splunkd = start();
    splunkd.getinfo(&["input=change"]);
    let merged = splunkd.execute(&[Event::new(&[("_raw", "x")])], true);
    let messages = merged.reply.complaints();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].1.contains("no row has the field iis_change_part"), "{messages:?}");
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn inventories_in_their_usual_forms() {
    let row = |fields: &[(&str, &str)]| Event::new(fields);
    let events = [
        row(&[
            ("name", "StaticFileModule"),
            ("image", r"%windir%\System32\inetsrv\static.dll"),
            ("host", "WEB01"),
        ]),
        row(&[
            ("name", "HttpHelper"),
            ("image", r"C:\Windows\Temp\h.dll"),
            ("host", "web01"),
            ("_time", TIME),
        ]),
        row(&[("name", "Contoso"), ("type", "Contoso.Module, Contoso"), ("dest", "web02")]),
        row(&[("name", "StaticFileModule")]),
        row(&[("image", r"C:\Windows\Temp\h.dll"), ("_time", TIME)]),
        row(&[("other", "x")]),
    ];
    let annotated = annotate(&["input=module"], &events);
    assert_eq!(
        verdicts(&annotated),
        ["known_good", "suspicious_location", "unknown", "unverified", "unparsed", ""]
    );
    assert_eq!(annotated[0].text("iis_host"), "web01");
    assert_eq!(annotated[0].text("iis_module_action"), "present");
    assert_eq!(annotated[0].text("iis_module_image_source"), "inventory");
    assert_eq!(annotated[2].text("iis_module_kind"), "managed");
    assert_eq!(annotated[4].text("iis_module_reasons"), "missing_name");
    assert!(annotated[..4].iter().all(|event| event.text("iis_finding_id").len() == 32));
    for (before, after) in events.iter().zip(&annotated) {
        for field in ["name", "image", "type", "host", "dest", "other"] {
            assert_eq!(after.values(field), before.values(field));
        }
    }
}

#[test]
fn the_host_of_an_inventory_is_in_the_column_of_each_tool() {
    let columns = ["iis_host", "Computer", "ComputerName", "PSComputerName", "server", "dest", "dvc", "host"];
    for (number, column) in columns.iter().enumerate() {
        // A column that comes earlier counts before it.
        let mut fields = vec![("name", "Contoso"), (column, "WEB01")];
        fields.extend(columns[number + 1..].iter().map(|later| (*later, "other")));
        fields.extend(columns[..number].iter().map(|earlier| (*earlier, "")));
        let annotated = annotate(&["input=module"], &[Event::new(&fields)]);
        assert_eq!(annotated[0].text("iis_host"), "web01", "{column}");
    }
}

#[test]
fn what_cannot_be_read_says_that_its_time_is_assumed() {
    const LOG: &str = "Microsoft-IIS-Configuration/Operational";
    let event = |time| Event::new(&[("EventCode", "29"), ("LogName", LOG), ("host", "h"), ("_time", time)]);
    let listed = |time| Event::new(&[("image", r"C:\x.dll"), ("_time", time)]);
    for (time, assumed) in [("", "\ntime_assumed"), (TIME, "")] {
        let by_row = annotate(&["parts=true"], &[event(time).with("iis_process", &[b"-"])]);
        assert_eq!(by_row[0].text("iis_module_reasons"), format!("empty_message{assumed}"));
        let by_change = annotate(&["input=change"], &roll_up(&by_row));
        assert_eq!(by_change[0].text("iis_module_reasons"), format!("empty_message{assumed}"));
        let by_list = annotate(&["input=module"], &[listed(time)]);
        assert_eq!(by_list[0].text("iis_module_reasons"), format!("missing_name{assumed}"));
    }
}

#[test]
fn inventories_with_other_names_of_columns() {
    let event = Event::new(&[("Module Name", "HttpHelper"), ("Path", r"C:\Windows\Temp\h.dll")]);
    let arguments = ["input=module", "name_field=Module Name", "image_field=Path"];
    assert_eq!(verdicts(&annotate(&arguments, std::slice::from_ref(&event))), ["suspicious_location"]);
    let mut splunkd = start();
    splunkd.getinfo(&["input=module"]);
    let merged = splunkd.execute(&[event], true);
    let messages = merged.reply.complaints();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].1.contains("name_field="), "{messages:?}");
    assert_quiet(&splunkd.hang_up());
}
