//! Numbers of entries under one name.

use super::entry::EntryNumber;

/// Numbers of entries under one name, which mostly are one.
#[derive(Debug)]
pub(super) enum Numbers {
    One(EntryNumber),
    Several(Vec<EntryNumber>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Numbers {
    pub fn push(&mut self, number: EntryNumber) {
        match self {
            Self::Several(numbers) if numbers.is_empty() => *self = Self::One(number),
            Self::Several(numbers) => numbers.push(number),
            Self::One(first) => *self = Self::Several(vec![*first, number]),
        }
    }

    pub fn as_slice(&self) -> &[EntryNumber] {
        match self {
            Self::One(number) => std::slice::from_ref(number),
            Self::Several(numbers) => numbers,
        }
    }
}

impl<'n> IntoIterator for &'n Numbers {
    type Item = &'n EntryNumber;
    type IntoIter = std::slice::Iter<'n, EntryNumber>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}
