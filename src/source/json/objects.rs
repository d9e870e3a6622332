//! Where the objects of a JSON text begin and end.

use memchr::{memchr2, memchr3};

/// How long the object or array is that begins a text; `None` where the text ends before it does. Brackets in strings do not
/// count; whether the rest is JSON at all is not looked at.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    let (open, close) = if text.first() == Some(&b'[') { (b'[', b']') } else { (b'{', b'}') };
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        at += memchr3(b'"', open, close, text.get(at..)?)?;
        match text.get(at)? {
            b'"' => at = string_end(text, at)?,
            byte if *byte == open => {
                depth += 1;
                at += 1;
            }
            _ => {
                depth = depth.saturating_sub(1);
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
    }
}

/// The place behind the string that begins at `at`.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    at += 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_ends_where_its_bracket_is_closed() {
        for (text, expected) in [
            ("{}", Some(2)),
            ("{} {}", Some(2)),
            (r#"{"a":{"b":"}\"}\\"}}x"#, Some(20)),
            ("[[1],[2]]", Some(9)),
            (r#"["]"]"#, Some(5)),
            ("{", None),
            (r#"{"a"#, None),
            (r#"{"a\"#, None),
        ] {
            assert_eq!(length(text.as_bytes()), expected, "{text}");
        }
    }
}
