//! From gathered texts to what the event is and says.

use memchr::memmem;

use super::fallback;
use super::fields::{Data, Gathered, Rendering};
use super::framed::framed;
use super::id::Id;
use super::log::Log;
use super::message::{self, Spoken};
use super::pointer;
use super::reasons::Unreadable;
use super::says::{Event, Role, Says};
use crate::iis::config_path::{self, ConfigPath, Parsed};
use crate::iis::{ConfigChange, Element, Operation, Section, ValueSource};

/// How the English sentence of event 30, a failed attempt, begins.
const FAILED: &str = "Failed to commit";

/// Makes the event of what was gathered; `buffer` is the one that was decoded into.
pub(super) fn event<'a>(gathered: &Gathered<'a>, buffer: &'a str) -> Event<'a> {
    let failed = || gathered.message.get(buffer).trim_start().starts_with(FAILED);
    let (role, says) = match gathered.id {
        _ if gathered.several || gathered.only_json => (Role::Other, Says::Nothing),
        Id::Commit => committed(commit(gathered, buffer), gathered.message.get(buffer)),
        Id::Attempt => attempt(gathered, buffer),
        Id::Missing if failed() => attempt(gathered, buffer),
        Id::Change | Id::Missing => change(gathered, buffer),
        Id::Other => (another(gathered, buffer), Says::Unparsed(Unreadable::FieldsDisagree)),
        Id::Unreadable => (Role::Other, Says::Nothing),
    };
    let (role, says) = if role == Role::Other { unread(gathered) } else { (role, says) };
    if role == Role::Other {
        return Event::OTHER;
    }
    Event {
        role,
        says,
        host: gathered.host.get(buffer).trim_ascii(),
        actor: gathered.actor.get(buffer).trim_ascii(),
        process: gathered.process.get(buffer).trim_ascii(),
        record: gathered.record.get(buffer).trim_ascii(),
        time: gathered.time.get(buffer).trim_ascii(),
    }
}

/// A row that yields nothing. Where it points to the IIS configuration, it is told: as what it claims to be, or as a row that
/// nobody understood.
fn unread<'a>(gathered: &Gathered<'a>) -> (Role, Says<'a>) {
    let nothing = (Role::Other, Says::Nothing);
    let unparsed = |reason| (Role::Change, Says::Unparsed(reason));
    let points = || gathered.texts.into_iter().any(pointer::points);
    let is_another = matches!(gathered.id, Id::Other | Id::Attempt) || gathered.log == Log::Other;
    match gathered.problem {
        Some(problem) if gathered.several => {
            return if gathered.log == Log::Iis || points() { unparsed(problem) } else { nothing };
        }
        _ if is_another && gathered.contradicted => return unparsed(Unreadable::FieldsDisagree),
        _ if is_another => return nothing,
        _ if gathered.log != Log::Iis && !points() => return nothing,
        _ => {}
    }
    match gathered.id {
        Id::Unreadable => unparsed(gathered.problem.unwrap_or(Unreadable::UnreadableId)),
        Id::Change => unparsed(gathered.problem.unwrap_or(Unreadable::UnknownForm)),
        Id::Missing => without_number(gathered),
        Id::Commit | Id::Attempt | Id::Other => (Role::Unread, Says::Nothing),
    }
}

/// A row without a number that points to the IIS configuration.
fn without_number<'a>(gathered: &Gathered<'a>) -> (Role, Says<'a>) {
    let framed = gathered.texts.map(framed);
    let is_another = framed.into_iter().any(|(log, id)| log == Log::Other || id == Id::Other);
    if is_another {
        (Role::Other, Says::Nothing)
    } else if let Some(problem) = gathered.problem {
        (Role::Change, Says::Unparsed(problem))
    } else if gathered.texts.into_iter().any(pointer::claims_change) {
        (Role::Change, Says::Unparsed(Unreadable::UnknownForm))
    } else {
        (Role::Unread, Says::Nothing)
    }
}

/// Event 50. Other providers have a 50 too: without a log's name the event must name a configuration path.
fn commit(gathered: &Gathered<'_>, buffer: &str) -> Role {
    let names_path = || {
        let config_path = gathered.data.map_or("", |data| data.config_path.get(buffer));
        // Several messages are several ends.
        let [_, messages, _] = gathered.texts;
        fallback::is_machine(config_path)
            || gathered.message.get(buffer).contains("MACHINE")
            || memmem::find(messages, b"MACHINE").is_some()
    };
    if gathered.log == Log::Iis || names_path() { Role::Commit } else { Role::Other }
}

/// The end of a commit, unless the sentence of a change follows that of the commit: it is another event.
fn committed<'a>(role: Role, message: &str) -> (Role, Says<'a>) {
    let ends = message.trim_start().starts_with(message::COMMITTED);
    if role == Role::Commit && ends && message::holds_change(message) {
        (Role::Change, Says::Unparsed(Unreadable::TrailingText))
    } else {
        (role, Says::Nothing)
    }
}

