//! `scan`.

use std::fmt::Write as _;
use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use super::{command, finished, fixtures, folder, run, run_in, run_wide};

const EXPORT: &str = "iis-operational.csv";

macro_rules! assert_shown {
    ($name:expr, $text:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn the_fixture_as_text() {
    for columns in ["80", "120", "200"] {
        let text = run_wide(columns, &fixtures(), &["scan", EXPORT]).good();
        let limit: usize = columns.parse().unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= limit), "{text}");
        assert_shown!(format!("scan_text_{columns}"), text);
    }
    let details = run_wide("120", &fixtures(), &["scan", "--all", "--details", EXPORT]).good();
    assert_shown!("scan_details", details);
}

#[test]
fn the_fixture_by_row() {
    assert_shown!("scan_rows", run(&["scan", "--level", "row", EXPORT]).good());
}

#[test]
fn the_fixture_as_csv() {
    assert_shown!("scan_csv", run(&["scan", "--format", "csv", EXPORT]).good());
}

#[test]
fn the_fixture_as_json() {
    assert_shown!("scan_json", run(&["scan", "--format", "json", EXPORT]).good());
}

/// The three forms say the same.
#[test]
fn the_forms_agree() {
    for level in ["change", "row"] {
        let form =
            |form| run(&["scan", "--all", "--details", "--level", level, "--format", form, EXPORT]).good();
        let (text, json, csv) = (form("text"), form("json"), form("csv"));
        let lines: Vec<Value> =
            form("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let json: Value = serde_json::from_str(&json).unwrap();
        let findings = json["findings"].as_array().unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), findings.len());
        assert_eq!(lines.len(), findings.len() + 1);
        assert_eq!(lines[findings.len()]["findings"], findings.len());
        for ((finding, row), line) in findings.iter().zip(&rows).zip(&lines) {
            for (name, value) in finding.as_object().unwrap() {
                assert_eq!(&line[name], value);
            }
            for (name, cell) in header.iter().zip(row) {
                let value = match &finding[name] {
                    Value::Null => String::new(),
                    Value::Array(values) if name == "iis_module_reasons" && !values.is_empty() => {
                        finding[name].to_string()
                    }
                    Value::Array(values) => {
                        values.iter().map(|v| v.as_str().unwrap()).collect::<Vec<_>>().join(" ")
                    }
                    value => value.as_str().unwrap().to_owned(),
                };
                assert_eq!(value, cell, "{name}");
            }
            assert!(text.contains(finding["iis_module_verdict"].as_str().unwrap()));
            let id = finding["iis_finding_id"].as_str();
            assert_eq!(id.is_none(), level == "row");
            assert!(id.is_none_or(|id| text.contains(&id[..8])), "{id:?}");
            let of = |field: &'static str| {
                let reasons = finding["reasons"].as_array().unwrap().iter();
                reasons.map(move |reason| reason[field].as_str().unwrap_or_default().to_owned())
            };
            let joined: Vec<String> = of("code")
                .zip(of("detail"))
                .map(|(code, detail)| if detail.is_empty() { code } else { format!("{code}:{detail}") })
                .collect();
            assert_eq!(finding["iis_module_reasons"], serde_json::json!(joined));
            assert!(of("sentence").all(|words| finding["why"].as_str().unwrap().contains(&words)));
        }
    }
}

