//! The stories of docs/changes.md as collectors and tools write them, in JSON and in tables: the findings are those of the XML.

use serde_json::{Map, Value, json};

use crate::cli::{fixtures, folder, run_in};
use crate::formats::{csv, events, findings};
use crate::splunk::event::Rendering;
use crate::splunk::{Record, value};
use crate::stories::all_rows;

/// The names of event data, in the order of the manifest.
const STRINGS: [&str; 7] = [
    "PhysicalPath",
    "ConfigPath",
    "EffectiveLocationPath",
    "Configuration",
    "EditOperationType",
    "OldValue",
    "NewValue",
];
const PROVIDER: &str = "Microsoft-Windows-IIS-Configuration";
const CHANNEL: &str = "Microsoft-IIS-Configuration/Operational";

/// One event: its fields, and what a collector makes of them.
struct Event<'a> {
    row: &'a Record,
    time: String,
}

impl Event<'_> {
    fn get(&self, name: &str) -> &str {
        value(self.row, name)
    }

    fn id(&self) -> u32 {
        self.get("EventCode").parse().unwrap()
    }

    /// The names that this event has values for.
    fn names(&self) -> &'static [&'static str] {
        if self.id() == 50 { &STRINGS[1..2] } else { &STRINGS }
    }

    fn strings(&self) -> Vec<&str> {
        self.names().iter().map(|name| self.get(name)).collect()
    }

    fn data(&self) -> Map<String, Value> {
        self.names().iter().map(|name| ((*name).to_owned(), self.get(name).into())).collect()
    }

    /// Without what is empty, as Winlogbeat and Wazuh write it.
    fn filled(&self) -> Map<String, Value> {
        self.data().into_iter().filter(|(_, value)| value != "").collect()
    }

    fn pairs(&self) -> Value {
        let pair = |name: &&str| match self.get(name) {
            "" => json!({"@Name": name}),
            text => json!({"@Name": name, "#text": text}),
        };
        match self.names() {
            [name] => pair(name),
            names => names.iter().map(pair).collect(),
        }
    }
}

/// What a collector calls a value that lies flat beside the others.
type Flat = Vec<(String, String)>;

