//! From facts to verdicts.
pub mod change;
pub mod commit;
pub mod lookalike;
pub mod part;
pub mod reason;
pub mod severity;
pub mod time;
pub mod verdict;
