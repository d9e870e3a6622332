//! The body of a request rewritten into the body of its reply.

use super::cell::{BODY_LIMIT, Span};
use super::cells::Cells;
use super::cursor::{Cursor, Extent};
use super::layout::{Layout, TWIN, end_of_cell};
use super::reply::{Pieces, Reply};
use super::view::Record;
use super::writing::push_commas;
use crate::fatal::Fatal;
use crate::plan::Plan;

/// Rewrites bodies for one [`Plan`]. Its buffers are kept from body to body.
///
/// What happens to a row:
/// - Columns that the plan does not write keep their bytes, quotes and all. New columns stand behind them, each
///   multi-value output followed by its `__mv_` twin.
/// - A column that the plan writes and that is there already is replaced at its place, in every record: no cell of a former
///   run is left over. Its `__mv_` cell is written when the output is multi-value and blanked when not.
/// - A record with too few cells is filled up with empty ones before the new cells; one with too many has the new cells behind
///   its last named column and keeps the rest behind them. So every cell stays in its column.
/// - A body that ends inside a quoted cell has the quote closed. An empty line between records of two or more columns is no
///   record and stays. Line ends are written as read, and a last record without one gets none.
/// - A byte order mark before the header stays, and is not part of the first name. Of two input columns of the same name the
///   first is read.
#[derive(Debug)]
pub struct Rewriter {
    plan: Plan,
    layout: Layout,
    cursor: Cursor,
    cells: Cells,
    pieces: Pieces,
    /// The current record as read, where its cells are decoded before it is copied.
    row: Vec<u8>,
}

impl Rewriter {
    /// A rewriter for `plan`. `Err` when its outputs cannot be columns: one without a name, two of one name, or one
    /// named like a twin (`__mv_…`).
    pub fn new(plan: Plan) -> Result<Self, Fatal> {
        for (index, output) in plan.outputs.iter().enumerate() {
            let name = output.name.as_str();
            let problem = if name.is_empty() {
                "has no name"
            } else if name.as_bytes().starts_with(TWIN) {
                "is named like the `__mv_` twin of a column"
            } else if plan.outputs.iter().take(index).any(|before| before.name == name) {
                "is there twice"
            } else {
                continue;
            };
            return Err(Fatal::internal(format!("output column {} \"{name}\" {problem}", index + 1)));
        }
        let (cursor, cells) = (Cursor::new(plan.inputs.len()), Cells::new(&plan));
        let (layout, pieces) = (Layout::default(), Pieces::default());
        Ok(Self { plan, layout, cursor, cells, pieces, row: Vec::new() })
    }

