//! From facts to verdicts: one decision behind every door.
//!
//! [`Engine::decide`] takes a [`crate::iis::Subject`] and gives a [`Decision`]. [`row`], [`merge()`] (with [`commit`] and
//! [`part`]) and `inventory` make subjects of event rows, merged changes and listed modules; [`Outcomes`] decides on
//! each of them and gives an [`Outcome`], which whoever tells it only writes; [`columns`] is the public contract of what
//! comes out. No I/O, no clock, no globals.

pub mod actor;
pub mod advice;
mod agreement;
mod altered;
mod annotation;
mod assess;
mod carrier;
mod case;
pub mod change;
mod clock;
mod code;
pub mod columns;
pub mod commit;
mod configured;
mod decide;
mod decision;
mod doubts;
mod engine;
mod everyday;
pub mod explain;
mod file_code;
mod finding;
mod finding_id;
mod in_scope;
mod inventory;
mod known;
pub mod lookalike;
mod merge;
pub mod needs_decision;
mod outcome;
pub mod part;
pub mod reason;
pub mod response;
pub mod row;
mod setting;
pub mod severity;
mod spl;
pub mod technique;
pub mod time;
pub mod verdict;
mod watch;

pub use annotation::{Annotation, ReasonTexts};
pub use assess::Assessment;
pub use change::Change;
pub use code::Code;
pub use columns::Column;
pub use configured::Configured;
pub use decision::Decision;
pub use engine::Engine;
pub use file_code::FileCode;
pub use finding::Finding;
pub use finding_id::finding_id;
pub use inventory::Listed;
pub use known::listed_image;
pub use merge::merge;
pub use outcome::{Outcome, Outcomes};
pub use reason::ReasonCode;
pub use technique::Technique;
pub use verdict::{Severity, Verdict};
