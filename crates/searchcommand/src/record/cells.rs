//! The output cells of a record.

use super::cell::{Quotes, Span, cell};
use super::layout::{Layout, Part};
use super::writing::{push_cell, push_commas, push_doubling, push_item};
use crate::plan::{Output, Plan};

/// Takes the output cells of one record, in any order. What is not set stays empty; what is set twice has the value set
/// last. Cells set in the order of the plan go straight to their place in the reply, which is the fastest way.
#[derive(Debug)]
pub struct Cells {
    /// The reply's body. The cells of the current record are its last bytes.
    pub(super) text: Vec<u8>,
    /// For each output: whether it is multi-value, and the number of cells before its own.
    outputs: Vec<(bool, usize)>,
    /// The number of cells of all outputs, twins included.
    width: usize,
    /// While in order: where the cell set by [`Cells::set_own`] stands, counted from `base`.
    own: Option<(usize, usize)>,
    /// Where the current record's cells start in `text`.
    base: usize,
    /// While in order: the number of cells written, each behind a comma.
    column: usize,
    ordered: bool,
    /// While out of order: where each cell stands, counted from `base`.
    spans: Vec<Span>,
    /// The `__mv_` cell being made.
    twin: Vec<u8>,
    /// The texts that `spans` points at, once they are taken out of `text`.
    loose: Vec<u8>,
    quotes: Quotes,
    /// An output that was set and that the plan does not have.
    unknown: Option<usize>,
}

/// The cells of one record as they stand in the reply: to be kept, and written again into a later record of the same
/// plan.
#[derive(Debug, Clone, Copy)]
pub struct Written<'c> {
    /// The encoded cells, each behind a comma.
    pub text: &'c [u8],
    /// Where in the text the cell stands that is the record's own: see [`Cells::set_own`].
    pub own: Option<(usize, usize)>,
    /// Their number.
    pub cells: usize,
}

/// Where an output's cells go.
struct Target {
    multivalue: bool,
    column: usize,
    start: usize,
}

