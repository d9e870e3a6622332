//! The rendered message of event 29: the English sentence, the sentence of another language, or a list of values.
//!
//! English: `Changes to '<configuration>' at '<configuration path>' have successfully been committed.` The two
//! values are told apart at the *last* `' at 'MACHINE`, because a module's name can hold that text and what follows
//! the name cannot. In other languages the words, the quotes and the order differ, so the values themselves are
//! looked for.

use memchr::{memchr_iter, memmem, memrchr_iter};

use super::appended;
use super::fallback::{self, operation};
use super::quotes;
use super::reasons::Unreadable;
use crate::iis::config_path::{self, Parsed};
use crate::iis::{Operation, ValueSource};

/// What a message says. Everything is a slice of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoken<'a> {
    pub(super) path: &'a str,
    pub(super) config_path: &'a str,
    pub(super) location: &'a str,
    pub(super) operation: Operation,
    pub(super) old: Option<&'a str>,
    pub(super) new: Option<&'a str>,
    pub(super) image: Option<&'a str>,
    pub(super) source: Option<ValueSource>,
}

/// How the English sentence of event 29 begins.
pub(super) const START: &str = "Changes to '";
/// How the English sentence of event 50 begins.
pub(super) const COMMITTED: &str = "Changes have successfully been committed to ";
const END: &str = " have successfully been committed";
/// How it ends: with the quote of its second value.
const CLOSING: &str = "' have successfully been committed";
/// How many closing quotes are tried as the end of a path. Each try is linear in the path, so that the bound keeps
/// the whole linear; a name with more quotes than that is reported as ambiguous.
const TRIES: usize = 32;

/// Reads a message; the error is the reason code.
pub(super) fn read(message: &str) -> Result<Spoken<'_>, Unreadable> {
    let message = message.trim();
    match message.strip_prefix(START) {
        Some(body) => english(body),
        None if message.is_empty() => Err(Unreadable::EmptyMessage),
        None if is_cut(message) => Err(Unreadable::CutMessage),
        None => by_values(message),
    }
}

/// Whether this is the first word that automatic key=value extraction leaves of `Message=Changes to …`.
pub(super) fn is_cut(message: &str) -> bool {
    message.starts_with("Changes") && START.starts_with(message)
}

fn english(body: &str) -> Result<Spoken<'_>, Unreadable> {
    // A change at server level with nothing appended: by far the most frequent end, and the last joint is in it.
    const SERVER: &str = "MACHINE/WEBROOT/APPHOST";
    const USUAL: &str = "' at 'MACHINE/WEBROOT/APPHOST' have successfully been committed.";
    if let Some(path) = body.strip_suffix(USUAL) {
        return if holds_sentence(path) { Err(Unreadable::TrailingText) } else { sentence(path, SERVER, "") };
    }
    let bytes = body.as_bytes();
    let quote = memrchr_iter(b'\'', bytes)
        .find(|&i| {
            bytes.get(..i).is_some_and(|before| before.ends_with(b"' at "))
                && bytes
                    .get(i + 1..)
                    .and_then(|rest| rest.strip_prefix(b"MACHINE"))
                    .is_some_and(|rest| matches!(rest.first(), Some(b'/' | b'\'')))
        })
        .ok_or(Unreadable::TruncatedMessage)?;
    let path = body.get(..quote - "' at ".len()).ok_or(Unreadable::TruncatedMessage)?;
    if holds_sentence(path) {
        return Err(Unreadable::TrailingText);
    }
    let tail = body.get(quote + 1..).ok_or(Unreadable::TruncatedMessage)?;
    let (config_path, rest) = last_closing(tail, CLOSING).ok_or(Unreadable::TruncatedMessage)?;
    sentence(path, config_path, rest)
}

/// Whether a sentence ends and another one begins in what should be one path.
fn holds_sentence(path: &str) -> bool {
    find(path, CLOSING).and_then(|end| path.get(end..)).is_some_and(holds_change)
}

/// Whether the sentence of a change begins somewhere in a text.
pub(super) fn holds_change(text: &str) -> bool {
    find(text, "Changes to '/").is_some()
}

/// Where a text of these few characters, whose first is rare, is found first. A searcher made for each short message costs
/// more than the search.
fn find(text: &str, sought: &str) -> Option<usize> {
    let (&first, bytes) = (sought.as_bytes().first()?, text.as_bytes());
    memchr_iter(first, bytes)
        .find(|&at| bytes.get(at..).is_some_and(|rest| rest.starts_with(sought.as_bytes())))
}

