//! What an entry matches, for comparing entries with each other.

use crate::allowlist::glob::{Glob, has_wildcard};
use crate::allowlist::globs::{name_pattern, type_pattern};
use crate::allowlist::identity::denied;
use crate::allowlist::{Effect, Entry, EntryNumber, Index, Match};
use crate::iis::fold::fold;
use crate::iis::precondition;

/// The names, images and types that an entry matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// Name, image in normal form (of allow entries), path on its drive, type; `None` where it matches any.
    parts: [Option<Glob>; 4],
}

/// Two characters that stand side by side in one part of each module that a shape matches.
pub(super) type Pair = (usize, char, char);

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
        let path = |text: &str| Glob::new(text, Some('\\'));
        let name = (!entry.name.is_empty())
            .then(|| if exact { Glob::new(&denied(&entry.name), None) } else { name_pattern(entry) });
        let normal = image.filter(|_| !denies).map(|image| path(&image.normal));
        let on_drive = image.map(|image| path(&image.on_drive(index.roots())));
        let of_type =
            (!entry.type_name.is_empty()).then(|| Glob::new(&type_pattern(&entry.type_name), Some(',')));
        Some(Self { parts: [name, normal, on_drive, of_type] })
    }

    /// This shape, of an allow entry, as a deny entry sees it: the name in any case, the path on its drive.
    pub fn as_denied(&self, entry: &Entry) -> Self {
        let [name, _, on_drive, of_type] = self.parts.clone();
        let name = name.map(|_| Glob::new(&fold(&entry.name), None));
        Self { parts: [name, None, on_drive, of_type] }
    }

    /// Whether everything that matches `narrow` matches this too; `true` is certain.
    pub fn covers(&self, narrow: &Self) -> bool {
        self.parts.iter().zip(&narrow.parts).all(|parts| match parts {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wide), Some(narrow)) => wide.covers(narrow),
        })
    }

    /// The pairs of all parts. A shape that covers another has none that the other lacks.
    pub fn pairs(&self) -> impl Iterator<Item = Pair> {
        let parts = self.parts.iter().enumerate();
        parts.flat_map(|(part, glob)| glob.iter().flat_map(Glob::pairs).map(move |(a, b)| (part, a, b)))
    }
}

/// Whether `wide` counts wherever `narrow` does.
pub(super) fn covers(wide: &Entry, narrow: &Entry) -> bool {
    let actions = wide.actions.is_empty()
        || !narrow.actions.is_empty() && narrow.actions.iter().all(|action| wide.actions.contains(action));
    let starts = wide.valid_from.is_none_or(|from| narrow.valid_from.is_some_and(|own| own >= from));
    let ends = wide.expires.is_none_or(|end| narrow.expires.is_some_and(|own| own <= end));
    let conditions =
        wide.precondition.is_empty() || precondition::same(&wide.precondition, &narrow.precondition);
    let hashes = |wide: &[String], narrow: &[String]| {
        wide.is_empty() || !narrow.is_empty() && narrow.iter().all(|hash| wide.contains(hash))
    };
    actions
        && hashes(&wide.sha256, &narrow.sha256)
        && hashes(&wide.signer_sha256, &narrow.signer_sha256)
        && starts
        && ends
        && conditions
        && (wide.kind.is_none() || wide.kind == narrow.kind)
        && wide.host.covers(&narrow.host)
        && wide.config_path.covers(&narrow.config_path)
}
