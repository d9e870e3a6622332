//! The timelines of plaso: `dynamic` and `l2tcsv`. All of an event stands in one text.

use super::collected::string;
use super::inputs::{Cells, input};
use crate::event::INPUTS;

/// What stands before the values of an event in its text.
const STRINGS: &[u8] = b" Strings: [";
/// What stands before its message.
const SENTENCE: &[u8] = b" Message string: ";
const SOURCE: &[u8] = b"Source Name: ";
/// The values of an event 29, and of the end of a commit.
const VALUES: [usize; 2] = [7, 1];
/// The old and the new value follow so many others.
const OTHERS: usize = 5;

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

    /// A record as an event: the number that its text begins with, and what stands around its list of strings.
    pub(super) fn content(&self, cells: &[Vec<u8>]) -> Cells {
        let mut inputs = Box::new([const { Vec::new() }; INPUTS.len()]);
        let cell = |place: usize| cells.get(place).map(Vec::as_slice).unwrap_or_default();
        let message = cell(self.message);
        let time = match self.time {
            Time::Whole(place) => cell(place).to_vec(),
            Time::Apart(places) => time(places.map(cell)),
        };
        let mut set = |name, text: &[u8]| {
            if let Some(place) = inputs.get_mut(input(name)) {
                *place = text.to_vec();
            }
        };
        set("_time", &time);
        if is_of_the_file(message) {
            return inputs;
        }
        let Parts { id, head, tail, values } = Parts::of(message);
        let own = [
            ("EventID", id),
            ("SourceName", word(head, tail, SOURCE)),
            ("Computer", word(head, tail, b"Computer Name: ")),
            ("EventRecordID", word(head, tail, b"Record Number: ")),
        ];
        match values {
            Values::Listed(list) => set("_raw", &json(own, &list)),
            // Under no key that an event has: it is told as not understood where it is about the IIS configuration.
            Values::Unclear => {
                let mut raw = json_of(own);
                string(b"plaso", &mut raw);
                raw.push(b':');
                string(message, &mut raw);
                raw.push(b'}');
                set("_raw", &raw);
            }
            Values::InText => {
                set("Message", message);
                for (name, text) in own {
                    set(name, text);
                }
            }
        }
        inputs
    }
}

/// Whether a text is about the file of the log, not about an event in it: another source of the timeline wrote it.
fn is_of_the_file(text: &[u8]) -> bool {
    let has = |word: &[u8]| find(text, word).is_some();
    let is_event = text.starts_with(b"[") || has(SOURCE) || has(STRINGS) || has(SENTENCE);
    !is_event && has(b".evtx") && !has(b"/system.web")
}

/// The parts of a text. Three layouts are known, each with a message or none:
///
/// - source, strings, computer, record, level, message;
/// - source, message, strings, computer, record, level;
/// - record, level, source, computer, message, strings.
///
/// Strings and message hold names that anybody can choose. Nobody can choose what stands before the first of both, nor what
/// stands behind the list.
struct Parts<'t> {
    id: &'t [u8],
    head: &'t [u8],
    tail: &'t [u8],
    values: Values<'t>,
}

enum Values<'t> {
    Listed(List<'t>),
    /// There is no list, or none as Python writes it: whoever reads messages may know.
    InText,
    /// Nobody knows which list is the event's.
    Unclear,
}

impl<'t> Parts<'t> {
    fn of(text: &'t [u8]) -> Self {
        let id = text.strip_prefix(b"[").and_then(|rest| rest.split(|byte| *byte == b' ').next());
        let id = id.unwrap_or_default();
        let (start, sentence) = (find(text, STRINGS), find(text, SENTENCE));
        let end = start.into_iter().chain(sentence).min().unwrap_or(text.len());
        let head = text.get(..end).unwrap_or_default();
        let Some(strings) = start.and_then(|start| text.get(start + STRINGS.len()..)) else {
            return Self { id, head, tail: b"", values: Values::InText };
        };
        let is_ours = matches!(id, b"29" | b"30" | b"50");
        // A name in the message before the list can hold another list.
        let is_after_message = sentence.is_some_and(|sentence| Some(sentence) < start);
        let is_twice = find(strings, STRINGS).is_some();
        if is_after_message && is_twice {
            let values = if is_ours { Values::Unclear } else { Values::InText };
            return Self { id, head, tail: b"", values };
        }
        let list = List::read(strings).filter(|list| is_ours && VALUES.contains(&list.values.len()));
        let Some(list) = list else {
            // Without a message nothing of anybody's choice stands behind the last bracket, unless nothing does.
            let rest = memchr::memmem::rfind(strings, b"] ").and_then(|end| strings.get(end..));
            let tail = rest.filter(|_| sentence.is_none()).unwrap_or_default();
            // An event 29 lists seven strings; with the place of a commit alone it is the end of one. Other numbers stay.
            let is_end = id == b"29"
                && strings.starts_with(b"'MACHINE")
                && find(strings, b"', '").or(find(strings, b"'  '")).is_none();
            let is_unclear = is_ours && (sentence.is_some() || is_twice);
            let values = if is_unclear { Values::Unclear } else { Values::InText };
            let id = if is_end && !is_unclear { b"50" } else { id };
            return Self { id, head, tail, values };
        };
        let tail = list.behind.get(..find(list.behind, SENTENCE).unwrap_or(list.behind.len()));
        let is_end = id == b"29" && matches!(&list.values[..], [one] if one.starts_with(b"MACHINE"));
        let id = if is_end { b"50" } else { id };
        Self { id, head, tail: tail.unwrap_or_default(), values: Values::Listed(list) }
    }
}

