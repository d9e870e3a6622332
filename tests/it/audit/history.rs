//! The earlier versions of a configuration, and the events beside them.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use iismodcheck::audit::Events;
use iismodcheck::report::{
    Change, Report, TextOptions, write_html, write_json, write_json_lines, write_text,
};
use iismodcheck::scan::{Scanner, Unit};
use serde_json::Value;

use super::images::{engine, problems, report, report_with, told};
use crate::cli::{folder, run_in};
use crate::made::image::{HOST, Image, WRITTEN};

const AUX: &str = r#"<add name="Aux" image="C:\Program Files\Agent\agent.dll" preCondition="bitness64" />"#;
const TEMP: &str = r#"<add name="Aux" image="C:\Windows\Temp\agent.dll" preCondition="bitness64" />"#;

/// The configuration with one more module.
fn with(image: &Image, module: &str) -> String {
    let host = String::from_utf8(image.read(HOST)).unwrap();
    host.replace("<globalModules>\n", &format!("<globalModules>\n{module}\n"))
}

/// What happened, in short: the windows in minutes since the configuration of a quiet image was written.
fn happened(report: &Report) -> Vec<String> {
    let minutes = |time: Option<i64>| match time {
        Some(time) => (time / 1_000_000 - WRITTEN.cast_signed()).div_euclid(60).to_string(),
        None => "?".to_owned(),
    };
    let brief = |change: &Change| {
        let window = format!("{}..{}", minutes(change.after), minutes(change.by));
        format!(
            "{} {} {} {window} {}",
            change.what.as_str(),
            change.section,
            change.name,
            change.told.as_str()
        )
    };
    let [history] = report.histories.as_slice() else { panic!("{:?}", report.histories) };
    history.changes.iter().map(brief).collect()
}

/// Names of the first finding that needs a decision, and what stands beside it.
fn beside(report: &Report) -> Vec<String> {
    let item = report.items.iter().find(|item| item.needs_decision).unwrap();
    item.evidence.iter().map(|evidence| evidence.what.clone()).collect()
}

/// What is done to a quiet image.
type Done = fn(&Image);

