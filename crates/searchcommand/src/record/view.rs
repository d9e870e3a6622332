//! One record as a command sees it.

use super::cell::Span;
use super::cursor::Cursor;
use super::layout::Layout;

/// The input cells of one record, in the numbering of [`Plan::inputs`](crate::Plan::inputs).
///
/// Cells are bytes: event data may be invalid UTF-8. All of them live as long as the record, so many can be held at once.
#[derive(Clone, Copy)]
pub struct Record<'r> {
    pub(super) body: &'r [u8],
    pub(super) cursor: &'r Cursor,
    pub(super) layout: &'r Layout,
}

impl<'r> Record<'r> {
    /// The cell of an input, without the quotes of CSV. Empty when the cell is empty, the column is missing, or the plan has
    /// no such input. A multi-value cell holds its values joined by line feeds.
    #[inline]
    #[must_use]
    pub fn cell(&self, input: usize) -> &'r [u8] {
        self.cursor.span(input).of(self.body)
    }

    /// The inputs whose cell is not empty, with their cells, in the order of the chunk's columns; further inputs of one name
    /// come last.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &'r [u8])> {
        let (cursor, body) = (self.cursor, self.body);
        cursor.filled().map(move |input| (input, cursor.span(input).of(body)))
    }

    /// The values of an input. A cell that is not multi-value gives one, an empty one none. The values come from the `__mv_`
    /// column, which is read only for inputs that say [`multivalue`](crate::Input::multivalue); a `__mv_` cell of another
    /// form than `$one$;$two$` is not looked at.
    #[must_use]
    pub fn values(&self, input: usize) -> Values<'r> {
        Values { body: self.body, spans: self.cursor.values(input).iter() }
    }

    /// Whether any input of this record has a value in its `__mv_` column; then [`Record::values`] tells more than
    /// [`Record::cell`].
    #[inline]
    #[must_use]
    pub fn has_several_values(&self) -> bool {
        self.cursor.has_several_values()
    }

    /// Whether the chunk has the input's column at all.
    #[must_use]
    pub fn has_column(&self, input: usize) -> bool {
        self.layout.present.get(input).copied().unwrap_or_default()
    }
}

/// The values of a cell, decoded; made by [`Record::values`].
#[derive(Clone)]
pub struct Values<'r> {
    body: &'r [u8],
    spans: std::slice::Iter<'r, Span>,
}

impl<'r> Iterator for Values<'r> {
    type Item = &'r [u8];

    fn next(&mut self) -> Option<Self::Item> {
        self.spans.next().map(|span| span.of(self.body))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for Values<'_> {}
