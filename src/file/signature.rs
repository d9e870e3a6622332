//! What a signature is worth: the words that reports use.

use super::bytes::Malformed;
use super::cms::Unsound;
use super::digest::Algorithm;

/// What checking a file's signature gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The file is what was signed, and the chain ends in a root of ours at the time that counts.
    Valid,
    /// The file is not the one that was signed.
    HashMismatch,
    /// The signature or a certificate below it is wrong.
    Invalid,
    /// All is right, and the root is not one of ours: the normal state of third parties.
    RootNotKnown,
    /// A kind of key or signature that is not checked.
    KeyNotSupported,
    /// A certificate was not valid at the time that counts.
    NotValidAtTime,
    /// There is no signature in the file; a catalog may have one.
    None,
    /// There is something that should be a signature and cannot be read.
    Malformed,
    /// There is one, and it was not checked to the end.
    NotChecked,
}

impl Status {
    /// Every status with its word in reports and what it says.
    pub const TABLE: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Valid, "valid", "the file is what was signed, under a root of Microsoft"),
        (Self::HashMismatch, "hash_mismatch", "the file was changed after it was signed"),
        (Self::Invalid, "invalid", "the signature or a certificate below it is wrong"),
        (
            Self::RootNotKnown,
            "root_not_known",
            "correct as far as it goes, under a root that is not Microsoft's",
        ),
        (Self::KeyNotSupported, "key_not_supported", "a kind of key or signature that is not checked"),
        (
            Self::NotValidAtTime,
            "not_valid_at_time",
            "a certificate had ended, or had not begun, when it counted",
        ),
        (Self::None, "none", "the file has no signature of its own"),
        (Self::Malformed, "malformed", "what should be a signature cannot be read"),
        (Self::NotChecked, "not_checked", "the signature was not checked to the end"),
    ];

    /// The status with this word.
    #[must_use]
    pub fn of_code(word: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(_, code, _)| *code == word).map(|(status, ..)| *status)
    }

    /// Its word in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::TABLE.iter().find(|(status, ..)| *status == self).map_or("not_checked", |(_, code, _)| *code)
    }
}

/// What stood in the way of `valid`, in the order of how far the check of a chain got: of several ways up, the last of
/// these that was met counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// It is not DER, or not the DER of a signature.
    Unreadable,
    /// The file's digest is of a kind that is not computed.
    DigestNotSupported,
    /// What is signed is no digest of a PE file, or no catalog.
    OtherKindOfContent,
    /// The signer's certificate is not in the signature.
    SignerMissing,
    /// What the signer signed does not belong to this content.
    OtherContent,
    /// The signer's key did not make the signature.
    SignatureWrong,
    /// A certificate names an issuer whose key did not sign it.
    CertificateSignature,
    /// The certificate of an issuer is not in the signature, and it is no root of ours.
    IssuerMissing,
    /// A key or signature that is not RSA with PKCS#1 v1.5, or of a size that is not checked.
    KeyNotSupported,
    /// The chain ends in a root that is not ours.
    OtherRoot,
    /// Too many certificates.
    ChainTooLong,
    /// A certificate demands that something be understood that is not.
    CriticalExtension,
    /// A certificate in the chain may not issue others.
    NotAnAuthority,
    /// A certificate is not for this use.
    OtherUsage,
    /// A certificate was not valid at the time that counts.
    OutsideValidity,
}

impl From<Unsound> for Problem {
    fn from(unsound: Unsound) -> Self {
        match unsound {
            Unsound::NotSupported => Self::KeyNotSupported,
            Unsound::OtherContent => Self::OtherContent,
            Unsound::Signature => Self::SignatureWrong,
        }
    }
}

