//! Lists of modules: the usual forms of `Get-WebGlobalModule` give the same findings as a file of `scan` and as rows
//! of `| iismodcheck input=module`.

use std::path::PathBuf;

use searchcommand::testing::Event;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{folder, run_in};
use crate::command::annotate_in;
use crate::command::app::App;
use crate::splunk::scan::scan_file;
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, value};

/// Each form, and the columns that hold name, image, type, preCondition and host.
const FORMS: [(&str, [&str; 5]); 7] = [
    // Get-WebGlobalModule | Select name,image | Export-Csv
    ("select.csv", ["name", "image", "", "", ""]),
    // Get-WebGlobalModule | Export-Csv
    ("export.csv", ["name", "image", "", "preCondition", ""]),
    // Get-WebGlobalModule | Select Name,Image,PreCondition | ConvertTo-Csv -NoTypeInformation
    ("convert.csv", ["Name", "Image", "", "PreCondition", ""]),
    // Export-Csv -Encoding Unicode
    ("unicode.csv", ["name", "image", "", "preCondition", ""]),
    // Export-Csv -Encoding UTF8 -NoTypeInformation
    ("bom.csv", ["name", "image", "", "preCondition", ""]),
    // Modules with their types, collected by remoting
    ("modules.csv", ["name", "image", "type", "preCondition", "PSComputerName"]),
    // Splunk's PowerShell input, exported as a table
    ("splunk.csv", ["name", "image", "", "preCondition", "host"]),
];

/// Name, verdict and severity of each module of the lists.
const FINDINGS: [[&str; 3]; 7] = [
    ["StaticFileModule", "known_good", "info"],
    ["HttpCacheModule", "known_good", "info"],
    ["ContosoAgent", "unknown", "medium"],
    ["TokenCacheModule", "masquerade_path", "high"],
    ["Session", "known_good", "info"],
    ["Telemetry", "unknown", "low"],
    ["NoImage", "unknown", "medium"],
];

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stories/inventory").join(file)
}

/// The rows of a file as Splunk would index them: a field for each column that is filled.
fn rows(file: &str, [.., host]: [&str; 5]) -> Vec<Record> {
    let bytes = std::fs::read(path(file)).unwrap();
    let text = match bytes.strip_prefix(b"\xff\xfe") {
        Some(utf16) => {
            let units: Vec<u16> =
                utf16.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
            String::from_utf16(&units).unwrap()
        }
        None => String::from_utf8(bytes).unwrap(),
    };
    let text = text.trim_start_matches('\u{feff}');
    let text = if text.starts_with("#TYPE") { text.split_once('\n').unwrap().1 } else { text };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let filled = |row: csv::StringRecord| {
        let cells = header.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty());
        let name = |field: &str| if field == host { "host".to_owned() } else { field.to_owned() };
        cells.map(|(field, cell)| (name(field), vec![cell.to_owned()])).collect()
    };
    reader.records().map(|row| filled(row.unwrap())).collect()
}

/// The columns of the contract of a finding, but those that hang on the clock.
fn contract(findings: &[Record]) -> Vec<Record> {
    let keep = |field: &String| field.starts_with("iis_");
    findings.iter().map(|f| f.clone().into_iter().filter(|(field, _)| keep(field)).collect()).collect()
}

#[test]
fn every_form_gives_the_same_findings_through_both_doors() {
    for (file, columns) in FORMS {
        let [name, image, type_name, precondition, _] = columns;
        let options = [
            ("name_field", name),
            ("image_field", image),
            ("type_field", type_name),
            ("precondition_field", precondition),
        ];
        let options: Vec<String> = options
            .iter()
            .filter(|(_, column)| !column.is_empty())
            .map(|(option, column)| format!("{option}={column}"))
            .collect();
        let mut arguments = vec!["input=module"];
        arguments.extend(options.iter().map(String::as_str));
        let by_scan = scan_file(&path(file));
        let mut in_splunk = iismodcheck(&arguments, &rows(file, columns), 3);
        let (mut a, mut b) = (contract(&by_scan), contract(&in_splunk));
        a.sort();
        b.sort();
        assert_eq!(a, b, "{file}");
        in_splunk
            .sort_by_key(|row| FINDINGS.iter().position(|[name, ..]| *name == value(row, "iis_module_name")));
        let found: Vec<[&str; 3]> = in_splunk
            .iter()
            .map(|row| {
                ["iis_module_name", "iis_module_verdict", "iis_module_severity"]
                    .map(|field| value(row, field))
            })
            .collect();
        let expected: Vec<[&str; 3]> = FINDINGS
            .into_iter()
            .filter(|[name, ..]| !type_name.is_empty() || !["Session", "Telemetry"].contains(name))
            .collect();
        assert_eq!(found, expected, "{file}");
        for finding in &by_scan {
            assert_eq!(value(finding, "iis_module_action"), "present");
            assert_eq!(value(finding, "iis_host"), if columns[4].is_empty() { "" } else { "web01" });
            assert_eq!(value(finding, "iis_finding_id").len(), 32);
        }
    }
}

