//! The timelines of plaso: `dynamic` and `l2tcsv`. All of an event stands in one text.

use super::collected::string;
use super::inputs::{Cells, input};
use crate::event::INPUTS;

/// What stands before the values of an event in its text.
const STRINGS: &[u8] = b" Strings: [";
/// The values of an event 29, and of the end of a commit.
const VALUES: [usize; 2] = [7, 1];
/// The old and the new value follow so many others.
const PRECONDITIONS: usize = 5;

/// The columns of a timeline.
pub(super) struct Plaso {
    time: Time,
    message: usize,
}

enum Time {
    /// Of `dynamic`.
    Whole(usize),
    /// Day, time and zone of `l2tcsv`.
    Apart([usize; 3]),
}

impl Plaso {
    pub(super) fn of(names: &[Vec<u8>]) -> Option<Self> {
        let place = |wanted: &str| names.iter().position(|name| name == wanted.as_bytes());
        if place("timestamp_desc").is_some() {
            return Some(Self { time: Time::Whole(place("datetime")?), message: place("message")? });
        }
        place("MACB").and(place("sourcetype"))?;
        let time = [place("date")?, place("time")?, place("timezone")?];
        Some(Self { time: Time::Apart(time), message: place("desc")? })
    }

    /// The columns that are read.
    pub(super) fn columns(&self) -> Vec<usize> {
        let time = match &self.time {
            Time::Whole(time) => std::slice::from_ref(time),
            Time::Apart(parts) => parts,
        };
        [time, &[self.message]].concat()
    }

    /// A record as an event: the number that its text begins with, and what stands around its list of strings. Behind the list
    /// the last of a name counts: nothing of anybody's choice follows it.
    pub(super) fn content(&self, cells: &[Vec<u8>]) -> Cells {
        let mut inputs = Box::new([const { Vec::new() }; INPUTS.len()]);
        let cell = |place: usize| cells.get(place).map(Vec::as_slice).unwrap_or_default();
        let message = cell(self.message);
        let time = match self.time {
            Time::Whole(place) => cell(place).to_vec(),
            Time::Apart(places) => time(places.map(cell)),
        };
        let id = message.strip_prefix(b"[").and_then(|rest| rest.split(|byte| *byte == b' ').next());
        let start = memchr::memmem::find(message, STRINGS);
        let before = start.and_then(|end| message.get(..end)).unwrap_or(message);
        let list = start.and_then(|start| list(message.get(start + STRINGS.len()..)?));
        let is_ours = matches!(id, Some(b"29" | b"30" | b"50"));
        let list = list.filter(|(values, _)| is_ours && VALUES.contains(&values.len()));
        let behind = list.as_ref().map_or(message, |(_, behind)| behind);
        // An event 29 lists seven strings; with the place of a commit alone it is the end of one. Other numbers stay.
        let is_end = id == Some(&b"29"[..])
            && match &list {
                Some((values, _)) => matches!(&values[..], [one] if one.starts_with(b"MACHINE")),
                None => {
                    memchr::memmem::find(message, b" Strings: ['MACHINE").is_some()
                        && memchr::memmem::find(message, b"', '").is_none()
                }
            };
        let id = if is_end { Some(&b"50"[..]) } else { id };
        let own = [
            ("EventID", id.unwrap_or_default()),
            ("SourceName", word(before, b"Source Name: ")),
            ("Computer", word(behind, b"Computer Name: ")),
            ("EventRecordID", word(behind, b"Record Number: ")),
        ];
        let mut set = |name, text: &[u8]| {
            if let Some(place) = inputs.get_mut(input(name)) {
                *place = text.to_vec();
            }
        };
        set("_time", &time);
        if let Some((values, _)) = list {
            set("_raw", &json(own, &values));
        } else {
            set("Message", message);
            for (name, text) in own {
                set(name, text);
            }
        }
        inputs
    }
}

/// Day, time and zone in ISO 8601: plaso writes the month first. Another zone than UTC stays, so that it is told.
fn time([day, time, zone]: [&[u8]; 3]) -> Vec<u8> {
    let parts: Vec<&[u8]> = day.split(|byte| *byte == b'/').collect();
    match parts[..] {
        [month, day, year] if zone.eq_ignore_ascii_case(b"UTC") => {
            [year, b"-", month, b"-", day, b"T", time, b"Z"].concat()
        }
        _ => [day, b" ", time, b" ", zone].concat(),
    }
}

/// The event as a collector writes it that has the values in their order.
fn json(own: [(&str, &[u8]); 4], values: &[Vec<u8>]) -> Vec<u8> {
    let mut json = vec![b'{'];
    for (name, text) in own {
        string(name.as_bytes(), &mut json);
        json.push(b':');
        string(text, &mut json);
        json.push(b',');
    }
    json.extend_from_slice(b"\"Strings\":[");
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        string(value, &mut json);
    }
    json.extend_from_slice(b"]}");
    json
}

