//! What stands beside a finding: an event of another log, of the same host and about the same time.

use crate::detect::time;
use crate::origin::Origin;

/// An event that belongs beside a finding, and is none by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// What it tells.
    pub what: String,
    /// Where it stands.
    pub origin: Origin,
}

impl Evidence {
    /// In a line, for people.
    pub(super) fn in_words(&self) -> String {
        format!("{} {} ({})", time::to_the_second(self.time), self.what, self.origin.brief())
    }
}
