//! What people read: the text in a narrow terminal, and the page.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::splunk::event::Rendering;
use crate::splunk::{Record, csv};
use crate::stories::events;

use super::{folder, run, run_in, run_wide};

const EXPORT: &str = "iis-operational.csv";

/// One module on many hosts is one entry; what is known to be good is counted; a remark about all of them stands once.
#[test]
fn entries_are_few() {
    let mut list = String::from("host,_time,EventCode,LogName,Message\n");
    let message = |name: &str, attribute: &str| {
        format!(
            "\"Changes to '/system.webServer/globalModules/add[@name=\"\"{name}\"\"]{attribute}' at \
             'MACHINE/WEBROOT/APPHOST' have successfully been committed.\""
        )
    };
    for host in 1..=12 {
        for name in ["Evil", "Other"] {
            for attribute in ["", "/@name", "/@image"] {
                let text = message(name, attribute);
                writeln!(
                    list,
                    "web{host:02},2026-03-02T00:00:{host:02}Z,29,Microsoft-IIS-Configuration/x,{text}"
                )
                .unwrap();
            }
        }
    }
    let files = folder(&[("events.csv", list.as_bytes())]);
    let text = run_in(files.path(), &["scan", "events.csv"]).good();
    assert_eq!(text.matches("Evil added  on web01 and 11 more").count(), 1, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("medium ")).count(), 2, "{text}");
    assert_eq!(
        text.matches("Of every finding above: the image was set, but this rendering").count(),
        1,
        "{text}"
    );
    let wide = run_wide("400", files.path(), &["scan", "--details", "events.csv"]).good();
    assert_eq!(wide.matches("the image was set, but this rendering").count(), 1, "{wide}");
    assert!(wide.contains("on 12 hosts: web01, web02, "), "{wide}");
}

#[test]
fn nothing_to_decide_is_said_and_never_where_something_was_not_read() {
    let good = b"name,image\nStaticFileModule,%windir%\\System32\\inetsrv\\static.dll\n";
    let unread = "_raw,_time\n\"<13>Mar  4 09:14:10 web01 Changes to '/system.webServer/globalModules/add[@name=\"\"Evil\"\"]' \
                  at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.\",2026-03-04T09:14:10Z\n";
    let files = folder(&[("good.csv", good), ("unread.csv", unread.as_bytes())]);
    let text = run_in(files.path(), &["scan", "good.csv"]).good();
    assert!(text.starts_with("Nothing needs a decision.\n1 known good finding is not listed"), "{text}");
    let all = run_in(files.path(), &["scan", "--all", "good.csv"]).good();
    assert!(all.contains("\n    StaticFileModule  ") && !all.contains("not listed"), "{all}");
    let run = run_in(files.path(), &["scan", "--allow-unread", "good.csv", "unread.csv"]);
    let start = "Not all could be read; nothing of the rest needs a decision.";
    assert!(run.stdout.starts_with(start), "{}", run.stdout);
    let page =
        run_in(files.path(), &["scan", "--allow-unread", "--format", "html", "good.csv", "unread.csv"]);
    assert!(page.stdout.contains(start), "{}", page.stdout);
    assert!(page.stdout.contains("unread.csv, line 2: "), "{}", page.stdout);
}

