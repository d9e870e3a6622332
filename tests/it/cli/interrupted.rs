//! `scan` and Ctrl-C.

use std::io::Write;
use std::process::Stdio;

use super::{command, folder};

/// The first Ctrl-C ends the reading: what was found so far is told, and that it is not all.
#[test]
fn interrupted_it_tells_what_it_found() {
    let json = interrupted("json");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let found = report["findings"].as_array().unwrap().len();
    assert!((1..4_000).contains(&found), "{found}");
    assert_eq!(report["problems"][0]["what"], WHAT);
    let text = interrupted("text");
    assert!(text.starts_with("Not all could be read. ") && text.contains(WHAT), "{text}");
    let page = interrupted("html");
    assert!(page.contains("<p>Not all could be read. <b>") && page.contains(WHAT), "{page}");
}

const WHAT: &str = "the scan was interrupted: what follows was not read";

/// What is printed of a scan that is interrupted.
fn interrupted(format: &str) -> String {
    let folder = folder(&[]);
    let mut scan = command(folder.path());
    scan.args(["scan", "--format", format, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut scan = scan.spawn().unwrap();
    let mut input = scan.stdin.take().unwrap();
    // More than are handed over at once.
    let rows = |from: usize| -> String {
        let row = |number| {
            format!(
                "29,/system.webServer/globalModules/add[@name='M{number}']/@image,1,D:\\m{number}.dll,MACHINE/WEBROOT/APPHOST\n"
            )
        };
        (from..from + 2_000).map(row).collect()
    };
    let head = "EventCode,Configuration,EditOperationType,NewValue,ConfigPath\n";
    input.write_all(head.as_bytes()).unwrap();
    input.write_all(rows(0).as_bytes()).unwrap();
    input.flush().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let signal = std::process::Command::new("kill").args(["-INT", &scan.id().to_string()]).status().unwrap();
    assert!(signal.success());
    std::thread::sleep(std::time::Duration::from_millis(300));
    let more = rows(2_000);
    // Beside the reading of what it writes: it may have ended already, or read no more.
    let writer = std::thread::spawn(move || {
        let _: std::io::Result<()> = input.write_all(more.as_bytes());
    });
    let output = scan.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(2), "{format}");
    String::from_utf8(output.stdout).unwrap()
}
