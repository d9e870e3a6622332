//! Every layout that splunkd sends: the sent columns come back byte for byte, with the program's columns behind them.

use std::process::Command;

use searchcommand::testing::{Event, Quoting, Reply, Splunkd, Style, Table};
use serde_json::json;

use super::rows::{Row, TIME};
use super::{PROGRAM, annotate, assert_quiet, start, verdicts};

const STATIC_FILE: (&str, &str) = ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll");

/// Rows of every kind beside each other, with what passes through a search: quotes, line ends, multi-value fields,
/// bytes that are not UTF-8, and internal fields.
fn events() -> Vec<(Event, &'static str)> {
    let good = Row::image(STATIC_FILE.0, STATIC_FILE.1);
    let with = |event: Event, number: usize| {
        event
            .with("_cd", &[format!("7:{number}").as_bytes()])
            .with("linecount", &[b"1"])
            .with("eventtype", &[b"a;b", b"$c$", b"d,\"e\"\r\nf"])
            .with("odd", &[b"\xff\xfe \0 \xc3\x28,\"\n"])
    };
    let events = [
        (good.xml_event(), "known_good"),
        (good.classic_event(""), "incomplete"),
        (good.fields_event(), "known_good"),
        (good.message_event(), "incomplete"),
        (Event::new(&[("_time", TIME), ("_raw", "GET /index.html 200")]), ""),
        (Row::image("StaticFileModule", r"C:\Windows\Temp\static.dll").xml_event(), "masquerade_path"),
        (Row::of("/system.webServer/httpCompression/@directory", "x").xml_event(), "not_module"),
        (Row::image("Модуль", r"D:\m.dll").classic_event("\r\nimage=\"D:\\m.dll\""), "unknown"),
        (Event::new(&[("EventCode", "29"), ("Message", "Changes")]), "unparsed"),
        (Event::default(), ""),
        (good.xml_event(), "known_good"),
    ];
    events.into_iter().enumerate().map(|(number, (event, verdict))| (with(event, number), verdict)).collect()
}

/// One chunk by hand: the cells of the reply begin with exactly the cells that were sent.
fn exchange(splunkd: &mut Splunkd, body: &[u8], finished: bool) -> Table {
    let metadata = json!({ "action": "execute", "finished": finished }).to_string();
    let reply = splunkd.exchange(&metadata, body).unwrap().expect("a reply");
    assert_eq!((reply.error(), reply.finished()), (None, Some(finished)));
    let (sent, came) = (Table::read(body), reply.table());
    assert_eq!(came.names.get(..sent.names.len()), Some(&sent.names[..]));
    assert_eq!(came.rows.len(), sent.rows.len());
    for (sent, came) in sent.rows.iter().zip(&came.rows) {
        assert_eq!(came.get(..sent.len()), Some(&sent[..]), "the sent cells come back as they were");
    }
    came
}

fn column(table: &Table, name: &str) -> Vec<String> {
    (0..table.rows.len()).map(|row| table.text(row, name)).collect()
}

#[test]
fn every_layout_comes_back_byte_for_byte() {
    let (events, expected): (Vec<Event>, Vec<&str>) = events().into_iter().unzip();
    for (number, style) in Style::all().into_iter().enumerate() {
        let mut splunkd = start().style(style).cut([usize::MAX, 1000, 17][number % 3]);
        let required = splunkd.getinfo(&[]).required_fields().expect("certain fields only");
        let columns = style.columns(&events, Some(&required));
        let body = style.body(&events, &columns);
        let header = style.body(&[], &columns);
        for _ in 0..2 {
            let table = exchange(&mut splunkd, &body, false);
            assert_eq!(column(&table, "iis_module_verdict"), expected, "{style:?}");
        }
        assert!(exchange(&mut splunkd, &header, false).rows.is_empty());
        assert!(exchange(&mut splunkd, b"", false).rows.is_empty());
        // Both recorded forms of the end: with the last rows, and with a header behind them.
        if number % 2 == 0 {
            exchange(&mut splunkd, &body, true);
        } else {
            exchange(&mut splunkd, &header, true);
        }
        assert_quiet(&splunkd.hang_up());
    }
}

