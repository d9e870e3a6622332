//! Files that reports are written to, and what shells and `man` are told.

use std::fs;

use super::{fixtures, folder, run, run_in};

const EXPORT: &str = "iis-operational.csv";

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let export = fs::read(fixtures().join(EXPORT)).unwrap();
    let files = folder(&[(EXPORT, export.as_slice()), ("old.txt", b"what was here before, and longer\n")]);
    fs::create_dir(files.path().join("folder")).unwrap();
    for format in ["text", "json", "jsonl", "csv"] {
        let printed = run_in(files.path(), &["scan", "--format", format, EXPORT]).good();
        for name in ["old.txt", "new.txt"] {
            let told = run_in(files.path(), &["scan", "--format", format, EXPORT, "--output", name]).good();
            assert_eq!(told, "");
            assert_eq!(fs::read_to_string(files.path().join(name)).unwrap(), printed, "{format} {name}");
        }
        fs::remove_file(files.path().join("new.txt")).unwrap();
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
    let found = run_in(files.path(), &["scan", EXPORT, "--fail-on", "high", "--output", "old.txt"]);
    assert_eq!((found.code, found.stdout.as_str(), found.stderr.as_str()), (Some(1), "", ""));
    let mut left: Vec<_> =
        fs::read_dir(files.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["folder", EXPORT, "old.txt"]);
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
