//! The site's files: where they are looked for, and what happens when they are broken.

use std::fmt::Write as _;
use std::fs;

use searchcommand::testing::Event;

use super::app::App;
use super::rows::Row;
use super::{annotate_in, verdicts};

const ALLOWLIST: &str = "iismodcheck_allowlist.csv";
const PACKS: &str = "iismodcheck_packs.csv";

fn contoso() -> Row {
    Row::image("ContosoModule", r"D:\Contoso\contoso.dll")
}

const CONTOSO_ROW: &str = "name,image\nContosoModule,D:\\Contoso\\contoso.dll\n";

fn verdict(app: &App, arguments: &[&str], row: &Row) -> String {
    verdicts(&annotate_in(app.start(), arguments, &[row.xml_event()])).remove(0)
}

#[test]
fn the_files_lie_beside_every_bin() {
    for bin in ["bin", "linux_x86_64/bin", "windows_x86_64/bin", "darwin_x86_64/bin"] {
        let app = App::with_bin(bin);
        assert_eq!(verdict(&app, &[], &contoso()), "unknown", "a file that is not there is empty");
        app.lookup(ALLOWLIST, CONTOSO_ROW);
        assert_eq!(verdict(&app, &[], &contoso()), "allowed", "{bin}");
    }
}

#[test]
fn a_named_file_stands_in_for_the_default_one() {
    let app = App::with(ALLOWLIST, "name,image\nOther,D:\\other.dll\n");
    app.lookup("mine.csv", CONTOSO_ROW);
    assert_eq!(verdict(&app, &[], &contoso()), "unknown");
    for argument in ["allowlist=mine", "allowlist=mine.csv"] {
        assert_eq!(verdict(&app, &[argument], &contoso()), "allowed", "{argument}");
    }
    // The default file does not count then, not even when it is broken.
    app.lookup(ALLOWLIST, "user,password\n");
    assert_eq!(verdict(&app, &["allowlist=mine"], &contoso()), "allowed");
}

#[test]
fn files_of_every_usual_make() {
    let forms = [
        ("\u{feff}name,image\r\nContosoModule,D:\\Contoso\\contoso.dll\r\n", "allowed"),
        (
            "\"name\",\"image\",\"our own column\"\n\"ContosoModule\",\"D:\\Contoso\\contoso.dll\",\"x\"",
            "allowed",
        ),
        ("", "unknown"),
        ("name,image\n", "unknown"),
        ("name,image\n\n\nContosoModule,d:/contoso/CONTOSO.dll\n", "allowed"),
    ];
    for (text, expected) in forms {
        let app = App::with(ALLOWLIST, text);
        assert_eq!(verdict(&app, &[], &contoso()), expected, "{text:?}");
    }
}

#[test]
fn the_rule_that_decided_is_named() {
    let text = "id,name,image,expires\ncontoso-1,ContosoModule,D:\\Contoso\\contoso.dll,2026-12-31\n";
    let app = App::with(ALLOWLIST, text);
    let events = annotate_in(app.start(), &[], &[contoso().xml_event()]);
    assert_eq!(events[0].text("iis_module_rule"), "contoso-1");
}

/// One pair just before and just after its expiry, on two hosts, in one chunk, and again: nothing that is remembered
/// between rows depends on either.
#[test]
fn date_and_host_are_looked_at_row_by_row() {
    let text = "name,image,host,expires\nContosoModule,D:\\Contoso\\contoso.dll,web01*,2026-03-02\n";
    let app = App::with(ALLOWLIST, text);
    let at = |time: &str, host: &str| {
        let mut event = Row { host: host.to_owned(), ..contoso() }.fields_event();
        event.set("_time", &[time]);
        event
    };
    // 2026-03-02T23:59:59.999999Z and the moment after it.
    let (before, after) = ("1772495999.999999", "1772496000");
    let mut events = Vec::new();
    for _ in 0..3 {
        events.extend([
            at(before, "web01.corp.example"),
            at(after, "web01.corp.example"),
            at(before, "web02.corp.example"),
            at(before, "WEB01"),
            at(before, ""),
        ]);
    }
    let expected =
        ["allowed", "allow_expired", "allow_out_of_scope", "allowed", "allow_out_of_scope"].repeat(3);
    assert_eq!(verdicts(&annotate_in(app.start(), &[], &events)), expected);
    let expected =
        ["allow_expired", "allow_expired", "allow_out_of_scope", "allow_expired", "allow_out_of_scope"]
            .repeat(3);
    for as_of in ["as_of=2026-03-03", "as_of=2026-03-03T10:00Z", "as_of=2026-03-03T10:00+01:00"] {
        assert_eq!(verdicts(&annotate_in(app.start(), &[as_of], &events)), expected, "{as_of}");
    }
}

