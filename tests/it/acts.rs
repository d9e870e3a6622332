//! What one actor removes within ten minutes is one finding of `scan`.

use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::scan::scan;
use crate::splunk::{Record, value};

/// A role service: two of its modules protect, the others need no decision by themselves.
const SERVICE: [&str; 8] = [
    "CgiModule",
    "CustomErrorModule",
    "DigestAuthenticationModule",
    "DirectoryListingModule",
    "HttpLoggingModule",
    "ServerSideIncludeModule",
    "TokenCacheModule",
    "WebDAVModule",
];

/// Its modules, so many seconds after each other.
fn apart(seconds: i64) -> impl Iterator<Item = (i64, &'static str)> {
    SERVICE.into_iter().zip(0..).map(move |(name, number)| (seconds * number, name))
}

/// One removal: seconds after the first, name, actor and process.
fn removal(number: i64, after: i64, name: &str, actor: &str, process: &str) -> [ConfigEvent; 3] {
    let event = |configuration: String, operation: &str, offset: i64| ConfigEvent {
        host: "web01.example.com".to_owned(),
        process: process.to_owned(),
        actor: actor.to_owned(),
        time: (1_790_000_000 + after) * 1_000_000 + offset,
        record: (100 + 3 * number + offset / 1000).to_string(),
        config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
        location: String::new(),
        configuration,
        operation: operation.to_owned(),
        old: String::new(),
        new: String::new(),
    };
    [
        event(format!("/system.webServer/globalModules/add[@name=\"{name}\"]"), "2", 0),
        event(format!("/system.webServer/modules/add[@name=\"{name}\"]"), "2", 1000),
        event(String::new(), "50", 2000),
    ]
}

/// Name, severity and whether a decision is needed, of each finding.
fn found(removals: impl IntoIterator<Item = (i64, &'static str, &'static str, &'static str)>) -> Vec<Record> {
    let removals = (0..).zip(removals);
    let events = removals
        .flat_map(|(number, (after, name, actor, process))| removal(number, after, name, actor, process));
    let rows: Vec<Record> = events.map(|event| event.render(Rendering::XmlRaw)).collect();
    scan(&rows)
}

fn names(findings: &[Record]) -> Vec<&str> {
    findings.iter().map(|finding| value(finding, "iis_module_name")).collect()
}

#[test]
fn a_role_service_that_leaves_is_one_finding_with_its_list() {
    let setup = "S-1-5-18";
    let all = found(apart(20).map(|(at, name)| (at, name, setup, "700")));
    assert_eq!(names(&all), ["8 listed modules removed together"]);
    assert_eq!(value(&all[0], "iis_module_severity"), "high", "the worst severity stays");
    assert_eq!(value(&all[0], "iis_module_action"), "removed");
    let list = format!("removed_together:{}", SERVICE.join(", "));
    assert!(all[0]["iis_module_reasons"].contains(&list), "{:?}", all[0]);
    assert!(all[0]["iis_module_reasons"].contains(&"protective_module_removed".to_owned()));
}

#[test]
fn a_process_counts_where_no_actor_is_known() {
    let of = |process: [&'static str; 2]| {
        found(apart(20).zip(process.into_iter().cycle()).map(|((at, name), process)| (at, name, "", process)))
    };
    assert_eq!(names(&of(["700", "700"])), ["8 listed modules removed together"]);
    assert_eq!(of(["700", "701"]).len(), 8, "four each");
}

#[test]
fn four_two_actors_ten_minutes_and_what_is_not_listed_stay_by_themselves() {
    let setup = "S-1-5-18";
    let four = found(SERVICE[..4].iter().map(|name| (0, *name, setup, "700")));
    assert_eq!(names(&four).len(), 4);
    let actors = ["S-1-5-18", "S-1-5-21-1-2-3-500"];
    let two =
        found(apart(1).zip(actors.into_iter().cycle()).map(|((at, name), actor)| (at, name, actor, "700")));
    assert_eq!(two.len(), 8);
    let slow = found(apart(200).map(|(at, name)| (at, name, setup, "700")));
    assert_eq!(slow.len(), 8);
    let foreign = SERVICE[..5].iter().chain(&["AcmeAgent"]).map(|name| (0, *name, setup, "700"));
    let foreign = found(foreign);
    assert_eq!(names(&foreign), ["AcmeAgent", "5 listed modules removed together"]);
}
