//! Glob entries, found by the literal folder before the first wildcard.

use foldhash::HashMap;
use std::borrow::Cow;

use super::entry::{Effect, Entry, EntryNumber};
use super::glob::{Glob, ends_of_long};
use super::identity::Identity;
use super::pairs::{Pairs, Required};
use crate::iis::fold::fold;
use crate::iis::shown::shown;
use crate::iis::{Image, ImageFlags, ManagedType, Roots, version};

/// Every `match=glob` entry.
#[derive(Debug, Default)]
pub(super) struct GlobIndex {
    rules: Vec<Rule>,
    /// Rules with an image, by the folders of the path on its drive before its first wildcard.
    by_folder: HashMap<String, Vec<usize>>,
    /// Rules without an image.
    loose: Vec<usize>,
}

#[derive(Debug)]
struct Rule {
    entry: EntryNumber,
    denies: bool,
    /// Of a deny rule in folded case: who is denied is not let in by another case.
    name: Option<Glob>,
    /// On the normal form, for allow rules.
    image: Option<Glob>,
    /// On the shape of the normal form, for allow rules with a version: it is nothing but digits and dots.
    shape: Option<Glob>,
    /// On the path on its drive.
    on_drive: Option<Glob>,
    type_name: Option<Glob>,
    /// What the name and the path on its drive must hold.
    in_name: Required,
    in_path: Required,
}

/// A module as patterns see it.
struct Seen<'s> {
    /// As allow rules see the name.
    allowed: Name<'s>,
    /// As deny rules see it: in folded case, as it is written and as a reader sees it, where that is another text.
    denied: [Option<Name<'s>>; 2],
    /// All of it is looked at: an allow pattern matches no name or type that is longer.
    is_whole: bool,
    normal: Option<&'s str>,
    on_drive: Option<Cow<'s, str>>,
    type_name: Option<String>,
    in_path: Pairs,
}

/// A name, or both ends of a long one.
struct Name<'s> {
    text: Cow<'s, str>,
    pairs: Pairs,
}

impl GlobIndex {
    /// Adds an entry; `image` is its image pattern in normal form under these roots.
    ///
    /// A deny pattern is compared with the path on its drive, so that `C:\**` denies below `%windir%` too. An allow
    /// pattern must match the normal form as well: where a folder lies is no reason to trust what is in it. The folder of
    /// a deny pattern counts as written and as Windows opens it.
    pub fn insert(&mut self, number: EntryNumber, entry: &Entry, image: Option<&Image>, roots: &Roots) {
        let allows = entry.effect == Effect::Allow;
        if allows && image.is_some_and(|image| !is_usable(image)) {
            return;
        }
        self.add(number, entry, image, roots);
        if let Some(opened) = image.filter(|_| !allows).and_then(|image| opened(image, roots)) {
            self.add(number, entry, Some(&opened), roots);
        }
    }

    fn add(&mut self, number: EntryNumber, entry: &Entry, image: Option<&Image>, roots: &Roots) {
        let rule = self.rules.len();
        let open =
            image.map(|image| Image { normal: image.normal.replace(version::WORD, "*"), ..image.clone() });
        let image = image.filter(|image| image.normal.contains(version::WORD));
        let shape = image.map(|image| version::shape(&image.normal.replace(version::WORD, "0")));
        let image = open.as_ref();
        let on_drive = image.map(|image| image.on_drive(roots));
        match &on_drive {
            Some(path) => self.by_folder.entry(literal_folder(path).to_owned()).or_default().push(rule),
            None => self.loose.push(rule),
        }
        let denies = entry.effect == Effect::Deny;
        let name = (!entry.name.is_empty()).then(|| name_pattern(entry));
        let type_name =
            (!entry.type_name.is_empty()).then(|| Glob::new(&type_pattern(&entry.type_name), Some(',')));
        let on_drive = on_drive.map(|path| Glob::new(&path, Some('\\')));
        let shape = shape.filter(|_| !denies).map(|shape| Glob::new(&shape, Some('\\')));
        let image = image.filter(|_| !denies).map(|image| Glob::new(&image.normal, Some('\\')));
        let [in_name, in_path] = [&name, &on_drive].map(|glob| Required::by(glob.as_ref()));
        self.rules.push(Rule {
            entry: number,
            denies,
            name,
            image,
            shape,
            on_drive,
            type_name,
            in_name,
            in_path,
        });
    }

    /// Calls `found` with each entry whose name, image and type patterns match what is known of the module.
    pub fn matching(&self, id: &Identity<'_>, roots: &Roots, mut found: impl FnMut(EntryNumber)) {
        if self.rules.is_empty() {
            return;
        }
        let seen = Seen::new(id, roots);
        let mut try_rules = |rules: &[usize]| {
            for rule in rules.iter().filter_map(|rule| self.rules.get(*rule)) {
                if rule.matches(&seen) {
                    found(rule.entry);
                }
            }
        };
        try_rules(&self.loose);
        let Some(path) = seen.on_drive.as_deref() else { return };
        for folder in std::iter::once("").chain(folders(path)) {
            try_rules(self.by_folder.get(folder).map_or(&[], Vec::as_slice));
        }
    }
}

/// A pattern of names, in the case that it is compared in.
pub(super) fn name_pattern(entry: &Entry) -> Glob {
    match entry.effect {
        Effect::Allow => Glob::new(&entry.name, None),
        Effect::Deny => Glob::new(&fold(&entry.name), None),
    }
}

