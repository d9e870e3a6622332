//! The globs of a scope cell: `web*|app01`.

use std::sync::Arc;

use arcstr::Substr;

use super::glob::{Glob, has_wildcard};

/// One or several globs, divided by `|`; none means any. Compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patterns(Option<Arc<Cell>>);

/// What stands in a cell that is not empty. Most entries have none.
#[derive(Debug, PartialEq, Eq)]
struct Cell {
    written: Substr,
    /// Those that are written, then the places themselves of those that end in `/**`.
    patterns: Box<[Pattern]>,
    /// How many are written.
    parts: usize,
}

/// In lower case, without separators at its ends.
#[derive(Debug, PartialEq, Eq)]
enum Pattern {
    /// Without wildcards: most are, and a glob takes much longer to make.
    Literal(Substr),
    Glob(Box<(String, Glob)>),
}

impl Pattern {
    /// `part` is part of `cell`.
    fn new(part: &str, cell: &Substr, separator: Option<char>) -> Self {
        let text = part.to_lowercase();
        if has_wildcard(&text) {
            let glob = Glob::new(&text, separator);
            Self::Glob(Box::new((text, glob)))
        } else if text == **cell {
            Self::Literal(cell.clone())
        } else {
            Self::Literal(text.into())
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Glob(glob) => &glob.0,
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(own) => **own == *text,
            Self::Glob(glob) => glob.1.matches(text),
        }
    }

    /// Whether everything that matches `narrow` matches this too, as far as [`Glob::covers`] tells.
    fn covers(&self, narrow: &Self) -> bool {
        match (self, narrow) {
            (Self::Glob(own), Self::Glob(narrow)) => own.1.covers(&narrow.1),
            (_, Self::Literal(text)) => self.matches(text),
            (Self::Literal(_), Self::Glob(_)) => false,
        }
    }
}

impl Patterns {
    /// Compiles a cell. `separator` divides components (see [`Glob::new`]); at the ends of a pattern it does not count, and
    /// what ends in `/**` is for the place itself too. A cell of `*` alone means any, as an empty cell does.
    #[must_use]
    pub fn new(cell: impl Into<Substr>, separator: Option<char>) -> Self {
        let cell = cell.into();
        if cell.is_empty() {
            return Self::default();
        }
        let written = parts(&cell, separator).map(|part| Pattern::new(part, &cell, separator));
        let mut patterns: Vec<Pattern> = written.collect();
        let parts = patterns.len();
        if patterns.iter().any(|part| matches!(part.text(), "*" | "**")) {
            patterns.clear();
        }
        let itself = |part: &Pattern| {
            let place = part.text().strip_suffix("**")?.strip_suffix(separator?)?;
            Some(Pattern::new(place, &cell, separator))
        };
        let above: Vec<Pattern> = patterns.iter().filter_map(itself).collect();
        patterns.extend(above);
        Self(Some(Arc::new(Cell { written: cell, patterns: patterns.into(), parts })))
    }

    fn patterns(&self) -> &[Pattern] {
        self.0.as_ref().map_or(&[], |cell| &cell.patterns)
    }

    /// Whether a cell holds dividers and no pattern. Read as "any", it would be the opposite of what was meant.
    #[must_use]
    pub fn is_hollow(cell: &str, separator: Option<char>) -> bool {
        !cell.trim().is_empty() && parts(cell, separator).next().is_none()
    }

    /// Whether everything matches.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.patterns().is_empty()
    }

    /// The cell.
    #[must_use]
    pub fn written(&self) -> &str {
        self.0.as_ref().map_or("", |cell| &cell.written)
    }

    /// Each pattern, in lower case; none where everything matches.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        let parts = self.0.as_ref().map_or(0, |cell| cell.parts);
        self.patterns().iter().take(parts).map(Pattern::text)
    }

    /// The patterns that are one text each, where all are; `None` where one has wildcards, or everything matches.
    pub(super) fn literals(&self) -> Option<Vec<&str>> {
        let literal = |pattern: &'_ Pattern| matches!(pattern, Pattern::Literal(_));
        let all = !self.is_any() && self.patterns().iter().all(literal);
        all.then(|| self.patterns().iter().map(Pattern::text).collect())
    }

    /// Whether one of the globs matches the whole of `text`, which is in lower case.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.is_any() || self.patterns().iter().any(|pattern| pattern.matches(text))
    }

    /// Whether everything that matches `narrow` matches this too, as far as [`Glob::covers`] tells.
    pub(super) fn covers(&self, narrow: &Self) -> bool {
        let covered = |narrow: &Pattern| self.patterns().iter().any(|own| own.covers(narrow));
        self.is_any() || !narrow.is_any() && narrow.patterns().iter().all(covered)
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
        match (self.is_any(), has_wildcard(self.written())) {
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
