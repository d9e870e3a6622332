//! Whether a word is another one with a slip of the finger.

/// Whether `written` resembles `known`: another case, or one edit, or two in a long word. An edit inserts, drops or
/// replaces a character or swaps two that stand together. A word of two letters resembles none but itself.
pub(super) fn is_near(written: &str, known: &str) -> bool {
    let [a, b] = [written, known].map(|word| word.to_lowercase().chars().collect::<Vec<char>>());
    let allowed = match b.len() {
        ..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    a.len().abs_diff(b.len()) <= allowed && distance(&a, &b) <= allowed
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut this = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, column) + usize::from(x != y))
                .min(at(&last, column + 1) + 1)
                .min(at(&this, column) + 1);
            let swapped = row > 0 && column > 0 && a.get(row - 1) == Some(y) && b.get(column - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            this.push(best);
        }
        before = std::mem::replace(&mut last, this);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn slips_of_the_finger() {
        for (written, known, near) in [
            ("hots", "host", true),
            ("Hosts", "host", true),
            ("expire", "expires", true),
            ("reasn", "reason", true),
            ("sytem_root", "system_root", true),
            ("config-path", "config_path", true),
            ("configpath", "config_path", true),
            ("bitnes64", "bitness64", true),
            ("Bitness64", "bitness64", true),
            ("time", "type", false),
            ("date", "name", false),
            ("ip", "id", false),
            ("path", "match", false),
            ("colour", "reason", false),
            ("abexpiraz", "expires", false),
            ("xepizez", "expires", false),
            ("expi", "abexpiraz", false),
            ("", "host", false),
        ] {
            assert_eq!(is_near(written, known), near, "{written} for {known}");
        }
    }
}
