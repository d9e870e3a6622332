//! A quick way to the key of a record in the form that splunkd writes: from its line end backwards, over the few cells
//! that differ from record to record, so that the others need not be looked at one by one.

use memchr::memchr;

use super::compare::{Compare, is_number};
use super::memo::Memo;

/// The columns that differ from record to record, where they stand together and only empty cells follow.
#[derive(Debug)]
pub(super) struct Tail {
    /// Whether each of them is compared, from the last to the first.
    compared: Vec<bool>,
    /// The empty cells behind them: a comma each.
    empty: Vec<u8>,
}

impl Tail {
    /// Finds the columns: numbers and those that are not compared. `None` where they do not stand as they should, or where the
    /// command reads a column behind them, `last_input` being the last one.
    pub(super) fn of(columns: &[Option<Compare>], last_input: usize) -> Option<Self> {
        let differs = |compare: &Option<Compare>| matches!(compare, None | Some(Compare::Number));
        let last_number = columns.iter().rposition(|compare| matches!(compare, Some(Compare::Number)))?;
        let (head, behind) = columns.split_at_checked(last_number + 1)?;
        let start = head.len() - head.iter().rev().take_while(|compare| differs(compare)).count();
        let end = head.len() + behind.iter().take_while(|compare| compare.is_none()).count();
        let compared: Vec<_> = columns.get(start..end)?.iter().rev().map(Option::is_some).collect();
        let by_itself = |compare: &Option<Compare>| matches!(compare, Some(Compare::By(_)));
        let is_plain = !columns.iter().skip(1).any(by_itself);
        (start > 0 && end > last_input && compared.len() <= u64::BITS as usize && is_plain)
            .then(|| Self { compared, empty: vec![b','; columns.len() - end] })
    }

    /// Writes what is compared of the record whose first cells up to `from` are written already, and gives the line feed's
    /// offset. `None` where the record is of another form.
    ///
    /// Whether the line feed ends the record, and does not stand in a quoted cell, is not looked at. So a key written here
    /// may be looked up, but never kept. If it is equal to one that was made by walking over all cells, the record is what it
    /// seems to be: both then have the same bytes up to the cells that differ, and whoever walks over the same bytes comes to
    /// the same place between two cells. From there on only commas, numbers and the line feed follow.
    #[inline]
    pub(super) fn write_key(&self, body: &[u8], from: usize, key: &mut Vec<u8>) -> Option<usize> {
        let rest = body.get(from..)?;
        let line_feed = memchr(b'\n', rest)?;
        if Memo::is_too_long(line_feed) {
            return None;
        }
        let mut line = rest.get(..line_feed)?.strip_suffix(self.empty.as_slice())?;
        // One bit for each column, the first one's lowest.
        let mut numbers = 0_u64;
        for &is_compared in &self.compared {
            let comma = line.iter().rposition(|byte| *byte == b',')?;
            let (before, cell) = line.split_at_checked(comma)?;
            let cell = cell.get(1..)?;
            numbers <<= 1;
            if !cell.is_empty() {
                let quoted = cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
                if !is_number(quoted.unwrap_or(cell)) {
                    return None;
                }
                numbers |= u64::from(is_compared);
            }
            line = before;
        }
        key.extend_from_slice(line);
        for column in 0..self.compared.len() {
            key.push(b',');
            if numbers >> column & 1 == 1 {
                key.push(b'0');
            }
        }
        key.extend_from_slice(&self.empty);
        Some(from + line_feed)
    }
}
