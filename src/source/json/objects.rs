//! Where the objects of a JSON text begin and end.

use memchr::{memchr, memchr2, memchr3};

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

/// The keys of the object that begins a text, and not of those inside of it; escapes still stand. Ends where the text is no
/// object any more.
pub(super) fn keys(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 1;
    std::iter::from_fn(move || {
        let start = at + memchr(b'"', text.get(at..)?)?;
        let end = string_end(text, start)?;
        let key = text.get(start + 1..end - 1)?;
        let value = text.get(end..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let length = match value.first()? {
            b'{' | b'[' => length(value)?,
            b'"' => string_end(value, 0)?,
            _ => memchr2(b',', b'}', value)?,
        };
        at = text.len() - value.len() + length;
        Some(key)
    })
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
    fn keys_of_the_outermost_object() {
        for (text, expected) in [
            ("{}", &[][..]),
            (
                r#"{"a":1,"b" : {"c":"}"} , "d":["e",{"f":1}],"g":"h\"i","j":null}"#,
                &["a", "b", "d", "g", "j"],
            ),
            (r#"{"a":{"b""#, &[]),
            (r#"{"a" 1}"#, &[]),
            (r#"{"a":1"#, &[]),
        ] {
            let found: Vec<&str> =
                keys(text.as_bytes()).map(|key| std::str::from_utf8(key).unwrap()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

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