/// Event 29, or an event without a number.
fn change<'a>(gathered: &Gathered<'a>, buffer: &'a str) -> (Role, Says<'a>) {
    let message = gathered.message.get(buffer);
    if gathered.id == Id::Missing {
        if message.trim_start().starts_with(message::COMMITTED) {
            return committed(Role::Commit, message);
        }
        if !is_change_by_words(gathered, message) {
            return (Role::Other, Says::Nothing);
        }
    }
    let read = match gathered.problem {
        Some(problem) => Err(problem),
        None => says(gathered, message, buffer),
    };
    let foreign = match (&read, gathered.log) {
        (read, Log::Unknown) if gathered.id == Id::Missing => {
            // Several different numbers are no number; what else the row says still makes it ours.
            let without_problem =
                || gathered.problem.is_some() && is_module_change(gathered, message, buffer);
            !matches!(read, Ok(Says::Change(_)))
                && !message.trim_start().starts_with(message::START)
                && !without_problem()
        }
        // Many providers have an event 29. Without a log's name the row must look like one of ours.
        (Err(Unreadable::NoConfigurationPath), Log::Unknown) => !names_configuration(message),
        (Err(Unreadable::DescriptionMissing), Log::Unknown) => {
            message.contains(" source ") && !message.contains("IIS-Configuration")
        }
        (read, Log::Other) => !matches!(read, Ok(Says::Change(_))),
        (_, Log::Iis | Log::Unknown) => false,
    };
    match read {
        _ if foreign => (Role::Other, Says::Nothing),
        // The fields name another log, the text is a change of the IIS configuration: one of the two is forged.
        Ok(_) if gathered.log == Log::Other => (Role::Change, Says::Unparsed(Unreadable::FieldsDisagree)),
        Ok(says) => (Role::Change, says),
        Err(reason) => (Role::Change, Says::Unparsed(reason)),
    }
}

/// Event 30: the values of a change that was not made. Beside the sentence of event 29 one of the two is forged.
fn attempt<'a>(gathered: &Gathered<'a>, buffer: &'a str) -> (Role, Says<'a>) {
    let message = gathered.message.get(buffer);
    if gathered.contradicted || message.trim_start().starts_with(message::START) {
        return (Role::Change, Says::Unparsed(Unreadable::FieldsDisagree));
    }
    let read = gathered.problem.map_or_else(|| says(gathered, message, buffer), Err);
    match (read, gathered.log) {
        (_, Log::Other) => (Role::Other, Says::Nothing),
        (Ok(Says::Change(change)), _) => {
            (Role::Change, Says::Change(ConfigChange { attempted: true, ..change }))
        }
        // Many providers have an event 30.
        (_, Log::Unknown) => (Role::Other, Says::Nothing),
        (Ok(Says::OtherSection(change)), Log::Iis) => {
            (Role::Change, Says::OtherSection(ConfigChange { attempted: true, ..change }))
        }
        (Ok(says), Log::Iis) => (Role::Change, says),
        (Err(reason), Log::Iis) => (Role::Change, Says::Unparsed(reason)),
    }
}

/// The number of another event beside a `_raw` that is the sentence of event 29 about a module: one of the two is forged.
fn another(gathered: &Gathered<'_>, buffer: &str) -> Role {
    let sentence = gathered.raw.get(buffer);
    let says = message::read(sentence).and_then(|spoken| of_section(&spoken));
    if matches!(says, Ok(Says::Change(_))) { Role::Change } else { Role::Other }
}

/// Whether a text that cannot be read is about the IIS configuration all the same.
fn names_configuration(message: &str) -> bool {
    contains(message, "IIS-Configuration") || names_section(message)
}

/// Whether a text names a section that can register code, or a neighbour of one.
fn names_section(text: &str) -> bool {
    contains(text, "/system.web")
}

fn contains(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Whether the texts are a change of modules, whatever is wrong with the rest of the row.
fn is_module_change(gathered: &Gathered<'_>, message: &str, buffer: &str) -> bool {
    matches!(says(gathered, message, buffer), Ok(Says::Change(_)))
}

/// Whether an event without a number is a change. Event 30, a failed attempt, has the same values: only the words
/// of its message tell it apart.
fn is_change_by_words(gathered: &Gathered<'_>, message: &str) -> bool {
    let words = message.trim_start();
    if words.starts_with(FAILED) {
        return false;
    }
    gathered.data.is_some()
        || words.starts_with(message::START)
        || (gathered.log == Log::Iis && (gathered.problem.is_some() || message::read(message).is_ok()))
}

/// What the texts say; the error is the reason code.
fn says<'a>(gathered: &Gathered<'a>, message: &'a str, buffer: &'a str) -> Result<Says<'a>, Unreadable> {
    let raw = gathered.raw.get(buffer);
    if let Some(data) = &gathered.data {
        let spoken = from_data(data, buffer);
        if gathered.rendering == Rendering::Fields {
            agrees(spoken.path, message)?;
            agrees(spoken.path, raw)?;
        }
        return of_section(&spoken);
    }
    let spoken = match (message::read(message), gathered.rendering) {
        // The event is whole but for its text: it has data of another event, or none.
        (Err(Unreadable::EmptyMessage), Rendering::Xml) => return Err(Unreadable::NoConfigurationPath),
        (read, _) => read?,
    };
    agrees(spoken.path, raw)?;
    let claimed = gathered.claimed.get(buffer);
    if !claimed.is_empty() && claimed != spoken.path.trim_ascii() {
        return Err(Unreadable::FieldsDisagree);
    }
    of_section(&spoken)
}

