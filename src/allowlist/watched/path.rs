//! Patterns of configuration paths: names of elements, `[@key]` where a key stands.

use crate::iis::setting;

/// A pattern, divided at its keys. Names of elements are compared without case; a key may be joined with others.
///
/// Keys are chosen by whoever writes the setting, so a path is taken apart from both ends, and where a piece of the pattern
/// stands in it more than once the last one counts: what a key holds can move nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// What stands before, between and behind the keys.
    pieces: Vec<String>,
    /// The name of the last key, which names the thing; empty where there is none.
    key: String,
}

impl Pattern {
    /// `None` for a text that is no pattern.
    pub fn new(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut key = "";
        let mut rest = text;
        while let Some((piece, tail)) = rest.split_once("[@") {
            pieces.push(piece.to_owned());
            (key, rest) = tail.split_once(']')?;
        }
        pieces.push(rest.to_owned());
        let sound = text.len() > 1 && text.starts_with('/') && !text.contains(['"', ' ', '*']);
        (sound && !text.ends_with('/')).then(|| Self { pieces, key: key.to_owned() })
    }

    /// Each element of a pattern, as its path without keys, and the attribute that is its key.
    pub fn elements(text: &str) -> Vec<(String, Option<String>)> {
        let mut plain = String::new();
        let mut elements = Vec::new();
        for piece in text.split('/').skip(1).filter(|piece| !piece.starts_with('@')) {
            let (name, key) = piece.split_once("[@").map_or((piece, None), |(name, key)| (name, Some(key)));
            for other in ["remove", "clear"].into_iter().filter(|_| name == "add") {
                elements
                    .push((format!("{plain}/{other}"), key.map(|key| key.trim_end_matches(']').to_owned())));
            }
            plain = format!("{plain}/{name}");
            elements.push((plain.clone(), key.map(|key| key.trim_end_matches(']').to_owned())));
        }
        elements
    }

    /// What decides whether a path can match at all, in lower case.
    pub fn bucket(&self) -> String {
        let first = self.pieces.first().map_or("", String::as_str);
        bucket(first).to_ascii_lowercase()
    }

    /// The pattern of the same collection with another last element: `remove[@k]` beside `add[@k]`. `None` where the pattern
    /// does not end in a key.
    pub fn with_element(&self, element: &str) -> Option<Self> {
        let mut pieces = self.collection()?;
        if let Some(last) = pieces.last_mut() {
            last.push('/');
            last.push_str(element);
        }
        pieces.push(String::new());
        Some(Self { pieces, key: self.key.clone() })
    }

    /// The pattern of the whole collection, or of an element without a key in it.
    pub fn whole(&self, element: &str) -> Option<Self> {
        let mut pieces = self.collection()?;
        if let Some(last) = pieces.last_mut() {
            last.push_str(element);
        }
        Some(Self { pieces, key: String::new() })
    }

    /// The pattern of the attribute that holds the key: a row about it gives the thing another name. `None` where the pattern
    /// does not go on behind its last key, or where it is of that attribute itself.
    pub fn renaming(&self) -> Option<Self> {
        let (last, before) = self.pieces.split_last().filter(|_| !self.key.is_empty())?;
        let attribute = format!("/@{}", self.key);
        let direct = last.is_empty() || last.starts_with("/@") && *last != attribute;
        let pieces = before.iter().cloned().chain([attribute]).collect();
        direct.then(|| Self { pieces, key: self.key.clone() })
    }

    /// Whether it is of the attribute that holds its key.
    pub fn is_of_key(&self) -> bool {
        let last = self.pieces.last().and_then(|last| last.strip_prefix("/@"));
        !self.key.is_empty() && last == Some(self.key.as_str())
    }

    /// The pattern of the section that the whole collection stands in: with it, all of them go.
    pub fn section(&self) -> Option<Self> {
        let mut pieces = self.collection()?;
        let (section, _) =
            pieces.pop()?.rsplit_once('/').map(|(section, rest)| (section.to_owned(), rest.len()))?;
        let is_one = pieces.is_empty() && bucket(&section) != section;
        is_one.then(|| Self { pieces: vec![section], key: String::new() })
    }

    fn collection(&self) -> Option<Vec<String>> {
        let (last, pieces) = self.pieces.split_last()?;
        let (element, before) = pieces.split_last()?;
        let (collection, _) = element.rsplit_once('/').filter(|_| last.is_empty())?;
        Some(before.iter().cloned().chain([collection.to_owned()]).collect())
    }

