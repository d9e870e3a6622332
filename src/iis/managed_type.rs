//! Managed type strings: `Namespace.Type, Assembly, Version=…, Culture=…, PublicKeyToken=…`.

/// How far two type strings name the same type. Ordered: the best of several matches is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TypeMatch {
    /// Another type, assembly, culture or key; or one of the two cannot be read.
    Different,
    /// The same as far as written, but the assembly or its key is missing on one side.
    Weak,
    /// The same type of the same assembly and key, in another version.
    OtherVersion,
    /// The same type, assembly and key.
    Same,
}

impl TypeMatch {
    /// Whether the two are taken for the same type.
    #[must_use]
    pub fn is_match(self) -> bool {
        self != Self::Different
    }

    /// The reason code that goes with a match that is less than complete.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Weak => Some("weak_identity"),
            Self::OtherVersion => Some("type_version_differs"),
            Self::Same | Self::Different => None,
        }
    }
}

/// A managed type string, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ManagedType {
    /// Namespace and type name; compared with case.
    pub name: String,
    /// The assembly's simple name in lower case; `None` for a bare type.
    pub assembly: Option<String>,
    /// `Version`, as written.
    pub version: Option<String>,
    /// `Culture` in lower case.
    pub culture: Option<String>,
    /// `PublicKeyToken` in lower case (`null` for an unsigned assembly).
    pub token: Option<String>,
    /// The string breaks the grammar of type names: it never matches anything.
    pub malformed: bool,
}

impl ManagedType {
    /// Takes a type string apart. Total: any text gives a type.
    #[must_use]
    pub fn parse(written: &str) -> Self {
        Self {
            name: written.to_owned(),
            assembly: None,
            version: None,
            culture: None,
            token: None,
            malformed: false,
        }
    }

    /// Compares what is known (baseline or allowlist) with what was seen.
    #[must_use]
    pub fn compare(&self, seen: &Self) -> TypeMatch {
        if self == seen { TypeMatch::Same } else { TypeMatch::Different }
    }
}
