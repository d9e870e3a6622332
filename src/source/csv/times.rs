//! The times of rows, as far as a file has them in a form of its own.

use super::dates;
use super::inputs::input;
use crate::source::row::Content;

/// The time of a row, as it is written; empty where there is none.
pub(super) fn written(content: &Content) -> &[u8] {
    match content {
        Content::Event(cells) => cells.get(input("_time")).map(Vec::as_slice).unwrap_or_default(),
        Content::Module(module) => &module.time,
        Content::OtherLog => b"",
    }
}

/// Brings a date that is written for people to ISO 8601, where it can be understood; another stays as it is. A row without a
/// time takes that of its event's text.
pub(super) fn settle(content: &mut Content, order: Option<dates::Order>) {
    match content {
        Content::OtherLog => {}
        Content::Module(module) => replace(&mut module.time, order),
        Content::Event(cells) => {
            let cell = |name| cells.get(input(name)).map(Vec::as_slice).unwrap_or_default();
            let has_none = ["_time", "lastTime"].iter().all(|name| cell(name).is_empty());
            let heading = has_none.then(|| heading(cell("_raw"))).flatten();
            if let Some(time) = cells.get_mut(input("_time")) {
                match heading {
                    Some(iso) => *time = iso.into_bytes(),
                    None => replace(time, order),
                }
            }
        }
    }
}

/// The same for a row outside of a table.
pub fn settle_alone(content: &mut Content) {
    settle(content, None);
}

fn replace(time: &mut Vec<u8>, order: Option<dates::Order>) {
    if let Some(iso) = dates::iso(time, order).or_else(|| dates::of_spreadsheet(time)) {
        *time = iso.into_bytes();
    }
}

/// The date in the first line of a classic text. Splunk writes the month first, whatever the language of the host.
fn heading(raw: &[u8]) -> Option<String> {
    // With another width than that of `12/19/2022 06:40:32 PM` another program wrote it.
    let (date, behind) = raw.split_at_checked(22)?;
    // The line feed may have become another sign.
    let head = behind.strip_prefix(b"\r\n").or(behind.get(1..))?;
    let is_classic = behind.first().is_some_and(u8::is_ascii_whitespace)
        && (head.starts_with(b"LogName=") || head.starts_with(b"EventCode="));
    (is_classic && date.ends_with(b"M")).then(|| dates::iso(date, Some(dates::Order::Month))).flatten()
}
