//! Exports that come from Windows itself, times as people write them, and what a scan says about what rows lack.

use serde_json::Value;

use super::{folder, run_in, run_wide};

const LOG: &str = "Microsoft-Windows-IIS-Configuration,Microsoft-IIS-Configuration/Operational";

/// The message of an event about the module `name`, as a cell.
fn message(element: &str, name: &str, attribute: &str) -> String {
    format!(
        "\"Changes to '/system.webServer/globalModules/{element}[@name=\"\"{name}\"\"]{attribute}' at \
         'MACHINE/WEBROOT/APPHOST' have successfully been committed.\""
    )
}

/// The three rows of an installation as `Get-WinEvent | Export-Csv` writes them.
pub fn installation(host: &str, record: u32, time: &str) -> String {
    let row = |(record, attribute)| {
        format!("{},29,{record},{LOG},400,{host},S-1-5-18,{time}\n", message("add", "Evil", attribute))
    };
    (record..).zip(["", "/@name", "/@image"]).map(row).collect()
}

pub fn get_win_event(rows: &[String]) -> String {
    let header = "Message,Id,RecordId,ProviderName,LogName,ProcessId,MachineName,UserId,TimeCreated\n";
    header.to_owned() + &rows.concat()
}

fn json_of(text: &str, arguments: &[&str]) -> Value {
    let folder = folder(&[("export.csv", text.as_bytes())]);
    let arguments = [&["scan", "--format", "json"], arguments, &["export.csv"]].concat();
    serde_json::from_str(&run_in(folder.path(), &arguments).good()).unwrap()
}

fn text_of(text: &str) -> String {
    let folder = folder(&[("export.csv", text.as_bytes())]);
    run_wide("500", folder.path(), &["scan", "export.csv"]).good()
}

