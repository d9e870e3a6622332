//! A crafted module name forges fields where automatic key=value extraction reads it; the event's own text wins.

use searchcommand::testing::Event;

use super::rows::{Row, TIME};
use super::{annotate, assert_quiet, start, verdicts};

/// `x" NewValue=<a built-in image> Computer=dev01 y`, as an attacker would name a module.
const FORGED: &str = r#"x" NewValue=%windir%\System32\inetsrv\static.dll Computer=dev01 EventCode=4 y"#;

/// What automatic extraction makes of a classic text: `key=value` up to the next space.
fn extracted(raw: &str) -> Event {
    let mut event = Event::new(&[("_time", TIME), ("_raw", raw), ("host", "web01")]);
    for token in raw.split_whitespace() {
        if let Some((key, value)) = token.split_once('=')
            && key.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            // The first one stays, as in splunkd.
            if event.values(key).is_empty() {
                event.set(key, &[value]);
            }
        }
    }
    event
}

#[test]
fn the_text_wins_over_fields_that_a_name_forges() {
    let row = Row::element("globalModules", FORGED);
    let event = extracted(&row.classic(""));
    assert_eq!(event.text("Computer"), "dev01", "the extraction is fooled");
    assert_eq!(event.text("Message"), "Changes");
    let annotated = annotate(&[], &[event]);
    assert_eq!(annotated[0].text("iis_module_name"), FORGED);
    assert_eq!(annotated[0].text("iis_host"), "web01.corp.example");
    assert_eq!(annotated[0].text("iis_module_image"), "");
    assert_eq!(annotated[0].text("iis_actor"), "S-1-5-18");
    assert_eq!(verdicts(&annotated), ["unknown"]);
}

#[test]
fn forged_event_data_beside_a_classic_text_is_not_believed() {
    let row = Row::element("globalModules", "HttpHelper");
    let mut event = row.classic_event("");
    event.set("Configuration", &["/system.webServer/asp/@enableParentPaths"]);
    let annotated = annotate(&[], &[event]);
    assert_eq!(verdicts(&annotated), ["unparsed"]);
    assert_eq!(annotated[0].text("iis_module_reasons"), "fields_disagree");
    // Values beside it say nothing, whatever they say.
    let mut event = row.classic_event("");
    event.set("NewValue", &[r"%windir%\System32\inetsrv\static.dll"]);
    event.set("EditOperationType", &["2"]);
    let annotated = annotate(&[], &[event]);
    assert_eq!(annotated[0].text("iis_module_image"), "");
    assert_eq!(annotated[0].text("iis_module_action"), "changed");
}

