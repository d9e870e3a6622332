//! `audit --format inventory`: facts without a verdict, and the same verdict as an audit where a search judges them.

use std::collections::BTreeSet;

use iismodcheck::audit::Inventory;
use iismodcheck::detect::{Column, Engine};
use iismodcheck::report::Item;
use iismodcheck::server::image_in;
use searchcommand::testing::Event;
use serde_json::Value;

use super::beyond::attacked;
use super::images::{NOW, engine, report};
use crate::cli::{folder, run_in};
use crate::command::annotate;
use crate::made::image::{HOST, Image};
use crate::made::signed::with_trust;

/// The rows of an image.
fn rows(image: &Image) -> Vec<Value> {
    of_text(&printed(engine(), image, NOW, |inventory| inventory))
}

/// What is printed of an image at a time, by an inventory that `made` makes.
pub fn printed(
    engine: Engine,
    image: &Image,
    now: i64,
    made: impl for<'t, 'o> FnOnce(Inventory<'t, &'o mut Vec<u8>>) -> Inventory<'t, &'o mut Vec<u8>>,
) -> String {
    let mut output = Vec::new();
    with_trust(|trust| {
        let mut inventory = made(Inventory::trusting(engine, now, trust, &mut output));
        let written = inventory.write(&image_in(image.path()).unwrap(), Some("web01"), None).unwrap();
        assert!(written.is_whole);
    });
    String::from_utf8(output).unwrap()
}

pub fn of_text(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The rows as a search gives them to the command, with what it adds.
pub fn judged(rows: &[Value]) -> Vec<Event> {
    let events: Vec<Event> = rows
        .iter()
        .map(|row| {
            let fields: Vec<(String, String)> =
                row.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect();
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            Event::new(&fields)
        })
        .collect();
    annotate(&["input=module"], &events)
}

/// Of each finding that is none of nothing: its id, name, verdict and severity.
pub type Told = BTreeSet<[String; 4]>;

pub fn by_search(rows: &[Value]) -> Told {
    let columns = ["iis_finding_id", "iis_module_name", "iis_module_verdict", "iis_module_severity"];
    let told = judged(rows).into_iter().map(|event| columns.map(|column| event.text(column)));
    told.filter(|told| !["", "not_module"].contains(&told[2].as_str())).collect()
}

fn by_audit(image: &Image) -> Told {
    let told = |item: &Item| {
        let words = [item.verdict.as_str(), item.severity.as_str()].map(str::to_owned);
        let [verdict, severity] = words;
        [item.id.clone(), item.fact(Column::Name).to_owned(), verdict, severity]
    };
    report(image).items.iter().map(told).collect()
}

#[test]
fn each_row_gets_the_verdict_of_the_audit() {
    for (image, loud) in [(Image::new(), 0), (attacked(), 20)] {
        let (search, audit) = (by_search(&rows(&image)), by_audit(&image));
        // Of an entry with two files an audit tells the second one only where it is worse.
        assert_eq!(audit.difference(&search).collect::<Vec<_>>(), Vec::<&[String; 4]>::new());
        let named = |told: &Told| -> BTreeSet<[String; 2]> {
            told.iter().map(|[_, name, verdict, _]| [name.clone(), verdict.clone()]).collect()
        };
        assert_eq!(named(&search), named(&audit));
        let is_loud = |told: &&[String; 4]| ["medium", "high", "critical"].contains(&told[3].as_str());
        let loud_ones: BTreeSet<&String> = search.iter().filter(is_loud).map(|told| &told[1]).collect();
        assert_eq!(loud_ones.len(), loud, "{loud_ones:?}");
    }
}

/// The tests of the app make their estates of these (tests/app/searches/inventories.py): what differs from run to run is left out.
#[test]
fn the_rows_of_a_quiet_and_of_an_attacked_server() {
    for (name, image) in [("inventory_quiet", Image::new()), ("inventory_attacked", attacked())] {
        let folder = image.path().to_str().unwrap();
        let listed = |row: &Value| ["module", "setting", "file"].contains(&text(&row["record"]).as_str());
        let mut lines = Vec::new();
        for mut row in rows(&image).into_iter().filter(listed) {
            let own = row.as_object_mut().unwrap();
            for of_the_run in
                ["time", "run", "iis_host", "file_modified", "file_created", "found_at", "schema"]
            {
                own.remove(of_the_run);
            }
            lines.push(row.to_string().replace(folder, "C:"));
        }
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, lines.join("\n"));
        });
    }
}

