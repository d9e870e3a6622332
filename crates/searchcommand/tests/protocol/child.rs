//! A command as a child process, which is this test program itself.

use std::env;
use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio, exit};

use searchcommand::testing::{EXECUTE, End, Event, Splunkd, frame};
use searchcommand::{print_panics_in_one_line, serve};

use crate::commands::{Scripted, measure};

const ROLE: &str = "SEARCH_COMMAND_TEST_ROLE";
/// Ends what the test harness prints before the test runs.
const READY: &[u8] = b"<ready>";

/// Not a test: what the child process runs.
#[test]
#[ignore = "started by the other tests as a child process"]
fn child() {
    let Ok(role) = env::var(ROLE) else { return };
    print_panics_in_one_line();
    let mut output = io::stdout().lock();
    output.write_all(READY).and_then(|()| output.flush()).unwrap();
    let mut command = match role.as_str() {
        "measure" => measure(),
        _ => Scripted::new(measure().plan, |_, _| panic!("two\nlines")),
    };
    match serve(io::stdin().lock(), output, &mut command) {
        Ok(()) => exit(0),
        Err(error) => {
            writeln!(io::stderr(), "{error}").unwrap();
            exit(1);
        }
    }
}

fn start_child(role: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child::child", "--ignored", "--nocapture", "--test-threads=1"]).env(ROLE, role);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut preamble = Vec::new();
    let output = child.stdout.as_mut().unwrap();
    while !preamble.ends_with(READY) {
        let mut byte = [0];
        output.read_exact(&mut byte).expect("the child gets ready");
        preamble.push(byte[0]);
    }
    child
}

fn start(role: &str) -> Splunkd {
    Splunkd::with_child(start_child(role))
}

fn assert_quiet(end: &End) {
    assert!(end.success && end.stderr.is_empty() && end.rest.is_empty(), "{end:?}");
}

#[test]
fn a_session_in_lockstep() {
    for cut in [usize::MAX, 1] {
        let mut splunkd = start("measure").cut(cut);
        let required = splunkd.getinfo(&[]).required_fields();
        assert_eq!(required, Some(vec!["word".to_owned()]));
        for count in [0, 1, 100, 0] {
            let events: Vec<_> = (0..count)
                .map(|row| Event::new(&[("word", format!("word, {row}")), ("other", "stays".into())]))
                .collect();
            let merged = splunkd.execute(&events, false);
            assert!(merged.changed.is_empty());
            for (before, after) in events.iter().zip(&merged.events) {
                assert_eq!(after.text("length"), before.text("word").len().to_string());
                assert_eq!(after.text("other"), "stays");
            }
        }
        splunkd.execute(&[], true);
        assert_quiet(&splunkd.hang_up());
    }
}

#[test]
fn large_chunks_do_not_block() {
    let mut splunkd = start("measure");
    splunkd.getinfo(&[]);
    let events: Vec<_> =
        (0..50_000).map(|row| Event::new(&[("word", format!("{row} ").repeat(10))])).collect();
    for _ in 0..2 {
        assert_eq!(splunkd.execute(&events, false).events[49_999].text("length"), "60");
    }
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn probes_are_silent() {
    assert_quiet(&start("measure").hang_up());
    let mut splunkd = start("measure");
    splunkd.getinfo(&[]);
    assert_quiet(&splunkd.hang_up());
}

#[test]
fn a_reader_that_goes_away() {
    let mut child = start_child("measure");
    let mut input = child.stdin.take().unwrap();
    input.write_all(&frame(r#"{"action":"getinfo"}"#, b"")).unwrap();
    let mut some = [0; 8];
    child.stdout.as_mut().unwrap().read_exact(&mut some).unwrap();
    drop(child.stdout.take());
    let sent = input.write_all(&frame(EXECUTE, "word\nab\n".repeat(10).as_bytes()));
    drop((sent, input));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_panic_is_an_error_reply_and_one_line() {
    let mut splunkd = start("panic");
    splunkd.getinfo(&[]);
    let reply = splunkd.execute(&[Event::new(&[("word", "x")])], true).reply;
    assert_eq!(reply.error(), Some("internal error: the command panicked: two\nlines; please report it"));
    let end = splunkd.hang_up();
    assert!(end.success && end.rest.is_empty(), "{end:?}");
    let place = format!("panic at {}:", file!());
    assert!(end.stderr.starts_with(&place) && end.stderr.ends_with(": two lines\n"), "{}", end.stderr);
    assert_eq!(end.stderr.lines().count(), 1, "{}", end.stderr);
}

#[test]
fn a_broken_stream_is_one_line_and_exit_1() {
    let mut splunkd = start("measure");
    assert!(splunkd.send(b"hello\n").unwrap().is_none());
    let end = splunkd.hang_up();
    assert!(!end.success);
    assert!(end.stderr.starts_with("chunk 1, byte 0: expected a frame header"), "{}", end.stderr);
    assert_eq!(end.stderr.lines().count(), 1);
}
