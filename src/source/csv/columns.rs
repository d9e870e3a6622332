//! What the header of a table tells: where in a record the cells of an event, or of a listed module, stand.

use std::collections::HashMap;

use super::collected::Collected;
use super::inputs::{Cells, input};
use super::plaso::Plaso;
use crate::event::{self, CARRIERS, Fields, INPUTS, LIST_HOSTS, Role, Scratch};
use crate::iis::Registration;
use crate::problem::{Problem, ProblemKind};
use crate::source::row::{Content, Module};

/// Columns of a list of modules, with the spellings of the usual exports.
const NAMES: [&str; 3] = ["name", "iis_module_name", "module"];
const IMAGES: [&str; 3] = ["image", "iis_module_image", "path"];
const TYPES: [&str; 2] = ["type", "iis_module_type"];
const PRECONDITIONS: [&str; 2] = ["preCondition", "iis_module_precondition"];

/// Columns that only `Get-WinEvent | Export-Csv` writes: with one of them, [`WIN_EVENT`] holds.
const WIN_EVENT_ONLY: [&str; 4] = ["TimeCreated", "MachineName", "ProviderName", "RecordId"];
/// Properties of a `Get-WinEvent` record that have another name than the input they are.
const WIN_EVENT: [(&str, &str); 5] = [
    ("TimeCreated", "_time"),
    ("MachineName", "Computer"),
    ("ProviderName", "SourceName"),
    ("RecordId", "EventRecordID"),
    ("Id", "EventID"),
];
/// Columns of what Event Viewer saves as CSV. Its header leaves out the last column, the message.
const EVENT_VIEWER: [(&str, &str); 3] =
    [("Date and Time", "_time"), ("Event ID", "EventID"), ("Source", "SourceName")];

/// Columns that no list of modules has: with one of them the rows are events, of whatever log.
const EVENT_ONLY: [&str; 5] = ["EventCode", "EventID", "SourceName", "LogName", "Channel"];

/// Columns that can hold an event each by itself.
fn carriers() -> [&'static str; CARRIERS.len()] {
    CARRIERS.map(|place| INPUTS.get(place).copied().unwrap_or_default())
}

/// A header.
pub(super) struct Header {
    names: Vec<Vec<u8>>,
}

/// What the records of a table are.
pub(super) struct Form {
    /// Cells of each record.
    pub(super) cells: usize,
    places: Places,
}

enum Places {
    Event(Inputs),
    Collected(Collected),
    Plaso(Plaso),
    Module {
        /// The columns of a list, as [`Registration::columns`] has them.
        columns: Vec<Option<usize>>,
        time: Option<usize>,
        /// Columns that can name the host; the first that is filled does.
        hosts: Vec<usize>,
        /// Where an event stands in the rows that hold one after all.
        event: Option<Inputs>,
    },
}

/// The place of each of [`INPUTS`].
type Inputs = Box<[Option<usize>; INPUTS.len()]>;

impl Header {
    pub(super) fn new(cells: &[Vec<u8>]) -> Self {
        Self { names: cells.iter().map(|name| name.trim_ascii().to_vec()).collect() }
    }

    /// The column of a name: as it is written, else in any case.
    fn place(&self, name: &str) -> Option<usize> {
        let name = name.as_bytes();
        let exact = self.names.iter().position(|column| column == name);
        exact.or_else(|| self.names.iter().position(|column| column.eq_ignore_ascii_case(name)))
    }