#[test]
fn rows_are_facts_of_one_run_and_the_last_one_counts_them() {
    let image = attacked();
    image.edit(HOST, "<globalModules>\n", "<!--\u{1}-->\n<globalModules>\n".replace('\u{1}', "x").as_str());
    for twin in ["System32", "SysWOW64"] {
        image.written(&format!("Windows/{twin}/inetsrv/iisetw.dll"), 1_700_000_000);
    }
    let rows = rows(&image);
    let run = rows.last().unwrap();
    assert_eq!(
        (&run["record"], &run["rows"], &run["complete"]),
        (&"run".into(), &rows.len().into(), &"true".into())
    );
    let records: BTreeSet<String> = rows.iter().map(|row| text(&row["record"])).collect();
    assert_eq!(records, ["digest", "file", "module", "run", "setting"].map(str::to_owned).into());
    for row in &rows {
        assert_eq!(
            (&row["iis_host"], &row["run"], &row["schema"]),
            (&"web01".into(), &run["run"], &1.into())
        );
        // No arrays and no objects: Splunk makes other names of them.
        assert!(row.as_object().unwrap().values().all(|value| value.is_string() || value.is_u64()), "{row}");
        assert!(
            !row.as_object()
                .unwrap()
                .keys()
                .any(|name| name.contains("verdict") || name.contains("severity"))
        );
    }
    let of = |name: &str, section: &str| {
        rows.iter().find(|row| row["name"] == name && row["section"] == section).unwrap()
    };
    let module = of("StaticFileModule", "globalModules");
    assert_eq!(
        (&module["enabled"], &module["bits"], &module["kind"]),
        (&"yes".into(), &"64".into(), &"native".into())
    );
    assert_eq!(of("StaticFileModule", "modules")["registered"], "yes");
    let file = rows.iter().find(|row| row["record"] == "file" && row["file"] == module["file"]).unwrap();
    assert_eq!(file["file_sha256"], module["file_sha256"]);
    // It is in no catalog; of a copy the time says nothing when the file was made.
    assert_eq!((&file["catalog"], &file["file_created"]), (&Value::Null, &Value::Null), "{file}");
    let is_genuine = |row: &&Value| row["record"] == "file" && text(&row["file"]).ends_with("iisetw.dll");
    let genuine = rows.iter().find(is_genuine).unwrap();
    assert_eq!(
        (&genuine["catalog"], &genuine["file_modified"]),
        (&"Package.cat".into(), &"1700000000".into()),
        "{genuine}"
    );
    assert!(file["authentihash"].as_str().unwrap().len() == 64 && file["file_size"].is_string(), "{file}");
    // What an earlier version has is no module of now.
    let earlier = of("Aux5", "globalModules");
    assert_eq!((&earlier["found_in"], &earlier["also_in_config"]), (&"history".into(), &"no".into()));
}

/// IIS asks for no name where a list is emptied; one that stands there makes no other finding of it, by either door.
#[test]
fn a_list_that_is_emptied_under_a_name_is_told_all_the_same() {
    let config = br#"<configuration><system.webServer><modules><clear name="X" /></modules></system.webServer></configuration>"#;
    let files = folder(&[("web.config", config)]);
    let arguments = ["audit", "--format", "inventory", "--host", "web01", "--place", "Shop", "web.config"];
    let rows: Vec<Value> = run_in(files.path(), &arguments)
        .good()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = &judged(&rows)[0];
    assert_eq!(
        ["iis_module_action", "iis_module_verdict", "iis_module_severity"].map(|column| told.text(column)),
        ["cleared", "unverified", "high"]
    );
    let audit = run_in(
        files.path(),
        &["audit", "--host", "web01", "--place", "Shop", "--format", "json", "web.config"],
    );
    let audit: Value = serde_json::from_str(&audit.good()).unwrap();
    assert_eq!(audit["findings"][0]["iis_module_verdict"], "unverified");
}

#[test]
fn the_command_line_prints_rows_and_refuses_what_chooses_findings() {
    let config = br#"<configuration><system.webServer><globalModules><add name="A" image="C:\a.dll" /></globalModules></system.webServer></configuration>"#;
    let files = folder(&[("applicationHost.config", config), ("cut.config", b"<configuration>")]);
    let run = |arguments: &[&str]| {
        run_in(files.path(), &[&["audit", "--format", "inventory", "--host", "web01"], arguments].concat())
    };
    let rows = run(&["applicationHost.config"]).good();
    // The module, the digests of its file and its section, and the run.
    assert_eq!(rows.lines().count(), 4, "{rows}");
    assert!(
        rows.contains(
            r#""record":"module","section":"globalModules","operation":"add","kind":"native","name":"A""#
        ),
        "{rows}"
    );
    let cut = run(&["applicationHost.config", "cut.config"]);
    assert_eq!(cut.code, Some(2));
    assert!(cut.stdout.contains(r#""record":"problem","problem":"damaged""#), "{}", cut.stdout);
    // What was not read is no complete run.
    assert!(
        rows.contains(r#""complete":"true""#) && cut.stdout.contains(r#""complete":"false""#),
        "{}",
        cut.stdout
    );
    assert!(
        run(&["applicationHost.config", "--fail-on", "high"]).stderr.contains("--fail-on is about findings")
    );
    assert_eq!(run(&["applicationHost.config", "--output", "rows.jsonl"]).code, Some(0));
    let written = std::fs::read_to_string(files.path().join("rows.jsonl")).unwrap();
    assert_eq!(written.lines().count(), 4);
    assert!(
        run_in(files.path(), &["scan", "applicationHost.config", "--format", "inventory"])
            .stderr
            .contains("use it with")
    );
}
