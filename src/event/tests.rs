//! The tables of messages and rows, and what holds for any bytes.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::iis::{Element, Operation, ValueSource, change, config_path};

const MESSAGES: &str = include_str!("../../tests/fixtures/messages.json");
const EVENTS: &str = include_str!("../../tests/fixtures/events.json");
const COLLECTORS: &str = include_str!("../../tests/fixtures/collectors.json");

fn table(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

/// The row of a case: its cells, and the columns with several values.
fn fields(case: &Value) -> Fields<'_> {
    let mut fields = Fields::default();
    for (name, value) in case["fields"].as_object().unwrap() {
        fields.set(name, value.as_str().unwrap().as_bytes());
    }
    for name in case["conflicts"].as_array().into_iter().flatten() {
        let index = INPUTS.iter().position(|input| Some(*input) == name.as_str()).unwrap();
        fields.conflicts |= 1 << index;
    }
    fields
}

/// An event in the words of the tables.
fn words(event: &Event<'_>) -> Value {
    let role = match event.role {
        Role::Change => "change",
        Role::Commit => "commit",
        Role::Other => "other",
        Role::Unread => "unread",
    };
    let mut got = serde_json::json!({
        "role": role, "host": event.host, "actor": event.actor, "process": event.process,
        "record": event.record, "time": event.time,
    });
    got["says"] = match event.says {
        Says::Change(_) => "change".into(),
        Says::OtherSection(_) => "other_section".into(),
        Says::Unparsed(reason) => format!("unparsed:{reason}").into(),
        Says::Nothing => "nothing".into(),
    };
    if let Says::Change(change) = event.says {
        got["section"] = change.section.as_str().into();
        got["element"] = match change.element {
            Element::Add => "add",
            Element::Remove => "remove",
            Element::Clear => "clear",
            Element::Section => "section",
        }
        .into();
        got["operation"] = match change.operation {
            Operation::Add => "add".into(),
            Operation::Delete => "delete".into(),
            Operation::Modify => "modify".into(),
            Operation::Hidden => Value::Null,
        };
        got["name"] = change.name.into();
        got["attribute"] = change.attribute.into();
        got["old"] = change.old.into();
        got["new"] = change.new.into();
        got["image"] = change.image().into();
        got["config_path"] = change.config_path.into();
        got["location"] = change.location.into();
        got["site"] = change.site().into();
        got["source"] = change.source.map(ValueSource::as_str).into();
        got["action"] = if change.attempted { change::ATTEMPTED } else { change.action().as_str() }.into();
    }
    got
}

