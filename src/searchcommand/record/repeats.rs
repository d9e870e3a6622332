//! Finds out that a record says the same as an earlier one, while walking over it for the first time. Most records do, and
//! then nothing else needs to be known of their cells.

use super::cell::{Span, Stop, count_commas, end_of_line, find_quote, find_separator};
use super::cells::{Cells, Written};
use super::cursor::Extent;
use super::layout::Layout;
use super::memo::{Free, Memo};
use crate::searchcommand::command::Compare;

/// The records of a search by their compared inputs.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// How each input is compared; empty: records are not compared.
    inputs: Vec<Compare>,
    /// How each column is compared; `None`: not at all, because the command does not read it.
    columns: Vec<Option<Compare>>,
    memo: Memo,
    /// The record scanned last as it stands in the body, without what is not compared.
    key: Vec<u8>,
}

impl Repeats {
    pub(super) fn new(inputs: Vec<Compare>) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// Takes the columns of a new layout. The former records had others.
    pub(super) fn start(&mut self, layout: &Layout) {
        let compare = |&slot: &u32| match slot as usize {
            slot if slot < self.inputs.len() => self.inputs.get(slot).copied(),
            slot if slot < 2 * self.inputs.len() => Some(Compare::Text),
            _ => None,
        };
        self.columns = layout.slots.iter().map(compare).collect();
        self.memo = Memo::default();
    }

    /// Walks over the record at `start`: its extent, and the cells of an earlier one that compares equal or the place for
    /// those to come. `None` when the record cannot be compared, because of a value or because it is not of the usual
    /// form.
    #[inline]
    pub(super) fn scan(&mut self, body: &[u8], start: usize) -> Option<(Extent, Result<Written<'_>, Free>)> {
        if self.inputs.is_empty() {
            return None;
        }
        self.key.clear();
        let (mut at, mut column, mut copied) = (start, 0, start);
        let extent = loop {
            let empty = count_commas(body, at);
            at += empty;
            column += empty;
            let (inner, end, stop) = usual_cell(body, at)?;
            // What is between two cells that are not compared is copied in one piece.
            match *self.columns.get(column)? {
                Some(Compare::Text) => {}
                Some(Compare::Number) => {
                    if is_number(inner.of(body)) {
                        self.key.extend_from_slice(body.get(copied..at)?);
                        self.key.push(b'0');
                        copied = end;
                    }
                }
                Some(Compare::By(write)) => {
                    // Its quotes stand around what is written, so that the key can be taken apart in one way only.
                    if inner.start() > at {
                        self.key.extend_from_slice(body.get(copied..inner.start())?);
                        if !write(inner.of(body), &mut self.key) {
                            return None;
                        }
                        copied = inner.end();
                    }
                }
                None => {
                    self.key.extend_from_slice(body.get(copied..at)?);
                    copied = end;
                }
            }
            column += 1;
            match stop {
                Stop::Comma(next) => at = next,
                Stop::Record(next) => break Extent { end, next, cells: column, open: false },
                Stop::OpenQuote => return None,
            }
        };
        if column != self.columns.len() {
            return None;
        }
        self.key.extend_from_slice(body.get(copied..extent.end)?);
        Some((extent, self.memo.find(&self.key)))
    }

    /// Keeps the cells of the record that was scanned last, if the command said that they may be repeated.
    pub(super) fn keep(&mut self, free: Free, cells: &Cells) {
        if cells.may_repeat() {
            self.memo.keep(&self.key, free, cells);
        }
    }
}

/// The cell that starts at `start`: what is between its quotes, its end, what follows. `None` for the forms that are hardly
/// ever written: text behind a closing quote, and a cell that the body's end cuts off.
#[expect(clippy::inline_always, reason = "the loop over the cells is the hot one")]
#[inline(always)]
fn usual_cell(body: &[u8], start: usize) -> Option<(Span, usize, Stop)> {
    if body.get(start) != Some(&b'"') {
        let found = find_separator(body, start);
        let (end, stop) = match body.get(found)? {
            b',' => (found, Stop::Comma(found + 1)),
            _ => (end_of_line(body, start, found), Stop::Record(found + 1)),
        };
        return Some((Span::new(start, end), end, stop));
    }
    let mut from = start + 1;
    loop {
        let quote = find_quote(body, from)?;
        let (inner, end) = (Span::new(start + 1, quote), quote + 1);
        return match body.get(end)? {
            b',' => Some((inner, end, Stop::Comma(end + 1))),
            b'"' => {
                from = end + 1;
                continue;
            }
            b'\n' => Some((inner, end, Stop::Record(end + 1))),
            b'\r' if body.get(end + 1) == Some(&b'\n') => Some((inner, end, Stop::Record(end + 2))),
            _ => None,
        };
    }
}

/// Up to 11 digits, perhaps with a fraction.
#[inline]
fn is_number(text: &[u8]) -> bool {
    let mut whole = text.len();
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {}
            b'.' if whole == text.len() && at + 1 < text.len() => whole = at,
            _ => return false,
        }
    }
    (1..=11).contains(&whole)
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
            ("99999999999", true),
            ("999999999999", false),
            ("5.", false),
            (".5", false),
            ("-5", false),
            ("1.5.2", false),
            ("1..2", false),
            ("1e5", false),
            ("5 ", false),
        ] {
            assert_eq!(is_number(text.as_bytes()), expected, "{text:?}");
        }
    }
}
