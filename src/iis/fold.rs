//! Case folding of paths: simple, without a locale, and never across the border of ASCII.

/// Folds one character to lower case: Unicode simple upper-casing (what NTFS compares by), then simple
/// lower-casing, so that `Σ`, `σ` and `ς` meet. A character whose mapping has several characters stays. A character
/// outside ASCII never becomes an ASCII one: `K` (U+212A) is no `k` and `ſ` (U+017F) no `s`, because Windows keeps
/// such file names apart and a path that differs from a known one must not be taken for it.
#[must_use]
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let folded = single(c.to_uppercase()).and_then(|upper| single(upper.to_lowercase())).unwrap_or(c);
    if folded.is_ascii() { c } else { folded }
}

/// Folds a text character by character, see [`fold_char`].
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold_char).collect() }
}

fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_char};

    #[test]
    fn folding_twice_is_folding_once_for_every_character() {
        for c in char::MIN..=char::MAX {
            let once = fold_char(c);
            assert_eq!(fold_char(once), once, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn only_ascii_folds_to_ascii() {
        for c in char::MIN..=char::MAX {
            assert_eq!(fold_char(c).is_ascii(), c.is_ascii(), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn folds_case_beyond_ascii_without_a_locale() {
        assert_eq!(fold("GRÖSSE İ ΣΊΣΥΦΟΣ I"), "grösse İ σίσυφοσ i");
        assert_eq!(fold("ς"), fold("Σ"));
        assert_eq!(fold("ß"), "ß");
    }
}