#[test]
fn a_row_without_a_name_is_told_and_one_with_nothing_is_none() {
    let row = |name: &str, image: &str| -> Record {
        let cells = [("name", name), ("image", image), ("host", "WEB01"), ("_time", "1700000000")];
        cells.iter().map(|(field, cell)| ((*field).to_owned(), vec![(*cell).to_owned()])).collect()
    };
    let found =
        iismodcheck(&["input=module"], &[row("", "C:\\x.dll"), row("", ""), row(" X", " C:\\x.dll ")], 9);
    let verdicts: Vec<&str> = found.iter().map(|row| value(row, "iis_module_verdict")).collect();
    assert_eq!(verdicts, ["unparsed", "", "unknown"]);
    assert_eq!(value(&found[0], "iis_module_reasons"), "missing_name");
    // What is shown is what is listed; around a name white space counts, around a path it is dropped for comparison.
    assert_eq!(
        ["iis_module_name", "iis_module_image", "iis_module_image_normalized"]
            .map(|column| value(&found[2], column)),
        [" X", " C:\\x.dll ", "c:\\x.dll"]
    );
}

/// Cells that no field of a search can hold, either because they are empty or because they are no text.
#[test]
fn odd_rows_are_the_same_to_both_doors() {
    const HEADER: [&str; 6] = ["name", "image", "type", "preCondition", "PSComputerName", "_time"];
    let rows: [([&[u8]; 6], &str); 7] = [
        ([b"", b"", b"", b"", b"web01", b"1700000000"], ""),
        ([b"", b"", b"", b"x", b"", b""], ""),
        ([b"A\xe9", b"C:\\a.dll", b"", b"", b"WEB01", b"1700000000"], "unparsed"),
        (
            [b"StaticFileModule", b"%windir%\\System32\\inetsrv\\static.dll", b"", b"\xff", b"", b""],
            "unparsed",
        ),
        ([b"", b"C:\\a.dll", b"", b"", b"\xff", b"yesterday"], "unparsed"),
        ([b"\xff", b"", b"T", b"", b"", b""], "unparsed"),
        ([b"A", b"C:\\Apps\\a.dll", b"", b"", b"web01", b"\xff"], "unknown"),
    ];
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("list.csv");
    let mut text = HEADER.join(",").into_bytes();
    for (cells, _) in &rows {
        text.extend(b"\r\n\"");
        text.extend(cells.join(&b"\",\""[..]));
        text.push(b'"');
    }
    std::fs::write(&file, text).unwrap();
    let events: Vec<Event> = rows
        .iter()
        .map(|(cells, _)| {
            HEADER.iter().zip(cells).fold(Event::default(), |event, (name, cell)| event.with(name, &[*cell]))
        })
        .collect();
    let annotated = annotate_in(App::new().start(), &["input=module"], &events);
    let verdicts: Vec<String> = annotated.iter().map(|event| event.text("iis_module_verdict")).collect();
    assert_eq!(verdicts, rows.map(|(_, verdict)| verdict));
    let columns =
        ["iis_module_name", "iis_module_verdict", "iis_module_reasons", "iis_host", "iis_finding_id"];
    let mut in_splunk: Vec<[String; 5]> = annotated
        .iter()
        .filter(|event| !event.text("iis_module_verdict").is_empty())
        .map(|event| columns.map(|column| event.text(column)))
        .collect();
    let joined = |finding: &Record, column: &str| finding.get(column).cloned().unwrap_or_default().join("\n");
    let mut by_scan: Vec<[String; 5]> =
        scan_file(&file).iter().map(|finding| columns.map(|column| joined(finding, column))).collect();
    in_splunk.sort();
    by_scan.sort();
    assert_eq!(by_scan, in_splunk);
}

#[test]
fn the_same_module_on_two_hosts_has_two_ids_and_twice_on_one_host_has_one() {
    let ids: Vec<String> = scan_file(&path("splunk.csv"))
        .iter()
        .chain(&scan_file(&path("splunk.csv")))
        .chain(&scan_file(&path("select.csv")))
        .filter(|finding| value(finding, "iis_module_name") == "ContosoAgent")
        .map(|finding| value(finding, "iis_finding_id").to_owned())
        .collect();
    let [first, second, elsewhere] = &ids[..] else { panic!("{ids:?}") };
    assert_eq!(first, second);
    assert_ne!(first, elsewhere);
}