/// What stands before the last end of the sentence and behind it. A folder can have the name of an end with values behind:
/// where there are two ends, nothing behind the last one is believed either.
fn last_closing<'a>(text: &'a str, closing: &str) -> Option<(&'a str, &'a str)> {
    let last = memmem::rfind(text.as_bytes(), closing.as_bytes())?;
    let is_only = find(text, closing) == Some(last);
    let (before, behind) = text.split_at_checked(last)?;
    Some((before, if is_only { behind.get(closing.len()..)? } else { "" }))
}

/// The values of a sentence, with what was appended after it.
fn sentence<'a>(path: &'a str, config_path: &'a str, rest: &'a str) -> Result<Spoken<'a>, Unreadable> {
    let appended = appended::read(rest)?;
    Ok(Spoken {
        path,
        config_path,
        location: "",
        operation: appended.operation.map_or(Operation::Hidden, operation),
        old: appended.old,
        new: appended.new,
        image: appended.image,
        source: (!appended.is_empty()).then_some(ValueSource::Message),
    })
}

/// Any other text: the values are found by what they are.
fn by_values(message: &str) -> Result<Spoken<'_>, Unreadable> {
    let Some(start) = path_start(message) else {
        let missing = message.starts_with("Splunk could not get the description for this event")
            || message.starts_with("The description for Event ID");
        return Err(if missing { Unreadable::DescriptionMissing } else { Unreadable::NoConfigurationPath });
    };
    if let Some(listed) = fallback::read(message, start) {
        let listed = listed?;
        return Ok(Spoken {
            path: listed.path,
            config_path: listed.config_path,
            location: listed.location,
            operation: operation(listed.operation),
            old: listed.old,
            new: listed.new,
            image: None,
            source: Some(ValueSource::Fallback),
        });
    }
    let (before, after) = message.split_at_checked(start).ok_or(Unreadable::NoConfigurationPath)?;
    match quotes::opener(before) {
        Some(opener) => quoted(before, after, opener),
        None => bare(before, after),
    }
}

/// Where the configuration begins: a `/` and a letter, where a quote, a line or a list entry begins, or
/// `/system.` after anything that is no part of a path.
fn path_start(message: &str) -> Option<usize> {
    memchr_iter(b'/', message.as_bytes()).find(|&i| {
        let Some((before, path)) = message.split_at_checked(i) else { return false };
        if !path.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) {
            return false;
        }
        let Some(last) = before.chars().next_back() else { return true };
        if matches!(last, '\n' | ';' | ',') || quotes::opener(before).is_some() {
            return true;
        }
        let system = path.get(.."/system.".len()).is_some_and(|head| head.eq_ignore_ascii_case("/system."));
        if quotes::is_blank(last) {
            let previous = before.trim_end_matches(quotes::is_blank).chars().next_back();
            return system || matches!(previous, None | Some('\n' | ';' | ','));
        }
        system && !last.is_ascii()
    })
}

/// A sentence whose values stand in quotes.
fn quoted<'a>(before: &'a str, after: &'a str, opener: char) -> Result<Spoken<'a>, Unreadable> {
    let closers = quotes::closers(opener).ok_or(Unreadable::AmbiguousMessage)?;
    let machine = |text: &'a str, last: bool| {
        let mut found = memmem::find_iter(text.as_bytes(), b"MACHINE").filter(|&i| {
            let Some((head, tail)) = text.split_at_checked(i) else { return false };
            let next = tail.get("MACHINE".len()..).unwrap_or_default();
            quotes::opener(head) == Some(opener)
                && next.starts_with(|c| c == '/' || closers.contains(&c) || quotes::is_blank(c))
        });
        if last { found.last() } else { found.next() }
    };
    // Before the path nobody but an administrator writes, and after it the last such value is the sentence's own:
    // a name cannot stand behind it.
    if let Some(at) = machine(before, false) {
        let (config_path, _) = config_path_at(before, at, closers).ok_or(Unreadable::TruncatedMessage)?;
        let (path, rest) = path_end(after, closers)?;
        return sentence(path, config_path, rest);
    }
    let at = machine(after, true).ok_or(Unreadable::TruncatedMessage)?;
    let (config_path, rest) = config_path_at(after, at, closers).ok_or(Unreadable::TruncatedMessage)?;
    let region = after.get(..at).unwrap_or_default().trim_end_matches(quotes::is_blank);
    let region = region.strip_suffix(opener).unwrap_or(region);
    let (path, _) = path_end(region, closers)?;
    sentence(path, config_path, rest)
}