/// An empty list is no all-clear: not where nothing was checked, nor where the filters left out what matters.
#[test]
fn an_empty_list_says_why_it_is_empty() {
    let bad = b"name,image,host\nEvil,C:\\Windows\\Temp\\evil.dll,web01\n";
    let other = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Other'/>\
                 <EventID>29</EventID><Channel>Application</Channel></System></Event>\n";
    let files = folder(&[("bad.csv", bad), ("other.xml", other.as_bytes())]);
    let none = "Nothing of the IIS configuration was found, so nothing was checked.";
    let filtered =
        "Nothing that was asked for needs a decision; 1 of 1 finding left out by the filters does.";
    for (arguments, expected) in [
        (&["other.xml"][..], none),
        (&["--host", "nosuch", "bad.csv"], filtered),
        (&["--only", "denied", "bad.csv"], filtered),
        (&["--until", "2001-01-01", "bad.csv", "--only", "denied"], filtered),
    ] {
        let with = |format| run_in(files.path(), &[&["scan", "--format", format], arguments].concat());
        let text = with("text");
        assert!(text.stdout.replace('\n', " ").starts_with(expected), "{arguments:?}: {}", text.stdout);
        assert!(with("html").stdout.contains(expected), "{arguments:?}");
        let csv = with("csv");
        assert_eq!(csv.stdout.lines().count(), 1);
        assert_eq!(csv.stderr, format!("iismodcheck: {expected}\n"));
        let json: Value = serde_json::from_str(&with("json").stdout).unwrap();
        let left_out = u64::from(expected == filtered);
        assert_eq!(json["summary"]["needs_decision_left_out"], left_out, "{arguments:?}");
    }
    let all = run_in(files.path(), &["scan", "--host", "web01", "bad.csv", "--format", "csv"]);
    assert_eq!((all.stdout.lines().count(), all.stderr.as_str()), (2, ""));
}

/// A server's folder holds logs of many other things: the findings are not pushed out of sight by them.
#[test]
fn what_was_not_read_is_told_in_few_lines() {
    let mut files: Vec<(String, Vec<u8>)> = (0..40)
        .map(|day| (format!("u_ex2311{day:02}.log"), b"#Software: Internet Information Services\n".to_vec()))
        .collect();
    files.push(("list.csv".to_owned(), b"name,image\nContoso,D:\\contoso.dll\n".to_vec()));
    let named: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let files = folder(&named);
    let run = run_in(files.path(), &["scan", "."]);
    assert_eq!(run.code, Some(2));
    let lost = format!("not read: .{}u_ex", std::path::MAIN_SEPARATOR);
    assert_eq!(run.stdout.matches(&lost).count(), 10, "{}", run.stdout);
    assert!(run.stdout.ends_with("30 more of these (--details lists them)\n"), "{}", run.stdout);
    let details = run_in(files.path(), &["scan", "--details", "."]);
    assert_eq!(details.stdout.matches(&lost).count(), 40, "{}", details.stdout);
    assert!(run.stderr.starts_with("iismodcheck: 40 places could not be read; "), "{}", run.stderr);
    let csv = run_in(files.path(), &["scan", "--format", "csv", "."]);
    assert!(csv.stderr.contains("20 more places could not be read"), "{}", csv.stderr);
}

/// What lies beside the logs of a server is called by its name.
#[test]
fn what_else_a_server_has_is_known() {
    for (content, told) in [
        (
            "#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time\r\n",
            "a log of requests",
        ),
        ("#Software: Microsoft HTTP API 2.0\r\n", "a log of requests"),
        ("#Fields: date time s-ip\n2026-03-02 00:00:00 ::1\n", "a log of requests"),
        ("MODULE \"StaticFileModule\" ( native, preCondition: )\r\n", "appcmd list module prints"),
        ("<?xml version=\"1.0\"?><appcmd><MODULE MODULE.NAME=\"X\"/></appcmd>", "`iismodcheck audit` judges"),
        ("<configuration><system.webServer/></configuration>", "iismodcheck audit beside.log"),
    ] {
        let files = folder(&[("beside.log", content.as_bytes())]);
        let run = run_in(files.path(), &["scan", "beside.log"]);
        assert!(run.code == Some(2) && run.stderr.contains(told), "{content}: {}", run.stderr);
    }
    // A list may have a column of that name.
    let files = folder(&[("list.csv", b"Module,name,image\n1,Contoso,D:\\contoso.dll\n")]);
    let text = run_in(files.path(), &["scan", "list.csv"]).good();
    assert!(text.contains("Contoso"), "{text}");
}