/// The values of a list as Python writes it, and what follows it; `None` where it is none. Between values stand blanks: plaso
/// writes one for each comma of a cell.
fn list(mut text: &[u8]) -> Option<(Vec<Vec<u8>>, &[u8])> {
    let mut values = Vec::new();
    loop {
        let start = text.iter().position(|byte| !matches!(byte, b' ' | b','))?;
        text = text.get(start..)?;
        let value;
        (value, text) = match text {
            [b']', behind @ ..] => return Some((with_commas(values), behind)),
            [quote @ (b'\'' | b'"'), inside @ ..] => literal(inside, *quote)?,
            _ => (Vec::new(), text.strip_prefix(b"None")?),
        };
        values.push(value);
    }
}

/// A string up to its quote, and what follows it. Only what Python escapes stands behind a backslash.
fn literal(text: &[u8], quote: u8) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    let mut at = 0;
    loop {
        let length = memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        value.extend_from_slice(text.get(at..at + length)?);
        at += length;
        if text.get(at) == Some(&quote) {
            return Some((value, text.get(at + 1..)?));
        }
        let (sign, digits) = match text.get(at + 1)? {
            b'n' => ('\n', 0),
            b'r' => ('\r', 0),
            b't' => ('\t', 0),
            sign @ (b'\\' | b'\'' | b'"') => (char::from(*sign), 0),
            kind @ (b'x' | b'u' | b'U') => {
                let digits = match kind {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                let number = std::str::from_utf8(text.get(at + 2..at + 2 + digits)?).ok()?;
                (char::from_u32(u32::from_str_radix(number, 16).ok()?)?, digits)
            }
            _ => return None,
        };
        value.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
        at += 2 + digits;
    }
}

/// Gives back the commas that plaso took where nothing else can have stood: in the name of an assembly, behind each of which
/// is a blank, and in a precondition, which has no blanks.
fn with_commas(mut values: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let is_precondition = values.iter().any(|value| value.ends_with(b"/@preCondition"));
    for value in &mut values {
        let is_assembly = [&b"  Version="[..], b"  Culture=", b"  PublicKeyToken="]
            .iter()
            .any(|part| memchr::memmem::find(value, part).is_some());
        if is_assembly {
            *value = String::from_utf8_lossy(value).replace("  ", ", ").into_bytes();
        }
    }
    for value in values.iter_mut().skip(PRECONDITIONS).filter(|_| is_precondition) {
        for byte in value.iter_mut().filter(|byte| **byte == b' ') {
            *byte = b',';
        }
    }
    values
}

/// The word behind the last `name` in a text.
fn word<'t>(text: &'t [u8], name: &[u8]) -> &'t [u8] {
    let behind = memchr::memmem::rfind(text, name).and_then(|at| text.get(at + name.len()..));
    behind.and_then(|behind| behind.split(|byte| *byte == b' ').next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_as_python_writes_them() {
        for (text, expected) in [
            ("'a'  'b', None  '']x", Some((&["a", "b", "", ""][..], "x"))),
            (r#"'\\\\?\\C:\\i\'s'  "it's"] y"#, Some((&[r"\\?\C:\i's", "it's"], " y"))),
            (r"'a\nb\x41\u00e9\U0001d11e']", Some((&["a\nbAé𝄞"], ""))),
            (
                "'A.B  A  Version=1.0.0.0  Culture=neutral'  'C:\\\\a  b.dll']",
                Some((&["A.B, A, Version=1.0.0.0, Culture=neutral", r"C:\a  b.dll"], "")),
            ),
            (
                "'add/@preCondition'  ''  '1'  ''  ''  'a b'  'a']",
                Some((&["add/@preCondition", "", "1", "", "", "a,b", "a"], "")),
            ),
            ("]", Some((&[], ""))),
            // Paths as other programs write them: a backslash alone is none of Python's.
            (r"'\\?\C:\Windows']", None),
            (r"'a\ud800']", None),
            (r"'a\xg0']", None),
            ("'a'", None),
            ("'a", None),
            ("'a\\", None),
            ("nothing]", None),
            ("", None),
        ] {
            let found = list(text.as_bytes());
            let found = found.map(|(values, behind)| {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                (values.iter().map(|value| text(value)).collect::<Vec<_>>(), text(behind))
            });
            let expected = expected.map(|(values, behind): (&[&str], &str)| {
                (values.iter().map(|value| (*value).to_owned()).collect(), behind.to_owned())
            });
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_time_of_a_day_a_time_and_a_zone() {
        for (parts, expected) in [
            (["03/04/2026", "09:14:10", "UTC"], "2026-03-04T09:14:10Z"),
            (["03/04/2026", "09:14:10", "Europe/Berlin"], "03/04/2026 09:14:10 Europe/Berlin"),
            (["00/00/0000", "--:--:--", "UTC"], "0000-00-00T--:--:--Z"),
            (["", "", ""], "  "),
        ] {
            assert_eq!(time(parts.map(str::as_bytes)), expected.as_bytes(), "{parts:?}");
        }
    }
}
