//! What a place gets: the cases of `tests/fixtures/audit`, and neighbours of each kind.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{Run, fixtures, run_in};

/// What the program says of a place, and how it ended.
fn asked(folder: &Path, place: &str) -> (Value, Run) {
    let run = run_in(folder, &["audit", ".", "--effective", place]);
    (serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}")), run)
}

/// State, names (with types behind a colon), names that are only registered, and codes, as one text.
fn brief(value: &Value) -> String {
    let list = |name: &str, of: &dyn Fn(&Value) -> String| {
        value[name].as_array().unwrap().iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let module = |module: &Value| match module["type"].as_str() {
        Some(type_name) => format!("{}:{type_name}", text(&module["name"])),
        None => text(&module["name"]),
    };
    format!(
        "{} [{}] [{}] [{}]",
        value["state"].as_str().unwrap(),
        list("modules", &module),
        list("registered_only", &text),
        list("problems", &|problem| text(&problem["code"])),
    )
}

#[test]
fn each_case_gives_what_is_expected() {
    let mut seen = 0;
    for entry in fs::read_dir(fixtures().join("audit")).unwrap() {
        let folder = entry.unwrap().path();
        let expected: Value =
            serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let (value, run) = asked(&folder, expected["place"].as_str().unwrap());
        let names = |value: &Value| -> Vec<Value> {
            value["modules"].as_array().unwrap().iter().map(|module| module["name"].clone()).collect()
        };
        assert_eq!(names(&value), names(&expected), "{folder:?}");
        for (own, right) in
            value["modules"].as_array().unwrap().iter().zip(expected["modules"].as_array().unwrap())
        {
            assert!(right["type"].is_null() || right["type"] == own["type"], "{folder:?}: {own}");
        }
        let codes: Vec<Value> =
            value["problems"].as_array().unwrap().iter().map(|problem| problem["code"].clone()).collect();
        assert_eq!(Value::from(codes), expected["problems"], "{folder:?}");
        assert_eq!(value["state"], expected["state"], "{folder:?}");
        assert_eq!(value["registered_only"], expected["registered_only"], "{folder:?}");
        let is_read = expected["state"] != "unreadable";
        assert_eq!(run.code, Some(if is_read { 0 } else { 2 }), "{folder:?}");
        assert_eq!(run.stderr.is_empty(), is_read, "{}", run.stderr);
        seen += 1;
    }
    assert_eq!(seen, 15);
}

/// A server with a site `Shop` and an application `api`, `modules` in the file of the server, and web.config files with these
/// bodies.
fn server(top: &str, webs: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let host = format!(
        r#"<configuration><system.applicationHost><sites><site name="Shop"><application path="/"/><application path="/api"/></site></sites></system.applicationHost>
<system.webServer><globalModules><add name="A" image="a.dll"/><add name="B" image="b.dll"/></globalModules></system.webServer>{top}</configuration>"#
    );
    fs::write(folder.path().join("applicationHost.config"), host).unwrap();
    for (place, body) in webs {
        let inside = folder.path().join(place);
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::write(inside, body).unwrap();
    }
    folder
}

fn modules(entries: &str) -> String {
    format!("<system.webServer><modules>{entries}</modules></system.webServer>")
}

/// Each row: what the server has, what a web.config of Shop has, the place, and what comes out.
#[test]
fn the_rules_one_by_one() {
    const AB: &str = r#"<add name="A"/><add name="B"/>"#;
    let top = modules(AB);
    let locked = |mode: &str| {
        format!(
            r#"<configSections><sectionGroup name="system.webServer"><section name="modules" overrideModeDefault="Deny"/></sectionGroup></configSections><location path="" {mode}>{top}</location>"#
        )
    };
    let config = |body: &str| format!("<configuration>{body}</configuration>");
    for (server_has, web, place, expected) in [
        // Levels below a lock, by declaration and by location.
        (locked(""), config(&modules("<remove name='A'/>")), "Shop", "invalid [B] [A] [lock_violation]"),
        (locked("overrideMode='Allow'"), config(&modules("<remove name='A'/>")), "Shop", "complete [B] [A] []"),
        (locked("allowOverride='true'"), config(&modules("<remove name='A'/>")), "Shop", "complete [B] [A] []"),
        (
            format!("<location path='' overrideMode='Deny'>{top}</location>"),
            config(&modules("<add name='X' type='T'/>")),
            "Shop",
            "invalid [A B X:T] [] [lock_violation]",
        ),
        (
            format!("{top}<location path='Shop' overrideMode='Deny'>{}</location>", modules("")),
            config(&modules("<clear/>")),
            "Shop/api",
            "invalid [] [A B] [lock_violation]",
        ),
        // Elements that are locked.
        (
            modules(AB).replace("<modules>", "<modules lockElements='remove'>"),
            config(&modules("<remove name='A'/>")),
            "Shop",
            "invalid [A B] [] [lock_violation]",
        ),
        (
            modules(AB).replace("<modules>", "<modules lockAllElementsExcept='add'>"),
            config(&modules("<clear/>")),
            "Shop",
            "invalid [A B] [] [lock_violation]",
        ),
        (
            modules(AB).replace("<modules>", "<modules lockAllElementsExcept='add,remove'>"),
            config(&modules("<remove name='A'/>")),
            "Shop",
            "complete [B] [A] []",
        ),
        // Keys.
        (modules(&format!("{AB}<add name='A'/>")), String::new(), "Shop", "invalid [A B] [] [duplicate]"),
        (modules("<add type='T'/>"), String::new(), "Shop", "invalid [] [A B] [missing_name]"),
        (modules("<ad name='A'/>"), String::new(), "Shop", "invalid [] [A B] [unknown_element]"),
        // A folder that is no application may have handlers, but no modules.
        (
            format!("{top}<location path='Shop/img'>{}</location>", modules("<remove name='A'/>")),
            String::new(),
            "Shop/img",
            "invalid [B] [A] [not_allowed_here]",
        ),
        (
            format!("{top}<location path='shop/API'>{}</location>", modules("<remove name='A'/>")),
            String::new(),
            "Shop/api",
            "complete [B] [A] []",
        ),
        (top.clone(), config("<system.webServer><globalModules/></system.webServer>"), "Shop", "invalid [A B] [] [not_allowed_here]"),
        // What is written twice, by any of its names.
        (format!("{top}<location path='.'>{top}</location>"), String::new(), "Shop", "invalid [A B] [] [section_twice duplicate duplicate]"),
        (
            format!("{top}<location path='Shop'>{0}</location><location path='SHOP'>{0}</location>", modules("")),
            String::new(),
            "Shop",
            "invalid [A B] [] [section_twice]",
        ),
        // What is not at hand, or cannot be read.
        (top.clone(), config("<system.webServer><modules configSource='m.config'/></system.webServer>"), "Shop", "incomplete [A B] [] [config_source]"),
        (top.clone(), config("<system.webServer><modules configSource='..\\applicationHost.config'/></system.webServer>"), "Shop", "incomplete [A B] [] [config_source]"),
        (top.clone(), config("<system.webServer><modules configProtectionProvider='P'><EncryptedData/></modules></system.webServer>"), "Shop", "incomplete [A B] [] [encrypted]"),
        (top.clone(), "<configuration><a></configuration>".to_owned(), "Shop", "unreadable [A B] [] [not_xml]"),
        (top.clone(), "<modules/>".to_owned(), "Shop", "unreadable [A B] [] [not_configuration]"),
        (
            top.clone(),
            "<configuration xmlns:xdt='http://schemas.microsoft.com/XML-Document-Transform'><system.webServer><modules xdt:Transform='Replace'/></system.webServer></configuration>".to_owned(),
            "Shop",
            "unreadable [A B] [] [transform]",
        ),
        // Neighbours: a namespace alone, and the site beside it, are sound.
        (
            top.clone(),
            "<configuration xmlns:xdt='http://schemas.microsoft.com/XML-Document-Transform'><system.webServer><modules><remove name='A'/></modules></system.webServer></configuration>".to_owned(),
            "Shop",
            "complete [B] [A] []",
        ),
        (top.clone(), "<configuration><a></configuration>".to_owned(), "", "complete [A B] [] []"),
    ] {
        let webs = [("Shop/web.config", web.as_str())];
        let folder = server(&server_has, if web.is_empty() { &[] } else { &webs });
        assert_eq!(brief(&asked(folder.path(), place).0), expected, "{server_has}\n{web}");
    }
}

#[test]
fn each_module_and_problem_has_its_file_and_line() {
    let web = "<configuration>\n<system.webServer><modules>\n\n<add name='X'\n type='T'/><remove/><add name='Gone'/></modules></system.webServer></configuration>";
    let folder = server(&modules("<add name='A'/>"), &[("Shop/web.config", web)]);
    let (value, _) = asked(folder.path(), "Shop");
    let place = |value: &Value| format!("{}:{}", value["file"].as_str().unwrap(), value["line"]);
    let places: Vec<String> = value["modules"].as_array().unwrap().iter().map(place).collect();
    let web = Path::new(".").join("Shop").join("web.config").display().to_string();
    let top = Path::new(".").join("applicationHost.config").display().to_string();
    assert_eq!(places, [format!("{top}:2"), format!("{web}:4"), format!("{web}:5")]);
    assert_eq!((&value["modules"][0]["image"], &value["modules"][1]["type"]), (&"a.dll".into(), &"T".into()));
    assert_eq!(value["problems"][0]["text"], "`Gone` is enabled, but no module of this name is registered");
}

#[test]
fn what_cannot_be_meant() {
    let folder = server(&modules(""), &[]);
    let error = |arguments: &[&str]| {
        let run = run_in(folder.path(), arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        run.stderr
    };
    let told = error(&["audit", ".", "--effective", "Shup"]);
    assert_eq!(told, "iismodcheck: the server has no site `Shup`; its sites are: Shop\n");
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert!(
        error(&["audit", "empty", "--effective", ""]).contains("no applicationHost.config and no web.config")
    );
    assert!(error(&["audit", "--root", "empty", "--effective", ""]).contains(r"no Windows\System32"));
    assert!(cfg!(windows) || error(&["audit", "--effective", ""]).contains("no file or folder is given"));
    // A file that is not there is a file that was not read.
    let run = run_in(folder.path(), &["audit", "none.config", "--effective", ""]);
    assert_eq!(
        (run.code, brief(&serde_json::from_str(&run.stdout).unwrap())),
        (Some(2), "unreadable [] [] [unreadable]".to_owned())
    );
}

/// The same server as a folder by names, as an image, as a collector's folder, and as files.
#[test]
fn a_server_is_found_however_it_was_collected() {
    let host = r#"<configuration><system.applicationHost><sites><site name="Shop">
<application path="/"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\Shop"/></application>
<application path="/api"><virtualDirectory path="/" physicalPath="C:\Web\API"/></application></site></sites></system.applicationHost>
<system.webServer><globalModules><add name="A" image="a.dll"/></globalModules><modules><add name="A"/></modules></system.webServer></configuration>"#;
    let shop = format!("<configuration>{}</configuration>", modules("<add name='S' type='T'/>"));
    let api = format!("<configuration>{}</configuration>", modules("<remove name='A'/>"));
    let estate = TempDir::new().unwrap();
    for (path, text) in [
        ("names/applicationHost.config", host),
        ("names/Shop/web.config", &shop),
        ("names/Shop/api/Web.config", &api),
        ("image/WINDOWS/System32/inetsrv/Config/applicationHost.config", host),
        ("image/inetpub/shop/web.config", &shop),
        ("image/web/api/web.config", &api),
        ("kape/C/Windows/System32/inetsrv/config/applicationHost.config", host),
        ("kape/C/inetpub/Shop/web.config", &shop),
        ("kape/C/Web/API/web.config", &api),
    ] {
        let path = estate.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let expected = "complete [S:T] [A] []";
    for arguments in [
        &["audit", "names"][..],
        &["audit", "image"],
        &["audit", "--root", "kape"],
        &[
            "audit",
            "image/web/api/web.config",
            "names/applicationHost.config",
            "names/Shop/web.config",
            "--place",
            "Shop",
        ],
    ] {
        let run = run_in(estate.path(), &[arguments, &["--effective", "Shop/api"]].concat());
        let value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error} {run:?}"));
        assert_eq!((brief(&value).as_str(), run.code), (expected, Some(0)), "{arguments:?}");
    }
    // Nothing tells whose file it is.
    let files = ["audit", "names/applicationHost.config", "names/Shop/web.config", "--effective", "Shop"];
    let run = run_in(estate.path(), &files);
    assert_eq!(brief(&serde_json::from_str(&run.stdout).unwrap()), "incomplete [A] [] [not_resolved]");
    // Several servers in one folder: a line for each, with its name.
    let run = run_in(estate.path(), &["audit", ".", "--effective", "Shop/api"]).good();
    let hosts: Vec<Value> = run.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        hosts.iter().map(|host| host["host"].as_str().unwrap()).collect::<Vec<_>>(),
        ["image", "kape", "names"]
    );
    assert!(hosts.iter().all(|host| brief(host) == expected), "{run}");
    // A part of the way that Windows has to the file, however deep; what IIS keeps for itself is no server.
    for path in [
        "parts/web03/config/applicationHost.config",
        "parts/2026/web04/C/System32/inetsrv/config/applicationHost.config",
        "parts/2026/web05/history/CFGHISTORY_0000000001/applicationHost.config",
        "parts/2026/web05/inetsrv/applicationHost.config",
    ] {
        let path = estate.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, host).unwrap();
    }
    fs::create_dir_all(estate.path().join("parts/web03/Shop")).unwrap();
    fs::write(estate.path().join("parts/web03/Shop/web.config"), &shop).unwrap();
    for (folder, expected) in [
        ("parts", &["web04 [A]", "web05 [A]", "web03 [A S:T]"][..]),
        ("parts/web03", &[" [A S:T]"]),
        ("parts/2026/web05/inetsrv", &[" [A]"]),
    ] {
        let run = run_in(estate.path(), &["audit", folder, "--effective", "Shop"]).good();
        let told = |value: &Value| {
            let modules = brief(value);
            let modules = modules.split_once(' ').unwrap().1.split_once("] [").unwrap().0.to_owned();
            format!("{} {modules}]", value["host"].as_str().unwrap_or_default())
        };
        let values: Vec<Value> = match serde_json::from_str(&run) {
            Ok(value) => vec![value],
            Err(_) => run.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        assert_eq!(values.iter().map(told).collect::<Vec<_>>(), expected, "{folder}");
    }
    // A folder of a site that was not collected is told.
    fs::remove_dir_all(estate.path().join("kape/C/Web")).unwrap();
    let run = run_in(estate.path(), &["audit", "--root", "kape", "--effective", "Shop/api"]);
    assert_eq!(brief(&serde_json::from_str(&run.stdout).unwrap()), "incomplete [A S:T] [] [not_resolved]");
    assert_eq!(run.code, Some(2));
}
