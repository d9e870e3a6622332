//! The handler of an ISAPI extension and the restriction that lets it run name each other.

use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::scan::scan;
use crate::splunk::{Record, value};

const HANDLER: &str = r#"/system.webServer/handlers/add[@name="Reports"]/@scriptProcessor"#;

fn restriction(file: &str) -> String {
    format!(r#"/system.webServer/security/isapiCgiRestriction/add[@path="{file}"]/@allowed"#)
}

/// One event after the other, one commit each.
fn found(events: &[(&str, &str, &str)]) -> Vec<Record> {
    let event = |(number, (host, configuration, new)): (i64, &(&str, &str, &str))| ConfigEvent {
        host: (*host).to_owned(),
        process: (700 + number).to_string(),
        actor: "S-1-5-21-1-2-3-500".to_owned(),
        time: 1_790_000_000_000_000 + number * 60_000_000,
        record: (100 + number).to_string(),
        config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
        location: String::new(),
        configuration: (*configuration).to_owned(),
        operation: "3".to_owned(),
        old: String::new(),
        new: (*new).to_owned(),
    };
    let events: Vec<ConfigEvent> = (0..).zip(events).map(event).collect();
    scan(&events.iter().map(|event| event.render(Rendering::XmlRaw)).collect::<Vec<_>>())
}

/// Kind, severity, and what is said of the other half.
fn halves(findings: &[Record]) -> Vec<[String; 3]> {
    let others = |finding: &Record| -> Vec<String> {
        let reasons = finding["iis_module_reasons"].iter();
        reasons.filter_map(|reason| reason.strip_prefix("other_half:")).map(str::to_owned).collect()
    };
    let told = findings.iter().map(|finding| {
        let [kind, severity] = ["iis_module_kind", "iis_module_severity"].map(|name| value(finding, name));
        [kind.to_owned(), severity.to_owned(), others(finding).join("; ")]
    });
    told.collect()
}

#[test]
fn the_halves_of_an_extension_name_each_other_and_stay_as_they_are() {
    let (host, file) = ("web01.example.com", r"C:\Apps\reports.dll");
    let both = found(&[(host, HANDLER, r"C:\APPS\Reports.dll"), (host, &restriction(file), "true")]);
    let alone = [found(&[(host, HANDLER, file)]), found(&[(host, &restriction(file), "true")])];
    let [handler, extension] = alone.each_ref().map(|found| value(&found[0], "iis_module_severity"));
    assert_eq!(
        halves(&both),
        [["handler", handler, "isapiCgiRestriction"], ["code", extension, "handlers Reports"]]
    );
    for found in &alone {
        assert!(halves(found).iter().all(|[_, _, others]| others.is_empty()), "{found:?}");
    }
}

#[test]
fn another_file_another_host_and_a_restriction_that_forbids_are_no_half() {
    let (host, file) = ("web01.example.com", r"C:\Apps\reports.dll");
    for second in [
        (host, restriction(r"C:\Apps\other.dll"), "true"),
        ("web02.example.com", restriction(file), "true"),
        (host, restriction(file), "false"),
    ] {
        let found = found(&[(host, HANDLER, file), (second.0, &second.1, second.2)]);
        assert!(halves(&found).iter().all(|[_, _, others]| others.is_empty()), "{found:?}");
    }
}
