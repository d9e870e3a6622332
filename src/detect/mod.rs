//! detect

pub mod lookalike;