/// `allowlist add` takes a finding from either, and nothing that another version wrote.
#[test]
fn a_result_is_read_again_in_both_forms() {
    let list = b"name,image,host,_time\nContoso,D:\\contoso.dll,WEB01,2026-03-02T00:00:00Z\n";
    let files = folder(&[("list.csv", list)]);
    let write = |name: &str, text: &str| std::fs::write(files.path().join(name), text).unwrap();
    let scan = |format| run_in(files.path(), &["scan", "--format", format, "list.csv"]).good();
    let json = scan("json");
    let id = serde_json::from_str::<Value>(&json).unwrap()["findings"][0]["iis_finding_id"].clone();
    let id = id.as_str().unwrap();
    let add =
        |from| run_in(files.path(), &["allowlist", "add", "allow.csv", "--finding", id, "--from", from]);
    write("scan.csv", &scan("csv"));
    write("scan.json", &json);
    let written = ["scan.csv", "scan.json"].map(|from| {
        let told = add(from).good();
        let path = files.path().join("allow.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        (told, text)
    });
    assert_eq!(written[0], written[1]);
    for (ours, other, told) in [
        (
            "\"schema_version\": 2",
            "\"schema_version\": 3",
            "scan.json: it was written by a newer version of iismodcheck",
        ),
        ("\"unknown\"", "\"fine\"", "scan.json, record 1: `fine` is no verdict of this version"),
        ("\"medium\"", "\"grave\"", "scan.json, record 1: `grave` is no severity of this version"),
    ] {
        write("scan.json", &json.replacen(ours, other, 1));
        let error = add("scan.json").error();
        assert!(error.starts_with(&format!("iismodcheck: {told}")), "{error}");
    }
}

#[test]
fn severities_choose_lines_and_exit_codes() {
    let all = run(&["scan", EXPORT]).good();
    let high = run(&["scan", "--min-severity", "high", EXPORT]).good();
    let lines = |text: &str| {
        let findings = text.split_once("\n\n").unwrap().1.lines().take_while(|line| !line.is_empty());
        findings.filter(|line| !line.starts_with(' ')).map(str::to_owned).collect::<Vec<_>>()
    };
    let chosen: Vec<String> = lines(&all)
        .into_iter()
        .filter(|line| line.starts_with("high") || line.starts_with("critical"))
        .collect();
    assert_eq!(lines(&high), chosen);
    assert!(!chosen.is_empty() && chosen.len() < lines(&all).len());
    let summary = |text: &str| {
        let (first, rest) = text.split_once('\n').unwrap();
        format!("{first}{}", rest[rest.find("\n114 rows read").unwrap()..].replace('\n', " "))
    };
    let unlisted = 22 - chosen.len();
    let told = format!("22 findings, {unlisted} of them below --min-severity and not listed");
    assert_eq!(summary(&high).replace(&told, "22 findings"), summary(&all), "the summary counts all");
    let quiet: &[u8] =
        b"name,image,_time\nStaticFileModule,%windir%\\System32\\inetsrv\\static.dll,2026-03-02T00:00:00Z\n";
    let loud: &[u8] = b"name,image,_time\nX,D:\\x.dll,2026-03-02T00:00:00Z\n";
    let files = folder(&[("quiet.csv", quiet), ("loud.csv", loud)]);
    for (file, limit, code) in [
        ("quiet.csv", "critical", 0),
        ("quiet.csv", "low", 0),
        ("quiet.csv", "info", 1),
        ("loud.csv", "high", 0),
        ("loud.csv", "medium", 1),
        ("loud.csv", "low", 1),
        ("missing.csv", "critical", 2),
    ] {
        let run = run_in(files.path(), &["scan", "--fail-on", limit, file]);
        assert_eq!(run.code, Some(code), "{file} {limit}: {}", run.stderr);
    }
    // Nothing to print is not nothing: the header says so.
    let csv = run_in(files.path(), &["scan", "--min-severity", "low", "--format", "csv", "quiet.csv"]).good();
    assert_eq!(csv.lines().count(), 1);
    // What is not printed counts too.
    let run = run_in(files.path(), &["scan", "--fail-on", "medium", "--min-severity", "high", "loud.csv"]);
    assert_eq!(run.code, Some(1));
}

/// A row that nobody understood wins over findings; one that is unparsed is a finding.
#[test]
fn rows_that_are_not_understood() {
    let sentence = "Changes to '/system.webServer/globalModules/add[@name=\"\"Evil\"\"]' at 'MACHINE/WEBROOT/APPHOST' have \
                    successfully been committed.";
    let file = |rows: &[&str]| format!("_raw,_time\n{}\n", rows.join("\n"));
    let unread = format!("\"<13>Mar  4 09:14:10 web01 {sentence}\",2026-03-04T09:14:10Z");
    let event = format!("\"{sentence}\",2026-03-04T09:14:10Z");
    let claims = "\"{\"\"EventID\"\":29,\"\"Channel\"\":\"\"Microsoft-IIS-Configuration/Operational\"\"}\",2026-03-04T09:14:10Z";
    let other =
        "\"{\"\"EventID\"\":4688,\"\"x\"\":\"\"Microsoft-IIS-Configuration\"\"}\",2026-03-04T09:14:10Z";
    let contents = [
        ("unread.csv", file(&[&event, &unread, &unread])),
        ("claims.csv", file(&[claims])),
        ("other.csv", file(&[&event, other])),
    ];
    let files: Vec<(&str, &[u8])> = contents.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let files = folder(&files);
    let cases: [(&[&str], i32, bool); 8] = [
        (&["unread.csv"], 2, true),
        (&["unread.csv", "--fail-on", "info"], 2, true),
        (&["unread.csv", "--format", "csv"], 2, true),
        (&["unread.csv", "--allow-unread"], 0, false),
        (&["unread.csv", "--allow-unread", "--fail-on", "info"], 1, false),
        (&["claims.csv"], 0, false),
        (&["claims.csv", "--fail-on", "medium"], 1, false),
        (&["other.csv"], 0, false),
    ];
    for (arguments, code, told) in cases {
        let run = run_in(files.path(), &[&["scan"], arguments].concat());
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        let start = if arguments.contains(&"csv") {
            "iismodcheck: 2 rows point to the IIS configuration and could not be understood (first: unread.csv:3)"
        } else {
            // The text tells it, and is not told twice.
            assert_eq!(
                run.stdout.contains("note: 2 rows point to the IIS configuration"),
                arguments[0] == "unread.csv"
            );
            "iismodcheck: 2 rows were not understood; the text says which, and --allow-unread ends with 0"
        };
        assert_eq!(run.stderr.starts_with(start), told, "{arguments:?}: {}", run.stderr);
        assert!(told || run.stderr.is_empty(), "{}", run.stderr);
    }
    let text = run_in(files.path(), &["scan", "unread.csv", "--allow-unread"]).good();
    assert!(
        text.contains("3 rows read: 1 about modules or watched settings, 2 not understood; 1 finding"),
        "{text}"
    );
    assert!(text.contains("note: 2 rows point to the IIS configuration"), "{text}");
    let json = run_in(files.path(), &["scan", "unread.csv", "--allow-unread", "--format", "json"]).good();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["summary"]["not_understood_rows"], 2);
    let baseline = run_in(files.path(), &["allowlist", "baseline", "unread.csv"]).error();
    assert!(baseline.contains("(first: unread.csv:3)"), "{baseline}");
}

