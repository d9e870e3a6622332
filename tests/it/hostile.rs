//! What hostile files cost: for each parser, texts that grow in whatever could be gone through again and again. The limits are for
//! a machine that is busy with other tests and for code that is not optimised.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use iismodcheck::event::{self, Fields, Scratch};
use iismodcheck::source::{self, Content, Row};

use crate::cli::fixtures;
use crate::formats::{gzip, zip};

/// Reads a file as `scan` does, to its end; how many rows and problems there were.
fn read(path: &Path) -> usize {
    let mut scratch = Scratch::default();
    let mut count = 0;
    for row in source::open(path) {
        count += 1;
        if let Ok(Row { content: Content::Event(cells), .. }) = &row {
            let mut fields = Fields::default();
            for (field, cell) in fields.cells.iter_mut().zip(cells.iter()) {
                *field = cell;
            }
            event::read(&fields, &mut scratch);
            event::neighbour(&fields, &mut scratch);
        }
    }
    count
}

/// The file of a number of pieces.
type Make = fn(usize) -> Vec<u8>;

fn repeated(before: &str, piece: &str, after: &str, count: usize) -> Vec<u8> {
    [before, &piece.repeat(count), after].concat().into_bytes()
}

/// Parser, what grows, and the file.
const FILES: [(&str, &str, Make); 39] = [
    ("xml", "attributes", |n| repeated("<Event", " a='b'", "><System/></Event>", n)),
    ("xml", "elements within each other", |n| repeated("<Event><System>", "<a>", "", n)),
    ("xml", "start tags of events that do not end", |n| repeated("<Event><Data>", "<Event ", "", n)),
    ("xml", "events that break off", |n| repeated("", "<Event><System>", "", n)),
    ("xml", "comments that do not end", |n| repeated("<Event>", "<!--", "", n)),
    ("xml", "entities", |n| {
        repeated("<Event><System><Computer>", "&amp;", "</Computer></System></Event>", n)
    }),
    ("xml", "one endless line", |n| repeated("<Event><System>", "Microsoft-IIS-Configuration", "", n)),
    ("json", "lists within each other", |n| repeated("", "[", "", n)),
    ("json", "objects within each other", |n| repeated("", "{\"a\":", "", n)),
    ("json", "closed objects within each other", |n| {
        [repeated("{\"EventID\":29,\"a\":", "{\"a\":", "1}", n), "}".repeat(n).into_bytes()].concat()
    }),
    ("json", "keys", |n| {
        let keys = (0..n).map(|number| format!(",\"k{number}\":1")).collect::<Vec<_>>().concat();
        format!("{{\"EventID\":29{keys}}}").into_bytes()
    }),
    ("json", "one key", |n| repeated("{\"EventID\":29", ",\"EventID\":29", "}", n)),
    ("json", "backslashes", |n| repeated("{\"EventID\":29,\"Message\":\"", "\\\\", "\"}", n)),
    ("json", "strings that hold JSON", |n| {
        repeated("{\"EventID\":29", ",\"Payload\":\"{\\\"a\\\":1}\"", "}", n)
    }),
    ("json", "log records", |n| {
        repeated(
            "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}",
            ",{\"body\":{\"stringValue\":\"x\"}}",
            "]}]}]}",
            n,
        )
    }),
    ("json", "rows of a table", |n| {
        repeated("{\"tables\":[{\"columns\":[{\"name\":\"EventID\"}],\"rows\":[[1]", ",[29]", "]}]}", n)
    }),
    ("json", "rows of a table with a long column", |n| {
        let rows = vec!["[1]"; n / 10].join(",");
        format!(
            "{{\"tables\":[{{\"columns\":[{{\"name\":\"{}\"}}],\"rows\":[{rows}]}}],\"EventID\":29}}",
            "x".repeat(n * 10)
        )
        .into_bytes()
    }),
    ("json", "a document that is cut off", |n| {
        repeated("{\"value\":[", "{\"EventID\":[{\"a\":29}]},", "", n)
    }),
    ("csv", "values of plaso", |n| {
        repeated("datetime,timestamp_desc,message\n0,x,[29 / 0x001d] Strings: [", "'\\\\'  ", "]\n", n)
    }),
    ("csv", "columns", |n| {
        let names = (0..n).map(|number| format!(",c{number}")).collect::<Vec<_>>().concat();
        format!("Payload{names}\n{{}}{}\n", ",".repeat(n)).into_bytes()
    }),
    ("csv", "columns of one name", |n| {
        [repeated("_raw", ",_raw", "\n", n), repeated("x", ",", "\n", n)].concat()
    }),
    ("csv", "a quote that is not closed", |n| repeated("_raw\n\"", "\n", "", n)),
    ("csv", "doubled quotes", |n| repeated("_raw\n\"", "\"\"", "\"\n", n)),
    ("csv", "dates with two readings", |n| repeated("Message,_time\n", "x,1/2/2026 9:14:10 AM\n", "", n)),
    ("classic", "dates", |n| repeated("EventCode=29\n", "1\n", "", n)),
    ("classic", "heads", |n| repeated("1\nLogName=x\n", "EventCode=29\n", "", n)),
    ("classic", "events", |n| repeated("", "12/19/2022 06:40:32 PM\nLogName=x\nMessage=y\n", "", n)),
    ("classic", "one endless line", |n| repeated("LogName=x Message=", "EventCode=29 ", "", n)),
    ("classic", "events on one line", |n| repeated("", "12/19/2022 06:40:32 PM LogName=x Message=y ", "", n)),
    ("classic", "heads on one line", |n| repeated("LogName=x Message=y", " EventCode=29", "", n)),
    ("classic", "events on one line behind a long one", |n| {
        repeated(&format!("LogName=x Message={}", "y".repeat(n * 40)), " LogName=x Message=y", "", n)
    }),
    ("results", "fields", |n| repeated("<results><result ><field k='_raw'>", "<field k='a'>", "", n)),
    ("results", "results without an end", |n| repeated("<results>", "<result ", "", n)),
    ("clixml", "objects within each other", |n| repeated("<Objs>", "<Obj RefId=\"0\">", "", n)),
    ("clixml", "values", |n| repeated("<Objs><Obj N=\"x\">", "<S N=\"Id\">_x0029_</S>", "</Obj></Objs>", n)),
    ("snare", "cells", |n| repeated("h\tMSWinEventLog\t", "29\t", "\n", n)),
    ("snare", "lines of others", |n| repeated("h\tMSWinEventLog\t\n", "x\n", "", n)),
    ("gzip", "zeros", |n| gzip(&vec![b'0'; n * 40])),
    ("zip", "files", |n| {
        let names: Vec<String> = (0..(n / 100).min(250)).map(|number| number.to_string()).collect();
        let content = vec![b'x'; n];
        let files: Vec<(&str, &[u8])> =
            names.iter().take(2 + n / 20_000).map(|name| (name.as_str(), content.as_slice())).collect();
        zip(&files)
    }),
];

