//! Writers for scans: text for people, JSON, CSV.
//!
//! Knows `detect` for the columns; nothing of files, of Splunk's protocol or of how findings came about.

mod csv;
mod json;
mod summary;
mod text;

use crate::detect::{Annotation, Column, ReasonTexts, Severity, Verdict};

pub use csv::write_csv;
pub use json::write_json;
pub use summary::Summary;
pub use text::{printable, write_text};

/// One finding, with everything that a report shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Microseconds since 1970-01-01T00:00Z.
    pub time: i64,
    /// Verdict.
    pub verdict: Verdict,
    /// Severity.
    pub severity: Severity,
    /// The texts of [`Column::FACTS`]; that of the reasons is empty.
    pub facts: Vec<String>,
    /// Reasons as `code` or `code:detail`.
    pub reasons: Vec<String>,
    /// Identity of the finding; empty at row level.
    pub id: String,
}

impl Item {
    /// An item of an annotated finding.
    #[must_use]
    pub fn new(
        time: i64,
        verdict: Verdict,
        severity: Severity,
        annotation: &Annotation<'_>,
        reasons: &ReasonTexts,
    ) -> Self {
        Self {
            time,
            verdict,
            severity,
            facts: Column::FACTS.iter().map(|&column| annotation.get(column).to_owned()).collect(),
            reasons: reasons.iter().map(str::to_owned).collect(),
            id: String::new(),
        }
    }

    /// The text of one column of [`Column::FACTS`].
    #[must_use]
    pub fn fact(&self, column: Column) -> &str {
        self.facts.get(column as usize).map_or("", String::as_str)
    }
}
