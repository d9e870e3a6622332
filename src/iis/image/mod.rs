//! Image paths: one normal form for comparison, and flags for everything that was odd about the written one.

use super::roots::Roots;

mod flags;

pub use flags::ImageFlags;

/// The longest image path that is looked at, in characters.
pub const MAX_CHARACTERS: usize = 4096;

/// An image path in the form that comparisons use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Image {
    /// The normal form: variables as tokens (`%windir%`), `\` as separator, folded case.
    pub normal: String,
    /// What normalisation met on the way.
    pub flags: ImageFlags,
}

impl Image {
    /// Brings `written` to the normal form on a host with these roots. Total: any text gives an image.
    #[must_use]
    pub fn normalise(written: &str, _roots: &Roots) -> Self {
        Self { normal: written.to_lowercase(), flags: ImageFlags::default() }
    }

    /// Whether the path names one file for certain. Only such a path may be known good or allowed.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        !self.flags.intersects(ImageFlags::UNRESOLVED)
    }

    /// Whether being relative is all that keeps the path from being resolved. An allowlist entry that is
    /// written with the same relative path may match it exactly; nothing else may.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.flags.without(ImageFlags::RELATIVE).intersects(ImageFlags::UNRESOLVED).then_some(()).is_none()
            && self.flags.intersects(ImageFlags::RELATIVE)
    }

    /// The last component in the folded case of the normal form.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.normal
    }

    /// The last component without a data stream and without `.dll`, in folded case.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.normal
    }

    /// What stands before the last separator of the normal form; empty without one.
    #[must_use]
    pub fn directory(&self) -> &str {
        &self.normal
    }

    /// The reason code of a place from which no module is expected, or of a spelling that hides the place.
    #[must_use]
    pub fn suspicious_location(&self) -> Option<&'static str> {
        None
    }

    /// Whether the file lies in System32 (or `SysWOW64`) itself, not in a folder below it.
    #[must_use]
    pub fn in_system32_root(&self) -> bool {
        false
    }
}
