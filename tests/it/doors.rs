//! One module gets the same verdict whichever door it comes through.

use std::fmt::Write as _;

use searchcommand::testing::Event;
use serde_json::Value;

use crate::cli::{folder, run_in};
use crate::command::levels::roll_up;
use crate::command::rows::Row;
use crate::command::{annotate_in, app::App};

/// Name, image (or `type:` and a managed type, or nothing), verdict. Where a row by itself is judged otherwise by design
/// (it shows no image, and its sibling rows may), the verdict of the row, a slash, and that of all other doors.
const MODULES: &[(&str, &str, &str)] = &[
    ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll", "known_good"),
    ("StaticFileModule", r"C:\WINDOWS\system32\inetsrv\STATIC.DLL", "known_good"),
    ("StaticFileModule", r"%SystemRoot%\System32\.\inetsrv\x\..\static.dll", "known_good"),
    ("StaticFileModule", "%windir%/System32/inetsrv/static.dll", "known_good"),
    ("StaticFileModule", "\"%windir%\\System32\\inetsrv\\static.dll\"", "known_good"),
    ("StaticFileModule", r"C:\Windows\Temp\static.dll", "masquerade_path"),
    ("StaticFileModule", r"\\?\C:\Windows\System32\inetsrv\static.dll", "masquerade_path"),
    ("StaticFileModule", r"\\server\share\static.dll", "masquerade_path"),
    ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll:x", "masquerade_path"),
    ("StaticFileModule", "static.dll", "masquerade_path"),
    ("StaticFileModule", r"%windir%\System32\inetsrv\defdoc.dll", "masquerade_path"),
    ("StaticFileModule", "", "incomplete/unverified"),
    ("Static", r"%windir%\System32\inetsrv\static.dll", "alias"),
    ("staticfilemodule", r"%windir%\System32\inetsrv\static.dll", "lookalike"),
    ("staticfilemodule", r"D:\a.dll", "lookalike"),
    ("StaticFi1eModule", r"D:\a.dll", "lookalike"),
    ("StaticFileModule ", r"D:\a.dll", "lookalike"),
    ("St\u{430}ticFileModule", r"D:\a.dll", "lookalike"),
    ("StaticFileModule2", r"D:\a.dll", "lookalike"),
    ("Innocent", r"D:\StaticFileModule.dll", "lookalike"),
    ("FastCgiModule_64bit", r"%windir%\System32\inetsrv\iisfcgix64.dll", "known_malicious"),
    ("Innocent", r"D:\IIS-Raid-Backdoor.dll", "known_malicious"),
    ("Innocent", r"D:\cache.dll", "unknown"),
    ("Innocent", r"C:\ProgramData\i.dll", "suspicious_location"),
    ("Innocent", r"C:\Users\Public\i.dll", "suspicious_location"),
    ("Innocent", r"C:\inetpub\wwwroot\bin\i.dll", "suspicious_location"),
    ("Innocent", r"C:\PROGRA~1\i.dll", "suspicious_location"),
    ("Innocent", r"%VENDOR%\i.dll", "suspicious_location"),
    ("Innocent", r"\\server\share\i.dll", "suspicious_location"),
    ("Innocent", r"C:\Program Files\Innocent\i.dll", "unknown"),
    ("Innocent", "", "unknown"),
    ("x\" NewValue=1 Computer=dev01 y", r"C:\Program Files\Innocent\i.dll", "unknown"),
    ("name with ' at ' and [brackets], comma", r"C:\Program Files\Innocent\i.dll", "unknown"),
    ("Модуль", r"C:\Program Files\Модуль\м.dll", "unknown"),
    ("Contoso", r"D:\Contoso\contoso.dll", "allowed"),
    ("Contoso", r"D:\Contoso\other.dll", "masquerade_path"),
    ("Elsewhere", r"D:\Elsewhere\e.dll", "allow_out_of_scope"),
    ("Past", r"D:\Past\p.dll", "allow_expired"),
    ("VendorFilter", r"D:\Vendor\7\acme.dll", "allowed"),
    ("VendorFilter", r"D:\Vendor\7\filter.dll", "lookalike"),
    ("Foe", r"D:\Foe\foe.dll", "denied"),
    ("kerbauth", r"%ExchangeInstallPath%\Bin\kerbauth.dll", "known_good"),
    ("CgiModule", r"%IIS_BIN%\cgi.dll", "unknown"),
    ("Session", "type:System.Web.SessionState.SessionStateModule", "known_good"),
    ("Session", "type:Evil.SessionStateModule, Evil", "masquerade_type"),
    ("Innocent", "type:Innocent.Module, Innocent", "unknown"),
];

