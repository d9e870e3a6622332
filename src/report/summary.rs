//! The count of each verdict.

use std::collections::BTreeMap;

use super::Item;
use crate::detect::{Severity, Verdict};

/// What a scan saw in all, printed or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Rows that are no IIS configuration event.
    pub other_rows: u64,
    /// Events 50.
    pub commits: u64,
    /// Findings by verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Findings by severity.
    pub severities: BTreeMap<Severity, u64>,
}

impl Summary {
    /// Counts one finding.
    pub fn count(&mut self, item: &Item) {
        *self.verdicts.entry(item.verdict).or_default() += 1;
        *self.severities.entry(item.severity).or_default() += 1;
    }

    /// The highest severity seen.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.severities.keys().next_back().copied()
    }
}
