//! The roll-up in SPL and the one of `scan` give the same findings on the same events.
//!
//! Commits are generated, written down in any rendering, shuffled, cut and split over chunks. Then the real search
//! command makes rows and decides on changes, with a slow twin of the macro in between, and the real `scan` reads the
//! same rows as an export.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::splunk::event::{ConfigEvent, Rendering};
use crate::splunk::rollup::{STEPS, rollup};
use crate::splunk::scan::scan;
use crate::splunk::search::iismodcheck;
use crate::splunk::{Record, value};

/// What one commit does, as configuration, operation, old and new value; `{}` is the module's name.
const ACTIONS: [&[(&str, &str, &str, &str)]; 12] = [
    &[
        ("globalModules/add[@name=\"{}\"]", "1", "", ""),
        ("globalModules/add[@name=\"{}\"]/@name", "1", "", "{}"),
        ("globalModules/add[@name=\"{}\"]/@image", "1", "", "%windir%\\System32\\inetsrv\\static.dll"),
        ("modules/add[@name=\"{}\"]", "1", "", ""),
        ("modules/add[@name=\"{}\"]/@name", "1", "", "{}"),
    ],
    &[
        ("globalModules/add[@name=\"{}\"]", "1", "", ""),
        ("globalModules/add[@name=\"{}\"]/@name", "1", "", "{}"),
        ("globalModules/add[@name=\"{}\"]/@image", "1", "", "C:\\Temp\\$cost$.dll"),
    ],
    &[(
        "globalModules/add[@name=\"{}\"]/@image",
        "3",
        "%windir%\\System32\\inetsrv\\static.dll",
        "C:\\x.dll",
    )],
    &[("globalModules/add[@name=\"{}\"]", "2", "", ""), ("modules/add[@name=\"{}\"]", "2", "", "")],
    &[
        ("modules/add[@name=\"{}\"]", "1", "", ""),
        ("modules/add[@name=\"{}\"]/@name", "1", "", "{}"),
        ("modules/add[@name=\"{}\"]/@type", "1", "", "A.B, C"),
    ],
    &[("modules/remove[@name=\"{}\"]", "1", "", ""), ("modules/remove[@name=\"{}\"]/@name", "1", "", "{}")],
    &[("modules/remove[@name=\"{}\"]", "2", "", "")],
    &[
        ("modules/add[@name=\"{}\"]", "2", "", ""),
        ("modules/add[@name=\"{}\"]", "1", "", ""),
        ("modules/add[@name=\"{}\"]/@name", "1", "", "{}"),
    ],
    &[("modules/clear", "1", "", "")],
    &[("modules/add[@name=\"{}\"]/@lockItem", "1", "", "true")],
    &[("httpLogging/@dontLog", "3", "false", "true")],
    &[("isapiFilters/filter[@name=\"{}\"]/@path", "3", "C:\\a.dll", "C:\\b.dll")],
];

const NAMES: [&str; 5] =
    ["StaticFileModule", "HttpLoggingModule", "Contoso, \"Agent\" $1", "Ünïcode\u{200b}", "' at 'MACHINE"];

#[derive(Debug, Clone)]
struct Commit {
    host: u8,
    process: u8,
    /// Since the commit before it, in tenths of a second.
    pause: u32,
    site: bool,
    changes: Vec<(usize, usize)>,
    closed: bool,
    renderings: Vec<Rendering>,
    /// How far the clock of the host is off, in seconds.
    clock: i64,
    /// Which texts are unknown: host, process, record number, actor.
    unknown: [bool; 4],
}

