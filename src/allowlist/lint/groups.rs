//! Entries that say the same about modules, and which groups of them could cover which: none is compared with all.

use std::collections::HashMap;

use super::rules::may_overlap;
use super::shape::{Pair, Shape, covers};
use crate::allowlist::glob::has_wildcard;
use crate::allowlist::{Entry, Patterns};

/// Where an entry stands among the enabled ones of the site.
pub(super) type Place = usize;

/// An entry with its place.
pub(super) type Placed<'e> = (Place, &'e Entry);

/// A host and a place in the configuration, `None` for a cell that is no plain list of names.
type Scope<'e> = (Option<&'e str>, Option<&'e str>);

/// Entries that match the same modules, by where they count.
#[derive(Default)]
pub(super) struct Group<'e> {
    entries: Vec<Placed<'e>>,
    by_scope: HashMap<Scope<'e>, Vec<Placed<'e>>>,
}

impl<'e> Group<'e> {
    pub fn add(&mut self, place: Place, entry: &'e Entry) {
        self.entries.push((place, entry));
        for host in keys(&entry.host) {
            for path in keys(&entry.config_path) {
                self.by_scope.entry((host, path)).or_default().push((place, entry));
            }
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = Placed<'e>> {
        self.entries.iter().copied()
    }

    /// The first entry that counts wherever `narrow` does, and of which `wanted` holds.
    pub fn first_covering(
        &self,
        narrow: &Entry,
        wanted: impl Fn(Place, &Entry) -> bool,
    ) -> Option<Placed<'e>> {
        // What is no plain list is covered by its like alone.
        self.first(keys(&narrow.host), keys(&narrow.config_path), |place, entry| {
            wanted(place, entry) && covers(entry, narrow)
        })
    }

    /// The first entry that can count where another does.
    pub fn first_overlapping(&self, other: &Entry) -> Option<Placed<'e>> {
        let [hosts, paths] = [keys(&other.host), keys(&other.config_path)];
        if hosts.contains(&None) || paths.contains(&None) {
            return self.entries().find(|(_, entry)| may_overlap(other, entry));
        }
        self.first(hosts, paths, |_, entry| may_overlap(other, entry))
    }

    fn first(
        &self,
        hosts: Vec<Option<&str>>,
        paths: Vec<Option<&str>>,
        holds: impl Fn(Place, &Entry) -> bool,
    ) -> Option<Placed<'e>> {
        let with_any = |mut keys: Vec<Option<_>>| {
            keys.push(None);
            keys
        };
        let (hosts, paths) = (with_any(hosts), with_any(paths));
        let scopes = hosts.iter().flat_map(|host| paths.iter().map(|path| (*host, *path)));
        let firsts = scopes.filter_map(|scope| {
            self.by_scope.get(&scope)?.iter().copied().find(|(place, entry)| holds(*place, entry))
        });
        firsts.min_by_key(|(place, _)| *place)
    }
}

/// The names of a cell; one `None` for a cell that means any or has a wildcard.
fn keys(patterns: &Patterns) -> Vec<Option<&str>> {
    if patterns.is_any() || patterns.parts().any(has_wildcard) {
        return vec![None];
    }
    patterns.parts().map(Some).collect()
}

/// Groups of patterns.
#[derive(Default)]
pub(super) struct Groups<'e> {
    all: Vec<Alike<'e>>,
    by_marks: HashMap<Marks, Vec<usize>>,
    /// Each group by the pair that the fewest others have.
    by_pair: HashMap<Pair, Vec<usize>>,
    without_pair: Vec<usize>,
}

/// A shape with the entries that have it.
struct Alike<'e> {
    shape: Shape,
    marks: Marks,
    group: Group<'e>,
}

/// A set of the pairs of a shape, so small that different pairs may share a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Marks([u64; 4]);

impl Marks {
    fn of(shape: &Shape) -> Self {
        let mut marks = Self::default();
        for (part, a, b) in shape.pairs() {
            let mixed = (u32::from(a).wrapping_mul(31).wrapping_add(u32::from(b)))
                .wrapping_mul(0x9E37_79B1)
                .wrapping_add(u32::try_from(part).unwrap_or_default());
            let at = mixed >> 24;
            if let Some(word) = marks.0.get_mut(at as usize / 64) {
                *word |= 1 << (at % 64);
            }
        }
        marks
    }

    fn are_among(self, others: Self) -> bool {
        self.0.iter().zip(others.0).all(|(own, other)| own & !other == 0)
    }
}

impl<'e> Groups<'e> {
    /// Groups entries by their shapes.
    pub fn new(shaped: Vec<(Placed<'e>, Shape)>) -> Self {
        let mut groups = Self::default();
        for ((place, entry), shape) in shaped {
            let number = groups.number(shape);
            if let Some(alike) = groups.all.get_mut(number) {
                alike.group.add(place, entry);
            }
        }
        groups.index();
        groups
    }

    fn number(&mut self, shape: Shape) -> usize {
        let marks = Marks::of(&shape);
        let alike = self.by_marks.entry(marks).or_default();
        let same = |number: &&usize| self.all.get(**number).is_some_and(|known| known.shape == shape);
        if let Some(known) = alike.iter().find(same) {
            return *known;
        }
        let number = self.all.len();
        alike.push(number);
        self.all.push(Alike { shape, marks, group: Group::default() });
        number
    }

    fn index(&mut self) {
        let mut holders: HashMap<Pair, usize> = HashMap::new();
        for pair in self.all.iter().flat_map(|alike| alike.shape.pairs()) {
            *holders.entry(pair).or_default() += 1;
        }
        for (number, alike) in self.all.iter().enumerate() {
            match alike.shape.pairs().min_by_key(|pair| holders.get(pair).copied().unwrap_or_default()) {
                Some(rarest) => self.by_pair.entry(rarest).or_default().push(number),
                None => self.without_pair.push(number),
            }
        }
    }

    /// Each shape with its group.
    pub fn iter(&self) -> impl Iterator<Item = (&Shape, &Group<'e>)> {
        self.all.iter().map(|alike| (&alike.shape, &alike.group))
    }

    /// The groups whose shape covers this one.
    pub fn covering(&self, narrow: &Shape) -> Vec<(&Shape, &Group<'e>)> {
        let marks = Marks::of(narrow);
        let mut pairs: Vec<Pair> = narrow.pairs().collect();
        pairs.sort_unstable();
        pairs.dedup();
        let indexed = pairs.iter().filter_map(|pair| self.by_pair.get(pair)).flatten();
        let possible = indexed.chain(&self.without_pair).filter_map(|number| self.all.get(*number));
        let covering = possible.filter(|wide| wide.marks.are_among(marks) && wide.shape.covers(narrow));
        covering.map(|wide| (&wide.shape, &wide.group)).collect()
    }
}
