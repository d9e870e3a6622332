//! What `scan` leaves out: what is damaged, and what is not asked for.

use serde_json::Value;

use super::{folder, run_in};

/// What is lost of one file stops no other, and is told beside what was found.
#[test]
fn what_is_damaged_stops_nothing_else() {
    let list: &[u8] = b"name,image,_time\nX,D:\\x.dll,2026-03-02T00:00:00Z\n";
    let cut: &[u8] = b"name,image,_time\nY,D:\\y.dll,2026-03-02T00:00:00Z\nZ,\"cut";
    let files = folder(&[("a-empty.csv", b""), ("b-cut.csv", cut), ("c-list.csv", list)]);
    for arguments in [&["a-empty.csv", "b-cut.csv", "c-list.csv"][..], &["."]] {
        let scan = |more: &[&str]| run_in(files.path(), &[&["scan"], arguments, more].concat());
        let run = scan(&[]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stdout.contains("D:\\x.dll") && run.stdout.contains("D:\\y.dll"), "{}", run.stdout);
        let told = run.stdout.replace('\n', " ");
        assert!(told.contains("2 findings; 2 places could not be read"), "{told}");
        assert_eq!(
            run.stdout.lines().filter(|line| line.starts_with("not read: ")).count(),
            2,
            "{}",
            run.stdout
        );
        // What stands in the text is only counted there.
        let counted =
            "iismodcheck: 2 places could not be read; the text says which, and --allow-unread ends with 0\n";
        assert_eq!(run.stderr, counted);
        assert_eq!(scan(&["--format", "csv"]).stderr.lines().count(), 2);
        assert_eq!(scan(&["--fail-on", "medium"]).code, Some(2));
        assert_eq!(scan(&["--allow-unread"]).code, Some(0));
        assert_eq!(scan(&["--allow-unread", "--fail-on", "medium"]).code, Some(1));
        let json: Value = serde_json::from_str(&scan(&["--format", "json"]).stdout).unwrap();
        assert_eq!(
            (json["problems"].as_array().unwrap().len(), &json["summary"]["lost_places"]),
            (2, &2.into())
        );
    }
    // Where nothing at all was read, there is nothing to allow.
    assert_eq!(run_in(files.path(), &["scan", "--allow-unread", "a-empty.csv"]).code, Some(2));
    assert_eq!(run_in(files.path(), &["allowlist", "baseline", "b-cut.csv"]).code, Some(2));
}

#[test]
fn findings_are_chosen_by_time_host_and_verdict() {
    let list: &[u8] = b"name,image,host,_time\nA,D:\\a.dll,web01.example.com,2026-03-02T12:00:00Z\n\
        B,D:\\b.dll,WEB02,2026-03-03T12:00:00Z\nC,D:\\c.dll,,\n\
        HttpLoggingModule,%windir%\\System32\\inetsrv\\loghttp.dll,web02,2026-03-04T00:00:00Z\n";
    let files = folder(&[("list.csv", list)]);
    let cases: [(&[&str], &str); 10] = [
        (&[], "A B HttpLoggingModule C"),
        (&["--since", "2026-03-03"], "B HttpLoggingModule C"),
        (&["--until", "2026-03-03"], "A B C"),
        (&["--until", "2026-03-03T12:00:00Z"], "A B C"),
        (&["--since", "2026-03-03T12:00:01Z", "--until", "2026-03-31"], "HttpLoggingModule C"),
        (&["--host", "web01"], "A C"),
        (&["--host", "WEB01.example.com,web02"], "A B HttpLoggingModule C"),
        (&["--host", "web0"], "C"),
        (&["--only", "known_good"], "HttpLoggingModule"),
        (&["--only", "UNKNOWN,known_good", "--min-severity", "Medium"], "A B C"),
    ];
    for (arguments, expected) in cases {
        let arguments = [&["scan", "list.csv", "--format", "json"], arguments].concat();
        let json: Value = serde_json::from_str(&run_in(files.path(), &arguments).good()).unwrap();
        let names =
            json["findings"].as_array().unwrap().iter().map(|f| f["iis_module_name"].as_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>().join(" "), expected, "{arguments:?}");
    }
    // What is not asked for does not count.
    let run = run_in(files.path(), &["scan", "list.csv", "--only", "known_good", "--fail-on", "medium"]);
    assert_eq!(run.code, Some(0));
    let level = run_in(files.path(), &["scan", "list.csv", "--level", "high"]);
    assert!(level.stderr.contains("--min-severity high"), "{}", level.stderr);
    for (option, word) in [("--only", "fine"), ("--since", "yesterday"), ("--until", "tomorrow")] {
        assert_eq!(run_in(files.path(), &["scan", "list.csv", option, word]).code, Some(2), "{option}");
    }
}