/// Each row: what is done to a quiet image, whose history has a module of Windows removed and put back; what happened beside
/// that, and what is told.
const HISTORIES: &[(&str, Done, &[&str], &[&str])] = &[
    ("nothing", |_| {}, &[], &[]),
    (
        "a module that one version has",
        |image| image.version(10, WRITTEN + 600, with(image, AUX).as_bytes()),
        &["appeared globalModules Aux 0..10 not_covered", "went globalModules Aux 10..0 not_covered"],
        &["Aux unknown medium file_missing,not_in_config:history"],
    ),
    (
        "one in Temp that two versions have, each at another place of the file",
        |image| {
            image.version(10, WRITTEN + 600, with(image, TEMP).as_bytes());
            image.version(11, WRITTEN + 900, with(image, &format!("\n{TEMP}")).as_bytes());
        },
        &["appeared globalModules Aux 0..10 not_covered", "went globalModules Aux 15..0 not_covered"],
        &["Aux suspicious_location high file_missing,not_in_config:history,location_temp"],
    ),
    (
        "one that is still there, and one that came after the newest version",
        |image| {
            image.version(10, WRITTEN + 600, with(image, AUX).as_bytes());
            let now = with(image, AUX).replace(
                "</isapiFilters>",
                "<filter name=\"F\" path=\"C:\\Program Files\\Agent\\f.dll\" /></isapiFilters>",
            );
            image.put(HOST, now.as_bytes());
            image.written(HOST, WRITTEN + 1200);
        },
        &["appeared globalModules Aux 0..10 not_covered", "appeared isapiFilters F 10..20 not_covered"],
        &["Aux unknown medium file_missing", "F unknown medium file_missing"],
    ),
    (
        "a listed module with another image for a while",
        |image| {
            let host = String::from_utf8(image.read(HOST)).unwrap();
            let other = host.replace(r"inetsrv\static.dll", r"inetsrv\statics.dll");
            image.version(10, WRITTEN + 600, other.as_bytes());
        },
        &[
            "changed globalModules StaticFileModule 0..10 not_covered",
            "changed globalModules StaticFileModule 10..0 not_covered",
        ],
        &[
            r"StaticFileModule masquerade_path high expected_image:%windir%\System32\inetsrv\static.dll,file_missing,not_in_config:history",
        ],
    ),
    (
        "a startup hook for a while",
        |image| {
            let host = String::from_utf8(image.read(HOST)).unwrap();
            let pool = r#"<add name="DefaultAppPool"><environmentVariables><add name="DOTNET_STARTUP_HOOKS" value="C:\Windows\Temp\hook.dll" /></environmentVariables></add>"#;
            let other = host.replace(r#"<add name="DefaultAppPool" />"#, pool);
            image.version(10, WRITTEN + 600, other.as_bytes());
        },
        &[
            "appeared system.applicationHost/applicationPools DOTNET_STARTUP_HOOKS 0..10 not_covered",
            "went system.applicationHost/applicationPools DOTNET_STARTUP_HOOKS 10..0 not_covered",
        ],
        &[
            "DOTNET_STARTUP_HOOKS suspicious_location high setting:startup-hook,location_temp,file_missing,not_in_config:history",
        ],
    ),
    (
        "a handler of an application that was taken out",
        |image| {
            let host = String::from_utf8(image.read(HOST)).unwrap();
            let handler = r#"<add name="H" path="*.h" verb="*" type="Shop.Web.H, Shop.Web" /></handlers>"#;
            image.version(10, WRITTEN + 600, host.replace("</handlers>", handler).as_bytes());
        },
        &["appeared handlers H 0..10 not_covered", "went handlers H 10..0 not_covered"],
        &[],
    ),
];

#[test]
fn each_version_tells_what_came_and_went() {
    let quiet = [
        "went modules TracingModule -30..-20 not_covered",
        "appeared modules TracingModule -20..0 not_covered",
    ];
    let mut wrong = Vec::new();
    for (what, change, changes, findings) in HISTORIES {
        let image = Image::new();
        change(&image);
        let report = report(&image);
        let expected: Vec<&str> = quiet.iter().chain(*changes).copied().collect();
        if happened(&report) != expected || told(&report) != *findings || !problems(&report).is_empty() {
            wrong.push((what, happened(&report), told(&report), problems(&report)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_finding_says_since_when_it_is_there() {
    let image = Image::new();
    image.version(10, WRITTEN + 600, with(&image, AUX).as_bytes());
    image.put(HOST, with(&image, AUX).as_bytes());
    let first =
        "the first version of the configuration that has it; the one before is of 2024-06-30T12:00:00Z";
    assert_eq!(beside(&report(&image)), [first]);
    let image = Image::new();
    image.put(HOST, with(&image, AUX).as_bytes());
    image.written(HOST, WRITTEN + 600);
    let only = "written into the configuration after its newest earlier version, of 2024-06-30T12:00:00Z";
    assert_eq!(beside(&report(&image)), [only]);
    for (number, minutes) in [(7, 30), (8, 20), (9, 0)] {
        image.version(number, WRITTEN - minutes * 60, &image.read(HOST));
    }
    assert_eq!(beside(&report(&image)), ["the oldest version of the configuration has it already"]);
}

#[test]
fn what_the_history_lacks_is_said() {
    let image = Image::new();
    fs::remove_dir_all(image.at("inetpub/history/CFGHISTORY_0000000008")).unwrap();
    let [gap] = problems(&report(&image)).try_into().unwrap();
    assert!(gap.contains("has the versions 7 and 9, and none between them"), "{gap}");
    image.put("inetpub/history/CFGHISTORY_0000000008/applicationHost.config", b"<configuration>");
    let cut = report(&image);
    assert!(!cut.is_whole());
    assert!(problems(&cut)[0].contains("it ends in the middle"), "{:?}", problems(&cut));
    fs::remove_dir_all(image.at("inetpub/history")).unwrap();
    let none = report(&image);
    assert_eq!((problems(&none).len(), none.histories[0].versions.len()), (0, 0));
    // Elsewhere, and switched off.
    let kept = r#"<system.applicationHost>
<configHistory enabled="false" path="D:\kept" />"#;
    image.edit(HOST, "<system.applicationHost>", kept);
    let off = report(&image);
    assert_eq!(problems(&off), Vec::<String>::new());
    assert!(told(&off).iter().any(|told| told.contains(" weakened ")), "{:?}", told(&off));
    assert_eq!(off.histories[0].folder, r"D:\kept");
}

/// IIS keeps ten; whoever keeps hundreds is told which were not read.
#[test]
fn of_many_versions_the_latest_are_read() {
    let image = Image::new();
    for number in 10..=212 {
        image.version(number, WRITTEN - 100_000 + 60 * number, &image.read(HOST));
    }
    let report = report(&image);
    let told = problems(&report);
    let left_out = told.iter().filter(|told| told.contains("of which the oldest 6 were not read"));
    assert_eq!(left_out.count(), 1, "{told:?}");
    let versions = &report.histories[0].versions;
    let last = &versions.last().unwrap().0;
    assert_eq!(versions.len(), 200);
    assert!(last.contains("CFGHISTORY_0000000212"), "{last}");
}

#[test]
fn every_form_shows_it() {
    let image = Image::new();
    image.version(10, WRITTEN + 600, with(&image, AUX).as_bytes());
    let report = report(&image);
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut output = Vec::new();
        write(&mut output);
        String::from_utf8(output).unwrap()
    };
    let text = |details| {
        let options = TextOptions { width: 400, all: false, details };
        written(&|output| write_text(output, &report, options).unwrap())
    };
    let head = "History of web01: 4 versions from 2024-06-30T11:30:00Z to 2024-06-30T12:10:00Z, the configuration itself written 2024-06-30T12:00:00Z: 2 appeared, 2 went.";
    let change = r"appeared globalModules Aux C:\Program Files\Agent\agent.dll bitness64 (after 2024-06-30T12:00:00Z, by 2024-06-30T12:10:00Z;";
    assert!(text(false).contains(head), "{}", text(false));
    assert!(!text(false).contains(change));
    assert!(text(true).contains(change), "{}", text(true));
    assert!(text(false).contains("the USN journal ($UsnJrnl), the MFT, shadow copies"), "{}", text(false));
    let page = written(&|output| write_html(output, &report).unwrap());
    assert!(page.contains("<h2>History of the configuration</h2>") && page.contains("bitness64"), "{page}");
    let json: Value = serde_json::from_str(&written(&|output| write_json(output, &report).unwrap())).unwrap();
    assert_eq!(crate::schema::faults(&json), [""; 0]);
    assert_eq!(json["histories"][0]["changes"].as_array().unwrap().len(), 4);
    assert_eq!(json["histories"][0]["changes"][2]["by"], "2024-06-30T12:10:00Z");
    let lines = written(&|output| write_json_lines(output, &report).unwrap());
    assert!(lines.lines().any(|line| line.starts_with(r#"{"record":"history""#)), "{lines}");
}

/// An event: at so many minutes, who did what.
fn event(minutes: i64, path: &str, operation: u8, old: &str, new: &str) -> String {
    let at = chrono::DateTime::from_timestamp(WRITTEN.cast_signed() + minutes * 60, 0)
        .unwrap()
        .format("%Y-%m-%dT%H:%M:%SZ");
    let path = path.replace('"', "&quot;");
    format!(
        "<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID><TimeCreated SystemTime='{at}'/>\
         <Channel>Microsoft-IIS-Configuration/Operational</Channel><Computer>WEB01.corp.example</Computer></System><EventData>\
         <Data Name='ConfigPath'>MACHINE/WEBROOT/APPHOST</Data><Data Name='EffectiveLocationPath'></Data>\
         <Data Name='Configuration'>{path}</Data><Data Name='EditOperationType'>{operation}</Data><Data Name='OldValue'>{old}</Data>\
         <Data Name='NewValue'>{new}</Data></EventData></Event>\n"
    )
}

/// The events of one module that is added.
fn added(minutes: i64, name: &str, image: &str) -> String {
    let path = format!("/system.webServer/globalModules/add[@name=\"{name}\"]");
    event(minutes, &path, 1, "", "")
        + &event(minutes, &format!("{path}/@name"), 1, "", name)
        + &event(minutes, &format!("{path}/@image"), 1, "", image)
}

fn removed(minutes: i64, name: &str) -> String {
    event(minutes, &format!("/system.webServer/globalModules/add[@name=\"{name}\"]"), 2, "", "")
}

fn events(text: &str) -> Events {
    let log = folder(&[("log.xml", text.as_bytes())]);
    let mut scanner = Scanner::new(engine(), Unit::Change, Arc::new(AtomicBool::new(false)));
    scanner.read(&[log.path().join("log.xml")], |_| {}).unwrap();
    let since = scanner.since();
    Events::new(scanner.finish().items, since)
}

const AGENT: &str = r"C:\Program Files\Agent\agent.dll";

#[test]
fn events_and_history_are_held_against_each_other() {
    let first = added(-60, "Other", r"%windir%\System32\inetsrv\other.dll");
    // A module of the history with its events, and without.
    let image = Image::new();
    image.version(10, WRITTEN + 600, with(&image, AUX).as_bytes());
    image.written(HOST, WRITTEN + 1200);
    let with_event =
        report_with(&image, events(&(first.clone() + &added(9, "Aux", AGENT) + &removed(19, "Aux"))));
    let of_aux = |report: &Report| {
        happened(report).into_iter().filter(|change| change.contains("Aux")).collect::<Vec<_>>()
    };
    assert_eq!(
        of_aux(&with_event),
        ["appeared globalModules Aux 0..10 told", "went globalModules Aux 10..20 told"]
    );
    let without = report_with(&image, events(&first));
    assert_eq!(
        of_aux(&without),
        ["appeared globalModules Aux 0..10 none", "went globalModules Aux 10..20 none"]
    );
    let late = report_with(&image, events(&added(5, "Other", r"%windir%\System32\inetsrv\other.dll")));
    assert_eq!(of_aux(&late)[0], "appeared globalModules Aux 0..10 not_covered");
    // What is there without an event says so.
    image.put(HOST, with(&image, AUX).as_bytes());
    let by_hand = report_with(&image, events(&first));
    assert!(beside(&by_hand)[1].starts_with("no event tells of it since then"), "{:?}", beside(&by_hand));
    let told = report_with(&image, events(&(first + &added(9, "Aux", AGENT))));
    assert_eq!(beside(&told).len(), 1);
}

#[test]
fn events_whose_module_is_gone_are_told() {
    for (events_of, expected) in [
        (added(5, "Aux", AGENT), "not in the configuration any more, and no event tells that it was removed"),
        (added(5, "Aux", AGENT) + &removed(8, "Aux"), "an event tells that it was removed"),
    ] {
        let report = report_with(&Image::new(), events(&events_of));
        let item = report.items.iter().find(|item| item.needs_decision).unwrap();
        assert_eq!((item.verdict.as_str(), item.time.is_some()), ("unknown", true));
        assert_eq!(beside(&report), [expected]);
    }
    // The history has it for a while.
    let image = Image::new();
    image.version(10, WRITTEN + 600, with(&image, AUX).as_bytes());
    image.written(HOST, WRITTEN + 1200);
    let report = report_with(&image, events(&added(9, "Aux", AGENT)));
    let gone = "not in the configuration any more: it went after the version of 2024-06-30T12:10:00Z, and no event tells of that";
    assert!(report.items.iter().any(|item| item.evidence.iter().any(|own| own.what == gone)));
    // One that is there, and one of Windows that is gone, are not.
    let image = Image::new();
    let quiet = added(5, "StaticFileModule", r"%windir%\System32\inetsrv\static.dll")
        + &added(5, "WebDAVModule2", "x")
        + &removed(4, "WebDAVModule2");
    let report = report_with(&image, events(&quiet));
    assert_eq!(told(&report).len(), 1, "{:?}", told(&report));
    // Events of another host are told.
    let other = report_with(&Image::new(), events(&added(5, "Aux", AGENT).replace("WEB01", "web02")));
    assert!(problems(&other)[0].contains("the events are of web02"), "{:?}", problems(&other));
}

#[test]
fn the_command_line_takes_a_history_and_logs() {
    let image = Image::new();
    image.version(10, WRITTEN + 600, with(&image, AUX).as_bytes());
    let log = added(9, "Aux", AGENT);
    let files = folder(&[
        ("applicationHost.config", &image.read(HOST)),
        ("log.xml", log.as_bytes()),
        ("text.txt", b"nothing"),
    ]);
    let history = image.at("inetpub/history").display().to_string();
    let run = |arguments: &[&str]| {
        run_in(files.path(), &[&["audit", "applicationHost.config", "--format", "json"], arguments].concat())
    };
    let told: Value =
        serde_json::from_str(&run(&["--history", &history, "--host", "web01", "--events", "log.xml"]).good())
            .unwrap();
    assert_eq!(told["histories"][0]["changes"][2]["event"], "told");
    let none: Value = serde_json::from_str(&run(&["--host", "web01", "--events", "log.xml"]).good()).unwrap();
    assert_eq!(none["histories"][0]["versions"].as_array().unwrap().len(), 0);
    assert!(run(&["--history", "log.xml"]).stderr.contains("it is no folder"));
    assert_eq!(run(&["--events", "text.txt"]).code, Some(2));
}
