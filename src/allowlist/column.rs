//! The columns of an allowlist file.

/// A column of the allowlist. Other columns in a file are kept by whoever edits it and ignored here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// `id`: names the entry in results; `line-N` when empty.
    Id,
    /// `enabled`: `true` (also when empty) or `false`.
    Enabled,
    /// `effect`: `allow` (also when empty) or `deny`.
    Effect,
    /// `kind`: `native`, `managed`, `isapi_filter`, `handler`; empty means any.
    Kind,
    /// `name`: the module name, compared with case.
    Name,
    /// `image`: the DLL of a native module or filter.
    Image,
    /// `type`: the type of a managed module.
    Type,
    /// `match`: `exact` (also when empty), `glob` or `name`.
    Match,
    /// `precondition`: compared as a set; empty means any.
    Precondition,
    /// `host`: glob; several divided by `|`; empty means any.
    Host,
    /// `config_path`: glob on the place in the configuration; several divided by `|`; empty means any.
    ConfigPath,
    /// `action`: `added`, `removed`, ...; several divided by `|`; empty means any.
    Action,
    /// `valid_from`: date or time from which the entry counts.
    ValidFrom,
    /// `expires`: date (its day included) or time up to which the entry counts.
    Expires,
    /// `owner`: who answers for the entry.
    Owner,
    /// `ticket`: where it was agreed.
    Ticket,
    /// `reason`: why.
    Reason,
    /// `sha256`: the files that the entry vouches for; several divided by `|`; empty means any.
    Sha256,
    /// `signer_sha256`: the certificates of signers whose files it vouches for; several divided by `|`; empty means any.
    SignerSha256,
}

impl Column {
    /// Every column, in the order of a new file's header.
    pub const ALL: [Self; 19] = [
        Self::Id,
        Self::Enabled,
        Self::Effect,
        Self::Kind,
        Self::Name,
        Self::Image,
        Self::Type,
        Self::Match,
        Self::Precondition,
        Self::Host,
        Self::ConfigPath,
        Self::Action,
        Self::ValidFrom,
        Self::Expires,
        Self::Owner,
        Self::Ticket,
        Self::Reason,
        Self::Sha256,
        Self::SignerSha256,
    ];

    /// The names of [`Column::ALL`].
    pub const NAMES: [&'static str; 19] = [
        "id",
        "enabled",
        "effect",
        "kind",
        "name",
        "image",
        "type",
        "match",
        "precondition",
        "host",
        "config_path",
        "action",
        "valid_from",
        "expires",
        "owner",
        "ticket",
        "reason",
        "sha256",
        "signer_sha256",
    ];

    /// The name in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Column;

    #[test]
    fn columns_and_names_stand_in_one_order() {
        for (at, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, at);
        }
        assert_eq!(Column::Id.as_str(), "id");
        assert_eq!(Column::ConfigPath.as_str(), "config_path");
        assert_eq!(Column::Reason.as_str(), "reason");
        assert_eq!(Column::SignerSha256.as_str(), "signer_sha256");
    }
}
