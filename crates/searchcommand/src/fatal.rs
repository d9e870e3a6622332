//! What fails a search.

use std::error::Error;
use std::fmt;

/// Why the search must fail: what kind of failure, what happened, and what to do about it, in words for the person who typed
/// the search. Splunk shows `Error in '<command>' command: <what>; <hint>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fatal {
    kind: FatalKind,
    what: String,
    hint: Option<String>,
}

/// Whose matter a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FatalKind {
    /// Of whoever typed the search or set the command up: an argument, a file, a setting.
    Refused,
    /// Of whoever wrote the command. It is shown as an internal error, with the request to report it.
    Internal,
}

impl Fatal {
    /// A search that is refused.
    pub fn new(what: impl Into<String>) -> Self {
        Self { kind: FatalKind::Refused, what: what.into(), hint: None }
    }

    /// A fault of the command itself.
    pub fn internal(what: impl Into<String>) -> Self {
        Self { kind: FatalKind::Internal, what: what.into(), hint: Some("please report it".to_owned()) }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Whose matter it is.
    #[must_use]
    pub fn kind(&self) -> FatalKind {
        self.kind
    }

    /// What happened.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == FatalKind::Internal {
            f.write_str("internal error: ")?;
        }
        f.write_str(&self.what)?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl Error for Fatal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_what_and_hint_are_one_line() {
        for (fatal, line) in [
            (Fatal::new("there is no field \"x\""), "there is no field \"x\""),
            (
                Fatal::new("there is no field \"x\"").with_hint("field= names one"),
                "there is no field \"x\"; field= names one",
            ),
            (Fatal::internal("no plan"), "internal error: no plan; please report it"),
        ] {
            assert_eq!(fatal.to_string(), line);
        }
    }
}