#[test]
fn an_allowlist_packs_and_dates() {
    let modules: &[u8] = b"name,image,host,_time\nContosoModule,D:\\c.dll,web01,2026-03-02T12:00:00Z\n\
        kerbauth,%ExchangeInstallPath%\\Bin\\kerbauth.dll,ex01,2026-03-02T12:00:00Z\n";
    let allowlist: &[u8] = b"id,name,image,expires\nc1,ContosoModule,D:\\c.dll,2026-06-30\n";
    let packs: &[u8] = b"host,packs\nex*,exchange\n";
    let files = folder(&[("modules.csv", modules), ("allow.csv", allowlist), ("packs.csv", packs)]);
    let cases: [(&[&str], &str); 7] = [
        (&[], "unknown unknown"),
        (&["--allowlist", "allow.csv"], "allowed unknown"),
        (&["--allowlist", "allow.csv", "--as-of", "2026-07-01"], "allow_expired unknown"),
        (&["--allowlist", "allow.csv", "--as-of", "2026-06-30T23:59:59Z"], "allowed unknown"),
        (&["--allowlist", "allow.csv", "--as-of", "2026-06-30T23:59Z"], "allowed unknown"),
        (&["--packs", "exchange"], "unknown known_good"),
        (&["--packs-file", "packs.csv", "--allowlist", "allow.csv"], "allowed known_good"),
    ];
    for (arguments, expected) in cases {
        let arguments = [&["scan", "--format", "json", "modules.csv"], arguments].concat();
        let json: Value = serde_json::from_str(&run_in(files.path(), &arguments).good()).unwrap();
        let verdicts: Vec<&str> = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["iis_module_verdict"].as_str().unwrap())
            .collect();
        assert_eq!(verdicts.join(" "), expected, "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_file_and_line() {
    let utf16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let mut odd = utf16("name,image\n");
    odd.pop();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty.csv", b"".to_vec()),
        ("blank.csv", b"\n\n".to_vec()),
        ("log.evtx", b"ElfFile\0\0\0\0\0\0\0\0\0".to_vec()),
        ("packed.csv", b"PK\x03\x04\x14\0\0\0".to_vec()),
        ("cut-utf16.csv", odd),
        ("utf16be.csv", b"\xfe\xff\0n\0a".to_vec()),
        ("notes.txt", b"These are notes.\nThey are no table.\n".to_vec()),
        ("cut.json", b"[{\"EventID\": 1},\n{\"Ev".to_vec()),
        ("other.csv", b"user,password\nadmin,secret\n".to_vec()),
        ("names.csv", b"name\nX\n".to_vec()),
        ("short.csv", b"name,image,host\nA,a.dll,web01\nB,b.dll\n".to_vec()),
        ("long.csv", b"name,image\nA,a.dll\n\"B\nB\",b.dll\nC,c.dll,web01\n".to_vec()),
        ("open.csv", b"_time,_raw\n1,x\n2,\"<Event>\n3,y\n".to_vec()),
        ("type-line.csv", b"#TYPE x\nname,image\nA\n".to_vec()),
        ("other.xml", b"<feed><entry/></feed>\n".to_vec()),
        ("cut.xml", b"<Events><Event><System/></Event>\n<Event><Sys".to_vec()),
        ("list.txt", b"TimeCreated : 12/19/2022\nMessage     : x\n".to_vec()),
        ("packed.gz", b"\x1f\x8b\x08\0\0".to_vec()),
        ("semicolons.csv", b"user;password\nadmin;secret\n".to_vec()),
        ("undoubled.csv", b"EventCode,Message\n29,\"a \"name\" in quotes\"\n".to_vec()),
        ("swallowed.csv", b"EventCode,Message\n29,\"cut off\n29,\"whole\"\n".to_vec()),
        ("command.csv", b"\x1b[31mred\n".to_vec()),
        ("two-images.csv", b"name,image,Image\nA,a.dll,b.dll\n".to_vec()),
        ("list-with-message.csv", b"name,image,Message\nA,a.dll,x\n".to_vec()),
    ];
    let files: Vec<(&str, &[u8])> = cases.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    let folder = folder(&files);
    let told = files.iter().fold(String::new(), |told, (name, _)| {
        let run = run_in(folder.path(), &["scan", "--format", "csv", name]);
        assert_eq!(run.code, Some(2), "{name}: {}", run.stderr);
        told + &run.stderr
    });
    assert!(!told.contains("secret"));
    assert_shown!("scan_errors", told);
    let missing = run_in(folder.path(), &["scan", "missing.csv"]).error();
    assert!(
        missing.starts_with("iismodcheck: missing.csv: cannot be read: there is no such file"),
        "{missing}"
    );
    std::fs::create_dir(folder.path().join("nothing")).unwrap();
    let empty = run_in(folder.path(), &["scan", "nothing"]).error();
    assert_eq!(empty, "iismodcheck: nothing: cannot be read: the folder is empty");
    let pattern = run_in(folder.path(), &["scan", "no-*.csv"]).error();
    assert!(
        pattern.ends_with("give scan the folder: all files in it are read, whatever they are called"),
        "{pattern}"
    );
    let none = run_in(folder.path(), &["scan"]).error();
    assert!(cfg!(windows) || none.starts_with("iismodcheck: no file is given; "), "{none}");
    let allowlist = run_in(folder.path(), &["scan", "--allowlist", "other.csv", "names.csv"]).error();
    assert!(allowlist.starts_with("iismodcheck: other.csv, line 1: "), "{allowlist}");
    let allowlist = run_in(folder.path(), &["scan", "--allowlist", "missing.csv", "names.csv"]).error();
    assert_eq!(allowlist, "iismodcheck: missing.csv: there is no such file");
    std::fs::File::create(folder.path().join("large.csv")).unwrap().set_len((64 << 20) + 1).unwrap();
    let large = run_in(folder.path(), &["scan", "--allowlist", "large.csv", "names.csv"]).error();
    assert_eq!(
        large,
        "iismodcheck: large.csv: it has 65 MiB; such a file may have at most 64 MiB; is it the right one?"
    );
    let packs = run_in(folder.path(), &["scan", "--packs", "nosuch", "names.csv"]).error();
    assert!(
        packs.starts_with("iismodcheck: packs=nosuch: there is no pack 'nosuch'; the packs are "),
        "{packs}"
    );
    let time = run_in(folder.path(), &["scan", "--as-of", "yesterday", "names.csv"]).error();
    assert!(time.starts_with("iismodcheck: `yesterday` is not a time; "), "{time}");
}

