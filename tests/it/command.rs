//! The program itself as splunkd starts it: a child process between pipes.

pub mod app;
mod bad_input;
mod forgery;
mod formats;
mod layouts;
pub mod levels;
mod options;
pub mod rows;
mod selftest;
mod site;

use std::process::Command;

use searchcommand::testing::{End, Event, Splunkd};

/// The built program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_iismodcheck");

/// A search process with the program, which finds no site files beside it. The variable is set by splunkd.
fn start() -> Splunkd {
    Splunkd::spawn(Command::new(PROGRAM).env("SPLUNK_HOME", "splunk"))
}

/// The end of a search that went well: exit code 0, nothing on standard error, nothing after the last reply.
pub fn assert_quiet(end: &End) {
    assert!(end.success && end.stderr.is_empty() && end.rest.is_empty(), "{end:?}");
}

/// The events with what the program adds to them, in one chunk of one search.
pub fn annotate(arguments: &[&str], events: &[Event]) -> Vec<Event> {
    annotate_in(start(), arguments, events)
}

pub fn annotate_in(mut splunkd: Splunkd, arguments: &[&str], events: &[Event]) -> Vec<Event> {
    let reply = splunkd.getinfo(arguments);
    assert_eq!(reply.error(), None, "{arguments:?}");
    let merged = splunkd.execute(events, true);
    assert_eq!(merged.reply.error(), None, "{arguments:?}");
    assert_quiet(&splunkd.hang_up());
    merged.events
}

/// Verdicts of events, empty ones included.
fn verdicts(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.text("iis_module_verdict")).collect()
}

#[test]
fn the_program_is_silent_when_probed() {
    assert_quiet(&start().hang_up());
}
