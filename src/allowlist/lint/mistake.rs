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
    let text = error.to_string();
    let what = text.split_once(": ").map_or(text.as_str(), |(_, what)| what);
    // The text of an error about a row or file ends in what to do, which is said below as the fix.
    let advice = |what: &'_ str| what.rsplit_once("; ").map_or(what.len(), |(head, _)| head.len());
    let end = if matches!(error, AllowlistError::Cell { .. }) { what.len() } else { advice(what) };
    let what = what.get(..end).unwrap_or(what);
    let found = if error.found().is_empty() { String::new() } else { format!(", found `{}`", error.found()) };
    let until = if error.is_of_the_file() { "use no row of the file" } else { "allow nothing by this row" };
    let message = format!("{what}{found}; until this is fixed, searches {until}");
    let (line, column) = (error.line(), error.column());
    Mistake { file: file.to_owned(), line, column, rule: &BROKEN_ROW, message, fix: error.fix() }
}
