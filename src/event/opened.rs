//! A row whose `_raw` was looked at, before its texts are read: enough to see that it says what an earlier row said.

use super::classic::{self, Classic};
use super::fields::{self, Input};
use super::judge;
use super::log::{self, Log};
use super::xml::{self, Xml};
use super::{Event, Fields, Scratch};

/// A row whose `_raw` was looked at; its texts are not read yet.
pub struct Opened<'f, 'a> {
    fields: &'f Fields<'a>,
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

/// The whole event in `_raw`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whole<'a> {
    Xml(Xml<'a>),
    Classic(Classic<'a>),
    /// `_raw` is empty or something else.
    None,
}

impl<'f, 'a> Opened<'f, 'a> {
    /// Opens a row.
    #[must_use]
    pub fn new(fields: &'f Fields<'a>) -> Self {
        let raw = fields.get(Input::Raw);
        let is_one = fields.conflicts >> (Input::Raw as u32) & 1 == 0;
        let whole = if raw.is_empty() || !is_one {
            Whole::None
        } else if let Some(start) = xml::start(raw) {
            let text = raw.get(start..).unwrap_or_default();
            Whole::Xml(xml::read(text, |xml| log::of_xml(xml) != Log::Other))
        } else {
            classic::read(raw).map_or(Whole::None, Whole::Classic)
        };
        Self { fields, whole }
    }

    /// Reads the event: see [`read`](super::read).
    pub fn read<'s>(&self, scratch: &'s mut Scratch) -> Event<'s>
    where
        'a: 's,
    {
        scratch.buffer.clear();
        match fields::gather(self.fields, &self.whole, &mut scratch.buffer) {
            Some(gathered) => judge::judge(&gathered, &scratch.buffer),
            None => Event::OTHER,
        }
    }

    /// Writes to `key` everything that [`Opened::read`] looks at but the texts of host, time, record number and process, and
    /// gives host and time: rows of the same key give the same event but for these four.
    ///
    /// `None` for a row that must be read for itself: it has several values in a field, one of the four does not stand as it
    /// is written, so that it could make the row unparsed, or its XML names no log, so that all of its text counts.
    pub fn identity(&self, key: &mut Vec<u8>) -> Option<Own<'a>> {
        if self.fields.conflicts != 0 {
            return None;
        }
        match &self.whole {
            Whole::None => self.fields_identity(key),
            Whole::Classic(classic) => self.classic_identity(classic, key),
            Whole::Xml(xml) => self.xml_identity(xml, key),
        }
    }

    fn fields_identity(&self, key: &mut Vec<u8>) -> Option<Own<'a>> {
        for (place, cell) in (0..).zip(&self.fields.cells) {
            if cell.is_empty() {
                continue;
            }
            if OWN >> place & 1 == 0 {
                push(key, place, cell);
            } else if std::str::from_utf8(cell).is_err() {
                return None;
            }
        }
        let hosts = fields::HOSTS.iter().filter_map(|&input| self.text(input));
        let host = hosts.map(str::trim_ascii).find(|host| !host.is_empty()).unwrap_or_default();
        Some(Own { host, time: self.own_time()? })
    }

    fn classic_identity(&self, classic: &Classic<'a>, key: &mut Vec<u8>) -> Option<Own<'a>> {
        for (number, text) in (CLASSIC..).zip([
            classic.log_name,
            classic.source_name,
            classic.event_code,
            classic.sid,
            classic.user,
        ]) {
            push(key, number, text);
        }
        // A message that is missing is not an empty one.
        if let Some(message) = classic.message {
            push(key, 0, message);
        }
        self.push_inputs(key, &[Input::EventCode, Input::EventId, Input::Configuration]);
        std::str::from_utf8(classic.record).ok()?;
        let host = std::str::from_utf8(classic.computer).ok()?;
        Some(Own { host: self.host_or_own(host)?, time: self.own_time()? })
    }

    fn xml_identity(&self, xml: &Xml<'a>, key: &mut Vec<u8>) -> Option<Own<'a>> {
        if log::of_xml(xml) == Log::Unknown {
            return None;
        }
        for (number, text) in (XML..).zip([
            xml.provider,
            xml.event_id,
            xml.channel,
            xml.user,
            xml.config_path,
            xml.location,
            xml.configuration,
            xml.operation,
            xml.old,
            xml.new,
            xml.message,
            xml.problem.map(|problem| problem.as_str().as_bytes()),
        ]) {
            if let Some(text) = text {
                push(key, number, text);
            }
        }
        self.push_inputs(key, &[Input::EventCode, Input::EventId]);
        let own = [xml.computer, xml.time, xml.record, xml.process].map(Option::unwrap_or_default);
        if !own.into_iter().all(is_plain) {
            return None;
        }
        let [host, time, ..] = own.map(|text| std::str::from_utf8(text).unwrap_or_default());
        let time = if time.is_empty() { self.own_time()? } else { time };
        Some(Own { host: self.host_or_own(host)?, time })
    }

    fn push_inputs(&self, key: &mut Vec<u8>, inputs: &[Input]) {
        for &input in inputs {
            let cell = self.fields.get(input);
            if !cell.is_empty() {
                push(key, input as u8, cell);
            }
        }
    }

    fn text(&self, input: Input) -> Option<&'a str> {
        std::str::from_utf8(self.fields.get(input)).ok()
    }

    /// The host that the event names, else the one that Splunk gave the row.
    fn host_or_own(&self, host: &'a str) -> Option<&'a str> {
        if host.is_empty() { self.text(Input::Host).map(str::trim_ascii) } else { Some(host) }
    }

    /// The time that Splunk gave the row.
    fn own_time(&self) -> Option<&'a str> {
        match self.text(Input::Time)? {
            "" => {
                let last = self.text(Input::LastTime).map(str::trim_ascii);
                last.map(|time| if fields::is_numeric(time) { time } else { "" })
            }
            time => Some(time),
        }
    }
}

/// The inputs that only a row's own host, time, record number and process come from; one bit each.
const OWN: u32 = 1 << Input::Computer as u32
    | 1 << Input::ComputerName as u32
    | 1 << Input::Dest as u32
    | 1 << Input::Dvc as u32
    | 1 << Input::Host as u32
    | 1 << Input::Time as u32
    | 1 << Input::LastTime as u32
    | 1 << Input::RecordNumber as u32
    | 1 << Input::EventRecordId as u32
    | 1 << Input::ProcessId as u32;
/// Numbers of the texts of a whole event in a key, beyond those of the inputs. A key that has the first one is of that kind.
const CLASSIC: u8 = 32;
const XML: u8 = 64;

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