#[test]
fn packs_and_roots_by_host() {
    let text = "host,packs,system_root\nex*,exchange,\nold*,,D:\\WINNT\n";
    let app = App::with(PACKS, text);
    let row = |host: &str, name: &str, image: &str| {
        Row { host: host.to_owned(), ..Row::image(name, image) }.fields_event()
    };
    let static_file = |host: &str, image: &str| row(host, "StaticFileModule", image);
    let events = [
        static_file("old1", r"D:\WINNT\System32\inetsrv\static.dll"),
        static_file("web1", r"D:\WINNT\System32\inetsrv\static.dll"),
        static_file("old1", r"%windir%\System32\inetsrv\static.dll"),
        static_file("old1", r"C:\Windows\System32\inetsrv\static.dll"),
        row("EX01.corp.example", "kerbauth", r"%ExchangeInstallPath%\Bin\kerbauth.dll"),
        row("web1", "kerbauth", r"%ExchangeInstallPath%\Bin\kerbauth.dll"),
    ];
    let annotated = annotate_in(app.start(), &[], &events);
    assert_eq!(
        verdicts(&annotated),
        ["known_good", "masquerade_path", "known_good", "masquerade_path", "known_good", "unknown",]
    );
    assert!(annotated[5].text("iis_module_reasons").contains("pack_not_chosen"));
}

/// What a search says at its end; the answer to getinfo is no error, and what is read is decided on.
fn warnings(app: &App, arguments: &[&str]) -> Vec<String> {
    let mut splunkd = app.start();
    assert_eq!(splunkd.getinfo(arguments).error(), None, "{arguments:?}");
    let merged = splunkd.execute(&[contoso().xml_event()], true);
    assert_eq!(verdicts(&merged.events).len(), 1);
    let messages = merged.reply.complaints();
    super::assert_quiet(&splunkd.hang_up());
    assert!(messages.iter().all(|(level, _)| level == "WARN"), "{messages:?}");
    messages.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let cases: &[(&str, &str, &[u8], &[&str])] = &[
        ("named, but not there", "", b"", &["allowlist=nosuch"]),
        ("named with a path", "", b"", &["allowlist=../../search/lookups/x.csv"]),
        ("named with a Windows path", "", b"", &["allowlist=C:\\x.csv"]),
        ("an option that is wrong", ALLOWLIST, b"name,image\n", &["packs=nosuch"]),
        ("not UTF-8", ALLOWLIST, b"name,image\nA,C:\\a.dll\nB\xff,C:\\secret.dll\n", &[]),
        ("another table", ALLOWLIST, b"user,password\nadmin,secret\n", &[]),
        ("a column twice", ALLOWLIST, b"name,image,name\nA,C:\\secret.dll,B\n", &[]),
        ("cells missing", ALLOWLIST, b"name,image,expires\nA,C:\\a.dll,2026-12-31\nsecret\n", &[]),
        ("an open quote", ALLOWLIST, b"name,image\n\"secret,C:\\a.dll\n", &[]),
        ("no date", ALLOWLIST, b"name,image,expires\nA,C:\\a.dll,secret\n", &[]),
        ("no action", ALLOWLIST, b"name,image,action\nA,C:\\a.dll,secret\n", &[]),
        ("a name and nothing more", ALLOWLIST, b"name,image\nSecret,\n", &[]),
        ("an unknown match", "mine.csv", b"name,image,match\nA,C:\\a.dll,regex\n", &["allowlist=mine"]),
        ("an unknown pack by host", PACKS, b"host,packs\nex*,exchnge\n", &[]),
        ("packs without a column host", PACKS, b"server,packs\nex*,exchange\n", &[]),
        ("packs not UTF-8", PACKS, b"host,packs\n\xff,exchange\n", &[]),
    ];
    let mut told = String::new();
    for (number, (title, file, content, arguments)) in cases.iter().enumerate() {
        let app = App::new();
        if !file.is_empty() {
            app.lookup(file, content);
        }
        // What a person typed ends the search; what a file holds does not.
        let text = if number < 4 {
            app.refusal(arguments)
        } else {
            let [warning] = warnings(&app, arguments).try_into().unwrap();
            warning
        };
        assert!(!text.to_ascii_lowercase().contains("secret"), "no cell is quoted: {text}");
        assert_eq!(text.lines().count(), 1);
        writeln!(told, "{title}\n    {text}").unwrap();
    }
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("site_files_that_are_broken", told);
    });
}

