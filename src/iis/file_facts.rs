//! What is known of the file behind a registration, as a collector on the server tells it.

/// Makes the struct and the names of its columns from one list, so that neither can lack what the other has.
macro_rules! file_facts {
    ($($(#[doc = $doc:literal])+ $field:ident,)+) => {
        /// Facts about a file, each as its column tells it; empty where it is not known.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct FileFacts<'a> {
            $($(#[doc = $doc])+ pub $field: &'a str,)+
        }

        impl<'a> FileFacts<'a> {
            /// The columns of a list that hold them, in the order of the fields.
            pub const COLUMNS: [&'static str; [$(stringify!($field)),+].len()] = [$(stringify!($field)),+];

            /// The facts in the cells of [`Self::COLUMNS`]; `None` where all of them are empty.
            #[must_use]
            pub fn new(cells: [&'a str; [$(stringify!($field)),+].len()]) -> Option<Self> {
                let [$($field),+] = cells;
                let facts = Self { $($field),+ };
                (facts != Self::default()).then_some(facts)
            }
        }
    };
}

file_facts! {
    /// The path of the file, with variables expanded.
    file,
    /// 32 or 64: the worker processes that the facts hold for.
    bits,
    /// Whether the file was read, and why not: `read`, `missing`, `denied`, `not_resolved`, `too_large`, `not_collected`.
    file_status,
    /// SHA-256 of the file in hexadecimal.
    file_sha256,
    /// What became of checking its signature.
    signature,
    /// Whose signature it is, as a class: `windows` for what comes with Windows.
    signer_class,
    /// SHA-256 of the signer's certificate.
    signer_sha256,
    /// The processor that it is built for.
    pe_machine,
    /// The functions it exports that make a DLL a module or filter, divided by commas.
    pe_entry_points,
    /// The file name that its version resource tells.
    pe_original_name,
    /// The version that its version resource tells.
    pe_version,
    /// Bytes that are hidden in the signature.
    signature_extra_bytes,
    /// Where the registration was found: `config`, `worker_copy`, `history`, `disk`.
    found_in,
    /// The time of what it was found in.
    found_at,
    /// Whether the configuration has the registration as well: `yes` or `no`.
    also_in_config,
    /// Whether the file is older than those that came with Windows.
    older_than_in_box,
    /// Whether an update of Windows waits for a restart.
    update_pending,
    /// What sends the path to another file.
    redirected_by,
    /// The version of Windows.
    windows_version,
}

#[cfg(test)]
mod tests {
    use super::FileFacts;

    #[test]
    fn each_column_is_the_field_of_its_name() {
        let facts = FileFacts::new(FileFacts::COLUMNS).unwrap();
        assert_eq!((facts.file, facts.windows_version), ("file", "windows_version"));
        assert_eq!((facts.file_sha256, facts.found_in), ("file_sha256", "found_in"));
        assert_eq!(FileFacts::new([""; FileFacts::COLUMNS.len()]), None);
    }
}
