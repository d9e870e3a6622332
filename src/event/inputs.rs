//! The input columns of a row: their names and order, whose each is, and which can hold an event by themselves.

/// Whose a text of a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The event's: many rows say the same, and what they say depends on it.
    Event,
    /// The row's own: host, time, record number or process.
    Row,
}

/// Makes the inputs, their names and whose they are out of one list.
macro_rules! inputs {
    ($($input:ident = $name:literal, $of:ident;)*) => {
        /// The inputs by their place in [`INPUTS`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum EventField {
            $($input,)*
        }

        /// The input columns that can say something, in the order of [`Fields`].
        pub const INPUTS: [&str; [$($name),*].len()] = [$($name),*];

        const OF: [Of; INPUTS.len()] = [$(Of::$of),*];
    };
}

inputs! {
    Raw = "_raw", Event;
    Message = "Message", Event;
    EventCode = "EventCode", Event;
    ComputerName = "ComputerName", Row;
    Host = "host", Row;
    Sid = "Sid", Event;
    User = "User", Event;
    SourceName = "SourceName", Event;
    LogName = "LogName", Event;
    EventId = "EventID", Event;
    Computer = "Computer", Row;
    UserId = "UserID", Event;
    Channel = "Channel", Event;
    ProviderName = "Name", Event;
    ConfigPath = "ConfigPath", Event;
    Location = "EffectiveLocationPath", Event;
    Configuration = "Configuration", Event;
    Operation = "EditOperationType", Event;
    Old = "OldValue", Event;
    New = "NewValue", Event;
    DataXml = "EventData_Xml", Event;
    Dest = "dest", Row;
    Dvc = "dvc", Row;
    Time = "_time", Row;
    LastTime = "lastTime", Row;
    RecordNumber = "RecordNumber", Row;
    EventRecordId = "EventRecordID", Row;
    ProcessId = "ProcessID", Row;
    IndexTime = "_indextime", Row;
}

/// The place in [`INPUTS`] of the time of indexing. It is no part of an event: whoever compares times reads it.
pub const INDEXED: usize = EventField::IndexTime as usize;

/// The columns that name the host of a listed module, in the order in which they count: our own, those of an event, what
/// PowerShell's remoting adds, what people write.
pub const LIST_HOSTS: [&str; 8] =
    ["iis_host", "Computer", "ComputerName", "PSComputerName", "server", "dest", "dvc", "host"];

/// The places in [`INPUTS`] of `_raw`, the message, `Configuration` and the XML of event data: the cells that can hold an event
/// each by itself.
pub const CARRIERS: [usize; 4] = [
    EventField::Raw as usize,
    EventField::Message as usize,
    EventField::Configuration as usize,
    EventField::DataXml as usize,
];

/// The inputs that name the host of an event without a whole text, in their precedence.
pub(super) const HOSTS: [EventField; 5] =
    [EventField::Computer, EventField::ComputerName, EventField::Dest, EventField::Dvc, EventField::Host];

/// The cells of one row that can say something about an IIS configuration event, in the order of [`INPUTS`].
/// A column that is missing and a cell that is empty are the same: an empty slice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    /// One cell for each of [`INPUTS`].
    pub cells: [&'a [u8]; INPUTS.len()],
    /// Bit `i` is set where the column `INPUTS[i]` has several values that differ; its cell has all of them, one a line.
    /// Such a column counts as soon as it is needed: the row is then unparsed (`multivalue_input`). One that is not needed
    /// does no harm.
    pub conflicts: u32,
}

// One bit for each input.
const _: () = assert!(INPUTS.len() <= u32::BITS as usize);

impl<'a> Fields<'a> {
    /// Sets the cell of the input column `name`; a name that is none of [`INPUTS`] says nothing and is ignored.
    pub fn set(&mut self, name: &str, cell: &'a [u8]) {
        for (input, slot) in INPUTS.iter().zip(&mut self.cells) {
            if *input == name {
                *slot = cell;
            }
        }
    }
}

/// A set of inputs; one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set(u32);

impl Set {
    /// Every input.
    pub(super) const ALL: Self = Self(u32::MAX >> (u32::BITS as usize - INPUTS.len()));
    /// Those that only a row's own host, time, record number and process come from.
    const OWN: Self = {
        let (mut own, mut place) = (0, 0);
        while place < INPUTS.len() {
            if !matches!(OF[place], Of::Event) {
                own |= 1 << place;
            }
            place += 1;
        }
        Self(own)
    };

    pub(super) const fn with(self, input: EventField) -> Self {
        Self(self.0 | 1 << input as u32)
    }

    pub(super) const fn of(inputs: &[EventField]) -> Self {
        match inputs {
            [] => Self(0),
            [first, rest @ ..] => Self::of(rest).with(*first),
        }
    }

    fn has(self, input: EventField) -> bool {
        self.0 >> input as u32 & 1 == 1
    }
}

/// The inputs of a row that count. Nothing of the others is read, and nothing of the others is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting<'f, 'a> {
    fields: &'f Fields<'a>,
    set: Set,
}

impl<'f, 'a> Counting<'f, 'a> {
    pub(super) fn new(fields: &'f Fields<'a>, set: Set) -> Self {
        Self { fields, set }
    }

    /// The cell of an input; empty where it does not count.
    pub(super) fn get(&self, input: EventField) -> &'a [u8] {
        if self.set.has(input) {
            self.fields.cells.get(input as usize).copied().unwrap_or_default()
        } else {
            b""
        }
    }

    pub(super) fn counts(&self, input: EventField) -> bool {
        self.set.has(input)
    }

    /// Whether an input that counts has several values.
    pub(super) fn is_conflict(&self, input: EventField) -> bool {
        self.set.has(input) && self.fields.conflicts >> (input as u32) & 1 == 1
    }

    /// Whether any input of the row has several values.
    pub(super) fn has_conflicts(&self) -> bool {
        self.fields.conflicts != 0
    }

    /// Every text that counts and is not the row's own, with its place.
    pub(super) fn of_event(&self) -> impl Iterator<Item = (u8, &'a [u8])> {
        self.texts(self.set.0 & !Set::OWN.0)
    }

    /// Every text that counts and is the row's own.
    pub(super) fn own(&self) -> impl Iterator<Item = &'a [u8]> {
        self.texts(self.set.0 & Set::OWN.0).map(|(_, text)| text)
    }

    fn texts(&self, set: u32) -> impl Iterator<Item = (u8, &'a [u8])> {
        let mut rest = set;
        let cells = &self.fields.cells;
        std::iter::from_fn(move || {
            while rest != 0 {
                let place = rest.trailing_zeros();
                rest &= rest - 1;
                match cells.get(place as usize) {
                    Some(cell) if !cell.is_empty() => return Some((place.to_le_bytes()[0], *cell)),
                    _ => {}
                }
            }
            None
        })
    }
}
