//! Finds out that a record says the same as an earlier one, before its cells are decoded.

use super::cells::{Cells, Written};
use super::cursor::Cursor;
use super::memo::{Free, Memo};
use crate::searchcommand::command::Compare;

/// The records of a search by their compared inputs.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// How each input is compared; empty: records are not compared.
    inputs: Vec<Compare>,
    memo: Memo,
    key: Vec<u8>,
}

/// A number's length in a key, which no cell has.
const NUMBER: u64 = u32::MAX as u64;

impl Repeats {
    pub(super) fn new(inputs: Vec<Compare>) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// The cells of an earlier record that compares equal to the one scanned last, or the place for those to come.
    /// `None` when the record is not compared.
    #[inline]
    pub(super) fn find(&mut self, cursor: &Cursor, body: &[u8]) -> Option<Result<Written<'_>, Free>> {
        if self.inputs.is_empty() {
            return None;
        }
        self.key.clear();
        for (slot, span) in cursor.undecoded() {
            let text = span.of(body);
            let head = u64::from(slot) << 32;
            match self.inputs.get(slot as usize) {
                Some(Compare::Never) => return None,
                Some(Compare::Number) if is_number(text) => {
                    self.key.extend_from_slice(&(head | NUMBER).to_le_bytes());
                }
                // A twin, behind the inputs, is compared as text.
                _ => {
                    self.key.extend_from_slice(&(head | text.len() as u64).to_le_bytes());
                    self.key.extend_from_slice(text);
                }
            }
        }
        // The same bytes mean something else where their quotes are doubled ones.
        for slot in cursor.quoted() {
            self.key.extend_from_slice(&slot.to_le_bytes());
        }
        Some(self.memo.find(&self.key))
    }

    /// Keeps the cells of the record that was last looked for, if the command said that they may be repeated.
    pub(super) fn keep(&mut self, free: Free, cells: &Cells) {
        if cells.may_repeat() {
            self.memo.keep(&self.key, free, cells);
        }
    }
}

/// Up to 11 digits, perhaps with a fraction.
#[inline]
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let whole = text.iter().take(12).position(|byte| *byte == b'.').unwrap_or(text.len());
    (1..=11).contains(&whole)
        && text
            .split_at_checked(whole)
            .is_some_and(|(whole, rest)| digits(whole) && digits(rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("", false),
            ("0", true),
            ("29", true),
            ("1700000000.250", true),
            ("5.", true),
            ("99999999999", true),
            ("999999999999", false),
            (".5", false),
            ("-5", false),
            ("1.5.2", false),
            ("1e5", false),
            ("5 ", false),
        ] {
            assert_eq!(is_number(text.as_bytes()), expected, "{text:?}");
        }
    }
}
