//! Every entry by its number.

use super::damage::Damage;
use super::entry::{Entry, EntryNumber};
use super::watched::Watched;

/// The entries and their order by specificity.
#[derive(Debug)]
pub(super) struct Entries {
    /// The entries by number.
    pub list: Vec<Entry>,
    /// For each entry its place among all, the most specific first.
    pub rank: Vec<usize>,
    /// What is lost of the site's file.
    pub damage: Damage,
    /// The watched settings, and the values that are known there.
    pub watched: Watched,
}

impl Entries {
    pub fn new(list: Vec<Entry>, damage: Damage, watched: Watched) -> Self {
        let mut order: Vec<EntryNumber> = (0..list.len()).collect();
        order.sort_by_cached_key(|number| list.get(*number).map(Entry::sort_key));
        let mut rank = vec![0; list.len()];
        for (place, number) in order.into_iter().enumerate() {
            if let Some(slot) = rank.get_mut(number) {
                *slot = place;
            }
        }
        Self { list, rank, damage, watched }
    }
}
