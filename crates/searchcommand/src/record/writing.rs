//! Cells and values as CSV text.

use super::cell::{equals, find_near_quote, has_less, word};

/// Writes one value of a `__mv_` cell, between dollar signs.
pub(super) fn push_item(text: &mut Vec<u8>, value: &[u8]) {
    text.push(b'$');
    // Quotes are doubled for the cell, dollar signs for the item.
    for piece in value.split_inclusive(|byte| *byte == b'$') {
        push_doubling(text, piece);
        if piece.ends_with(b"$") {
            text.push(b'$');
        }
    }
    text.push(b'$');
}

/// Writes a cell, quoted when a byte asks for it.
///
/// The rule is cheap rather than exact: quotes go around a value with a comma or with any byte up to the quote itself (0x22):
/// control characters, space, `!`. That includes all that must be quoted (`,` `"` CR LF), and spaces at the ends, which
/// some readers trim.
#[inline]
pub(super) fn push_cell(text: &mut Vec<u8>, value: &[u8]) {
    if needs_quotes(value) {
        text.push(b'"');
        push_doubling(text, value);
        text.push(b'"');
    } else {
        text.extend_from_slice(value);
    }
}

#[inline]
fn needs_quotes(value: &[u8]) -> bool {
    let found = |word| has_less(word, b'"' + 1) | equals(word, b',');
    let Some(last) = value.len().checked_sub(8) else {
        return value.iter().any(|&byte| byte <= b'"' || byte == b',');
    };
    // The last word overlaps the one before it.
    let mut bits = word(value, last).map_or(0, found);
    for chunk in value.as_chunks::<8>().0 {
        bits |= found(u64::from_le_bytes(*chunk));
    }
    bits != 0
}

/// Writes a value with its quotes doubled.
pub(super) fn push_doubling(text: &mut Vec<u8>, value: &[u8]) {
    let mut rest = value;
    while let Some((piece, tail)) =
        find_near_quote(rest, 0).and_then(|found| rest.split_at_checked(found + 1))
    {
        text.extend_from_slice(piece);
        text.push(b'"');
        rest = tail;
    }
    text.extend_from_slice(rest);
}

/// Writes the commas before the next cell.
#[inline]
pub(super) fn push_commas(text: &mut Vec<u8>, count: usize) {
    if count == 1 {
        text.push(b',');
    } else {
        text.resize(text.len() + count, b',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_needed() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"", b""),
            (b"abc", b"abc"),
            (b"C:\\Windows\\x.dll", b"C:\\Windows\\x.dll"),
            (b"a,b", b"\"a,b\""),
            (b"a b", b"\"a b\""),
            (b"a\nb", b"\"a\nb\""),
            (b"\r", b"\"\r\""),
            (b"\"", b"\"\"\"\""),
            (b"say \"hi\"", b"\"say \"\"hi\"\"\""),
            (b"\xff\xfe\0", b"\"\xff\xfe\0\""),
            ("\u{e9}".as_bytes(), "\u{e9}".as_bytes()),
        ];
        for (value, expected) in cases {
            let mut text = Vec::new();
            push_cell(&mut text, value);
            assert_eq!(text, *expected, "{}", value.escape_ascii());
        }
    }
}
