//! Texts that list the inserted strings because the provider's message file is missing: one a line (Event Viewer,
//! forwarded events, Splunk's forwarder), or on one line, quoted (`'a', 'b'`) or between semicolons.
//!
//! The strings come in the order of the manifest: physical path, configuration path, location path, configuration,
//! operation, old value, new value. The words around them are localised and play no part.

use super::quotes::is_blank;
use super::reasons::Unreadable;
use crate::iis::Operation;

/// The listed strings. Old and new value are `None` where the text does not tell them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Listed<'a> {
    pub(super) path: &'a str,
    pub(super) config_path: &'a str,
    pub(super) location: &'a str,
    pub(super) operation: &'a str,
    pub(super) old: Option<&'a str>,
    pub(super) new: Option<&'a str>,
}

/// Reads a list in which the configuration begins at `start`; `None` where the text around is no list.
pub(super) fn read(text: &str, start: usize) -> Option<Result<Listed<'_>, Unreadable>> {
    let (before, after) = text.split_at_checked(start)?;
    if before.trim_end_matches(is_blank).ends_with('\n') {
        lines(before, after)
    } else {
        one_line(before, after)
    }
}

pub(super) fn is_machine(text: &str) -> bool {
    text.strip_prefix("MACHINE").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One string a line.
fn lines<'a>(before: &'a str, after: &'a str) -> Option<Result<Listed<'a>, Unreadable>> {
    let mut back = before.trim_end_matches(is_blank).lines().rev().map(str::trim);
    // The location path is empty in every event known. A renderer that leaves empty strings out leaves out that one
    // too, which shows what to make of the lines that follow.
    let (location, config_path, keeps_empty) = match (back.next()?, back.next()) {
        (line, _) if is_machine(line) => ("", line, false),
        (location, Some(line)) if is_machine(line) => (location, line, true),
        _ => return None,
    };
    let mut forward = after.split('\n').map(str::trim);
    let path = forward.next()?;
    // A name with line breaks can imitate the lines that follow it. Whatever ends like a key further down shows it.
    let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
    if rest.contains("\"]") || rest.contains("']") {
        return Some(Err(Unreadable::AmbiguousMessage));
    }
    let Some(operation) = forward.next().filter(|line| is_operation(line)) else {
        return Some(Err(Unreadable::TruncatedMessage));
    };
    let listed = Listed { path, config_path, location, operation, old: None, new: None };
    if keeps_empty {
        return Some(Ok(Listed { old: forward.next(), new: forward.next(), ..listed }));
    }
    // What follows the values is a sentence of the renderer (`The message resource is present but …`).
    let mut values = forward.take_while(|line| !line.is_empty() && !line.starts_with("The "));
    let (first, second) = (values.next(), values.next());
    Some(Ok(place(listed, first, second)))
}

/// Gives the values that are left when empty ones were left out their places. With only one the operation decides;
/// where it cannot, the value is neither.
fn place<'a>(listed: Listed<'a>, first: Option<&'a str>, second: Option<&'a str>) -> Listed<'a> {
    match (first, second, operation(listed.operation)) {
        (Some(_), Some(_), _) => Listed { old: first, new: second, ..listed },
        (Some(_), None, Operation::Add) => Listed { new: first, ..listed },
        (Some(_), None, Operation::Delete) => Listed { old: first, ..listed },
        _ => listed,
    }
}

/// All strings on one line, with one separator: `', '` with its quotes, or a semicolon.
fn one_line<'a>(before: &'a str, after: &'a str) -> Option<Result<Listed<'a>, Unreadable>> {
    let quote = before.chars().next_back().filter(|&c| matches!(c, '\'' | '"'));
    let separator = match quote {
        Some(quote) => quoted_separator(before, quote)?,
        None => semicolon(before)?,
    };
    let mut back = before.strip_suffix(separator)?.rsplit(separator);
    let (location, config_path, keeps_empty) = match (back.next()?, back.next()) {
        (text, _) if is_machine(text) => ("", text, false),
        (location, Some(text)) if is_machine(text) => (location, text, true),
        _ => return None,
    };
    // The last place where an operation stands between separators: a name before it can hold anything.
    let Some((path, operation, values)) = split_at_operation(after, separator) else {
        return Some(Err(Unreadable::TruncatedMessage));
    };
    let listed = Listed { path, config_path, location, operation, old: None, new: None };
    let last = |text: &'a str| match quote {
        Some(quote) => text.rfind(quote).and_then(|end| text.get(..end)),
        // The old sentence closes its list with a full stop. No file and no type ends with one.
        None => {
            text.lines().next().map(str::trim).map(|text| text.strip_suffix('.').unwrap_or(text).trim_end())
        }
    };
    Some(Ok(match values.split_once(separator) {
        Some((old, new)) => Listed { old: Some(old), new: last(new), ..listed },
        None if keeps_empty => listed,
        None => place(listed, last(values).filter(|value| !value.is_empty()), None),
    }))
}

/// `', '` (or `";"` and the like) at the end of `before`: quote, a comma or semicolon with blanks, quote.
fn quoted_separator(before: &str, quote: char) -> Option<&str> {
    let inner = before.strip_suffix(quote)?;
    let bare = inner.trim_end_matches(|c| is_blank(c) || matches!(c, ',' | ';'));
    let between = inner.get(bare.len()..)?;
    if !bare.ends_with(quote) || !between.contains([',', ';']) {
        return None;
    }
    before.get(bare.len() - quote.len_utf8()..)
}

fn semicolon(before: &str) -> Option<&str> {
    let bare = before.trim_end_matches(is_blank);
    let start = bare.strip_suffix(';')?.len();
    before.get(start..)
}

fn split_at_operation<'a>(after: &'a str, separator: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut end = after.len();
    // Every step back passes one separator, and each is looked at once.
    loop {
        let second = after.get(..end)?.rfind(separator)?;
        let digit = second.checked_sub(1)?;
        let first = digit.checked_sub(separator.len());
        let operation = after.get(digit..second);
        if let (Some(first), Some(operation)) = (first, operation.filter(|text| is_operation(text)))
            && after.get(first..digit) == Some(separator)
        {
            return Some((after.get(..first)?, operation, after.get(second + separator.len()..)?));
        }
        end = second;
    }
}

fn is_operation(text: &str) -> bool {
    matches!(text, "1" | "2" | "3")
}

/// The meaning of `EditOperationType`, as a number or as the word of the manifest's value map; anything else tells
/// nothing.
pub(super) fn operation(text: &str) -> Operation {
    match text.trim_ascii() {
        "1" | "0x1" => Operation::Add,
        "2" | "0x2" => Operation::Delete,
        "3" | "0x3" => Operation::Modify,
        word if word.eq_ignore_ascii_case("add") => Operation::Add,
        word if word.eq_ignore_ascii_case("delete") => Operation::Delete,
        word if word.eq_ignore_ascii_case("modify") => Operation::Modify,
        _ => Operation::Hidden,
    }
}
