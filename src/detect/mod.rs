//! From facts to verdicts: one decision behind every door.
//!
//! [`Engine::decide`] takes a [`crate::iis::Subject`] and gives a [`Finding`]. [`row`], [`change`] (with [`commit`] and
//! [`part`]) and [`inventory`] make subjects of event rows, merged changes and listed modules; [`columns`] is the
//! public contract of what comes out. No I/O, no clock, no globals.

mod annotation;
mod assess;
pub mod change;
mod code;
pub mod columns;
pub mod commit;
mod decide;
mod engine;
pub mod explain;
mod finding;
mod finding_id;
mod in_scope;
mod inventory;
pub mod lookalike;
pub mod needs_decision;
pub mod part;
pub mod reason;
pub mod row;
pub mod severity;
pub mod time;
pub mod verdict;

pub use annotation::{Annotation, ReasonTexts};
pub use assess::Assessment;
pub use change::{Change, merge};
pub use code::Code;
pub use columns::Column;
pub use engine::Engine;
pub use finding::Finding;
pub use finding_id::finding_id;
pub use inventory::{InventoryRow, Listed, inventory_key};
pub use reason::ReasonCode;
pub use verdict::{Severity, Verdict};
