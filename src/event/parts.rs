//! The texts of a whole event, XML or classic: one list, which reading and comparing both go by.

use std::ops::{Index, IndexMut};

/// A text of a whole event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    // A row's own.
    Computer,
    Time,
    Record,
    Process,
    // What many rows say.
    Provider,
    Channel,
    EventId,
    /// The account by its SID.
    Sid,
    /// The account by its name.
    User,
    ConfigPath,
    Location,
    Configuration,
    Operation,
    Old,
    New,
    Message,
}

/// How many parts there are.
const COUNT: usize = Part::Message as usize + 1;
/// The first part that is not a row's own.
const FIRST_OF_EVENT: usize = Part::Provider as usize;

/// The texts of a whole event as they are written; `None` for one that is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts<'a>([Option<&'a [u8]>; COUNT]);

impl<'a> Parts<'a> {
    /// A text; empty where it is not there.
    pub(super) fn get(&self, part: Part) -> &'a [u8] {
        self[part].unwrap_or_default()
    }

    /// Every text that is there and is not the row's own, with its number.
    pub(super) fn of_event(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let numbered = (0..).zip(&self.0).skip(FIRST_OF_EVENT);
        numbered.filter_map(|(number, text)| text.map(|text| (number, text)))
    }

    /// The row's own texts; empty where they are not there.
    pub(super) fn own(&self) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().take(FIRST_OF_EVENT).map(|text| text.unwrap_or_default())
    }
}

impl<'a> Index<Part> for Parts<'a> {
    type Output = Option<&'a [u8]>;

    fn index(&self, part: Part) -> &Self::Output {
        &self.0[part as usize]
    }
}

impl IndexMut<Part> for Parts<'_> {
    fn index_mut(&mut self, part: Part) -> &mut Self::Output {
        &mut self.0[part as usize]
    }
}
