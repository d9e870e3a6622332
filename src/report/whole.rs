//! All that a run has to say.

use super::file_read::FileRead;
use super::history::History;
use super::item::Item;
use super::summary::Summary;
use super::{act, halves};
use crate::detect::Severity;
use crate::problem::{Problem, ProblemKind};

/// What a run has to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings.
    pub items: Vec<Item>,
    /// What nobody understood, each where it stands.
    pub problems: Vec<Problem>,
    /// What was seen in all.
    pub summary: Summary,
    /// The files that were read, in their order.
    pub files: Vec<FileRead>,
    /// What earlier versions of configurations tell.
    pub histories: Vec<History>,
    /// What the report is of.
    pub about: About,
}

impl Report {
    /// Whether everything was read and understood.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind().is_loss()) && self.summary.unread_rows == 0
    }

    /// The highest severity of the findings and of the problems that have one.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.problems.iter().filter_map(severity_of).chain(self.summary.worst()).max()
    }
}

/// How much a problem matters by itself, whatever was found. Most only say that something was not read.
pub(super) fn severity_of(problem: &Problem) -> Option<Severity> {
    (problem.kind() == ProblemKind::LogCleared).then_some(Severity::High)
}

impl Report {
    /// How many findings need a decision, in a sentence without its full stop.
    #[must_use]
    pub fn to_decide(&self) -> String {
        let nothing = self.summary.nothing_to_decide(self.is_whole());
        nothing.map_or_else(
            || self.summary.counted_to_decide(self.is_whole()),
            |nothing| nothing.trim_end_matches('.').to_owned(),
        )
    }
}

/// What a report is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What was done, as a heading.
    pub title: String,
    /// What was read, as it was given.
    pub read: Vec<String>,
    /// The lists that modules were compared with.
    pub lists: Vec<String>,
    /// When, in microseconds since 1970-01-01T00:00Z.
    pub made: Option<i64>,
}

impl Report {
    /// What was one act becomes one finding; the summary counts it so.
    pub fn gather(&mut self) {
        self.items = act::gathered(std::mem::take(&mut self.items));
        // Nothing is left out by that.
        let left_out = self.summary.left_out;
        self.summary.count_again(&self.items);
        self.summary.left_out = left_out;
    }

    /// Takes in what went wrong elsewhere in the same run.
    pub fn lose(&mut self, problems: Vec<Problem>) {
        let losses = problems.iter().filter(|problem| problem.kind().is_loss()).count();
        self.summary.lost_places += losses as u64;
        self.problems.extend(problems);
    }

    /// Findings that belong together name each other.
    pub fn relate(&mut self) {
        halves::name(&mut self.items);
    }

    /// Leaves out findings; the summary counts those that stay, and how many do not.
    pub fn keep(&mut self, is_asked_for: impl Fn(&Item) -> bool) {
        self.items.retain(is_asked_for);
        self.summary.count_again(&self.items);
    }

    /// Lists findings of this severity and above; the summary counts them all, and how many are not listed.
    pub fn list_from(&mut self, severity: Severity) {
        let all = self.items.len();
        self.items.retain(|item| item.severity >= severity);
        self.summary.unlisted += (all - self.items.len()) as u64;
    }
}