#[test]
fn the_end_of_a_session_in_each_form() {
    let body = Style::SELECTED.body(&[], &["_raw".to_owned(), "_chunked_idx".to_owned()]);
    for last in [&body[..], b""] {
        let mut splunkd = start();
        splunkd.getinfo(&[]);
        assert!(exchange(&mut splunkd, last, true).rows.is_empty());
        assert_quiet(&splunkd.hang_up());
    }
    // The input ends without a last chunk: the search was finalised.
    let mut splunkd = start();
    splunkd.getinfo(&[]);
    exchange(&mut splunkd, &body, false);
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn layouts_change_within_a_session() {
    let (events, expected): (Vec<Event>, Vec<&str>) = events().into_iter().unzip();
    let mut splunkd = start();
    let required = splunkd.getinfo(&[]).required_fields().unwrap();
    for (number, style) in Style::all().into_iter().enumerate() {
        // The columns of each chunk are others, and in another order.
        let mut columns = style.columns(&events, Some(&required));
        let middle = number * 5 % columns.len();
        columns.rotate_left(middle);
        let table = exchange(&mut splunkd, &style.body(&events, &columns), false);
        assert_eq!(column(&table, "iis_module_verdict"), expected, "{style:?}");
        exchange(&mut splunkd, &style.body(&[], &columns), false);
    }
    // A chunk without any column that is read, then one that is whole again.
    let other = Event::new(&[("a", "1"), ("b", "2")]);
    let body = Style::ALL_FIELDS.body(&[other], &["a".to_owned(), "b".to_owned()]);
    assert_eq!(column(&exchange(&mut splunkd, &body, false), "iis_module_verdict"), [""]);
    let merged = splunkd.execute(&events, true);
    assert_eq!(verdicts(&merged.events), expected);
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn selected_fields_are_the_inputs_and_nothing_else() {
    let mut splunkd = start();
    let reply = splunkd.getinfo(&[]);
    assert_eq!(reply.json["type"], "stateful");
    let required = reply.required_fields().unwrap();
    // Splunk hides its own column: the app's macros hand it on under another name.
    let inputs = iismodcheck::event::INPUTS.map(|name| name.replace("_indextime", "iis_indextime"));
    assert_eq!(required, inputs);
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn a_second_pass_over_all_fields_changes_nothing() {
    let (events, expected): (Vec<Event>, Vec<&str>) = events().into_iter().unzip();
    for style in [Style::ALL_FIELDS, Style { quoting: Quoting::Necessary, ..Style::ALL_FIELDS }] {
        let body = style.body(&events, &style.columns(&events, None));
        let pass = |body: &[u8]| -> Reply {
            let mut splunkd = start();
            splunkd.getinfo(&["all_fields=true"]);
            let metadata = json!({ "action": "execute", "finished": true }).to_string();
            let reply = splunkd.exchange(&metadata, body).unwrap().unwrap();
            assert_quiet(&splunkd.hang_up());
            reply
        };
        let first = pass(&body);
        let second = pass(&first.body);
        assert_eq!(column(&first.table(), "iis_module_verdict"), expected);
        assert_eq!(
            second.body.escape_ascii().to_string(),
            first.body.escape_ascii().to_string(),
            "the same columns, the same cells"
        );
    }
}

#[test]
fn a_second_pass_with_other_options_replaces_the_first() {
    let frontpage = Row::image("StaticFileModule", r"C:\Windows\Temp\static.dll").xml_event();
    let first = annotate(&["all_fields=true"], &[frontpage]);
    let reasons = first[0].values("iis_module_reasons").to_vec();
    assert!(reasons.len() > 1, "a multi-value cell is there to be replaced");
    // What a crafted event could bring along is replaced too.
    let mut forged = first[0].clone();
    forged.set("iis_module_verdict", &["known_good", "allowed"]);
    forged.set("iis_module_reasons", &["nothing"]);
    forged.set("iis_finding_id", &["kept: not a column of this level"]);
    let mut splunkd = start().style(Style::ALL_FIELDS);
    splunkd.getinfo(&["all_fields=true"]);
    let merged = splunkd.execute(&[forged], true);
    assert_quiet(&splunkd.hang_up());
    assert_eq!(verdicts(&merged.events), ["masquerade_path"]);
    assert_eq!(merged.events[0].values("iis_module_reasons"), reasons);
    assert_eq!(merged.events[0].text("iis_finding_id"), "kept: not a column of this level");
}

#[test]
fn an_event_without_facts_loses_forged_ones() {
    let mut event = Event::new(&[("_raw", "GET /?iis_module_verdict=known_good 200")]);
    event.set("iis_module_verdict", &["known_good"]);
    let annotated = annotate(&["all_fields=true"], &[event]);
    assert_eq!(verdicts(&annotated), [""]);
}

#[test]
fn after_the_published_detection() {
    let row = |message: &str, count: &str| {
        Event::new(&[
            ("OpCode", "Info"),
            ("EventCode", "29"),
            ("dest", "WEB07.corp.example"),
            ("Message", message),
            ("firstTime", "2026-03-02T02:13:55"),
            ("lastTime", "1772417635"),
            ("count", count),
        ])
    };
    let path =
        |attribute: &str| format!("{}{attribute}", super::rows::element("globalModules", "HttpHelper"));
    let events = [
        row(&Row::of(&path(""), "").message(), "1"),
        row(&Row::of(&path("/@image"), "").message(), "3"),
        row(&Row::image("DefaultDocumentModule_Atomic", "").message(), "2"),
        row(
            "Changes to '/system.webServer/asp/@enableParentPaths' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.",
            "1",
        ),
    ];
    for style in [Style::SELECTED, Style::ALL_FIELDS] {
        let mut splunkd = Splunkd::spawn(&mut Command::new(PROGRAM)).style(style);
        splunkd.getinfo(&[]);
        let merged = splunkd.execute(&events, true);
        assert!(merged.reply.complaints().is_empty(), "{:?}", merged.reply.complaints());
        assert_quiet(&splunkd.hang_up());
        assert_eq!(verdicts(&merged.events), ["unknown", "unknown", "lookalike", "not_module"]);
        for (before, after) in events.iter().zip(&merged.events) {
            assert_eq!(after.text("iis_host"), "web07.corp.example");
            for field in ["OpCode", "EventCode", "dest", "Message", "firstTime", "lastTime", "count"] {
                assert_eq!(after.values(field), before.values(field), "{field}");
            }
        }
        assert_eq!(merged.events[0].text("iis_module_name"), "HttpHelper");
    }
}

#[test]
fn nothing_but_raw() {
    let good = Row::image(STATIC_FILE.0, STATIC_FILE.1);
    let bad = Row::image("HttpHelper", r"C:\ProgramData\h.dll");
    let raw = |text: String| Event::new(&[("_raw", text)]);
    let events = [
        raw(good.xml()),
        raw(good.classic("")),
        raw(good.classic("").replace('\n', "\r\n")),
        raw(bad.xml()),
        raw(bad.classic(" image=\"C:\\ProgramData\\h.dll\"")),
        raw(good.message()),
    ];
    let annotated = annotate(&[], &events);
    assert_eq!(
        verdicts(&annotated),
        [
            "known_good",
            "incomplete",
            "incomplete",
            "suspicious_location",
            "suspicious_location",
            "incomplete"
        ]
    );
    for event in &annotated[..5] {
        assert_eq!(event.text("iis_host"), "web01.corp.example");
    }
}
