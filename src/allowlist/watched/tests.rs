//! The tables against themselves, and what is refused.

use std::collections::BTreeSet;

use super::read;
use super::row::{Judged, WatchedSetting};
use super::table::{How, Watched};
use crate::allowlist::tests::catalogue;
use crate::iis::{Image, ManagedType, Roots};

fn watched() -> Watched {
    Watched::builtin().unwrap()
}

#[test]
fn ids_are_unique_and_each_row_tells_what_it_is_for() {
    let watched = watched();
    assert!(watched.rows().len() >= 62 && watched.known().len() >= 260);
    let catalogue = catalogue(b"").unwrap();
    let mut ids: BTreeSet<&str> = catalogue.entries().iter().map(|entry| entry.id.as_str()).collect();
    for row in watched.rows() {
        assert!(ids.insert(&row.id), "{}", row.id);
        assert!(row.meaning.ends_with('.') && row.advice.ends_with('.'), "{}", row.id);
        let number = row
            .technique
            .strip_prefix('T')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        assert!(number || row.judged == Judged::Secret && !row.tells(), "{}: {}", row.id, row.technique);
    }
    for known in watched.known() {
        assert!(ids.insert(&known.id), "{}", known.id);
        assert!(!known.product.is_empty(), "{}", known.id);
        let is_pack = catalogue.packs().contains_key(known.pack.as_str());
        assert!(known.pack.is_empty() || is_pack, "{}: {}", known.id, known.pack);
    }
}

/// Each known value can be met: it is for a row, and of the form that the row compares.
#[test]
fn each_known_value_is_known_where_it_is_listed() {
    let watched = watched();
    let roots = Roots::default();
    for known in watched.known() {
        for setting in &known.settings {
            let Some(row) = watched.rows().iter().find(|row| row.id == *setting) else {
                assert_eq!(setting, "module-removal", "{}", known.id);
                continue;
            };
            let meets = match row.judged {
                Judged::Library | Judged::File | Judged::Program | Judged::Folder => {
                    known.value.is_empty() || known.is_file(&Image::normalise(&known.value, &roots), &roots)
                }
                Judged::Type | Judged::Assembly => known.is_type(&ManagedType::parse(&known.value)),
                _ => known.is_text(&known.value),
            };
            assert!(meets || known.value.contains("%IIS_USER_HOME%"), "{}", known.id);
        }
    }
}

const POOL: &str = r#"/system.applicationHost/applicationPools/add[@name="A"]"#;
const FILTER: &str = "/system.webServer/security/requestFiltering/hiddenSegments";

