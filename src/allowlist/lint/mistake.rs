//! What the check found.

use super::rule::{BROKEN_ROW, Rule};
use crate::allowlist::{AllowlistError, Column};

/// Takes what a rule finds in an entry.
pub(super) type Report<'r> = dyn FnMut(Column, &'static Rule, &str) + 'r;

/// One mistake of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Display name of the file.
    pub file: String,
    /// Line on which the row starts, counted from 1.
    pub line: u64,
    /// The column; empty where it concerns the whole row.
    pub column: &'static str,
    /// The rule.
    pub rule: &'static Rule,
    /// What was found. May quote the file: not for a search's messages.
    pub message: String,
    /// What to do about it.
    pub fix: &'static str,
}

/// In the order of the file, the worst of a line first.
pub(super) fn sort(mistakes: &mut [Mistake]) {
    mistakes.sort_by(|a, b| a.line.cmp(&b.line).then(b.rule.grade.cmp(&a.rule.grade)));
}

/// The mistake of an error that has its row, or the whole file, not count.
pub(super) fn broken(file: &str, error: &AllowlistError) -> Mistake {
    let what = error.what();
    let found = if error.found().is_empty() { String::new() } else { format!(", found `{}`", error.found()) };
    let until = if error.is_of_the_file() { "use no row of the file" } else { "allow nothing by this row" };
    let message = format!("{what}{found}; until this is fixed, searches {until}");
    let (line, column) = (error.line(), error.column());
    Mistake { file: file.to_owned(), line, column, rule: &BROKEN_ROW, message, fix: error.fix() }
}
