//! Finds out that a record says the same as an earlier one, while walking over it for the first time. Most records do, and
//! then nothing else needs to be known of their cells.

use super::cell::{Span, Stop, count_commas, end_of_line, find_quote, find_separator};
use super::cells::{Cells, Written};
use super::compare::{Compare, is_number};
use super::cursor::Extent;
use super::layout::Layout;
use super::memo::{Free, Memo};
use super::tail::Tail;

/// The records of a search by their compared inputs.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// How each input is compared; empty: records are not compared.
    inputs: Vec<Compare>,
    /// How each column is compared; `None`: not at all, because the command does not read it.
    columns: Vec<Option<Compare>>,
    tail: Option<Tail>,
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
        let last_input = layout.slots.iter().rposition(|&slot| (slot as usize) < self.inputs.len());
        self.tail = last_input.and_then(|last_input| Tail::of(&self.columns, last_input));
        self.memo = Memo::default();
    }

    /// Starts a body: nothing of the former one's reply is needed any more.
    pub(super) fn refresh(&mut self) {
        self.memo.refresh();
    }

    /// Walks over the record at `start`: its extent, and where in [`Repeats::kept`] the cells of an earlier one lie that
    /// compares equal, or the place for those to come. `None` when the record cannot be compared, because of a value or
    /// because it is not of the usual form.
    #[inline]
    pub(super) fn scan(&mut self, body: &[u8], start: usize) -> Option<(Extent, Result<Span, Free>)> {
        if self.inputs.is_empty() {
            return None;
        }
        let (extent, row) = match self.scan_from_the_end(body, start) {
            Some((extent, row)) => (extent, Ok(row)),
            None => self.scan_all_cells(body, start)?,
        };
        Some((extent, row.map(|row| self.memo.span(row))))
    }

    /// The cells that are remembered.
    pub(super) fn kept(&self) -> &[u8] {
        self.memo.bytes()
    }

    /// The extent of a record that compares equal to an earlier one, and the number of that one; `None` where this is not
    /// known without a walk over all cells.
    #[inline]
    fn scan_from_the_end(&mut self, body: &[u8], start: usize) -> Option<(Extent, usize)> {
        let tail = self.tail.as_ref()?;
        self.key.clear();
        let mut from = start;
        if let Some(Some(Compare::By(write))) = self.columns.first() {
            let (inner, _, stop) = usual_cell(body, start)?;
            if inner.start() > start {
                if Memo::is_too_long(inner.of(body).len()) {
                    return None;
                }
                self.key.push(b'"');
                if !write(inner.of(body), &mut self.key) || !matches!(stop, Stop::Comma(_)) {
                    return None;
                }
                from = inner.end();
            }
        }
        let end = tail.write_key(body, from, &mut self.key)?;
        let row = self.memo.find_row(&self.key).ok()?;
        Some((Extent { end, next: end + 1, cells: self.columns.len(), open: false }, row))
    }

    #[inline]
    fn scan_all_cells(&mut self, body: &[u8], start: usize) -> Option<(Extent, Result<usize, Free>)> {
        self.key.clear();
        let (mut at, mut column, mut copied) = (start, 0, start);
        let extent = loop {
            let empty = count_commas(body, at);
            at += empty;
            column += empty;
            let (inner, end, stop) = usual_cell(body, at)?;
            if Memo::is_too_long(self.key.len() + (end - copied)) {
                return None;
            }
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
        Some((extent, self.memo.find_row(&self.key)))
    }

    /// Keeps the cells of the record that was scanned last, all of them, if the command said that they may be repeated.
    pub(super) fn keep(&mut self, free: Free, cells: &Cells) {
        if let Some(written) = cells.written().filter(|_| cells.may_repeat()) {
            // What is a record's own is among what was compared here.
            self.memo.keep(&self.key, free, Written { own: None, ..written });
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::{Input, Plan, RunsOn};

    fn plan(names: &[&str]) -> Plan {
        Plan {
            runs_on: RunsOn::SearchHead,
            inputs: names.iter().map(|name| Input { name: (*name).to_owned(), multivalue: true }).collect(),
            all_fields: false,
            outputs: Vec::new(),
        }
    }

    fn write_letters(cell: &[u8], key: &mut Vec<u8>) -> bool {
        key.extend(cell.iter().filter(|byte| !byte.is_ascii_digit()));
        !cell.contains(&b'x')
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Against the walk over all cells, on bodies of pieces that make line feeds in quotes, forged ends of records, and
        /// records that repeat.
        #[test]
        fn a_record_recognised_from_its_end_is_recognised_by_all_its_cells(
            by in any::<bool>(),
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "a,b,1,2,3,,,,,\n", "a,b,4,,5,,,,,\n", "a,\"b,1,2,3,,,,,\n\",6,7,8,,,,,\n", "\"a\n\",\"\",1,\"2.5\",,,,,,\n",
                "\"a7\",b,1,2,3,,,,,\n", "\"x\",b,1,2,3,,,,,\n", "a,b,x,,5,,,,,\n", "a,b,\"4,,5,,,,,\n", "a,\"b,1,2,3,,,,,\n", "a", "\"", "\"\"", ",", "\n", "1", "\"2\"", ",,,,,\n",
            ]), 1..12),
        ) {
            let first = if by { Compare::By(write_letters) } else { Compare::Text };
            let inputs = vec![first, Compare::Text, Compare::Number, Compare::Number];
            let plan = plan(&["p", "q", "m", "n"]);
            let header = b"p,q,m,n,other,__mv_p,__mv_q,__mv_m,__mv_n,__mv_other\n";
            let body = [header.as_slice(), pieces.concat().as_bytes()].concat();
            let mut repeats = Repeats::new(inputs);
            repeats.start(&Layout::read(&plan, &body));
            prop_assert!(repeats.tail.is_some());
            let mut cells = Cells::new(&plan);
            let mut at = header.len();
            while at < body.len() {
                let quick = repeats.scan_from_the_end(&body, at);
                let slow = repeats.scan_all_cells(&body, at);
                if let Some((extent, row)) = quick {
                    let (walked, found) = slow.unwrap();
                    prop_assert_eq!((extent.end, extent.next, extent.cells), (walked.end, walked.next, walked.cells));
                    prop_assert_eq!(Ok(row), found.map_err(|_| ()));
                }
                at = match slow {
                    Some((extent, found)) => {
                        cells.start();
                        cells.repeat();
                        if let Err(free) = found {
                            repeats.keep(free, &cells);
                        }
                        extent.next
                    }
                    // Whatever is there: the next place may still look like a record.
                    None => at + 1,
                };
            }
        }
    }

    #[test]
    fn records_that_repeat_are_recognised_from_their_end() {
        let inputs = vec![Compare::Text, Compare::Number];
        let body =
            b"p,n,_chunked_idx,__mv_p,__mv_n,__mv__chunked_idx\n\"a,\"\"\",1,0,,,\n\"a,\"\"\",\"2.5\",1,,,\n";
        let plan = plan(&["p", "n"]);
        let layout = Layout::read(&plan, body);
        let mut repeats = Repeats::new(inputs);
        repeats.start(&layout);
        let mut cells = Cells::new(&plan);
        cells.start();
        cells.repeat();
        let (first, found) = repeats.scan_all_cells(body, layout.header.len()).unwrap();
        repeats.keep(found.unwrap_err(), &cells);
        let (second, _) = repeats.scan_from_the_end(body, first.next).unwrap();
        assert_eq!(second.next, body.len());
    }
}