const ALLOW: &str = "id,effect,kind,name,image,config_path\n\
    shop,,,Acme,C:\\Acme\\a.dll,MACHINE/WEBROOT/APPHOST/Shop\n\
    foe,deny,,Foe,C:\\Foe\\f.dll,MACHINE/WEBROOT/APPHOST/Shop\n";

/// Cells of a row as `column=cell; …`; what is said of it as verdict, severity, kind, section, action, reasons.
const COLLECTED: &[(&str, &str)] = &[
    // Entries for a place.
    (r"name=Acme; image=C:\Acme\a.dll", "allow_out_of_scope medium native globalModules present"),
    (
        r"name=Acme; image=C:\Acme\a.dll; config_path=MACHINE/WEBROOT/APPHOST/Shop",
        "allowed info native globalModules present",
    ),
    (
        r"name=Acme; image=C:\Acme\a.dll; config_path=machine/webroot/apphost; location=shop",
        "allowed info native globalModules present",
    ),
    (
        r"name=Acme; image=C:\Acme\a.dll; config_path=MACHINE/WEBROOT/APPHOST/Other",
        "allow_out_of_scope medium native globalModules present",
    ),
    // Without a configuration path a location is of another meaning.
    (
        r"name=Acme; image=C:\Acme\a.dll; location=Shop",
        "allow_out_of_scope medium native globalModules present",
    ),
    (r"name=Foe; image=C:\Foe\f.dll", "denied critical native globalModules present deny_entry:foe"),
    (
        r"name=Foe; image=C:\Foe\f.dll; location=Berlin",
        "denied critical native globalModules present deny_entry:foe",
    ),
    (
        r"name=Foe; image=C:\Foe\f.dll; config_path=MACHINE/WEBROOT/APPHOST/Other",
        "unknown medium native globalModules present",
    ),
    (r"name=Foe; image=C:\Foe\f.dll; config_path=Berlin", "unparsed medium unknown_config_path"),
    // What is none of IIS is told.
    (r"name=Foe; image=C:\Foe\f.dll; section=Finance", "unparsed medium unknown_section"),
    (r"name=Foe; image=C:\Foe\f.dll; kind=production", "unparsed medium unknown_kind"),
    (r"name=Foe; image=C:\Foe\f.dll; operation=installed", "unparsed medium unknown_operation"),
    (r"name=Foe; image=C:\Foe\f.dll; kind=managed", "unparsed medium contradiction"),
    (r"name=Foe; image=C:\Foe\f.dll; kind=handler; section=modules", "unparsed medium contradiction"),
    // Section and kind.
    (
        r"name=ASP.Net_4.0_64bit; image=%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_filter.dll",
        "known_good info isapi_filter globalModules present",
    ),
    (
        r"name=ASP.Net_4.0_64bit; image=%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_filter.dll; section=isapiFilters",
        "known_good info isapi_filter isapiFilters present",
    ),
    (
        r"name=ASP.Net_4.0_64bit; image=%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_filter.dll; kind=ISAPI_filter",
        "known_good info isapi_filter isapiFilters present",
    ),
    (
        r"name=ASP.Net_4.0_64bit; image=%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_filter.dll; section=globalModules",
        "alias high native globalModules present alias_of:ASP.Net_4.0_64bit",
    ),
    ("name=StaticFileModule; section=modules", "unverified low native modules present"),
    ("name=StaticFileModule; section=/system.webServer/modules", "unverified low native modules present"),
    ("name=StaticFileModule", "unverified low native globalModules present"),
    (
        "name=Innocent; type=Innocent.Module, Innocent; section=httpModules",
        "unknown low managed httpModules present",
    ),
    (
        r"name=x; image=C:\Apps\x.dll; section=handlers",
        "unknown medium handler handlers present setting:handler-script-processor",
    ),
    (
        r"name=x; image=C:\ProgramData\x.dll; section=handlers",
        "suspicious_location high handler handlers present setting:handler-script-processor\nlocation_programdata",
    ),
    // What takes modules away.
    (
        "name=HttpLoggingModule; section=modules; operation=remove",
        "unverified high native modules removed protective_module_removed",
    ),
    ("name=WebDAVModule; section=modules; operation=remove", "unverified low native modules removed"),
    (
        "section=modules; operation=clear; config_path=MACHINE/WEBROOT/APPHOST/Shop",
        "unverified high modules cleared list_cleared",
    ),
    // The preCondition as a collector spells it.
    (
        r"name=HttpLoggingModule; image=%windir%\System32\inetsrv\loghttp.dll; precondition=bitness32",
        "known_good high native globalModules present protective_module_narrowed",
    ),
    // Facts about the file (more: files.tsv).
    (
        r"name=StaticFileModule; image=%windir%\System32\inetsrv\static.dll; file_sha256=00; signature=hash_mismatch",
        "file_altered critical native globalModules present signature_broken:hash_mismatch",
    ),
    (
        r"name=StaticFileModule; image=%windir%\System32\inetsrv\static.dll; file_sha256=00; signature=valid; signer_class=windows",
        "known_good info native globalModules present",
    ),
    (
        r"name=x; image=C:\Apps\x.dll; file_sha256=00; signature=hash_mismatch",
        "unknown medium native globalModules present signature_broken:hash_mismatch",
    ),
    // Other rows of a collector, and a column of that name that is another's.
    ("record=run; file_status=read", ""),
    ("record=run; name=x", "unparsed medium contradiction"),
    ("record=problem; config_path=Shop; file=C:\\web.config", ""),
    ("record=file; file=C:\\x.dll; file_sha256=00", ""),
    (r"record=4711; name=x; image=C:\Apps\x.dll", "unknown medium native globalModules present"),
];

