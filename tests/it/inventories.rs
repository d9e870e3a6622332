//! Lists of modules: the usual forms of `Get-WebGlobalModule` give the same findings as a file of `scan` and as rows
//! of `| iismodcheck input=module`.

use std::path::PathBuf;

use searchcommand::testing::Event;
use tempfile::TempDir;

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