prop_compose! {
    fn any_commit()(
        host in prop_oneof![4 => Just(0_u8), 1 => Just(1)],
        process in prop_oneof![3 => Just(0_u8), 2 => 1..3_u8],
        pause in prop_oneof![3 => 0..50_u32, 2 => 295..315_u32, 3 => 200..290_u32],
        site in prop::bool::weighted(0.3),
        changes in vec((0..ACTIONS.len(), prop_oneof![Just(0), 0..NAMES.len()]), 1..4),
        closed in prop::bool::weighted(0.6),
        renderings in prop_oneof![
            select(Rendering::ALL.to_vec()).prop_map(|one| vec![one]),
            Just(vec![Rendering::XmlRaw, Rendering::ClassicRaw]),
            Just(vec![Rendering::XmlFields, Rendering::ClassicFields]),
        ],
        clock in prop_oneof![
            12 => Just(0_i64),
            1 => select(vec![-40 * 86_400_i64, -3600, -90, -61, -59, 900, 3 * 86_400]),
        ],
        unknown in [
            prop::bool::weighted(0.05),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        ],
    ) -> Commit {
        Commit { host, process, pause, site, changes, closed, renderings, clock, unknown }
    }
}

/// An event, the second in which it was indexed, and its renderings.
type Written = (ConfigEvent, i64, Vec<Rendering>);

/// The events of all commits with their renderings. Commits of a host that come close together interleave. After
/// `cleared` events the log was cleared, and record numbers start again.
fn events(commits: &[Commit], cleared: usize) -> Vec<Written> {
    let mut events = Vec::new();
    let mut start = 1_700_000_000_000_000_i64;
    for commit in commits {
        start += i64::from(commit.pause) * 100_000;
        let known = |number: usize, text: String| if commit.unknown[number] { String::new() } else { text };
        let event = |at: i64| ConfigEvent {
            host: known(0, format!("Web0{}.Example.com", commit.host)),
            process: known(1, format!("{}", 4000 + u32::from(commit.process))),
            actor: known(3, format!("S-1-5-{}-1", [21, 82][usize::from(commit.process % 2)])),
            time: at,
            record: String::new(),
            config_path: format!(
                "MACHINE/WEBROOT/APPHOST{}",
                if commit.site { "/Default Web Site" } else { "" }
            ),
            location: String::new(),
            configuration: String::new(),
            operation: "50".to_owned(),
            old: String::new(),
            new: String::new(),
        };
        let mut at = start;
        for &(action, name) in &commit.changes {
            for (configuration, operation, old, new) in ACTIONS[action] {
                let named = |text: &str| text.replace("{}", NAMES[name]);
                let change = ConfigEvent {
                    configuration: format!("/system.webServer/{}", named(configuration)),
                    operation: (*operation).to_owned(),
                    old: named(old),
                    new: named(new),
                    ..event(at)
                };
                events.push((commit, change));
                at += 170_003;
            }
        }
        if commit.closed {
            events.push((commit, event(at)));
        }
    }
    events.sort_by_key(|(_, event)| event.time);
    for (number, (commit, event)) in events.iter_mut().enumerate() {
        if !commit.unknown[2] {
            event.record = (100 + number % cleared).to_string();
        }
    }
    let written = |(commit, event): (&Commit, ConfigEvent)| {
        let indexed = event.time.div_euclid(1_000_000) + 2;
        let event = ConfigEvent { time: event.time + commit.clock * 1_000_000, ..event };
        (event, indexed, commit.renderings.clone())
    };
    events.into_iter().map(written).collect()
}

fn rows(events: &[Written]) -> Vec<Record> {
    let row = |event: &ConfigEvent, indexed: i64, rendering: Rendering| {
        let mut row = event.render(rendering);
        row.insert("_indextime".to_owned(), vec![indexed.to_string()]);
        row
    };
    let events = events.iter();
    events.flat_map(|(event, indexed, all)| all.iter().map(move |r| row(event, *indexed, *r))).collect()
}

fn in_splunk(rows: &[Record], chunk: usize) -> Vec<Record> {
    // eval iis_indextime=_indextime
    let mut rows = rows.to_vec();
    for row in &mut rows {
        if let Some(indexed) = row.get("_indextime").cloned() {
            row.insert("iis_indextime".to_owned(), indexed);
        }
    }
    let rows = &rows;
    iismodcheck(&["input=change"], &rollup(iismodcheck(&["parts=true"], rows, chunk)), chunk)
}