const ALLOWLIST: &str = "id,name,image,match,effect,host,expires\n\
    contoso,Contoso,D:\\Contoso\\contoso.dll,,,web01*,2099-12-31\n\
    elsewhere,Elsewhere,D:\\Elsewhere\\e.dll,,,db*,2099-12-31\n\
    past,Past,D:\\Past\\p.dll,,,,2020-12-31\n\
    vendor,Vendor*,D:\\Vendor\\*\\*.dll,glob,,,2099-12-31\n\
    foe,Foe,,name,deny,,\n";
const HOST: &str = "web01.corp.example";
const DATE: &str = "2026-03-02T02:13:55Z";

/// The event row that shows the most of a module.
fn row(name: &str, identity: &str) -> Row {
    match identity.strip_prefix("type:") {
        Some(type_name) => Row::type_name(name, type_name),
        None if identity.is_empty() => Row::element("globalModules", name),
        None => Row::image(name, identity),
    }
}

fn split(identity: &str) -> (&str, &str) {
    identity.strip_prefix("type:").map_or((identity, ""), |type_name| ("", type_name))
}

/// Verdict and rule of each annotated row.
fn decided(events: &[Event]) -> Vec<[String; 2]> {
    events
        .iter()
        .map(|event| ["iis_module_verdict", "iis_module_rule"].map(|field| event.text(field)))
        .collect()
}

fn app() -> App {
    App::with("iismodcheck_allowlist.csv", ALLOWLIST)
}

/// All modules through the search command in one chunk.
fn searched(arguments: &[&str], events: &[Event]) -> Vec<[String; 2]> {
    let app = app();
    decided(&annotate_in(app.start(), &[&["packs=exchange"], arguments].concat(), events))
}

fn rows(of: impl Fn(&Row, &str) -> Event) -> Vec<Event> {
    MODULES.iter().map(|(name, identity, _)| of(&row(name, identity), identity)).collect()
}

fn by_change() -> Vec<[String; 2]> {
    let app = app();
    let rows = annotate_in(app.start(), &["parts=true"], &rows(|row, _| row.xml_event()));
    // Each by itself: two images of one name would be one change.
    let changes: Vec<Event> = rows.iter().flat_map(|row| roll_up(std::slice::from_ref(row))).collect();
    assert_eq!(changes.len(), MODULES.len());
    decided(&annotate_in(app.start(), &["input=change", "packs=exchange"], &changes))
}

/// What a list says of each module: name, image, type, host and time as any list does, and what only a collector tells.
fn listed(collected: bool) -> Vec<Vec<(&'static str, &'static str)>> {
    let cells = |(name, identity, _): &(&'static str, &'static str, &str)| {
        let (image, type_name) = split(identity);
        let mut cells =
            vec![("name", *name), ("image", image), ("type", type_name), ("host", HOST), ("_time", DATE)];
        let [section, kind] =
            if type_name.is_empty() { ["globalModules", "native"] } else { ["modules", "managed"] };
        if collected {
            cells.extend([("section", section), ("kind", kind), ("operation", "add"), ("record", "module")]);
            cells.extend([("config_path", "MACHINE/WEBROOT/APPHOST"), ("file_sha256", "00")]);
        }
        cells
    };
    MODULES.iter().map(cells).collect()
}

