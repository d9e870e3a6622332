//! The columns of a chunk: what its header row says, matched with what the command reads and writes.

use super::cell::{Cell, Quotes, Stop, cell};
use super::writing::push_cell;
use crate::plan::Plan;

/// No column, no slot.
pub(super) const NONE: u32 = u32::MAX;
/// The name of a column's twin, which holds its values when there are several, starts with this.
pub(super) const TWIN: &[u8] = b"__mv_";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One of the cells that an output fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) output: usize,
    /// The `__mv_` cell, not the plain one.
    pub(super) twin: bool,
}

/// What one header row means. It is made again only when the header's bytes change.
///
/// Values are kept in slots: input `i` in slot `i`, its twin in slot `inputs + i`.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The header row as read, its line end included.
    pub(super) header: Vec<u8>,
    /// Length of `header` without its line end.
    pub(super) content: usize,
    /// The header ends inside quotes, with the body.
    pub(super) open: bool,
    /// Number of columns.
    pub(super) columns: usize,
    /// Slot by column, or `NONE`.
    pub(super) slots: Vec<u32>,
    /// Whether the input's column is there, by input.
    pub(super) present: Vec<bool>,
    /// Slots (from, to) of inputs that are asked for twice.
    pub(super) copies: Vec<(usize, usize)>,
    /// Existing columns that are written anew, in their order.
    pub(super) replaced: Vec<(usize, Part)>,
    /// Index in `replaced` by column, or `NONE`.
    pub(super) replaced_at: Vec<u32>,
    /// Columns put behind the existing ones, in their order.
    pub(super) appended: Vec<Part>,
    /// The names of the appended columns, as they stand in the header: `,name,__mv_name`.
    pub(super) names: Vec<u8>,
}

/// Reads the body's first record: its unquoted cells, where its last cell ends, where the next record starts, and whether
/// it ends inside quotes.
fn read_names(body: &[u8]) -> (Vec<Vec<u8>>, usize, usize, bool) {
    let mut names = Vec::new();
    let mut at = if body.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    loop {
        let mut noted = Quotes::default();
        let Cell { inner, end, quotes, stop } = cell(body, at, &mut noted);
        names.push(if quotes {
            // Offsets are counted from the start of the body, so the name is made from a copy up to its end.
            let mut copy = body.get(..inner.end()).unwrap_or_default().to_vec();
            noted.drop_from(&mut copy, inner, (0, noted.mark())).of(&copy).to_vec()
        } else {
            inner.of(body).to_vec()
        });
        match stop {
            Stop::Comma(next) => at = next,
            Stop::Record(next) => return (names, end, next, false),
            Stop::OpenQuote => return (names, end, end, true),
        }
    }
}

impl Layout {
    /// Whether `body` starts with this header row.
    pub(super) fn fits(&self, body: &[u8]) -> bool {
        !self.open && self.header.ends_with(b"\n") && body.starts_with(&self.header)
    }

    pub(super) fn read(plan: &Plan, body: &[u8]) -> Self {
        let (names, content, next, open) = read_names(body);
        let column_of = |wanted: &[u8]| names.iter().position(|name| name == wanted);
        let inputs = plan.inputs.len();
        let mut layout = Self {
            header: body.get(..next).unwrap_or_default().to_vec(),
            content,
            open,
            columns: names.len(),
            slots: vec![NONE; names.len()],
            ..Self::default()
        };
        for (index, input) in plan.inputs.iter().enumerate() {
            let column = column_of(input.name.as_bytes());
            layout.present.push(column.is_some());
            layout.want(column, index);
            if input.multivalue {
                layout.want(column_of(&twin_of(&input.name)), inputs + index);
            }
        }
        for (column, name) in names.iter().enumerate() {
            layout.replaced_at.push(match part_named(plan, name) {
                Some(part) => {
                    layout.replaced.push((column, part));
                    number(layout.replaced.len() - 1)
                }
                None => NONE,
            });
        }
        for (output, wanted) in plan.outputs.iter().enumerate() {
            let twin = twin_of(&wanted.name);
            if column_of(wanted.name.as_bytes()).is_none() {
                layout.append(Part { output, twin: false }, wanted.name.as_bytes());
            }
            if wanted.multivalue && column_of(&twin).is_none() {
                layout.append(Part { output, twin: true }, &twin);
            }
        }
        layout
    }

    fn want(&mut self, column: Option<usize>, slot: usize) {
        let Some(place) = column.and_then(|column| self.slots.get_mut(column)) else { return };
        if *place == NONE {
            *place = number(slot);
        } else {
            self.copies.push((*place as usize, slot));
        }
    }

    fn append(&mut self, part: Part, name: &[u8]) {
        self.appended.push(part);
        self.names.push(b',');
        push_cell(&mut self.names, name);
    }
}

/// The part that fills the column `name`. A twin is there to be blanked even when the output has one value only.
fn part_named(plan: &Plan, name: &[u8]) -> Option<Part> {
    let find = |name: &[u8]| plan.outputs.iter().position(|output| output.name.as_bytes() == name);
    let own = find(name).map(|output| Part { output, twin: false });
    own.or_else(|| find(name.strip_prefix(TWIN)?).map(|output| Part { output, twin: true }))
}

fn twin_of(name: &str) -> Vec<u8> {
    [TWIN, name.as_bytes()].concat()
}

/// A slot or index as it is kept per column.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

/// Where the cell number `columns` (from 1) of the record at `start` ends, for a record that has more cells than that.
pub(super) fn end_of_cell(body: &[u8], start: usize, columns: usize) -> usize {
    let mut at = start;
    let mut quotes = Quotes::default();
    for _ in 1..columns {
        match cell(body, at, &mut quotes).stop {
            Stop::Comma(next) => at = next,
            Stop::Record(_) | Stop::OpenQuote => break,
        }
    }
    cell(body, at, &mut quotes).end
}
