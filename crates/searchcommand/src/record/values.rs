//! Multi-value cells: `$one$;$two$`, a dollar sign inside a value written twice.

use memchr::memchr;

use super::cell::Span;

/// Reads the values of a `__mv_` cell into `values`, and says which stretch of it they are. Doubled dollar signs are
/// undone in place. A cell that does not follow the form has no values: the plain cell stands.
pub(super) fn read_values(body: &mut [u8], cell: Span, values: &mut Vec<Span>) -> (usize, usize) {
    let before = values.len();
    let mut at = cell.start();
    while at < cell.end() {
        match value(body, at, cell.end()) {
            Some((span, next)) => {
                values.push(span);
                at = next;
            }
            None => values.truncate(before),
        }
        if values.len() == before {
            break;
        }
    }
    (before, values.len())
}

/// The value whose opening dollar sign is at `start`, and where the next one opens (or `end`).
fn value(body: &mut [u8], start: usize, end: usize) -> Option<(Span, usize)> {
    if body.get(start) != Some(&b'$') {
        return None;
    }
    let (mut from, mut to) = (start + 1, start + 1);
    loop {
        let dollar = from + memchr(b'$', body.get(from..end)?)?;
        let doubled = dollar + 1 < end && body.get(dollar + 1) == Some(&b'$');
        let kept = if doubled { dollar + 1 } else { dollar };
        if to != from {
            body.copy_within(from..kept, to);
        }
        to += kept - from;
        if doubled {
            from = dollar + 2;
            continue;
        }
        let span = Span::new(start + 1, to);
        return match body.get(dollar + 1..end)? {
            [] => Some((span, end)),
            [b';', _, ..] => Some((span, dollar + 2)),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_cell() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("$a$", &["a"]),
            ("$A$;$B$", &["A", "B"]),
            ("$a;b$;$c\nd$", &["a;b", "c\nd"]),
            ("$$", &[""]),
            ("$$;$$", &["", ""]),
            ("$a$;$$;$b$", &["a", "", "b"]),
            ("$cost: $$5 or $$6$;$x$", &["cost: $5 or $6", "x"]),
            ("$$$$;$a$", &["$", "a"]),
            ("$a$$$;$b$", &["a$", "b"]),
            ("$$$a$;$b$", &["$a", "b"]),
            ("a", &[]),
            ("$a", &[]),
            ("$a$;", &[]),
            ("$a$,$b$", &[]),
            ("$a$;$b", &[]),
            ("$a$x", &[]),
        ];
        for (cell, expected) in cases {
            let mut body = format!("<{cell}>").into_bytes();
            let mut values = vec![Span::new(0, 0)];
            let (start, end) = read_values(&mut body, Span::new(1, 1 + cell.len()), &mut values);
            let found: Vec<_> = values[start..end].iter().map(|span| span.of(&body).to_vec()).collect();
            assert_eq!(
                found,
                expected.iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>(),
                "{cell}"
            );
            assert_eq!((start, values.len()), (1, end));
        }
    }
}
