//! The two figures of docs/figures.md, on the line that people see: what needs a decision. Attacks must be reported, honest changes
//! must not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use iismodcheck::allowlist::{Catalogue, EntrySource, SiteFile};
use iismodcheck::detect::Severity;
use iismodcheck::iis::Kind;
use serde_json::Value;

use crate::cli::{folder, run_in};
use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::{Record, csv, value};
use crate::verdicts::vector::{self, Vector};

const ATTACKS: &str = include_str!("../fixtures/figures/attacks.tsv");
const HONEST: &str = include_str!("../fixtures/figures/honest.tsv");
const UNLISTED: &str = include_str!("../fixtures/figures/unlisted.tsv");
const DOCUMENTATION: &str = include_str!("../../docs/figures.md");

fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/figures").join(file)
}

/// Every row has its right verdict and severity; gives those that are not reported.
fn unreported(table: &str) -> Vec<Vector> {
    let vectors = vector::read(table);
    let notes: BTreeSet<&str> = vectors.iter().map(|vector| vector.note.as_str()).collect();
    assert_eq!(notes.len(), vectors.len(), "two rows have one note");
    let wrong: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            let (verdict, severity, _) = vector.outcome();
            let found = [verdict.as_str(), severity.as_str()];
            (found != vector.expected[..2]).then(|| format!("{}: {found:?}", vector.note))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    vectors.into_iter().filter(|vector| !vector.outcome().2).collect()
}

#[test]
fn every_attack_is_reported_but_one_that_no_event_can_tell() {
    let all = vector::read(ATTACKS).len();
    let missed: Vec<String> = unreported(ATTACKS).into_iter().map(|vector| vector.note).collect();
    assert_eq!(missed, ["A2 the pair of a role service over another file"]);
    assert!(DOCUMENTATION.contains(&format!("{} of {all} attacks", missed.len())), "{all} attacks");
}

#[test]
fn honest_changes_are_silent_and_unlisted_ones_are_never_high() {
    let all = vector::read(HONEST).len();
    assert_eq!(unreported(HONEST).len(), all, "each needs no decision");
    assert!(DOCUMENTATION.contains(&format!("0 of {all} honest changes")), "{all} honest changes");
    let high: Vec<String> = vector::read(UNLISTED)
        .into_iter()
        .filter(|vector| ["high", "critical"].contains(&vector.outcome().1.as_str()))
        .map(|vector| vector.note)
        .collect();
    assert_eq!(high, Vec::<String>::new());
    unreported(UNLISTED);
}

/// The findings of a file that need a decision, as severity, name and identity.
fn to_decide(file: &std::path::Path, packs: &str) -> Vec<[String; 3]> {
    let mut arguments = vec!["scan", "--format", "json"];
    if !packs.is_empty() {
        arguments.extend(["--packs", packs]);
    }
    let file = file.display().to_string();
    arguments.push(&file);
    let run = run_in(&fixture(""), &arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |finding: &Value, column: &str| finding[column].as_str().unwrap_or_default().to_owned();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["needs_decision"] == true)
        .map(|finding| {
            let image = text(finding, "iis_module_image");
            let identity = if image.is_empty() { text(finding, "iis_module_type") } else { image };
            [text(finding, "iis_module_severity"), text(finding, "iis_module_name"), identity]
        })
        .collect()
}

/// The pack that fits an inventory.
fn pack(name: &str) -> &'static str {
    match name {
        name if name.starts_with("exchange") => "exchange",
        name if name.starts_with("iisexpress") => "iisexpress",
        _ => "",
    }
}

#[test]
fn the_snapshots_of_honest_servers_have_nothing_high() {
    let mut files = 0;
    for entry in std::fs::read_dir(fixture("inventories")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let found = to_decide(&fixture("inventories").join(&name), pack(&name));
        // Modules that its publisher put there to test a checker of signatures.
        let strange = found.iter().filter(|[.., image]| !image.starts_with(r"C:\Temp\Test-"));
        assert_eq!(strange.collect::<Vec<_>>(), Vec::<&[String; 3]>::new(), "{name}");
        files += 1;
    }
    assert_eq!(files, 23);
}