    fn first(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.place(name))
    }

    fn has_exactly(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.names.iter().any(|column| column == name.as_bytes()))
    }

    /// What the records are: events where there is a column `_raw`, `Message` or `Configuration`, modules where there is
    /// `name` with `image` or `type`. `None` where it is neither.
    pub(super) fn form(&self) -> Option<Form> {
        // An inventory that was exported from Splunk has a _raw of its own, but nothing else of an event. So may events
        // have, where a crafted module name makes Splunk extract fields of these names: each row tells what it is.
        let lists_modules = self.place("name").is_some()
            && self.place("image").is_some()
            && !self.has_exactly(&["Message", "Configuration", "EventCode", "EventID"]);
        if lists_modules {
            return self.modules();
        }
        self.event_viewer().or_else(|| self.collected()).or_else(|| self.events()).or_else(|| self.modules())
    }

    /// The table of a collector, unless an event stands in it whole, or its data in columns of their own.
    fn collected(&self) -> Option<Form> {
        if self.first(&["_raw", "Configuration"]).is_some() {
            return None;
        }
        let collected = Collected::of(&self.names).map(Places::Collected);
        let places = collected.or_else(|| Plaso::of(&self.names).map(Places::Plaso))?;
        Some(Form { cells: self.names.len(), places })
    }

    fn events(&self) -> Option<Form> {
        self.first(&carriers())?;
        let mut places = INPUTS.map(|name| self.place(name));
        if self.first(&WIN_EVENT_ONLY).is_some() {
            self.fill_in(&WIN_EVENT, &mut places);
        }
        Some(Form { cells: self.names.len(), places: Places::Event(Box::new(places)) })
    }

    fn event_viewer(&self) -> Option<Form> {
        if EVENT_VIEWER.iter().any(|(name, _)| self.place(name).is_none())
            || self.first(&carriers()).is_some()
        {
            return None;
        }
        let mut places = [None; INPUTS.len()];
        self.fill_in(&EVENT_VIEWER, &mut places);
        Some(self.viewed(places))
    }

    /// What Event Viewer saves in another language than English is known by its shape: a record has one cell more than the
    /// header, its message, and the fourth is the number of the event.
    pub(super) fn event_viewer_in_any_language(&self, first: &[Vec<u8>]) -> Option<Form> {
        const PLACES: [(&str, usize); 3] = [("_time", 1), ("SourceName", 2), ("EventID", 3)];
        let mut places = [None; INPUTS.len()];
        for (name, column) in PLACES {
            if let Some(place) = places.get_mut(input(name)) {
                *place = Some(column);
            }
        }
        let form = self.viewed(places);
        let is_number = |cell: &Vec<u8>| !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
        // With the column of the user there is one more.
        let fits =
            matches!(form.cells, 6 | 7) && first.len() == form.cells && first.get(3).is_some_and(is_number);
        fits.then_some(form)
    }

    /// The form of Event Viewer's tables, in which the message has no name.
    fn viewed(&self, mut places: [Option<usize>; INPUTS.len()]) -> Form {
        // A spreadsheet program gives the column without a name an empty one.
        let unnamed = self.names.last().is_some_and(Vec::is_empty);
        let message = self.names.len() - usize::from(unnamed);
        if let Some(place) = places.get_mut(input("Message")) {
            *place = Some(message);
        }
        Form { cells: message + 1, places: Places::Event(Box::new(places)) }
    }

    /// Takes columns of other names for inputs that have no column of their own.
    fn fill_in(&self, aliases: &[(&str, &str)], places: &mut [Option<usize>; INPUTS.len()]) {
        for (name, alias_of) in aliases {
            if let Some(place) = places.get_mut(input(alias_of)).filter(|place| place.is_none()) {
                *place = self.place(name);
            }
        }
    }

    fn modules(&self) -> Option<Form> {
        let place = |column: &str| match column {
            "name" => self.first(&NAMES),
            "image" => self.first(&IMAGES),
            "type" => self.first(&TYPES),
            "preCondition" => self.first(&PRECONDITIONS),
            other => self.place(other),
        };
        place("name")?;
        place("image").or(place("type"))?;
        let columns = Registration::columns().map(place).collect();
        let time = self.place("_time");
        let hosts = LIST_HOSTS.iter().filter_map(|host| self.place(host)).collect();
        let event = self.place("_raw").map(|_| Box::new(INPUTS.map(|name| self.place(name))));
        Some(Form { cells: self.names.len(), places: Places::Module { columns, time, hosts, event } })
    }

    /// What speaks against reading records right, as a list of modules or as events: two columns of one meaning.
    pub(super) fn repeated(&self, form: &Form, as_list: bool) -> Option<Problem> {
        let key = |name: &Vec<u8>| if as_list { name.to_ascii_lowercase() } else { name.clone() };
        let mut first = HashMap::new();
        let mut twice = HashMap::new();
        for (number, name) in (1..).zip(&self.names) {
            if let Some(before) = first.get(&key(name)) {
                twice.entry(key(name)).or_insert((*before, number));
            } else {
                first.insert(key(name), number);
            }
        }
        for name in form.places.used(as_list).into_iter().filter_map(|place| self.names.get(place)) {
            let Some((first, second)) = twice.get(&key(name)) else { continue };
            let what = format!(
                "columns {first} and {second} are both `{}`, and which of them counts is not guessed",
                String::from_utf8_lossy(name)
            );
            let problem = Problem::new(ProblemKind::Damaged, what);
            return Some(problem.with_hint("remove one, or give it another name"));
        }
        None
    }

    /// What speaks against having read the records right: a list of modules that was taken for events of nobody.
    pub(super) fn doubt(&self, taken: &Taken) -> Option<Problem> {
        let column = self.event_column_of_a_list()?;
        (taken.any && !taken.as_list && !taken.as_event).then(|| {
            let name = self.names.get(column).map(|name| String::from_utf8_lossy(name)).unwrap_or_default();
            let what = format!(
                "column {}, `{name}`, is one of an export of events, but no record holds an event of the IIS configuration",
                column + 1
            );
            Problem::new(ProblemKind::Damaged, what)
                .with_hint("if this is a list of modules, remove the column or give it another name")
        })
    }

    /// The column for which the header of what may be a list of modules was taken for one of events.
    fn event_column_of_a_list(&self) -> Option<usize> {
        self.first(&["Message", "Configuration"]).filter(|_| self.could_list_modules())
    }

    /// Whether a header with columns of events has those of a list of modules as well, and nothing that only events have.
    fn could_list_modules(&self) -> bool {
        self.first(&NAMES).is_some()
            && self.first(&[&IMAGES[..], &TYPES[..]].concat()).is_some()
            && self.first(&[&EVENT_ONLY[..], &WIN_EVENT_ONLY[..]].concat()).is_none()
    }

    /// What is missing, for a header of neither form, and what was found instead.
    pub(super) fn problem(&self, separated_by: &str) -> (&'static str, String) {
        const SHOWN: usize = 12;
        let mut found: Vec<_> =
            self.names.iter().take(SHOWN).map(|name| String::from_utf8_lossy(name)).collect();
        if self.names.len() > SHOWN {
            found.push("…".into());
        }
        let begins = found.join(", ");
        let found = format!("columns found, separated by {separated_by}: {begins}");
        if self.first(&NAMES).is_some() {
            return (
                "a list of modules needs a column image (or type) beside the name",
                format!("the {found}"),
            );
        }
        let is_sentence = |name: &Vec<u8>| name.split(|byte| *byte == b' ').count() > 3;
        if self.names.len() == 1 || self.names.iter().any(is_sentence) {
            let hint = format!(
                "if it is a note, move it away or add --allow-unread; if it is an export, put its header into the first line. It begins: {begins}"
            );
            return ("this is a text, and neither an export of events nor a list of modules", hint);
        }
        let what = "no known columns: an export of events has a column _raw, Message or Configuration, a list of modules has \
                    name and image (or type)";
        (what, format!("is the first line the header? The {found}"))
    }
}