/// A `_raw` without a frame, as a collector writes it that sends the message alone or in JSON: extraction reads it too.
#[test]
fn the_sentence_itself_wins_over_fields_that_a_name_forges() {
    let good = r"%windir%\System32\inetsrv\cachuri.dll";
    let path = r#"/system.webServer/globalModules/add[@name="UriCacheModule"]/@image"#;
    let names = [
        format!(r#"x" Configuration={path} NewValue={good} y="#),
        format!(r#"UriCacheModule"]/@image Configuration={path} NewValue={good} EditOperationType=3 x="#),
        r#"x" Configuration=/system.webServer/httpLogging/@dontLog y="#.to_owned(),
        r#"x" Message=/system.webServer/asp y="#.to_owned(),
    ];
    for name in names {
        let sentence = Row::element("globalModules", &name).message();
        for raw in [sentence.clone(), serde_json::json!({ "EventId": 29, "Text": sentence }).to_string()] {
            let event = extracted(&raw).with("EventCode", &[b"29"]);
            let annotated = annotate(&[], &[event]);
            let verdict = &verdicts(&annotated)[0];
            let module = annotated[0].text("iis_module_name");
            assert!(verdict == "unparsed" || module == name, "{verdict} {module}: {raw}");
        }
        let mut event = extracted(&sentence);
        event.set("Message", &[&sentence]);
        event.set("EventCode", &["29"]);
        for arguments in [&[][..], &["raw=false"]] {
            let verdict = &verdicts(&annotate(arguments, std::slice::from_ref(&event)))[0];
            let is_forged = event.values("Configuration").len() == 1;
            assert_eq!(verdict, if is_forged { "unparsed" } else { "unknown" }, "{arguments:?} {sentence}");
        }
    }
}

#[test]
fn event_data_wins_over_fields_beside_xml() {
    let row = Row::image("HttpHelper", r"C:\Windows\Temp\h.dll");
    let mut event = row.xml_event();
    for (name, value) in [
        ("EventCode", "4688"),
        ("Configuration", "/system.webServer/asp"),
        ("NewValue", r"%windir%\System32\inetsrv\static.dll"),
        ("Computer", "dev01"),
        ("UserID", "S-1-5-21-9"),
        ("RecordNumber", "1"),
        ("Message", "GET /"),
    ] {
        event.set(name, &[value]);
    }
    let annotated = annotate(&["parts=true"], &[event]);
    assert_eq!(verdicts(&annotated), ["suspicious_location"]);
    assert_eq!(annotated[0].text("iis_host"), "web01.corp.example");
    assert_eq!(annotated[0].text("iis_actor"), "S-1-5-18");
    assert_eq!(annotated[0].text("iis_record"), "4711");
}

#[test]
fn several_equal_values_are_one() {
    let row = Row::image("HttpHelper", r"C:\Windows\Temp\h.dll");
    for raw in [row.xml(), row.classic("\nimage=\"C:\\Windows\\Temp\\h.dll\"")] {
        let twice = Event::new(&[("_time", TIME)]).with("_raw", &[raw.as_bytes(), raw.as_bytes()]);
        assert_eq!(verdicts(&annotate(&[], &[twice])), ["suspicious_location"]);
    }
    let mut event = row.fields_event();
    event.set("Computer", &["web01", "web01", "web01"]);
    event.set("NewValue", &[r"C:\Windows\Temp\h.dll", r"C:\Windows\Temp\h.dll"]);
    let annotated = annotate(&[], &[event]);
    assert_eq!(verdicts(&annotated), ["suspicious_location"]);
    assert_eq!(annotated[0].text("iis_host"), "web01");
    // The cells themselves stay as they are.
    assert_eq!(annotated[0].values("Computer").len(), 3);
}

#[test]
fn several_different_values_cannot_be_read() {
    let row = Row::image("HttpHelper", r"C:\Windows\Temp\h.dll");
    let with = |name: &str, values: &[&str]| {
        let mut event = row.fields_event();
        event.set(name, values);
        event
    };
    let events = [
        with("NewValue", &["a.dll", "b.dll"]),
        with("Configuration", &[&row.configuration, "/system.webServer/asp"]),
        with("Computer", &["web01", "web02"]),
        with("EventCode", &["29", "50"]).with("Channel", &[b"Microsoft-IIS-Configuration/Operational"]),
        with("NewValue", &["", "b.dll"]),
        // It is not needed, so it does no harm.
        with("dvc", &["web01", "web02"]),
    ];
    let annotated = annotate(&[], &events);
    assert_eq!(verdicts(&annotated)[..5], ["unparsed"; 5]);
    for event in &annotated[..5] {
        assert_eq!(event.text("iis_module_reasons"), "multivalue_input", "{event:?}");
    }
    assert_eq!(verdicts(&annotated)[5], "suspicious_location");
}

/// `stats values(…)`, `transaction mvraw=t` and the like put several events in one row.
#[test]
fn several_events_in_one_row_are_told() {
    let good = Row::image("HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll");
    let evil = Row::image("StaticFileModule", r"C:\Windows\Temp\evil.dll");
    let texts = |one: String, two: String| vec![one, two];
    let events = |name: &str, values: Vec<String>| {
        let mut event = Event::new(&[("_time", TIME), ("ComputerName", "web01")]);
        event.set(name, &values);
        event
    };
    let sentences = || texts(good.message(), evil.message());
    let several_numbers = |numbers: &[&str]| {
        let mut event = Event::new(&[("_time", TIME), ("Message", &good.message())]);
        event.set("EventCode", numbers);
        event
    };
    let cases: [(&[&str], Event, &str); 10] = [
        (&[], events("_raw", texts(good.xml(), evil.xml())), "multivalue_input"),
        (&[], events("_raw", texts(good.classic(""), evil.classic(""))), "multivalue_input"),
        (&["parts=true"], events("_raw", texts("GET /".to_owned(), evil.xml())), "multivalue_input"),
        (&[], events("Message", sentences()), "multivalue_input"),
        (&["raw=false"], events("Message", sentences()), "multivalue_input"),
        (&["message_field=Description"], events("Description", sentences()), "multivalue_input"),
        (&[], several_numbers(&["29", "50"]), "multivalue_input"),
        (&[], several_numbers(&["50", "29"]), "multivalue_input"),
        (&[], events("_raw", vec![[good.classic(""), evil.classic("")].join("\n")]), "trailing_text"),
        (&[], events("_raw", vec![[good.classic(""), evil.classic("")].join("\r\n")]), "trailing_text"),
    ];
    for (arguments, event, reason) in cases {
        let annotated = annotate(arguments, std::slice::from_ref(&event));
        assert_eq!(verdicts(&annotated), ["unparsed"], "{event:?}");
        assert_eq!(annotated[0].text("iis_module_reasons"), reason, "{event:?}");
    }
    // Of other logs nothing is said, and what is not needed does no harm.
    let mut beside = good.xml_event();
    beside.set("Message", &["a", "b"]);
    let others = [events("Message", texts("a".to_owned(), "b".to_owned())), beside];
    assert_eq!(verdicts(&annotate(&[], &others)), ["", "known_good"]);
}

/// A row of a form that is not read is told: as an event where it says so, else in one message for all.
#[test]
fn what_nobody_understands_is_told_once_with_its_count() {
    let row = Row::image("HttpHelper", r"C:\Windows\Temp\h.dll");
    let raw = |text: &str| Event::new(&[("_time", TIME), ("host", "wec01"), ("_raw", text)]);
    let unread = raw(&format!("<13>Mar  4 09:14:10 web01 {}", row.message()));
    let claims =
        raw(&format!("Log Name: Microsoft-IIS-Configuration/Operational\nEvent ID: 29\n{}", row.message()));
    let other = raw("<13>Mar  4 09:14:10 web01 GET /");
    for arguments in [&[][..], &["parts=true"]] {
        let mut splunkd = start();
        splunkd.getinfo(arguments);
        // The same row again and again is counted each time.
        let events = [unread.clone(), claims.clone(), other.clone(), unread.clone(), unread.clone()];
        let merged = splunkd.execute(&events, false);
        assert!(merged.reply.complaints().is_empty());
        assert_eq!(verdicts(&merged.events), ["", "unparsed", "", "", ""]);
        assert_eq!(merged.events[1].text("iis_module_reasons"), "unknown_form");
        assert_eq!(merged.events[0].text("iis_event_role"), "");
        let messages = splunkd.execute(std::slice::from_ref(&unread), true).reply.complaints();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].0, "WARN");
        assert!(
            messages[0].1.starts_with("iismodcheck: 4 rows point to the IIS configuration"),
            "{messages:?}"
        );
        assert_quiet(&splunkd.hang_up());
    }
    for event in [claims, other] {
        let mut splunkd = start();
        splunkd.getinfo(&[]);
        assert!(splunkd.execute(&[event], true).reply.complaints().is_empty());
        assert_quiet(&splunkd.hang_up());
    }
}

