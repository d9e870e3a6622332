//! Splunk's chunked search command protocol (`chunked = true` in `commands.conf`): what a streaming search command needs.
//!
//! A command implements [`StreamingCommand`]: it says which columns it reads and writes, then sees one record after the
//! other. [`serve`] does the rest: frames, the handshake, selected fields, multi-value columns, messages and errors.
//!
//! A whole command, `| shout field=…`, and a session with it:
//!
//! ```
//! use searchcommand::*;
//!
//! struct Shout;
//!
//! impl StreamingCommand for Shout {
//!     fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal> {
//!         let field = search.arguments.options().find(|(name, _)| *name == "field");
//!         let (_, field) = field.ok_or_else(|| Fatal::new("no field is named").with_hint("add field=<name>"))?;
//!         let inputs = vec![Input { name: field.into(), multivalue: false }];
//!         let outputs = vec![Output { name: "loud".into(), multivalue: false }];
//!         Ok(Plan { runs_on: RunsOn::Distributed, inputs, all_fields: false, outputs })
//!     }
//!
//!     fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal> {
//!         cells.set(0, &record.cell(0).to_ascii_uppercase());
//!         Ok(())
//!     }
//! }
//!
//! let requests: &[u8] = b"chunked 1.0,57,0\n{\"action\":\"getinfo\",\"searchinfo\":{\"args\":[\"field=word\"]}}\
//!     chunked 1.0,36,46\n{\"action\":\"execute\",\"finished\":true}word,\"_chunked_idx\"\n\"so, \"\"hi\"\"\",0\n,1\nworld,2\n";
//! let mut replies = Vec::new();
//! serve(requests, &mut replies, &mut Shout)?;
//! assert_eq!(
//!     String::from_utf8_lossy(&replies),
//!     "chunked 1.0,47,0\n{\"type\":\"streaming\",\"required_fields\":[\"word\"]}\
//!      chunked 1.0,17,71\n{\"finished\":true}\
//!      word,\"_chunked_idx\",loud\n\"so, \"\"hi\"\"\",0,\"SO, \"\"HI\"\"\"\n,1,\nworld,2,WORLD\n"
//! );
//! # Ok::<(), Error>(())
//! ```
//!
//! In a program, `main` calls `serve(stdin.lock(), stdout.lock(), &mut command)`. [`testing`] plays splunkd for the tests of
//! a command.
//!
//! ```text
//! bytes -> frame -> metadata -> SearchInfo -> StreamingCommand::setup -> Plan -> reply
//!               \-> body -> record::Rewriter: Record -> StreamingCommand::record -> Cells -> reply
//! ```

mod arguments;
mod command;
mod error;
mod fatal;
mod frame;
#[doc(hidden)]
pub mod internal;
mod messages;
mod metadata;
mod plan;
mod record;
mod search;
mod serve;
pub mod testing;

pub use arguments::{Argument, Arguments};
pub use command::StreamingCommand;
pub use error::{Error, ErrorKind};
pub use fatal::{Fatal, FatalKind};
pub use messages::Messages;
pub use plan::{Input, Output, Plan, RunsOn};
pub use record::{Cells, Record, Values};
pub use search::SearchInfo;
pub use serve::{print_panics_in_one_line, serve};
