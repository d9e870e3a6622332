//! The words of a decision: verdict and severity.

use std::fmt;
use std::str::FromStr;

/// How far a module is trusted. What *happened* to it is the action, how much it matters the severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// A deny entry of the site.
    Denied,
    /// A threat entry names it.
    KnownMalicious,
    /// A known name whose image or type was replaced by another one.
    ImageHijack,
    /// A known name with an image that is none of its own.
    MasqueradePath,
    /// A known name with a type that is none of its own.
    MasqueradeType,
    /// A known image under another name.
    Alias,
    /// A name or DLL made to look like a known one.
    Lookalike,
    /// An image where no module belongs.
    SuspiciousLocation,
    /// Nothing is known about it.
    Unknown,
    /// The allowlist entry for exactly this module is past its date, or not yet valid.
    AllowExpired,
    /// The allowlist entry for exactly this module is for another host, place or action.
    AllowOutOfScope,
    /// A listed name whose image was not in the events of a closed change.
    Unverified,
    /// A listed name in one row that carries no image; sibling rows may.
    Incomplete,
    /// An allowlist entry of the site covers it.
    Allowed,
    /// An exact pair of the baseline or of a chosen pack.
    KnownGood,
    /// An event 29 that cannot be read.
    Unparsed,
    /// An event 29 about something else than modules.
    NotModule,
}

impl Verdict {
    /// Every verdict, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Denied,
        Self::KnownMalicious,
        Self::ImageHijack,
        Self::MasqueradePath,
        Self::MasqueradeType,
        Self::Alias,
        Self::Lookalike,
        Self::SuspiciousLocation,
        Self::Unknown,
        Self::AllowExpired,
        Self::AllowOutOfScope,
        Self::Unverified,
        Self::Incomplete,
        Self::Allowed,
        Self::KnownGood,
        Self::Unparsed,
        Self::NotModule,
    ];

    /// The word of the output column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::KnownMalicious => "known_malicious",
            Self::ImageHijack => "image_hijack",
            Self::MasqueradePath => "masquerade_path",
            Self::MasqueradeType => "masquerade_type",
            Self::Alias => "alias",
            Self::Lookalike => "lookalike",
            Self::SuspiciousLocation => "suspicious_location",
            Self::Unknown => "unknown",
            Self::AllowExpired => "allow_expired",
            Self::AllowOutOfScope => "allow_out_of_scope",
            Self::Unverified => "unverified",
            Self::Incomplete => "incomplete",
            Self::Allowed => "allowed",
            Self::KnownGood => "known_good",
            Self::Unparsed => "unparsed",
            Self::NotModule => "not_module",
        }
    }

    /// What the verdict means, in a sentence for an analyst.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Denied => "an entry of the site's allowlist file denies this module",
            Self::KnownMalicious => "name or image is that of published IIS malware",
            Self::ImageHijack => "a known module now loads another image than before",
            Self::MasqueradePath => "the name is known, but not with this image",
            Self::MasqueradeType => "the name is known, but not with this managed type",
            Self::Alias => "a known image is registered under another name",
            Self::Lookalike => "the name or DLL imitates a known one",
            Self::SuspiciousLocation => "the image lies where no IIS module belongs",
            Self::Unknown => "neither the baseline nor the allowlist lists this module",
            Self::AllowExpired => "the allowlist entry for this module is not valid at this date",
            Self::AllowOutOfScope => {
                "the allowlist entry for this module is for another host, place or action"
            }
            Self::Unverified => "the name is listed, but the events do not show its image",
            Self::Incomplete => "the name is listed, and this row carries no image to check",
            Self::Allowed => "the site's allowlist covers this module",
            Self::KnownGood => "name and image are exactly those of the baseline",
            Self::Unparsed => "the event, or the row of a list, cannot be read",
            Self::NotModule => "the change is not about modules",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Look when there is time.
    Low,
    /// Look today.
    Medium,
    /// Look now.
    High,
    /// Respond.
    Critical,
}

impl Severity {
    /// Every severity, rising.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word of the output column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The score of the output column: one fixed number per severity, as text.
    #[must_use]
    pub fn score(self) -> &'static str {
        match self {
            Self::Info => "0",
            Self::Low => "25",
            Self::Medium => "50",
            Self::High => "75",
            Self::Critical => "100",
        }
    }

    /// One step up; `critical` stays.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| {
            format!("`{text}` is not a severity: use one of {}", Self::ALL.map(Self::as_str).join(", "))
        })
    }
}
