//! What is lost of a site's file: what its bad rows hold, and which modules they may be about.

use std::collections::HashSet;

use super::glob::{Glob, ends_of_long, has_wildcard};
use super::globs;
use super::identity::{Identity, denied};
use crate::iis::fold::fold;
use crate::iis::shown::shown;
use crate::iis::{Image, Roots};

/// How far a file of the site could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Legible {
    /// All of it, or of its bad rows each is known to be about certain modules.
    #[default]
    Whole,
    /// A bad row may be about any module.
    InPart,
    /// Not at all: none of its rows counts.
    Not,
}

/// With more patterns in bad rows, every module may be meant: comparing with each would hold up the search.
const MOST_PATTERNS: usize = 1_000;

/// The cells of bad rows.
#[derive(Debug, Clone, Default)]
pub struct Damage {
    /// How far the file could be read.
    pub(super) legible: Legible,
    cells: Vec<String>,
    patterns: Vec<String>,
}

impl Damage {
    /// That of a file that cannot be read at all.
    #[must_use]
    pub fn unreadable() -> Self {
        Self { legible: Legible::Not, ..Self::default() }
    }

    /// Adds the cells of a bad row. One of them may be a name, an image or a type, whichever column it stands in.
    pub(super) fn hold<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        for cell in cells.into_iter().map(str::trim).filter(|cell| !cell.is_empty()) {
            if is_pattern(cell) {
                self.patterns.push(cell.to_owned());
            } else {
                self.cells.push(cell.to_owned());
            }
        }
    }

    /// Notes a bad row that may be about any module.
    pub(super) fn hold_anything(&mut self) {
        self.legible = self.legible.max(Legible::InPart);
    }
}

/// Whether a cell has wildcards and says something beside them.
fn is_pattern(cell: &str) -> bool {
    has_wildcard(cell) && cell.contains(char::is_alphanumeric)
}

/// What bad rows hold, as the hosts of one profile see it.
#[derive(Debug, Default)]
pub(super) struct DamageIndex {
    /// Cells as [`denied`] makes them; of a type also its name, without the assembly.
    texts: HashSet<String>,
    /// Cells that can be images, in normal form.
    images: HashSet<String>,
    /// Patterns of names and types, likewise.
    names: Vec<Glob>,
    /// Patterns of images, on the path on its drive.
    paths: Vec<Glob>,
    is_full: bool,
}

impl DamageIndex {
    pub fn new(damage: &Damage, roots: &Roots) -> Self {
        let mut index = Self { is_full: damage.patterns.len() > MOST_PATTERNS, ..Self::default() };
        for cell in &damage.cells {
            index.texts.insert(denied(cell));
            if let Some((name, _)) = cell.split_once(',') {
                index.texts.insert(denied(name));
            }
            if cell.contains(['\\', '/', '.', '%']) {
                index.images.insert(Image::normalise(cell, roots).normal);
            }
        }
        for pattern in damage.patterns.iter().filter(|_| !index.is_full) {
            let name = pattern.split_once(',').map_or(pattern.as_str(), |(name, _)| name.trim());
            index.names.push(Glob::new(&denied(name), None));
            index.paths.push(Glob::new(&globs::normalise(pattern, roots).on_drive(roots), Some('\\')));
        }
        index
    }

    /// Whether a bad row holds the name, the image or the type of a module.
    pub fn holds(&self, id: &Identity<'_>, roots: &Roots) -> bool {
        let type_name = id.managed_type.map(|managed| managed.name.as_str());
        let mut names = [Some(id.name), type_name].into_iter().flatten();
        let by_name = names.any(|name| {
            self.holds_text(name)
                || !self.names.is_empty() && {
                    let shown = shown(name);
                    let name = fold(&ends_of_long(&shown).unwrap_or_else(|| shown.as_ref().into()));
                    self.names.iter().any(|glob| glob.matches(&name))
                }
        });
        by_name || self.is_full || id.image.is_some_and(|image| self.holds_image(image, roots))
    }

    /// Whether a cell of a bad row is this text.
    pub fn holds_text(&self, text: &str) -> bool {
        !self.texts.is_empty() && self.texts.contains(&denied(text))
    }

    fn holds_image(&self, image: &Image, roots: &Roots) -> bool {
        self.images.contains(&image.normal)
            || !self.paths.is_empty() && {
                let path = image.on_drive(roots);
                self.paths.iter().any(|glob| glob.matches(&path))
            }
    }
}
