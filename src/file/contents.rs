//! One file as a whole.

use sha2::{Digest, Sha256};

use super::authenticode::{Coverage, Embedded, Hashes};
use super::bytes::Malformed;
use super::pe::{Facts, Image};
use super::roots::Trust;

/// Files up to this are read whole; of larger ones only size and times are told ([`FileStatus::TooLarge`]).
pub const MOST_BYTES: u64 = 64 << 20;

/// Whether a file was read, and why not. Reading is the caller's; the words are the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// It was read.
    Read,
    /// It is not there.
    Missing,
    /// It is there and may not be read.
    Denied,
    /// The path does not name one file.
    NotResolved,
    /// It is larger than [`MOST_BYTES`].
    TooLarge,
    /// The collection does not hold it, which says nothing of the server.
    NotCollected,
}

impl FileStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Missing, Self::Denied, Self::NotResolved, Self::TooLarge, Self::NotCollected];

    /// The status with this word.
    #[must_use]
    pub fn of_code(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == word)
    }

    /// Its word in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Missing => "missing",
            Self::Denied => "denied",
            Self::NotResolved => "not_resolved",
            Self::TooLarge => "too_large",
            Self::NotCollected => "not_collected",
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Bytes.
    pub size: usize,
    /// SHA-256 of all of them.
    pub sha256: [u8; 32],
    /// What it is as a program; nothing for what does not begin as one.
    pub program: Result<Option<Program>, Malformed>,
}

/// A PE file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What it is.
    pub facts: Facts,
    /// Hashes and signatures; a fault if it cannot be told what a signature would cover.
    pub signed: Result<(Hashes, Embedded), Malformed>,
}

impl Contents {
    /// Looks at a file.
    #[must_use]
    pub fn of(file: &[u8], trust: Trust<'_>) -> Self {
        let program = Image::read(file).map(|image| image.map(|image| Program::of(file, &image, trust)));
        let known = match &program {
            Ok(Some(Program { signed: Ok((hashes, _)), .. })) => Some(hashes.sha256),
            _ => None,
        };
        Self { size: file.len(), sha256: known.unwrap_or_else(|| Sha256::digest(file).into()), program }
    }
}

impl Program {
    fn of(file: &[u8], image: &Image<'_>, trust: Trust<'_>) -> Self {
        let signed = Coverage::of(file, image).map(|coverage| {
            let hashes = coverage.hashes();
            let embedded = coverage.signatures(&hashes, trust);
            (hashes, embedded)
        });
        Self { facts: Facts::of(image), signed }
    }
}
