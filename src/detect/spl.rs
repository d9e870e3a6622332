//! Expressions of SPL over the output columns: the app's macros are made of the tables beside the code.
//!
//! A column without a value is null there, and so is each condition that compares it: a macro gives every such condition an arm
//! of its own in `case`, or joins it to others of the same column.

use super::columns::Column;
use super::reason::ReasonCode;

/// The column has this word.
pub(super) fn is(column: Column, word: &str) -> String {
    format!("{}=\"{word}\"", column.name())
}

/// The column has one of these words.
pub(super) fn is_one_of<'w>(column: Column, words: impl Iterator<Item = &'w str>) -> String {
    let words = words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
    format!("in({}, {words})", column.name())
}

/// The finding has one of these reasons, with a detail or without. Never null.
pub(super) fn has_reason(codes: &[ReasonCode]) -> String {
    format!("isnotnull({})", found(codes))
}

/// The finding has none of these reasons. Never null.
pub(super) fn has_no_reason(codes: &[ReasonCode]) -> String {
    format!("isnull({})", found(codes))
}

fn found(codes: &[ReasonCode]) -> String {
    let all = codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join("|");
    let all = if codes.len() > 1 { format!("({all})") } else { all };
    format!("mvfind({}, \"^{all}(:|$)\")", Column::Reasons.name())
}

/// One of these holds.
pub(super) fn any(conditions: impl Iterator<Item = String>) -> String {
    conditions.collect::<Vec<_>>().join(" OR ")
}

/// The first of these texts whose condition holds, else the last.
pub(super) fn case(arms: impl Iterator<Item = (String, String)>, otherwise: &str) -> String {
    let arms = arms.map(|(condition, text)| format!("{condition}, {text}"));
    let all: Vec<String> = arms.chain([format!("true(), {otherwise}")]).collect();
    format!("case({})", all.join(", "))
}

/// A text of the documentation as a string. Its marks for code are left out, for between these stands a macro, and so is the sign
/// that begins a token.
pub(super) fn string(text: &str) -> String {
    let plain = text.replace(['`', '$'], "").replace('…', "...");
    format!("\"{}\"", plain.replace('\\', r"\\").replace('"', "\\\""))
}