/// What a finding says: the columns of the contract, and the second of its first event.
fn contract(findings: &[Record]) -> Vec<Record> {
    let columns: Vec<&str> = iismodcheck::detect::Column::FACTS.iter().map(|column| column.name()).collect();
    let mut found: Vec<Record> = findings
        .iter()
        .map(|finding| {
            let mut facts: Record = finding
                .iter()
                .filter(|(field, _)| columns.contains(&field.as_str()) || *field == "iis_finding_id")
                .map(|(field, values)| (field.clone(), values.clone()))
                .collect();
            let time = iismodcheck::detect::time::parse(value(finding, "_time")).unwrap();
            facts.insert("second".to_owned(), vec![time.div_euclid(1_000_000).to_string()]);
            facts
        })
        .collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn splunk_and_scan_find_the_same(
        commits in vec(any_commit(), 1..20),
        cleared in prop_oneof![Just(usize::MAX), 2..30_usize],
        window in (0..20_usize, 0..20_usize),
        chunk in 1..40_usize,
        seed in any::<u64>(),
    ) {
        let all = events(&commits, cleared);
        // A search window that may cut through the first and the last commit.
        let from = window.0.min(all.len() / 2);
        let to = all.len() - window.1.min(all.len() / 3);
        let mut rows = rows(&all[from..to]);
        shuffle(&mut rows, seed);
        let splunk = contract(&in_splunk(&rows, chunk));
        shuffle(&mut rows, seed.wrapping_add(1));
        prop_assert_eq!(splunk, contract(&scan(&rows)));
    }

    #[test]
    fn a_second_rendering_changes_no_finding(mut commits in vec(any_commit(), 1..12), seed in any::<u64>()) {
        for commit in &mut commits {
            // Everything is known, and no silence is so near to 30 seconds, no change so long, that a cut fraction of a
            // second decides.
            commit.unknown = [false; 4];
            commit.clock = 0;
            commit.pause = if commit.pause > 50 { 600 } else { commit.pause };
        }
        let events = events(&commits, usize::MAX);
        let rendered = |renderings: &[Rendering]| {
            let events: Vec<_> =
                events.iter().map(|(event, at, _)| (event.clone(), *at, renderings.to_vec())).collect();
            rows(&events)
        };
        let mut both = rendered(&[Rendering::ClassicRaw, Rendering::XmlRaw]);
        shuffle(&mut both, seed);
        let findings = contract(&scan(&rendered(&[Rendering::XmlRaw])));
        prop_assert_eq!(&findings, &contract(&scan(&both)));
        prop_assert_eq!(&findings, &contract(&in_splunk(&both, 7)));
    }
}

/// Puts rows into another order, the same one for the same seed.
fn shuffle(rows: &mut [Record], mut seed: u64) {
    for last in (1..rows.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        rows.swap(last, usize::try_from(seed >> 33).unwrap() % (last + 1));
    }
}

#[test]
fn the_twin_does_the_steps_of_the_macro() {
    let conf =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/splunk_app/default/macros.conf"))
            .unwrap();
    let start = conf.find("[iismodcheck_rollup]").unwrap();
    let definition = &conf[start..start + conf[start..].find("\niseval").unwrap()];
    let mut rest = definition;
    for step in STEPS {
        let at = rest.find(step).unwrap_or_else(|| panic!("not in the macro, or not in this order: {step}"));
        rest = &rest[at + step.len()..];
    }
}