#[test]
fn hostile_files_take_time_in_the_order_of_their_length() {
    let folder = tempfile::TempDir::new().unwrap();
    for (parser, what, make) in FILES {
        let taken = |count: usize| {
            let path = folder.path().join("file");
            fs::write(&path, make(count)).unwrap();
            let start = Instant::now();
            assert!(read(&path) > 0, "{parser}, {what}");
            start.elapsed()
        };
        let (few, many) = (taken(10_000), taken(80_000));
        // Eight times the length is 64 times the pairs.
        assert!(many < few * 30 + Duration::from_secs(1), "{parser}, {what}: {few:?}, then {many:?}");
    }
}

/// A log whose records name one long value again and again, or whose templates and names lead to each other.
#[test]
fn hostile_logs_end() {
    const FILE: usize = 4096;
    const CHUNK: usize = 65_536;
    let log = fs::read(fixtures().join("formats/three.evtx")).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("log.evtx");
    let mark = b"\x2a\x2a\0\0";
    let records: Vec<usize> = (FILE + 512..FILE + 30_000).filter(|at| log[*at..].starts_with(mark)).collect();
    let first = records[0] + 24;
    let place = u32::from_le_bytes(log[first + 10..first + 14].try_into().unwrap());
    let with = |changes: &[(usize, &[u8])]| {
        let mut log = log.clone();
        for (at, bytes) in changes {
            log[*at..*at + bytes.len()].copy_from_slice(bytes);
        }
        log
    };
    let marks: Vec<u8> = mark.repeat((CHUNK - 512) / 4);
    let names: Vec<u8> = "IIS-Configuration"
        .repeat(1_800)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .take(CHUNK - 512)
        .collect();
    for (what, log) in [
        ("nothing but marks", with(&[(FILE + 512, &marks)])),
        ("nothing but names", with(&[(FILE + 512, &names)])),
        (
            "a template that is its own instance",
            with(&[(FILE + place as usize + 24 + 4, b"\x0c\x01\0\0\0\0")]),
        ),
        ("a template of the whole chunk", with(&[(FILE + place as usize + 20, &[0, 0xF0, 0, 0])])),
        ("a name that names itself", with(&[(FILE + place as usize + 40, &(place + 30).to_le_bytes())])),
    ] {
        // The same chunk many times.
        let many: Vec<u8> = [&log[..FILE], &log[FILE..FILE + CHUNK].repeat(16)].concat();
        fs::write(&path, &many).unwrap();
        let start = Instant::now();
        assert!(read(&path) > 0, "{what}");
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(20), "{what}: {taken:?}");
    }
}