fn by_inventory(collected: bool) -> Vec<[String; 2]> {
    let events: Vec<Event> = listed(collected).iter().map(|cells| Event::new(cells)).collect();
    searched(&["input=module"], &events)
}

fn by_scan(collected: bool) -> Vec<[String; 2]> {
    let rows = listed(collected);
    let mut list = csv::Writer::from_writer(Vec::new());
    list.write_record(rows[0].iter().map(|(column, _)| column)).unwrap();
    for cells in &rows {
        list.write_record(cells.iter().map(|(_, cell)| cell)).unwrap();
    }
    let files = folder(&[("list.csv", &list.into_inner().unwrap()), ("allow.csv", ALLOWLIST.as_bytes())]);
    let arguments =
        ["scan", "--format", "json", "--allowlist", "allow.csv", "--packs", "exchange", "list.csv"];
    let json: Value = serde_json::from_str(&run_in(files.path(), &arguments).good()).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().unwrap().iter();
    findings.map(|finding| ["iis_module_verdict", "iis_module_rule"].map(|key| text(finding, key))).collect()
}

fn by_explanation() -> Vec<[String; 2]> {
    let files = folder(&[("allow.csv", ALLOWLIST.as_bytes())]);
    let explained = |(name, identity, _): &(&str, &str, &str)| {
        let (image, type_name) = split(identity);
        let mut arguments = vec!["allowlist", "explain", "--host", HOST, "--allowlist", "allow.csv"];
        arguments.extend(["--packs", "exchange", "--as-of", DATE]);
        if !type_name.is_empty() {
            arguments.extend(["--type", type_name]);
        }
        arguments.extend(["--", *name]);
        if !image.is_empty() {
            arguments.push(image);
        }
        let text = run_in(files.path(), &arguments).good();
        let after = |start: &str, end: &[char]| {
            let line = text.lines().find_map(|line| line.strip_prefix(start));
            line.map_or("", |line| line.split(end).next().unwrap()).to_owned()
        };
        let rule = after("Decided by ", &[' ']);
        [after("Verdict: ", &[' ']), rule.strip_suffix('.').unwrap_or(&rule).to_owned()]
    };
    MODULES.iter().map(explained).collect()
}

#[test]
fn one_module_gets_one_verdict_through_every_door() {
    let classic = |row: &Row, identity: &str| match split(identity) {
        ("", "") => row.classic_event(""),
        ("", type_name) => row.classic_event(&format!("\nNewValue=\"{type_name}\"")),
        (image, _) => row.classic_event(&format!("\nimage=\"{}\"", image.trim_matches('"'))),
    };
    let doors: [(&str, bool, Vec<[String; 2]>); 9] = [
        ("XML in _raw", true, searched(&[], &rows(|row, _| row.xml_event()))),
        ("extracted fields", true, searched(&["raw=false"], &rows(|row, _| row.fields_event()))),
        ("classic text with the image behind it", true, searched(&[], &rows(classic))),
        ("the change level", false, by_change()),
        ("an inventory", false, by_inventory(false)),
        ("rows of a collector", false, by_inventory(true)),
        ("scan of a list", false, by_scan(false)),
        ("scan of rows of a collector", false, by_scan(true)),
        ("allowlist explain", false, by_explanation()),
    ];
    let mut wrong = String::new();
    for (number, (name, identity, verdict)) in MODULES.iter().enumerate() {
        let (of_row, of_others) = verdict.split_once('/').unwrap_or((verdict, verdict));
        let rule = &doors[0].2[number][1];
        for (door, is_row, decided) in &doors {
            let expected = if *is_row { of_row } else { of_others };
            let [found, by] = &decided[number];
            if found != expected || by != rule {
                writeln!(
                    wrong,
                    "{name} {identity} by {door}: {found} by {by:?}, expected {expected} by {rule:?}"
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