    /// The value of the last key of a path that has this form; empty where the pattern has no key.
    pub fn key<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (first, others) = self.pieces.split_first()?;
        let rest = strip_prefix(path, first)?;
        let Some((last, between)) = others.split_last() else { return rest.is_empty().then_some("") };
        let mut keys = strip_suffix(rest.strip_prefix('[')?, last)?.strip_suffix(']')?;
        let mut last_keys = None;
        for piece in between.iter().rev() {
            let (before, behind) = divide(keys, piece)?;
            last_keys.get_or_insert(behind);
            keys = before;
        }
        if self.key.is_empty() { Some("") } else { setting::key(last_keys.unwrap_or(keys), &self.key) }
    }
}

/// What stands before and behind the last `]piece[`.
fn divide<'k>(keys: &'k str, piece: &str) -> Option<(&'k str, &'k str)> {
    memchr::memrchr_iter(b'[', keys.as_bytes()).find_map(|at| {
        let (before, behind) = keys.split_at_checked(at)?;
        let before = strip_suffix(before, piece)?.strip_suffix(']')?;
        Some((before, behind.strip_prefix('[')?))
    })
}

fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn strip_suffix<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let (rest, tail) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    tail.eq_ignore_ascii_case(suffix).then_some(rest)
}

/// The beginning of a path that says where to look: up to its third separator or its first key.
pub(super) fn bucket(path: &str) -> &str {
    let mut separators = 0;
    let end = path.bytes().position(|byte| {
        separators += usize::from(byte == b'/');
        byte == b'[' || separators == 3
    });
    path.get(..end.unwrap_or(path.len())).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{Pattern, bucket};

    const VARIABLE: &str = "/a/pools/add[@name]/env/add[@name]/@value";

    #[test]
    fn a_path_and_its_last_key() {
        for (pattern, path, key) in [
            ("/a/b/@c", "/A/B/@C", Some("")),
            ("/a/b/@c", "/a/b/@cd", None),
            ("/a/b/@c", r#"/a/b[@x="1"]/@c"#, None),
            ("/a/b/add[@k]/@c", r#"/a/b/add[@k="X"]/@c"#, Some("X")),
            ("/a/b/add[@k]/@c", r#"/a/b/add[@k="X" and @z="1"]/@c"#, Some("X")),
            ("/a/b/add[@k]/@c", r#"/a/b/add[@k=""]/@c"#, Some("")),
            ("/a/b/add[@k]/@c", r#"/a/b/add[@k="x"]/@c"]/@c"#, Some(r#"x"]/@c"#)),
            ("/a/b/add[@k]/@c", "/a/b/add/@c", None),
            ("/a/b/add[@k]/@c", r#"/a/b/add[@k="X"]/@cc"#, None),
            ("/a/b/add[@k]", r#"/a/b/add[@k="X"]"#, Some("X")),
            (VARIABLE, r#"/a/pools/add[@name="P"]/env/add[@name="V"]/@value"#, Some("V")),
            (
                VARIABLE,
                r#"/a/pools/add[@name="P"]/env/add[@name="W"]/@value"]/env/add[@name="V"]/@value"#,
                Some("V"),
            ),
            (VARIABLE, r#"/a/pools/add[@name="P"]/other/add[@name="V"]/@value"#, None),
            (VARIABLE, r#"/a/pools/add[@name="é"]/ENV/add[@name="é"]/@Value"#, Some("é")),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().key(path), key, "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_of_one_collection() {
        let added = Pattern::new("/a/b/c/add[@k]").unwrap();
        assert_eq!(added.with_element("remove").unwrap().key(r#"/a/b/c/remove[@k="X"]"#), Some("X"));
        assert_eq!(added.whole("/clear").unwrap().key("/a/b/c/clear"), Some(""));
        assert_eq!(added.whole("").unwrap().key("/a/b/c"), Some(""));
        assert_eq!(added.section(), None);
        assert_eq!(added.renaming(), Pattern::new("/a/b/c/add[@k]/@k"));
        let valued = Pattern::new("/a/b/add[@k]/@v").unwrap();
        assert_eq!(valued.renaming(), Pattern::new("/a/b/add[@k]/@k"));
        assert!(!valued.is_of_key() && valued.renaming().unwrap().is_of_key());
        assert_eq!(valued.renaming().unwrap().renaming(), None);
        let deeper = Pattern::new("/a/b/c/d/add[@k]").unwrap();
        assert_eq!(deeper.section().unwrap().key("/a/b/c"), Some(""));
        assert_eq!(Pattern::new("/a/b/@c").unwrap().whole(""), None);
        for text in ["", "/", "a", "/a/add[@k", "/a b", "/a/"] {
            assert_eq!(Pattern::new(text), None, "{text}");
        }
    }

    #[test]
    fn buckets() {
        for (path, expected) in
            [("/a/b/c/d", "/a/b"), (r#"/a/b[@k="/"]/c"#, "/a/b"), ("/a/@b", "/a/@b"), ("/a", "/a"), ("", "")]
        {
            assert_eq!(bucket(path), expected);
        }
    }
}