/// The path at the start of `text` up to the last closing quote that leaves a path that can be read, and the rest.
fn path_end<'a>(text: &'a str, closers: &[char]) -> Result<(&'a str, &'a str), Unreadable> {
    let mut any = false;
    for (end, closer) in text.rmatch_indices(closers).take(TRIES) {
        any = true;
        let path = text.get(..end).unwrap_or_default().trim_end_matches(quotes::is_blank);
        if !matches!(config_path::parse(path), Parsed::Malformed(_)) {
            return Ok((path, text.get(end + closer.len()..).unwrap_or_default()));
        }
    }
    Err(if any { Unreadable::AmbiguousMessage } else { Unreadable::TruncatedMessage })
}

/// The configuration path at `at` up to its closing quote, and the rest. An apostrophe within a word (`Bob's site`)
/// does not close.
fn config_path_at<'a>(text: &'a str, at: usize, closers: &[char]) -> Option<(&'a str, &'a str)> {
    let text = text.get(at..)?;
    let ends = |&(i, closer): &(usize, &str)| {
        !text.get(i + closer.len()..).unwrap_or_default().starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    let (end, closer) = text.match_indices(closers).find(ends)?;
    let config_path = text.get(..end)?.trim_end_matches(quotes::is_blank);
    let rest = text.get(end + closer.len()..)?;
    // A folder's name can hold any quote but the double one, and values behind it.
    let is_last = closer == "\"" || !rest.contains(closers);
    Some((config_path, if is_last { rest } else { "" }))
}

/// A sentence whose values stand without quotes. Names hold blanks, so only what cannot be misread is read: a path
/// that ends in its key or attribute, a configuration path with no site or at the end of the text.
fn bare<'a>(before: &'a str, after: &'a str) -> Result<Spoken<'a>, Unreadable> {
    let machine = |text: &'a str| {
        memmem::find_iter(text.as_bytes(), b"MACHINE")
            .filter(|&i| {
                let (head, tail) = text.split_at_checked(i).unwrap_or_default();
                !head.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '\\' | '"' | '\''))
                    && !tail
                        .get("MACHINE".len()..)
                        .unwrap_or_default()
                        .starts_with(|c: char| c.is_ascii_alphanumeric())
            })
            .last()
    };
    if let Some(at) = machine(before) {
        let (config_path, _) = bare_config_path(before.get(at..).unwrap_or_default())?;
        let (path, rest) = bare_path(after)?;
        return sentence(path, config_path, rest);
    }
    let at = machine(after).ok_or(Unreadable::TruncatedMessage)?;
    let (path, _) = bare_path(after.get(..at).unwrap_or_default())?;
    let (config_path, rest) = bare_config_path(after.get(at..).unwrap_or_default())?;
    sentence(path, config_path, rest)
}

/// The path at the start of `text`: to the end of its last key and the attribute behind it, else to the first blank.
fn bare_path(text: &str) -> Result<(&str, &str), Unreadable> {
    let key = text.rfind("\"]").max(text.rfind("']")).map(|i| i + 2);
    let end = match key {
        Some(key) => {
            let tail = text.get(key..).unwrap_or_default();
            let attribute = tail
                .strip_prefix("/@")
                .map_or(0, |word| 2 + word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len()));
            key + attribute
        }
        None => text.find(|c: char| c.is_whitespace() || !c.is_ascii()).unwrap_or(text.len()),
    };
    text.split_at_checked(end).ok_or(Unreadable::AmbiguousMessage)
}

fn bare_config_path(text: &str) -> Result<(&str, &str), Unreadable> {
    if let Some(found) = last_closing(text, END) {
        return Ok(found);
    }
    let end = text.find(|c: char| c.is_whitespace() || !c.is_ascii()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).ok_or(Unreadable::AmbiguousMessage)?;
    let word = word.trim_end_matches(['.', ',', ';']);
    let levels = ["MACHINE", "MACHINE/WEBROOT", "MACHINE/WEBROOT/APPHOST", "MACHINE/REDIRECTION"];
    if rest.trim().is_empty() || levels.iter().any(|level| level.eq_ignore_ascii_case(word)) {
        Ok((word, rest))
    } else {
        Err(Unreadable::AmbiguousMessage)
    }
}
