//! All that a scan has to say.

use super::item::Item;
use super::summary::Summary;
use crate::problem::Problem;

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

impl Report {
    /// Leaves out findings; the summary counts those that stay.
    pub fn keep(&mut self, is_asked_for: impl Fn(&Item) -> bool) {
        self.items.retain(is_asked_for);
        self.summary.count_again(&self.items);
    }
}
