//! Rows: every form of body, byte for byte; multi-value fields; layouts that change; output columns that exist.

use std::collections::BTreeSet;

use searchcommand::Plan;
use searchcommand::testing::{EXECUTE, Event, GETINFO, LAST, Reply, Splunkd, Style, Twins, frame, session};

use crate::commands::{Scripted, measure, plan};

/// Cells of every kind that a body may hold.
fn events() -> Vec<Event> {
    let long = "a long line, ".repeat(2_000);
    let words: [&[u8]; 14] = [
        b"plain",
        b"",
        b"two words",
        b"comma,comma",
        b"a \"quoted\" word",
        b"\"",
        b"\"\"",
        b"line\nline\r\nline\r",
        b"\xff\xfe\x00invalid",
        "caf\u{e9} \u{e20}\u{e32}\u{e29}\u{e32}".as_bytes(),
        b"$a$;$b$",
        b" spaces ",
        b"trailing\r",
        long.as_bytes(),
    ];
    let single = words.iter().enumerate().map(|(row, word)| {
        Event::new(&[
            ("_time", format!("16000000{row:02}.000").as_bytes()),
            ("word", *word),
            ("_raw", b"x=\"1\", y"),
        ])
    });
    let several: [&[&[u8]]; 4] =
        [&[b"A", b"B"], &[b"", b""], &[b"5$", b"$$", b"a;b"], &[b"say \"hi\"", b"\xff", b"line\nline"]];
    let several = several.iter().map(|values| Event::new(&[("_raw", "none")]).with("word", values));
    single.chain(several).chain([Event::new(&[("host", "last")])]).collect()
}

/// What `measure` makes of an event.
fn assert_measured(before: &Event, after: &Event) {
    let values = before.values("word");
    let length = if values.is_empty() { String::new() } else { values.join(&b'\n').len().to_string() };
    assert_eq!(after.text("length"), length, "{before:?}");
    assert_eq!(after.values("reversed"), values.iter().rev().cloned().collect::<Vec<_>>(), "{before:?}");
    for name in ["_time", "_raw", "host", "word"] {
        assert_eq!(after.values(name), before.values(name), "{name} of {before:?}");
    }
}

#[test]
fn every_form_of_body_comes_back_byte_for_byte() {
    let events = events();
    for style in Style::all() {
        for cut in [usize::MAX, 7] {
            let mut splunkd = Splunkd::run(measure()).style(style).cut(cut);
            splunkd.getinfo(&[]);
            for (chunk, last) in [(&events[..], false), (&events[..1], false), (&events[3..9], true)] {
                let merged = splunkd.execute(chunk, last);
                assert_eq!(merged.changed, BTreeSet::new(), "{style:?}");
                for (before, after) in chunk.iter().zip(&merged.events) {
                    // Without twins the values of a field arrive as one.
                    if style.twins != Twins::Missing || before.values("word").len() < 2 {
                        assert_measured(before, after);
                    }
                }
            }
            let end = splunkd.hang_up();
            assert!(end.success && end.stderr.is_empty() && end.rest.is_empty(), "{end:?}");
        }
    }
}

#[test]
fn all_fields_on_request() {
    let command = Scripted { plan: Plan { all_fields: true, ..measure().plan }, ..measure() };
    let mut splunkd = Splunkd::run(command);
    assert_eq!(splunkd.getinfo(&[]).required_fields(), None);
    let events = events();
    let merged = splunkd.execute(&events, true);
    assert_eq!(merged.changed, BTreeSet::new());
    for (before, after) in events.iter().zip(&merged.events) {
        assert_measured(before, after);
    }
}

#[test]
fn a_second_run_replaces_what_the_first_one_wrote() {
    for style in [Style::SELECTED, Style::ALL_FIELDS, Style { line_end: "\r\n", ..Style::ALL_FIELDS }] {
        let mut events = events();
        let mut first = Splunkd::run(measure()).style(style);
        first.getinfo(&[]);
        events = first.execute(&events, true).events;
        for event in &mut events {
            event.set("word", &["only"]);
        }
        // Both outputs are listed as inputs too, so that splunkd sends them.
        let mut second = Splunkd::run(Scripted {
            plan: plan(&["word*", "length*", "reversed*"], &["length", "reversed*"]),
            ..measure()
        })
        .style(style);
        second.getinfo(&[]);
        let merged = second.execute(&events, true);
        let written = ["length", "reversed", "__mv_length", "__mv_reversed"].map(str::to_owned);
        assert!(merged.changed.iter().all(|name| written.contains(name)), "{:?}", merged.changed);
        assert!(merged.changed.contains("__mv_reversed"));
        for (before, after) in events.iter().zip(&merged.events) {
            assert_measured(before, after);
            assert_eq!(after.values("reversed").len(), 1);
        }
    }
}

