//! `collect`: what a server prints every few hours, and what of it once a day.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use iismodcheck::audit::Inventory;
use iismodcheck::detect::Engine;
use iismodcheck::knowledge::all_that_is_shipped;
use iismodcheck::server::{Deadline, Found, image_in};
use serde_json::Value;

use super::beyond::attacked;
use super::images::NOW;
use super::inventory::{by_search, of_text, printed};
use crate::cli::{Run, folder, run_in};
use crate::made::image::{HOST, Image, WRITTEN, dll};
use crate::made::signed::{By, signed};

const SHOP: &str = "inetpub/wwwroot/web.config";
const COPY: &str = "inetpub/temp/appPools/DefaultAppPool/DefaultAppPool.config";
/// Between two runs that print everything: the minute of the host is far.
const LATER: i64 = NOW + 3 * 3_600_000_000;
const EVERY: u32 = 14_400;
/// Long before the run.
const LONG_AGO: u64 = WRITTEN - 9_000_000;

/// A quiet server that nobody touched for months.
fn settled() -> Image {
    let image = Image::new();
    untouched(&image);
    image
}

/// Says of the configurations of a server that they were written long ago.
fn untouched(image: &Image) {
    for path in [HOST, SHOP, COPY] {
        if image.at(path).exists() {
            image.written(path, LONG_AGO);
        }
    }
}

fn between(image: &Image) -> String {
    printed(all_packs(), image, LATER, |inventory| inventory.every(EVERY))
}

/// Everything, as once a day.
fn daily(image: &Image) -> String {
    printed(all_packs(), image, LATER, |inventory| inventory.every(86_400))
}

/// The engine of the command.
fn all_packs() -> Engine {
    let known = all_that_is_shipped().unwrap();
    Engine::new(known.catalogue, known.hosts, None)
}

