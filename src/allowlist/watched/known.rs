//! A value that is known for a watched setting.

use crate::iis::{Image, ManagedType, Roots};

/// One known value: of the baseline, or of a product pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Names the row in results.
    pub id: String,
    /// A site may switch a row off, by its id.
    pub enabled: bool,
    /// Ids of the settings that it is known for.
    pub settings: Vec<String>,
    /// The product pack; empty for the baseline.
    pub pack: String,
    /// Key of the element; empty for any.
    pub name: String,
    /// The value as written; empty for one that is written empty.
    pub value: String,
    /// The product that writes it so.
    pub product: String,
    /// Who signed the file, as classes of signers divided by `|`; empty where the value names no file, or this is not known.
    pub signer: String,
}

impl Known {
    /// Whether it speaks of this setting, and of the thing with this key.
    #[must_use]
    pub fn is_for(&self, setting: &str, key: &str) -> bool {
        self.enabled
            && (self.name.is_empty() || self.name.eq_ignore_ascii_case(key))
            && self.settings.iter().any(|own| own == setting)
    }

    /// Whether it is this file on a host with these roots. One without a folder is the file of that name that IIS finds.
    #[must_use]
    pub fn is_file(&self, seen: &Image, roots: &Roots) -> bool {
        let comparable = seen.is_resolved() || seen.is_relative();
        comparable && !self.value.is_empty() && Image::normalise(&self.value, roots).normal == seen.normal
    }

    /// Whether it is this type: one with a key vouches for none without, and the other way round.
    #[must_use]
    pub fn is_type(&self, seen: &ManagedType) -> bool {
        let own = ManagedType::parse(&self.value);
        let (assembly, token) = (&own.assembly, &own.token);
        own.compare(seen).is_match() && *assembly == seen.assembly && *token == seen.token
    }

    /// Whether it is this type as the owner of a site may write it: of the .NET Framework only what the global cache may have, and
    /// no file in `bin` answers to.
    #[must_use]
    pub fn is_type_of_site(&self, seen: &ManagedType) -> bool {
        self.is_type(seen) && (!self.pack.is_empty() || ManagedType::parse(&self.value).has_in_cache(seen))
    }

    /// Whether it is this text, without case and without braces.
    #[must_use]
    pub fn is_text(&self, seen: &str) -> bool {
        let bare = |text: &str| text.trim().trim_matches(['{', '}']).to_ascii_lowercase();
        bare(&self.value) == bare(seen)
    }
}
