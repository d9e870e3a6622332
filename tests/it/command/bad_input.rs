//! Bad input: rows are never lost, broken frames end the program with one clear line.

use std::fmt::Write as _;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use searchcommand::testing::{EXECUTE, Event, GETINFO, LAST, Style, Table, frame};

use super::rows::{Row, TIME, element};
use super::{PROGRAM, annotate, assert_quiet, start, verdicts};

const LOG: &[u8] = b"Microsoft-IIS-Configuration/Operational";

#[test]
fn messages_that_cannot_be_read_pass_through_with_a_reason() {
    let row = Row::image("StaticFileModule", r"%windir%\System32\inetsrv\static.dll");
    let message = row.message();
    let huge_name = "N".repeat(10 << 20);
    let huge = Row::element("globalModules", &huge_name).message();
    let binary: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (b"".to_vec(), "unparsed", "empty_message"),
        (b" \r\n\t".to_vec(), "unparsed", "empty_message"),
        (b"Changes".to_vec(), "unparsed", "cut_message"),
        (message.as_bytes()[..40].to_vec(), "unparsed", "truncated_message"),
        (
            b"Changes to '/system.webServer/globalModules/add[@na' at 'X' have successfully been committed."
                .to_vec(),
            "unparsed",
            "truncated_message",
        ),
        (b"An account was successfully logged on.".to_vec(), "unparsed", "no_configuration_path"),
        (binary.clone(), "unparsed", "invalid_utf8"),
        ([message.as_bytes(), b"\xff"].concat(), "unparsed", "invalid_utf8"),
        (vec![b'\0'; 100], "unparsed", "no_configuration_path"),
        (vec![b'x'; 10 << 20], "unparsed", "no_configuration_path"),
        (vec![b'\''; 1 << 20], "unparsed", ""),
        (vec![b'"'; 1 << 20], "unparsed", ""),
        (huge.into_bytes(), "unknown", ""),
    ];
    let events: Vec<Event> = cases
        .iter()
        .zip(0..)
        .map(|((message, ..), number)| {
            Event::new(&[
                ("_time", TIME.as_bytes()),
                ("EventCode", b"29"),
                ("LogName", LOG),
                ("Message", message),
            ])
            .with("number", &[format!("{number}").as_bytes()])
        })
        .collect();
    let mut splunkd = start().style(Style::ALL_FIELDS);
    splunkd.getinfo(&["all_fields=true"]);
    let merged = splunkd.execute(&events, true);
    assert_quiet(&splunkd.hang_up());
    assert!(merged.changed.is_empty(), "{:?}", merged.changed);
    for (number, (event, (_, verdict, reason))) in merged.events.iter().zip(&cases).enumerate() {
        assert_eq!(event.text("iis_module_verdict"), *verdict, "case {number}");
        if !reason.is_empty() {
            assert_eq!(event.text("iis_module_reasons"), *reason, "case {number}");
        }
        assert_ne!(event.text("iis_module_severity"), "", "case {number}");
        assert_eq!(event.text("number"), number.to_string());
    }
}

#[test]
fn other_events_and_other_sections() {
    let message =
        |code: &str| Event::new(&[("EventCode", code), ("Message", &Row::image("X", "").message())]);
    let events =
        [message("4624"), message("50"), message("290"), message("29"), message(" 29 "), message("")];
    assert_eq!(verdicts(&annotate(&[], &events)), ["", "", "", "unknown", "unknown", "unknown"]);
    // Many providers have an event 29.
    let text = "The system firmware has changed the processor's memory type range registers.";
    assert_eq!(verdicts(&annotate(&[], &[Event::new(&[("EventCode", "29"), ("Message", text)])])), [""]);
}

/// A text in which each place has been damaged: whatever is believed of it, the row comes back.
#[test]
fn damaged_texts_pass_through() {
    let row = Row::image("Контосо \"x\" модуль", r"C:\Windows\Temp\h.dll");
    for text in [row.xml(), row.classic(" image=\"C:\\a.dll\""), row.message()] {
        let damaged = (0..text.len()).step_by(7).flat_map(|at| {
            let cut = text.as_bytes()[..at].to_vec();
            let mut changed = text.clone().into_bytes();
            changed[at] = 0xff;
            let doubled = [&text.as_bytes()[..at], text.as_bytes()].concat();
            [cut, changed, doubled]
        });
        let events: Vec<Event> = damaged.map(|raw| Event::new(&[("_raw", raw)])).collect();
        let mut splunkd = start();
        splunkd.getinfo(&["parts=true"]);
        let merged = splunkd.execute(&events, true);
        assert_quiet(&splunkd.hang_up());
        assert!(merged.changed.is_empty());
        for (before, after) in events.iter().zip(&merged.events) {
            assert_eq!(after.values("_raw"), before.values("_raw"));
            // Never vouched for on the strength of a damaged text.
            assert!(!["known_good", "allowed"].contains(&after.text("iis_module_verdict").as_str()));
        }
    }
}

/// Bytes that are not UTF-8 in every input, one after the other.
#[test]
fn invalid_utf8_in_any_column() {
    let row = Row::image("StaticFileModule", r"%windir%\System32\inetsrv\static.dll");
    for base in [row.xml_event(), row.classic_event(""), row.fields_event()] {
        let events: Vec<Event> = iismodcheck::event::INPUTS
            .into_iter()
            .chain(["other", "dest"])
            .map(|name| base.clone().with(name, &[b"\xfe\xff \x80"]))
            .collect();
        for arguments in [&[][..], &["parts=true"], &["input=module"], &["input=change"]] {
            for style in [Style::SELECTED, Style::ALL_FIELDS] {
                let mut splunkd = start().style(style);
                splunkd.getinfo(arguments);
                let merged = splunkd.execute(&events, true);
                assert_quiet(&splunkd.hang_up());
                assert!(merged.changed.is_empty(), "{:?}", merged.changed);
            }
        }
    }
}

