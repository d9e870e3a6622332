//! What one row of a file holds.

use crate::event::INPUTS;
use crate::origin::Origin;
use crate::problem::Problem;

/// The rows of a file, one at a time: whoever asks for them decides what is kept. A problem names its place: what stands there
/// is lost, and the rows behind it follow as far as they can be told.
pub type Rows = Box<dyn Iterator<Item = Result<Row, Problem>>>;

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
    /// An event of another log, of which no more was read.
    OtherLog,
}

impl Content {
    /// An event of which the whole text stands in one piece.
    pub(super) fn whole(text: Vec<u8>) -> Self {
        let mut cells = Box::new([const { Vec::new() }; INPUTS.len()]);
        for (input, cell) in INPUTS.iter().zip(cells.iter_mut()) {
            if *input == "_raw" {
                *cell = text;
                break;
            }
        }
        Self::Event(cells)
    }

    /// An event of which some inputs are known.
    pub(super) fn of_inputs<'t>(known: impl Iterator<Item = (&'t str, &'t [u8])>) -> Self {
        let mut cells = Box::new([const { Vec::new() }; INPUTS.len()]);
        for (name, text) in known {
            let place = INPUTS.iter().zip(cells.iter_mut()).find(|(input, _)| **input == name);
            if let Some((_, cell)) = place {
                *cell = text.to_vec();
            }
        }
        Self::Event(cells)
    }
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
