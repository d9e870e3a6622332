//! The output columns: the contract with searches. A name that is published is never changed or removed.

/// One output column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Column {
    /// Name of the module as written.
    Name,
    /// native, managed, `isapi_filter`, handler, or a kind of setting.
    Kind,
    /// Image path as written.
    Image,
    /// Image path in the form that comparisons use.
    ImageNormalized,
    /// Image or type before the change.
    ImageOld,
    /// Where image or type was read.
    ImageSource,
    /// Managed type as written.
    Type,
    /// preCondition as written.
    Precondition,
    /// Section of the configuration.
    Section,
    /// Attribute, or `element`.
    Attribute,
    /// What happened.
    Action,
    /// Configuration path as written.
    ConfigPath,
    /// Site or application; empty at server level.
    Site,
    /// Host in lower case.
    Host,
    /// SID or user.
    Actor,
    /// Verdict.
    Verdict,
    /// Reason codes, multi-value.
    Reasons,
    /// Severity.
    Severity,
    /// 0 to 100.
    Score,
    /// Entry that decided.
    Rule,
    /// ATT&CK id of the technique.
    Technique,
    /// `change` or `commit`; with `parts=true`.
    EventRole,
    /// Key of the change; with `parts=true`.
    ChangeKey,
    /// The row's facts; with `parts=true`.
    ChangePart,
    /// Process id; with `parts=true`.
    Process,
    /// Record number; with `parts=true`.
    Record,
    /// Identity of the finding; at change and inventory level.
    FindingId,
    /// SHA-256 of the file; of lists.
    FileSha256,
    /// What checking its signature gave; of lists.
    FileSignature,
    /// Whose signature it is, as a class; of lists.
    FileSigner,
    /// Whether the file was read, and why not; of lists.
    FileStatus,
    /// SHA-256 of the signer's certificate; of lists.
    FileSignerSha256,
}

impl Column {
    /// Where the column stands in [`Self::LISTED`].
    #[must_use]
    pub fn place(self) -> Option<usize> {
        let at = self as usize;
        if at < Self::FACTS.len() {
            return Some(at);
        }
        Self::FILE.iter().position(|own| *own == self).map(|own| Self::FACTS.len() + own)
    }

    /// The columns that every level has, in order.
    pub const FACTS: [Self; 21] = [
        Self::Name,
        Self::Kind,
        Self::Image,
        Self::ImageNormalized,
        Self::ImageOld,
        Self::ImageSource,
        Self::Type,
        Self::Precondition,
        Self::Section,
        Self::Attribute,
        Self::Action,
        Self::ConfigPath,
        Self::Site,
        Self::Host,
        Self::Actor,
        Self::Verdict,
        Self::Reasons,
        Self::Severity,
        Self::Score,
        Self::Rule,
        Self::Technique,
    ];

    /// The columns about the file behind a registration, which lists have behind the others.
    pub const FILE: [Self; 5] =
        [Self::FileSha256, Self::FileSignature, Self::FileSigner, Self::FileStatus, Self::FileSignerSha256];

    /// The columns of a list: those that every level has, and those about the file.
    pub const LISTED: [Self; Self::FACTS.len() + Self::FILE.len()] = {
        let mut all = [Self::Name; Self::FACTS.len() + Self::FILE.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] =
                if at < Self::FACTS.len() { Self::FACTS[at] } else { Self::FILE[at - Self::FACTS.len()] };
            at += 1;
        }
        all
    };

    /// The columns of the roll-up.
    pub const PARTS: [Self; 5] =
        [Self::EventRole, Self::ChangeKey, Self::ChangePart, Self::Process, Self::Record];

    /// The column's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "iis_module_name",
            Self::Kind => "iis_module_kind",
            Self::Image => "iis_module_image",
            Self::ImageNormalized => "iis_module_image_normalized",
            Self::ImageOld => "iis_module_image_old",
            Self::ImageSource => "iis_module_image_source",
            Self::Type => "iis_module_type",
            Self::Precondition => "iis_module_precondition",
            Self::Section => "iis_module_section",
            Self::Attribute => "iis_module_attribute",
            Self::Action => "iis_module_action",
            Self::ConfigPath => "iis_config_path",
            Self::Site => "iis_site",
            Self::Host => "iis_host",
            Self::Actor => "iis_actor",
            Self::Verdict => "iis_module_verdict",
            Self::Reasons => "iis_module_reasons",
            Self::Severity => "iis_module_severity",
            Self::Score => "iis_module_score",
            Self::Rule => "iis_module_rule",
            Self::Technique => "iis_module_technique",
            Self::FileSha256 => "iis_file_sha256",
            Self::FileSignature => "iis_file_signature",
            Self::FileSigner => "iis_file_signer",
            Self::FileStatus => "iis_file_status",
            Self::FileSignerSha256 => "iis_file_signer_sha256",
            Self::EventRole => "iis_event_role",
            Self::ChangeKey => "iis_change_key",
            Self::ChangePart => "iis_change_part",
            Self::Process => "iis_process",
            Self::Record => "iis_record",
            Self::FindingId => "iis_finding_id",
        }
    }
}
