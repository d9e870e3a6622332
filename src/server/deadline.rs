//! Until when a server may be read.

use std::time::{Duration, Instant};

/// When reading ends, whatever is left. On a server it must not go on for as long as a drive or a share takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// So long from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    /// None: everything is read.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end)
    }
}
