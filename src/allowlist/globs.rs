//! Glob entries, found by the literal folder before the first wildcard.

use std::collections::HashMap;

use super::entry::{Effect, Entry, EntryNumber};
use super::glob::Glob;
use super::identity::Identity;
use crate::iis::{Image, ImageFlags, ManagedType, Roots};

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
    name: Option<Glob>,
    /// On the normal form, for allow rules.
    image: Option<Glob>,
    /// On the path on its drive.
    on_drive: Option<Glob>,
    type_name: Option<Glob>,
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
        let on_drive = image.map(|image| image.on_drive(roots));
        match &on_drive {
            Some(path) => self.by_folder.entry(literal_folder(path).to_owned()).or_default().push(rule),
            None => self.loose.push(rule),
        }
        let name = (!entry.name.is_empty()).then(|| Glob::new(&entry.name, None));
        let type_name =
            (!entry.type_name.is_empty()).then(|| Glob::new(&type_pattern(&entry.type_name), Some(',')));
        let on_drive = on_drive.map(|path| Glob::new(&path, Some('\\')));
        let allows = entry.effect == Effect::Allow;
        let image = image.filter(|_| allows).map(|image| Glob::new(&image.normal, Some('\\')));
        self.rules.push(Rule { entry: number, name, image, on_drive, type_name });
    }

    /// Calls `found` with each entry whose name, image and type patterns match what is known of the module.
    pub fn matching(&self, id: &Identity<'_>, roots: &Roots, mut found: impl FnMut(EntryNumber)) {
        let on_drive = id.image.map(|image| image.on_drive(roots));
        let mut try_rules = |rules: &[usize]| {
            for rule in rules.iter().filter_map(|rule| self.rules.get(*rule)) {
                if rule.matches(id, on_drive.as_deref()) {
                    found(rule.entry);
                }
            }
        };
        try_rules(&self.loose);
        let Some(path) = on_drive.as_deref() else { return };
        for folder in std::iter::once("").chain(folders(path)) {
            try_rules(self.by_folder.get(folder).map_or(&[], Vec::as_slice));
        }
    }
}

/// The folders that a path lies in, the outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'\\', path.as_bytes())
        .filter_map(|at| path.get(..at))
        .filter(|folder| !folder.is_empty())
}

impl Rule {
    fn matches(&self, id: &Identity<'_>, on_drive: Option<&str>) -> bool {
        let normal = id.image.map(|image| image.normal.as_str());
        let agrees = |glob: &Option<Glob>, text: Option<&str>| {
            glob.as_ref().is_none_or(|glob| text.is_some_and(|text| glob.matches(text)))
        };
        agrees(&self.name, Some(id.name))
            && agrees(&self.image, normal)
            && agrees(&self.on_drive, on_drive)
            && self.type_name.as_ref().is_none_or(|glob| {
                id.managed_type.is_some_and(|managed| !managed.malformed && glob.matches(&type_text(managed)))
            })
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
