//! How a subcommand ends: the exit statuses, and why it ends early.

use std::error::Error;
use std::io::{self, Write};

use crate::problem::{Problem, ProblemKind};
use crate::report::printable;

/// Something was found that `--fail-on` or `--strict` asked about.
pub(super) const FOUND: u8 = 1;
/// Nothing could be done, or not all.
pub(super) const FAILED: u8 = 2;

/// Tells what went wrong on standard error, in one line.
pub(super) fn tell(error: &dyn Error) {
    note(&error.to_string());
}

/// Says something on standard error, in one line.
pub(super) fn note(text: &str) {
    // There is nobody left to tell when standard error is closed.
    let _: io::Result<()> = writeln!(io::stderr(), "iismodcheck: {}", printable(text));
}

/// Why a subcommand ends early.
pub(super) enum Failure {
    /// Something to tell.
    Told(Problem),
    /// Whoever read the output has seen enough.
    ClosedPipe,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ClosedPipe
        } else {
            let what = format!("the output cannot be written: {error}");
            Self::Told(Problem::new(ProblemKind::Unwritable, what))
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Told(problem)
    }
}