/// Module, host, image and what to do of each story, without turning a page.
#[test]
fn each_story_at_a_glance() {
    let stories: BTreeSet<&str> = events().iter().map(|(story, _)| *story).collect();
    let mut asked = 0;
    for story in stories {
        let own = events().into_iter().filter(|(name, _)| *name == story);
        let mut rows: Vec<Record> = own.map(|(_, event)| event.render(Rendering::XmlRaw)).collect();
        for row in &mut rows {
            row.entry("Message".to_owned()).or_default();
        }
        let files = folder(&[("export.csv", &csv(&rows))]);
        let json = run_in(files.path(), &["scan", "--format", "json", "export.csv"]).good();
        let json: Value = serde_json::from_str(&json).unwrap();
        let findings = json["findings"].as_array().unwrap().iter();
        let page = run_in(files.path(), &["scan", "--format", "html", "export.csv"]).good();
        for columns in ["80", "120", "200"] {
            let before = asked;
            let text = run_wide(columns, files.path(), &["scan", "export.csv"]).good();
            let head: Vec<&str> = text.lines().take(25).collect();
            let head = head.join("\n");
            for finding in findings.clone().filter(|finding| finding["needs_decision"] == true) {
                let texts = |column: &str| finding[column].as_str().unwrap_or_default().to_owned();
                let image = texts("iis_module_image");
                let file = image.rsplit('\\').next().unwrap();
                for part in [texts("iis_module_name").as_str(), "web01.example.com", file, "\nDo      "] {
                    assert!(head.contains(part), "{story}: {part}: {text}");
                }
                assert!(page.contains("Do now: "), "{story}");
                asked += 1;
            }
            if asked > before {
                // Who did it and when stands in the five lines, the account shortened where there is no room for it.
                let brief: Vec<&str> = head.lines().take(5).collect();
                let brief = brief.join("\n");
                assert!(
                    brief.contains("  2023-11-14T22:") && brief.contains("by S-1-5-21-"),
                    "{story}: {text}"
                );
            }
        }
    }
    assert!(asked > 10, "{asked}");
}

