//! What an entry matches, for comparing entries with each other.

use crate::allowlist::glob::{Glob, has_wildcard};
use crate::allowlist::globs::type_pattern;
use crate::allowlist::{Effect, Entry, EntryNumber, Index, Match};

/// The names, images and types that an entry matches; `None` where it matches any.
pub(super) struct Shape {
    name: Option<Glob>,
    /// On the normal form, for allow entries; on the path on its drive.
    image: Option<Glob>,
    on_drive: Option<Glob>,
    type_name: Option<Glob>,
    /// The folders before a wildcard: a wider image has a beginning of the narrower one's.
    head: String,
}

impl Shape {
    /// The shape of a pattern, or of a deny entry that is one in effect; `None` for an entry that cannot be told by globs:
    /// an exact type has parts, and an exact allow entry does more than match.
    pub fn of(number: EntryNumber, entry: &Entry, index: &Index) -> Option<Self> {
        let exact = entry.matching != Match::Glob;
        let denies = entry.effect == Effect::Deny;
        if exact && (!denies || !entry.type_name.is_empty() || has_wildcard(&entry.name)) {
            return None;
        }
        let by_name = denies && entry.matching == Match::Name;
        let image = index.image(number).filter(|_| !by_name);
        if image.is_none() && !entry.image.is_empty() && !by_name {
            return None;
        }
        let on_drive = image.map(|image| image.on_drive(&index.roots));
        let path = |text: &str| Glob::new(text, Some('\\'));
        let head = on_drive.as_deref().unwrap_or_default();
        let head = head.split(['*', '?']).next().unwrap_or_default().to_owned();
        Some(Self {
            name: (!entry.name.is_empty()).then(|| Glob::new(&entry.name, None)),
            image: image.filter(|_| !denies).map(|image| path(&image.normal)),
            on_drive: on_drive.map(|text| path(&text)),
            type_name: (!entry.type_name.is_empty())
                .then(|| Glob::new(&type_pattern(&entry.type_name), Some(','))),
            head,
        })
    }

    /// Whether everything that matches `narrow` matches this too; `true` is certain.
    pub fn covers(&self, narrow: &Self) -> bool {
        let within = |wide: &Option<Glob>, narrow: &Option<Glob>| match (wide, narrow) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => wide.covers(narrow),
        };
        narrow.head.starts_with(&self.head)
            && within(&self.name, &narrow.name)
            && within(&self.image, &narrow.image)
            && within(&self.on_drive, &narrow.on_drive)
            && within(&self.type_name, &narrow.type_name)
    }
}
