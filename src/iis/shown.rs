//! What a reader sees of a name.

use std::borrow::Cow;

use unicode_security::confusable_detection::skeleton;

/// Neither a control character nor one that UTS 39 ignores (its skeleton is empty).
#[must_use]
pub fn is_shown(c: char) -> bool {
    // Those that a name is filled up with are told apart without a look into the tables.
    let is_filling = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_ascii_graphic()
        || c == ' '
        || !is_filling && (!c.is_control() && skeleton(c.encode_utf8(&mut [0; 4])).next().is_some())
}

/// Whether all of a name shows as it is written: characters of ASCII, with single blanks between them.
#[must_use]
pub fn is_plain(written: &str) -> bool {
    let mut before = b' ';
    let all = written.bytes().all(|byte| {
        let is_shown = byte.is_ascii_graphic() || byte == b' ' && before != b' ';
        before = byte;
        is_shown
    });
    all && !written.ends_with(' ')
}

/// A name without characters that do not show and without blanks around it, and with one blank of several: two names that
/// differ in nothing else are one to a reader, though not to IIS.
#[must_use]
pub fn shown(written: &str) -> Cow<'_, str> {
    if is_plain(written) {
        return Cow::Borrowed(written);
    }
    let seen: String = written.chars().filter(|c| is_shown(*c)).collect();
    Cow::Owned(seen.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_does_not_show_is_left_out() {
        for (written, expected) in [
            ("Acme", "Acme"),
            ("Acme ", "Acme"),
            ("\u{a0}Acme\t", "Acme"),
            ("Ac\u{200b}me\u{feff}", "Acme"),
            ("Acme\u{200b} \u{2060}  Filter", "Acme Filter"),
            ("Acme Filter", "Acme Filter"),
            ("\u{410}cme", "\u{410}cme"),
            ("\u{200b} ", ""),
        ] {
            assert_eq!(shown(written), expected, "{written:?}");
        }
    }
}
