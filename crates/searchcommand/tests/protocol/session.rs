//! The session: handshake, replies, messages, errors, ends.

use std::io;

use searchcommand::testing::faults::Closing;
use searchcommand::testing::{EXECUTE, Event, GETINFO, LAST, Reply, Splunkd, frame, session};
use searchcommand::{Cells, Fatal, Messages, Plan, Record, RunsOn, SearchInfo, StreamingCommand, serve};
use serde_json::json;

use crate::commands::{Scripted, measure, plan};

fn run(frames: &[(&str, &str)], command: &mut Scripted) -> Vec<Reply> {
    let input: Vec<u8> =
        frames.iter().flat_map(|(metadata, body)| frame(metadata, body.as_bytes())).collect();
    let (output, result) = session(&input, command);
    result.unwrap();
    Reply::read_all(&output)
}

#[test]
fn the_handshake_names_type_and_fields() {
    let reply =
        |plan: Plan| run(&[(GETINFO, "")], &mut Scripted::new(plan, |_, _| Ok(()))).remove(0).metadata;
    let base = plan(&["Message", "_raw*", "Message"], &["out"]);
    assert_eq!(reply(base.clone()), r#"{"type":"stateful","required_fields":["Message","_raw"]}"#);
    let distributed = Plan { runs_on: RunsOn::Distributed, ..base.clone() };
    assert_eq!(reply(distributed), r#"{"type":"streaming","required_fields":["Message","_raw"]}"#);
    assert_eq!(reply(Plan { all_fields: true, ..base }), r#"{"type":"stateful","required_fields":["*"]}"#);
}

#[test]
fn the_search_is_told_to_the_command() {
    struct Echo;
    impl StreamingCommand for Echo {
        fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal> {
            Err(Fatal::new(format!("{search:?}")))
        }
        fn record(&mut self, _: &Record<'_>, _: &mut Cells) -> Result<(), Fatal> {
            Ok(())
        }
    }
    let mut splunkd = Splunkd::run(Echo);
    let reply = splunkd.getinfo_with(
        &["a=one", "b", "=", "two", "c="],
        &["a=one", "b", "=", "\"two\"", "c=\"\""],
        // As 6.3 sends it: no command, times as numbers.
        &json!({ "command": null, "maxresultrows": null, "earliest_time": 1_600_000_000.5, "latest_time": null }),
    );
    let text = reply.error().unwrap();
    for part in [
        r#"Option { name: "a", value: "one" }, Option { name: "b", value: "two" }, Option { name: "c", value: "" }"#,
        "earliest_time: Some(1600000000.5), latest_time: None",
        r#"sid: Some("1600000000.1"), app: Some("search"), owner: Some("admin"), command: None"#,
        r#"splunk_version: Some("8.2.1"), preview: false"#,
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(splunkd.hang_up().success);
}

#[test]
fn probes_end_quietly() {
    let end = Splunkd::run(measure()).hang_up();
    assert!(end.success && end.stderr.is_empty() && end.rest.is_empty(), "{end:?}");
    let mut splunkd = Splunkd::run(measure());
    splunkd.getinfo(&[]);
    let end = splunkd.hang_up();
    assert!(end.success && end.stderr.is_empty() && end.rest.is_empty(), "{end:?}");
}

#[test]
fn both_forms_of_the_end() {
    let body = "word,\"_chunked_idx\"\nabc,0\n";
    let reply = "word,\"_chunked_idx\",length,reversed,__mv_reversed\nabc,0,3,abc,\n";
    // (a) rows, then a header alone; header rows alone come in between, too
    let replies = run(
        &[
            (GETINFO, ""),
            (EXECUTE, body),
            (EXECUTE, "word,\"_chunked_idx\"\n"),
            (LAST, "word,\"_chunked_idx\"\n"),
        ],
        &mut measure(),
    );
    let shown: Vec<_> =
        replies.iter().map(|reply| (reply.finished(), str::from_utf8(&reply.body).unwrap())).collect();
    let header = "word,\"_chunked_idx\",length,reversed,__mv_reversed\n";
    assert_eq!(shown[1..], [(Some(false), reply), (Some(false), header), (Some(true), header)]);
    // (b) the last rows
    let replies = run(&[(GETINFO, ""), (LAST, body)], &mut measure());
    assert_eq!((replies[1].finished(), replies[1].body.as_slice()), (Some(true), reply.as_bytes()));
}

#[test]
fn bodies_without_rows() {
    for (body, reply) in [
        ("", ""),
        ("word", "word,length,reversed,__mv_reversed"),
        ("word\r\n", "word,length,reversed,__mv_reversed\r\n"),
        ("\n", ",length,reversed,__mv_reversed\n"),
        ("\"a,\"\"b\"\nx", "\"a,\"\"b\",length,reversed,__mv_reversed\nx,,,"),
        ("\u{feff}\"word\"\nabc\n", "\u{feff}\"word\",length,reversed,__mv_reversed\nabc,3,abc,\n"),
        ("\"word", "\"word\",length,reversed,__mv_reversed"),
    ] {
        let replies = run(&[(GETINFO, ""), (LAST, body)], &mut measure());
        assert_eq!(str::from_utf8(&replies[1].body).unwrap(), reply, "{body:?}");
    }
}

#[test]
fn odd_metadata() {
    let input = [
        format!("chunked  1.0 , {}, 0 \r\n{GETINFO}\r\n", GETINFO.len() + 2).into_bytes(),
        // No metadata at all is an execute that says nothing.
        b"chunked 1.0,0,9\nword\nabc\n".to_vec(),
        frame(r#"{"unknown":{"a":[]},"finished":true,"action":"execute"}   "#, b"word\nx\n"),
    ];
    let (output, result) = session(&input.concat(), &mut measure());
    result.unwrap();
    let finished: Vec<_> = Reply::read_all(&output).iter().map(Reply::finished).collect();
    assert_eq!(finished, [None, Some(false), Some(true)]);
}

#[test]
fn messages_are_sent_once_with_the_last_reply() {
    let mut command = measure().finishing(|messages: &mut Messages| {
        messages.warn("2 rows had no word");
        messages.warn("2 rows had no word");
        messages.info("a \"note\"");
    });
    let body = "word\nabc\n";
    let replies = run(&[(GETINFO, ""), (EXECUTE, body), (LAST, body), (LAST, body)], &mut command);
    assert_eq!(replies[0].messages(), []);
    assert_eq!(replies[1].metadata, r#"{"finished":false}"#);
    assert_eq!(
        replies[2].metadata,
        r#"{"inspector":{"messages":[["WARN","2 rows had no word"],["INFO","a \"note\""]]},"finished":true}"#
    );
    assert_eq!(replies[3].messages(), [], "what was said is not said again");
}

/// Checks the reply of a command that failed, then sends more rows: they are read, and not answered.
fn assert_failed(splunkd: Splunkd, reply: &Reply, text: &str) {
    assert_eq!(reply.error(), Some(text));
    assert_eq!(reply.finished(), Some(true));
    assert!(reply.body.is_empty());
    assert_eq!(reply.messages(), [("ERROR".to_owned(), text.to_owned())]);
    assert!(reply.metadata.find("\"inspector\"").unwrap() < reply.metadata.find("\"error\"").unwrap());
    splunkd.send_and_leave(&frame(EXECUTE, "word\nabc\n".repeat(100_000).as_bytes()));
    let end = splunkd.hang_up();
    assert!(end.success && end.rest.is_empty() && !end.stopped_reading, "{end:?}");
}

#[test]
fn a_refusal_at_getinfo() {
    let mut splunkd = Splunkd::run(measure());
    let reply = splunkd.getinfo(&["x{}"]);
    assert_failed(splunkd, &reply, "unexpected argument \"x{}\"");
}

#[test]
fn a_plan_that_cannot_be() {
    for (outputs, problem) in [
        (["a", "a"], "output column 2 \"a\" is there twice"),
        (["a", ""], "output column 2 \"\" has no name"),
        (["__mv_a", "a"], "output column 1 \"__mv_a\" is named like the `__mv_` twin of a column"),
    ] {
        let mut splunkd = Splunkd::run(Scripted::new(plan(&[], &outputs), |_, _| Ok(())));
        let reply = splunkd.getinfo(&[]);
        assert_failed(splunkd, &reply, &format!("internal error: {problem}; please report it"));
    }
}

/// A command that does `act` at the word "act".
fn acting(act: impl Fn(&mut Cells) -> Result<(), Fatal> + Send + 'static) -> Scripted {
    Scripted::new(
        plan(&["word"], &["out"]),
        move |record, cells| {
            if record.cell(0) == b"act" { act(cells) } else { Ok(()) }
        },
    )
}

#[test]
fn a_failure_while_rows_come() {
    let panicked = "internal error: the command panicked: ";
    let cases: [(Scripted, String); 3] = [
        (acting(|_| Err(Fatal::new("cannot go on"))), "cannot go on".into()),
        (acting(|_| panic!("at the disco")), format!("{panicked}at the disco; please report it")),
        (
            acting(|cells| {
                cells.set(7, b"x");
                Ok(())
            }),
            "internal error: there is no output column 7; please report it".into(),
        ),
    ];
    for (command, text) in cases {
        let mut splunkd = Splunkd::run(command);
        splunkd.getinfo(&[]);
        let events = ["go", "act", "go"].map(|word| Event::new(&[("word", word)]));
        assert!(splunkd.execute(&events[..1], false).reply.error().is_none());
        let reply = splunkd.execute(&events, false).reply;
        assert_failed(splunkd, &reply, &text);
    }
}

#[test]
fn a_panic_outside_of_rows() {
    let mut splunkd = Splunkd::run(measure());
    let reply = splunkd.getinfo(&["panic"]);
    assert_failed(splunkd, &reply, "internal error: the command panicked: asked to; please report it");

    let mut splunkd = Splunkd::run(measure().finishing(|_| panic!("number {}", 3)));
    splunkd.getinfo(&[]);
    let reply = splunkd.execute(&[Event::new(&[("word", "x")])], true).reply;
    assert_failed(splunkd, &reply, "internal error: the command panicked: number 3; please report it");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let input = [frame(GETINFO, b""), frame(EXECUTE, b"word\nabc\n"), frame(LAST, b"word\nabc\n")].concat();
    // The writes before the failure, and the chunk it is in: a small reply is one write.
    for (limit, chunk) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
        serve(input.as_slice(), Closing::new(limit, io::ErrorKind::BrokenPipe), &mut measure()).unwrap();
        let mut full = Closing::new(limit, io::ErrorKind::StorageFull);
        let error = serve(input.as_slice(), &mut full, &mut measure());
        if chunk > 0 {
            let text = error.unwrap_err().to_string();
            assert!(text.starts_with(&format!("chunk {chunk}: cannot write the reply: ")), "{limit} {text}");
        } else {
            error.unwrap();
            assert_eq!(full.flushes(), 3, "each reply is flushed");
        }
    }
}

#[test]
fn a_request_is_read_whole_before_the_reply() {
    // Far more than a pipe holds: a command that replied early would block, and so would its reader.
    let rows: Vec<_> =
        (0..20_000).map(|row| Event::new(&[("word", format!("word number {row}").repeat(8))])).collect();
    let mut splunkd = Splunkd::run(measure());
    splunkd.getinfo(&[]);
    let merged = splunkd.execute(&rows, false);
    assert!(merged.reply.body.len() > 4_000_000);
    assert_eq!(merged.events[19_999].text("length"), "136");
    assert!(splunkd.hang_up().success);
}