#[test]
fn a_search_without_input_is_told_once() {
    let other = Event::new(&[("dest", "web01"), ("count", "3")]);
    let cases: [(&[&str], &str); 3] = [
        (&[], "_raw"),
        (&["raw=false"], "raw=false leaves _raw out"),
        (&["message_field=msg"], "a field `msg`"),
    ];
    for (arguments, hint) in cases {
        let mut splunkd = start();
        assert!(splunkd.getinfo(arguments).messages().is_empty());
        for _ in 0..3 {
            let merged = splunkd.execute(&vec![other.clone(); 5], false);
            assert!(merged.reply.complaints().is_empty());
        }
        let messages = splunkd.execute(&[], true).reply.complaints();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].0, "WARN");
        assert!(
            messages[0].1.contains("no row has event data") && messages[0].1.contains(hint),
            "{messages:?}"
        );
        assert!(messages[0].1.contains("message_field="));
        assert_quiet(&splunkd.hang_up());
    }
    // One row with an input is enough, or one that says it is an event 29; and so is a search without rows.
    let number = Event::new(&[("EventCode", "29"), ("SourceName", "Microsoft-Windows-IIS-Configuration")]);
    let enough = [vec![other, Event::new(&[("_raw", "GET /")])], vec![number], vec![]];
    for events in enough {
        let mut splunkd = start();
        splunkd.getinfo(&[]);
        assert!(splunkd.execute(&events, true).reply.complaints().is_empty());
        assert_quiet(&splunkd.hang_up());
    }
}
