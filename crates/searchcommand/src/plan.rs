//! What a command answers to `getinfo`: where it runs, what it reads, what it writes.

/// The answer to `getinfo`: where the command runs, what it reads, what it writes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the command may run.
    pub runs_on: RunsOn,
    /// The columns it reads, in the numbering of [`Record::cell`](crate::Record::cell). A name may be there twice.
    pub inputs: Vec<Input>,
    /// False: splunkd is asked to send the input columns only, and merges the reply with the rest of the event. This is
    /// the biggest lever on speed. True: it sends all columns.
    pub all_fields: bool,
    /// The columns it writes, in the numbering of [`Cells::set`](crate::Cells::set) and in the order of the reply.
    pub outputs: Vec<Output>,
}

/// Where the command may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunsOn {
    /// On the search head only; the protocol's type `stateful`.
    SearchHead,
    /// On the indexers too; the protocol's type `streaming`.
    Distributed,
}

impl RunsOn {
    pub(crate) fn protocol_type(self) -> &'static str {
        match self {
            Self::SearchHead => "stateful",
            Self::Distributed => "streaming",
        }
    }
}

/// A column that the command reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Name of the column.
    pub name: String,
    /// Read its `__mv_` twin too, so that [`Record::values`](crate::Record::values) sees several values.
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
