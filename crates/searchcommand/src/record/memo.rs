//! Rows that say the same get the same cells.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::cells::Written;

/// The most rows and bytes that are remembered: what stays in a core's cache. Cells may be written by attackers.
const MOST_ROWS: usize = 4_096;
const MOST_BYTES: usize = 1 << 19;
/// The most bytes of one row that are remembered: nobody repeats a longer one.
const LONGEST: usize = MOST_BYTES / 32;
/// Twice the rows, so that a free slot is never far.
const SLOTS: usize = 2 * MOST_ROWS;

/// After so many rows it is counted how many of them said what an earlier one said.
const WINDOW: u32 = 256;
/// Where fewer than this part of them did, remembering costs more than it gives.
const FEW: u32 = WINDOW / 8;
/// For how many rows nothing is looked up then.
const PAUSE: u32 = 16 * WINDOW;

/// Encoded cells by what a row says. All keys and cells lie in one vector, and the table of them has a fixed size, so that
/// a row that is new allocates nothing either.
#[derive(Debug, Default)]
pub struct Memo {
    /// Seeded anew by each process: who writes cells cannot make their hashes meet.
    hasher: RandomState,
    /// Number of a row from 1, at its hash or behind it; 0 where the slot is free.
    slots: Vec<u16>,
    rows: Vec<RememberedRow>,
    bytes: Vec<u8>,
    /// There was no room for a row.
    full: bool,
    /// How many rows were looked up since it was counted last, and how many were found.
    looked_up: u32,
    found: u32,
    /// For how many more rows nothing is looked up.
    pause: u32,
}

/// The key and the cells of a row lie behind each other in the bytes.
#[derive(Debug)]
struct RememberedRow {
    hash: u64,
    start: usize,
    /// Where the key ends and the cells begin.
    middle: usize,
    end: usize,
    /// Where among the cells the one was that is each record's own, counted from `middle`.
    own: Option<usize>,
    cells: usize,
}

const _: () = assert!(MOST_ROWS < u16::MAX as usize);

/// The free slot for a key that is not there.
#[derive(Clone, Copy, Debug)]
pub struct Free {
    hash: u64,
    slot: usize,
}

impl Memo {
    /// The cells of an earlier row of this key; else the slot in which to [keep](Memo::keep) them.
    #[inline]
    pub fn find(&mut self, key: &[u8]) -> Result<Written<'_>, Free> {
        self.looked_up += 1;
        let hash = self.hasher.hash_one(key);
        let mut slot = position(hash);
        while let Some(number) = self.slots.get(slot).and_then(|&n| usize::from(n).checked_sub(1)) {
            let Some(row) = self.rows.get(number) else { break };
            if row.hash == hash && self.bytes.get(row.start..row.middle) == Some(key) {
                self.found += 1;
                return Ok(self.written(number));
            }
            slot = (slot + 1) % SLOTS;
        }
        Err(Free { hash, slot })
    }

    /// Whether the next row is not to be looked up, because those before it were all different.
    pub fn rests(&mut self) -> bool {
        if self.looked_up >= WINDOW {
            if self.found < FEW {
                self.pause = PAUSE;
            }
            (self.looked_up, self.found) = (0, 0);
        }
        let rests = self.pause > 0;
        self.pause = self.pause.saturating_sub(1);
        rests
    }

    /// Whether a key of so many bytes is too long to be kept, so that it need not be written.
    #[must_use]
    pub fn is_too_long(key: usize) -> bool {
        key > LONGEST
    }

    /// The cells of a row.
    fn written(&self, number: usize) -> Written<'_> {
        let Some(row) = self.rows.get(number) else { return Written { text: b"", own: None, cells: 0 } };
        let text = self.bytes.get(row.middle..row.end).unwrap_or_default();
        Written { text, own: row.own.map(|at| (at, at)), cells: row.cells }
    }

    /// Keeps the cells that were written for the row of `key`, without the one that is the row's own. `free` is what
    /// [`Memo::find`] gave for the key, with nothing kept in between. What is very long is not kept, nor is anything
    /// more once there is no room: see [`Memo::refresh`].
    pub fn keep(&mut self, key: &[u8], free: Free, written: Written<'_>) {
        let length = key.len() + written.text.len();
        if length > LONGEST {
            return;
        }
        self.full |= self.rows.len() >= MOST_ROWS || self.bytes.len() + length > MOST_BYTES;
        if self.full {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, 0);
            // All at once: memory that is not written to costs nothing, and growing would need it twice.
            self.rows.reserve_exact(MOST_ROWS);
            self.bytes.reserve_exact(MOST_BYTES);
        }
        let start = self.bytes.len();
        let (before, after) = written.own.unwrap_or((written.text.len(), written.text.len()));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(written.text.get(..before).unwrap_or_default());
        self.bytes.extend_from_slice(written.text.get(after..).unwrap_or_default());
        self.rows.push(RememberedRow {
            hash: free.hash,
            start,
            middle: start + key.len(),
            end: self.bytes.len(),
            own: written.own.map(|_| before),
            cells: written.cells,
        });
        if let (Some(slot), Ok(number)) = (self.slots.get_mut(free.slot), u16::try_from(self.rows.len())) {
            *slot = number;
        }
    }

    /// Forgets all rows if there was no room for another one. To be called when no cells of them are in use.
    pub fn refresh(&mut self) {
        if self.full {
            self.full = false;
            self.rows.clear();
            self.bytes.clear();
            self.slots.fill(0);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "any bits of the hash serve")]
fn position(hash: u64) -> usize {
    hash as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `rows` rows, those that are not looked up, where every `each`th says what an earlier one said.
    fn resting(rows: u32, each: u32) -> u32 {
        let mut memo = Memo::default();
        let mut resting = 0;
        for row in 0..rows {
            memo.refresh();
            if memo.rests() {
                resting += 1;
                continue;
            }
            let key = if row % each == 0 { 0 } else { row };
            if let Err(free) = memo.find(&key.to_le_bytes()) {
                memo.keep(&key.to_le_bytes(), free, Written { text: b",a", own: None, cells: 1 });
            }
        }
        resting
    }

    #[test]
    fn it_rests_where_few_rows_repeat_and_looks_again() {
        assert_eq!((resting(10 * WINDOW, 1), resting(10 * WINDOW, 4)), (0, 0));
        assert_eq!(resting(WINDOW, 100), 0);
        assert_eq!(resting(WINDOW + PAUSE + WINDOW, 100), PAUSE);
        assert_eq!(resting(2 * (WINDOW + PAUSE), 100), 2 * PAUSE);
    }
}
