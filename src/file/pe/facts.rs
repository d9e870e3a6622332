//! All facts of a PE file, each of them told or not by itself: what cannot be read of one part hides no other.

use super::exports::{EntryPoint, entry_points};
use super::image::Image;
use super::imports::imphash;
use super::version::{Version, version};
use crate::file::bytes::Malformed;
use crate::file::clr::{Assembly, assembly};

/// The processor that a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// 32-bit; also what assemblies for any processor say.
    X86,
    /// 64-bit.
    X64,
    /// 64-bit ARM.
    Arm64,
    /// Any other, by its number.
    Other(u16),
}

impl Machine {
    fn of(number: u16) -> Self {
        match number {
            0x014C => Self::X86,
            0x8664 => Self::X64,
            0xAA64 => Self::Arm64,
            other => Self::Other(other),
        }
    }

    /// The processor with this word; of others the number is not known any more.
    #[must_use]
    pub fn of_code(word: &str) -> Option<Self> {
        [Self::X86, Self::X64, Self::Arm64, Self::Other(0)].into_iter().find(|machine| machine.code() == word)
    }

    /// Its word in reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Arm64 => "arm64",
            Self::Other(_) => "other",
        }
    }
}

/// What a PE file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The processor.
    pub machine: Machine,
    /// A library, not a program.
    pub is_dll: bool,
    /// When it was linked, or a hash of it: builds of Microsoft have the latter, so it is no date to rely on.
    pub timestamp: u32,
    /// The functions that IIS would call.
    pub entry_points: Result<Vec<EntryPoint>, Malformed>,
    /// MD5 over what it imports; nothing if it imports nothing.
    pub imphash: Result<Option<[u8; 16]>, Malformed>,
    /// What it says of itself; nothing if it says nothing.
    pub version: Result<Option<Version>, Malformed>,
    /// What it is to .NET; nothing for native code.
    pub assembly: Result<Option<Assembly>, Malformed>,
}

impl Facts {
    pub(crate) fn of(image: &Image<'_>) -> Self {
        Self {
            machine: Machine::of(image.machine),
            is_dll: image.is_dll,
            timestamp: image.timestamp,
            entry_points: entry_points(image),
            imphash: imphash(image),
            version: version(image),
            assembly: assembly(image),
        }
    }
}