#[test]
fn every_encoding_of_an_export_is_read() {
    let text = "name,image,_time\r\n\"Ёж\",\"D:\\ё.dll\",2026-03-02T00:00:00Z\r\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let powershell = format!("#TYPE Selected.Module\r\n{text}");
    let files: [(&str, &[u8]); 4] = [
        ("plain.csv", text.as_bytes()),
        ("mark.csv", &[b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("utf16.csv", &utf16),
        ("type.csv", powershell.as_bytes()),
    ];
    let folder = folder(&files);
    let scan = |file| run_in(folder.path(), &["scan", "--details", file]).good();
    let plain = scan("plain.csv");
    assert!(plain.contains("Ёж  host not known  listed 2026-03-02T00:00:00Z  D:\\ё.dll"), "{plain}");
    assert!(plain.contains("rows    plain.csv:2\n"), "{plain}");
    for (file, _) in &files[1..] {
        let line = if *file == "type.csv" { 3 } else { 2 };
        let same = scan(file).replace(&format!("{file}:{line}\n"), "plain.csv:2\n");
        let same = same.replace(&format!("{file}: line {line},"), "plain.csv: line 2,");
        assert_eq!(same, plain, "{file}");
    }
}

#[test]
fn several_files_and_standard_input() {
    let file = |name: &str, time: &str| format!("name,image,_time\n{name},D:\\x.dll,{time}\n");
    let (later, earlier) = (file("Later", "2026-03-02"), file("Earlier", "2026-03-01 00:00:00"));
    let later = later.replace("2026-03-02", "2026-03-02 00:00:00");
    let folder = folder(&[("later.csv", later.as_bytes()), ("earlier.csv", earlier.as_bytes())]);
    let text = run_in(folder.path(), &["scan", "--details", "later.csv", "earlier.csv"]).good();
    assert!(text.find("Earlier").unwrap() < text.find("Later").unwrap(), "in the order of time: {text}");
    let input = std::fs::File::open(folder.path().join("later.csv")).unwrap();
    let output =
        command(folder.path()).args(["scan", "--details", "-", "earlier.csv"]).stdin(input).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), text.replace("later.csv:", "standard input:"));
    // The last row of each file is told, of the first three without --details.
    let many = ["scan", "later.csv", "earlier.csv", "later.csv", "earlier.csv", "later.csv"];
    let told = |text: &str| text.lines().filter(|line| line.starts_with("Last row read of ")).count();
    let brief = run_in(folder.path(), &many).good();
    assert!(told(&brief) == 3 && brief.contains("… and 2 more (--details lists them)\n"), "{brief}");
    let details = run_in(folder.path(), &[&many[..], &["--details"]].concat()).good();
    assert_eq!(told(&details), 5);
    let twice = run_in(folder.path(), &["scan", "-", "earlier.csv", "-"]).error();
    assert_eq!(
        twice,
        "iismodcheck: `-` is given twice, but standard input can be read only once; leave one out"
    );
    let nothing = run_in(folder.path(), &["scan", "-"]).error();
    let told =
        "iismodcheck: standard input: the file is empty: there is not even a header; export or copy it again";
    assert_eq!(nothing, told);
    let search = finished(command(folder.path()).env_remove("SPLUNK_HOME"));
    assert!(
        search.stderr.starts_with("iismodcheck: standard input is empty: without a subcommand"),
        "{}",
        search.stderr
    );
    assert_eq!((search.code, search.stdout.as_str()), (Some(0), ""));
    assert_eq!(
        finished(command(folder.path()).env("SPLUNK_HOME", "splunk")).stderr,
        "",
        "splunkd probes with nothing"
    );
}

