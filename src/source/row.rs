//! What one row of a file holds.

use crate::event::INPUTS;
use crate::origin::Origin;

/// One row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub origin: Origin,
    /// What it holds.
    pub content: Content,
}

/// What a row holds: owned bytes, as the file has them, but for dates written for people, which are in ISO 8601 where they
/// can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The cells of an event row, in the order of [`INPUTS`].
    Event(Box<[Vec<u8>; INPUTS.len()]>),
    /// A listed module.
    Module(Module),
}

/// A listed module; empty where the file has nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// The cells of [`Registration::columns`](crate::iis::Registration::columns).
    pub cells: Vec<Vec<u8>>,
    /// Host.
    pub host: Vec<u8>,
    /// Time as written.
    pub time: Vec<u8>,
}
