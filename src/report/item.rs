//! One finding as reports show it.

use super::evidence::Evidence;
use super::texts::Texts;
use crate::detect::{Code, Column, Outcome, Severity, Verdict, time};
use crate::origin::{self, Origin};

/// One finding, with everything that a report shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Microseconds since 1970-01-01T00:00Z; `None` where no time is known.
    pub time: Option<i64>,
    /// Verdict.
    pub verdict: Verdict,
    /// Severity.
    pub severity: Severity,
    /// The texts of [`Column::LISTED`]; that of the reasons is empty.
    pub facts: Texts,
    /// Reasons as `code` or `code:detail`.
    pub reasons: Vec<String>,
    /// Identity of the finding; empty at row level.
    pub id: String,
    /// Id of the process that made the change, where known.
    pub process: String,
    /// It needs a person's decision.
    pub needs_decision: bool,
    /// The rows that it was made of.
    pub origins: Vec<Origin>,
    /// Events of other logs beside it.
    pub evidence: Vec<Evidence>,
    /// Further files of the same registration, of which nothing else is told: SHA-256, and that of the signer's certificate where
    /// the signature fits the file.
    pub other_files: Vec<[String; 2]>,
}

impl Item {
    /// The item of an outcome.
    #[must_use]
    pub fn new(time: Option<i64>, outcome: Outcome<'_>) -> Self {
        Self {
            time,
            verdict: outcome.verdict,
            severity: outcome.severity,
            facts: Column::LISTED.iter().map(|&column| outcome.annotation.get(column)).collect(),
            reasons: outcome.reasons.iter().map(str::to_owned).collect(),
            needs_decision: outcome.needs_decision(),
            id: outcome.finding_id,
            process: String::new(),
            origins: Vec::new(),
            evidence: Vec::new(),
            other_files: Vec::new(),
        }
    }

    /// Whether it stands for several modules that were removed together.
    #[must_use]
    pub fn is_of_several(&self) -> bool {
        self.reasons.first().is_some_and(|reason| reason.starts_with(Code::RemovedTogether.as_str()))
    }

    /// Whether it comes from a list or a configuration, which tell what is there and not when it came.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.fact(Column::Action) == PRESENT
    }

    /// SHA-256 of the file, and that of the signer's certificate where the signature fits the file; empty where it is not known.
    #[must_use]
    pub fn file(&self) -> [&str; 2] {
        let is_right = RIGHT.contains(&self.fact(Column::FileSignature));
        [self.fact(Column::FileSha256), if is_right { self.fact(Column::FileSignerSha256) } else { "" }]
    }

    /// The text of one column of [`Column::LISTED`].
    #[must_use]
    pub fn fact(&self, column: Column) -> &str {
        self.facts.get(column)
    }

    /// Image, or else type.
    #[must_use]
    pub fn identity(&self) -> &str {
        match self.fact(Column::Image) {
            "" => self.fact(Column::Type),
            image => image,
        }
    }

    /// The beginning of the id, which is enough for people and for `allowlist`; empty at row level.
    #[must_use]
    pub fn short_id(&self) -> &str {
        self.id.get(..SHORT_ID).unwrap_or(&self.id)
    }

    /// The rows as texts, one for each file.
    pub(super) fn row_texts(&self) -> Vec<String> {
        origin::listed(&self.origins)
    }

    /// The time in ISO 8601; empty where it is not known.
    pub(super) fn time_text(&self) -> String {
        self.time.map_or_else(String::new, time::format)
    }
}

/// What checking a signature gives that fits its file, whoever made it.
const RIGHT: [&str; 2] = ["valid", "root_not_known"];

/// The word of the column of actions for what a list has.
const PRESENT: &str = "present";

/// Characters of a short id.
const SHORT_ID: usize = 8;

/// The name of the column that shows [`Item::origins`].
pub(super) const ROWS: &str = "rows";

/// The name of the column that says everything of a finding in a sentence.
pub(super) const WHY: &str = "why";