/// What both doors say of a row: verdict, severity, kind, section, action, reasons, then the rest.
const SAID: [&str; 9] = [
    "iis_module_verdict",
    "iis_module_severity",
    "iis_module_kind",
    "iis_module_section",
    "iis_module_action",
    "iis_module_reasons",
    "iis_config_path",
    "iis_site",
    "iis_finding_id",
];

fn said_by_search(cells: &[(&str, &str)]) -> [String; 9] {
    let app = App::with("iismodcheck_allowlist.csv", ALLOW);
    let annotated = annotate_in(app.start(), &["input=module"], &[Event::new(cells)]);
    SAID.map(|column| annotated[0].text(column))
}

fn said_by_scan(cells: &[(&str, &str)]) -> Option<[String; 9]> {
    // A list has the columns name, image and type, whether a row fills them or not.
    let missing =
        ["name", "image", "type"].into_iter().filter(|column| !cells.iter().any(|(c, _)| c == column));
    let cells: Vec<(&str, &str)> = cells.iter().copied().chain(missing.map(|column| (column, ""))).collect();
    let mut list = csv::Writer::from_writer(Vec::new());
    list.write_record(cells.iter().map(|(column, _)| column)).unwrap();
    list.write_record(cells.iter().map(|(_, cell)| cell)).unwrap();
    let files = folder(&[("list.csv", &list.into_inner().unwrap()), ("allow.csv", ALLOW.as_bytes())]);
    let arguments = ["scan", "--format", "json", "--allowlist", "allow.csv", "list.csv"];
    let json: Value = serde_json::from_str(&run_in(files.path(), &arguments).good()).unwrap();
    let text = |value: &Value| match value {
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        value => value.as_str().unwrap_or_default().to_owned(),
    };
    json["findings"].as_array().unwrap().first().map(|finding| SAID.map(|column| text(&finding[column])))
}

#[test]
fn the_columns_of_a_collector_mean_the_same_to_both_doors() {
    let mut wrong = Vec::new();
    for (row, expected) in COLLECTED {
        let mut cells: Vec<(&str, &str)> =
            row.split("; ").map(|pair| pair.split_once('=').unwrap()).collect();
        cells.extend([("host", "web01"), ("_time", "1772417635")]);
        let in_splunk = said_by_search(&cells);
        let words: Vec<&str> =
            in_splunk[..6].iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        if words.join(" ") != *expected {
            wrong.push(format!("{row}: {}", words.join(" ")));
        }
        let is_finding = !["", "not_module"].contains(&in_splunk[0].as_str());
        let by_scan = said_by_scan(&cells);
        if by_scan.as_ref() != Some(&in_splunk).filter(|_| is_finding) {
            wrong.push(format!("{row}: {in_splunk:?}, by scan {by_scan:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_field_that_an_option_names_has_no_other_meaning_and_one_of_others_is_told() {
    let event =
        Event::new(&[("kind", "Innocent"), ("precondition", r"C:\Apps\i.dll"), ("section", "Finance")]);
    for (arguments, verdict, told) in [
        (
            &["input=module", "name_field=kind", "image_field=precondition", "type_field=section"][..],
            "unknown",
            "",
        ),
        (
            &["input=module", "name_field=kind", "image_field=precondition"],
            "unparsed",
            "1 row was not checked",
        ),
        (&["input=module"], "", "none of the 1 rows has a value in the field `name`"),
    ] {
        let mut splunkd = App::new().start();
        assert_eq!(splunkd.getinfo(arguments).error(), None);
        let merged = splunkd.execute(std::slice::from_ref(&event), true);
        assert_eq!(merged.events[0].text("iis_module_verdict"), verdict, "{arguments:?}");
        let messages: Vec<String> = merged.reply.complaints().into_iter().map(|(_, text)| text).collect();
        assert_eq!(messages.len(), usize::from(!told.is_empty()), "{messages:?}");
        assert!(messages.iter().all(|message| message.contains(told)), "{messages:?}");
    }
}
