//! Finds the wanted cells of a record.

use super::cell::{Quotes, Span, Stop, cell, count_commas};
use super::layout::{Layout, NONE};
use super::values::read_values;

/// The extent of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Where its last cell ends.
    pub(super) end: usize,
    /// Where the next record starts.
    pub(super) next: usize,
    /// Number of its cells.
    pub(super) cells: usize,
    /// It ends inside quotes, with the body.
    pub(super) open: bool,
}

/// The wanted cells of one record. The vectors keep their memory from record to record.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    inputs: usize,
    /// By slot; empty where the cell is empty.
    spans: Vec<Span>,
    /// The slots that are not empty: fewer to clear than there are.
    filled: Vec<u32>,
    /// The quotes that are not part of a value.
    quotes: Quotes,
    /// The slots of cells with such quotes, and which of `quotes` are theirs.
    quoted: Vec<(u32, (usize, usize))>,
    /// A twin has a value.
    several: bool,
    /// The values of all non-empty twins.
    values: Vec<Span>,
    /// The stretch of `values` that belongs to the input, by input. Read only where the twin is not empty.
    ranges: Vec<(usize, usize)>,
    /// The replaced cells as they stand in the body, by their order in the layout.
    replaced: Vec<Span>,
}

impl Cursor {
    pub(super) fn new(inputs: usize) -> Self {
        Self {
            inputs,
            spans: vec![Span::default(); inputs * 2],
            ranges: vec![(0, 0); inputs],
            ..Self::default()
        }
    }

    /// Walks over the record at `start`. With `REPLACE` it notes where the cells to be replaced stand, too.
    pub(super) fn scan<const REPLACE: bool>(&mut self, layout: &Layout, body: &[u8], start: usize) -> Extent {
        for slot in self.filled.drain(..) {
            if let Some(span) = self.spans.get_mut(slot as usize) {
                *span = Span::default();
            }
        }
        self.quotes.clear();
        self.quoted.clear();
        self.several = false;
        if REPLACE {
            self.replaced.clear();
            self.replaced.resize(layout.replaced.len(), Span::default());
        }
        let (mut at, mut column) = (start, 0);
        loop {
            // Most cells are empty: a comma where a cell should start.
            let empty = count_commas(body, at);
            if REPLACE {
                for index in 0..empty {
                    self.note_replaced(layout, column + index, Span::new(at + index, at + index));
                }
            }
            at += empty;
            column += empty;
            let mark = self.quotes.mark();
            let cell = cell(body, at, &mut self.quotes);
            if REPLACE {
                self.note_replaced(layout, column, Span::new(at, cell.end));
            }
            if let Some(&slot) = layout.slots.get(column)
                && slot != NONE
            {
                self.keep(slot, cell.inner);
                if cell.quotes {
                    self.quoted.push((slot, (mark, self.quotes.mark())));
                }
            }
            column += 1;
            let (next, open) = match cell.stop {
                Stop::Comma(next) => {
                    at = next;
                    continue;
                }
                Stop::Record(next) => (next, false),
                Stop::OpenQuote => (cell.end, true),
            };
            return Extent { end: cell.end, next, cells: column, open };
        }
    }

    #[inline]
    fn keep(&mut self, slot: u32, inner: Span) {
        if inner.is_empty() {
            return;
        }
        if let Some(span) = self.spans.get_mut(slot as usize) {
            *span = inner;
            self.filled.push(slot);
        }
        self.several |= slot as usize >= self.inputs;
    }

    fn note_replaced(&mut self, layout: &Layout, column: usize, raw: Span) {
        if let Some(&index) = layout.replaced_at.get(column)
            && let Some(span) = self.replaced.get_mut(index as usize)
        {
            *span = raw;
        }
    }

    /// Whether [`Cursor::decode`] will leave the body as it is.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.quoted.is_empty() && !self.several
    }

    /// Makes values of the cells, in place: takes doubled quotes away and splits the multi-value cells. The record's own
    /// bytes must have been copied before.
    #[inline]
    pub(super) fn decode(&mut self, layout: &Layout, body: &mut [u8]) {
        for &(slot, quotes) in &self.quoted {
            if let Some(span) = self.spans.get_mut(slot as usize) {
                *span = self.quotes.drop_from(body, *span, quotes);
            }
        }
        if self.several {
            self.values.clear();
            let twins = self.spans.get(self.inputs..).unwrap_or_default();
            for (range, twin) in self.ranges.iter_mut().zip(twins) {
                *range = read_values(body, *twin, &mut self.values);
            }
        }
        for &(from, to) in &layout.copies {
            let span = self.spans.get(from).copied().unwrap_or_default();
            if let Some(place) = self.spans.get_mut(to) {
                *place = span;
                if !span.is_empty() {
                    self.filled.extend(u32::try_from(to));
                }
            }
            if let (Some(from), Some(to)) = (from.checked_sub(self.inputs), to.checked_sub(self.inputs)) {
                let range = self.ranges.get(from).copied().unwrap_or_default();
                if let Some(place) = self.ranges.get_mut(to) {
                    *place = range;
                }
            }
        }
    }

    #[inline]
    pub(super) fn span(&self, input: usize) -> Span {
        if input < self.inputs { self.spans.get(input).copied().unwrap_or_default() } else { Span::default() }
    }

    /// The inputs whose cell is not empty. A twin's slot is no input.
    pub(super) fn filled(&self) -> impl Iterator<Item = usize> {
        self.filled.iter().map(|&slot| slot as usize).filter(|&slot| slot < self.inputs)
    }

    /// The values of an input: those of its twin; else its cell, unless that is empty.
    pub(super) fn values(&self, input: usize) -> &[Span] {
        if self.several
            && let Some(&(start, end)) = self.ranges.get(input)
            && let Some(values @ [_, ..]) = self.values.get(start..end)
        {
            return values;
        }
        if self.span(input).is_empty() { &[] } else { self.spans.get(input..=input).unwrap_or_default() }
    }

    #[inline]
    pub(super) fn has_several_values(&self) -> bool {
        self.several
    }

    /// The replaced cells as they stood in the body, in the order of the layout.
    pub(super) fn replaced(&self) -> &[Span] {
        &self.replaced
    }
}
