//! Numbers by texts. The texts stand elsewhere and are compared by whoever looks one up, so that an index of a hundred
//! thousand texts takes 12 bytes each.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

/// Numbers by the hashes of texts; of one text in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Hashed {
    /// Hashes and numbers, by the upper bits of the hash.
    entries: Vec<(u32, u32)>,
    /// Where the entries begin whose hash has these upper bits, and where the last of them ends.
    starts: Vec<u32>,
    /// How many lower bits a hash has beside these.
    shift: u32,
    /// By the first byte of a text: which lengths in bytes there are. It rules most texts out before they are hashed.
    lengths: Vec<u128>,
}

impl Hashed {
    /// Adds the number of a text. It is found once the index is [finished](Self::finish).
    pub(super) fn push(&mut self, hasher: &RandomState, text: &str, number: u32) {
        let entry = (hash(hasher, text), number);
        if self.entries.last() != Some(&entry) {
            self.entries.push(entry);
        }
        self.lengths.resize(256, 0);
        if let Some(lengths) = self.lengths.get_mut(first_byte(text)) {
            *lengths |= length_bit(text);
        }
    }

    /// Puts what was pushed in order.
    pub(super) fn finish(&mut self) {
        let bits = self.entries.len().checked_ilog2().unwrap_or_default().clamp(1, 31);
        self.shift = u32::BITS - bits;
        let bucket = |hash: u32| (hash >> self.shift) as usize;
        self.starts = vec![0; (1 << bits) + 1];
        for (hash, _) in &self.entries {
            if let Some(count) = self.starts.get_mut(bucket(*hash) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        let mut next = self.starts.clone();
        let mut ordered = vec![(0, 0); self.entries.len()];
        for entry in &self.entries {
            if let Some(at) = next.get_mut(bucket(entry.0))
                && let Some(place) = ordered.get_mut(*at as usize)
            {
                *place = *entry;
                *at += 1;
            }
        }
        self.entries = ordered;
    }

    /// The numbers of a text, and seldom one of another text.
    #[inline]
    pub(super) fn get<'a>(
        &'a self,
        hasher: &RandomState,
        text: &str,
    ) -> impl Iterator<Item = usize> + use<'a> {
        let is_there =
            self.lengths.get(first_byte(text)).is_some_and(|lengths| lengths & length_bit(text) != 0);
        let hash = if is_there { hash(hasher, text) } else { 0 };
        let entries = if is_there { self.bucket(hash) } else { &[] };
        entries.iter().filter(move |entry| entry.0 == hash).map(|entry| entry.1 as usize)
    }

    fn bucket(&self, hash: u32) -> &[(u32, u32)] {
        let bucket = (hash >> self.shift) as usize;
        let start = self.starts.get(bucket).copied().unwrap_or_default() as usize;
        let end = self.starts.get(bucket + 1).copied().unwrap_or_default() as usize;
        self.entries.get(start..end).unwrap_or_default()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of the hash serve")]
fn hash(hasher: &RandomState, text: &str) -> u32 {
    hasher.hash_one(text) as u32
}

/// The first byte; that of an empty text is zero.
fn first_byte(text: &str) -> usize {
    text.bytes().next().map_or(0, usize::from)
}

/// The length as one bit; all great ones are one.
fn length_bit(text: &str) -> u128 {
    1 << text.len().min(127)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found_by_its_text() {
        let hasher = RandomState::default();
        for count in [0, 1, 2, 3, 7, 64, 1000] {
            let text = |number: u32| if number < 2 { String::new() } else { format!("x{}", number / 2) };
            let mut index = Hashed::default();
            assert_eq!(index.get(&hasher, "x1").next(), None);
            (0..count).for_each(|number| index.push(&hasher, &text(number), number));
            index.finish();
            for number in 0..count {
                let found: Vec<_> = index.get(&hasher, &text(number)).collect();
                let first = number as usize / 2 * 2;
                let expected = (first..first + 2).filter(|n| *n < count as usize);
                assert!(expected.into_iter().all(|n| found.contains(&n)), "{number} of {count}: {found:?}");
            }
            assert_eq!(index.get(&hasher, "y1").next(), None);
        }
    }
}