#[test]
fn a_folder_in_the_place_of_a_file_cannot_be_read() {
    let app = App::new();
    fs::create_dir(app.path(ALLOWLIST)).unwrap();
    let [warning] = warnings(&app, &[]).try_into().unwrap();
    let text = "iismodcheck: iismodcheck_allowlist.csv in the lookups folder of this app: it is a folder; give the name of a CSV file. ";
    assert!(warning.starts_with(text), "{warning}");
    let events = annotate_in(app.start(), &[], &[contoso().xml_event()]);
    assert!(events[0].text("iis_module_reasons").ends_with("allowlist_unreadable"));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_told() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let start = "iismodcheck: iismodcheck_allowlist.csv in the lookups folder of this app: cannot be read: ";
    // A link that leads to itself cannot be opened, not even by root.
    let app = App::new();
    symlink(app.path(ALLOWLIST), app.path(ALLOWLIST)).unwrap();
    let told = warnings(&app, &[]);
    assert!(told.len() == 1 && told[0].starts_with(start), "{told:?}");
    // Who is not root cannot read a file without permissions either.
    let app = App::with(ALLOWLIST, CONTOSO_ROW);
    fs::set_permissions(app.path(ALLOWLIST), fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read(app.path(ALLOWLIST)).is_err() {
        let told = warnings(&app, &[]);
        assert!(told.len() == 1 && told[0].starts_with(start), "{told:?}");
    }
}

/// The reason of a bad row is told of its own module only, however often rows repeat, at each level.
#[test]
fn a_bad_row_is_told_of_its_own_module_only() {
    let app = App::with(ALLOWLIST, "name,image,expires\nContosoModule,D:\\Contoso\\contoso.dll,31.03.2027\n");
    let other = Row::image("OtherModule", r"D:\Contoso\other.dll");
    let rows = [contoso(), other.clone(), contoso(), other].map(|row| row.xml_event()).to_vec();
    let listed = |name: &str, image: &str| Event::new(&[("name", name), ("image", image), ("host", "web01")]);
    let modules = vec![
        listed("ContosoModule", r"D:\Contoso\contoso.dll"),
        listed("OtherModule", r"D:\Contoso\other.dll"),
        listed("ContosoModule", r"D:\Contoso\contoso.dll"),
    ];
    for (arguments, events) in
        [(&[][..], rows.clone()), (&["parts=true"], rows), (&["input=module"], modules)]
    {
        let seen = annotate_in(app.start(), arguments, &events);
        for event in &seen {
            let damaged = event.text("iis_module_reasons").contains("allowlist_damaged");
            assert_eq!(damaged, event.text("iis_module_name") == "ContosoModule", "{arguments:?}");
        }
    }
}

#[test]
fn a_row_is_decided_on_by_the_files_of_the_start() {
    let app = App::with(ALLOWLIST, CONTOSO_ROW);
    let mut splunkd = app.start();
    splunkd.getinfo(&[]);
    app.lookup(ALLOWLIST, "broken");
    let merged = splunkd.execute(&[contoso().xml_event(), Event::default()], true);
    assert_eq!(verdicts(&merged.events), ["allowed", ""]);
    super::assert_quiet(&splunkd.hang_up());
}
