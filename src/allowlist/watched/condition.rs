//! On which values a row of the table counts.

/// One condition; all of a row must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// The new value is one of these, without case.
    Is(Vec<String>),
    /// It is none of these.
    IsNot(Vec<String>),
    /// The old value is one of these; never where it is not shown.
    Was(Vec<String>),
    /// The new value begins with two slashes of either kind.
    Share,
    /// The element goes away.
    Removed,
    /// An application pool made the change.
    ByPool,
    /// The file name of the program is one of these.
    File(Vec<String>),
}

/// What is given of a change.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The new value; `None` where it is not shown.
    pub value: Option<&'a str>,
    /// The old value, where shown.
    pub old: Option<&'a str>,
    /// An application pool made the change.
    pub by_pool: bool,
    /// The file name of the program that the row judges, where it is shown.
    pub program: Option<&'a str>,
}

/// Whether a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It does not.
    No,
    /// It may: the value is not shown.
    Unseen,
    /// It does.
    Yes,
}

impl Condition {
    /// Reads one word of the column; `None` where it is none.
    pub fn new(word: &str) -> Option<Self> {
        let values = |list: &str| list.split(';').map(str::to_ascii_lowercase).collect::<Vec<_>>();
        Some(match word.split_once(':') {
            None if word == "unc" => Self::Share,
            None if word == "removed" => Self::Removed,
            None if word == "by_pool" => Self::ByPool,
            Some(("is", list)) => Self::Is(values(list)),
            Some(("is_not", list)) => Self::IsNot(values(list)),
            Some(("was", list)) => Self::Was(values(list)),
            Some(("file", list)) => Self::File(values(list)),
            _ => return None,
        })
    }

    /// Whether it is for any value but some, and this is one of these.
    pub fn excepts(&self, value: &str) -> bool {
        matches!(self, Self::IsNot(list) if among(list, value))
    }

    pub fn answer(&self, given: &Given<'_>) -> Answer {
        let holds = |holds: bool| if holds { Answer::Yes } else { Answer::No };
        match (self, given.value) {
            (Self::Is(_) | Self::Share, None) => Answer::Unseen,
            // What only lets a value pass lets pass what is not seen.
            (Self::IsNot(_), None) | (Self::Removed, _) => Answer::Yes,
            (Self::Is(list), Some(value)) => holds(among(list, value)),
            (Self::IsNot(list), Some(value)) => holds(!among(list, value)),
            (Self::Share, Some(value)) => holds(is_share(value)),
            (Self::Was(list), _) => holds(given.old.is_some_and(|old| among(list, old))),
            (Self::ByPool, _) => holds(given.by_pool),
            (Self::File(list), _) => holds(given.program.is_some_and(|program| among(list, program))),
        }
    }
}

fn among(list: &[String], value: &str) -> bool {
    list.iter().any(|own| own.eq_ignore_ascii_case(value.trim()))
}

fn is_share(value: &str) -> bool {
    let value = value.trim().trim_start_matches('"');
    value.starts_with(r"\\")
        || value.starts_with("//")
        || value.starts_with(r"\/")
        || value.starts_with(r"/\")
}
