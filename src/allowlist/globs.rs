//! Glob entries, found by the literal folder before the first wildcard.

use std::collections::HashMap;

use super::entry::Entry;
use super::glob::Glob;
use super::{EntryNumber, Identity};
use crate::iis::{Image, ImageFlags, ManagedType, Roots};

/// Every `match=glob` entry.
#[derive(Debug, Default)]
pub(super) struct GlobIndex {
    rules: Vec<Rule>,
    /// Rules with an image by the part of it before the last separator that stands before a wildcard.
    by_folder: HashMap<String, Vec<usize>>,
    /// Rules without an image.
    loose: Vec<usize>,
}

#[derive(Debug)]
struct Rule {
    entry: EntryNumber,
    name: Option<Glob>,
    image: Option<Glob>,
    type_name: Option<Glob>,
}

impl GlobIndex {
    /// Adds an entry; `image` is its image pattern in normal form.
    pub fn insert(&mut self, number: EntryNumber, entry: &Entry, image: Option<&Image>) {
        let rule = self.rules.len();
        match image {
            None => self.loose.push(rule),
            Some(image) => {
                self.by_folder.entry(literal_folder(&image.normal).to_owned()).or_default().push(rule);
            }
        }
        let name = (!entry.name.is_empty()).then(|| Glob::new(&entry.name, None));
        let type_name =
            (!entry.type_name.is_empty()).then(|| Glob::new(&type_pattern(&entry.type_name), Some(',')));
        let image = image.map(|image| Glob::new(&image.normal, Some('\\')));
        self.rules.push(Rule { entry: number, name, image, type_name });
    }

    /// Calls `found` with each entry whose name, image and type patterns match what is known of the module.
    pub fn matching(&self, id: &Identity<'_>, mut found: impl FnMut(EntryNumber)) {
        let mut try_rules = |rules: &[usize]| {
            for rule in rules.iter().filter_map(|rule| self.rules.get(*rule)) {
                if rule.matches(id) {
                    found(rule.entry);
                }
            }
        };
        try_rules(&self.loose);
        let Some(image) = id.image.filter(|_| !self.by_folder.is_empty()) else { return };
        let folders =
            memchr::memchr_iter(b'\\', image.normal.as_bytes()).filter_map(|at| image.normal.get(..at));
        for folder in std::iter::once("").chain(folders.filter(|folder| !folder.is_empty())) {
            if let Some(rules) = self.by_folder.get(folder) {
                try_rules(rules);
            }
        }
    }
}

impl Rule {
    fn matches(&self, id: &Identity<'_>) -> bool {
        self.name.as_ref().is_none_or(|glob| glob.matches(id.name))
            && self
                .image
                .as_ref()
                .is_none_or(|glob| id.image.is_some_and(|image| glob.matches(&image.normal)))
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

fn type_pattern(written: &str) -> String {
    let mut parts = written.split(',').map(str::trim);
    let mut pattern = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        pattern.push_str(", ");
        pattern.push_str(&part.to_lowercase());
    }
    pattern
}
