//! Writers for scans: text for people, JSON, CSV.
//!
//! Knows `detect` for the columns; nothing of files, of Splunk's protocol or of how findings came about.

mod csv;
mod json;
mod reasons;
mod summary;
mod text;

use crate::detect::{Column, Outcome, Severity, Verdict, time};
use crate::origin::{self, Origin};
use crate::problem::Problem;

pub use csv::write_csv;
pub use json::{SCHEMA_VERSION, write_json};
pub use reasons::read_reasons;
pub use summary::{Gaps, Summary};
pub use text::{printable, write_text};

/// One finding, with everything that a report shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Microseconds since 1970-01-01T00:00Z; `None` where no time is known.
    pub time: Option<i64>,
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
    /// It needs a person's decision.
    pub needs_decision: bool,
    /// The rows that it was made of.
    pub origins: Vec<Origin>,
}

/// What a scan has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings.
    pub items: Vec<Item>,
    /// What nobody understood, each where it stands.
    pub problems: Vec<Problem>,
    /// What was seen in all.
    pub summary: Summary,
}

impl Item {
    /// The item of an outcome.
    #[must_use]
    pub fn new(time: Option<i64>, outcome: Outcome<'_>) -> Self {
        Self {
            time,
            verdict: outcome.verdict,
            severity: outcome.severity,
            facts: Column::FACTS.iter().map(|&column| outcome.annotation.get(column).to_owned()).collect(),
            reasons: outcome.reasons.iter().map(str::to_owned).collect(),
            needs_decision: outcome.needs_decision(),
            id: outcome.finding_id,
            origins: Vec::new(),
        }
    }

    /// The text of one column of [`Column::FACTS`].
    #[must_use]
    pub fn fact(&self, column: Column) -> &str {
        self.facts.get(column as usize).map_or("", String::as_str)
    }

    /// Image, or else type.
    #[must_use]
    pub fn identity(&self) -> &str {
        match self.fact(Column::Image) {
            "" => self.fact(Column::Type),
            image => image,
        }
    }

    /// The rows as texts, one for each file.
    fn row_texts(&self) -> Vec<String> {
        origin::listed(&self.origins)
    }

    /// The time in ISO 8601; empty where it is not known.
    fn time_text(&self) -> String {
        self.time.map_or_else(String::new, time::format)
    }
}

/// The name of the column that shows [`Item::origins`].
const ROWS: &str = "rows";