#[test]
fn what_a_path_meets() {
    let watched = watched();
    for (path, expected) in [
        ("/system.webServer/httpLogging/@dontLog", "http-logging-off"),
        ("/SYSTEM.webserver/HttpLogging/@DONTLOG", "http-logging-off"),
        ("/system.webServer/httpErrors/@errorMode", ""),
        (r#"/system.webServer/httpCompression/scheme[@name="gzip"]/@dll"#, "compression-scheme"),
        (r#"/system.webServer/httpCompression/scheme[@name="gzip"]/@staticCompressionLevel"#, ""),
        (&format!("{POOL}/@CLRConfigFile"), "clr-config-file"),
        (
            &format!(r#"{POOL}/environmentVariables/add[@name="cor_profiler_path"]/@value"#),
            "profiler-library",
        ),
        (&format!(r#"{POOL}/environmentVariables/add[@name="CONNECTION"]/@value"#), ""),
        (&format!(r#"{FILTER}/add[@segment="web.config"]"#), "hidden-segment-removed"),
        (&format!(r#"{FILTER}/remove[@segment="BIN"]"#), "hidden-segment-removed"),
        (&format!(r#"{FILTER}/add[@segment="node_modules"]"#), ""),
        (&format!("{FILTER}/clear"), "hidden-segment-removed"),
        (FILTER, "hidden-segment-removed"),
        ("/system.web/machineKey/@validationKey", "machine-key-by-pool"),
        ("/configurationRedirection/@path", "shared-configuration-path"),
        ("", ""),
        ("/", ""),
    ] {
        let met = watched.meet(path).find(|met| met.row.tells());
        assert_eq!(met.map_or("", |met| &met.row.id), expected, "{path}");
        assert_eq!(watched.tells(path), !expected.is_empty(), "{path}");
    }
    let how = |path: &str| watched.meet(path).next().map(|met| met.how);
    assert_eq!(how(&format!("{FILTER}/clear")), Some(How::Clear));
    assert_eq!(how(FILTER), Some(How::Whole));
}

#[test]
fn values_that_are_hidden() {
    let watched = watched();
    let variable = |name: &str| {
        format!(
            r#"/system.applicationHost/applicationPools/add[@name="A"]/environmentVariables/add[@name="{name}"]/@value"#
        )
    };
    for (path, value, hidden) in [
        ("/system.web/machineKey/@validationKey", "0123", true),
        ("/system.web/machineKey/@decryptionKey", "AutoGenerate,IsolateApps", false),
        (r#"/connectionStrings/add[@name="db"]/@connectionString"#, "x", true),
        (&variable("PASSWORD"), "x", true),
        (&variable("COR_PROFILER_PATH"), "x", false),
        ("/system.webServer/httpLogging/@dontLog", "true", false),
        ("/system.webServer/httpErrors/@errorMode", "Detailed", false),
    ] {
        assert_eq!(watched.hides(path, value), hidden, "{path}");
    }
}

#[test]
fn a_row_can_be_switched_off() {
    let mut watched = watched();
    assert!(watched.switch_off("http-logging-off") && !watched.switch_off("no-such-row"));
    assert!(!watched.tells("/system.webServer/httpLogging/@dontLog"));
    assert!(watched.tells("/system.webServer/httpLogging/@selectiveLogging"));
}

#[test]
fn broken_rows_name_their_column() {
    let good = [
        "a", "/a/b/@c", "", "value", "any", "switch", "setting", "high", "-", "low", "T1", "m.", "a.", "h",
        "e", "s", "g",
    ];
    let column = |place: usize, cell: &str| {
        let mut cells = good;
        cells[place] = cell;
        let csv = format!("{}\n{}\n", read::SETTINGS.join(","), cells.join(","));
        read::rows(&csv, "f", &read::SETTINGS, read::setting).map_err(|error| error.column()).err()
    };
    for (place, cell, broken) in [
        (0, "a", None),
        (1, "a/b", Some("paths")),
        (1, "/a/b[@c", Some("paths")),
        (3, "both", Some("subject")),
        (4, "is=x", Some("when")),
        (4, "is:x unc", None),
        (5, "dll", Some("what")),
        (6, "module", Some("kind")),
        (7, "critical", Some("server")),
        (9, "", Some("below")),
    ] {
        assert_eq!(column(place, cell), broken, "{cell}");
    }
    let known = |row: &str| {
        let csv = format!("{}\n{row}\n", read::KNOWN.join(","));
        read::rows(&csv, "f", &read::KNOWN, read::known).is_ok()
    };
    assert!(known("a,s,,,v,p,,x,y") && !known("a,,,,v,p,,x,y") && !known(",s,,,v,p,,x,y") && !known("a,s"));
}

#[test]
fn a_known_type_vouches_for_no_weaker_or_other_one() {
    let watched = watched();
    let is = |setting: &str, seen: &str| {
        let seen = ManagedType::parse(seen);
        watched
            .known()
            .iter()
            .any(|known| known.settings.iter().any(|own| own == setting) && known.is_type(&seen))
    };
    let key = "PublicKeyToken=0545b0627da60a5f";
    for (setting, seen, known) in [
        (
            "rewrite-provider",
            format!("DbProvider, Microsoft.Web.Iis.Rewrite.Providers, Version=7.2.0.0, {key}"),
            true,
        ),
        ("rewrite-provider", "DbProvider, Microsoft.Web.Iis.Rewrite.Providers".to_owned(), false),
        ("rewrite-provider", "DbProvider".to_owned(), false),
        ("handler-type", "System.Web.UI.PageHandlerFactory".to_owned(), true),
        ("handler-type", "System.Web.UI.PageHandlerFactory, Evil".to_owned(), false),
        ("handler-type", "system.web.ui.PageHandlerFactory".to_owned(), false),
    ] {
        assert_eq!(is(setting, &seen), known, "{seen}");
    }
}

/// What a row says in its own words is short enough for a line.
#[test]
fn texts_are_one_line() {
    let long = |row: &&WatchedSetting| {
        row.meaning.len() > 160 || row.advice.len() > 160 || row.meaning.contains('\n')
    };
    assert_eq!(
        watched().rows().iter().filter(long).map(|row| &row.id).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}
