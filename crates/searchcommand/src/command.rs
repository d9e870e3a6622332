//! What a search command is to this crate.

use crate::fatal::Fatal;
use crate::messages::Messages;
use crate::plan::Plan;
use crate::record::{Cells, Record};
use crate::search::SearchInfo;

/// A streaming command: one record in, the same record out, with cells added or replaced. Records are never
/// dropped, added or reordered.
///
/// The methods may panic: [`serve`](crate::serve) turns a panic into an `error` reply.
pub trait StreamingCommand {
    /// Reads the arguments of the search and says which columns the command reads and writes.
    ///
    /// Called for each `getinfo`. One search starts the process several times, and only the last start gets rows, so
    /// this should be fast and have no side effects. `Err` fails the search with its text.
    fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal>;

    /// Reads the wanted cells of one record and sets its output cells. `Err` fails the search with its text.
    fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal>;

    /// Called once, after the last record and before the last reply, for messages about the whole search.
    fn finish(&mut self, _messages: &mut Messages) {}
}
