//! From a written image path to the normal form on a host.

use std::borrow::Cow;

use super::flags::ImageFlags;
use super::normal::Image;
use crate::iis::roots::{EXCHANGE, Roots};
use crate::iis::spelling::{
    behind_same_everywhere, holds_variable, in_one_spelling, is_too_long, leading_variable, resolve,
};

impl Image {
    /// Brings `written` to the normal form on a host with these roots. Never fails: any text gives an image.
    #[must_use]
    pub fn normalise(written: &str, roots: &Roots) -> Self {
        let mut flags = ImageFlags::default();
        let Some(text) = in_one_spelling(written, &mut flags) else {
            return Self { normal: String::new(), flags };
        };
        let path = expand(&text, roots, &mut flags);
        let Some(plain) = resolve(&path, &mut flags) else { return Self { normal: text, flags } };
        let normal = fold_root(plain, roots, &mut flags);
        if is_too_long(&normal) {
            return Self { normal: String::new(), flags: flags.with(ImageFlags::TOO_LONG) };
        }
        Self { normal, flags }
    }

    /// The normal form with the variable at its start replaced by its folder on a host with these roots, where that is
    /// known. Not unique: a path that cannot be resolved keeps its shape.
    #[must_use]
    pub fn on_drive<'i>(&'i self, roots: &Roots) -> Cow<'i, str> {
        expand(&self.normal, roots, &mut ImageFlags::default())
    }
}

/// Replaces a variable at the start by its folder. Every variable of the table is an absolute folder, so that one
/// anywhere else makes no path.
pub(super) fn expand<'a>(text: &'a str, roots: &Roots, flags: &mut ImageFlags) -> Cow<'a, str> {
    let known = leading_variable(text).and_then(|(name, rest)| Some((name, rest, roots.folder(name)?)));
    let (path, rest) = match known {
        Some((name, rest, folder)) => {
            // The value of this one ends in a separator, so that scripts write `%ExchangeInstallPath%Bin`. Alone it is the
            // folder, as every other variable is.
            let follows = name == EXCHANGE && !rest.is_empty() && !rest.starts_with('\\');
            let separator = if follows { r"\" } else { "" };
            (Cow::Owned(format!("{folder}{separator}{rest}")), rest)
        }
        None => (Cow::Borrowed(text), behind_same_everywhere(text).unwrap_or(text)),
    };
    if holds_variable(rest) {
        flags.insert(ImageFlags::UNKNOWN_ENV);
    }
    path
}

/// The normal form of a plain path: with the variable of the longest root that covers it.
fn fold_root(plain: String, roots: &Roots, flags: &mut ImageFlags) -> String {
    let Some((token, rest)) = roots.token(&plain) else {
        let root = plain.split('\\').next().unwrap_or_default();
        if root.ends_with(':') && root != roots.system_drive() {
            flags.insert(ImageFlags::OTHER_DRIVE);
        }
        return plain;
    };
    if token == "%windir%" {
        match rest.split('\\').nth(1) {
            Some("sysnative") => flags.insert(ImageFlags::SYSNATIVE),
            Some("syswow64") => flags.insert(ImageFlags::SYSWOW64),
            _ => {}
        }
    }
    format!("{token}{rest}")
}
