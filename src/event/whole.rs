//! The whole event in a row's `_raw`, and which inputs count beside it.

use super::classic::{self, Classic};
use super::id::{self, Id};
use super::inputs::{Counting, EventField, Fields, Set};
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
        let raw = Counting::new(fields, Set::of(&[EventField::Raw]));
        let text = raw.get(EventField::Raw);
        if text.is_empty() || raw.is_conflict(EventField::Raw) {
            return Self::None;
        }
        match xml::start(text) {
            Some(start) => {
                let text = text.get(start..).unwrap_or_default();
                Self::Xml(xml::read(text, |xml| log::of_parts(&xml.parts) != Log::Other))
            }
            None => classic::read(text).map_or(Self::None, Self::Classic),
        }
    }

    /// The inputs that count beside the event. `_raw` is among them where more than the event's parts is looked at.
    pub(super) fn beside(&self) -> Set {
        match self {
            Self::Xml(xml) if points_by_itself(xml) => BESIDE_XML.with(EventField::Raw),
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
