//! Files that reports are written to, and what shells and `man` are told.

use std::fs;

use super::{fixtures, folder, run, run_in};

const EXPORT: &str = "iis-operational.csv";
const TO_DECIDE: &str = "14 findings need a decision: 3 critical, 6 high, 2 medium, 3 low";

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let export = fs::read(fixtures().join(EXPORT)).unwrap();
    let files = folder(&[(EXPORT, export.as_slice()), ("old.out", b"what was here before, and longer\n")]);
    fs::create_dir(files.path().join("folder")).unwrap();
    for format in ["text", "json", "jsonl", "csv"] {
        let printed = run_in(files.path(), &["scan", "--format", format, EXPORT]).good();
        for name in ["old.out", "new.out"] {
            let run = run_in(files.path(), &["scan", "--format", format, EXPORT, "--output", name]);
            let told = format!("iismodcheck: {name} is written; {TO_DECIDE}\n");
            assert_eq!((run.code, run.stdout.as_str(), run.stderr), (Some(0), "", told));
            assert_eq!(fs::read_to_string(files.path().join(name)).unwrap(), printed, "{format} {name}");
        }
        fs::remove_file(files.path().join("new.out")).unwrap();
    }
    let mut cases = vec![
        ("folder", "folder: cannot be written: it is a folder; name a file in it"),
        ("none/x.txt", "none/x.txt: cannot be written: there is no folder none"),
    ];
    if cfg!(target_os = "linux") {
        cases.push(("/dev/full", "/dev/full: cannot be written: No space left on device"));
        // The folder is there, and lets nobody create a file.
        cases.push(("/proc/x", "/proc/x: cannot be written: No such file or directory"));
    }
    for (name, told) in cases {
        let error = run_in(files.path(), &["scan", EXPORT, "--output", name]).error();
        assert!(error.starts_with(&format!("iismodcheck: {told}")), "{error}");
    }
    // Nothing is left beside what was written, and what was found still decides how the run ends.
    let found = run_in(files.path(), &["scan", EXPORT, "--fail-on", "high", "--output", "old.out"]);
    let told = format!("iismodcheck: old.out is written; {TO_DECIDE}\n");
    assert_eq!((found.code, found.stdout.as_str(), found.stderr), (Some(1), "", told));
    let mut left: Vec<_> =
        fs::read_dir(files.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["folder", EXPORT, "old.out"]);
}

/// Whoever opens the file goes by its ending.
#[test]
fn the_ending_of_a_file_says_how_it_is_written() {
    let files = folder(&[("list.csv", b"name,image\nContoso,D:\\contoso.dll\n")]);
    for (name, begin) in [
        ("a.html", "<!DOCTYPE html>"),
        ("a.HTM", "<!DOCTYPE html>"),
        ("a.json", "{\n"),
        ("a.jsonl", "{\"record\""),
        ("a.ndjson", "{\"record\""),
        ("a.csv", "_time,"),
        ("a.txt", "1 finding needs"),
        ("a.log", "1 finding needs"),
        ("json", "1 finding needs"),
    ] {
        let run = run_in(files.path(), &["scan", "list.csv", "--output", name]);
        assert_eq!(
            run.stderr,
            format!("iismodcheck: {name} is written; 1 finding needs a decision: 1 medium\n")
        );
        let written = fs::read_to_string(files.path().join(name)).unwrap();
        assert!(written.starts_with(begin), "{name}: {written}");
    }
    for (format, name) in [("text", "b.html"), ("html", "b.json"), ("json", "b.txt"), ("jsonl", "b.json")] {
        let error = run_in(files.path(), &["scan", "list.csv", "--format", format, "--output", name]).error();
        assert!(error.contains("--format says something else than the ending ."), "{format} {name}: {error}");
        assert!(!files.path().join(name).exists(), "{name}");
    }
    let known =
        folder(&[("list.csv", b"name,image\nHttpLoggingModule,%windir%\\System32\\inetsrv\\loghttp.dll\n")]);
    let run = run_in(known.path(), &["scan", "list.csv", "--output", "a.html"]);
    assert_eq!(run.stderr, "iismodcheck: a.html is written; Nothing needs a decision\n");
}

#[test]
fn json_lines_that_are_cut_off_are_told() {
    let files = folder(&[("list.csv", b"name,image\nContoso,D:\\contoso.dll\nAcme,D:\\acme.dll\n")]);
    let lines = run_in(files.path(), &["scan", "--format", "jsonl", "list.csv"]).good();
    let write = |text: &str| fs::write(files.path().join("scan.jsonl"), text).unwrap();
    write(&lines);
    let id =
        &serde_json::from_str::<serde_json::Value>(lines.lines().next().unwrap()).unwrap()["iis_finding_id"];
    let short = &id.as_str().unwrap()[..8];
    let add = ["allowlist", "add", "allow.csv", "--finding", short, "--from", "scan.jsonl"];
    assert!(run_in(files.path(), &add).good().contains("Contoso"));
    let explain = ["allowlist", "explain", "--finding", short, "--from", "scan.jsonl"];
    let told = run_in(files.path(), &explain).good();
    assert!(told.contains("Name: Contoso") && told.contains("Verdict: unknown"), "{told}");
    for (text, told) in [
        (lines.lines().take(2).collect::<Vec<_>>().join("\n"), "scan.jsonl: its last line is no summary"),
        (lines.replacen("\"record\":\"finding\",", "\"record\":\"finding\"", 2), "scan.jsonl"),
        (
            lines.replace("\"schema_version\":2", "\"schema_version\":3"),
            "scan.jsonl, line 1: it was written by a newer",
        ),
    ] {
        write(&text);
        let error = run_in(files.path(), &add).error();
        assert!(error.starts_with(&format!("iismodcheck: {told}")), "{error}");
    }
}

#[test]
fn shells_and_man_know_every_option() {
    let scan = run(&["scan", "--help"]).good();
    let options: Vec<&str> =
        scan.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2).collect();
    assert!(options.contains(&"--output"));
    let manual = run(&["man"]).good().replace(r"\-", "-");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]).good();
        for option in &options {
            let option = option.trim_end_matches(['.', ',', ')', ';', ':', ']']).trim_start_matches("--");
            assert!(script.contains(option), "{shell}: {option}");
            assert!(manual.contains(option), "man: {option}");
        }
    }
    for part in [".TH iismodcheck", "ISMODCHECK SCAN", "ISMODCHECK ALLOWLIST ADD"] {
        assert!(manual.contains(part), "{part}");
    }
}
