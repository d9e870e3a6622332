//! CSV that people open in a spreadsheet.

use std::fs;

use iismodcheck::allowlist::SiteFile;

use super::{folder, run_in};

/// CSV is for people, who open it in a spreadsheet: nothing in it runs, and no entry silently becomes one for another name.
#[test]
fn formulas_and_control_characters() {
    let names = ["=cmd|'/c calc'!A1", "+1", "@SUM(1)", "-2", "\t=1", "\r=1", "\u{1b}[2J", "Fine-Name"];
    let rows: Vec<String> =
        names.iter().enumerate().map(|(at, name)| format!("\"{name}\",D:\\f{at}.dll,web01\n")).collect();
    let rows = rows.concat();
    let files = folder(&[("list.csv", format!("name,image,host\n{rows}").as_bytes())]);
    let cells = |csv: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let scan = run_in(files.path(), &["scan", "--format", "csv", "list.csv"]).good();
    for cell in cells(&scan) {
        assert!(!cell.starts_with(['=', '+', '-', '@']) && !cell.contains(char::is_control), "{cell}");
    }
    assert!(cells(&scan).contains(&"'=cmd|'/c calc'!A1".to_owned()), "{scan}");
    let exact = run_in(files.path(), &["scan", "--format", "csv", "--exact-bytes", "list.csv"]).good();
    for name in names {
        assert!(cells(&exact).iter().any(|cell| cell == name), "{name}");
    }
    fs::write(files.path().join("people.csv"), &scan).unwrap();
    fs::write(files.path().join("exact.csv"), &exact).unwrap();
    let json = run_in(files.path(), &["scan", "--format", "json", "list.csv"]).good();
    fs::write(files.path().join("scan.json"), json).unwrap();
    let proposed = |from: &str, exactly: bool| {
        let arguments =
            [&["allowlist", "baseline", from][..], if exactly { &["--exact-bytes"][..] } else { &[] }]
                .concat();
        let run = run_in(files.path(), &arguments);
        let entries = SiteFile::parse(run.stdout.as_bytes(), "proposal").sound().unwrap();
        let names: Vec<String> = entries.entries.into_iter().map(|entry| entry.name.to_string()).collect();
        assert!(
            run.stderr.starts_with(&format!("{} proposed, {} left out", names.len(), 8 - names.len())),
            "{}",
            run.stderr
        );
        (names, run.stderr)
    };
    for from in ["list.csv", "people.csv", "exact.csv", "scan.json"] {
        let (names, told) = proposed(from, false);
        assert_eq!(names, ["Fine-Name"], "{from}");
        let why = if from == "people.csv" { "altered it for people" } else { "--exact-bytes" };
        assert!(told.contains(why), "{from}: {told}");
        let (names, _) = proposed(from, true);
        let all: &[&str] = if from == "people.csv" {
            &["Fine-Name"]
        } else {
            &["+1", "-2", "=cmd|'/c calc'!A1", "@SUM(1)", "Fine-Name"]
        };
        assert_eq!(names, all, "{from}");
    }
}