fn run_of(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// Bytes of a day with six runs.
fn of_a_day(image: &Image) -> usize {
    let (full, between) = (daily(image), between(image));
    assert_eq!((&run_of(&full)["reason"], &run_of(&between)["reason"]), (&"daily".into(), &"between".into()));
    full.len() + 5 * between.len()
}

#[test]
fn a_day_of_a_server_is_small() {
    let both = settled();
    let of_64_bit = settled();
    of_64_bit.edit(HOST, " enable32BitAppOnWin64=\"true\"", "");
    untouched(&of_64_bit);
    let exchange = exchange();
    for (what, image, most) in
        [("64-bit pools", &of_64_bit, 150_000), ("both", &both, 250_000), ("Exchange", &exchange, 400_000)]
    {
        let bytes = of_a_day(image);
        assert!(bytes < most, "{what}: {bytes}");
        // A limit that nothing comes near would hold whatever is printed.
        assert!(bytes > most / 2, "{what}: {bytes}");
    }
}

/// Module types of Exchange, by name, with their assembly where they tell one.
fn types_of_exchange() -> Vec<(String, String)> {
    let table = include_str!("../../../splunk_app/lookups/iis_module_baseline.csv");
    let rows = csv::Reader::from_reader(table.as_bytes()).into_records().map(Result::unwrap);
    let own = rows.filter(|row| &row[1] == "exchange" && &row[2] == "managed");
    own.map(|row| (row[3].to_owned(), row[5].to_owned())).collect()
}

/// A server with 22 applications that add 112 modules and remove 223, as an Exchange server of 2019 does; the files of its types are
/// signed by Microsoft.
fn exchange() -> Image {
    let image = settled();
    let types = types_of_exchange();
    let mut types = types.iter().cycle();
    let mut applications = String::new();
    for application in 0..22 {
        let (adds, removes) = (if application < 2 { 6 } else { 5 }, if application < 3 { 11 } else { 10 });
        let path = format!("Program Files/Exchange/Client{application:02}");
        let mut modules = String::new();
        for number in 0..removes {
            let names = [
                "WebDAVModule",
                "Profile",
                "AnonymousIdentification",
                "FileAuthorization",
                "UrlMappingsModule",
            ];
            writeln!(
                modules,
                "<remove name=\"{}\" />",
                names.get(number).unwrap_or(&"DefaultAuthentication")
            )
            .unwrap();
        }
        for (name, type_name) in types.by_ref().take(adds) {
            writeln!(modules, "<add name=\"{name}\" type=\"{type_name}\" />").unwrap();
            if let Some(assembly) = type_name.split(',').nth(1).map(str::trim) {
                let file = format!("{path}/bin/{assembly}.dll");
                image.put(&file, &signed(&dll(&file, [15, 2, 1118, 7], &[], ""), By::Product));
            }
        }
        let web = format!(
            "<configuration><system.webServer><modules>\n{modules}</modules></system.webServer></configuration>"
        );
        image.put(&format!("{path}/web.config"), web.as_bytes());
        image.written(&format!("{path}/web.config"), LONG_AGO);
        writeln!(applications, "<application path=\"/client{application:02}\"><virtualDirectory path=\"/\" physicalPath=\"C:\\Program Files\\Exchange\\Client{application:02}\" /></application>").unwrap();
    }
    image.edit(HOST, " enable32BitAppOnWin64=\"true\"", "");
    image.edit(HOST, "</application></site>", &format!("</application>\n{applications}</site>"));
    untouched(&image);
    image
}

#[test]
fn between_two_full_runs_only_what_no_list_explains_and_files_of_others() {
    let image = settled();
    let told = |image: &Image| -> Vec<String> {
        let rows = of_text(&between(image));
        let told =
            rows.iter().map(|row| ["record", "name", "file"].map(|name| row[name].as_str().unwrap_or("")));
        told.map(|told| told.join(" ").trim().to_owned()).collect()
    };
    assert_eq!(told(&image), ["run"]);
    // A product whose files nobody signed is explained by its pack: its file may be exchanged.
    let path = "Program Files/iisnode/iisnode.dll";
    image.put(path, &dll(path, [0, 2, 26, 0], &["RegisterModule"], ""));
    let node = "<add name=\"iisnode\" image=\"%ProgramFiles%\\iisnode\\iisnode.dll\" preCondition=\"bitness64\" />\n";
    image.edit(HOST, "<globalModules>\n", &format!("<globalModules>\n{node}"));
    untouched(&image);
    assert_eq!(told(&image), [r"file  c:\program files\iisnode\iisnode.dll", "run"]);
    image.edit(HOST, node, &node.replace("iisnode\"", "other\""));
    untouched(&image);
    let file = r"c:\program files\iisnode\iisnode.dll";
    assert_eq!(told(&image), [format!("module other {file}"), format!("file  {file}"), "run".to_owned()]);
    // The whole is that of `audit --format inventory`, but for what no pool loads.
    let (full, asked) =
        (of_text(&daily(&image)), of_text(&printed(all_packs(), &image, LATER, |inventory| inventory)));
    let facts = |rows: &[Value], record: &str| -> BTreeSet<String> {
        rows.iter().filter(|row| row["record"] == record).map(Value::to_string).collect()
    };
    for record in ["module", "setting", "file", "digest"] {
        assert_eq!(facts(&full, record), facts(&asked, record), "{record}");
    }
}

#[test]
fn what_was_written_since_the_run_before_is_printed_whole() {
    let image = settled();
    image.put(
        SHOP,
        b"<configuration><system.webServer><modules><remove name=\"FileCacheModule\" /></modules></system.webServer></configuration>",
    );
    image.written(SHOP, LONG_AGO);
    let quiet = of_text(&between(&image));
    let of_shop = |rows: &[Value]| {
        let is_of =
            |row: &&Value| row["config_file"].as_str().is_some_and(|file| file.ends_with("web.config"));
        rows.iter().filter(is_of).map(|row| row["record"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of_shop(&quiet), Vec::<String>::new());
    image.written(SHOP, u64::try_from(LATER / 1_000_000).unwrap() - 3_600);
    // The digest says that nothing of the file was left out.
    assert_eq!(of_shop(&of_text(&between(&image))), ["module", "digest"]);
}

/// The names of what needs somebody, as a search judges the rows.
fn loud(text: &str) -> BTreeSet<String> {
    let told = by_search(&of_text(text)).into_iter();
    let is_loud = |told: &[String; 4]| ["medium", "high", "critical"].contains(&told[3].as_str());
    told.filter(is_loud).map(|[_, name, ..]| name).collect()
}

#[test]
fn the_twenty_attacks_show_at_once_even_with_times_of_long_ago() {
    let image = attacked();
    untouched(&image);
    let (whole, at_once) = (loud(&daily(&image)), loud(&between(&image)));
    assert_eq!(whole.len(), 20);
    // An earlier version tells of a module that is gone: once a day, and when that version came.
    let later: Vec<&String> = whole.difference(&at_once).collect();
    assert_eq!(later, ["Aux5"]);
    let config = image.read("inetpub/history/CFGHISTORY_0000000010/applicationHost.config");
    image.version(10, u64::try_from(LATER / 1_000_000).unwrap() - 600, &config);
    assert_eq!(loud(&between(&image)), whole);
    assert_eq!(loud(&between(&settled())), BTreeSet::new());
}

/// What is done to an image.
type Edit = fn(&Image);

const DIGESTS: [&str; 3] = ["config_digest", "registrations_digest", "files_digest"];

/// Each row: what is done, and which digests change.
#[test]
fn three_digests_say_what_changed() {
    let add = "<globalModules>\n<add name=\"X\" image=\"C:\\x.dll\" preCondition=\"bitness64\" />\n";
    let changes: [(&str, Edit, [bool; 3]); 6] = [
        ("nothing", |_| {}, [false, false, false]),
        (
            "a comment",
            |image| image.put(SHOP, b"<configuration>\n<!-- x --></configuration>"),
            [true, false, false],
        ),
        (
            "a line more above all",
            |image| image.edit(HOST, "<configuration>\n", "<configuration>\n\n\n"),
            [true, false, false],
        ),
        (
            "a module removed at a site",
            |image| {
                let web = b"<configuration><system.webServer><modules><remove name=\"FileCacheModule\" /></modules></system.webServer></configuration>";
                image.put(SHOP, web);
            },
            [true, true, false],
        ),
        (
            "one byte of a file",
            |image| {
                let mut file = image.read("Windows/System32/inetsrv/static.dll");
                file[0x205] ^= 1;
                image.put("Windows/System32/inetsrv/static.dll", &file);
            },
            [false, false, true],
        ),
        (
            "an earlier version of the configuration",
            |image| image.version(10, LONG_AGO, b"<configuration />"),
            [false, false, false],
        ),
    ];
    for (what, change, expected) in changes {
        let image = settled();
        let quiet = run_of(&between(&image));
        change(&image);
        untouched(&image);
        for text in [between(&image), daily(&image)] {
            let run = run_of(&text);
            assert_eq!(DIGESTS.map(|name| run[name] != quiet[name]), expected, "{what}");
        }
    }
    let image = settled();
    let quiet = run_of(&between(&image));
    image.edit(HOST, "<globalModules>\n", add);
    untouched(&image);
    let run = run_of(&between(&image));
    assert!(DIGESTS.iter().all(|name| run[*name] != quiet[*name]), "{run}");
}

#[test]
fn the_last_row_is_short_and_counts_the_others() {
    for text in [between(&attacked()), daily(&attacked()), between(&settled())] {
        let run = run_of(&text);
        assert_eq!((&run["record"], &run["complete"]), (&"run".into(), &"true".into()));
        assert_eq!(run["rows"], text.lines().count());
        assert!(text.lines().last().unwrap().len() < 2_000);
        assert!(DIGESTS.iter().all(|name| run[*name].as_str().is_some_and(|digest| digest.len() == 32)));
    }
}

#[test]
fn what_is_not_read_in_time_is_told() {
    let image = settled();
    let Some(Found::Image(host, drives)) = image_in(image.path()) else { panic!() };
    let mut output = Vec::new();
    let late = Found::Image(host, drives.until(Deadline::after(Duration::ZERO)));
    let mut inventory = Inventory::new(all_packs(), NOW, &mut output).every(EVERY);
    inventory.write(&late, Some("web01"), None).unwrap();
    let text = String::from_utf8(output).unwrap();
    let rows = of_text(&text);
    let problems: Vec<&str> = rows
        .iter()
        .filter(|row| row["record"] == "problem")
        .map(|row| row["detail"].as_str().unwrap())
        .collect();
    assert!(
        problems.iter().any(|what| what.contains("time for reading the server was over")),
        "{problems:?}"
    );
    assert_eq!(run_of(&text)["complete"], "false");
}

fn collect(image: &Image, arguments: &[&str]) -> Run {
    let root = image.path().display().to_string();
    run_in(image.path(), &[&["collect", "--root", &root, "--host", "WEB01"], arguments].concat())
}

#[test]
fn the_command_prints_facts_and_says_what_it_lacks() {
    let image = settled();
    let text = collect(&image, &["--full"]).good();
    let run = run_of(&text);
    assert_eq!(
        ["iis_host", "extent", "reason", "complete"].map(|name| run[name].as_str().unwrap()),
        ["web01", "full", "asked", "true"]
    );
    // Secrets of a configuration, one that does not parse, and none of the server: told in rows, and the run ends well.
    image.edit(
        HOST,
        "<system.webServer>\n<httpCompression>",
        "<system.web><machineKey validationKey=\"Geheim-1\" /></system.web>\n<system.webServer>\n<fastCgi><application fullPath=\"C:\\php\\php-cgi.exe\"><environmentVariables><environmentVariable name=\"TOKEN\" value=\"Geheim-2\" /></environmentVariables></application></fastCgi>\n<httpCompression>",
    );
    image.edit(HOST, "<add name=\"Old\" ", "<add name=\"Old\" managedPipelineMode=\"Integrated\" ");
    image.edit(
        HOST,
        "<virtualDirectory path=\"/\" ",
        "<virtualDirectory path=\"/\" userName=\"svc\" password=\"Geheim-3\" ",
    );
    image.put(
        SHOP,
        b"<configuration>\n<appSettings><add key=\"k\" value=\"Geheim-4\" /></appSettings>\n<oops>",
    );
    for arguments in [&["--full"][..], &["--every", "600"], &[]] {
        let text = collect(&image, arguments).good();
        assert!(!text.contains("Geheim"), "{text}");
        assert_eq!(run_of(&text)["complete"], "false");
        let rows = of_text(&text);
        let problem = rows.iter().find(|row| row["record"] == "problem").unwrap();
        assert_eq!(
            (&problem["problem"], &problem["config_line"]),
            (&"damaged".into(), &3.into()),
            "{problem}"
        );
    }
    std::fs::remove_file(image.at(HOST)).unwrap();
    let text = collect(&image, &[]).good();
    assert_eq!((&run_of(&text)["complete"], &run_of(&text)["record"]), (&"false".into(), &"run".into()));
}

#[test]
fn a_wrong_argument_is_one_line() {
    let empty = folder(&[]);
    for (arguments, told) in [
        (&["--verdict"][..], "unexpected argument '--verdict' found"),
        (&["--every", "0"], "invalid value '0' for '--every <SECONDS>'"),
        (&["--every", "soon"], "invalid value 'soon' for '--every <SECONDS>'"),
        (&["--root", "."], r"no Windows\System32 lies below it; give the folder"),
        (&["--root", "gone"], r"no Windows\System32 lies below it; give the folder"),
    ] {
        let error = run_in(empty.path(), &[&["collect"], arguments].concat()).error();
        assert!(error.contains(told), "{error}");
    }
    if !cfg!(windows) {
        let error = run_in(empty.path(), &["collect"]).error();
        assert!(error.contains("this machine is no Windows server"), "{error}");
    }
}