impl Cells {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut width = 0;
        let outputs = plan.outputs.iter().map(|Output { multivalue, .. }| {
            let before = width;
            width += 1 + usize::from(*multivalue);
            (*multivalue, before)
        });
        Self {
            outputs: outputs.collect(),
            width,
            own: None,
            text: Vec::new(),
            base: 0,
            column: 0,
            ordered: true,
            spans: Vec::new(),
            twin: Vec::new(),
            loose: Vec::new(),
            quotes: Quotes::default(),
            unknown: None,
        }
    }

    /// Sets one value. An empty value leaves the cell empty.
    #[inline]
    pub fn set(&mut self, output: usize, value: &[u8]) {
        if let Some(target) = self.open(output) {
            push_cell(&mut self.text, value);
            self.close(&target);
        }
    }

    /// Sets one value that is the record's own: where its cells are kept for later ones, this one is left out.
    #[doc(hidden)]
    #[inline]
    pub fn set_own(&mut self, output: usize, value: &[u8]) {
        if let Some(target) = self.open(output) {
            push_cell(&mut self.text, value);
            self.own = Some((target.start - self.base, self.text.len() - self.base));
            self.close(&target);
        }
    }

    /// Sets several values. The cell holds them joined by line feeds; when there are two or more and the output is a
    /// multi-value one, its `__mv_` cell holds them one by one.
    pub fn set_values<'v>(&mut self, output: usize, values: impl IntoIterator<Item = &'v [u8]>) {
        let Some(target) = self.open(output) else { return };
        let mut values = values.into_iter();
        let first = values.next().unwrap_or_default();
        if let Some(second) = values.next() {
            self.text.push(b'"');
            push_doubling(&mut self.text, first);
            self.twin.push(b'"');
            push_item(&mut self.twin, first);
            for value in std::iter::once(second).chain(values) {
                self.text.push(b'\n');
                push_doubling(&mut self.text, value);
                self.twin.push(b';');
                push_item(&mut self.twin, value);
            }
            self.text.push(b'"');
            self.twin.push(b'"');
        } else {
            push_cell(&mut self.text, first);
        }
        self.close(&target);
        self.twin.clear();
    }

    /// The cells of this record so far, to be written again into a later one. `None` when they were set out of order.
    #[doc(hidden)]
    #[must_use]
    pub fn written(&self) -> Option<Written<'_>> {
        let text = self.text.get(self.base..).unwrap_or_default();
        self.ordered.then_some(Written { text, own: self.own, cells: self.column })
    }

    /// Writes the cells of an earlier record of the same plan, in place of setting each, with `own` where that one had a
    /// value of its own. Nothing may have been set before in this record; what is set afterwards counts.
    #[doc(hidden)]
    #[inline]
    pub fn write_again(&mut self, written: Written<'_>, own: &[u8]) {
        self.text.truncate(self.base);
        if let Some((start, end)) = written.own {
            self.text.extend_from_slice(written.text.get(..start).unwrap_or_default());
            push_cell(&mut self.text, own);
            self.text.extend_from_slice(written.text.get(end..).unwrap_or_default());
        } else {
            self.text.extend_from_slice(written.text);
        }
        self.column = written.cells;
        self.ordered = true;
    }

    #[inline]
    fn open(&mut self, output: usize) -> Option<Target> {
        let Some(&(multivalue, column)) = self.outputs.get(output) else {
            self.unknown = Some(output);
            return None;
        };
        if self.ordered {
            if column >= self.column {
                push_commas(&mut self.text, column + 1 - self.column);
            } else {
                self.index();
            }
        }
        Some(Target { multivalue, column, start: self.text.len() })
    }

    #[inline]
    fn close(&mut self, target: &Target) {
        let end = self.text.len();
        if target.multivalue {
            self.text.push(b',');
            self.text.extend_from_slice(&self.twin);
        }
        if self.ordered {
            self.column = target.column + 1 + usize::from(target.multivalue);
        } else {
            self.point(target.column, target.start, end);
            if target.multivalue {
                self.point(target.column + 1, end + 1, self.text.len());
            }
        }
    }

    fn point(&mut self, column: usize, start: usize, end: usize) {
        if let Some(span) = self.spans.get_mut(column) {
            *span = Span::new(start - self.base, end - self.base);
        }
    }

    /// Leaves the order: finds the cells that were written one behind the other.
    fn index(&mut self) {
        self.ordered = false;
        self.spans.clear();
        self.spans.resize(self.width, Span::default());
        let mut at = self.base + 1;
        for column in 0..self.column {
            self.quotes.clear();
            let cell = cell(&self.text, at, &mut self.quotes);
            self.point(column, at, cell.end);
            at = cell.end + 1;
        }
    }

    /// Starts a record whose cells stand behind each other in the reply.
    #[inline]
    pub(super) fn start(&mut self) {
        self.base = self.text.len();
        self.column = 0;
        self.ordered = true;
        self.own = None;
    }

    /// Starts a record whose cells go to several places in the reply: it is noted where each stands.
    pub(super) fn start_apart(&mut self) {
        self.start();
        self.ordered = false;
        self.spans.clear();
        self.spans.resize(self.width, Span::default());
    }

    /// Ends a record whose cells are all appended.
    #[inline]
    pub(super) fn append(&mut self, layout: &Layout) {
        if self.ordered {
            push_commas(&mut self.text, self.width - self.column);
        } else {
            self.loosen();
            self.push_appended(layout);
        }
    }

    /// Takes the cells of the record out of the reply, to be put at their places by [`Cells::push_part`].
    pub(super) fn loosen(&mut self) {
        if self.ordered {
            self.index();
        }
        self.loose.clear();
        self.loose.extend_from_slice(self.text.get(self.base..).unwrap_or_default());
        self.text.truncate(self.base);
    }

    pub(super) fn push_appended(&mut self, layout: &Layout) {
        for part in &layout.appended {
            self.text.push(b',');
            self.push_part(*part);
        }
    }

    /// Puts one cell at the end of the reply; nothing when it was not set.
    pub(super) fn push_part(&mut self, part: Part) {
        let Some(&(multivalue, column)) = self.outputs.get(part.output) else { return };
        if multivalue || !part.twin {
            let span = self.spans.get(column + usize::from(part.twin)).copied().unwrap_or_default();
            self.text.extend_from_slice(span.of(&self.loose));
        }
    }

    /// An output that was set and that the plan does not have.
    pub(super) fn unknown(&self) -> Option<usize> {
        self.unknown
    }
}
