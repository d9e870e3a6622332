//! Edit distance with a limit.

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours, where no part
/// is edited twice. `None` when it is greater than `limit`. Takes time in the order of length times limit.
pub(super) fn within(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let (a, b) = apart(a, b);
    let far = limit + 1;
    // Rows of the table: two above, one above, this one. Cells off the band stay `far`.
    let mut above2 = vec![far; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).map(|column| column.min(far)).collect();
    let mut row = vec![far; b.len() + 1];
    let mut previous: Option<&char> = None;
    for (i, ca) in a.iter().enumerate() {
        row.fill(far);
        let mut best = (i + 1).min(far);
        if let Some(first) = row.first_mut() {
            *first = best;
        }
        let band = i.saturating_sub(limit)..b.len().min(i + limit + 1);
        for j in band {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(far);
            let cb = b.get(j);
            let substituted = at(&above, j) + usize::from(Some(ca) != cb);
            let mut cell = substituted.min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = j > 0 && previous.is_some() && previous == cb && b.get(j - 1) == Some(ca);
            if swapped {
                cell = cell.min(at(&above2, j - 1) + 1);
            }
            cell = cell.min(far);
            best = best.min(cell);
            if let Some(slot) = row.get_mut(j + 1) {
                *slot = cell;
            }
        }
        if best > limit {
            return None;
        }
        previous = Some(ca);
        std::mem::swap(&mut above2, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    above.last().copied().filter(|distance| *distance <= limit)
}

/// Both texts without what they begin and end with alike, which no edit is needed for.
fn apart<'t>(a: &'t [char], b: &'t [char]) -> (&'t [char], &'t [char]) {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::within;

    /// The definition, with no band and no limit.
    fn by_definition(a: &[char], b: &[char]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([a_rest @ .., x], [b_rest @ .., y]) => {
                let mut best = (by_definition(a_rest, b_rest) + usize::from(x != y))
                    .min(by_definition(a_rest, b) + 1)
                    .min(by_definition(a, b_rest) + 1);
                if let ([a_rest @ .., w], [b_rest @ .., z]) = (a_rest, b_rest)
                    && w == y
                    && z == x
                {
                    best = best.min(by_definition(a_rest, b_rest) + 1);
                }
                best
            }
        }
    }

    fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
        within(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), limit)
    }

    #[test]
    fn known_distances() {
        for (a, b, expected) in [
            ("static", "static", Some(0)),
            ("static", "stati", Some(1)),
            ("static", "statci", Some(1)),
            ("modrqflt", "modrpflt", Some(1)),
            ("iisreqs", "iisrehv", Some(2)),
            ("protsup", "protsdown", None),
            ("", "ab", Some(2)),
            ("", "abc", None),
            // The swap and the insertion between the swapped letters edit one place twice: 3, not 2.
            ("ca", "abc", None),
        ] {
            assert_eq!(distance(a, b, 2), expected, "{a} {b}");
            assert_eq!(distance(b, a, 2), expected, "{b} {a}");
        }
        assert_eq!(distance("ca", "abc", 3), Some(3));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(a in "[abc]{0,6}", b in "[abc]{0,6}", limit in 0_usize..4) {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let (a, b) = (chars(&a), chars(&b));
            let slow = by_definition(&a, &b);
            prop_assert_eq!(within(&a, &b, limit), (slow <= limit).then_some(slow));
        }
    }
}
