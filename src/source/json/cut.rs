//! A document that holds all rows in one object, and is cut off: what it has of whole rows.

/// The text up to the last row that is whole, with the brackets closed that are open there; `None` where no row is. `depth`
/// brackets are open around a row.
pub(super) fn closed(text: &[u8], depth: usize) -> Option<Vec<u8>> {
    let mut open: Vec<u8> = Vec::new();
    // Where the last whole row ends, and what is open there.
    let mut end: Option<(usize, Vec<u8>)> = None;
    let (mut in_string, mut is_escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                open.pop().filter(|close| close == byte)?;
                if open.len() == depth && open.last() == Some(&b']') {
                    match &mut end {
                        Some((end, around)) if *around == open => *end = at + 1,
                        _ => end = Some((at + 1, open.clone())),
                    }
                }
            }
            _ => {}
        }
    }
    let (end, around) = end?;
    Some(text.get(..end)?.iter().chain(around.iter().rev()).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rows_are_left() {
        for (text, depth, expected) in [
            (
                r#"{"value":[{"a":1},{"a":{"b":2}},{"a":{"b":3}"#,
                2,
                Some(r#"{"value":[{"a":1},{"a":{"b":2}}]}"#),
            ),
            (
                r#"{"hits":{"total":{"x":1},"hits":[{"a":1},{"#,
                3,
                Some(r#"{"hits":{"total":{"x":1},"hits":[{"a":1}]}}"#),
            ),
            (r#"{"value":[{"a":"}]\"{"},"#, 2, Some(r#"{"value":[{"a":"}]\"{"}]}"#)),
            (r#"{"tables":[{"rows":[["a"],["b"#, 4, Some(r#"{"tables":[{"rows":[["a"]]}]}"#)),
            (r#"{"value":[{"a":1"#, 2, None),
            (r#"{"value":{"a":{"b":1}"#, 2, None),
            (r#"{"value":[{"a":1]"#, 2, None),
            ("}", 2, None),
            ("", 2, None),
        ] {
            let found = closed(text.as_bytes(), depth).map(|text| String::from_utf8(text).unwrap());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
