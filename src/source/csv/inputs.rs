//! The inputs of an event row, by their names.

use crate::event::INPUTS;

/// The cell of each of [`INPUTS`].
pub(super) type Cells = Box<[Vec<u8>; INPUTS.len()]>;

/// The number of an input in [`INPUTS`].
pub(super) fn input(name: &str) -> usize {
    INPUTS.iter().position(|input| *input == name).unwrap_or(INPUTS.len())
}
