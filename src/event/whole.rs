//! The whole event in a row's `_raw`, and which inputs count beside it.

use super::classic::{self, Classic};
use super::framed;
use super::id::{self, Id};
use super::inputs::{Counting, EventField, Fields, Set};
use super::json;
use super::log::{self, Log};
use super::parts::Part;
use super::reasons::Unreadable;
use super::xml::{self, Xml};

/// The whole event in `_raw`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whole<'a> {
    Xml(Xml<'a>),
    Classic(Classic<'a>),
    /// `_raw` is empty or something else.
    None,
}

/// What counts beside XML: the number where the text breaks off before its own, and what Splunk knows of a row.
const BESIDE_XML: Set = Set::of(&[
    EventField::EventCode,
    EventField::EventId,
    EventField::Host,
    EventField::Time,
    EventField::LastTime,
]);
/// Beside classic text also the configuration that it must not contradict.
const BESIDE_CLASSIC: Set = BESIDE_XML.with(EventField::Configuration);

impl<'a> Whole<'a> {
    pub(super) fn of(fields: &Fields<'a>) -> Self {
        let row = Counting::new(fields, Set::ALL);
        let (raw, message) = (row.get(EventField::Raw), row.get(EventField::Message));
        if row.is_conflict(EventField::Raw) {
            return Self::None;
        }
        if raw.is_empty() {
            // Nothing of the sentence can be somebody's choice before its first word.
            let is_alone =
                row.get(EventField::Configuration).is_empty() && !row.is_conflict(EventField::Message);
            return if is_alone { Self::of_message(message) } else { Self::None };
        }
        if let Some(start) = xml::start(raw) {
            return Self::of_xml(raw.get(start..).unwrap_or_default());
        }
        if let Some(classic) = classic::read(raw) {
            return match Self::of_message(classic.parts.get(Part::Message)) {
                Self::None => Self::Classic(classic),
                xml => xml,
            };
        }
        let is_json = json::is_json(raw);
        framed::event(raw).filter(|_| !is_json).map_or(Self::None, Self::of_xml)
    }

    fn of_xml(text: &'a [u8]) -> Self {
        Self::Xml(xml::read(text, |xml| log::of_parts(&xml.parts) != Log::Other))
    }

    /// The XML of an event that stands where its message belongs.
    fn of_message(message: &'a [u8]) -> Self {
        let text = message.trim_ascii_start();
        let start = text.first().filter(|first| **first == b'<').and_then(|_| xml::start(text));
        start.and_then(|start| text.get(start..)).map_or(Self::None, Self::of_xml)
    }

    /// The inputs that count beside the event. `_raw` is among them where more than the event's parts is looked at.
    pub(super) fn beside(&self) -> Set {
        match self {
            Self::Xml(xml) if points_by_itself(xml) => {
                BESIDE_XML.with(EventField::Raw).with(EventField::Message)
            }
            Self::Xml(_) => BESIDE_XML,
            Self::Classic(_) => BESIDE_CLASSIC,
            Self::None => Set::ALL,
        }
    }
}

/// Whether all of the text must tell if it points to the IIS configuration, because log and number do not.
fn points_by_itself(xml: &Xml<'_>) -> bool {
    match log::of_parts(&xml.parts) {
        Log::Iis => id::read(xml.parts.get(Part::EventId)) == Id::Missing,
        Log::Unknown => true,
        Log::Other => xml.problem == Some(Unreadable::TrailingText),
    }
}