#[test]
fn layouts_change_within_a_session() {
    let bodies = [
        ("word\nab\n", "word,length,reversed,__mv_reversed\nab,2,ab,\n"),
        ("word\ncde\n", "word,length,reversed,__mv_reversed\ncde,3,cde,\n"),
        ("x,word\nab,cde\n", "x,word,length,reversed,__mv_reversed\nab,cde,3,cde,\n"),
        ("x,y\nab,cde\n", "x,y,length,reversed,__mv_reversed\nab,cde,,,\n"),
        ("length,word\n9,ab\n", "length,word,reversed,__mv_reversed\n2,ab,ab,\n"),
        (
            "__mv_reversed,word,__mv_length,__mv_word\n$1$;$2$,\"a\nb\",$3$;$4$,$a$;$b$\n$1$;$2$,a,,\n",
            "__mv_reversed,word,__mv_length,__mv_word,length,reversed\n\
             \"$b$;$a$\",\"a\nb\",,$a$;$b$,3,\"b\na\"\n,a,,,1,a\n",
        ),
        // The header of the one before is the start of this one's.
        ("word,x\nab,c\n", "word,x,length,reversed,__mv_reversed\nab,c,2,ab,\n"),
        ("word,x\r\nab,c\r\n", "word,x,length,reversed,__mv_reversed\r\nab,c,2,ab,\r\n"),
        ("", ""),
        ("word,word\nab,cde\n", "word,word,length,reversed,__mv_reversed\nab,cde,2,ab,\n"),
    ];
    let mut input = frame(GETINFO, b"");
    for (body, _) in bodies {
        input.extend(frame(EXECUTE, body.as_bytes()));
    }
    let (output, result) = session(&input, &mut measure());
    result.unwrap();
    for ((body, expected), reply) in bodies.iter().zip(&Reply::read_all(&output)[1..]) {
        assert_eq!(str::from_utf8(&reply.body).unwrap(), *expected, "{body}");
    }
}

#[test]
fn ragged_records_keep_their_bytes() {
    let cases = [
        // one cell too few, one too many, an empty line, an empty line at the end
        ("word,x\nab\ncd,e,\"f,g\",h\n\nij,k\n\n", "ab,,2,ab,\ncd,e,2,cd,,\"f,g\",h\n\nij,k,2,ij,\n\n"),
        ("word,x,y\n\"a\",\n", "\"a\",,,1,a,\n"),
        ("x,word\nab\n", "ab,,,,\n"),
        // quotes left open by the end of the body
        ("word,x\nab,\"cd\n", "ab,\"cd\n\",2,ab,"),
        ("word,x\n\"ab,\n", "\"ab,\n\",,4,\"ab,\n\","),
        ("word\nab,\"cd\n", "ab,2,ab,,\"cd\n"),
        // text behind a closing quote
        ("word,x\n\"ab\"cd,e\n", "\"ab\"cd,e,4,abcd,\n"),
        // one column: an empty line is an empty cell
        ("word\n\nab\n", ",,,\nab,2,ab,\n"),
    ];
    for (body, rows) in cases {
        let input = [frame(GETINFO, b""), frame(LAST, body.as_bytes())].concat();
        let (output, result) = session(&input, &mut measure());
        result.unwrap();
        let header = body.split_once('\n').unwrap().0;
        let expected = format!("{header},length,reversed,__mv_reversed\n{rows}");
        assert_eq!(str::from_utf8(&Reply::read_all(&output)[1].body).unwrap(), expected, "{body:?}");
    }
}

#[test]
fn ragged_records_where_columns_are_replaced() {
    let cases = [
        ("word,length,x\nab,9,y\n", "word,length,x,reversed,__mv_reversed\nab,2,y,ab,\n"),
        ("word,length,x\nab\n", "word,length,x,reversed,__mv_reversed\nab,2,,ab,\n"),
        ("word,x,length\nab\nab,y,9,z\n", "word,x,length,reversed,__mv_reversed\nab,,2,ab,\nab,y,2,ab,,z\n"),
        ("word,length\nab,\"9\n", "word,length,reversed,__mv_reversed\nab,2,ab,"),
        ("length,word\n9,\"ab", "length,word,reversed,__mv_reversed\n2,\"ab\",ab,"),
        ("length,word\n9,ab,\"c", "length,word,reversed,__mv_reversed\n2,ab,ab,,\"c"),
        ("word,\"length\"\n\nab,\r\n", "word,\"length\",reversed,__mv_reversed\n\nab,2,ab,\r\n"),
    ];
    for (body, expected) in cases {
        let input = [frame(GETINFO, b""), frame(LAST, body.as_bytes())].concat();
        let (output, result) = session(&input, &mut measure());
        result.unwrap();
        assert_eq!(str::from_utf8(&Reply::read_all(&output)[1].body).unwrap(), expected, "{body:?}");
    }
}

#[test]
fn what_a_command_can_ask_of_a_record() {
    let command = Scripted::new(plan(&["a*", "b", "a*", "none*"], &["seen*", "left"]), |record, cells| {
        assert_eq!([0, 1, 2, 3, 4].map(|input| record.has_column(input)), [true, true, true, false, false]);
        assert_eq!(record.cell(0), record.cell(2));
        assert_eq!((record.cell(3), record.cell(99)), (&b""[..], &b""[..]));
        assert_eq!(record.values(99).len() + record.values(3).len(), 0);
        let counts = [0, 1, 2].map(|input| record.values(input).len().to_string());
        // Out of order, and once too often.
        cells.set(1, b"first");
        cells.set_values(0, counts.iter().map(String::as_bytes));
        cells.set(1, b"a \"second\"");
        Ok(())
    });
    let body = b"a,b,__mv_a,__mv_b\n\"1\n2\",3,$1$;$2$,$3$;$4$\n,,,\nx,y,x,\n";
    let input = [frame(GETINFO, b""), frame(LAST, body)].concat();
    let (output, result) = session(&input, &mut { command });
    result.unwrap();
    let table = Reply::read_all(&output)[1].table();
    let text = |values: Vec<Vec<u8>>| String::from_utf8(values.join(&b' ')).unwrap();
    assert_eq!(
        (0..3).map(|row| text(table.values(row, "seen"))).collect::<Vec<_>>(),
        ["2 1 2", "0 0 0", "1 1 1"]
    );
    assert!((0..3).all(|row| table.text(row, "left") == "a \"second\""));
}