#[test]
fn the_generated_commits_have_what_the_roll_up_is_for() {
    // One of each action, in XML: the test above would be empty if these were no findings.
    let commits: Vec<Commit> = (0..ACTIONS.len())
        .map(|action| Commit {
            host: 0,
            process: 0,
            pause: 20,
            site: false,
            changes: vec![(action, 0)],
            closed: true,
            renderings: vec![Rendering::XmlFields],
            clock: 0,
            unknown: [false; 4],
        })
        .collect();
    let rows = rows(&events(&commits, usize::MAX));
    let findings = scan(&rows);
    let mut seen: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!("{} {}", value(finding, "iis_module_action"), value(finding, "iis_module_verdict"))
        })
        .collect();
    seen.sort();
    let expected = [
        "added known_good",
        "added masquerade_path",
        "added masquerade_type",
        "cleared unverified",
        "modified image_hijack",
        "modified lookalike",
        "modified unverified",
        "modified weakened",
        "removed unverified",
        "removed unverified",
        "reordered unverified",
        "restored unverified",
    ];
    assert_eq!(seen, expected);
}

/// An event of one process, that many tenths of a second after its first. `50` in place of a configuration closes.
fn event(tenths: i64, record: &str, configuration: &str, [old, new]: [&str; 2]) -> ConfigEvent {
    let closes = configuration == "50";
    ConfigEvent {
        host: "web01.example.com".to_owned(),
        process: "4000".to_owned(),
        actor: "S-1-5-21-1".to_owned(),
        time: 1_700_000_000_000_000 + tenths * 100_000,
        record: record.to_owned(),
        config_path: "MACHINE/WEBROOT/APPHOST".to_owned(),
        location: String::new(),
        configuration: if closes { String::new() } else { format!("/system.webServer/{configuration}") },
        operation: if closes { "50" } else { "3" }.to_owned(),
        old: old.to_owned(),
        new: new.to_owned(),
    }
}

const IMAGE: &str = "globalModules/add[@name=\"StaticFileModule\"]/@image";

/// Events of one image, ten seconds apart and without event 50, so that they are one change.
fn images(written: &[(&str, &str)]) -> Vec<Record> {
    let events = (1..).zip(written).map(|(n, (old, new))| event(n * 100, &n.to_string(), IMAGE, [old, new]));
    events.map(|event| event.render(Rendering::XmlRaw)).collect()
}

/// The findings about `Evil`, which `scan` and the roll-up agree on, each as second of its first row, action and what it
/// continues.
fn about_evil(rows: &[Record]) -> Vec<String> {
    let findings = scan(rows);
    assert_eq!(contract(&findings), contract(&in_splunk(rows, 7)));
    let ids: std::collections::BTreeSet<&str> = findings.iter().map(|f| value(f, "iis_finding_id")).collect();
    assert_eq!(ids.len(), findings.len(), "an id for each finding");
    let evil = findings.iter().filter(|finding| value(finding, "iis_module_name") == "Evil");
    evil.map(|finding| {
        let second = iismodcheck::detect::time::parse(value(finding, "_time")).unwrap() / 1_000_000;
        let reasons = finding.get("iis_module_reasons").into_iter().flatten();
        let continues: Vec<&str> = reasons.filter_map(|reason| reason.strip_prefix("continues:")).collect();
        let action = value(finding, "iis_module_action");
        format!("{} {action} {}", second - 1_700_000_000, continues.concat()).trim_end().to_owned()
    })
    .collect()
}

