//! Values that can be secrets are copied nowhere.

use super::{changes, event};
use crate::cli::{folder, run_in};
use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, csv};

const SECRET: &str = "planted-secret";

/// Settings whose values can be secrets.
const PATHS: [&str; 12] = [
    "/system.web/machineKey/@validationKey",
    "/system.web/machineKey/@decryptionKey",
    r#"/system.applicationHost/applicationPools/add[@name="A"]/processModel/@password"#,
    r#"/system.applicationHost/sites/site[@name="A" and @id="1"]/application[@path="/"]/virtualDirectory[@path="/"]/@password"#,
    "/configurationRedirection/@password",
    r#"/connectionStrings/add[@name="db"]/@connectionString"#,
    r#"/appSettings/add[@key="ApiKey"]/@value"#,
    "/system.web/sessionState/@sqlConnectionString",
    "/system.web/identity/@password",
    r#"/system.applicationHost/applicationPools/add[@name="A"]/environmentVariables/add[@name="PASSWORD"]/@value"#,
    r#"/system.webServer/aspNetCore/environmentVariables/environmentVariable[@name="ConnectionStrings__db"]/@value"#,
    "/SYSTEM.WEBSERVER/httpPlatform/environmentVariables/environmentVariable[@name='X']/@VALUE",
];

/// Each path written by an administrator and by an application pool, by each operation.
fn events() -> Vec<ConfigEvent> {
    let mut all = Vec::new();
    for path in PATHS {
        for actor in ["S-1-5-21-1-2-3-500", "S-1-5-82-1-2-3"] {
            for operation in ["1", "2", "3"] {
                let number = all.len();
                let [old, new] = ["old", "new"].map(|when| format!("{when}-{SECRET}-{number}"));
                all.push(event(number, path, "/Shop", [operation, &old, &new], actor));
            }
        }
    }
    all
}

/// The fields that the command adds.
fn added(rows: &[Record]) -> String {
    let ours = |row: &Record| {
        let fields = row.iter().filter(|(field, _)| field.starts_with("iis_"));
        fields.flat_map(|(_, values)| values.clone()).collect::<Vec<_>>().join("\n")
    };
    rows.iter().map(ours).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_output_holds_a_secret() {
    let events = events();
    for rendering in Rendering::ALL {
        let mut records: Vec<Record> = events.iter().map(|event| event.render(rendering)).collect();
        for (record, event) in records.iter_mut().zip(&events) {
            // Some shippers append the value to the sentence.
            for field in ["Message", "_raw"].into_iter().filter(|_| rendering.is_classic()) {
                for text in record.get_mut(field).into_iter().flatten() {
                    text.extend(["\nNewValue=", &event.new]);
                }
            }
        }
        let rows = iismodcheck(&["parts=true"], &records, 50);
        assert!(!added(&rows).contains(SECRET), "{rendering:?}: {}", added(&rows));
        let found = changes(rows, &[]);
        assert!(!added(&found).contains(SECRET), "{rendering:?}");
        if !rendering.is_classic() {
            assert!(added(&found).contains("value_hidden:"), "{rendering:?}: nothing was looked at");
        }
        let files = folder(&[("export.csv", &csv(&records))]);
        for format in ["text", "html", "json", "jsonl", "csv"] {
            for unit in ["change", "row"] {
                let arguments = ["scan", "--format", format, "--level", unit, "export.csv"];
                let run = run_in(files.path(), &arguments);
                assert_eq!(run.code, Some(0), "{}", run.stderr);
                assert!(!(run.stdout + &run.stderr).contains(SECRET), "{rendering:?} {format} {unit}");
            }
        }
    }
}

#[test]
fn what_is_told_of_a_key() {
    let key = "/system.web/machineKey/@validationKey";
    let told = |old: &str, new: &str| {
        let event = event(1, key, "/Shop", ["3", old, new], "S-1-5-82-1-2-3");
        let rows = iismodcheck(&["parts=true"], &[event.render(Rendering::XmlRaw)], 1);
        let of = |row: &Record| {
            row["iis_module_reasons"].iter().find(|reason| reason.starts_with("value_hidden")).cloned()
        };
        let of_row = of(&rows[0]);
        assert_eq!(of_row, of(&changes(rows, &[])[0]));
        of_row.unwrap()
    };
    assert_eq!(told("", "0123"), "value_hidden:4 characters");
    assert_eq!(told("4567", "0123"), "value_hidden:4 characters, another one than before");
    assert_eq!(told("0123", "0123"), "value_hidden:4 characters, the same as before");
}