    /// Rewrites one body and calls `visit` for each of its records. The result is valid until the next call. `body` is used
    /// as working memory: its bytes are not the same afterwards.
    ///
    /// `Err` is what `visit` failed with, or says that it set an output which the plan does not have.
    pub fn rewrite<'r>(
        &'r mut self,
        body: &'r mut [u8],
        mut visit: impl FnMut(&Record<'_>, &mut Cells) -> Result<(), Fatal>,
    ) -> Result<Reply<'r>, Fatal> {
        self.cells.text.clear();
        self.pieces.clear();
        if body.is_empty() {
            return Ok(Reply::default());
        }
        if body.len() as u64 > BODY_LIMIT {
            return Err(Fatal::new(format!(
                "a chunk of {} bytes is larger than the limit of {BODY_LIMIT}",
                body.len()
            )));
        }
        if !self.layout.fits(body) {
            self.layout = Layout::read(&self.plan, body);
        }
        let Layout { content, open, ref header, ref names, .. } = self.layout;
        self.cells.text.extend_from_slice(body.get(..content).unwrap_or_default());
        if open {
            self.cells.text.push(b'"');
        }
        self.cells.text.extend_from_slice(names);
        let records = header.len();
        let copied = if self.layout.replaced.is_empty() {
            self.append(body, content, records, &mut visit)?
        } else {
            self.replace(body, content, records, &mut visit)?
        };
        self.pieces.push(self.cells.text.len(), (copied, body.len()));
        match self.cells.unknown() {
            Some(output) => Err(Fatal::internal(format!("there is no output column {output}"))),
            None => Ok(self.pieces.reply(body, &self.cells.text)),
        }
    }

    /// All outputs are new columns: the bytes from one record's last cell to the next one's are one piece of the reply, line
    /// end included. Gives the offset up to which the body is in the reply.
    fn append(
        &mut self,
        body: &mut [u8],
        mut copied: usize,
        mut at: usize,
        visit: &mut impl FnMut(&Record<'_>, &mut Cells) -> Result<(), Fatal>,
    ) -> Result<usize, Fatal> {
        let Self { layout, cursor, cells, pieces, .. } = self;
        while at < body.len() {
            let extent = cursor.scan::<false>(layout, body, at);
            if is_empty_line(layout, extent, at) {
                at = extent.next;
                continue;
            }
            let edge = edge(layout, body, at, extent);
            if cursor.is_plain() {
                pieces.push(cells.text.len(), (copied, edge));
            } else {
                // Decoding changes the body.
                cells.text.extend_from_slice(body.get(copied..edge).unwrap_or_default());
            }
            copied = edge;
            close_record(layout, extent, &mut cells.text);
            cursor.decode(layout, body);
            cells.start();
            visit(&Record { body, cursor, layout }, cells)?;
            cells.append(layout);
            at = extent.next;
        }
        Ok(copied)
    }

    /// Some outputs are columns that exist: each record is put together from pieces.
    fn replace(
        &mut self,
        body: &mut [u8],
        mut copied: usize,
        mut at: usize,
        visit: &mut impl FnMut(&Record<'_>, &mut Cells) -> Result<(), Fatal>,
    ) -> Result<usize, Fatal> {
        let Self { layout, cursor, cells, row, pieces, .. } = self;
        while at < body.len() {
            let extent = cursor.scan::<true>(layout, body, at);
            if is_empty_line(layout, extent, at) {
                at = extent.next;
                continue;
            }
            let edge = edge(layout, body, at, extent);
            pieces.push(cells.text.len(), (copied, at));
            copied = edge;
            row.clear();
            row.extend_from_slice(body.get(at..edge).unwrap_or_default());
            cursor.decode(layout, body);
            cells.start_apart();
            visit(&Record { body, cursor, layout }, cells)?;
            cells.loosen();
            put_together(layout, cursor.replaced(), cells, row, extent, at);
            cells.push_appended(layout);
            at = extent.next;
        }
        Ok(copied)
    }
}

/// Writes the columns of the record that starts at `start`, the replaced ones from the cells. `row` holds its bytes.
fn put_together(
    layout: &Layout,
    replaced: &[Span],
    cells: &mut Cells,
    row: &[u8],
    extent: Extent,
    start: usize,
) {
    let mut done = 0;
    let mut there =
        layout.replaced.iter().zip(replaced).take_while(|((column, _), _)| *column < extent.cells);
    let mut quote_open = extent.open && extent.cells <= layout.columns;
    for (&(column, part), span) in &mut there {
        cells.text.extend_from_slice(row.get(done..span.start() - start).unwrap_or_default());
        cells.push_part(part);
        done = span.end() - start;
        quote_open &= column + 1 != extent.cells;
    }
    cells.text.extend_from_slice(row.get(done..).unwrap_or_default());
    if quote_open {
        cells.text.push(b'"');
    }
    let mut column = extent.cells;
    for &(missing, part) in layout.replaced.iter().filter(|(column, _)| *column >= extent.cells) {
        push_commas(&mut cells.text, missing + 1 - column);
        cells.push_part(part);
        column = missing + 1;
    }
    push_commas(&mut cells.text, layout.columns.saturating_sub(column));
}

fn is_empty_line(layout: &Layout, extent: Extent, start: usize) -> bool {
    extent.end == start && layout.columns > 1
}

/// Where the cells of the named columns end.
#[inline]
fn edge(layout: &Layout, body: &[u8], start: usize, extent: Extent) -> usize {
    if extent.cells <= layout.columns { extent.end } else { end_of_cell(body, start, layout.columns) }
}

/// Makes a record complete that is cut off or short of cells.
#[inline]
fn close_record(layout: &Layout, extent: Extent, text: &mut Vec<u8>) {
    // An open quote behind the last named column is behind the new cells too.
    if extent.open && extent.cells <= layout.columns {
        text.push(b'"');
    }
    if extent.cells < layout.columns {
        push_commas(text, layout.columns - extent.cells);
    }
}
