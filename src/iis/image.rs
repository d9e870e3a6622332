//! Image paths: one normal form for comparison, and flags for everything that was odd about the written one.

use super::roots::Roots;

/// What was odd about a written image path. Each flag that is set becomes a reason code of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ImageFlags(u32);

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
        Self { normal: written.to_owned(), flags: ImageFlags::default() }
    }

    /// Whether the path names one file for certain. Only such a path may be known good or allowed.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        true
    }

    /// The last component without `.dll`, in the folded case of the normal form.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.normal
    }

    /// The last component in the folded case of the normal form.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.normal
    }
}
