//! One line per finding, for people.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::item::Item;
use super::whole::Report;
use crate::detect::{Code, Column, ReasonCode, Severity};
use crate::problem::ProblemKind;

const BOLD_RED: &str = "\x1b[1;31m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Writes the findings, then the count of each verdict, and what the rows lack. Colours are written as escape codes; the
/// caller's stream drops them where they do not belong.
pub fn write_text(output: &mut impl Write, Report { items, summary, problems }: &Report) -> io::Result<()> {
    for item in items {
        writeln!(output, "{}", line(item))?;
    }
    if !items.is_empty() {
        writeln!(output)?;
    }
    writeln!(output, "{summary}")?;
    for (verdict, count) in &summary.verdicts {
        writeln!(output, "{count:>7}  {verdict:<19}  {}", verdict.meaning())?;
    }
    if summary.findings() > 0 {
        let verb = if summary.needs_decision == 1 { "needs" } else { "need" };
        writeln!(output, "{:>7}  {verb} a decision", summary.needs_decision)?;
    }
    for problem in problems.iter().filter(|problem| problem.kind() != ProblemKind::NotUnderstood) {
        writeln!(output, "not read: {}", printable(&problem.to_string()))?;
    }
    let not_understood = summary.not_understood().map(|rows| format!("{rows}."));
    for note in not_understood.into_iter().chain(summary.gaps.notes()) {
        writeln!(output, "note: {}", printable(&note))?;
    }
    Ok(())
}

fn line(item: &Item) -> String {
    let colour = match item.severity {
        Severity::Critical => BOLD_RED,
        Severity::High => RED,
        Severity::Medium => YELLOW,
        Severity::Low => "",
        Severity::Info => DIM,
    };
    let mut text = format!(
        "{colour}{:<8}  {:<19}{PLAIN}  {}  {}  {:<9}  {}  {}",
        item.severity,
        item.verdict,
        or_dash(&item.time_text()),
        or_dash(item.fact(Column::Host)),
        or_dash(item.fact(Column::Action)),
        or_dash(item.fact(Column::Name)),
        or_dash(item.identity()),
    );
    for (word, column) in [("at", Column::Site), ("by", Column::Actor)] {
        if !item.fact(column).is_empty() {
            let _: Result<(), _> = write!(text, "  {word} {}", printable(item.fact(column)));
        }
    }
    let meaning = item.verdict.meaning_of(item.fact(Column::Kind));
    let _: Result<(), _> = write!(text, "  -- {meaning}");
    let before = item.fact(Column::ImageOld);
    let is_replaced = !before.is_empty() && before != item.identity();
    if is_replaced {
        let _: Result<(), _> = write!(text, "; before: {}", printable(before));
    }
    for reason in &item.reasons {
        // What the image was before says that it was another one.
        if !(is_replaced && reason == Code::ImageReplaced.as_str()) {
            let _: Result<(), _> = write!(text, "; {}", printable(&in_words(reason)));
        }
    }
    if let Some((first, others)) = item.origins.split_first() {
        let more = if others.is_empty() { String::new() } else { format!(" +{}", others.len()) };
        let _: Result<(), _> = write!(text, "  [{}{more}]", printable(&first.brief()));
    }
    text
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { printable(text) }
}

/// A reason as `code` or `code:detail`, in words.
fn in_words(reason: &str) -> String {
    let (word, detail) = reason.split_once(':').unwrap_or((reason, ""));
    let code = ReasonCode::named(word);
    match (code.map_or(word, |code| code.meaning()), code) {
        (_, Some(ReasonCode::Code(Code::ExpectedImage | Code::ExpectedType))) => {
            format!("expected: {detail}")
        }
        (meaning, _) if detail.is_empty() => meaning.to_owned(),
        (meaning, _) => format!("{meaning} ({detail})"),
    }
}

/// A text of an event with everything escaped that could move the cursor, turn the writing direction or hide: names are
/// written by attackers.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character is shown as something else than itself: it commands the terminal, turns the writing direction or
/// has no width.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_hidden_reaches_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\r\n"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}\\u{a}");
        assert_eq!(printable("Модуль \"x\" é"), "Модуль \"x\" é");
    }
}