impl Problem {
    /// Its word in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::DigestNotSupported => "digest_not_supported",
            Self::OtherKindOfContent => "other_kind_of_content",
            Self::SignerMissing => "signer_missing",
            Self::OtherContent => "other_content",
            Self::SignatureWrong => "signature_wrong",
            Self::CertificateSignature => "certificate_signature",
            Self::IssuerMissing => "issuer_missing",
            Self::KeyNotSupported => "key_not_supported",
            Self::OtherRoot => "other_root",
            Self::ChainTooLong => "chain_too_long",
            Self::CriticalExtension => "critical_extension",
            Self::NotAnAuthority => "not_an_authority",
            Self::OtherUsage => "other_usage",
            Self::OutsideValidity => "outside_validity",
        }
    }

    pub(crate) fn status(self) -> Status {
        match self {
            Self::Unreadable => Status::Malformed,
            Self::DigestNotSupported | Self::CriticalExtension | Self::ChainTooLong => Status::NotChecked,
            Self::OtherKindOfContent
            | Self::SignerMissing
            | Self::OtherContent
            | Self::SignatureWrong
            | Self::CertificateSignature
            | Self::NotAnAuthority
            | Self::OtherUsage => Status::Invalid,
            Self::IssuerMissing | Self::OtherRoot => Status::RootNotKnown,
            Self::KeyNotSupported => Status::KeyNotSupported,
            Self::OutsideValidity => Status::NotValidAtTime,
        }
    }
}

/// Who signed, as a class: `Microsoft` in a name is several things, other people's code among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Part of Windows: root of 2010, and the use that only Windows' own signers have.
    Windows,
    /// The same under the root of 2001: Windows Server 2008 R2 and older.
    Windows2001,
    /// A product of Microsoft.
    Microsoft,
    /// Below a root of Microsoft, and neither of these: hardware, other people's code.
    MicrosoftOther,
    /// A signature that is not `valid`, whoever it names.
    Other,
    /// No signature.
    None,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Windows, Self::Windows2001, Self::Microsoft, Self::MicrosoftOther, Self::Other, Self::None];

    /// The class with this word.
    #[must_use]
    pub fn of_code(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == word)
    }

    /// Its word in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Windows2001 => "windows_2001",
            Self::Microsoft => "microsoft",
            Self::MicrosoftOther => "microsoft_other",
            Self::Other => "other",
            Self::None => "none",
        }
    }
}

/// The certificate that a signature names as its signer's. Believed only where the status is [`Status::Valid`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// `CN=…, O=…`; see [`Signature::class`] for what a name is worth.
    pub subject: String,
    /// The name of the authority that issued it.
    pub issuer: String,
    /// SHA-256 of the certificate.
    pub sha256: [u8; 32],
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    /// What the certificate says it is for, as numbers and dots.
    pub usages: Vec<String>,
}

/// When a file was signed, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Nobody says when.
    None,
    /// A time stamp below a root of ours: seconds since 1970.
    Verified(i64),
    /// A time stamp that nobody of ours vouches for.
    Unverified {
        /// What it says, if that can be read: seconds since 1970.
        claimed: Option<i64>,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// One signature, judged. Revocation is not: that needs a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What it is worth.
    pub status: Status,
    /// What stood in the way of `valid`.
    pub problem: Option<Problem>,
    /// What could not be read, and where.
    pub unreadable: Option<Malformed>,
    /// The hash by which it names the file.
    pub digest: Option<Algorithm>,
    /// Whom it names as signer.
    pub signer: Option<Signer>,
    /// The root of ours that the chain reaches.
    pub root: Option<&'static str>,
    /// Who that is. [`Class::Other`] for all that is not valid.
    pub class: Class,
    /// When.
    pub stamp: Stamp,
    /// Bytes in it that nobody signed and that serve for nothing known: behind the signature (CVE-2013-3900), or in
    /// unsigned attributes of unknown kinds. They do not break it, and they may be anything.
    pub hidden_bytes: usize,
}

impl Signature {
    /// That there is none.
    #[must_use]
    pub fn none() -> Self {
        Self {
            status: Status::None,
            problem: None,
            unreadable: None,
            digest: None,
            signer: None,
            root: None,
            class: Class::None,
            stamp: Stamp::None,
            hidden_bytes: 0,
        }
    }

    /// One that cannot be read.
    #[must_use]
    pub fn malformed(fault: Malformed) -> Self {
        let problem = Problem::Unreadable;
        let status = problem.status();
        Self { status, problem: Some(problem), unreadable: Some(fault), class: Class::Other, ..Self::none() }
    }
}
