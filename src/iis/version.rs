//! Versions in paths: an agent that updates itself lies in a folder that is called after its version.

use std::cmp::Ordering;

/// What stands for a version in the image of a shipped entry, or of an entry with `match=glob`.
pub const WORD: &str = "{version}";

/// The version that a path has where the pattern says [`WORD`]; `None` for another path. Both in normal form.
#[must_use]
pub fn found<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let (head, tail) = pattern.split_once(WORD)?;
    path.strip_prefix(head)?.strip_suffix(tail).filter(|text| is_version(text))
}

/// The path with [`WORD`] in place of the version of the innermost folder that has one; `None` where none has.
///
/// A version has a dot (`Agent 24.2.3`), or is the whole folder but for a `v` (`V15`): other numbers are part of a name.
#[must_use]
pub fn pattern(path: &str) -> Option<String> {
    let (folders, file) = path.rsplit_once('\\')?;
    let mut end = folders.len();
    for folder in folders.rsplit('\\') {
        let start = end - folder.len();
        if let Some((from, to)) = version_of(folder)
            && start > 0
        {
            let (head, tail) = (path.get(..start + from)?, folders.get(start + to..)?);
            return Some(format!("{head}{WORD}{tail}\\{file}"));
        }
        end = start.saturating_sub(1);
    }
    None
}

/// Whether a path is another version of a known one, and which: all else in them is the same. Both in normal form.
#[must_use]
pub fn compare(known: &str, seen: &str) -> Option<Ordering> {
    let pattern = pattern(known)?;
    let [known, seen] = [found(&pattern, known)?, found(&pattern, seen)?];
    Some(order(seen, known)).filter(|order| *order != Ordering::Equal)
}

/// A text in which each number with its dots is [`WORD`]: what it is but for versions.
#[must_use]
pub fn shape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(at);
        out.push_str(before);
        out.push_str(WORD);
        let (_, after) = number.split_at(length(number));
        rest = after;
    }
    out + rest
}

/// How long the digits and dots at the start of a text are; a dot counts only before a digit.
fn length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let goes_on = |at: &usize| digit(*at) || bytes.get(*at) == Some(&b'.') && digit(*at + 1);
    (0..bytes.len()).take_while(goes_on).count()
}

fn is_version(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Where the version in the name of a folder stands.
fn version_of(folder: &str) -> Option<(usize, usize)> {
    let from = folder.find(|c: char| c.is_ascii_digit())?;
    let (before, number) = folder.split_at(from);
    let to = from + length(number);
    let is_whole = to == folder.len() && (before.is_empty() || before.eq_ignore_ascii_case("v"));
    (is_whole || folder.get(from..to)?.contains('.')).then_some((from, to))
}

/// Versions by their numbers; missing ones are 0.
fn order(a: &str, b: &str) -> Ordering {
    let number = |part: &str| {
        let digits = part.trim_start_matches('0');
        (digits.len(), digits.to_owned())
    };
    let numbers = |text: &str| text.split('.').map(number).collect::<Vec<_>>();
    let [mut a, mut b] = [numbers(a), numbers(b)];
    let most = a.len().max(b.len());
    a.resize(most, number("0"));
    b.resize(most, number("0"));
    a.cmp(&b)
}

#[cfg(test)]
mod tests {
    use super::{compare, found, pattern, shape};
    use std::cmp::Ordering::{Greater, Less};

    #[test]
    fn the_word_is_digits_and_dots_of_one_component() {
        let entry = r"c:\agent {version}\a.dll";
        for (path, version) in [
            (r"c:\agent 24.2.3\a.dll", Some("24.2.3")),
            (r"c:\agent 7\a.dll", Some("7")),
            (r"c:\agent \a.dll", None),
            (r"c:\agent evil\a.dll", None),
            (r"c:\agent 24.2\x\a.dll", None),
            (r"c:\agent 24..2\a.dll", None),
            (r"c:\agent .\a.dll", None),
            (r"c:\agent 24.2\b.dll", None),
            (r"c:\agent 24.2b\a.dll", None),
            (r"c:\agent ٣\a.dll", None),
        ] {
            assert_eq!(found(entry, path), version, "{path}");
        }
    }

    #[test]
    fn folders_that_hold_a_version() {
        for (path, expected) in [
            (r"%programfiles%\agent 24.2.3.471\a.dll", Some(r"%programfiles%\agent {version}\a.dll")),
            (r"c:\x\v15\bin\a.dll", Some(r"c:\x\v{version}\bin\a.dll")),
            (r"c:\x\16\isapi\a.dll", Some(r"c:\x\{version}\isapi\a.dll")),
            (r"c:\1.2\x\3.4\a.dll", Some(r"c:\1.2\x\{version}\a.dll")),
            (r"c:\app2\a.dll", None),
            (r"c:\x\a1.2.dll", None),
            (r"1.2\a.dll", None),
            ("a.dll", None),
            ("", None),
        ] {
            assert_eq!(pattern(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn another_version_of_the_same_file() {
        let known = r"c:\agent 24.2.3\a.dll";
        for (seen, expected) in [
            (r"c:\agent 24.10\a.dll", Some(Greater)),
            (r"c:\agent 25\a.dll", Some(Greater)),
            (r"c:\agent 24.2.2\a.dll", Some(Less)),
            (r"c:\agent 24.2.3.0\a.dll", None),
            (r"c:\agent 24.2.3\a.dll", None),
            (r"c:\agent 25\b.dll", None),
            (r"c:\agents 25\a.dll", None),
            (r"d:\agent 25\a.dll", None),
        ] {
            assert_eq!(compare(known, seen), expected, "{seen}");
        }
    }

    #[test]
    fn shapes() {
        for (text, expected) in [
            (r"agent 24.2.3\x64.dll", r"agent {version}\x{version}.dll"),
            ("a.1", "a.{version}"),
            ("1.", "{version}."),
            ("é1é", "é{version}é"),
            ("", ""),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }
}
