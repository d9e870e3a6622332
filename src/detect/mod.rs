//! From facts to verdicts.
pub mod part;
pub mod time;
pub mod verdict;
