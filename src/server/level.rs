//! Which level of the configuration a file is.

use std::fmt;

/// The levels, from the top. A level inherits from those above it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// machine.config of the .NET Framework.
    Machine,
    /// web.config beside it.
    WebRoot,
    /// applicationHost.config.
    Server,
    /// A site, application or folder: `Shop/api`.
    Place(String),
    /// A web.config of which nothing tells whose it is. It is judged as that of a site.
    Unknown,
}

impl Level {
    /// The level of a site, application or folder; of the server for an empty text.
    #[must_use]
    pub fn of(place: &str) -> Self {
        match place.trim_matches('/') {
            "" => Self::Server,
            place => Self::Place(place.to_owned()),
        }
    }

    /// What stands below the server; empty above that.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Place(place) => place,
            Self::Unknown => "(place not known)",
            _ => "",
        }
    }

    /// Whether a place is of this level, or lies below it.
    #[must_use]
    pub fn holds(&self, place: &str) -> bool {
        relative(place, self.place()).is_some()
    }
}

impl fmt::Display for Level {
    /// The configuration path, in the form of event 29.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine => f.write_str("MACHINE"),
            Self::WebRoot => f.write_str("MACHINE/WEBROOT"),
            Self::Server => f.write_str("MACHINE/WEBROOT/APPHOST"),
            Self::Place(_) | Self::Unknown => write!(f, "MACHINE/WEBROOT/APPHOST/{}", self.place()),
        }
    }
}

/// Whether two places are one. IIS compares them without case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// What a place is called seen from one above it, or from itself; `None` where it lies elsewhere.
pub(super) fn relative<'p>(place: &'p str, above: &str) -> Option<&'p str> {
    if above.is_empty() {
        return Some(place);
    }
    // Folding may change how long a text is, so the pieces are compared one by one.
    let count = above.split('/').count();
    let mut end = 0;
    for (number, piece) in place.split('/').enumerate().take(count) {
        end += piece.len() + usize::from(number > 0);
    }
    let (head, rest) = place.split_at_checked(end)?;
    same(head, above).then(|| rest.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn places_below_places() {
        for (place, above, expected) in [
            ("Shop/api", "", Some("Shop/api")),
            ("Shop/api", "shop", Some("api")),
            ("Shop/api", "SHOP/API", Some("")),
            ("Shop", "Shop/api", None),
            ("Shopping", "Shop", None),
            ("Shop/apis", "Shop/api", None),
            ("İ/x", "i̇", Some("x")),
        ] {
            assert_eq!(relative(place, above), expected, "{place} {above}");
        }
    }
}
