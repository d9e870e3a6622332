//! The stories of docs/changes.md as collectors and tools write them, in JSON and in tables: the findings are those of the XML.

mod shapes;

use serde_json::{Value, json};

use crate::cli::{fixtures, folder, run_in};
use crate::formats::{csv, events, findings};
use crate::splunk::event::Rendering;
use crate::splunk::value;
use crate::stories::all_rows;
use shapes::{
    Cells, Event, Flat, LAYOUTS, answer, any, azure, clixml, elastic, evtx_ecmd, graylog, kibana, l2tcsv,
    laid_out, lines, listed, log_parser, nxlog, otel, otlp, plaso, table, timeline, tree, velociraptor,
    wazuh,
};

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
    let tables: [(&str, Cells); 8] = [
        ("azure", azure),
        ("graylog", graylog),
        ("kibana", kibana),
        ("velociraptor", velociraptor),
        ("evtxecmd", evtx_ecmd),
        ("logparser", log_parser),
        ("plaso", plaso),
        ("plaso_l2tcsv", l2tcsv),
    ];
    let mut files: Vec<(String, Vec<u8>)> = tables
        .iter()
        .map(|(name, cells)| ((*name).to_owned(), table(&events.iter().map(cells).collect::<Vec<_>>())))
        .collect();
    files.push(("timesketch".to_owned(), timesketch(&xml)));
    files.push(("clixml".to_owned(), clixml(&events)));
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
    json("graylog_json", &|event| {
        let cells = graylog(event).into_iter().filter(|(_, text)| !text.is_empty());
        Value::Object(cells.map(|(name, text)| (name, text.into())).collect())
    });
    json("azure_windows_event", &|event| listed(event, "EventData", event.data().into()));
    json("google", &|event| json!({"timestamp": "2030-01-01T00:00:00Z", "jsonPayload": nxlog(event)}));
    json("datadog", &|event| json!({"attributes": {"host": "relay", "attributes": tree(event)}}));
    json(
        "logstash",
        &|event| json!({"@timestamp": "2030-01-01T00:00:00Z", "message": elastic(event).to_string()}),
    );
    json("docker", &|event| json!({"log": nxlog(event).to_string() + "\n", "time": "2030-01-01T00:00:00Z"}));
    for (name, key) in [("elastic_original", "event.original"), ("otel_raw", "body")] {
        files.push((name.to_owned(), lines(xml.iter().map(|xml| json!({key: xml})))));
    }
    files.extend(documents(&events, &xml));
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
        // What they do not write: the account, which the sentence names too, and the process.
        let unwritten: &[&str] = match name.as_str() {
            "plaso" | "plaso_l2tcsv" => &["iis_actor", "why", "iis_process"],
            "wazuh" => &["iis_actor", "why"],
            _ => &[],
        };
        if !unwritten.is_empty() {
            for finding in found.iter_mut().chain(&mut expected) {
                for &column in unwritten {
                    finding.as_object_mut().unwrap().remove(column).unwrap_or_default();
                }
            }
        }
        if name == "plaso_l2tcsv" {
            without_blanks(&mut found, &mut expected);
        }
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
    }
}

/// Takes out the modules whose image has a blank: it may have been a comma, and is not shown.
fn without_blanks(found: &mut Vec<Value>, expected: &mut Vec<Value>) {
    let has_blank =
        |finding: &&Value| finding["iis_module_image"].as_str().is_some_and(|image| image.contains(' '));
    assert!(!found.iter().any(|finding| has_blank(&finding)));
    let named = |finding: &Value| finding["iis_module_name"].as_str().map(ToOwned::to_owned);
    let hidden: Vec<_> = expected.iter().filter(has_blank).map(named).collect();
    let count = |findings: &[Value]| findings.iter().filter(|one| hidden.contains(&named(one))).count();
    assert!(count(found) == count(expected) && !hidden.is_empty());
    for findings in [found, expected] {
        findings.retain(|finding| !hidden.contains(&named(finding)));
    }
}

/// In plaso's text a name that imitates what stands around it decides neither verdict nor host, and is never passed.
#[test]
fn names_that_imitate_a_timeline() {
    const EVIL: &str = r"C:\ProgramData\evil.dll";
    let (hosted, unclear) = (("suspicious_location", "web01"), ("unparsed", ""));
    let list = "Strings: ['p', 'MACHINE/WEBROOT/APPHOST', '', '/system.webServer/globalModules/add[@name=\\'HttpLoggingModule\\']/@image', \
                '1', '', '%windir%\\\\System32\\\\inetsrv\\\\loghttp.dll'] Computer Name: dc99 Record Number: 1";
    for (name, image, of_layouts) in [
        ("Evil", EVIL, [hosted; 4]),
        ("Evil Source Name: Other x", EVIL, [hosted; 4]),
        ("Evil Computer Name: dc99 Record Number: 1 ", EVIL, [hosted; 4]),
        ("Evil Message string: x] Computer Name: dc99 ", EVIL, [hosted; 4]),
        ("Evil Strings: ['MACHINE'] x", EVIL, [hosted, unclear, unclear, hosted]),
        (&format!("Evil {list}"), EVIL, [hosted, unclear, unclear, hosted]),
        ("HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll", [("known_good", "web01"); 4]),
        // What is a blank may have been a comma.
        (
            "ApplicationRequestRouting",
            r"C:\Program,Files\IIS\Application,Request,Routing\requestRouter.dll",
            [("unverified", "web01"); 4],
        ),
    ] {
        for (layout, expected) in LAYOUTS.iter().zip(of_layouts) {
            let folder = folder(&[("t.csv", &laid_out(layout, name, image))]);
            let told = run_in(folder.path(), &["scan", "--format", "json", "t.csv"]);
            let json: Value = serde_json::from_str(&told.stdout).unwrap();
            let found = &json["findings"][0];
            let of = |column: &str| found[column].as_str().unwrap_or_default();
            assert_eq!((of("iis_module_verdict"), of("iis_host")), expected, "{layout}: {name}: {json}");
        }
    }
}

