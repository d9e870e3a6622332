//! What is wrong with the configuration of a server.

use crate::origin::Origin;

/// What kind of thing is wrong. The words are one vocabulary for all that tells of configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Nobody gave the right to read it.
    Denied,
    /// It cannot be opened or read for another reason.
    Unreadable,
    /// It has more bytes, elements or levels than are read.
    TooLarge,
    /// It is no well-formed XML.
    NotXml,
    /// It has a document type, which may say what its entities stand for.
    Doctype,
    /// Its bytes are no text.
    Encoding,
    /// It is no configuration.
    NotConfiguration,
    /// It is a transform: what changes a configuration, and no configuration itself.
    Transform,
    /// A section lies in a file that is not at hand.
    ConfigSource,
    /// A section is encrypted.
    Encrypted,
    /// A folder lies on another machine.
    Remote,
    /// A folder is not at hand.
    NotResolved,
    /// The server reads its configuration from elsewhere.
    SharedConfiguration,
    /// A part of a list is not written as the others are.
    NotUnderstood,
    /// Something is written that a level above has locked.
    LockViolation,
    /// A section is written twice for one place.
    SectionTwice,
    /// Two entries have one key.
    Duplicate,
    /// An entry has no key.
    MissingName,
    /// A section has an element that it cannot have.
    UnknownElement,
    /// A section is written where it must not be.
    NotAllowedHere,
    /// A module is enabled by its name, but registered nowhere.
    Dangling,
    /// A section that is the server's alone may be written by its sites.
    LockOpened,
    /// Earlier versions of the configuration are missing between others.
    HistoryGap,
}

/// What follows from a problem for the place that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing.
    Told,
    /// Not all of it is at hand.
    Incomplete,
    /// IIS refuses it.
    Invalid,
    /// Nothing of a file could be read.
    Unreadable,
}

impl Code {
    /// The word in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too_large",
            Self::NotXml => "not_xml",
            Self::Doctype => "doctype",
            Self::Encoding => "encoding",
            Self::NotConfiguration => "not_configuration",
            Self::Transform => "transform",
            Self::ConfigSource => "config_source",
            Self::Encrypted => "encrypted",
            Self::Remote => "remote",
            Self::NotResolved => "not_resolved",
            Self::SharedConfiguration => "shared_configuration",
            Self::NotUnderstood => "not_understood",
            Self::LockViolation => "lock_violation",
            Self::SectionTwice => "section_twice",
            Self::Duplicate => "duplicate",
            Self::MissingName => "missing_name",
            Self::UnknownElement => "unknown_element",
            Self::NotAllowedHere => "not_allowed_here",
            Self::Dangling => "dangling",
            Self::LockOpened => "lock_opened",
            Self::HistoryGap => "history_gap",
        }
    }

    /// What follows from it.
    #[must_use]
    pub fn weight(self) -> Weight {
        match self {
            Self::Denied
            | Self::Unreadable
            | Self::TooLarge
            | Self::NotXml
            | Self::Doctype
            | Self::Encoding
            | Self::NotConfiguration
            | Self::Transform => Weight::Unreadable,
            Self::ConfigSource
            | Self::Encrypted
            | Self::Remote
            | Self::NotResolved
            | Self::NotUnderstood
            | Self::SharedConfiguration => Weight::Incomplete,
            Self::LockViolation
            | Self::SectionTwice
            | Self::Duplicate
            | Self::MissingName
            | Self::UnknownElement
            | Self::NotAllowedHere => Weight::Invalid,
            Self::Dangling | Self::LockOpened | Self::HistoryGap => Weight::Told,
        }
    }
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind of thing.
    pub code: Code,
    /// Where. Boxed, so that a result with this error stays small.
    pub origin: Box<Origin>,
    /// What it is, in words.
    pub text: String,
}

impl Trouble {
    /// Something wrong at a place.
    pub fn new(code: Code, origin: Origin, text: impl Into<String>) -> Self {
        Self { code, origin: Box::new(origin), text: text.into() }
    }
}
