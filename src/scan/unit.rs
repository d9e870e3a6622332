//! What one finding of a scan is made of.

use clap::ValueEnum;

/// What one printed finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// One finding per change: the rows of a commit merged by module.
    Change,
    /// One finding per event row.
    Row,
}