/// The folders that a path lies in, the outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'\\', path.as_bytes())
        .filter_map(|at| path.get(..at))
        .filter(|folder| !folder.is_empty())
}

impl<'s> Name<'s> {
    fn new(written: Cow<'s, str>) -> Self {
        let ends = ends_of_long(&written).map(Cow::into_owned);
        let text = ends.map_or(written, Cow::Owned);
        Self { pairs: Pairs::of(&text), text }
    }
}

impl<'s> Seen<'s> {
    fn new(id: &Identity<'s>, roots: &Roots) -> Self {
        let allowed = Name::new(Cow::Borrowed(id.name));
        let mut is_whole = allowed.text.len() == id.name.len();
        let shown = Some(shown(id.name)).filter(|shown| *shown != id.name).map(|shown| fold(&shown));
        let denied = [Some(fold(id.name)), shown].map(|name| name.map(|name| Name::new(Cow::Owned(name))));
        let type_name = id.managed_type.filter(|managed| !managed.malformed).map(|managed| {
            let text = type_text(managed);
            let ends = ends_of_long(&text).map(Cow::into_owned);
            is_whole &= ends.is_none();
            ends.unwrap_or(text)
        });
        let on_drive = id.image.map(|image| image.on_drive(roots));
        Self {
            in_path: Pairs::of(on_drive.as_deref().unwrap_or_default()),
            allowed,
            denied,
            is_whole,
            normal: id.image.map(|image| image.normal.as_str()),
            on_drive,
            type_name,
        }
    }
}

impl Rule {
    fn matches(&self, seen: &Seen<'_>) -> bool {
        let agrees = |glob: &Option<Glob>, text: Option<&str>| {
            glob.as_ref().is_none_or(|glob| text.is_some_and(|text| glob.matches(text)))
        };
        let agrees_with =
            |name: &Name<'_>| name.pairs.hold(&self.in_name) && agrees(&self.name, Some(&name.text));
        let named = if self.denies {
            seen.denied.iter().flatten().any(agrees_with)
        } else {
            seen.is_whole && agrees_with(&seen.allowed)
        };
        seen.in_path.hold(&self.in_path)
            && named
            && agrees(&self.on_drive, seen.on_drive.as_deref())
            && agrees(&self.image, seen.normal)
            && self
                .shape
                .as_ref()
                .is_none_or(|shape| seen.normal.is_some_and(|normal| shape.matches(&version::shape(normal))))
            && agrees(&self.type_name, seen.type_name.as_deref())
    }
}

/// An image pattern in normal form: the folders before the first wildcard as in any path, the rest in folded case.
pub(super) fn normalise(written: &str, roots: &Roots) -> Image {
    let mut pattern = Image::normalise(written, roots);
    let folder = literal_folder(&pattern.normal).to_owned();
    if folder.is_empty() {
        return pattern;
    }
    // A file name makes the folder a path; it is taken off again.
    let probe = Image::normalise(&format!(r"{folder}\x"), roots);
    let rest = pattern.normal.get(folder.len()..).unwrap_or_default();
    pattern.normal = format!("{}{rest}", probe.directory());
    pattern.flags.insert(probe.flags);
    pattern
}

/// The pattern with its folder as Windows opens it; `None` where that is no other folder.
fn opened(pattern: &Image, roots: &Roots) -> Option<Image> {
    let folder = literal_folder(&pattern.normal);
    let probe = Image::normalise(&format!(r"{folder}\x"), roots).opened(roots);
    if folder.is_empty() || !probe.is_resolved() || probe.directory() == folder {
        return None;
    }
    let rest = pattern.normal.get(folder.len()..).unwrap_or_default();
    Some(Image { normal: format!("{}{rest}", probe.directory()), flags: pattern.flags })
}

/// Whether a path could match this pattern: nothing is odd about it but its wildcards, and that it may start with one.
pub(super) fn is_usable(pattern: &Image) -> bool {
    let mut expected = ImageFlags::WILDCARD;
    expected.insert(ImageFlags::RELATIVE);
    !pattern.flags.without(expected).intersects(ImageFlags::UNRESOLVED)
}

/// The folders of a pattern in normal form before its first wildcard, without the last separator.
pub(super) fn literal_folder(pattern: &str) -> &str {
    let wildcard = pattern.find(['*', '?']).unwrap_or(pattern.len());
    pattern.get(..wildcard).and_then(|head| head.rsplit_once('\\')).map_or("", |(folder, _)| folder)
}

/// A type as patterns see it: the name with case, then assembly, version, culture and token as far as written, in
/// lower case, divided by `, `.
fn type_text(managed: &ManagedType) -> String {
    let mut text = managed.name.clone();
    let parts = [("", &managed.assembly), ("version=", &managed.version), ("culture=", &managed.culture)];
    for (key, value) in parts.into_iter().chain([("publickeytoken=", &managed.token)]) {
        if let Some(value) = value {
            text.push_str(", ");
            text.push_str(key);
            text.push_str(&value.to_lowercase());
        }
    }
    text
}

/// A type pattern in the form of [`type_text`].
pub(super) fn type_pattern(written: &str) -> String {
    let mut parts = written.split(',').map(str::trim);
    let mut pattern = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        pattern.push_str(", ");
        pattern.push_str(&part.to_lowercase());
    }
    pattern
}