/// Columns of each finding, joined by spaces; `-` where there is none.
fn findings(json: &Value, columns: &[&str]) -> Vec<String> {
    let of = |finding: &Value| {
        let cells = columns.iter().map(|column| finding[*column].as_str().unwrap_or("-"));
        cells.collect::<Vec<_>>().join(" ")
    };
    json["findings"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn changes_of_an_export_of_windows_have_host_and_time_and_actor() {
    let rows = [
        installation("web01", 10, "12/19/2022 6:40:32 PM"),
        installation("WEB02", 10, "12/19/2022 6:40:32 PM"),
        installation("web02", 20, "1/3/2023 6:40:32 AM"),
    ];
    let text = get_win_event(&rows);
    let columns = ["_time", "iis_host", "iis_module_action", "iis_module_name", "iis_actor"];
    let expected = [
        "2022-12-19T18:40:32Z web01 added Evil S-1-5-18",
        "2022-12-19T18:40:32Z web02 added Evil S-1-5-18",
        "2023-01-03T06:40:32Z web02 added Evil S-1-5-18",
    ];
    assert_eq!(findings(&json_of(&text, &[]), &columns), expected);
    // Names of columns in any case.
    let (header, body) = text.split_once('\n').unwrap();
    let lower = format!("{}\n{body}", header.to_ascii_lowercase());
    assert_eq!(findings(&json_of(&lower, &[]), &columns), expected);
}

#[test]
fn what_event_viewer_saves_is_read() {
    let text = format!(
        "Level,Date and Time,Source,Event ID,Task Category\r\n\
         Verbose,19.12.2022 18:40:32,Microsoft-Windows-IIS-Configuration,29,None,{}\r\n\
         Information,19.12.2022 18:40:32,Microsoft-Windows-IIS-Configuration,50,None,x\r\n",
        message("add", "Evil", "")
    );
    let json = json_of(&text, &[]);
    assert_eq!(findings(&json, &["_time", "iis_module_name"]), ["2022-12-19T18:40:32Z Evil"]);
    assert_eq!([&json["summary"]["commits"], &json["summary"]["rows_without_host"]], [1, 2]);
}

#[test]
fn a_time_that_is_not_known_is_not_made_up() {
    let year = chrono_year();
    let cases = [
        // What the row has for a time, and what the scan says of it.
        ("", "1 row has no time."),
        (
            "1/12/2026 9:14:10 AM",
            "1 row has a time that cannot be read, such as `1/12/2026 9:14:10 AM` (export.csv:2)",
        ),
        ("yesterday", "1 row has a time that cannot be read, such as `yesterday` (export.csv:2)"),
    ];
    for (time, note) in cases {
        let row = |message: &str| {
            format!(
                "host,_time,EventCode,LogName,Message\nweb01,{time},29,Microsoft-IIS-Configuration/x,{message}\n"
            )
        };
        for message in [&message("add", "Evil", ""), "Changes"] {
            let export = row(message);
            for level in ["change", "row"] {
                let json = json_of(&export, &["--level", level]);
                let finding = &json["findings"][0];
                assert!(finding.get("_time").is_none(), "{finding}");
                let reasons = finding["iis_module_reasons"].as_array().unwrap();
                assert!(reasons.contains(&"time_assumed".into()), "{time} {level}: {reasons:?}");
            }
            let text = text_of(&export);
            let findings = text.split("\n1 row read").next().unwrap();
            assert!(findings.contains("  on web01") && !findings.contains(&year), "{text}");
            assert!(text.contains(&format!("note: {note}")), "{text}");
            assert!(text.contains("merged or divided wrongly"), "{text}");
        }
    }
    let csv = folder(&[("export.csv", b"name,image\nX,C:\\x.dll\n")]);
    let csv = run_in(csv.path(), &["scan", "--format", "csv", "export.csv"]).good();
    assert!(csv.lines().nth(1).unwrap().starts_with(",X,"), "{csv}");
}

/// The year in which a scan would stamp a finding, followed by the hyphen of a date.
fn chrono_year() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let micros = i64::try_from(now.as_micros()).unwrap();
    iismodcheck::detect::time::format(micros)[..5].to_owned()
}

#[test]
fn a_scan_says_what_rows_lack() {
    let text = format!(
        "_time,host,EventCode,Message\n2026-01-12 09:14:10,web01,29,{m}\n1768209250,,29,{m}\n2026-01-12T09:14:10Z,web01,29,{m}\n",
        m = message("add", "Evil", "")
    );
    let told = text_of(&text);
    let notes: Vec<&str> = told.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(notes.len(), 3, "{told}");
    assert_eq!(notes[0], "note: 1 row has no host.");
    assert_eq!(notes[2], "note: 1 row has a time without a zone; it was read as UTC.");
    // Nothing lacks, nothing is said; and a list of modules need not have a host or a time.
    for complete in ["_time,host,EventCode,Message\n1768209250,web01,29,x\n", "name,image\nX,C:\\x.dll\n"] {
        assert!(!text_of(complete).contains("note: "));
    }
}

/// Each row and each finding is counted once, and what is about something else is no finding.
#[test]
fn the_counts_add_up() {
    let event =
        |id: u32, message: &str| format!("web01,1768209250,{id},Microsoft-IIS-Configuration/x,{message}\n");
    let other = "\"Changes to '/system.webServer/httpErrors' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.\"";
    let handler = "\"Changes to '/system.webServer/handlers/add[@name=\"\"x\"\"]' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.\"";
    let header = "host,_time,EventCode,LogName,Message\n";
    let rows = [
        event(29, other),
        event(29, handler),
        event(29, &handler.replace("]'", "]/@path'")),
        event(50, "x"),
        event(4, "x"),
    ];
    for level in ["change", "row"] {
        let nothing =
            json_of(&(header.to_owned() + &rows.concat()), &["--level", level, "--fail-on", "info"]);
        assert_eq!(nothing["findings"], Value::Array(Vec::new()));
        let counted = |json: &Value| {
            ["rows", "module_rows", "unreadable_rows", "other_changes", "commits", "other_rows", "findings"]
                .map(|count| json["summary"][count].as_u64().unwrap())
        };
        assert_eq!(counted(&nothing), [5, 0, 0, 3, 1, 1, 0], "{level}");
        assert_eq!(nothing["summary"]["severities"], serde_json::json!({}));
        let rows = rows.concat() + &event(29, &message("add", "Evil", "")) + &event(29, "Changes");
        let some = json_of(&(header.to_owned() + &rows), &["--level", level]);
        assert_eq!(counted(&some), [7, 1, 1, 3, 1, 1, 2], "{level}");
    }
    let text = text_of(&(header.to_owned() + &rows.concat()));
    assert_eq!(
        text,
        "Nothing needs a decision.\nRead, nothing to decide: web01.\n5 rows read: 3 other changes of the configuration, 1 end of a commit, 1 not about the IIS configuration; 0 findings\n\
         Last row read of export.csv: line 6\n"
    );
}

#[test]
fn a_finding_says_what_was_before_who_did_it_and_where_it_stands() {
    let xml = |attribute: &str, old: &str, new: &str| {
        format!(
            "\"<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID>\
             <TimeCreated SystemTime='2026-03-02T02:51:17Z'/><EventRecordID>7</EventRecordID><Execution ProcessID='4'/>\
             <Computer>web01</Computer><Security UserID='S-1-5-21-7'/></System><EventData>\
             <Data Name='ConfigPath'>MACHINE/WEBROOT/APPHOST</Data><Data Name='Configuration'>/system.webServer/globalModules/\
             add[@name=\"\"HttpCacheModule\"\"]{attribute}</Data><Data Name='EditOperationType'>3</Data>\
             <Data Name='OldValue'>{old}</Data><Data Name='NewValue'>{new}</Data></EventData></Event>\"\n"
        )
    };
    let good = "%windir%\\System32\\inetsrv\\cachhttp.dll";
    let first = format!("_raw\n\n{}", xml("/@image", good, "C:\\Temp\\x.dll"));
    let second = format!("_raw\n{}", xml("/@preCondition", "", "bitness64"));
    let folder = folder(&[("a.csv", first.as_bytes()), ("b.csv", second.as_bytes())]);
    let text = run_in(folder.path(), &["scan", "--details", "a.csv", "b.csv"]).good();
    for part in [
        "    image   C:\\Temp\\x.dll\n",
        &format!("    before  {good}\n"),
        "    by      S-1-5-21-7 (a user)\n",
        &format!("    why     expected: {good}\n"),
        "    rows    a.csv:3 b.csv:2\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json: Value =
        serde_json::from_str(&run_in(folder.path(), &["scan", "--format", "json", "a.csv", "b.csv"]).good())
            .unwrap();
    assert_eq!(json["findings"][0]["rows"], serde_json::json!(["a.csv:3", "b.csv:2"]));
}
