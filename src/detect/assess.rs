//! The part of a decision that does not depend on host, date, place or action, and may be remembered between rows.

use std::cmp::Ordering;

use crate::allowlist::{Candidates, EntrySource, Identity, Index};
use crate::iis::{Class, Image, ManagedType, Roots, Subject, Suspicion, script_processor, version};

use super::lookalike::{Lookalikes, Resemblance};

/// Everything about one spelling of a module that can be found out without host, date, place and action.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The image in normal form, where shown.
    pub image: Option<Image>,
    /// The type, where shown.
    pub managed_type: Option<ManagedType>,
    /// The image or type before the change is there and is another one.
    pub replaced: bool,
    /// The type before the change had a key that says which file is loaded; the type now is the same without it.
    pub lost_key: bool,
    /// The entries that could speak about it.
    pub candidates: Candidates,
    /// The known module that it resembles, where its own name is not known.
    pub resembles: Option<Resemblance>,
    /// The pattern for every version of the pair that is vouched for, of which this is a later one.
    pub later_version: Option<String>,
    /// The image is an earlier version of the one before.
    pub earlier_version: bool,
    /// The place where no module belongs, or the spelling that hides the place.
    pub location: Option<Suspicion>,
    /// The image lies in System32 itself.
    pub system32_root: bool,
}

impl Assessment {
    /// Looks at one subject with the entries and the roots of its host.
    #[must_use]
    pub fn of(subject: &Subject<'_>, index: &Index, lookalikes: &Lookalikes, roots: &Roots) -> Self {
        let (executable, arguments) = match subject.image {
            Some(written) if !subject.class.is_module() => script_processor::split(written),
            written => (written.unwrap_or_default(), ""),
        };
        let image = subject.image.map(|_| Image::normalise(executable, roots));
        let managed_type = subject.type_name.map(ManagedType::parse);
        let replaced = subject.old.is_some_and(|old| match (&image, &managed_type) {
            (Some(image), _) => Image::normalise(old, roots).normal != image.normal,
            (None, Some(new)) => {
                let old = ManagedType::parse(old);
                !old.compare(new).is_match() && !new.lost_key_of(&old)
            }
            (None, None) => false,
        });
        let lost_key = subject
            .old
            .zip(managed_type.as_ref())
            .is_some_and(|(old, new)| image.is_none() && new.lost_key_of(&ManagedType::parse(old)));
        let identity = Identity {
            class: subject.class,
            kind: subject.kind,
            or_filter: subject.or_filter,
            name: subject.name,
            image: image.as_ref(),
            managed_type: managed_type.as_ref(),
        };
        let mut candidates = index.candidates(&identity);
        if subject.class == Class::Setting {
            // A list of files is condemned by each of them.
            for piece in executable.split(';').map(str::trim).filter(|piece| *piece != executable) {
                let piece = Image::normalise(piece, roots);
                let found = index.candidates(&Identity { image: Some(&piece), ..identity });
                index.condemn(&mut candidates, found);
            }
        }
        if let Some(written) = subject.image.filter(|written| *written != executable) {
            // What is denied may be written with its arguments.
            let whole = Image::normalise(written, roots);
            index.condemn(&mut candidates, index.candidates(&Identity { image: Some(&whole), ..identity }));
        }
        let later_version = later_version(subject, image.as_ref(), &candidates, index, roots);
        let earlier_version = image.as_ref().zip(subject.old).is_some_and(|(image, old)| {
            version::compare(&Image::normalise(old, roots).normal, &image.normal) == Some(Ordering::Less)
        });
        // A name that only entries for this very pair list is compared as if it were not: while they are in force
        // they decide, and when they are not they must not hide what it resembles.
        // Where the pair is shown, what only packs list is compared as if it were not: the other parts of their products
        // must not look worse where a pack is chosen.
        let identified = image.is_some() || managed_type.is_some();
        let mut names =
            candidates.known_name.iter().filter(|n| !identified || !index.is_of_pack(**n)).peekable();
        let unlisted = names.peek().is_none();
        let listed = names.any(|n| !candidates.site_exact.contains(n));
        let resembles = if listed || subject.name.is_empty() || !subject.class.is_module() {
            None
        } else if unlisted {
            let of_another_kind = lookalikes.of_another_kind(subject.name);
            of_another_kind.or_else(|| lookalikes.find(subject.name, image.as_ref().map(Image::stem)))
        } else {
            lookalikes.find_other(subject.name, image.as_ref().map(Image::stem))
        };
        let own_type =
            managed_type.as_ref().filter(|own| image.is_none() && !index.lists_type_name(&own.name));
        let resembles = resembles.filter(|r| {
            own_type.is_none() || !index.has_managed(&r.known) || !r.is_natural_for(subject.name)
        });
        // Where a setting may point is told by the table of watched settings.
        let placed = image.as_ref().filter(|_| subject.class != Class::Setting);
        let is_library = |image: &Image| subject.class.is_module() || !image.has_extension("exe");
        Self {
            location: placed.and_then(|image| {
                let of_arguments = || script_processor::place_of_arguments(arguments, roots);
                image.suspicious_location(roots).or_else(of_arguments)
            }),
            system32_root: image
                .as_ref()
                .is_some_and(|image| is_library(image) && image.in_system32_root(roots)),
            image,
            managed_type,
            replaced,
            lost_key,
            later_version,
            earlier_version,
            candidates,
            resembles,
        }
    }

    /// Whether there is an image or a type to compare.
    #[must_use]
    pub fn is_identified(&self) -> bool {
        self.image.is_some() || self.managed_type.is_some()
    }
}

/// The pattern that would settle an update: an entry of the site or of a chosen pack vouches for the same file in a folder of
/// an earlier version. What was there before, where it is shown, was that file.
fn later_version(
    subject: &Subject<'_>,
    image: Option<&Image>,
    candidates: &Candidates,
    index: &Index,
    roots: &Roots,
) -> Option<String> {
    let image = image.filter(|image| image.is_resolved() && candidates.known_pair.is_none())?;
    let old = subject.old.map(|old| Image::normalise(old, roots));
    candidates.known_name.iter().find_map(|&number| {
        let entry = index.entry(number).filter(|entry| entry.source != EntrySource::Baseline)?;
        let known = index.image(number)?;
        let was_it = old.as_ref().is_none_or(|old| old.normal == known.normal);
        let later = version::compare(&known.normal, &image.normal) == Some(Ordering::Greater);
        (was_it && later).then(|| version::pattern(&entry.image)).flatten()
    })
}
