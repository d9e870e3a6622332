//! Records: the wanted cells of each row in, the row with its output cells out.
//!
//! Everything here works on memory and is used without a pipe by tests and benchmarks. A row is not taken apart: the cells
//! that the command asked for are located, the row's bytes go to the reply as they are, and the output cells are put behind
//! them. Nothing is allocated per row.

mod cell;
mod cells;
mod cursor;
mod layout;
mod memo;
mod reply;
mod rewriter;
mod values;
mod view;
mod writing;

pub(crate) use cell::BODY_LIMIT;
pub use cells::{Cells, Written};
pub use memo::{Free, Memo};
pub use reply::Reply;
pub use rewriter::Rewriter;
pub use view::{Record, Values};
