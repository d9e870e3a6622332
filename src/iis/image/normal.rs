//! An image path in its normal form, and what it shows by itself.

use memchr::memrchr;

use super::flags::ImageFlags;

/// An image path in the form that comparisons use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Image {
    /// The normal form: variables as tokens (`%windir%`), `\` as separator, folded case. Empty for a path that is
    /// too long.
    pub normal: String,
    /// What normalisation met on the way.
    pub flags: ImageFlags,
}

impl Image {
    /// Whether the path names one file for certain. Only such a path may be known good or allowed.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        !self.flags.intersects(ImageFlags::UNRESOLVED)
    }

    /// Whether being relative is all that keeps the path from being resolved. An allowlist entry that is
    /// written with the same relative path may match it exactly; nothing else may.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.flags.intersects(ImageFlags::RELATIVE)
            && !self.flags.without(ImageFlags::RELATIVE).intersects(ImageFlags::UNRESOLVED)
    }

    /// The last component in the folded case of the normal form; empty for a folder.
    #[must_use]
    pub fn file_name(&self) -> &str {
        let start = memrchr(b'\\', self.normal.as_bytes()).map_or(0, |separator| separator + 1);
        self.normal.get(start..).unwrap_or_default()
    }

    /// Whether the last component has this extension, which is given in lower case.
    #[must_use]
    pub fn has_extension(&self, extension: &str) -> bool {
        self.file_name().rsplit_once('.').is_some_and(|(_, own)| own == extension)
    }

    /// The last component without a data stream, trailing dots and spaces and `.dll`, in folded case: what a
    /// look-alike of a file name is compared with.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        let name = name.split_once(':').map_or(name, |(file, _)| file).trim_end_matches(['.', ' ']);
        name.strip_suffix(".dll").unwrap_or(name)
    }

    /// What stands before the last separator of the normal form; empty without one.
    #[must_use]
    pub fn directory(&self) -> &str {
        memrchr(b'\\', self.normal.as_bytes()).and_then(|end| self.normal.get(..end)).unwrap_or_default()
    }
}
