//! The table, by the beginning of the configuration path.

use foldhash::HashMap;

use super::known::Known;
use super::path::{Pattern, bucket};
use super::read;
use super::row::{Judged, WatchedSetting};
use crate::allowlist::error::AllowlistError;

/// The watched settings.
pub const SETTINGS_CSV: &str = include_str!("../../../splunk_app/lookups/iis_watched_settings.csv");
/// The values that are known there.
pub const KNOWN_CSV: &str = include_str!("../../../splunk_app/lookups/iis_watched_known.csv");

/// The known removals of protective modules stand among the known values; they are about no watched setting.
const MODULE_REMOVAL: &str = "module-removal";

/// The longest bucket that is looked up, in bytes: no pattern begins with a longer one.
const LONGEST: usize = 64;

/// What a path is to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The attribute that the row is about.
    Attribute,
    /// The element that the row is about.
    Element,
    /// A `remove` element for it.
    Remove,
    /// The whole collection is cleared.
    Clear,
    /// The attribute that holds the key.
    Key,
    /// The attribute that holds the key of the element of another attribute, or of an element, that the row is about.
    Rename,
    /// The whole collection, or the section that it stands in.
    Whole,
}

/// A row that a configuration path meets.
#[derive(Debug, Clone, Copy)]
pub struct Met<'w, 'p> {
    /// The number of the row.
    pub number: usize,
    /// The row.
    pub row: &'w WatchedSetting,
    /// The key of the element, as written.
    pub key: &'p str,
    /// What the path is to the row.
    pub how: How,
}

/// The watched settings, and the values that are known there.
#[derive(Debug, Clone)]
pub struct Watched {
    rows: Vec<WatchedSetting>,
    known: Vec<Known>,
    /// For each bucket the rows whose patterns begin with it, in the order of the table.
    buckets: HashMap<Box<[u8]>, Vec<Place>>,
    /// The elements that lead to a watched setting, as paths without keys, and the attribute that is the key of each.
    elements: HashMap<String, Option<String>>,
}

/// Where a row stands, and what a path of this form is to it.
type Place = (usize, Pattern, How);

impl Watched {
    /// The tables compiled in. `Err` would name the line of a broken row.
    pub fn builtin() -> Result<Self, AllowlistError> {
        let read = read::rows(SETTINGS_CSV, "iis_watched_settings.csv", &read::SETTINGS, read::setting)?;
        let known = read::rows(KNOWN_CSV, "iis_watched_known.csv", &read::KNOWN, read::known)?;
        let mut watched =
            Self { rows: Vec::new(), known, buckets: HashMap::default(), elements: HashMap::default() };
        for (row, patterns, elements) in read {
            for (element, key) in elements {
                let known = watched.elements.entry(element).or_default();
                *known = known.take().or(key);
            }
            let number = watched.rows.len();
            for pattern in patterns {
                watched.add(number, pattern, row.judged == Judged::Removal, !row.names.is_empty());
            }
            watched.rows.push(row);
        }
        Ok(watched)
    }

    fn add(&mut self, row: usize, pattern: Pattern, is_removal: bool, is_renamed: bool) {
        let others = [
            (pattern.with_element("remove"), How::Remove),
            (pattern.whole("/clear"), How::Clear),
            (pattern.whole(""), How::Whole),
            (pattern.section(), How::Whole),
        ];
        let own = match (is_removal, pattern.is_of_key()) {
            (true, _) => How::Element,
            (false, true) => How::Key,
            (false, false) => How::Attribute,
        };
        let others = others.into_iter().filter(|_| is_removal);
        let renaming = (pattern.renaming().filter(|_| is_renamed), How::Rename);
        for (pattern, how) in [(Some(pattern), own), renaming].into_iter().chain(others) {
            let Some(pattern) = pattern else { continue };
            let bucket = pattern.bucket().into_bytes().into_boxed_slice();
            self.buckets.entry(bucket).or_default().push((row, pattern, how));
        }
    }

    /// The rows that a configuration path meets. Those of values that must not be copied only where no other row meets it.
    pub fn meet<'w, 'p>(&'w self, path: &'p str) -> impl Iterator<Item = Met<'w, 'p>> + use<'w, 'p> {
        let all = self.candidates(path).iter().filter_map(move |(number, pattern, how)| {
            let row = self.rows.get(*number)?;
            let key = pattern.key(path)?;
            // What it is called from now on is not in the path.
            let renamed = *how == How::Rename && row.judged != Judged::Removal;
            let whole = renamed || matches!(how, How::Clear | How::Whole);
            (whole || row.is_for(key)).then_some(Met { number: *number, row, key, how: *how })
        });
        all.filter(|met| met.row.enabled)
    }

    /// The rows of its bucket. A plain row of another section costs this look-up and nothing more.
    fn candidates(&self, path: &str) -> &[Place] {
        let bucket = bucket(path).as_bytes();
        let mut folded = [0_u8; LONGEST];
        let Some(folded) = folded.get_mut(..bucket.len()) else { return &[] };
        folded.copy_from_slice(bucket);
        folded.make_ascii_lowercase();
        self.buckets.get(&*folded).map_or(&[], Vec::as_slice)
    }

    /// Whether a change of this path may be a finding.
    #[must_use]
    pub fn tells(&self, path: &str) -> bool {
        self.meet(path).any(|met| met.row.tells())
    }

    /// Whether a value there must not be copied: some row says that it can be a secret, and no row judges it by what it says,
    /// or lists it as one that is none.
    #[must_use]
    pub fn hides(&self, path: &str, value: &str) -> bool {
        let mut secret = false;
        for met in self.meet(path) {
            if met.row.judged != Judged::Secret || met.row.excepts(value) {
                return false;
            }
            secret = true;
        }
        secret
    }

    /// The attribute that is the key of an element on the way to a watched setting, given its path without keys; `None` for
    /// an element that leads to none.
    #[must_use]
    pub fn element(&self, path: &str) -> Option<Option<&str>> {
        self.elements.get(path).map(Option::as_deref)
    }

    /// The rows of the table.
    #[must_use]
    pub fn rows(&self) -> &[WatchedSetting] {
        &self.rows
    }

    /// Every known value.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// The known values of a setting for the thing with this key.
    pub fn known_for<'w>(&'w self, setting: &'w str, key: &'w str) -> impl Iterator<Item = &'w Known> {
        self.known.iter().filter(move |known| known.is_for(setting, key))
    }

    /// The row by which a product itself removes this module at this site or application.
    pub fn removal<'w>(&'w self, module: &'w str, site: &'w str) -> impl Iterator<Item = &'w Known> {
        self.known_for(MODULE_REMOVAL, module)
            .filter(move |known| known.name == module && known.value.eq_ignore_ascii_case(site))
    }

    /// Whether a row has this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.rows.iter().any(|row| row.id == id) || self.known.iter().any(|known| known.id == id)
    }

    /// Switches the row with this id off; says whether there is one.
    pub fn switch_off(&mut self, id: &str) -> bool {
        let mut found = false;
        for enabled in self
            .rows
            .iter_mut()
            .map(|row| (&row.id, &mut row.enabled))
            .chain(self.known.iter_mut().map(|known| (&known.id, &mut known.enabled)))
            .filter_map(|(own, enabled)| (own == id).then_some(enabled))
        {
            *enabled = false;
            found = true;
        }
        found
    }
}
