//! Image paths: one normal form for comparison, and flags for everything that was odd about the written one.
//!
//! The normal form is folded to lower case ([`super::fold`]), separated by `\`, free of `.` and `..`, and starts
//! with a variable where a root of the host covers the path: `%windir%\system32\inetsrv\static.dll`. `SystemRoot`
//! and `windir` are one variable. What cannot be resolved off the host keeps its written shape, folded and with single
//! separators, so that it equals no resolved path by accident. The normal form of a normal form is itself.

use std::borrow::Cow;

use super::roots::Roots;

mod flags;
mod location;
mod opened;
mod parse;
#[cfg(test)]
mod tests;

pub use flags::{ImageFlags, Oddity};
pub use location::{Place, Suspicion};

/// The longest image path that is looked at, in characters. Windows takes at most 32,767 with a device prefix and
/// 260 without one; a longer text here is an attack on the reader, not a path.
pub const MAX_CHARACTERS: usize = 4096;

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
    /// Brings `written` to the normal form on a host with these roots. Never fails: any text gives an image.
    #[must_use]
    pub fn normalise(written: &str, roots: &Roots) -> Self {
        parse::normalise(written, roots)
    }

    /// The normal form with the variable at its start replaced by its folder on a host with these roots, where that is
    /// known. Not unique: a path that cannot be resolved keeps its shape.
    #[must_use]
    pub fn on_drive<'i>(&'i self, roots: &Roots) -> Cow<'i, str> {
        parse::expand(&self.normal, roots, &mut ImageFlags::default())
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
        self.flags.intersects(ImageFlags::RELATIVE)
            && !self.flags.without(ImageFlags::RELATIVE).intersects(ImageFlags::UNRESOLVED)
    }

    /// The last component in the folded case of the normal form; empty for a folder.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.normal.rsplit('\\').next().unwrap_or_default()
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
        self.normal.rsplit_once('\\').map_or("", |(directory, _)| directory)
    }

    /// The file that Windows opens on a host with these roots: without the dots and blanks that it drops at the end of
    /// each component, without a device prefix, and on the drive of Windows where the path names none. It counts
    /// against a module (deny entries, threats, places) and never for it.
    #[must_use]
    pub fn opened(&self, roots: &Roots) -> Self {
        opened::opened(self, roots)
    }

    /// The place from which no module is expected, as written or as Windows opens it.
    #[must_use]
    pub fn place(&self, roots: &Roots) -> Option<Place> {
        location::place(self).or_else(|| location::place(&self.opened(roots)))
    }

    /// The [`Image::place`], or a spelling that hides the place. A merely relative path is neither.
    #[must_use]
    pub fn suspicious_location(&self, roots: &Roots) -> Option<Suspicion> {
        let place = self.place(roots).map(Suspicion::Place);
        place.or_else(|| location::hiding(self).map(Suspicion::Spelling))
    }

    /// Whether the file lies in System32 (or `SysWOW64`) itself, as written or as Windows opens it, not in a folder below
    /// it. IIS keeps its modules in `inetsrv`, so a module in the root stands out although the folder is a trusted one.
    #[must_use]
    pub fn in_system32_root(&self, roots: &Roots) -> bool {
        let inside = |image: &Self| matches!(image.directory(), r"%windir%\system32" | r"%windir%\syswow64");
        inside(self) || inside(&self.opened(roots))
    }
}