/// Whoever reads the first line only: the exit code is that of all lines, and nothing is on standard error.
#[test]
fn a_reader_that_has_seen_enough() {
    let mut many = String::from("name,image,_time\n");
    for number in 0..20_000 {
        writeln!(many, "Module{number},D:\\modules\\m{number}.dll,2026-03-02T00:00:00Z").unwrap();
    }
    let folder = folder(&[("many.csv", many.as_bytes())]);
    let limits: [(&[&str], i32); 3] = [(&[], 0), (&["--fail-on", "high"], 0), (&["--fail-on", "medium"], 1)];
    let cases = ["text", "html", "json", "jsonl", "csv"]
        .map(|format| limits.map(|(limit, code)| (format, limit, code)));
    for (format, limit, code) in cases.into_iter().flatten() {
        let mut command = command(folder.path());
        let command = command.args(["scan", "--format", format]).args(limit).arg("many.csv");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut [0; 10]).unwrap();
        drop(output);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
        assert_eq!(output.status.code(), Some(code), "{format} {limit:?}");
    }
}

/// Names are written by attackers: nothing in them reaches the terminal as a command to it, and nothing in them hides
/// what comes after them.
#[test]
fn what_would_command_a_terminal_is_shown_escaped() {
    let names = [
        "\u{1b}[2J\u{1b}[31mclear",
        "\u{1b}]0;title",
        "bell\u{7}",
        "\u{202e}lld.x",
        "\u{9b}1mC1",
        "a\rb",
        "\u{1b}Px",
        "last",
    ];
    let mut list = String::from("name,image,host,_time\n");
    for (name, second) in names.iter().zip(10..) {
        writeln!(list, "\"{name}\",\"D:\\{name}.dll\",\"h{name}\",2026-03-02T00:00:{second}Z").unwrap();
    }
    let folder = folder(&[("list.csv", list.as_bytes())]);
    let text = run_in(folder.path(), &["scan", "--details", "list.csv"]).good();
    let raw = |text: &str| text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(raw(&text), None, "{text:?}");
    assert!(text.contains(r"\u{1b}[2J\u{1b}[31mclear") && text.contains(r"\u{202e}lld.x"), "{text}");
    let begins = |line: &&str| ["critical ", "high ", "medium "].iter().any(|word| line.starts_with(word));
    assert_eq!(text.lines().filter(begins).count(), names.len());
    let explained =
        run_in(folder.path(), &["allowlist", "explain", names[0], &format!("D:\\{}.dll", names[1])]).good();
    assert_eq!(raw(&explained), None, "{explained:?}");

    // For machines the names are as they are.
    let json: Value =
        serde_json::from_str(&run_in(folder.path(), &["scan", "--format", "json", "list.csv"]).good())
            .unwrap();
    let csv = run_in(folder.path(), &["scan", "--format", "csv", "--exact-bytes", "list.csv"]).good();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), names.len());
    let for_people = run_in(folder.path(), &["scan", "--format", "csv", "list.csv"]).good();
    assert_eq!(raw(&for_people), None, "{for_people:?}");
    for (number, name) in names.iter().enumerate() {
        assert_eq!(json["findings"][number]["iis_module_name"], *name);
        assert_eq!(&rows[number][1], *name);
    }
}

#[test]
fn colours_are_for_terminals() {
    let mut command = command(&fixtures());
    let output = command.env_remove("NO_COLOR").args(["scan", EXPORT]).output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
    let mut forced = super::command(&fixtures());
    let forced = forced.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").args(["scan", EXPORT]);
    assert!(forced.output().unwrap().stdout.contains(&0x1b), "and the test above could fail");
}
