//! One line per finding, for people.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Item, Summary};
use crate::detect::{Column, Severity, Verdict, reason, time};

const BOLD_RED: &str = "\x1b[1;31m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

/// Writes the findings, then the count of each verdict. Colours are written as escape codes; the caller's stream drops
/// them where they do not belong.
pub fn write_text(output: &mut impl Write, items: &[Item], summary: &Summary) -> io::Result<()> {
    for item in items {
        writeln!(output, "{}", line(item))?;
    }
    if !items.is_empty() {
        writeln!(output)?;
    }
    let shown =
        |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let is_finding = |verdict: &Verdict| *verdict != Verdict::NotModule;
    let findings: u64 =
        summary.verdicts.iter().filter(|(verdict, _)| is_finding(verdict)).map(|(_, count)| count).sum();
    write!(
        output,
        "{} read, {}",
        shown(summary.rows, "row", "rows"),
        shown(findings, "finding", "findings")
    )?;
    if summary.other_rows > 0 {
        write!(output, ", {} no IIS configuration event", shown(summary.other_rows, "row is", "rows are"))?;
    }
    writeln!(output)?;
    for (verdict, count) in &summary.verdicts {
        writeln!(output, "{count:>7}  {verdict:<19}  {}", verdict.meaning())?;
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
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { printable(text) };
    let fact = |column| or_dash(item.fact(column));
    let identity = match (item.fact(Column::Image), item.fact(Column::Type)) {
        ("", type_name) => or_dash(type_name),
        (image, _) => printable(image),
    };
    let mut text = format!(
        "{colour}{:<8}  {:<19}{PLAIN}  {}  {}  {:<9}  {}  {}",
        item.severity,
        item.verdict,
        time::format(item.time),
        fact(Column::Host),
        fact(Column::Action),
        fact(Column::Name),
        identity,
    );
    if !item.fact(Column::Site).is_empty() {
        let _: Result<(), _> = write!(text, "  at {}", fact(Column::Site));
    }
    let _: Result<(), _> = write!(text, "  -- {}", item.verdict.meaning());
    for reason in &item.reasons {
        let _: Result<(), _> = write!(text, "; {}", printable(&in_words(reason)));
    }
    text
}

/// A reason as `code` or `code:detail`, in words.
fn in_words(reason: &str) -> String {
    let (code, detail) = reason.split_once(':').unwrap_or((reason, ""));
    let meaning = reason::meaning(code).unwrap_or(code);
    if detail.is_empty() { meaning.to_owned() } else { format!("{meaning} ({detail})") }
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
