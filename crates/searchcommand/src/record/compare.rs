//! What counts as the same in two records.

/// How an input counts when records are compared.
#[derive(Clone, Copy, Debug)]
pub enum Compare {
    /// By its bytes.
    Text,
    /// All numbers count alike (up to 11 digits, perhaps with a fraction), everything else by its bytes: times and
    /// serial numbers that the cells do not depend on.
    Number,
    /// By what the function writes for it; where that gives false, the record is not compared. It is given the text
    /// between the quotes of the cell, in which each quote still stands twice, and may leave out whatever is no quote.
    By(fn(&[u8], &mut Vec<u8>) -> bool),
}

/// Up to 11 digits, perhaps with a fraction.
#[inline]
pub(super) fn is_number(text: &[u8]) -> bool {
    let mut whole = text.len();
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {}
            b'.' if whole == text.len() && at + 1 < text.len() => whole = at,
            _ => return false,
        }
    }
    (1..=11).contains(&whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("", false),
            ("0", true),
            ("29", true),
            ("1700000000.250", true),
            ("99999999999", true),
            ("999999999999", false),
            ("5.", false),
            (".5", false),
            ("-5", false),
            ("1.5.2", false),
            ("1..2", false),
            ("1e5", false),
            ("5 ", false),
        ] {
            assert_eq!(is_number(text.as_bytes()), expected, "{text:?}");
        }
    }
}
