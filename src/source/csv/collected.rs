//! Tables in which the facts of an event stand under the names of a collector, or inside of a cell: Kibana, Velociraptor,
//! `EvtxECmd`, Log Parser, Azure, Timesketch. A record becomes the JSON that the collector would have written, so that one table of
//! names serves both.

use std::io::Write;

use super::inputs::{Cells, input};
use crate::event::{self, INPUTS};

/// Columns that can hold the time, in the order in which they count.
const TIMES: [&str; 7] =
    ["_time", "EventTime", "TimeCreated", "TimeGenerated", "TimeGenerated [UTC]", "@timestamp", "datetime"];

/// The columns of a collector's table.
pub(super) struct Collected {
    names: Vec<String>,
    /// Columns of the time and of Splunk's host.
    time: Option<usize>,
    host: Option<usize>,
    /// Kibana writes `-` for no value.
    is_kibana: bool,
}

impl Collected {
    /// The table with these columns, if it is a collector's.
    pub(super) fn of(names: &[Vec<u8>]) -> Option<Self> {
        let names: Vec<String> =
            names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        names.iter().any(|name| event::is_column_of_collector(name)).then_some(())?;
        let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let (time, host) = (TIMES.iter().find_map(|name| place(name)), place("host"));
        let is_kibana = names.iter().any(|name| name.starts_with("winlog."));
        Some(Self { names, time, host, is_kibana })
    }

    /// How many columns there are; all are read.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// A record as an event.
    pub(super) fn content(&self, cells: &[Vec<u8>]) -> Cells {
        let mut inputs = Box::new([const { Vec::new() }; INPUTS.len()]);
        let cell =
            |place: Option<usize>| place.and_then(|place| cells.get(place)).cloned().unwrap_or_default();
        let own = [("_raw", self.json(cells)), ("_time", cell(self.time)), ("host", cell(self.host))];
        for (name, text) in own {
            if let Some(place) = inputs.get_mut(input(name)) {
                *place = text;
            }
        }
        inputs
    }

    fn json(&self, cells: &[Vec<u8>]) -> Vec<u8> {
        let has_computer = self.names.iter().any(|name| name == "winlog.computer_name");
        let mut json = vec![b'{'];
        for (name, cell) in self.names.iter().zip(cells) {
            let cell = cell.trim_ascii();
            if cell.is_empty() || (self.is_kibana && matches!(cell, b"-" | b"(null)")) {
                continue;
            }
            // Without a computer of its own, the host is that of the agent that read the log.
            let name = if name == "host.name" && !has_computer { "winlog.computer_name" } else { name };
            if json.len() > 1 {
                json.push(b',');
            }
            string(name.as_bytes(), &mut json);
            json.push(b':');
            let strings = || name.eq_ignore_ascii_case("Strings").then(|| strings(cell)).flatten();
            if matches!(cell.first(), Some(b'{' | b'['))
                && serde_json::from_slice::<serde::de::IgnoredAny>(cell).is_ok()
            {
                json.extend_from_slice(cell);
            } else if let Some(strings) = strings() {
                json.push(b'[');
                for (number, text) in strings.iter().enumerate() {
                    if number > 0 {
                        json.push(b',');
                    }
                    string(text, &mut json);
                }
                json.push(b']');
            } else {
                string(cell, &mut json);
            }
        }
        json.push(b'}');
        json
    }
}

/// The values of an event 29 as Log Parser lists them. Where there are not seven, one of them holds the separator, or some are
/// missing, and which is which is not known.
fn strings(cell: &[u8]) -> Option<Vec<&[u8]>> {
    const STRINGS: usize = 7;
    let strings: Vec<&[u8]> = cell.split(|byte| *byte == b'|').collect();
    (strings.len() == STRINGS).then_some(strings)
}

/// Writes a string of JSON. What is no UTF-8 stays as it is, so that the event says so.
pub fn string(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' => json.extend([b'\\', *byte]),
            b'\n' => json.extend(b"\\n"),
            b'\r' => json.extend(b"\\r"),
            b'\t' => json.extend(b"\\t"),
            // Writing to memory cannot fail.
            0..0x20 => drop(write!(json, "\\u{byte:04x}")),
            _ => json.push(*byte),
        }
    }
    json.push(b'"');
}