/// What the records of a table were taken for.
pub(super) struct Taken {
    /// There was one.
    any: bool,
    as_list: bool,
    /// One was taken for an event and is one of the IIS configuration. Looked at only where it matters.
    as_event: bool,
    event_matters: bool,
}

impl Taken {
    pub(super) fn new(header: &Header) -> Self {
        let event_matters = header.event_column_of_a_list().is_some();
        Self { any: false, as_list: false, as_event: false, event_matters }
    }

    /// Takes note of a record.
    pub(super) fn note(&mut self, content: &Content) {
        self.any = true;
        self.as_list |= matches!(content, Content::Module(_));
        self.as_event = self.as_event || self.event_matters && is_event(content);
    }
}

impl Places {
    /// The columns that are read: as a list of modules, or as events.
    fn used(&self, as_list: bool) -> Vec<usize> {
        match self {
            Self::Event(places) => places.iter().flatten().copied().collect(),
            Self::Collected(collected) => (0..collected.count()).collect(),
            Self::Plaso(plaso) => plaso.columns(),
            Self::Module { event: Some(places), .. } if !as_list => {
                places.iter().flatten().copied().collect()
            }
            Self::Module { columns, time, hosts, .. } => {
                columns.iter().flatten().chain(time).chain(hosts).copied().collect()
            }
        }
    }
}

impl Form {
    /// Whether every record is a module of a list.
    pub(super) fn lists_modules(&self) -> bool {
        matches!(self.places, Places::Module { event: None, .. })
    }

    /// A record, taken apart.
    pub(super) fn content(&self, mut cells: Vec<Vec<u8>>) -> Content {
        match &self.places {
            Places::Event(places) => Content::Event(inputs(&mut cells, places)),
            Places::Collected(collected) => Content::Event(collected.content(&cells)),
            Places::Plaso(plaso) => Content::Event(plaso.content(&cells)),
            Places::Module { event: Some(places), .. } if holds_event(&cells, places) => {
                Content::Event(inputs(&mut cells, places))
            }
            Places::Module { columns, time, hosts, .. } => {
                let host = hosts.iter().filter_map(|&host| cells.get(host)).find(|host| !host.is_empty());
                let host = host.cloned().unwrap_or_default();
                let time = take(&mut cells, *time);
                let cells = columns.iter().map(|place| take(&mut cells, *place)).collect();
                Content::Module(Module { cells, host, time })
            }
        }
    }
}

/// Whether a record was taken for an event and is one of the IIS configuration, understood or not.
fn is_event(content: &Content) -> bool {
    let Content::Event(cells) = content else { return false };
    let mut fields = Fields::default();
    for (field, cell) in fields.cells.iter_mut().zip(cells.iter()) {
        *field = cell;
    }
    event::read(&fields, &mut Scratch::default()).role != Role::Other
}

/// Whether the `_raw` of a record is an event of the IIS configuration.
fn holds_event(cells: &[Vec<u8>], places: &Inputs) -> bool {
    let raw = places.get(input("_raw")).copied().flatten().and_then(|place| cells.get(place));
    let mut fields = Fields::default();
    fields.set("_raw", raw.map(Vec::as_slice).unwrap_or_default());
    matches!(event::read(&fields, &mut Scratch::default()).role, Role::Change | Role::Commit)
}

fn inputs(cells: &mut [Vec<u8>], places: &Inputs) -> Cells {
    let mut inputs = Box::new([const { Vec::new() }; INPUTS.len()]);
    for (input, place) in inputs.iter_mut().zip(places.iter()) {
        *input = take(cells, *place);
    }
    inputs
}

fn take(cells: &mut [Vec<u8>], place: Option<usize>) -> Vec<u8> {
    place.and_then(|place| cells.get_mut(place)).map(std::mem::take).unwrap_or_default()
}