/// Runs the program over bytes.
fn run(input: &[u8]) -> Output {
    // As splunkd starts it.
    run_command(Command::new(PROGRAM).env("SPLUNK_HOME", "splunk"), input)
}

fn run_command(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that has seen enough hangs up.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn session(frames: &[&[u8]]) -> Vec<u8> {
    [frame(GETINFO, b""), frames.concat()].concat()
}

#[test]
fn broken_frames_end_with_one_clear_line() {
    let row = frame(LAST, b"_raw\nx\n");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no header", b"hello\n".to_vec()),
        ("a header without end", vec![b'x'; 100_000]),
        ("an HTTP request", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()),
        ("another version", b"chunked 2.0,2,0\n{}".to_vec()),
        ("a negative length", b"chunked 1.0,-1,0\n".to_vec()),
        ("a length beyond 64 bits", b"chunked 1.0,99999999999999999999999,0\n".to_vec()),
        ("metadata beyond reason", b"chunked 1.0,999999999999,0\n{".to_vec()),
        ("a body beyond reason", session(&[b"chunked 1.0,20,999999999999999\n{\"action\":\"execute\"}"])),
        ("the largest number", session(&[b"chunked 1.0,20,18446744073709551615\n{\"action\":\"execute\"}"])),
        ("a body that is cut", session(&[b"chunked 1.0,20,1000000000\n{\"action\":\"execute\"}_raw\nx\n"])),
        ("cut metadata", row[..20].to_vec()),
        ("a cut header", session(&[&row[..5]])),
        ("no JSON", frame("{action: getinfo}", b"")),
        ("JSON that is no object", frame("[1]", b"")),
        ("JSON that is no UTF-8", b"chunked 1.0,3,0\n{\"\xff".to_vec()),
        ("an unknown action", frame(r#"{"action":"finalize"}"#, b"")),
        ("rows before the handshake", frame(EXECUTE, b"_raw\nx\n")),
    ];
    let mut told = String::new();
    for (title, input) in &cases {
        let output = run(input);
        assert_eq!(output.status.code(), Some(2), "{title}");
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(line.lines().count(), 1, "{title}: {line}");
        assert!(line.ends_with('\n'));
        write!(told, "{title}\n    {line}").unwrap();
    }
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("frames_that_are_broken", told);
    });
}

/// 3 GB are declared where 400 MB of address space are allowed: what is declared is not reserved.
#[cfg(target_os = "linux")]
#[test]
fn what_a_frame_declares_is_not_allocated() {
    let execute: &[u8] = b"chunked 1.0,20,3000000000\n{\"action\":\"execute\"}_raw\nx\n";
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -v 400000 && exec "$0""#, PROGRAM]);
    let output = run_command(&mut shell, &session(&[execute]));
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert!(line.contains("the input ends inside the body, after 7 of 3000000000 declared bytes"), "{line}");
}

#[test]
fn the_end_of_the_input_at_a_frame_border_is_silent() {
    for input in
        [b"".to_vec(), session(&[]), session(&[&frame(EXECUTE, b"")]), session(&[&frame(LAST, b"_raw\nx\n")])]
    {
        let output = run(&input);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(output.stderr.escape_ascii().to_string(), "");
    }
}

#[test]
fn a_reader_that_goes_away_is_silent() {
    let mut command = Command::new(PROGRAM);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all(&frame(GETINFO, b""));
    let _ = input.write_all(&frame(LAST, b"_raw\nx\n"));
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr.escape_ascii().to_string(), "");
}

#[test]
fn rows_that_are_no_csv_keep_their_bytes() {
    // Ragged records, stray quotes.
    let bodies: [&[u8]; 2] = [b"_raw,a,b\nx\n1,2,3,4,5\n,,\n", b"_raw,a\n\"x\"y,1\nz\"\"w,2\n"];
    for body in bodies {
        let mut splunkd = start();
        splunkd.getinfo(&[]);
        let reply = splunkd.exchange(LAST, body).unwrap().unwrap();
        assert_quiet(&splunkd.hang_up());
        if let Some(error) = reply.error() {
            panic!("{}: {error}", body.escape_ascii());
        }
        let (sent, came) = (Table::read(body), reply.table());
        let filled = |table: &Table| -> Vec<Vec<Vec<u8>>> {
            let of_row = |row: &Vec<Vec<u8>>| row.iter().filter(|cell| !cell.is_empty()).cloned().collect();
            table.rows.iter().map(of_row).collect()
        };
        assert_eq!(filled(&came), filled(&sent), "{} -> {}", body.escape_ascii(), reply.body.escape_ascii());
    }
}

#[test]
fn names_of_every_kind_come_out_as_they_are() {
    let names =
        ["a,b", "a;b$c$", "a\tb", "a b ", "ё", "[x]", "a' at 'b", "&amp;", "a\"b", "x".repeat(5000).leak()];
    let events: Vec<Event> =
        names.iter().map(|name| Row::of(&element("globalModules", name), "").fields_event()).collect();
    for (name, event) in names.iter().zip(annotate(&[], &events)) {
        assert_eq!(event.text("iis_module_name"), *name);
    }
}