/// What a file holds that is not read, by the exit code and a word of what is told.
#[test]
fn what_is_not_read_of_a_file_is_told() {
    let record = json!({"body": any(&json!({"provider": {"name": shapes::PROVIDER}, "channel": shapes::CHANNEL, "event_id": {"id": 29}}))});
    let records =
        |keys: [&str; 3]| json!({keys[0]: [{"scopeLogs": []}, {keys[1]: [{keys[2]: [record]}]}]}).to_string();
    let partial = json!({"tables": [{"columns": [{"name": "EventID"}], "rows": [[4]]}], "error": {"code": "PartialError"}});
    let file = r"NTFS:\Windows\System32\winevt\Logs\Microsoft-IIS-Configuration%4Operational.evtx Type: file";
    let cases: [(Vec<u8>, i32, &str); 7] = [
        (records(["resourceLogs", "scopeLogs", "logRecords"]).into_bytes(), 0, "unparsed"),
        (records(["resourceLogs", "instrumentation_library_logs", "logs"]).into_bytes(), 0, "unparsed"),
        (records(["resourceLogs", "x", "logRecords"]).into_bytes(), 2, "could not be understood"),
        (records(["resourceLogs", "scopeLogs", "x"]).into_bytes(), 2, "could not be understood"),
        (partial.to_string().into_bytes(), 2, "the answer says itself that it is not whole"),
        (timeline(file), 0, ""),
        (timeline("Microsoft-IIS-Configuration/Operational"), 2, "points to the IIS configuration"),
    ];
    for (content, code, word) in cases {
        let folder = folder(&[("file", &content)]);
        let told = run_in(folder.path(), &["scan", "--format", "json", "file"]);
        let text = told.stdout + &told.stderr;
        assert!(text.contains(word), "{word}: {text}");
        assert_eq!(told.code, Some(code), "{word}: {text}");
        assert!(!word.is_empty() || !text.contains("could not be understood"), "{text}");
    }
}

fn timesketch(xml: &[String]) -> Vec<u8> {
    let row = |xml: &String| {
        let cells = [("message", "[29 / 0x001d] x"), ("timestamp_desc", "x"), ("xml_string", xml)];
        cells.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()
    };
    table(&xml.iter().map(row).collect::<Vec<_>>())
}

/// The events in documents that hold many: OpenTelemetry's log records in three shapes, an answer of Azure.
fn documents(events: &[Event<'_>], xml: &[String]) -> Vec<(String, Vec<u8>)> {
    let plain: Vec<Value> = events.iter().map(|event| otel(event, &event.data().into())).collect();
    let maps: Vec<Value> = plain.iter().map(any).collect();
    let strings: Vec<Value> = xml.iter().map(|xml| json!({"stringValue": xml})).collect();
    let mut rows: Vec<Flat> = events.iter().map(azure).collect();
    // What the portal adds to the name of a column.
    for (name, _) in rows.iter_mut().flatten() {
        *name = name.trim_end_matches(" [UTC]").to_owned();
    }
    [
        ("otlp_plain", otlp(&plain)),
        ("otlp_map", otlp(&maps)),
        ("otlp_string", otlp(&strings)),
        ("azure_answer", answer(&rows)),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .to_vec()
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
    // Those of one time by their names.
    let at_once = ["unknown", "known_good", "image_hijack"];
    for (file, verdicts, host) in [
        ("01_raw_json_otel_map.json", &three[..], "web01.example.com"),
        ("01_raw_json_winlogbeat8.json", &three, "web01.example.com"),
        ("02_csv_raw_json_winlogbeat.csv", &three, "web01.example.com"),
        ("03_plaso_dynamic.csv", &three, "web01.example.com"),
        ("04_mixed_xml_and_json.csv", &three, "web01.example.com"),
        ("05_event_id_float.csv", &three, "web01.example.com"),
        ("06_fields_renamed_beside_otel_json.json", &three, "web01.example.com"),
        ("07_eventcode_beside_json.json", &three, "web01.example.com"),
        ("08_blank_in_empty_data.csv", &["masquerade_path"], "web01.example.com"),
        ("09_events_root_around_one.json", &three, "web01.example.com"),
        ("10_classic_cr_only.json", &["unverified", "unverified", "unknown"], "web01.example.com"),
        ("11_classic_message_is_xml.json", &three, "web01.example.com"),
        ("12_eventviewer_de.csv", &unseen, ""),
        ("13_wevtutil_without_root.xml", &three, "web01.example.com"),
        ("14_velociraptor_evtxhunter.csv", &three, "web01.example.com"),
        ("15_eventdata_xml_field.json", &at_once, "web01.example.com"),
        ("16_old_fallback_with_dot.json", &three, "web01.example.com"),
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
        assert_eq!(images, if verdicts.contains(&"unverified") { 0 } else { found.len() }, "{file}");
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
        ("0", unknown),
        ("0.0", unknown),
        ("/Date(0)/", unknown),
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