/// Names that would be markup, a script or a style, and a text that turns around.
#[test]
fn nothing_in_a_name_is_markup() {
    let names = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</style><h1>x",
        "' onmouseover='x",
        "\u{202e}lld.x\u{1b}[2J",
        "&lt;b&gt;",
        "{{7*7}}",
    ];
    let mut list = String::from("name,image,host\n");
    for name in names {
        let cell = name.replace('"', "\"\"");
        writeln!(list, "\"{cell}\",\"D:\\{cell}.dll\",\"h{cell}\"").unwrap();
    }
    let files = folder(&[("list.csv", list.as_bytes())]);
    let page = run_in(files.path(), &["scan", "--format", "html", "list.csv"]).good();
    for bad in ["<script", "<img", "<h1>x", "\u{202e}", "\u{1b}", "&lt;b&gt;", "http:", "https:", "src="] {
        let found = page.replace("&lt;script", "").replace("img src=x", "").contains(bad);
        assert!(!found, "{bad}: {page}");
    }
    // Between its tags a page holds no quote that could end an attribute: texts stand in elements only.
    for name in ["&lt;script&gt;alert(1)", "&lt;/style&gt;", "&amp;lt;b&amp;gt;", "{{7*7}}", "\\u{202e}lld.x"]
    {
        assert!(page.contains(name), "{name}: {page}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
}

/// Name, image, host and account of events, each of them hostile, in every output: nothing commands a terminal or turns the
/// writing, no formula starts a cell, and JSON has the texts as they are.
#[test]
fn every_output_is_harmless() {
    let hostile =
        ["<script>x</script>", "\u{202e}lld.x", "\u{1b}[2Jclear", "=cmd|'/c calc'!A1", "a\rb", "{{7*7}}"];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record([
            "_time",
            "EventCode",
            "Channel",
            "Computer",
            "EventRecordID",
            "UserID",
            "ConfigPath",
            "Configuration",
            "EditOperationType",
            "NewValue",
        ])
        .unwrap();
    for (number, text) in (1..).zip(hostile) {
        let configuration = format!("/system.webServer/globalModules/add[@name=\"{text}\"]/@image");
        let image = format!("{text}.dll");
        writer
            .write_record([
                "1700000000",
                "29",
                "Microsoft-IIS-Configuration/Operational",
                text,
                &number.to_string(),
                text,
                "MACHINE/WEBROOT/APPHOST",
                &configuration,
                "1",
                &image,
            ])
            .unwrap();
    }
    let files = folder(&[("events.csv", &writer.into_inner().unwrap())]);
    let raw = |text: &str| text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    for arguments in [
        &["--format", "text"][..],
        &["--details", "--all"],
        &["--level", "row"],
        &["--format", "html"],
        &["--format", "csv"],
        &["--format", "json"],
        &["--format", "jsonl"],
    ] {
        let run = run_in(files.path(), &[&["scan", "events.csv"], arguments].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(raw(&run.stderr), None, "{}", run.stderr);
        let text = run.stdout;
        match arguments[1] {
            "json" | "jsonl" => {
                assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
                let findings: Vec<Value> = if arguments[1] == "json" {
                    let document: Value = serde_json::from_str(&text).unwrap();
                    document["findings"].as_array().unwrap().clone()
                } else {
                    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
                };
                for name in hostile {
                    assert!(findings.iter().any(|f| f["iis_module_name"] == name), "{name}: {text}");
                }
            }
            "csv" => {
                assert_eq!(raw(&text.replace("\r\n", "\n")), None, "{text}");
                assert!(!text.contains(",=cmd") && !text.contains(",\"=cmd"), "{text}");
            }
            _ => {
                assert_eq!(raw(&text), None, "{arguments:?}: {text}");
                assert!(!text.contains("<script>x") || arguments[1] != "html", "{text}");
            }
        }
    }
}

#[test]
fn the_page_of_the_fixture() {
    let page = run(&["scan", "--format", "html", EXPORT]).good();
    let (before, rest) = page.split_once(concat!("iismodcheck ", env!("CARGO_PKG_VERSION"), ", ")).unwrap();
    let shown = format!("{before}iismodcheck VERSION, TIME{}", &rest["2026-01-01T00:00:00Z".len()..]);
    let shown = shown.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace("><", ">\n<");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("scan_html", shown);
    });
    // Whoever opens it sees the worst first, with everything that is needed to act.
    let first = &page[page.find("First: ").unwrap()..page.find("What needs a decision").unwrap()];
    for part in [
        "FastCgiModule_64bit",
        "web02.corp.example",
        r"%windir%\System32\inetsrv\iisfcgix64.dll",
        "isolate the server",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert!(!page.contains("<script") && !page.contains("<link") && !page.contains("url("));
}

/// A module that an event and a list tell of is two findings: each names the other, whatever the width, and the time of the list
/// is not taken for the one at which it came.
#[test]
fn one_module_from_two_places_is_linked() {
    let event = super::exports::installation("web01.corp.example", 1, "2026-03-02T00:00:00Z");
    let list = "name,image,host,_time,preCondition\nEvil,,,,\n\
                Evil,C:\\Apps\\evil.dll,web01,2026-03-09T00:00:00Z,\"integratedMode,bitness64\"\n\
                Evil,C:\\Apps\\evil.dll,web02,,\nStaticFileModule,%windir%\\System32\\inetsrv\\static.dll,web03,,\n";
    let events = super::exports::get_win_event(&[event]);
    let files =
        folder(&[("events.csv", events.as_bytes()), ("list.csv", list.replace("Evil,,,,\n", "").as_bytes())]);
    let json = run_in(files.path(), &["scan", "--format", "json", "events.csv", "list.csv"]).good();
    let json: Value = serde_json::from_str(&json).unwrap();
    let id = |host: &str| {
        let findings = json["findings"].as_array().unwrap().iter();
        let mut found = findings.filter(|finding| finding["iis_host"] == host);
        found.next().unwrap()["iis_finding_id"].as_str().unwrap()[..8].to_owned()
    };
    let (changed, listed) = (id("web01.corp.example"), id("web01"));
    for columns in ["40", "80", "200"] {
        let text = run_wide(columns, files.path(), &["scan", "events.csv", "list.csv"]).good();
        assert!(text.contains(&format!("(also {changed})\n")), "{columns}: {text}");
        assert!(text.contains(&format!("(also {listed})\n")), "{columns}: {text}");
        assert_eq!(text.matches("(also ").count(), 2, "{text}");
        assert!(!text.contains("not known"), "{text}");
        assert!(columns == "40" || text.ends_with("Last row read of list.csv: line 4\n"), "{text}");
    }
    let wide = run_wide("200", files.path(), &["scan", "events.csv", "list.csv"]).good();
    assert!(
        wide.contains("  listed 2026-03-09T00:00:00Z") && wide.contains("  2026-03-02T00:00:00Z"),
        "{wide}"
    );
    assert!(wide.contains("Read, nothing to decide: web03.\n"), "{wide}");
    let details = run_in(files.path(), &["scan", "--details", "events.csv", "list.csv"]).good();
    for part in [
        "    pools   64-bit pools only\n",
        "    when    listed 2026-03-09",
        &format!("    also    {changed}\n"),
    ] {
        assert!(details.contains(part), "{part}: {details}");
    }
    let page = run_in(files.path(), &["scan", "--format", "html", "events.csv", "list.csv"]).good();
    for part in [
        "<code>integratedMode,bitness64</code>: 64-bit pools only".to_owned(),
        format!("<dt>also</dt><dd>the same module, from elsewhere: <code>{changed}</code>"),
        "<tr><td class=\"long\"><code>list.csv</code></td><td>3</td><td>line 4</td></tr>".to_owned(),
        "<tr><td class=\"long\"><code>events.csv</code></td><td>".to_owned(),
        "Read, nothing to decide: web03.".to_owned(),
        "listed 2026-03-09T00:00:00Z".to_owned(),
    ] {
        assert!(page.contains(&part), "{part}: {page}");
    }
}

/// What to secure is there without a click, before what to take out, and the commands hold the names so that nothing in them runs.
#[test]
fn what_to_do_has_the_names_in_it() {
    let list = "name,image,host\nEvil Agent,D:\\e.dll,web01\n\"x'; calc; '\",D:\\x.dll,web01\n\"q\"\" /commit\",D:\\q.dll,web01\n";
    let files = folder(&[("list.csv", list.as_bytes())]);
    let page = run_in(files.path(), &["scan", "--format", "html", "list.csv"]).good();
    assert_eq!(
        page.matches("<details open><summary>What to secure now, of a DLL that IIS loads</summary>").count(),
        1
    );
    assert_eq!(page.matches("What to copy of it").count(), 3);
    for part in [
        "$files = 'D:\\e.dll' | ForEach-Object",
        "$evidence = 'EVIDENCE'",
        "inetpub\\logs\\LogFiles&quot; &quot;$evidence\\LogFiles&quot; /s /b /copy:DAT /dcopy:T\n",
        "Where a site lists it",
        "appcmd.exe&quot; uninstall module 'Evil Agent'</code>",
        "appcmd.exe&quot; uninstall module 'x''; calc; '''</code>",
        "appcmd.exe&quot; uninstall module NAME</code>",
        "take the entry out in IIS Manager",
        "Do now: </b>dump w3wp.exe, keep DLL, config, logs; then find its product and owner.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let text = run_in(files.path(), &["scan", "list.csv"]).good();
    assert!(
        text.contains("\nDo      dump w3wp.exe, keep DLL, config, logs; then find its product and owner\n"),
        "{text}"
    );
}
