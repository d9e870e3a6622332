//! Which characters stand side by side: most patterns want two that a text does not have, and need not be tried.

use super::glob::Glob;

/// The pairs of a text. A pair outside of Latin may be taken for another one, so that a missing pair is certain and a
/// present one is not.
#[derive(Debug)]
pub(super) struct Pairs(Vec<u64>);

/// The pairs that a pattern wants.
#[derive(Debug, Default)]
pub(super) struct Required(Vec<u16>);

impl Pairs {
    /// Those of one text.
    pub fn of(text: &str) -> Self {
        let mut set = vec![0; (usize::from(u16::MAX) + 1) / 64];
        for (a, b) in text.chars().zip(text.chars().skip(1)) {
            let pair = number(a, b);
            if let Some(word) = set.get_mut(usize::from(pair / 64)) {
                *word |= 1 << (pair % 64);
            }
        }
        Self(set)
    }

    /// Whether a text with these pairs may match.
    pub fn hold(&self, required: &Required) -> bool {
        let holds =
            |pair: u16| self.0.get(usize::from(pair / 64)).is_some_and(|word| word >> (pair % 64) & 1 == 1);
        required.0.iter().all(|pair| holds(*pair))
    }
}

impl Required {
    /// Those of a pattern; none without one.
    pub fn by(glob: Option<&Glob>) -> Self {
        let mut pairs: Vec<u16> = glob.into_iter().flat_map(Glob::pairs).map(|(a, b)| number(a, b)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }
}

fn number(a: char, b: char) -> u16 {
    let [a, b] = [a, b].map(|c| u32::from(c).to_le_bytes()[0]);
    u16::from_le_bytes([a, b])
}
