//! A row whose `_raw` was looked at, before its texts are read: enough to see that it says what an earlier row said.

use super::classic::Classic;
use super::decode;
use super::fields;
use super::inputs::{Counting, EventField, Fields, HOSTS};
use super::json;
use super::parts::{Part, Parts};
use super::says::Event;
use super::unwrapped::unwrap;
use super::whole::Whole;
use super::xml::Xml;

/// The buffer that [`read`] decodes into (entities, escapes); reused from row to row, so that reading allocates
/// nothing once it has grown to the longest decoded text.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) buffer: String,
    pub(super) unwrapped: String,
}

/// A row whose `_raw` was looked at; its texts are not read yet.
pub struct Opened<'f, 'a> {
    inputs: Counting<'f, 'a>,
    whole: Whole<'a>,
}

/// What is a row's own, as [`Event`] has it, beside what many rows say.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// The host; empty where the row names none.
    pub host: &'a str,
    /// The time; empty where the row has none.
    pub time: &'a str,
}

/// Reads one event. Never fails: any bytes give an event; what cannot be read says so in its `says`. Takes time
/// linear in the length of the cells, and allocates nothing beyond the growth of `scratch`.
pub fn read<'a>(fields: &Fields<'a>, scratch: &'a mut Scratch) -> Event<'a> {
    let Scratch { buffer, unwrapped } = scratch;
    let fields = unwrap(fields, unwrapped);
    Opened::new(&fields).read_into(buffer)
}

impl<'f, 'a> Opened<'f, 'a> {
    /// Opens a row, which was given to [`unwrap`] before.
    #[must_use]
    pub fn new(fields: &'f Fields<'a>) -> Self {
        let whole = Whole::of(fields);
        Self { inputs: Counting::new(fields, whole.beside()), whole }
    }

    /// Reads the event: see [`read`].
    pub fn read<'s>(&self, scratch: &'s mut Scratch) -> Event<'s>
    where
        'a: 's,
    {
        self.read_into(&mut scratch.buffer)
    }

    fn read_into<'s>(&self, buffer: &'s mut String) -> Event<'s>
    where
        'a: 's,
    {
        buffer.clear();
        match fields::gather(self.inputs, &self.whole, buffer) {
            Some(gathered) => decode::event(&gathered, buffer),
            None => Event::OTHER,
        }
    }

    /// Writes to `key` everything that [`Opened::read`] looks at but the texts of host, time, record number and process, and
    /// gives host and time: rows of the same key give the same event but for these four.
    ///
    /// `None` for a row that must be read for itself: it has several values in a field, one of the four does not stand as it
    /// is written, so that it could make the row unparsed, or all of its XML counts.
    pub fn identity(&self, key: &mut Vec<u8>) -> Option<Own<'a>> {
        let is_xml = matches!(self.whole, Whole::Xml(_));
        if self.inputs.has_conflicts() || (is_xml && self.inputs.counts(EventField::Raw)) {
            return None;
        }
        for (number, text) in self.inputs.of_event() {
            push(key, number, text);
        }
        match &self.whole {
            Whole::None => self.own_of_fields(),
            Whole::Classic(classic) => {
                push_parts(key, CLASSIC, &classic.parts);
                self.own_of_classic(classic)
            }
            Whole::Xml(xml) => {
                push_parts(key, XML, &xml.parts);
                if let Some(problem) = xml.problem {
                    push(key, PROBLEM, problem.as_str().as_bytes());
                }
                self.own_of_xml(xml)
            }
        }
    }

    fn own_of_fields(&self) -> Option<Own<'a>> {
        // A JSON has its own host and time, and is its own row.
        if json::is_json(self.inputs.get(EventField::Raw))
            || self.inputs.own().any(|text| std::str::from_utf8(text).is_err())
        {
            return None;
        }
        let hosts = HOSTS.iter().filter_map(|&input| self.text(input));
        let host = hosts.map(str::trim_ascii).find(|host| !host.is_empty()).unwrap_or_default();
        Some(Own { host, time: self.own_time()? })
    }

    fn own_of_classic(&self, classic: &Classic<'a>) -> Option<Own<'a>> {
        if classic.parts.own().any(|text| std::str::from_utf8(text).is_err()) {
            return None;
        }
        let host = std::str::from_utf8(classic.parts.get(Part::Computer)).ok()?;
        Some(Own { host: self.host_or_own(host)?, time: self.own_time()? })
    }

    fn own_of_xml(&self, xml: &Xml<'a>) -> Option<Own<'a>> {
        if !xml.parts.own().all(is_plain) {
            return None;
        }
        let text = |part| std::str::from_utf8(xml.parts.get(part)).unwrap_or_default();
        let time = text(Part::Time);
        let time = if time.is_empty() { self.own_time()? } else { time };
        Some(Own { host: self.host_or_own(text(Part::Computer))?, time })
    }

    fn text(&self, input: EventField) -> Option<&'a str> {
        std::str::from_utf8(self.inputs.get(input)).ok()
    }

    /// The host that the event names, else the one that Splunk gave the row.
    fn host_or_own(&self, host: &'a str) -> Option<&'a str> {
        if host.is_empty() {
            self.text(EventField::Host).map(str::trim_ascii)
        } else {
            Some(host.trim_ascii())
        }
    }

    /// The time that Splunk gave the row.
    fn own_time(&self) -> Option<&'a str> {
        match self.text(EventField::Time)? {
            "" => {
                let last = self.text(EventField::LastTime).map(str::trim_ascii);
                last.map(|time| if fields::is_numeric(time) { time } else { "" })
            }
            time => Some(time),
        }
    }
}

/// Numbers of the parts of a whole event in a key, beyond those of the inputs. Each form has a part in any key, so that a key
/// of one form is none of another.
const CLASSIC: u8 = 32;
const XML: u8 = 64;
const PROBLEM: u8 = 96;

fn push_parts(key: &mut Vec<u8>, first: u8, parts: &Parts<'_>) {
    for (number, text) in parts.of_event() {
        push(key, first + number, text);
    }
}

/// Writes a text with its number and length; texts are shorter than 2^56 bytes.
#[inline]
fn push(key: &mut Vec<u8>, number: u8, text: &[u8]) {
    let head = u64::from(number) << 56 | text.len() as u64;
    key.extend_from_slice(&head.to_le_bytes());
    key.extend_from_slice(text);
}

/// Whether a text stands as it is written: ASCII without markup.
fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii() && !matches!(b, b'&' | b'<'))
}

#[cfg(test)]
mod tests;