/// Checks every case of a table. Of a change, what the case does not name must not be there.
fn check(cases: &[Value]) {
    let mut scratch = Scratch::default();
    let mut wrong = Vec::new();
    for case in cases {
        let got = words(&read(&fields(case), &mut scratch));
        let role = if case["says"] == "nothing" { case["role"].clone() } else { "change".into() };
        let mut keys = vec!["says"];
        if case["says"] == "change" {
            keys.extend([
                "section",
                "element",
                "name",
                "attribute",
                "operation",
                "old",
                "new",
                "image",
                "source",
            ]);
        }
        keys.extend(
            ["host", "actor", "process", "record", "time", "config_path", "location", "site", "action"]
                .iter()
                .filter(|key| case.get(**key).is_some()),
        );
        for key in keys {
            let want = case.get(key).unwrap_or(&Value::Null);
            let have = got.get(key).unwrap_or(&Value::Null);
            if want != have {
                wrong.push(format!("{}: {key}: want {want}, have {have}", case["case"]));
            }
        }
        if got["role"] != role {
            wrong.push(format!("{}: role: want {role}, have {}", case["case"], got["role"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not UTF-8 in a `_raw` that is only compared with the fields hides nothing of the rest.
#[test]
fn a_raw_text_that_is_not_utf8_is_compared_as_far_as_it_goes() {
    let path = r#"/system.webServer/globalModules/add[@name="X"]"#;
    let sentence =
        format!("Changes to '{path}' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.");
    let damaged = |at: usize| [&sentence.as_bytes()[..at], b"\xff", &sentence.as_bytes()[at..]].concat();
    for (raw, configuration, says) in [
        (damaged(sentence.len()), path, "change"),
        (damaged(sentence.len()), "/system.webServer/asp", "unparsed:fields_disagree"),
        (damaged(0), path, "change"),
        (damaged(0), "/system.webServer/asp", "unparsed:fields_disagree"),
        (damaged(sentence.find('X').unwrap()), path, "unparsed:fields_disagree"),
    ] {
        let mut fields = Fields::default();
        fields.set("EventCode", b"29");
        fields.set("_raw", &raw);
        fields.set("Configuration", configuration.as_bytes());
        let mut scratch = Scratch::default();
        assert_eq!(words(&read(&fields, &mut scratch))["says"], says, "{}", String::from_utf8_lossy(&raw));
    }
}

#[test]
fn every_message_of_the_table_is_read_as_it_says() {
    let cases = table(MESSAGES);
    assert!(cases.len() >= 80, "{}", cases.len());
    check(&cases);
}

#[test]
fn every_row_of_the_table_is_read_as_it_says() {
    check(&table(EVENTS));
}

/// Each collector tells of three modules, of the end of a commit, of an attempt, and of another log.
#[test]
fn every_collector_is_read_as_the_table_says() {
    check(&table(COLLECTORS));
}

#[test]
fn every_message_reads_the_same_from_a_classic_text() {
    let mut scratch = Scratch::default();
    for case in table(MESSAGES) {
        let message = case["fields"]["Message"].as_str().unwrap();
        let raw = format!(
            "03/02/2026 06:40:32 PM\nLogName=Microsoft-IIS-Configuration/Operational\nEventCode=29\nMessage={message}"
        );
        let mut whole = Fields::default();
        whole.set("_raw", raw.as_bytes());
        let extracted = words(&read(&fields(&case), &mut scratch));
        assert_eq!(words(&read(&whole, &mut scratch)), extracted, "{}", case["case"]);
    }
}

#[test]
fn every_reason_occurs_in_a_table() {
    let mut scratch = Scratch::default();
    let mut seen = std::collections::BTreeSet::from([Unreadable::InvalidUtf8]); // JSON cannot hold it: a test of its own
    for case in table(MESSAGES).iter().chain(&table(EVENTS)) {
        if let Says::Unparsed(reason) = read(&fields(case), &mut scratch).says {
            seen.insert(reason);
        }
    }
    let mut paths =
        csv::Reader::from_reader(include_str!("../../tests/fixtures/config_paths.csv").as_bytes());
    let paths: Vec<csv::StringRecord> = paths.records().map(Result::unwrap).collect();
    for path in &paths {
        if let config_path::Parsed::Malformed(fault) = config_path::parse(&path[0]) {
            seen.insert(fault.into());
        }
    }
    assert_eq!(Unreadable::ALL.to_vec(), seen.into_iter().collect::<Vec<_>>());
}

const ELEMENT: &str = r#"Changes to '/system.webServer/globalModules/add[@name="X"]' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed."#;

#[test]
fn invalid_utf8_in_a_needed_cell_is_unparsed_and_elsewhere_does_no_harm() {
    let mut scratch = Scratch::default();
    let bad: &[u8] = b"Changes to '/system.webServer/\xFF";
    for (column, cell, reason) in [
        ("Message", bad, Some(Unreadable::InvalidUtf8)),
        ("ComputerName", bad, Some(Unreadable::InvalidUtf8)),
        ("Configuration", bad, Some(Unreadable::InvalidUtf8)),
        ("NewValue", bad, None), // beside a message it is not needed
        ("Name", bad, None),
    ] {
        let mut fields = Fields::default();
        fields.set("EventCode", b"29");
        fields.set("Message", ELEMENT.as_bytes());
        fields.set(column, cell);
        let says = read(&fields, &mut scratch).says;
        match reason {
            Some(reason) => assert_eq!(says, Says::Unparsed(reason), "{column}"),
            None => assert!(matches!(says, Says::Change(_)), "{column}: {says:?}"),
        }
    }
}

/// Every strict prefix of a whole event is unparsed, or another event, or says what the whole says.
#[test]
fn a_cut_event_never_says_something_else() {
    let mut scratch = Scratch::default();
    for case in table(EVENTS) {
        let Some(raw) = case["fields"]["_raw"].as_str().filter(|raw| raw.starts_with('<')) else { continue };
        let mut whole = Fields::default();
        whole.set("EventCode", b"29");
        whole.set("_raw", raw.as_bytes());
        let whole = words(&read(&whole, &mut scratch));
        for end in 0..raw.len() {
            let mut cut = Fields::default();
            cut.set("EventCode", b"29");
            cut.set("_raw", &raw.as_bytes()[..end]);
            let event = read(&cut, &mut scratch);
            if matches!(event.says, Says::Change(_) | Says::OtherSection(_))
                && whole["says"] != "unparsed:trailing_text"
            {
                assert_eq!(words(&event), whole, "{}", &raw[..end]);
            }
        }
    }
}

#[test]
fn huge_cells_take_linear_time() {
    let mut scratch = Scratch::default();
    let started = std::time::Instant::now();
    for piece in [
        "x",
        "'",
        "' at 'MACHINE",
        "\"",
        "\"] ",
        " NewValue=a",
        " image=",
        "MACHINE ",
        " /system.",
        "\\\"",
        "&amp;",
        "&",
        "<",
        "\n",
        "; 1; ",
        "', '1', '",
        " and @",
        "\u{a0}",
        "/a ",
        "«",
        "=",
        "-",
        "<!--",
        "<Data Name='x'>",
        "{",
        "[",
        "{\"a\":",
        "{\"a\":1,",
        "\"a\":1,\"",
        "\\u0041",
    ] {
        let filler = piece.repeat(500_000 / piece.len());
        for text in [
            filler.clone(),
            format!("Changes to '{filler}"),
            format!("{ELEMENT}{filler}"),
            format!("Изменения \"/system.webServer/globalModules/add[@name=\"{filler}"),
            format!(
                "Изменения \"/system.webServer/globalModules/add[@name=\"{filler}\"]\" в \"MACHINE\" {filler}"
            ),
            format!("\nMACHINE\n\n/system.webServer/globalModules/add[@name=\"{filler}"),
            format!("'MACHINE', '', '/system.webServer/globalModules/add[@name=\"{filler}"),
            format!("<Event><System></System><EventData><Data Name='Configuration'>{filler}</Data>"),
            format!("<Event {filler}"),
            format!("{{\"channel\":\"Microsoft-IIS-Configuration/Operational\",\"EventID\":29,{filler}"),
            format!("{{\"channel\":\"Microsoft-IIS-Configuration/Operational\",\"NewValue\":\"{filler}"),
        ] {
            for column in ["Message", "_raw", "Configuration"] {
                let mut fields = Fields::default();
                fields.set("EventCode", b"29");
                fields.set(column, text.as_bytes());
                let _ = read(&fields, &mut scratch);
            }
        }
    }
    // About 300 MB pass in a few seconds; anything quadratic takes hours.
    assert!(started.elapsed() < std::time::Duration::from_secs(120), "{:?}", started.elapsed());
}

#[test]
fn nothing_is_allocated_per_row() {
    let mut scratch = Scratch::default();
    let tables = [MESSAGES, EVENTS, COLLECTORS].map(table);
    let rows: Vec<Fields<'_>> = tables.iter().flatten().map(fields).collect();
    for row in &rows {
        let _ = read(row, &mut scratch);
    }
    let counted = allocation_counter::measure(|| {
        for row in &rows {
            let _ = std::hint::black_box(read(row, &mut scratch));
        }
    });
    assert_eq!(counted.count_total, 0);
}

/// A part of an event's text, with what means something to the reader made frequent.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "Changes to '", "' at 'MACHINE", "/WEBROOT/APPHOST", "' have successfully been committed", ".", "\"]", "/@image",
            "/system.webServer/", "globalModules", "modules", "/add[@name=\"", "\" and @id=\"", "\\\"", "\n", "1\n", "MACHINE\n",
            "NewValue=", "image=\"", "&amp;", "&#x", ";", "', '", "«", "»", "<Data Name='Configuration'>", "</Data>",
            "<EventData>", "</EventData>", "</Event>", "<![CDATA[", "]]>", "LogName=", "EventCode=29\n", "Message=",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(part(), 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_bytes_give_an_event(cells in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), INPUTS.len())) {
        let mut fields = Fields::default();
        for (slot, cell) in fields.cells.iter_mut().zip(&cells) {
            *slot = cell;
        }
        let _ = read(&fields, &mut Scratch::default());
        fields.set("EventCode", b"29");
        let _ = read(&fields, &mut Scratch::default());
    }

    /// Names and values are parts of the message, and values come from behind the name.
    #[test]
    fn what_is_read_is_in_the_message(message in text()) {
        let mut fields = Fields::default();
        fields.set("EventCode", b"29");
        fields.set("LogName", b"Microsoft-IIS-Configuration/Operational");
        fields.set("Message", message.as_bytes());
        let mut scratch = Scratch::default();
        if let Says::Change(change) = read(&fields, &mut scratch).says {
            for value in [Some(change.name), Some(change.config_path), change.old, change.new, change.appended_image] {
                let value = value.unwrap_or_default();
                prop_assert!(message.contains(value) || message.contains('\\'), "{value:?}");
            }
        }
    }

    #[test]
    fn xml_around_any_text_gives_an_event(inside in text()) {
        let raw = format!("<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID></System><EventData><Data Name='Configuration'>{inside}</Data></EventData></Event>");
        let mut fields = Fields::default();
        fields.set("_raw", raw.as_bytes());
        let mut scratch = Scratch::default();
        prop_assert_eq!(read(&fields, &mut scratch).role, Role::Change);
    }

    /// A whole event of ours with one range replaced: no panic, and a name that is read is in the text.
    #[test]
    fn a_mutated_event_gives_an_event(which in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), length in 0_usize..40, by in part()) {
        let cases = table(EVENTS);
        let raws: Vec<&str> = cases.iter().filter_map(|case| case["fields"]["_raw"].as_str()).collect();
        let raw = raws[which.index(raws.len())];
        let from = from.index(raw.len());
        let mut mutated = raw.as_bytes()[..from].to_vec();
        mutated.extend(by.as_bytes());
        mutated.extend(&raw.as_bytes()[(from + length).min(raw.len())..]);
        let mut fields = Fields::default();
        fields.set("_raw", &mutated);
        let mut scratch = Scratch::default();
        if let Says::Change(change) = read(&fields, &mut scratch).says {
            let text = String::from_utf8_lossy(&mutated);
            prop_assert!(text.contains(change.name) || text.contains('&') || text.contains('\\'), "{:?}", change.name);
        }
    }

    /// A module's name, whatever it holds, is read back from the English sentence, and nothing else is.
    #[test]
    fn a_name_in_the_english_sentence_is_read_back(name in text(), image in any::<bool>()) {
        prop_assume!(!name.is_empty() && !name.contains("\" and @") && !name.starts_with("\\\""));
        let attribute = if image { "/@image" } else { "" };
        let message = format!("Changes to '/system.webServer/globalModules/add[@name=\"{name}\"]{attribute}' at 'MACHINE/WEBROOT/APPHOST/Shop' have successfully been committed.");
        let mut fields = Fields::default();
        fields.set("EventCode", b"29");
        fields.set("Message", message.as_bytes());
        let mut scratch = Scratch::default();
        let event = read(&fields, &mut scratch);
        // The end of one sentence and the beginning of another are two sentences.
        let ends = name.split_once("' have successfully been committed");
        if ends.is_some_and(|(_, rest)| rest.contains("Changes to '/")) {
            prop_assert_eq!(event.says, Says::Unparsed(Unreadable::TrailingText));
            return Ok(());
        }
        let Says::Change(change) = event.says else { panic!("{message}: {event:?}") };
        prop_assert_eq!(change.name, &name);
        prop_assert_eq!(change.config_path, "MACHINE/WEBROOT/APPHOST/Shop");
        prop_assert_eq!((change.old, change.new, change.appended_image, change.source), (None, None, None, None));
    }

    /// The same name in XML, escaped as a renderer does.
    #[test]
    fn a_name_in_xml_is_read_back(name in text()) {
        prop_assume!(!name.is_empty() && !name.contains("\" and @"));
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let raw = format!("<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID></System><EventData><Data Name='ConfigPath'>MACHINE</Data><Data Name='Configuration'>/system.webServer/globalModules/add[@name=\"{escaped}\"]/@image</Data><Data Name='EditOperationType'>1</Data><Data Name='NewValue'>{escaped}</Data></EventData></Event>");
        let mut fields = Fields::default();
        fields.set("_raw", raw.as_bytes());
        let mut scratch = Scratch::default();
        let event = read(&fields, &mut scratch);
        let Says::Change(change) = event.says else { panic!("{raw}: {event:?}") };
        prop_assert_eq!((change.name, change.new), (name.as_str(), Some(name.as_str())));
    }
}

/// The export that the command line and the search command are tried on.
#[test]
fn every_row_of_the_export_is_read() {
    let mut reader = csv::Reader::from_path("tests/fixtures/iis-operational.csv").unwrap();
    let header = reader.headers().unwrap().clone();
    let mut scratch = Scratch::default();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    let mut last = std::collections::BTreeMap::<String, u64>::new();
    for row in reader.records() {
        let row = row.unwrap();
        let mut fields = Fields::default();
        for (name, cell) in header.iter().zip(&row) {
            fields.set(name, cell.as_bytes());
        }
        let event = read(&fields, &mut scratch);
        let record: u64 = event.record.parse().unwrap();
        let before = last.insert(event.host.to_owned(), record);
        assert!(before.is_none_or(|before| before < record), "{} {record}", event.host);
        assert!(event.actor.starts_with("S-1-5-") && event.time.starts_with("2026-"));
        let word = match event.says {
            Says::Change(change) => {
                // A name is on its row's text, and an image on rows of the image attribute in XML only.
                assert!(row.iter().any(|cell| cell.contains(change.name)));
                let shown = change.attribute == "image" && !event.process.is_empty();
                assert_eq!(change.image().is_some(), shown, "{change:?}");
                change.action().as_str().to_owned()
            }
            Says::Unparsed(reason) => reason.to_string(),
            Says::OtherSection(_) => "other_section".to_owned(),
            Says::Nothing => format!("{:?}", event.role),
        };
        *seen.entry(word).or_default() += 1;
    }
    insta::assert_compact_debug_snapshot!(
        seen,
        @r#"{"Commit": 25, "added": 19, "changed": 23, "modified": 33, "other_section": 6, "removed": 7, "truncated_message": 1}"#
    );
    assert_eq!(last.len(), 5);
}