/// Event data as the values of a sentence. Splunk has no field for an empty value, so that with an operation there
/// (which is never empty) a missing value is an empty one; without it the values are hidden.
fn from_data<'a>(data: &Data<'a>, buffer: &'a str) -> Spoken<'a> {
    let operation = data.operation.get(buffer);
    let shown = |value: &'a str| (!value.is_empty() || !operation.trim_ascii().is_empty()).then_some(value);
    let (old, new) = (shown(data.old.get(buffer)), shown(data.new.get(buffer)));
    let any = !operation.trim_ascii().is_empty() || old.is_some() || new.is_some();
    Spoken {
        path: data.path.get(buffer),
        config_path: data.config_path.get(buffer),
        location: data.location.get(buffer),
        operation: fallback::operation(operation),
        old,
        new,
        image: None,
        source: any.then_some(ValueSource::EventData),
    }
}

/// Extracted fields beside a text of the same event, the message or a `_raw` without a frame: both must name the same
/// configuration, because extraction takes fields from a name too. A text that names a configuration in a way that cannot
/// be read vouches for nothing. A message that was cut to its first word came out of a classic text, which has no event
/// data: the fields are forged.
fn agrees(path: &str, text: &str) -> Result<(), Unreadable> {
    match message::read(text) {
        Ok(spoken) if is_same_path(spoken.path, path) => Ok(()),
        Ok(_) => Err(Unreadable::FieldsDisagree),
        Err(reason) if reason == Unreadable::CutMessage || names_section(text) => Err(reason),
        Err(_) => Ok(()),
    }
}

/// Whether two texts of one path agree. The text of a CSV file has each quote twice.
fn is_same_path(one: &str, other: &str) -> bool {
    fn pieces(path: &str) -> impl Iterator<Item = &str> {
        path.trim_ascii().split('"').filter(|piece| !piece.is_empty())
    }
    pieces(one).eq(pieces(other))
}

/// Takes the configuration path apart and puts the change together.
fn of_section<'a>(spoken: &Spoken<'a>) -> Result<Says<'a>, Unreadable> {
    let path = match config_path::parse(spoken.path) {
        Parsed::Module(path) => path,
        Parsed::OtherSection => return Ok(other_section(spoken)),
        Parsed::Malformed(fault) => return Err(fault.into()),
    };
    let hidden = spoken.operation == Operation::Hidden;
    // A section row adds or removes no entry, unless the section goes away with all its entries, or may have.
    if path.element == Element::Section && !hidden && spoken.operation != Operation::Delete {
        return Ok(other_section(spoken));
    }
    // These sections have one key, so that what looks like more is a crafted name. Only the row that writes the name tells it
    // once more.
    if path.joined && (hidden || path.attribute != "name") {
        return Err(Unreadable::JoinedKeys);
    }
    if !name_agrees(&path, spoken) {
        return Err(Unreadable::FieldsDisagree);
    }
    Ok(Says::Change(ConfigChange {
        section: path.section,
        element: path.element,
        name: path.name,
        attribute: path.attribute,
        operation: spoken.operation,
        old: spoken.old.map(filled),
        new: spoken.new.or(image_of_row(&path, spoken)),
        config_path: spoken.config_path.trim_ascii(),
        location: spoken.location.trim_ascii(),
        appended_image: spoken.image,
        source: spoken.source,
        attempted: false,
    }))
}

/// A change of a section that registers no module.
fn other_section<'a>(spoken: &Spoken<'a>) -> Says<'a> {
    Says::OtherSection(ConfigChange {
        section: Section::Other,
        element: Element::Section,
        name: "",
        attribute: spoken.path.trim_ascii(),
        operation: spoken.operation,
        old: spoken.old,
        new: spoken.new,
        config_path: spoken.config_path.trim_ascii(),
        location: spoken.location.trim_ascii(),
        appended_image: None,
        source: spoken.source,
        attempted: false,
    })
}

/// Some renderers write blanks for an empty value. A new one stays: a name can be nothing but blanks.
fn filled(value: &str) -> &str {
    if value.trim().is_empty() { "" } else { value }
}

/// An image that was appended to the row of the image attribute is that row's new value.
fn image_of_row<'a>(path: &ConfigPath<'a>, spoken: &Spoken<'a>) -> Option<&'a str> {
    (path.section.image_attribute() == Some(path.attribute)).then_some(spoken.image).flatten()
}

/// The row that adds the `name` attribute carries the name as its value: it must be the key's.
fn name_agrees(path: &ConfigPath<'_>, spoken: &Spoken<'_>) -> bool {
    if path.attribute != "name" || path.name.is_empty() || spoken.operation != Operation::Add {
        return true;
    }
    spoken.new.is_none_or(|new| new.is_empty() || new.trim() == path.name.trim())
}