fn find(text: &[u8], sought: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, sought)
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

/// The beginning of an event as a collector writes it.
fn json_of(own: [(&str, &[u8]); 4]) -> Vec<u8> {
    let mut json = vec![b'{'];
    for (name, text) in own {
        pair(name, text, &mut json);
    }
    json
}

fn pair(name: &str, text: &[u8], json: &mut Vec<u8>) {
    string(name.as_bytes(), json);
    json.push(b':');
    string(text, json);
    json.push(b',');
}

/// The event as a collector writes it that has the values in their order; an image that is not certain is not shown, and then
/// neither is what was done with it.
fn json(own: [(&str, &[u8]); 4], list: &List<'_>) -> Vec<u8> {
    let mut json = json_of(own);
    if let ([_, config_path, location, path, ..], true) = (&list.values[..], list.has_uncertain_image()) {
        pair("ConfigPath", config_path, &mut json);
        pair("EffectiveLocationPath", location, &mut json);
        pair("Configuration", path, &mut json);
        json.pop();
        json.push(b'}');
        return json;
    }
    json.extend_from_slice(b"\"Strings\":[");
    for (number, value) in list.values.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        string(value, &mut json);
    }
    json.extend_from_slice(b"]}");
    json
}

/// The values of an event, and what follows them.
struct List<'t> {
    values: Vec<Vec<u8>>,
    behind: &'t [u8],
    /// There are commas between the values, so that none was taken.
    has_commas: bool,
}

impl<'t> List<'t> {
    /// A list as Python writes it; `None` where it is none. Between values stand blanks: plaso writes one for each comma of a
    /// cell.
    fn read(mut text: &'t [u8]) -> Option<Self> {
        let (mut values, mut has_commas) = (Vec::new(), false);
        loop {
            let start = text.iter().position(|byte| !matches!(byte, b' ' | b','))?;
            let between;
            (between, text) = text.split_at_checked(start)?;
            has_commas |= between.contains(&b',');
            let value;
            (value, text) = match text {
                [b']', behind @ ..] => {
                    let values = if has_commas { values } else { with_commas(values) };
                    return Some(Self { values, behind, has_commas });
                }
                [quote @ (b'\'' | b'"'), inside @ ..] => literal(inside, *quote)?,
                _ => (Vec::new(), text.strip_prefix(b"None")?),
            };
            values.push(value);
        }
    }

    /// Whether the new value is the path of a file with a blank that may have been a comma.
    fn has_uncertain_image(&self) -> bool {
        let [_, _, _, path, _, _, image] = &self.values[..] else { return false };
        let is_filter = || path.ends_with(b"/@path") && find(path, b"/isapiFilters/").is_some();
        let is_image = path.ends_with(b"/@image") || path.ends_with(b"/@scriptProcessor") || is_filter();
        !self.has_commas && is_image && image.contains(&b' ')
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
    let is_about = |attribute: &[u8]| values.iter().any(|value| value.ends_with(attribute));
    let (is_precondition, is_type) = (is_about(b"/@preCondition"), is_about(b"/@type"));
    for (number, value) in values.iter_mut().enumerate() {
        let is_assembly = [&b"  Version="[..], b"  Culture=", b"  PublicKeyToken="]
            .iter()
            .any(|part| find(value, part).is_some());
        if is_assembly || is_type && number >= OTHERS {
            *value = String::from_utf8_lossy(value).replace("  ", ", ").into_bytes();
        }
        if is_precondition && number >= OTHERS {
            let parts: Vec<&[u8]> =
                value.split(|byte| *byte == b' ').filter(|part| !part.is_empty()).collect();
            *value = parts.join(&b',');
        }
    }
    values
}

/// The word behind a name: in the head of a text, else in its tail.
fn word<'t>(head: &'t [u8], tail: &'t [u8], name: &[u8]) -> &'t [u8] {
    let behind = [head, tail].into_iter().find_map(|text| text.get(find(text, name)? + name.len()..));
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
                "'add/@preCondition'  ''  '1'  ''  ''  'a b'  'a  b']",
                Some((&["add/@preCondition", "", "1", "", "", "a,b", "a,b"], "")),
            ),
            (
                "'add/@type'  ''  '1'  ''  ''  'A.B  A'  'C  D']",
                Some((&["add/@type", "", "1", "", "", "A.B, A", "C, D"], "")),
            ),
            // With its commas a value is as it was.
            ("'a/@type', '', '', '', '', '', 'A  B']", Some((&["a/@type", "", "", "", "", "", "A  B"], ""))),
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
            let found = List::read(text.as_bytes()).map(|list| {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                (list.values.iter().map(|value| text(value)).collect::<Vec<_>>(), text(list.behind))
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
