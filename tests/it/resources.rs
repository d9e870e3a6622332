//! What the program takes of a machine: memory for one chunk and its reply, time linear in the rows.

#[cfg(target_os = "linux")]
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use searchcommand::testing::{EXECUTE, Event, Splunkd, Style, frame};

use crate::command::{PROGRAM, assert_quiet};

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

/// A search that was asked `getinfo`.
fn start() -> Splunkd {
    let mut search = Splunkd::spawn(&mut Command::new(PROGRAM));
    assert_eq!(search.getinfo(&[]).error(), None);
    search
}

/// Length of the body of the reply to one chunk.
fn send(search: &mut Splunkd, request: &[u8]) -> usize {
    search.send(request).unwrap().expect("a reply").body.len()
}

/// One event with a name of so many bytes, and one with such an image.
#[cfg(target_os = "linux")]
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
        let mut search = start();
        let process = search.process_id().unwrap();
        let memory = |name: &str| {
            let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
        };
        let own = memory("RssAnon:");
        let mut reply = 0;
        for _ in 0..3 {
            reply = send(&mut search, &frame(EXECUTE, &body));
        }
        // The pages of the executable itself, which grow with what other subcommands need and with how it is linked.
        let (peak, executable) = (memory("VmHWM:"), memory("RssFile:"));
        assert_quiet(&search.hang_up());
        // A new cell costs some bytes of memory a row beside its text.
        let limit = own + executable + body.len() + reply + (3 << 20) + (20_000 * 21 * 2);
        assert!(peak <= limit, "{what}: {peak} bytes at the peak, {limit} allowed");
    }
}

#[test]
fn time_is_linear_in_the_rows() {
    let time = |rows: usize, names: usize| {
        let request = frame(EXECUTE, &body(rows, names));
        let run = || {
            let mut search = start();
            let started = Instant::now();
            send(&mut search, &request);
            let took = started.elapsed();
            assert_quiet(&search.hang_up());
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
