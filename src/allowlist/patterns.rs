//! The globs of a scope cell: `web*|app01`.

use super::glob::{Glob, has_wildcard};

/// One or several globs, divided by `|`; none means any. Compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patterns {
    written: String,
    globs: Vec<Glob>,
}

impl Patterns {
    /// Compiles a cell. `separator` divides components (see [`Glob::new`]). A cell of `*` alone means any,
    /// as an empty cell does.
    #[must_use]
    pub fn new(cell: &str, separator: Option<char>) -> Self {
        let parts: Vec<&str> = cell.split('|').map(str::trim).filter(|part| !part.is_empty()).collect();
        if parts.iter().any(|part| matches!(*part, "*" | "**")) {
            return Self { written: cell.to_owned(), globs: Vec::new() };
        }
        let globs = parts.iter().map(|part| Glob::new(&part.to_lowercase(), separator)).collect();
        Self { written: cell.to_owned(), globs }
    }

    /// Whether everything matches.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.globs.is_empty()
    }

    /// The cell.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether one of the globs matches the whole of `text`, which is in lower case.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.is_any() || self.globs.iter().any(|glob| glob.matches(text))
    }

    /// Whether some text could match both. Two globs with wildcards are taken to overlap.
    pub(super) fn may_overlap(&self, other: &Self) -> bool {
        let parts = |patterns: &'_ Self| -> Vec<String> {
            patterns
                .written
                .split('|')
                .map(|part| part.trim().to_lowercase())
                .filter(|p| !p.is_empty())
                .collect()
        };
        self.is_any()
            || parts(self)
                .iter()
                .any(|part| has_wildcard(part) && has_wildcard(&other.written) || other.matches(part))
            || parts(other).iter().any(|part| self.matches(part))
    }

    /// 0 for any, 1 with wildcards, 2 without.
    pub(super) fn specificity(&self) -> usize {
        match (self.is_any(), has_wildcard(&self.written)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    }
}