/// The cells that a tool makes of an event.
type Cells = fn(&Event<'_>) -> Flat;

fn flat(event: &Event<'_>, names: [(&str, &str); 7]) -> Flat {
    let id = event.id().to_string();
    let own = [
        PROVIDER,
        CHANNEL,
        &id,
        event.get("Computer"),
        event.get("EventRecordID"),
        event.get("UserID"),
        &event.time,
    ];
    let mut flat: Flat =
        names.iter().zip(own).map(|((name, _), text)| ((*name).to_owned(), text.to_owned())).collect();
    let process = names[0].1;
    flat.push((process.to_owned(), event.get("ProcessID").to_owned()));
    flat
}

fn kibana(event: &Event<'_>) -> Flat {
    let names = [
        ("winlog.provider_name", "winlog.process.pid"),
        ("winlog.channel", ""),
        ("event.code", ""),
        ("winlog.computer_name", ""),
        ("winlog.record_id", ""),
        ("winlog.user.identifier", ""),
        ("@timestamp", ""),
    ];
    let mut cells = flat(event, names);
    let text = |name: &&str| match event.get(name) {
        "" => "-".to_owned(),
        text => text.to_owned(),
    };
    cells.extend(STRINGS.iter().map(|name| (format!("winlog.event_data.{name}"), text(name))));
    cells
}

fn velociraptor(event: &Event<'_>) -> Flat {
    let names = [
        ("Provider", "ProcessID"),
        ("Channel", ""),
        ("EventID", ""),
        ("Computer", ""),
        ("EventRecordID", ""),
        ("UserSID", ""),
        ("EventTime", ""),
    ];
    let mut cells = flat(event, names);
    cells.push(("EventData".to_owned(), Value::Object(event.data()).to_string()));
    cells
}

fn evtx_ecmd(event: &Event<'_>) -> Flat {
    let names = [
        ("Provider", "ProcessId"),
        ("Channel", ""),
        ("EventId", ""),
        ("Computer", ""),
        ("EventRecordId", ""),
        ("UserId", ""),
        ("TimeCreated", ""),
    ];
    let mut cells = flat(event, names);
    cells.push(("RecordNumber".to_owned(), "1".to_owned()));
    cells.push(("ChunkNumber".to_owned(), "0".to_owned()));
    cells.push(("Payload".to_owned(), json!({"EventData": {"Data": event.pairs()}}).to_string()));
    cells
}

fn log_parser(event: &Event<'_>) -> Flat {
    let names = [
        ("SourceName", "ProcessID"),
        ("EventLog", ""),
        ("EventID", ""),
        ("ComputerName", ""),
        ("RecordNumber", ""),
        ("SID", ""),
        ("TimeGenerated", ""),
    ];
    let mut cells = flat(event, names);
    cells.push(("Strings".to_owned(), event.strings().join("|")));
    cells.push(("Message".to_owned(), event.get("Message").to_owned()));
    cells
}

fn plaso(event: &Event<'_>) -> Flat {
    let strings: Vec<String> = event.strings().iter().map(|text| format!("'{text}'")).collect();
    let message = format!(
        "[{id} / 0x{id:04x}] Provider identifier: {{dc0b8e51-4863-407a-bc3c-1b479b2978ac}} Source Name: {PROVIDER} Strings: [{}] \
         Computer Name: {} Record Number: {} Event Level: 5",
        strings.join(", "),
        event.get("Computer"),
        event.get("EventRecordID"),
        id = event.id(),
    );
    [
        ("datetime", event.time.replace('Z', "+00:00")),
        ("timestamp_desc", "Content Modification Time".to_owned()),
        ("source", "EVT".to_owned()),
        ("message", message),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}

fn table(cells: &[Flat]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells[0].iter().map(|(name, _)| name)).unwrap();
    for row in cells {
        writer.write_record(row.iter().map(|(_, text)| text)).unwrap();
    }
    writer.into_inner().unwrap()
}

fn elastic(event: &Event<'_>) -> Value {
    json!({"@timestamp": event.time, "event": {"code": event.get("EventCode"), "created": "2030-01-01T00:00:00Z"},
        "winlog": {"provider_name": PROVIDER, "channel": CHANNEL, "event_id": event.id(), "computer_name": event.get("Computer"),
            "record_id": event.get("EventRecordID"), "process": {"pid": event.get("ProcessID")},
            "user": {"identifier": event.get("UserID")}, "event_data": event.filled()}})
}

/// One shape of OpenTelemetry's data.
fn otel(event: &Event<'_>, data: &Value) -> Value {
    json!({"provider": {"name": PROVIDER, "guid": "{x}"}, "channel": CHANNEL, "event_id": {"id": event.id(), "qualifiers": 0},
        "computer": event.get("Computer"), "record_id": event.get("EventRecordID"), "system_time": event.time,
        "execution": {"process_id": event.get("ProcessID")}, "security": {"user_id": event.get("UserID")}, "event_data": data})
}

fn tree(event: &Event<'_>) -> Value {
    let text = |name: &str| json!({"#attributes": {name: event.get(name)}});
    let mut system = json!({"Provider": {"#attributes": {"Name": PROVIDER}}, "EventID": event.id(), "Channel": CHANNEL,
        "Computer": event.get("Computer"), "EventRecordID": event.get("EventRecordID")});
    system["TimeCreated"] = json!({"#attributes": {"SystemTime": event.time}});
    system["Execution"] = text("ProcessID");
    system["Security"] = text("UserID");
    json!({"Event": {"System": system, "EventData": event.data()}})
}

fn wazuh(event: &Event<'_>) -> Value {
    let escaped = |text: &Value| {
        let text = text.as_str().unwrap_or_default();
        Value::from(text.replace('\\', "\\\\").replace('"', "\\\""))
    };
    let lower = |name: &str| name[..1].to_lowercase() + &name[1..];
    let data: Map<String, Value> =
        event.filled().iter().map(|(name, text)| (lower(name), escaped(text))).collect();
    json!({"data": {"win": {"system": {"providerName": PROVIDER, "channel": CHANNEL, "eventID": event.get("EventCode"),
        "computer": event.get("Computer"), "eventRecordID": event.get("EventRecordID"), "systemTime": event.time,
        "processID": event.get("ProcessID")}, "eventdata": data}}})
}

fn nxlog(event: &Event<'_>) -> Value {
    let mut object = event.data();
    for (name, text) in [
        ("SourceName", PROVIDER),
        ("Channel", CHANNEL),
        ("Hostname", event.get("Computer")),
        ("EventTime", &event.time),
        ("UserID", event.get("UserID")),
        ("ProcessID", event.get("ProcessID")),
        ("RecordNumber", event.get("EventRecordID")),
        ("EventID", event.get("EventCode")),
    ] {
        object.insert(name.to_owned(), text.into());
    }
    Value::Object(object)
}

/// Values as a list: Fluent Bit, Fluentd, PowerShell.
fn listed(event: &Event<'_>, key: &str, list: Value) -> Value {
    let mut object = json!({"ProviderName": PROVIDER, "Channel": CHANNEL, "EventID": event.id(),
        "Computer": event.get("Computer"), "EventRecordID": event.get("EventRecordID"), "TimeCreated": event.time,
        "ProcessID": event.get("ProcessID"), "UserID": event.get("UserID")});
    object["EventRecordId"] = object["EventRecordID"].take();
    object.as_object_mut().unwrap().remove("EventRecordID");
    object[key] = list;
    object
}

fn lines(objects: impl Iterator<Item = Value>) -> Vec<u8> {
    objects.flat_map(|object| (object.to_string() + "\n").into_bytes()).collect()
}

#[test]
fn every_collector_and_every_table_tells_the_same_stories() {
    let xml = events();
    let rows = all_rows(Rendering::XmlFields);
    let events: Vec<Event<'_>> = rows
        .iter()
        .map(|row| {
            let micros = value(row, "_time").replace('.', "").parse().unwrap();
            Event { row, time: iismodcheck::detect::time::format(micros) }
        })
        .collect();
    let tables: [(&str, Cells); 5] = [
        ("kibana", kibana),
        ("velociraptor", velociraptor),
        ("evtxecmd", evtx_ecmd),
        ("logparser", log_parser),
        ("plaso", plaso),
    ];
    let mut files: Vec<(String, Vec<u8>)> = tables
        .iter()
        .map(|(name, cells)| ((*name).to_owned(), table(&events.iter().map(cells).collect::<Vec<_>>())))
        .collect();
    let sketch: Vec<Flat> = xml
        .iter()
        .map(|xml| {
            let cells = [("message", "[29 / 0x001d] x"), ("timestamp_desc", "x"), ("xml_string", xml)];
            cells.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()
        })
        .collect();
    files.push(("timesketch".to_owned(), table(&sketch)));
    let mut json = |name: &str, object: &dyn Fn(&Event<'_>) -> Value| {
        files.push((name.to_owned(), lines(events.iter().map(object))));
    };
    json("elastic", &elastic);
    json("elastic_search", &|event| json!({"_index": "x", "_source": elastic(event)}));
    json("otel_map", &|event| otel(event, &event.data().into()));
    json("otel_list", &|event| {
        let list: Vec<Value> = event.data().into_iter().map(|(name, text)| json!({name: text})).collect();
        otel(event, &json!({"data": list}))
    });
    json("tree", &tree);
    json("wazuh", &wazuh);
    json("nxlog", &nxlog);
    json("fluent_bit", &|event| listed(event, "StringInserts", event.strings().into()));
    json("fluentd", &|event| listed(event, "EventData", event.strings().into()));
    json("powershell", &|event| {
        listed(event, "Properties", event.strings().iter().map(|text| json!({"Value": text})).collect())
    });
    json("evtxecmd_json", &|event| {
        let cells = evtx_ecmd(event).into_iter().map(|(name, text)| (name, text.into()));
        Value::Object(cells.collect())
    });
    json("azure_windows_event", &|event| listed(event, "EventData", event.data().into()));
    for (name, key) in [("elastic_original", "event.original"), ("otel_raw", "body")] {
        files.push((name.to_owned(), lines(xml.iter().map(|xml| json!({key: xml})))));
    }
    files.push(("plain".to_owned(), csv(&xml)));
    let contents: Vec<(&str, &[u8])> =
        files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let folder = folder(&contents);
    // A list of values tells the same as values with names, and says that it is one.
    let scan = |name: &str| {
        let document = run_in(folder.path(), &["scan", "--format", "json", name]).good();
        findings(&document.replace(
            "\"iis_module_image_source\": \"fallback\"",
            "\"iis_module_image_source\": \"event_data\"",
        ))
    };
    let expected = scan("plain");
    assert!(expected.len() > 10);
    for (name, _) in &files {
        let (mut found, mut expected) = (scan(name), expected.clone());
        if ["plaso", "wazuh"].contains(&name.as_str()) {
            // Neither writes the account, which the sentence names too.
            for finding in found.iter_mut().chain(&mut expected) {
                for column in ["iis_actor", "why"] {
                    finding.as_object_mut().unwrap().remove(column).unwrap_or_default();
                }
            }
        }
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
    }
}

/// A change that failed is judged as the change, and told as attempted: with it, beside it, and in every level.
#[test]
fn what_failed_is_told_as_attempted() {
    let made = events();
    let number = |xml: &String| xml.replace("<EventID>29<", "<EventID>30<");
    let failed: Vec<String> = made.iter().filter(|xml| !xml.contains("<EventID>50<")).map(number).collect();
    let both = [made.clone(), failed.clone()].concat();
    let folder = folder(&[("made", &csv(&made)), ("failed", &csv(&failed)), ("both", &csv(&both))]);
    for level in ["change", "row"] {
        let scan = |name: &str| {
            findings(&run_in(folder.path(), &["scan", "--format", "json", "--level", level, name]).good())
        };
        let mut found = scan("failed");
        assert!(found.len() > 10);
        assert!(found.iter().all(|finding| finding["iis_module_action"] == "attempted"), "{found:?}");
        let (both, of_made) = (scan("both"), scan("made"));
        let (attempted, committed): (Vec<Value>, Vec<Value>) =
            both.into_iter().partition(|finding| finding["iis_module_action"] == "attempted");
        assert_eq!(attempted, found, "{level}");
        assert!(committed == of_made, "{level}");
        if level == "change" {
            let json = run_in(folder.path(), &["scan", "--format", "json", "failed"]).good();
            std::fs::write(folder.path().join("scan.json"), json).unwrap();
            let mut explained = 0;
            for finding in &found {
                let id = finding["iis_finding_id"].as_str().unwrap();
                let explain = ["allowlist", "explain", "--from", "scan.json", "--finding", id];
                let told = run_in(folder.path(), &explain);
                // What is about no single module is not explained, and says so.
                if told.code == Some(0) {
                    assert!(told.stdout.starts_with("Attempted, not made (event 30): "), "{}", told.stdout);
                    explained += u32::from(!told.stdout.contains("the scan said"));
                }
            }
            assert!(explained > 10, "{explained} of {}", found.len());
        }
        if level == "row" {
            for (failed, made) in found.iter_mut().zip(&of_made) {
                failed["iis_module_action"] = made["iis_module_action"].clone();
                assert_eq!(failed, made);
            }
        }
    }
}

/// The story of three modules in the files of tests/fixtures/formats: what each was found to be, and where.
#[test]
fn the_three_modules_of_every_file() {
    let folder = fixtures().join("formats");
    let three = ["known_good", "image_hijack", "unknown"];
    let unseen = ["unknown", "unverified", "unverified"];
    for (file, verdicts, host) in [
        ("02_csv_raw_json_winlogbeat.csv", &three[..], "web01.example.com"),
        ("03_plaso_dynamic.csv", &three, "web01.example.com"),
        ("04_mixed_xml_and_json.csv", &three, "web01.example.com"),
        ("05_event_id_float.csv", &three, "web01.example.com"),
        ("08_blank_in_empty_data.csv", &["masquerade_path"], "web01.example.com"),
        ("12_eventviewer_de.csv", &unseen, ""),
        ("13_wevtutil_without_root.xml", &three, "web01.example.com"),
        ("14_velociraptor_evtxhunter.csv", &three, "web01.example.com"),
        ("17_time.csv", &["image_hijack"], "web01.example.com"),
        ("18_evtxecmd.csv", &three, "web01.example.com"),
        ("three.evtx", &three, "web01.example.com"),
    ] {
        let json: Value =
            serde_json::from_str(&run_in(&folder, &["scan", "--format", "json", file]).good()).unwrap();
        let found = json["findings"].as_array().unwrap();
        let of = |name: &str| -> Vec<&str> {
            found.iter().map(|finding| finding[name].as_str().unwrap_or_default()).collect()
        };
        assert_eq!(of("iis_module_verdict"), verdicts, "{file}");
        assert!(of("iis_host").iter().all(|found| *found == host), "{file}");
        assert!(of("_time").iter().all(|time| time.starts_with("2026-03-04T09:")), "{file}");
        let images = of("iis_module_image").iter().filter(|image| !image.is_empty()).count();
        assert_eq!(images, if host.is_empty() { 0 } else { found.len() }, "{file}");
    }
}

/// A time in every form that programs write, in a table. One that nobody knows is told, and never a day of 1970.
#[test]
fn times_in_every_form() {
    let text = std::fs::read_to_string(fixtures().join("formats/17_time.csv")).unwrap();
    let (known, unknown) = (Some("2026-03-04T09:14:10"), None);
    for (time, expected) in [
        ("2026-03-04 09:14:10.123 +00:00", known),
        ("2026-03-04 09:14:10.123 UTC", known),
        ("2026-03-04 09:14:10.125456+00:00", known),
        ("2026-03-04T10:14:10+01:00", known),
        ("1772615650", known),
        ("1772615650.123", known),
        ("1772615650123", known),
        ("1772615650123456", known),
        ("1772615650123456789", known),
        ("134170892501230000", known),
        ("/Date(1772615650123)/", known),
        ("46085.384838", known),
        ("46085,384838", known),
        ("Mar 4, 2026 @ 09:14:10.123", known),
        ("Wed Mar 04 09:14:10 2026", known),
        ("20.03.2026", unknown),
        ("12345", unknown),
        ("yesterday", unknown),
    ] {
        let row = text.replacen("2026-03-04 09:14:10.123 +00:00", &format!("\"{time}\""), 1);
        let folder = folder(&[("t.csv", row.as_bytes())]);
        let json: Value =
            serde_json::from_str(&run_in(folder.path(), &["scan", "--format", "json", "t.csv"]).good())
                .unwrap();
        let found = json["findings"][0]["_time"].as_str().and_then(|time| time.get(..19));
        assert_eq!(found, expected, "{time}");
        let told = json["summary"]["rows_with_unreadable_time"].as_u64();
        assert_eq!(told, Some(u64::from(expected.is_none())), "{time}");
    }
}