/// The severity of each module of a file, by name and identity.
fn severities(file: &std::path::Path, packs: &str) -> BTreeMap<[String; 2], Severity> {
    let mut arguments = vec!["scan", "--format", "json", "--all"];
    if !packs.is_empty() {
        arguments.extend(["--packs", packs]);
    }
    let file = file.display().to_string();
    arguments.push(&file);
    let run = run_in(&fixture(""), &arguments);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |finding: &Value, column: &str| finding[column].as_str().unwrap_or_default().to_owned();
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let identity = text(finding, "iis_module_image") + &text(finding, "iis_module_type");
            let severity = text(finding, "iis_module_severity");
            let severity = Severity::ALL.into_iter().find(|known| known.as_str() == severity).unwrap();
            ([text(finding, "iis_module_name"), identity], severity)
        })
        .collect()
}

/// With a pack nothing is worse than without: not what it lists, and not the modules of other products.
#[test]
fn choosing_a_pack_makes_nothing_worse() {
    let catalogue = Catalogue::new(SiteFile::default()).unwrap();
    let packs: Vec<&str> = catalogue.packs().into_keys().collect();
    assert!(packs.len() > 20);
    let mut list = csv::Writer::from_writer(Vec::new());
    list.write_record(["name", "image", "type", "kind"]).unwrap();
    for entry in catalogue.entries().iter().filter(|entry| matches!(entry.source, EntrySource::Pack(_))) {
        let kind = entry.kind.map_or("", Kind::as_str);
        // A version that an entry leaves open.
        let image = entry.image.replace("{version}", "1.2.3");
        list.write_record([&entry.name, image.as_str(), &entry.type_name, kind]).unwrap();
    }
    let list = String::from_utf8(list.into_inner().unwrap()).unwrap();
    let files = folder(&[("listed.csv", list.as_bytes())]);
    for file in [files.path().join("listed.csv"), fixture("applications.csv")] {
        let without = severities(&file, "");
        assert!(without.len() > 60, "{}", without.len());
        for pack in &packs {
            let worse: Vec<_> =
                severities(&file, pack).into_iter().filter(|(key, with)| *with > without[key]).collect();
            assert!(worse.is_empty(), "{pack}: {worse:?}");
        }
    }
}

/// No entry is written for a row of this list: it shows what modules of applications look like that nobody lists.
#[test]
fn of_the_modules_of_applications_three_at_most_are_high() {
    let packs = "applicationinsights,clientdependency,elmah";
    let found = to_decide(&fixture("applications.csv"), packs);
    let high: BTreeSet<&str> = found
        .iter()
        .filter(|[severity, ..]| ["high", "critical"].contains(&severity.as_str()))
        .map(|[_, name, _]| name.as_str())
        .collect();
    assert!(high.len() <= 3, "{high:?}");
    for name in &high {
        assert!(DOCUMENTATION.contains(&format!("`{name}`")), "{name} is not named");
    }
}

/// Name and image of the modules of an inventory.
fn modules(file: &str) -> BTreeSet<(String, String)> {
    let mut reader = csv::Reader::from_path(fixture("inventories").join(file)).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.filter(|row| !row[1].is_empty()).map(|row| (row[0].to_owned(), row[1].to_owned())).collect()
}

