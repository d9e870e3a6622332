//! The stories as an event log and as JSON of a collector, and a folder of three servers as a responder brings it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{COLUMNS, expected, file, rows, written};
use crate::cli::run_in;
use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::log::log;
use crate::splunk::scan::scan_file;
use crate::stories::events;

/// An event as Winlogbeat 8 writes it.
fn winlogbeat(event: &ConfigEvent) -> String {
    let texts = [
        ("ConfigPath", &event.config_path),
        ("Configuration", &event.configuration),
        ("EditOperationType", &event.operation),
        ("OldValue", &event.old),
        ("NewValue", &event.new),
    ];
    let kept = if event.is_commit() { &texts[..1] } else { &texts };
    // Winlogbeat leaves out what is empty.
    let data: serde_json::Map<String, Value> = kept
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| ((*name).to_owned(), Value::from(text.as_str())))
        .collect();
    let id = if event.is_commit() { "50" } else { "29" };
    let provider = "Microsoft-Windows-IIS-Configuration";
    let document = json!({
        "@timestamp": iismodcheck::detect::time::format(event.time),
        "event": {"code": id, "provider": provider},
        "host": {"name": "collector"},
        "message": event.message(),
        "winlog": {
            "channel": "Microsoft-IIS-Configuration/Operational",
            "computer_name": event.host,
            "event_id": id,
            "event_data": data,
            "process": {"pid": event.process.parse::<u32>().unwrap()},
            "provider_name": provider,
            "record_id": event.record.parse::<u64>().unwrap(),
            "user": {"identifier": event.actor},
        },
    });
    document.to_string() + "\n"
}

fn lines(events: &[ConfigEvent]) -> String {
    events.iter().map(winlogbeat).collect()
}

/// Three servers: on the second an account registers a module and takes logging away, and the third has the module as well.
struct Incident {
    web01: Vec<ConfigEvent>,
    web02: Vec<ConfigEvent>,
    web03: String,
}

fn incident() -> Incident {
    const INETSRV: &str = r"%windir%\System32\inetsrv\";
    const BAD: (&str, &str) = ("SessionCacheModule", r"C:\ProgramData\Microsoft\Cache\sesscache.dll");
    let blank = |host: &str, actor: &str, process: &str, hours: i64, record: i64| ConfigEvent {
        host: host.to_owned(),
        process: process.to_owned(),
        actor: actor.to_owned(),
        time: 1_700_000_000_000_000 + hours * 3_600_000_000,
        record: record.to_string(),
        config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
        location: String::new(),
        configuration: String::new(),
        operation: "50".to_owned(),
        old: String::new(),
        new: String::new(),
    };
    let setup = [
        ("StaticFileModule", "static.dll"),
        ("DefaultDocumentModule", "defdoc.dll"),
        ("HttpLoggingModule", "loghttp.dll"),
    ];
    let installed = |host: &str| -> Vec<ConfigEvent> {
        (0..)
            .zip(setup)
            .flat_map(|(number, (name, dll))| {
                blank(host, "S-1-5-18", "2100", 0, 100 + 6 * number).installation(
                    true,
                    name,
                    &format!("{INETSRV}{dll}"),
                )
            })
            .collect()
    };
    let mut web01 = installed("WEB01.example.com");
    let agent = blank("WEB01.example.com", "S-1-5-21-1-2-3-500", "4300", 26, 118);
    web01.extend(agent.installation(true, "ContosoAgent", r"C:\Program Files\Contoso\Agent\agent.dll"));
    let mut web02 = installed("WEB02.example.com");
    let attacker = blank("WEB02.example.com", "S-1-5-21-1-2-3-1108", "5120", 77, 118);
    web02.extend(attacker.installation(true, BAD.0, BAD.1));
    let removed = |section: &str, record: i64| ConfigEvent {
        configuration: format!("/system.webServer/{section}/add[@name=\"HttpLoggingModule\"]"),
        operation: "2".to_owned(),
        time: attacker.time + 60_000_000,
        record: record.to_string(),
        ..attacker.clone()
    };
    web02.extend([removed("globalModules", 124), removed("modules", 125)]);
    web02.push(ConfigEvent { time: attacker.time + 60_010_000, record: "126".to_owned(), ..attacker });
    let modules = setup.map(|(name, dll)| (name, format!("{INETSRV}{dll}")));
    let listed = modules.iter().map(|(name, image)| (*name, image.as_str())).chain([BAD]);
    let cells = listed.map(|(name, image)| format!("\"{name}\",\"{image}\",\"\",\"web03.example.com\"\n"));
    let head = "\"Name\",\"Image\",\"PreCondition\",\"PSComputerName\"\n".to_owned();
    Incident { web01, web02, web03: head + &cells.collect::<String>() }
}

#[test]
fn the_stories_are_a_log_and_json_as_well() {
    let events: Vec<ConfigEvent> = events().into_iter().map(|(_, event)| event).collect();
    let (log, json) = (log(&events), lines(&events));
    written(&file("stories.evtx"), log);
    written(&file("stories-winlogbeat.ndjson"), json);
    // They have the images, so that they say what XML says.
    for name in ["stories.evtx", "stories-winlogbeat.ndjson"] {
        let found = expected(&COLUMNS, &scan_file(&file(name)));
        assert_eq!(found, expected(&COLUMNS, &crate::splunk::scan::scan(&rows(Rendering::XmlRaw))), "{name}");
    }
}

#[test]
fn three_servers_in_a_folder() {
    const TOLD: [&str; 8] = [
        "iis_module_severity",
        "iis_module_verdict",
        "iis_module_action",
        "iis_module_name",
        "iis_module_image",
        "iis_host",
        "_time",
        "iis_actor",
    ];
    let Incident { web01, web02, web03 } = incident();
    let log_name = "collected/web01/Microsoft-IIS-Configuration%4Operational.evtx";
    for name in ["web01", "web02", "web03"] {
        std::fs::create_dir_all(file("collected").join(name)).unwrap();
    }
    written(&file(log_name), log(&web01));
    written(&file("collected/web02/winlogbeat.ndjson"), lines(&web02));
    written(&file("collected/web03/modules.csv"), web03);
    let found = scan_file(&file("collected"));
    written(&file("expected-collected.tsv"), expected(&TOLD, &found));
    let text = run_in(&file(""), &["scan", "collected"]).good();
    for part in ["SessionCacheModule", "web02.example.com", "web03.example.com", "sesscache.dll"] {
        assert!(text.lines().take(12).any(|line| line.contains(part)), "{part}: {text}");
    }
}

/// Each story that the script can make is in it, and what it cannot is said; it loads nothing from anywhere.
#[test]
fn the_lab_makes_the_stories() {
    let script = std::fs::read_to_string(file("lab.ps1")).unwrap();
    let stories: BTreeSet<&str> = events().iter().map(|(story, _)| *story).collect();
    for story in stories {
        let made = script.contains(&format!("    '{story}' = {{"));
        let not_made = script.contains(&format!("\"{story}\""));
        assert!(made != not_made, "{story}");
    }
    let lower = script.to_lowercase();
    for word in
        ["http://", "https://", "webrequest", "restmethod", "webclient", "bitstransfer", "invoke-expression"]
    {
        assert!(!lower.contains(word), "{word}");
    }
}
