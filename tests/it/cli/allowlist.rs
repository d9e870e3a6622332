//! `allowlist check` and `allowlist explain`.

use std::io::Write;
use std::process::Stdio;

use super::{folder, run_in};

macro_rules! assert_shown {
    ($name:expr, $text:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

/// One row for each rule of the check, by the rule's name where it is meant to be found.
const MISTAKES: &str = r#"id,enabled,effect,name,image,type,match,expires,host
broken,,,NoImage,,,,2026-12-31,
name-only,,,HttpHelper,,,name,2026-12-31,
any-any,,,*,*,,glob,2026-12-31,
any-folder,,,Foo,*\foo.dll,,glob,2026-12-31,
whole-folder,,,Foo,D:\Foo\*,,glob,2026-12-31,
skips,,,Skips,C:\**\skips.dll,,glob,2026-12-31,
user-writable,,,Foo,C:\Users\Public\foo.dll,,,2026-12-31,
expired,,,Old,D:\old.dll,,,2026-01-31,
no-expiry,,,Forever,D:\forever.dll,,,,
broad,,,Forever,D:\forever\f*.dll,,glob,,
variable,,,Var,%VENDOR_HOME%\v.dll,,,2026-12-31,
never,,,Unc,\\server\share\u.dll,,,2026-12-31,
relative,,,Rel,rel.dll,,,2026-12-31,
repeats,,,StaticFileModule,%windir%\System32\inetsrv\static.dll,,,2026-12-31,
other-image,,,StaticFileModule,D:\static.dll,,,2026-12-31,
threat,,,FastCgiModule_64bit,%windir%\System32\inetsrv\iisfcgix64.dll,,,2026-12-31,
like-threat,,,Cache,D:\cache.dll,,,2026-12-31,
weak-type,,,Weak,,Contoso.Module,,2026-12-31,
space,," ", Space,D:\space.dll,,,2026-12-31,
wildcard,,,Wild*,D:\wild.dll,,,2026-12-31,
twin-1,,,Twin,D:\twin.dll,,,2026-12-31,
twin-2,,,Twin,D:\TWIN.dll,,,2026-12-31,
wide,,,Wide,D:\wide.dll,,,2026-12-31,
narrow,,,Wide,D:\wide.dll,,,2026-06-30,web01
twin-1,,,SameId,D:\sameid.dll,,,2026-12-31,
deny,,deny,Foe,D:\foe.dll,,,,
allow,,,Foe,D:\foe.dll,,,2026-12-31,
base-staticfilemodule-1,,,Mine,D:\mine.dll,,,2026-12-31,
threat-cahce,false,,,,,,,
hosts,,,Hosts,D:\hosts.dll,,,2026-12-31,"web01, web02"
fine,,,Contoso,D:\contoso.dll,,,2026-12-31,
version,,,Agent,D:\Agent 24.2\agent.dll,,,2026-12-31,
word,,,OtherAgent,D:\Agent {version}\other.dll,,,2026-12-31,
"#;

/// Rules that need columns which the file above has not.
const MISTAKES_OF_SCOPE: &str = r"name,image,precondition,config_path,action,expires,reasn
Place,D:\place.dll,,Default Web Site,,2026-12-31,
Condition,D:\condition.dll,bitnes64,,,2026-12-31,
Removal,D:\removal.dll,,,removed,2026-12-31,
";

const SOUND: &str = "name,image,expires\nContoso,D:\\contoso.dll,2026-12-31\n";
const WARNED: &str = "name,image,expires\nContoso,C:\\Users\\Public\\contoso.dll,2026-12-31\n";

#[test]
fn each_mistake_with_its_place_and_its_fix() {
    let files = folder(&[
        ("mistakes.csv", MISTAKES.as_bytes()),
        ("scope.csv", MISTAKES_OF_SCOPE.as_bytes()),
        ("sound.csv", SOUND.as_bytes()),
    ]);
    let arguments = ["allowlist", "check", "--as-of", "2026-03-02", "mistakes.csv", "scope.csv", "sound.csv"];
    let run = run_in(files.path(), &arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
    assert_shown!("allowlist_check", run.stdout);
    // Every rule that there is occurs.
    for rule in iismodcheck::allowlist::lint::RULES {
        assert!(run.stdout.contains(&format!("[{}]", rule.name)), "no row for the rule {}", rule.name);
    }
}

#[test]
fn exit_codes_of_a_check() {
    let broken = "name,image,expires\nContoso,D:\\contoso.dll,soon\n";
    let other = "user,password\n";
    let files = folder(&[
        ("sound.csv", SOUND.as_bytes()),
        ("warned.csv", WARNED.as_bytes()),
        ("broken.csv", broken.as_bytes()),
        ("other.csv", other.as_bytes()),
        ("empty.csv", b""),
        ("binary.csv", b"name,image\n\xff,x\n"),
    ]);
    let cases: [(&[&str], i32); 10] = [
        (&["sound.csv"], 0),
        (&["--strict", "sound.csv"], 0),
        (&["warned.csv"], 0),
        (&["--strict", "warned.csv"], 1),
        (&["broken.csv"], 1),
        (&["sound.csv", "broken.csv"], 1),
        (&["other.csv"], 1),
        (&["binary.csv"], 1),
        (&["empty.csv"], 0),
        (&["missing.csv"], 2),
    ];
    for (arguments, code) in cases {
        let arguments = [&["allowlist", "check", "--as-of", "2026-03-02"], arguments].concat();
        let run = run_in(files.path(), &arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stderr.is_empty(), code != 2);
    }
    let late =
        run_in(files.path(), &["allowlist", "check", "--strict", "--as-of", "2027-01-01", "sound.csv"]);
    assert_eq!(late.code, Some(1));
    assert!(late.stdout.contains("[expired]"), "{}", late.stdout);
    let time = run_in(files.path(), &["allowlist", "check", "--as-of", "soon", "sound.csv"]);
    assert_eq!((time.code, time.stderr.lines().count()), (Some(2), 1));
}

/// The fix for a folder that is not known clears the warning, for the hosts that it is for.
#[test]
fn folders_and_packs_by_host() {
    let allowlist = "id,name,image,match,host,expires\n\
        acme,Acme,%ACME_HOME%\\acme.dll,,web*,2026-12-31\n\
        any,Any,%ACME_HOME%\\any.dll,,,2026-12-31\n\
        other,Other,%ACME_HOME%\\other.dll,,db01,2026-12-31\n\
        mine,StaticFileModule,D:\\Windows\\System32\\inetsrv\\static.dll,,old01,2026-12-31\n\
        twice,StaticFileModule,%windir%\\System32\\inetsrv\\static.dll,,,2026-12-31\n\
        users,Users,%PUBLIC_HOME%\\u.dll,,,2026-12-31\n";
    let packs = "host,pack,variables,system_root\n\
        web*,,ACME_HOME=D:\\Acme|PUBLIC_HOME=C:\\Users\\Public,\n\
        old*,,PUBLIC_HOME=D:\\Apps,D:\\Windows\n";
    let files = folder(&[
        ("allow.csv", allowlist.as_bytes()),
        ("packs.csv", packs.as_bytes()),
        ("broken.csv", b"host,variables\nweb*,ACME_HOME\n"),
    ]);
    let check = ["allowlist", "check", "--as-of", "2026-03-02", "allow.csv"];
    let found = |arguments: &[&str]| {
        let shown = run_in(files.path(), arguments).good();
        let lines = shown.lines().filter_map(|line| line.split_once(']')).map(|(head, _)| format!("{head}]"));
        lines.collect::<Vec<String>>()
    };
    let without = [
        "allow.csv:2: image: warning [unknown-variable]",
        "allow.csv:3: image: warning [unknown-variable]",
        "allow.csv:4: image: warning [unknown-variable]",
        "allow.csv:5: name: warning [other-image-of-known-name]",
        "allow.csv:6: name: warning [repeats-baseline]",
        "allow.csv:7: image: warning [unknown-variable]",
    ];
    assert_eq!(found(&check), without);
    let with = [
        "packs.csv: warning [unknown-column]",
        "allow.csv:4: image: warning [unknown-variable]",
        "allow.csv:5: name: warning [repeats-baseline]",
        "allow.csv:5: name: warning [shadowed-entry]",
        "allow.csv:6: name: warning [repeats-baseline]",
        "allow.csv:7: image: warning [user-writable-image]",
    ];
    assert_eq!(found(&[&check[..], &["--packs-file", "packs.csv"]].concat()), with);
    let error = run_in(files.path(), &[&check[..], &["--packs-file", "broken.csv"]].concat()).error();
    assert!(error.contains("broken.csv, line 2, column variables: expected NAME=folder"), "{error}");
}

#[test]
fn an_allowlist_from_standard_input() {
    let files = folder(&[]);
    let mut child = super::command(files.path());
    child.args(["allowlist", "check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"name,image,expires\nA,D:\\a.dll,soon\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.starts_with("standard input:2: expires: error [broken-row] "), "{shown}");
    assert!(
        shown.contains(", found `soon`; until this is fixed, searches allow nothing by this row"),
        "{shown}"
    );
    assert!(shown.ends_with("standard input: 0 entries, 1 error, 0 warnings, 0 notes\n"), "{shown}");
}

#[test]
fn decisions_in_words() {
    let allowlist = "id,name,image,type,match,host,expires,effect\n\
        contoso-1,ContosoModule,D:\\Contoso\\contoso.dll,,,web*,2026-06-30,\n\
        vendor-all,Vendor*,D:\\Vendor\\**\\*.dll,,glob,,2026-12-31,\n\
        logs,HttpLoggingModule,,,name,,2026-12-31,\n\
        foe,Foe,,,name,,,deny\n\
        rel,Rel,rel.dll,,,,2026-12-31,\n";
    let removals = "name,config_path,action,image,precondition\n\
        HttpLoggingModule,MACHINE/WEBROOT/APPHOST/Shop/**,removed,,\n\
        Fussy,,,D:\\fussy.dll,bitness64\n\
        Once,,added,D:\\once.dll,\n\
        Moved,,replaced,D:\\moved.dll,\n";
    let files = folder(&[("allow.csv", allowlist.as_bytes()), ("removals.csv", removals.as_bytes())]);
    let site = ["--allowlist", "allow.csv", "--as-of", "2026-03-02"];
    let cases: [&[&str]; 29] = [
        &["StaticFileModule", r"%windir%\System32\inetsrv\static.dll"],
        &["StaticFileModule", r"C:\Windows\Temp\static.dll", "--host", "WEB01"],
        &["StaticFileModule", r"D:\static.dll", "--old", r"%windir%\System32\inetsrv\static.dll"],
        &["DefaultDocumentModule_Atomic", r"%windir%\system32\inetsrv\defdoc.dll"],
        &["StaticFi1eModule", r"D:\a.dll"],
        &["FastCgiModule_64bit", r"%windir%\System32\inetsrv\iisfcgix64.dll"],
        &["HttpHelper", r"C:\ProgramData\h.dll"],
        &["HttpHelper", r"\\web02\share\h.dll"],
        &["HttpHelper"],
        &["StaticFileModule"],
        &["ContosoModule", r"D:\Contoso\contoso.dll", "--host", "web01"],
        &["ContosoModule", r"D:\Contoso\contoso.dll", "--host", "db01"],
        &["ContosoModule", r"D:\Contoso\contoso.dll", "--host", "web01", "--as-of", "2026-07-01"],
        &["VendorModule", r"D:\Vendor\x\y\v.dll"],
        &["HttpLoggingModule"],
        &["Foe", r"D:\foe.dll"],
        &["Contoso", "--type", "Contoso.Module, Contoso"],
        &["kerbauth", r"%ExchangeInstallPath%\Bin\kerbauth.dll"],
        &["Rel", "rel.dll"],
        &["Relative", "bin/relative.dll"],
        &[
            "HttpLoggingModule",
            "--action",
            "removed",
            "--config-path",
            "MACHINE/WEBROOT/APPHOST/Shop",
            "--allowlist",
            "removals.csv",
        ],
        &[
            "HttpLoggingModule",
            "--action",
            "removed",
            "--config-path",
            "MACHINE/WEBROOT/APPHOST",
            "--allowlist",
            "removals.csv",
        ],
        &["Once", r"D:\once.dll", "--allowlist", "removals.csv"],
        &["Moved", r"D:\moved.dll", "--action", "reordered", "--allowlist", "removals.csv"],
        &["Moved", r"D:\moved.dll", "--action", "added", "--allowlist", "removals.csv"],
        &["Moved", "--action", "reordered", "--allowlist", "removals.csv"],
        &["Filter", r"D:\filter.dll", "--kind", "isapi_filter"],
        &["*.php", r"C:\php\php-cgi.exe", "--kind", "handler"],
        &["kerbauth", r"%ExchangeInstallPath%\Bin\kerbauth.dll", "--packs", "exchange"],
    ];
    let text = cases.iter().fold(String::new(), |text, case| {
        let dated = case.contains(&"--as-of");
        let options = match (dated, case.contains(&"--allowlist")) {
            (true, _) => &site[..2],
            (false, true) => &site[2..],
            (false, false) => &site[..],
        };
        let arguments = [&["allowlist", "explain"], *case, options].concat();
        text + &format!("$ explain {}\n{}\n", case.join(" "), run_in(files.path(), &arguments).good())
    });
    assert_shown!("allowlist_explain", text);
    let nameless = run_in(files.path(), &["allowlist", "explain", " "]).error();
    assert!(nameless.contains("there is no name"), "{nameless}");
    let run = run_in(files.path(), &["allowlist", "explain", "A", "--action", "installed"]);
    assert!(
        run.code == Some(2) && run.stderr.contains("`installed` is no action: use one of added, "),
        "{}",
        run.stderr
    );
}