/// A module is installed, and the process goes on to write for an hour.
#[test]
fn whoever_keeps_writing_keeps_no_change_open() {
    let evil = "globalModules/add[@name=\"Evil\"]";
    let install = |record: &dyn Fn(i64) -> String| -> Vec<ConfigEvent> {
        let image = format!("{evil}/@image");
        let mut events = vec![
            event(0, &record(1), evil, ["", ""]),
            event(2, &record(2), &image, ["", "C:\\Windows\\Temp\\evil.dll"]),
        ];
        events[0].operation = "1".to_owned();
        events
    };
    let own = format!("{evil}/@lockItem");
    let first = "2023-11-14T22:13:20Z";
    let pieces = |to: i64| -> Vec<String> {
        let later = (1..).map(|piece| piece * 325).take_while(|at| *at <= to);
        ["0 added".to_owned()].into_iter().chain(later.map(|at| format!("{at} modified {first}"))).collect()
    };
    for numbered in [true, false] {
        let record = |n: i64| if numbered { n.to_string() } else { String::new() };
        for (what, expected) in [
            ("httpLogging/@dontLog", pieces(0)),
            ("modules/add[@name=\"HttpLoggingModule\"]/@lockItem", pieces(0)),
            (&own, pieces(3600)),
            // Event 50 ends a change; what follows is nothing that goes on.
            ("50", pieces(0)),
        ] {
            let mut events = install(&record);
            events.extend((1..=144).map(|n| event(n * 250, &record(n + 2), what, ["false", "true"])));
            for renderings in [
                &[Rendering::XmlRaw][..],
                &[Rendering::XmlFields],
                &[Rendering::XmlRaw, Rendering::ClassicRaw],
            ] {
                if renderings.len() > 1 && !numbered {
                    continue; // Without a record number two renderings are two events.
                }
                let mut rows: Vec<Record> =
                    events.iter().flat_map(|event| renderings.iter().map(|r| event.render(*r))).collect();
                shuffle(&mut rows, 7);
                assert_eq!(about_evil(&rows), expected, "{what}, {renderings:?}, numbered: {numbered}");
            }
        }
    }
}

/// A cleared log gives the restoration the record number of the hijack.
#[test]
fn a_hijack_does_not_hide_behind_its_record_number() {
    let (own, evil) = (r"%windir%\System32\inetsrv\static.dll", r"C:\Apps\evil.dll");
    let hijack = event(0, "3", IMAGE, [own, evil]);
    for (record, values) in [("3", [evil, own]), ("4", [evil, own]), ("3", [own, own]), ("3", ["", ""])] {
        let second = event(5, record, IMAGE, values);
        let mut rows: Vec<Record> = [&hijack, &second].map(|event| event.render(Rendering::XmlRaw)).into();
        for _ in 0..2 {
            let findings = scan(&rows);
            assert_eq!(contract(&findings), contract(&in_splunk(&rows, 1)));
            assert_eq!(findings.len(), 1);
            assert_eq!(value(&findings[0], "iis_module_verdict"), "image_hijack", "{record} {values:?}");
            rows.reverse();
        }
    }
    // Both renderings of an honest change are one event.
    let honest = event(3, "3", IMAGE, [own, own]);
    let rows = [Rendering::XmlRaw, Rendering::ClassicRaw].map(|rendering| honest.render(rendering));
    let findings = scan(&rows);
    assert_eq!(contract(&findings), contract(&in_splunk(&rows, 1)));
    assert_eq!(findings.len(), 1);
    assert_eq!(value(&findings[0], "iis_module_verdict"), "known_good");
}

/// Where event 50 is not collected, a hijack that is taken back at once is one change, and what it ends with is good. Of
/// values that are equally bad the change is about the one that it ends with.
#[test]
fn the_worst_value_that_a_change_wrote_is_the_finding() {
    let own = r"%windir%\System32\inetsrv\static.dll";
    let (evil, other, worst) = (r"C:\Apps\evil.dll", r"C:\Apps\other.dll", r"C:\Apps\authmd4.dll");
    for (written, verdict, image, overwritten) in [
        (&[(own, evil), (evil, own)][..], "image_hijack", evil, true),
        (&[(own, evil), (evil, other)], "image_hijack", other, false),
        (&[(own, evil), (evil, worst), (worst, other), (other, own)], "image_hijack", evil, true),
        (&[(own, own)], "known_good", own, false),
    ] {
        let rows = images(written);
        let findings = scan(&rows);
        assert_eq!(contract(&findings), contract(&in_splunk(&rows, 1)));
        assert_eq!(findings.len(), 1);
        let finding = &findings[0];
        assert_eq!(value(finding, "iis_module_verdict"), verdict, "{written:?}");
        assert_eq!(value(finding, "iis_module_image"), image, "{written:?}");
        let told = finding
            .get("iis_module_reasons")
            .is_some_and(|reasons| reasons.contains(&"image_overwritten".to_owned()));
        assert_eq!(told, overwritten, "{written:?}");
    }
}
