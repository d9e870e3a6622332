//! splunkd for the tests of a command: it asks as splunkd asks, in lockstep, and checks what must hold for every command.
//!
//! [`Splunkd::run`] takes the command itself, into this process; [`Splunkd::spawn`] takes a program. Both talk over real
//! pipes, so that a command which replies before it has read blocks here as it would there.
//!
//! ```
//! use searchcommand::testing::{Event, Splunkd};
//! # use searchcommand::*;
//! # struct Shout;
//! # impl StreamingCommand for Shout {
//! #     fn setup(&mut self, _: &SearchInfo) -> Result<Plan, Fatal> {
//! #         let inputs = vec![Input { name: "word".into(), multivalue: false }];
//! #         let outputs = vec![Output { name: "loud".into(), multivalue: false }];
//! #         Ok(Plan { runs_on: RunsOn::Distributed, inputs, all_fields: false, outputs })
//! #     }
//! #     fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal> {
//! #         cells.set(0, &record.cell(0).to_ascii_uppercase());
//! #         Ok(())
//! #     }
//! # }
//!
//! let mut splunkd = Splunkd::run(Shout);
//! assert_eq!(splunkd.getinfo(&["field=word"]).error(), None);
//! let merged = splunkd.execute(&[Event::new(&[("word", "hi"), ("host", "web01")])], true);
//! assert_eq!(merged.events[0].text("loud"), "HI");
//! assert_eq!(merged.events[0].text("host"), "web01");
//! assert!(splunkd.hang_up().success);
//! ```
//!
//! [`session`] runs a stream of bytes that a test made by hand, and the readers and writers of [`faults`] break it.
//!
//! What does not hold panics with what was expected: all of this is for tests.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails here"
)]

pub mod csv_text;
mod event;
pub mod faults;
mod reply;
mod session;
mod splunkd;
mod style;
mod table;

pub use event::Event;
pub use reply::Reply;
pub use session::{EXECUTE, GETINFO, LAST, frame, session};
pub use splunkd::{End, Merged, Splunkd};
pub use style::{Quoting, Style, Twins};
pub use table::Table;
