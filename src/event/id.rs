//! The number of an event, in the renderings that tools give it.

/// The number of an event, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Id {
    Missing,
    Change,
    Commit,
    /// Event 30: a change that failed.
    Attempt,
    Other,
    /// There is something, but no number. It may be any event.
    Unreadable,
}

/// Reads an event's number: `29`, in quotes or blanks, as a spreadsheet (`29.0`, `29,0`) or in base 16 (`0x1d`).
pub(super) fn read(text: &[u8]) -> Id {
    match text {
        b"29" => return Id::Change,
        b"50" => return Id::Commit,
        b"" => return Id::Missing,
        _ => {}
    }
    let Ok(text) = std::str::from_utf8(text) else { return Id::Unreadable };
    let text = bare(text);
    match number(text) {
        _ if text.is_empty() => Id::Missing,
        Some(29) => Id::Change,
        Some(50) => Id::Commit,
        Some(30) => Id::Attempt,
        Some(_) => Id::Other,
        None => Id::Unreadable,
    }
}

/// The number as such; `None` where it is none.
pub(super) fn number_of(text: &[u8]) -> Option<u64> {
    number(bare(std::str::from_utf8(text).ok()?))
}

/// A number without blanks and quotes around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\0' | '\u{feff}'))
}

/// A whole number. A fraction of zeros is none; three other digits behind a separator are thousands.
fn number(text: &str) -> Option<u64> {
    let digits = |text: &str, radix| {
        // `from_str_radix` takes a sign.
        let all = text.chars().all(|c| c.is_digit(radix));
        all.then(|| u64::from_str_radix(text, radix).ok()).flatten()
    };
    if let Some(text) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return digits(text, 16);
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let whole = digits(whole, 10)?;
    if fraction.bytes().all(|b| b == b'0') {
        return Some(whole);
    }
    let thousands = digits(fraction, 10).filter(|_| fraction.len() == 3)?;
    whole.checked_mul(1000)?.checked_add(thousands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rendering_of_a_number_is_that_number() {
        for (texts, expected) in [
            (
                &[
                    "29", " 29 ", "29\r\n", "029", "+29", "29.0", "29,0", "29.00", "29.", "0x1d", "0X1D",
                    "0x001d",
                ][..],
                Id::Change,
            ),
            (&["\"29\"", "'29'", "\u{a0}29", "29\0", "\u{feff}29", "\"29.0\""], Id::Change),
            (&["50", "50.0", "50,00", "0x32", "\"50\"", " 50"], Id::Commit),
            (&["30", "30.0", "0x1e", "\"30\""], Id::Attempt),
            (&["4,624", "4.624", "290", "2900", "0", "99999999999999"], Id::Other),
            (&["", " ", "\"\"", "\t\n"], Id::Missing),
            (
                &[
                    "29.5",
                    "29,5",
                    "-29",
                    "29a",
                    "x",
                    "0x",
                    "0xg",
                    "2 9",
                    "29 50",
                    "29\n50",
                    "{\"#text\": 29}",
                    "29.0.0",
                    "++29",
                    "0x+1d",
                    "99999999999999999999999",
                    "EventID 29",
                    "ⅩⅩⅨ",
                ],
                Id::Unreadable,
            ),
        ] {
            for text in texts {
                assert_eq!(read(text.as_bytes()), expected, "{text:?}");
            }
        }
        assert_eq!(read(b"\xff29"), Id::Unreadable);
    }
}
