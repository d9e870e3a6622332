//! What the program takes of a machine: memory for one chunk and its reply, time linear in the rows.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use std::io::{BufRead, BufReader, Read, Write};

use crate::command::PROGRAM;
use crate::support::commands::{EXECUTE, GETINFO, frame};
use crate::support::events::{Event, Style};

fn body(rows: usize, names: usize) -> Vec<u8> {
    let event = |row: usize| {
        let message = format!(
            "Changes to '/system.webServer/globalModules/add[@name=\"Module{}\"]' at 'MACHINE/WEBROOT/APPHOST' have \
             successfully been committed.",
            row % names
        );
        let host = format!("web{:02}.example.test", row % 40);
        Event::new(&[
            ("Message", message),
            ("EventCode", "29".into()),
            ("host", host),
            ("_time", format!("17{row:08}")),
        ])
    };
    let events: Vec<Event> = (0..rows).map(event).collect();
    Style::ALL_FIELDS.body(&events, &Style::ALL_FIELDS.columns(&events, None))
}

/// A search that was asked `getinfo`, and sent chunks one after the other.
struct Search {
    child: Child,
    replies: BufReader<std::process::ChildStdout>,
}

impl Search {
    fn start() -> Self {
        let mut child = Command::new(PROGRAM).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let replies = BufReader::new(child.stdout.take().unwrap());
        let mut search = Self { child, replies };
        search.send(&frame(GETINFO, b""));
        search
    }

    /// Length of the reply's body.
    fn send(&mut self, request: &[u8]) -> usize {
        self.child.stdin.as_mut().unwrap().write_all(request).unwrap();
        let mut header = String::new();
        self.replies.read_line(&mut header).unwrap();
        let lengths: Vec<usize> =
            header.trim_end().split(',').skip(1).map(|length| length.parse().unwrap()).collect();
        let mut reply = vec![0; lengths.iter().sum()];
        self.replies.read_exact(&mut reply).unwrap();
        lengths[1]
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// One event with a name of so many bytes, and one with such an image.
fn huge_body(length: usize) -> Vec<u8> {
    let name = format!(
        "Changes to '/system.webServer/globalModules/add[@name=\"{}\"]' at 'MACHINE/WEBROOT/APPHOST' have \
         successfully been committed.",
        "n".repeat(length)
    );
    let image = [
        ("EventCode", "29"),
        ("Configuration", "/system.webServer/globalModules/add[@name=\"M\"]/@image"),
        ("EditOperationType", "1"),
    ];
    let events = [
        Event::new(&[("EventCode", "29"), ("Message", &name)]),
        Event::new(&image).with("NewValue", &["x".repeat(length).as_bytes()]),
    ];
    Style::ALL_FIELDS.body(&events, &Style::ALL_FIELDS.columns(&events, None))
}

#[test]
#[cfg(target_os = "linux")]
fn memory_for_one_chunk_and_its_reply() {
    for (what, body) in [
        ("40 names", body(20_000, 40)),
        ("every name another", body(20_000, 1_000_000)),
        ("huge cells", huge_body(20 << 20)),
    ] {
        let mut search = Search::start();
        let mut reply = 0;
        for _ in 0..3 {
            reply = search.send(&frame(EXECUTE, &body));
        }
        let status = fs::read_to_string(format!("/proc/{}/status", search.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: usize = line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024;
        search.end();
        let limit = body.len() + reply + (8 << 20);
        assert!(peak <= limit, "{what}: {peak} bytes at the peak, {limit} allowed");
    }
}

#[test]
fn time_is_linear_in_the_rows() {
    let time = |rows: usize, names: usize| {
        let request = frame(EXECUTE, &body(rows, names));
        let run = || {
            let mut search = Search::start();
            let started = Instant::now();
            search.send(&request);
            let took = started.elapsed();
            search.end();
            took
        };
        (0..3).map(|_| run()).min().unwrap()
    };
    for names in [40, 1_000_000] {
        let (small, large) = (time(3_000, names), time(24_000, names));
        // Eight times the rows; four times that for a loaded machine, half of what quadratic time would take.
        assert!(large < small * 32 + Duration::from_millis(200), "{names} names: {small:?} and {large:?}");
    }
}
