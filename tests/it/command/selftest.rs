//! What a search says about the program and the lists that decided: in its job, and as the answer to `selftest=true`.

use searchcommand::testing::Event;

use super::app::App;
use super::rows::Row;
use super::{annotate_in, assert_quiet};

const ALLOWLIST: &str = "iismodcheck_allowlist.csv";
/// Three entries, of which one has run out and one is switched off.
const LIST: &str = "name,image,expires,enabled\nA,C:\\a.dll,,\nB,C:\\b.dll,2001-01-01,\nC,C:\\c.dll,,false\n";

/// The notes that a search of two chunks leaves with its job.
fn notes(app: &App, arguments: &[&str], rows: usize) -> Vec<String> {
    let mut splunkd = app.start();
    assert_eq!(splunkd.getinfo(arguments).error(), None);
    let events = vec![Row::image("ContosoModule", r"D:\Contoso\contoso.dll").xml_event(); rows];
    let mut found = splunkd.execute(&events, false).reply.messages();
    found.extend(splunkd.execute(&events, true).reply.messages());
    assert_quiet(&splunkd.hang_up());
    found.into_iter().filter(|(level, _)| level == "INFO").map(|(_, text)| text).collect()
}

#[test]
fn each_run_says_once_what_decided() {
    let version = env!("CARGO_PKG_VERSION");
    for (list, arguments, said) in [
        (
            None,
            &[][..],
            "allowlist iismodcheck_allowlist.csv not there, 0 entries in force, 0 bad; packs file not there",
        ),
        (Some(LIST), &[], "1 entry in force, 0 bad; packs file not there; packs of every host: none"),
        (Some(LIST), &["packs=exchange"], "packs of every host: exchange"),
        (Some("name,image,expires\nA,C:\\a.dll,soon\nB,C:\\b.dll,\n"), &[], "1 entry in force, 1 bad"),
        (Some("user,password\n"), &[], "allowlist iismodcheck_allowlist.csv cannot be read, sha256 "),
        (Some(LIST), &["parts=true"], "allowlist iismodcheck_allowlist.csv good, sha256 "),
    ] {
        let app = list.map_or_else(App::new, |list| App::with(ALLOWLIST, list));
        for rows in [0, 1, 3] {
            let found = notes(&app, arguments, rows);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(&format!("iismodcheck {version} on ")), "{found:?}");
            assert!(found[0].contains(said), "{found:?} {said}");
        }
    }
}

#[test]
fn the_self_test_says_what_runs_and_how_it_decides() {
    let columns =
        ["iis_selftest", "iis_allowlist_state", "iis_allowlist_entries", "iis_known_good", "iis_known_bad"];
    let denied = "effect,name,image\ndeny,HttpLoggingModule,\n";
    let allowed = "name,image\nHttpLoggingModule,C:\\Windows\\Temp\\iismodcheck-selftest.dll\n";
    for (list, expected) in [
        (None, ["ok", "not there", "0", "known_good", "masquerade_path"]),
        (Some(LIST), ["ok", "good", "1", "known_good", "masquerade_path"]),
        (Some("x"), ["ok", "cannot be read", "0", "known_good", "masquerade_path"]),
        (Some(denied), ["failed: the known good", "good", "1", "denied", "denied"]),
        (Some(allowed), ["failed: the known bad", "good", "1", "known_good", "allowed"]),
    ] {
        let app = list.map_or_else(App::new, |list| App::with(ALLOWLIST, list));
        let mut event = Event::default();
        event.set("_time", &["1790000000"]);
        let merged = annotate_in(app.start(), &["selftest=true"], &[event]);
        let row = &merged[0];
        for (column, expected) in columns.iter().zip(expected) {
            assert!(row.text(column).starts_with(expected), "{list:?} {column}: {}", row.text(column));
        }
        assert_eq!(row.text("iis_version"), env!("CARGO_PKG_VERSION"));
        assert!(row.text("iis_lookups").ends_with("lookups"));
        assert_eq!(row.text("iis_allowlist"), ALLOWLIST);
        let hash = row.text("iis_allowlist_sha256");
        assert_eq!(hash.len(), if list.is_some() { 64 } else { 1 }, "{hash}");
    }
}
