//! The globs of a scope cell: `web*|app01`.

use super::glob::{Glob, has_wildcard};

/// One or several globs, divided by `|`; none means any. Compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patterns {
    written: String,
    /// Each pattern in lower case, without separators at its ends.
    parts: Vec<String>,
    globs: Vec<Glob>,
}

impl Patterns {
    /// Compiles a cell. `separator` divides components (see [`Glob::new`]); at the ends of a pattern it does not count, and
    /// what ends in `/**` is for the place itself too. A cell of `*` alone means any, as an empty cell does.
    #[must_use]
    pub fn new(cell: &str, separator: Option<char>) -> Self {
        let parts: Vec<String> = parts(cell, separator).map(str::to_lowercase).collect();
        if parts.iter().any(|part| matches!(part.as_str(), "*" | "**")) {
            return Self { written: cell.to_owned(), parts: Vec::new(), globs: Vec::new() };
        }
        let itself = |part: &str| {
            separator
                .and_then(|separator| part.strip_suffix("**")?.strip_suffix(separator))
                .map(str::to_owned)
        };
        let above: Vec<String> = parts.iter().filter_map(|part| itself(part)).collect();
        let globs = parts.iter().chain(&above).map(|part| Glob::new(part, separator)).collect();
        Self { written: cell.to_owned(), parts, globs }
    }

    /// Whether a cell holds dividers and no pattern. Read as "any", it would be the opposite of what was meant.
    #[must_use]
    pub fn is_hollow(cell: &str, separator: Option<char>) -> bool {
        !cell.trim().is_empty() && parts(cell, separator).next().is_none()
    }

    /// Whether everything matches.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.globs.is_empty()
    }

    /// The cell.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Each pattern, in lower case; none where everything matches.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// Whether one of the globs matches the whole of `text`, which is in lower case.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.is_any() || self.globs.iter().any(|glob| glob.matches(text))
    }

    /// Whether everything that matches `narrow` matches this too, as far as [`Glob::covers`] tells.
    pub(super) fn covers(&self, narrow: &Self) -> bool {
        let covered = |glob: &Glob| self.globs.iter().any(|own| own.covers(glob));
        self.is_any() || !narrow.is_any() && narrow.globs.iter().all(covered)
    }

    /// Whether some text could match both. Two globs with wildcards are taken to overlap.
    pub(super) fn may_overlap(&self, other: &Self) -> bool {
        let wild = |patterns: &Self| patterns.parts().any(has_wildcard);
        self.is_any()
            || self.parts().any(|part| has_wildcard(part) && wild(other) || other.matches(part))
            || other.parts().any(|part| self.matches(part))
    }

    /// 0 for any, 1 with wildcards, 2 without.
    pub(super) fn specificity(&self) -> usize {
        match (self.is_any(), has_wildcard(&self.written)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    }
}

fn parts(cell: &str, separator: Option<char>) -> impl Iterator<Item = &str> {
    let bare = move |part| str::trim_matches(part, |c: char| c.is_whitespace() || Some(c) == separator);
    cell.split('|').map(bare).filter(|part| !part.is_empty())
}

/// Whether a host could be named so: a name, an IPv4 address or one of IPv6, with wildcards.
pub(super) fn is_host(pattern: &str) -> bool {
    let is_wildcard = |c: char| matches!(c, '*' | '?');
    let name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_') || is_wildcard(c);
    let address = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.') || is_wildcard(c);
    pattern.chars().all(name) || pattern.chars().all(address)
}

/// Whether a place could be written so: each begins with `MACHINE`.
pub(super) fn is_place(pattern: &str) -> bool {
    pattern == "machine" || Glob::new(pattern, Some('/')).reaches("machine/")
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    #[test]
    fn a_cell_of_dividers_is_hollow() {
        for (cell, separator, hollow) in [
            ("", None, false),
            (" ", None, false),
            ("|", None, true),
            (" | |", None, true),
            ("a|", None, false),
            ("/", Some('/'), true),
            ("/|/", Some('/'), true),
            ("/", None, false),
        ] {
            assert_eq!(Patterns::is_hollow(cell, separator), hollow, "{cell:?}");
        }
    }

    #[test]
    fn separators_at_the_ends_do_not_count_and_below_includes_the_place() {
        for (cell, text, matches) in [
            ("MACHINE/Shop/", "machine/shop", true),
            ("/MACHINE/Shop", "machine/shop", true),
            ("MACHINE/Shop/**", "machine/shop", true),
            ("MACHINE/Shop/**", "machine/shop/a/b", true),
            ("MACHINE/Shop/**/", "machine/shop/a", true),
            ("MACHINE/Shop/**", "machine/shopping", false),
            ("MACHINE/Shop/*", "machine/shop", false),
        ] {
            assert_eq!(Patterns::new(cell, Some('/')).matches(text), matches, "{cell} on {text}");
        }
    }

    #[test]
    fn what_covers_what() {
        for (wide, narrow, covers) in [
            ("", "web*", true),
            ("web*", "", false),
            ("web*", "web01", true),
            ("web*|app*", "app01 | WEB02", true),
            ("web*", "web01|app01", false),
            ("m/shop/**", "m/shop", true),
            ("m/shop/*", "m/shop/**", false),
        ] {
            let [w, n] = [wide, narrow].map(|cell| Patterns::new(cell, Some('/')));
            assert_eq!(w.covers(&n), covers, "{wide} over {narrow}");
        }
    }
}
