//! The inputs of one row and their precedence: what is taken from `_raw`, what from extracted fields.

use super::classic::Classic;
use super::framed::framed;
use super::id::{self, Id};
use super::inputs::{Counting, EventField, HOSTS};
use super::json::{self, Json};
use super::log::{self, Log};
use super::parts::Part;
use super::reasons::Unreadable;
use super::text::{self, Text};
use super::whole::Whole;
use super::xml::Xml;
use super::{message, pointer};

/// Which part of the row the texts were taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rendering {
    /// XML in `_raw`.
    Xml,
    /// Classic text in `_raw`.
    Classic,
    /// Extracted fields, or a message in `_raw`.
    Fields,
}

/// Event data.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Data<'a> {
    pub(super) path: Text<'a>,
    pub(super) config_path: Text<'a>,
    pub(super) location: Text<'a>,
    pub(super) operation: Text<'a>,
    pub(super) old: Text<'a>,
    pub(super) new: Text<'a>,
}

/// The texts of one row, by precedence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gathered<'a> {
    pub(super) rendering: Rendering,
    pub(super) id: Id,
    pub(super) log: Log,
    pub(super) data: Option<Data<'a>>,
    pub(super) message: Text<'a>,
    /// A `_raw` without a frame beside extracted fields, which must not contradict it.
    pub(super) raw: Text<'a>,
    /// An extracted `Configuration` beside a classic text, which must not contradict it.
    pub(super) claimed: Text<'a>,
    pub(super) host: Text<'a>,
    pub(super) actor: Text<'a>,
    pub(super) process: Text<'a>,
    pub(super) record: Text<'a>,
    pub(super) time: Text<'a>,
    /// Why what was gathered cannot be believed.
    pub(super) problem: Option<Unreadable>,
    /// Several events are in the row; the problem says so.
    pub(super) several: bool,
    /// Nothing but a JSON that is not read.
    pub(super) only_json: bool,
    /// The `_raw` is an event 29, the fields name another number or log.
    pub(super) contradicted: bool,
    /// What can point to the IIS configuration, whether it was understood or not.
    pub(super) texts: [&'a [u8]; 3],
}

/// Gathers what the row says; `None` where it is another event, whatever else it holds.
pub(super) fn gather<'a>(
    inputs: Counting<'_, 'a>,
    whole: &Whole<'a>,
    buffer: &mut String,
) -> Option<Gathered<'a>> {
    let row = Reading { inputs, buffer, problem: None };
    match whole {
        Whole::Xml(xml) => row.xml(xml),
        Whole::Classic(classic) => row.classic(classic),
        Whole::None => row.extracted(),
    }
}

/// Whether a `lastTime` is a number: a published search formats that field for people.
pub(super) fn is_numeric(time: &str) -> bool {
    time.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// What is a row's own.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) host: Text<'a>,
    pub(super) actor: Text<'a>,
    pub(super) process: Text<'a>,
    pub(super) record: Text<'a>,
    pub(super) time: Text<'a>,
}

/// A row that is being read.
pub(super) struct Reading<'r, 'a> {
    pub(super) inputs: Counting<'r, 'a>,
    pub(super) buffer: &'r mut String,
    pub(super) problem: Option<Unreadable>,
}

