//! What a search command is to this SDK: the trait, and the plan by which it is fed.

use super::arguments::Arguments;
use super::messages::Messages;
use super::record::{Cells, Record};

/// A streaming command: one record in, the same record out, with cells added or replaced. Records are never
/// dropped, added or reordered.
///
/// The methods may panic: [`serve`](super::serve) turns a panic into an `error` reply.
pub trait StreamingCommand {
    /// Reads the arguments of the search and says which columns the command reads and writes.
    ///
    /// Called for each `getinfo`. One search starts the process several times, and only the last start gets rows, so
    /// this should be fast and have no side effects. `Err` fails the search with its text.
    fn setup(&mut self, search: &SearchInfo) -> Result<Plan, Fatal>;

    /// Reads the wanted cells of one record and sets its output cells. `Err` fails the search with its text.
    fn record(&mut self, record: &Record<'_>, cells: &mut Cells) -> Result<(), Fatal>;

    /// How records are compared, for each input of the plan in order. Where [`Cells::repeat`] was called for a record, the
    /// later ones that compare equal get its cells and are not shown to the command. Empty, the default: every record is
    /// shown. Called after [`setup`](Self::setup).
    ///
    /// Rows of events repeat much, and comparing costs a fraction of reading.
    fn compared(&self) -> Vec<Compare> {
        Vec::new()
    }

    /// Called once, after the last record and before the last reply, for messages about the whole search.
    fn finish(&mut self, _messages: &mut Messages) {}
}

/// How an input counts when records are compared.
#[derive(Clone, Copy, Debug)]
pub enum Compare {
    /// By its bytes.
    Text,
    /// All numbers count alike (up to 11 digits, perhaps with a fraction), everything else by its bytes: times and
    /// serial numbers that the cells do not depend on.
    Number,
    /// By what the function writes for it; where that gives false, the record is not compared. It is given the text
    /// between the quotes of the cell, in which each quote still stands twice, and may leave out whatever is no quote.
    By(fn(&[u8], &mut Vec<u8>) -> bool),
}

/// What splunkd says about the search. Every part is optional: versions of Splunk differ in what they send.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SearchInfo {
    /// What was typed after the command's name.
    pub arguments: Arguments,
    /// Start of the search's time range in epoch seconds; 0 for "all time".
    pub earliest_time: Option<f64>,
    /// End of the search's time range in epoch seconds; 0 for "all time".
    pub latest_time: Option<f64>,
    /// Id of the search job.
    pub sid: Option<String>,
    /// The app in which the search runs.
    pub app: Option<String>,
    /// The user who owns the search.
    pub owner: Option<String>,
    /// The command's name as typed; Splunk 6.3 does not send it.
    pub command: Option<String>,
    /// For example `8.2.1`.
    pub splunk_version: Option<String>,
    /// True when the process makes preview results only.
    pub preview: bool,
}

/// Where the command may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the search head only; the protocol's type `stateful`.
    SearchHead,
    /// On the indexers too; the protocol's type `streaming`.
    Distributed,
}

impl Place {
    pub(super) fn protocol_type(self) -> &'static str {
        match self {
            Self::SearchHead => "stateful",
            Self::Distributed => "streaming",
        }
    }
}

/// The answer to `getinfo`: where the command runs, what it reads, what it writes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the command may run.
    pub place: Place,
    /// The columns it reads, in the numbering of [`Record::cell`]. A name may be there twice.
    pub inputs: Vec<Input>,
    /// False: splunkd is asked to send the input columns only, and merges the reply with the rest of the event. This is
    /// the biggest lever on speed. True: it sends all columns.
    pub all_fields: bool,
    /// The columns it writes, in the numbering of [`Cells::set`] and in the order of the reply.
    pub outputs: Vec<Output>,
}

/// A column that the command reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Name of the column.
    pub name: String,
    /// Read its `__mv_` twin too, so that [`Record::values`] sees several values.
    pub multivalue: bool,
}

/// A column that the command writes. It replaces a column of that name, or is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Name of the column.
    pub name: String,
    /// May hold several values: its `__mv_` twin is written too, and added when it is not there.
    pub multivalue: bool,
}

/// Why the search must fail, in words for the person who typed it. Splunk shows `Error in '<command>' command: <text>`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fatal(pub String);
