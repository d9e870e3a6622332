//! Rows whose event stands in something else: a string of a JSON, UTF-16 that was taken for bytes, event data without an event.
//! They become rows with the event itself in `_raw`, which are read like any other.

use super::id::Id;
use super::inputs::{EventField, Fields, HOSTS};
use super::json::{self, Inner};
use super::parts::Part;
use super::text;

/// The row with its event in `_raw`, which may be written to `buffer`. A row that has it there, or that has none, is given back
/// as it is. Linear in the cells; `buffer` is used again from row to row.
pub fn unwrap<'a>(fields: &Fields<'a>, buffer: &'a mut String) -> Fields<'a> {
    let raw = fields.cells.get(EventField::Raw as usize).copied().unwrap_or_default();
    let is_written = match raw.first() {
        _ if fields.conflicts >> (EventField::Raw as u32) & 1 == 1 => false,
        None => of_fields(fields, buffer),
        Some(b'{' | b'[' | b' ' | b'\t' | b'\n') if json::is_json(raw) => of_json(raw, buffer),
        Some(b'"') => of_string(raw, buffer),
        Some(_) => is_spread(raw) && of_spread(raw, buffer),
    };
    let mut fields = *fields;
    if is_written && let Some(raw) = fields.cells.get_mut(EventField::Raw as usize) {
        *raw = buffer.as_bytes();
    }
    fields
}

/// Takes the event out of the string that holds it.
fn of_json(raw: &[u8], buffer: &mut String) -> bool {
    buffer.clear();
    match json::inner(raw) {
        Some(Inner::Event(text)) => decode(text, buffer),
        Some(Inner::Json { before, text, after }) => {
            push(before, buffer) && decode(text, buffer) && push(after, buffer)
        }
        Some(Inner::Data(data)) => {
            let Some(json) = json::read(raw) else { return false };
            let id = match json::id(raw) {
                Id::Change => &b"29"[..],
                Id::Commit => b"50",
                Id::Attempt => b"30",
                Id::Other => b"0",
                Id::Missing | Id::Unreadable => b"",
            };
            let text = |part| match part {
                Part::EventId => id,
                part => json.parts.get(part),
            };
            compose(text, data, decode, buffer)
        }
        None => false,
    }
}

/// A row that is one string of JSON with XML in it.
fn of_string(raw: &[u8], buffer: &mut String) -> bool {
    let inside = raw.strip_prefix(b"\"").and_then(|rest| rest.trim_ascii_end().strip_suffix(b"\""));
    let Some(inside) = inside.filter(|inside| inside.starts_with(b"<") || inside.starts_with(b"\\u003"))
    else {
        return false;
    };
    buffer.clear();
    decode(inside, buffer)
}

/// Puts the event data of the Windows add-on and the fields of its event together.
fn of_fields(fields: &Fields<'_>, buffer: &mut String) -> bool {
    let cell = |input: EventField| {
        let is_conflict = fields.conflicts >> (input as u32) & 1 == 1;
        fields.cells.get(input as usize).filter(|_| !is_conflict).map_or(&b""[..], |cell| cell.trim_ascii())
    };
    let first = |inputs: &[EventField]| {
        inputs.iter().map(|&input| cell(input)).find(|cell| !cell.is_empty()).unwrap_or_default()
    };
    let data = cell(EventField::DataXml);
    if !data.starts_with(b"<") || !first(&[EventField::Configuration, EventField::Message]).is_empty() {
        return false;
    }
    let text = |part| match part {
        Part::Provider => first(&[EventField::SourceName, EventField::ProviderName]),
        Part::EventId => first(&[EventField::EventCode, EventField::EventId]),
        Part::Channel => first(&[EventField::Channel, EventField::LogName]),
        Part::Computer => first(&HOSTS),
        Part::Record => first(&[EventField::RecordNumber, EventField::EventRecordId]),
        Part::Process => cell(EventField::ProcessId),
        Part::Sid => first(&[EventField::UserId, EventField::Sid]),
        Part::Time => cell(EventField::Time),
        _ => b"",
    };
    buffer.clear();
    compose(text, data, push, buffer)
}

/// Writes a text as it stands; false where it is no UTF-8.
fn push(text: &[u8], buffer: &mut String) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        buffer.push_str(text);
        true
    })
}

/// Writes a string of JSON without its escapes; false where it is no UTF-8.
fn decode(text: &[u8], buffer: &mut String) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        text::from_json(text, buffer);
        true
    })
}

/// Writes the event of which only the data is XML. What is no name or number in `System` is not believed.
fn compose<'t>(
    text: impl Fn(Part) -> &'t [u8],
    data: &[u8],
    write: impl Fn(&[u8], &mut String) -> bool,
    buffer: &mut String,
) -> bool {
    const SYSTEM: [(&str, Part); 8] = [
        ("<Event><System><Provider Name='", Part::Provider),
        ("'/><EventID>", Part::EventId),
        ("</EventID><TimeCreated SystemTime='", Part::Time),
        ("'/><EventRecordID>", Part::Record),
        ("</EventRecordID><Execution ProcessID='", Part::Process),
        ("'/><Channel>", Part::Channel),
        ("</Channel><Computer>", Part::Computer),
        ("</Computer><Security UserID='", Part::Sid),
    ];
    for (before, part) in SYSTEM {
        buffer.push_str(before);
        let start = buffer.len();
        let is_written = write(text(part), buffer);
        if !is_written || buffer.get(start..).is_none_or(|text| text.contains(['&', '<', '\''])) {
            return false;
        }
    }
    buffer.push_str("'/></System>");
    // Azure wraps it once more; the Windows add-on leaves its own element out.
    let wrapped = ["<EventData", "\\u003cEventData", "\\u003CEventData"];
    let start = wrapped.iter().find_map(|start| memchr::memmem::find(data, start.as_bytes()));
    if start.is_none() {
        buffer.push_str("<EventData>");
    }
    let is_written = write(data.get(start.unwrap_or_default()..).unwrap_or_default(), buffer);
    if start.is_none() {
        buffer.push_str("</EventData>");
    } else if buffer.trim_end().ends_with("</DataItem>") {
        let end = buffer.trim_end().len() - "</DataItem>".len();
        buffer.truncate(end);
    }
    buffer.push_str("</Event>");
    is_written
}

/// Whether a text is UTF-16 that was taken for bytes.
fn is_spread(raw: &[u8]) -> bool {
    let head = raw.get(..64.min(raw.len())).unwrap_or_default();
    matches!(head, [b'<' | 0xFF | b'0'..=b'9', ..] | [0, b'<' | b'0'..=b'9', ..])
        && head.len() >= 16
        && [0, 1].into_iter().any(|odd| head.iter().skip(2 + odd).step_by(2).all(|byte| *byte == 0))
}

fn of_spread(raw: &[u8], buffer: &mut String) -> bool {
    buffer.clear();
    let is_big = raw.first() == Some(&0);
    let units = raw.chunks_exact(2).map(|pair| match pair {
        [first, second] if is_big => u16::from_be_bytes([*first, *second]),
        [first, second] => u16::from_le_bytes([*first, *second]),
        _ => 0,
    });
    let units = units.filter(|unit| *unit != 0xFEFF);
    buffer.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    true
}