impl<'a> Reading<'_, 'a> {
    fn xml(mut self, xml: &Xml<'a>) -> Option<Gathered<'a>> {
        let log = log::of_parts(&xml.parts);
        // An event that breaks off before its number: the fields may still know it.
        let id = match id::read(xml.parts.get(Part::EventId)) {
            Id::Missing if xml.problem.is_some() => self.extracted_id(),
            id => id,
        };
        let several = xml.problem == Some(Unreadable::TrailingText);
        if (log == Log::Other || id == Id::Other) && !several {
            return None;
        }
        self.problem = xml.problem;
        let (mut data, mut message) = (None, Text::default());
        if matches!(id, Id::Change | Id::Attempt | Id::Missing) {
            if let Some(path) = xml.parts[Part::Configuration] {
                data = Some(Data {
                    path: self.decoded(path),
                    config_path: self.decoded(xml.parts.get(Part::ConfigPath)),
                    location: self.decoded(xml.parts.get(Part::Location)),
                    operation: self.decoded(xml.parts.get(Part::Operation)),
                    old: self.decoded(xml.parts.get(Part::Old)),
                    new: self.decoded(xml.parts.get(Part::New)),
                });
            } else {
                message = self.decoded(xml.parts.get(Part::Message));
            }
        }
        let host = self.decoded(xml.parts.get(Part::Computer));
        let time = self.decoded(xml.parts.get(Part::Time));
        let gathered = Gathered {
            rendering: Rendering::Xml,
            id,
            log,
            data,
            message,
            raw: Text::default(),
            claimed: Text::default(),
            host: if host.is_empty() { self.text(EventField::Host) } else { host },
            actor: self.decoded(xml.parts.get(Part::Sid)),
            process: self.decoded(xml.parts.get(Part::Process)),
            record: self.decoded(xml.parts.get(Part::Record)),
            time: if time.is_empty() { self.time() } else { time },
            problem: None,
            several,
            only_json: false,
            contradicted: false,
            texts: [self.inputs.get(EventField::Raw), self.inputs.get(EventField::Message), b""],
        };
        Some(Gathered { problem: self.problem, ..gathered })
    }

    fn classic(mut self, classic: &Classic<'a>) -> Option<Gathered<'a>> {
        let log = log::of_parts(&classic.parts);
        let id = match id::read(classic.parts.get(Part::EventId)) {
            Id::Missing => self.extracted_id(),
            id => id,
        };
        if (log == Log::Other || id == Id::Other) && !classic.several {
            return None;
        }
        let host = self.utf8(classic.parts.get(Part::Computer));
        let sid = self.utf8(classic.parts.get(Part::Sid));
        let user = self.utf8(classic.parts.get(Part::User));
        if classic.parts[Part::Message].is_none() {
            self.problem = Some(Unreadable::TruncatedMessage);
        }
        if classic.several {
            self.problem = Some(Unreadable::TrailingText);
        }
        let message = self.utf8(classic.parts.get(Part::Message));
        let gathered = Gathered {
            rendering: Rendering::Classic,
            id,
            log,
            data: None,
            message: self.unescaped(message),
            raw: Text::default(),
            claimed: self.text(EventField::Configuration),
            host: if host.is_empty() { self.text(EventField::Host) } else { Text::Here(host) },
            actor: Text::Here([sid, user].into_iter().find(|who| is_actor(who)).unwrap_or_default()),
            process: Text::default(),
            record: Text::Here(self.utf8(classic.parts.get(Part::Record))),
            time: self.time(),
            problem: None,
            several: classic.several,
            only_json: false,
            contradicted: false,
            texts: [classic.parts.get(Part::Message), b"", b""],
        };
        Some(Gathered { problem: self.problem, ..gathered })
    }

    fn extracted(mut self) -> Option<Gathered<'a>> {
        let mut log = self.extracted_log();
        let texts = [EventField::Raw, EventField::Message, EventField::Configuration]
            .map(|input| self.inputs.get(input));
        let raw = self.conflict(EventField::Raw);
        let is_json = json::is_json(raw);
        let id = match self.extracted_id() {
            Id::Missing if is_json => json::id(raw),
            id => id,
        };
        let json = if is_json { event_in(raw, id) } else { None };
        if let (Log::Unknown, Some(json)) = (log, &json) {
            log = log::of_parts(&json.parts);
            if log == Log::Other {
                return None;
            }
        }
        let another = id == Id::Other || (log == Log::Other && id != Id::Change);
        let contradicted =
            (matches!(id, Id::Other | Id::Attempt) || log == Log::Other) && is_change_beside(raw, is_json);
        if another && !contradicted && !raw.starts_with(message::START.as_bytes()) {
            return None;
        }
        let several = self.holds_several(id);
        let mut message = self.cell(EventField::Message);
        let path = self.cell(EventField::Configuration);
        let mut has_text = !message.trim_ascii().is_empty() || !path.trim_ascii().is_empty();
        if !has_text && !is_json {
            // A `_raw` that is only the message. Without a number it must begin like one of the two sentences.
            if id != Id::Missing
                || [message::START, message::COMMITTED]
                    .into_iter()
                    .any(|start| raw.starts_with(start.as_bytes()))
            {
                message = self.utf8(raw);
                has_text = true;
            }
        }
        if id == Id::Missing && !has_text && log != Log::Iis && !texts.into_iter().any(pointer::points) {
            return None;
        }
        if is_json && has_text && !self.is_in_json(raw, message, path) {
            self.problem.get_or_insert(Unreadable::FieldsDisagree);
        }
        if json.is_some() && id == Id::Change && matches!(json::id(raw), Id::Other | Id::Attempt) {
            self.problem.get_or_insert(Unreadable::FieldsDisagree);
        }
        let mut data = (!path.trim_ascii().is_empty()).then(|| self.extracted_data(path, is_json));
        let mut message = self.unescaped(message);
        let mut own = Own {
            host: self.first(&HOSTS, |_| true),
            actor: self.first(&[EventField::UserId, EventField::Sid, EventField::User], is_actor),
            process: self.text(EventField::ProcessId),
            record: self.first(&[EventField::RecordNumber, EventField::EventRecordId], |_| true),
            time: self.time(),
        };
        if let Some(json) = &json {
            (data, message) = self.texts_of_json(json);
            own = self.own_of_json(json, own);
        }
        let gathered = Gathered {
            rendering: Rendering::Fields,
            id,
            log,
            data,
            message,
            raw: if is_json { Text::default() } else { self.beside(raw) },
            claimed: Text::default(),
            host: own.host,
            actor: own.actor,
            process: own.process,
            record: own.record,
            time: own.time,
            problem: None,
            several,
            only_json: is_json && !has_text && json.is_none(),
            contradicted,
            texts,
        };
        Some(Gathered { problem: self.problem, ..gathered })
    }

    /// Whether the row is several events in one: several texts, or numbers. Several messages of event 50 are several ends of
    /// commits, unless one among them is that of a change.
    fn holds_several(&self, id: Id) -> bool {
        let has_change = || {
            memchr::memmem::find(self.inputs.get(EventField::Message), message::START.as_bytes()).is_some()
        };
        self.inputs.is_conflict(EventField::Raw)
            || self.inputs.is_conflict(EventField::EventCode)
            || (self.inputs.get(EventField::EventCode).is_empty()
                && self.inputs.is_conflict(EventField::EventId))
            || (self.inputs.is_conflict(EventField::Message) && (id != Id::Commit || has_change()))
    }

    /// Whether what was extracted stands in a JSON value by value. A name can forge fields, but no whole value beside its own.
    fn is_in_json(&mut self, raw: &[u8], message: &str, path: &str) -> bool {
        const DATA: [EventField; 5] = [
            EventField::ConfigPath,
            EventField::Location,
            EventField::Operation,
            EventField::Old,
            EventField::New,
        ];
        if path.trim_ascii().is_empty() {
            return json::has(raw, message, self.buffer);
        }
        json::has(raw, path, self.buffer)
            && DATA.into_iter().all(|input| {
                let cell = self.cell(input);
                json::has(raw, cell, self.buffer)
            })
    }

    /// The extracted event data around the configuration `path`.
    fn extracted_data(&mut self, path: &'a str, is_json: bool) -> Data<'a> {
        // What came through JSON without being decoded did so in every value.
        let escaped = text::is_json_escaped(path);
        let value = |row: &mut Self, input| {
            // Extraction from JSON writes this word for no value. No image and no name was that before.
            let null = matches!(input, EventField::Old) || (is_json && matches!(input, EventField::New));
            let cell = Some(row.cell(input)).filter(|cell| !(null && *cell == "null")).unwrap_or_default();
            if escaped { text::from_json(cell, row.buffer) } else { Text::Here(cell) }
        };
        Data {
            path: value(self, EventField::Configuration),
            config_path: value(self, EventField::ConfigPath),
            location: value(self, EventField::Location),
            operation: value(self, EventField::Operation),
            old: value(self, EventField::Old),
            new: value(self, EventField::New),
        }
    }

    fn extracted_id(&mut self) -> Id {
        match id::read(self.conflict(EventField::EventCode)) {
            Id::Missing => id::read(self.conflict(EventField::EventId)),
            id => id,
        }
    }

    fn extracted_log(&mut self) -> Log {
        let names = [EventField::SourceName, EventField::LogName, EventField::Channel];
        // Of several names one is enough.
        if names
            .into_iter()
            .any(|name| self.inputs.is_conflict(name) && pointer::names_log(self.inputs.get(name)))
        {
            return Log::Iis;
        }
        let channel = match self.inputs.get(EventField::LogName) {
            b"" => self.inputs.get(EventField::Channel),
            name => name,
        };
        match log::read(self.inputs.get(EventField::SourceName), channel) {
            // `Name` holds the provider's name in the Windows add-on's extractions, and anything in others'.
            Log::Unknown if log::read(self.inputs.get(EventField::ProviderName), b"") == Log::Iis => Log::Iis,
            log => log,
        }
    }

    /// `_time`, else a numeric `lastTime`.
    fn time(&mut self) -> Text<'a> {
        match self.cell(EventField::Time) {
            "" => self.first(&[EventField::LastTime], is_numeric),
            time => Text::Here(time),
        }
    }

    /// The first of the inputs that has a text of the wanted kind.
    fn first(&mut self, inputs: &[EventField], wanted: impl Fn(&str) -> bool) -> Text<'a> {
        for &input in inputs {
            let cell = self.cell(input).trim_ascii();
            if !cell.is_empty() && wanted(cell) {
                return Text::Here(cell);
            }
        }
        Text::default()
    }

    fn text(&mut self, input: EventField) -> Text<'a> {
        Text::Here(self.cell(input).trim_ascii())
    }

    fn cell(&mut self, input: EventField) -> &'a str {
        let bytes = self.conflict(input);
        self.utf8(bytes)
    }

    /// The bytes of a cell that is needed: several different values in it are a problem, and none of them counts.
    fn conflict(&mut self, input: EventField) -> &'a [u8] {
        if self.inputs.is_conflict(input) {
            self.problem.get_or_insert(Unreadable::MultivalueInput);
            return b"";
        }
        self.inputs.get(input)
    }

    pub(super) fn utf8(&mut self, bytes: &'a [u8]) -> &'a str {
        if bytes.is_empty() {
            return "";
        }
        std::str::from_utf8(bytes).unwrap_or_else(|_| {
            self.problem.get_or_insert(Unreadable::InvalidUtf8);
            ""
        })
    }

    /// Character data of the XML, decoded.
    fn decoded(&mut self, raw: &'a [u8]) -> Text<'a> {
        let raw = self.utf8(raw);
        text::from_xml(raw, self.buffer)
    }

    /// A `_raw` that is only compared with the fields: nothing else of it is needed.
    fn beside(&mut self, raw: &'a [u8]) -> Text<'a> {
        match std::str::from_utf8(raw) {
            Ok(raw) => self.unescaped(raw),
            Err(_) => text::lossy(raw, self.buffer),
        }
    }

    /// A message, decoded once where it came through JSON undecoded.
    fn unescaped(&mut self, message: &'a str) -> Text<'a> {
        if text::is_json_escaped(message) {
            text::from_json(message, self.buffer)
        } else {
            Text::Here(message)
        }
    }
}

/// The event in a JSON that points to the IIS configuration. Without a number it could be an attempt, unless its sentence
/// says what it is.
fn event_in(raw: &[u8], id: Id) -> Option<Json<'_>> {
    let json = if pointer::points(raw) { json::read(raw)? } else { return None };
    let is_event = match id {
        Id::Commit => true,
        Id::Missing => json.parts.get(Part::Message).starts_with(message::START.as_bytes()),
        Id::Change | Id::Attempt | Id::Other | Id::Unreadable => json.can_be_change(),
    };
    is_event.then_some(json)
}

/// Whether a `_raw` is a change of the IIS configuration, whatever number and log the fields name: one of the two is forged.
fn is_change_beside(raw: &[u8], is_json: bool) -> bool {
    if is_json {
        let has_sentence = || pointer::points(raw) && json::begins(raw, message::START);
        return (pointer::names_log(raw) && json::id(raw) == Id::Change) || has_sentence();
    }
    framed(raw) == (Log::Iis, Id::Change)
}

/// Splunk's classic rendering writes `NOT_TRANSLATED` for a SID it could not resolve.
fn is_actor(who: &str) -> bool {
    !who.is_empty() && who != "NOT_TRANSLATED"
}
