//! A setting: an element or attribute of a section that registers no module.

use serde::{Deserialize, Serialize};

use super::change::Operation;

/// The requests that a handler takes, as a setting: beside its image and type a table can speak of them.
pub const HANDLER_REQUESTS: &str = r#"/system.webServer/handlers/add[@name=""]/@path"#;

/// What is told of a value that must not be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Secret {
    /// How many characters it has.
    pub length: usize,
    /// Whether it is another one than before, where both are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs: Option<bool>,
}

impl Secret {
    /// What may be told of a new value beside the old one.
    #[must_use]
    pub fn of(old: Option<&str>, new: &str) -> Self {
        let differs = old.filter(|old| !old.is_empty()).map(|old| old != new);
        Self { length: new.chars().count(), differs }
    }

    /// In words, for a reason.
    #[must_use]
    pub fn in_words(self) -> String {
        let differs = match self.differs {
            Some(true) => ", another one than before",
            Some(false) => ", the same as before",
            None => "",
        };
        format!("{} characters{differs}", self.length)
    }
}

/// What one row, or all rows of one change, say about a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a> {
    /// The configuration path as written.
    pub path: &'a str,
    /// What was done last.
    pub operation: Operation,
    /// The value that it has now; `None` where it has none, or it is not shown.
    pub value: Option<&'a str>,
    /// The value before, where shown and not empty.
    pub old: Option<&'a str>,
    /// A value was written, but the rendering hides it.
    pub unseen: bool,
    /// What is told of a value that must not be copied; then there is no other.
    pub secret: Option<Secret>,
}

impl<'a> Setting<'a> {
    /// What the values of an event say: a deletion shows the value that goes, unless it shows another one that comes.
    #[must_use]
    pub fn of(path: &'a str, operation: Operation, old: Option<&'a str>, new: Option<&'a str>) -> Self {
        let filled = |value: Option<&'a str>| value.filter(|value| !value.trim().is_empty());
        let old = filled(old);
        let comes = operation != Operation::Delete || old.is_some() && old != new;
        Self {
            path,
            operation,
            value: filled(new).filter(|_| comes),
            old,
            unseen: new.is_none() && operation != Operation::Delete,
            secret: None,
        }
    }
}

/// The attribute at the end of a configuration path; empty for an element.
#[must_use]
pub fn attribute(path: &str) -> &str {
    match path.rsplit_once("/@") {
        Some((_, attribute)) if !attribute.contains(['/', '[', ']', '"']) => attribute,
        _ => "",
    }
}

/// The section, or the collection in it, that a configuration path leads to: what stands before its first key, without the
/// element that has the key.
#[must_use]
pub fn section(path: &str) -> &str {
    let path = path.trim_start_matches('/');
    match path.split_once('[') {
        Some((before, _)) => before.rsplit_once('/').map_or(before, |(collection, _)| collection),
        None => path.rsplit_once("/@").map_or(path, |(section, _)| section),
    }
}

/// The section that holds the sites, and the element of one.
const SITE: &str = "/system.applicationHost/sites/site[";

/// The site that a configuration path of the server's own file is about.
#[must_use]
pub fn site(path: &str) -> Option<&str> {
    let (head, keys) = path.split_at_checked(SITE.len())?;
    if head.eq_ignore_ascii_case(SITE) { key(keys.split_once(']')?.0, "name") } else { None }
}

/// The value of one key among those that stand between brackets: `@name="X" and @id="1"`.
#[must_use]
pub fn key<'k>(keys: &'k str, name: &str) -> Option<&'k str> {
    let mut rest = keys;
    loop {
        let (found, tail) = rest.strip_prefix('@')?.split_once('=')?;
        let quote = tail.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let value = tail.get(1..)?;
        let joint = if quote == '"' { "\" and @" } else { "' and @" };
        let (value, next) = match value.find(joint) {
            Some(end) => (value.get(..end)?, value.get(end + joint.len() - 1..)),
            None => (value.strip_suffix(quote)?, None),
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_says() {
        for (path, attribute_, section_, site_) in [
            ("/system.webServer/httpLogging/@dontLog", "dontLog", "system.webServer/httpLogging", None),
            ("/configurationRedirection/@path", "path", "configurationRedirection", None),
            (
                r#"/system.webServer/httpCompression/scheme[@name="a/@b"]/@dll"#,
                "dll",
                "system.webServer/httpCompression",
                None,
            ),
            (
                r#"/system.applicationHost/sites/site[@name="A B" and @id="1"]/logFile/@enabled"#,
                "enabled",
                "system.applicationHost/sites",
                Some("A B"),
            ),
            (r#"/a/b/add[@segment="x/@y"]"#, "", "a/b", None),
            ("/a/b/clear", "", "a/b/clear", None),
        ] {
            assert_eq!((attribute(path), section(path), site(path)), (attribute_, section_, site_), "{path}");
        }
    }

    #[test]
    fn keys() {
        for (keys, name, value) in [
            (r#"@name="X""#, "name", Some("X")),
            (r#"@Name="X" and @id="1""#, "name", Some("X")),
            (r#"@fullPath="C:\a b.exe" and @arguments="-x""#, "arguments", Some("-x")),
            ("@name='X'", "name", Some("X")),
            (r#"@name="X""#, "path", None),
            (r#"@name="X"#, "name", None),
            ("name", "name", None),
        ] {
            assert_eq!(key(keys, name), value, "{keys}");
        }
    }

    #[test]
    fn a_deletion_shows_what_goes() {
        let of = |operation, old, new| {
            let setting = Setting::of("/a/@b", operation, old, new);
            (setting.value, setting.unseen)
        };
        assert_eq!(of(Operation::Modify, Some("x"), Some("y")), (Some("y"), false));
        assert_eq!(of(Operation::Delete, Some("x"), Some("x")), (None, false));
        assert_eq!(of(Operation::Delete, Some("x"), Some("y")), (Some("y"), false));
        assert_eq!(of(Operation::Hidden, None, None), (None, true));
        assert_eq!(of(Operation::Modify, None, Some("")), (None, false));
    }

    #[test]
    fn what_is_told_of_a_secret() {
        assert_eq!(Secret::of(Some("abc"), "abd").in_words(), "3 characters, another one than before");
        assert_eq!(Secret::of(Some("ab"), "ab").in_words(), "2 characters, the same as before");
        assert_eq!(Secret::of(None, "").in_words(), "0 characters");
    }
}