/// What one installation writes: configuration, operation, old and new value.
type Written = (String, &'static str, String, String);

fn added((name, image): &(String, String)) -> [Written; 4] {
    let [global, modules] = ["globalModules", "modules"]
        .map(|section| format!("/system.webServer/{section}/add[@name=\"{name}\"]"));
    let none = String::new;
    [
        (format!("{global}/@name"), "1", none(), name.clone()),
        (format!("{global}/@image"), "1", none(), image.clone()),
        (global, "1", none(), none()),
        (modules, "1", none(), none()),
    ]
}

fn removed((name, _): &(String, String)) -> [Written; 2] {
    ["globalModules", "modules"].map(|section| {
        let path = format!("/system.webServer/{section}/add[@name=\"{name}\"]");
        (path, "2", String::new(), String::new())
    })
}

/// From one inventory to another, as the installer of the difference writes it.
fn difference(from: &str, to: &str) -> Vec<Written> {
    let (from, to) = (modules(from), modules(to));
    let gone = from.difference(&to).flat_map(removed);
    gone.chain(to.difference(&from).flat_map(added)).collect()
}

/// Removed and put back, as an update does it.
fn renewed(name: &str, image: &str) -> Vec<Written> {
    let module = (name.to_owned(), image.to_owned());
    removed(&module).into_iter().chain(added(&module)).collect()
}

/// The modules of Exchange in an inventory, each taken out and put back.
fn exchange_renewed(file: &str) -> Vec<Written> {
    let modules = modules(file).into_iter().filter(|(_, image)| image.contains("Exchange Server"));
    modules.flat_map(|(name, image)| renewed(&name, &image)).collect()
}

struct Stream {
    what: &'static str,
    packs: &'static str,
    actor: &'static str,
    /// How often a server has it in a year.
    yearly: f64,
    written: Vec<Written>,
}

fn streams() -> Vec<Stream> {
    const SYSTEM: &str = "S-1-5-18";
    let stream = |what, packs, actor, yearly, written| Stream { what, packs, actor, yearly, written };
    let image = |name: &str, attribute: &str, old: &str, new: &str| {
        (
            format!("/system.webServer/isapiFilters/filter[@name=\"{name}\"]/@{attribute}"),
            "3",
            old.to_owned(),
            new.to_owned(),
        )
    };
    let agent = r"%ProgramFiles%\SentinelOne\Sentinel Agent 24.2.3.471\SentinelWSFilter64.dll";
    let role = |name: &str, file: &str| (name.to_owned(), format!(r"%windir%\System32\inetsrv\{file}"));
    let services = [
        role("CgiModule", "cgi.dll"),
        role("WebDAVModule", "webdav.dll"),
        role("DigestAuthenticationModule", "authmd5.dll"),
    ];
    vec![
        stream("role services", "", SYSTEM, 0.2, difference("windows-07.csv", "windows-01.csv")),
        stream("role services leave", "", SYSTEM, 0.2, services.iter().flat_map(removed).collect()),
        stream("Exchange update", "exchange", SYSTEM, 4.0, exchange_renewed("exchange2019-04.csv")),
        stream(
            "Exchange brings modules",
            "exchange",
            SYSTEM,
            4.0,
            difference("exchange2019-03.csv", "exchange2019-04.csv"),
        ),
        stream(
            "Exchange 2013 to 2016",
            "exchange",
            SYSTEM,
            0.2,
            difference("exchange2013-02.csv", "exchange2016-01.csv"),
        ),
        stream(
            "hosting bundle",
            "",
            SYSTEM,
            12.0,
            renewed("AspNetCoreModuleV2", r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll"),
        ),
        stream(
            "URL Rewrite by Web Deploy's companion installer",
            "",
            SYSTEM,
            0.2,
            renewed("RewriteModule", r"%windir%\system32\inetsrv\rewrite.dll"),
        ),
        stream(
            "agents",
            "sentinelone",
            SYSTEM,
            12.0,
            vec![image("SentinelWSFilter64", "path", agent, &agent.replace("24.2.3.471", "25.1.1.100"))],
        ),
        stream(
            "hand edit by appcmd",
            "",
            "S-1-5-21-1-2-3-500",
            0.2,
            added(&("ContosoTrace".to_owned(), r"C:\Contoso\trace.dll".to_owned())).to_vec(),
        ),
    ]
}

/// What of a stream needs a decision.
fn reported(stream: &Stream) -> Vec<[String; 3]> {
    let event = |(number, (configuration, operation, old, new)): (i64, &Written)| ConfigEvent {
        host: "web01.example.com".to_owned(),
        process: "4000".to_owned(),
        actor: stream.actor.to_owned(),
        time: 1_790_000_000_000_000 + number * 10_000,
        record: (100 + number).to_string(),
        config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
        location: String::new(),
        configuration: configuration.clone(),
        operation: (*operation).to_owned(),
        old: old.clone(),
        new: new.clone(),
    };
    let rows: Vec<Record> =
        (0..).zip(&stream.written).map(event).map(|event| event.render(Rendering::XmlRaw)).collect();
    assert!(rows.iter().all(|row| !value(row, "_raw").is_empty()) && !rows.is_empty(), "{}", stream.what);
    let files = folder(&[("stream.csv", &csv(&rows))]);
    to_decide(&files.path().join("stream.csv"), stream.packs)
}

#[test]
fn a_thousand_honest_servers_have_fewer_than_five_findings_a_week() {
    let mut weekly = 0.0;
    for stream in streams() {
        let found = reported(&stream);
        let grave = found.iter().filter(|[severity, ..]| ["high", "critical"].contains(&severity.as_str()));
        assert_eq!(grave.count(), 0, "{}: {found:?}", stream.what);
        assert_eq!(
            found.len(),
            usize::from(stream.what == "hand edit by appcmd"),
            "{}: {found:?}",
            stream.what
        );
        let findings = f64::from(u32::try_from(found.len()).unwrap());
        weekly += findings * stream.yearly / 52.18 * 1000.0;
    }
    assert!(weekly <= 5.0, "{weekly}");
    let told = format!("{weekly:.1} findings per 1,000 servers and week");
    assert!(DOCUMENTATION.contains(&told), "{told}");
}
