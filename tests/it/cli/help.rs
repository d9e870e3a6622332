//! What the program says about itself.

use super::run;

#[test]
fn help_of_each_subcommand() {
    let subcommands: [&[&str]; 9] = [
        &["--help"],
        &["scan", "--help"],
        &["audit", "--help"],
        &["collect", "--help"],
        &["allowlist", "--help"],
        &["allowlist", "check", "--help"],
        &["allowlist", "add", "--help"],
        &["allowlist", "baseline", "--help"],
        &["allowlist", "explain", "--help"],
    ];
    let text = subcommands.iter().fold(String::new(), |text, arguments| {
        let line = "=".repeat(100);
        text + &format!("{line}\niismodcheck {}\n{line}\n{}", arguments.join(" "), run(arguments).good())
    });
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("help", text);
    });
}

#[test]
fn version() {
    assert_eq!(run(&["--version"]).good(), concat!("iismodcheck ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let cases: [&[&str]; 9] = [
        &["scam"],
        &["scan"],
        &["scan", "--levle", "row", "x.csv"],
        &["scan", "--level", "rows", "x.csv"],
        &["scan", "--fail-on", "severe", "x.csv"],
        &["allowlist"],
        &["allowlist", "add", "x.csv"],
        &["allowlist", "add", "x.csv", "--finding", "1"],
        &["allowlist", "explain"],
    ];
    for arguments in cases {
        let run = run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
    let error = run(&["scan", "--fail-on", "severe", "x.csv"]).stderr;
    assert!(
        error.contains("`severe` is not a severity: use one of info, low, medium, high, critical"),
        "{error}"
    );
}
