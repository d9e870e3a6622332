//! Events of other logs that belong beside a change of modules: that a log was cleared, that a module could not be loaded.
//!
//! Which event it is, its number and provider say, in every rendering; what it is about is looked for in the rest of its text,
//! since the messages are in the language of the host.

use memchr::memmem;

use super::id;
use super::inputs::{EventField, Fields, HOSTS};
use super::json;
use super::opened::Scratch;
use super::parts::{Part, Parts};
use super::pointer;
use super::text;
use super::unwrapped::unwrap;
use super::whole::Whole;

/// What such an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeighbourKind {
    /// Event 104 of the System log that names the log of the IIS configuration.
    LogCleared,
    /// Event 1102 of the Security log.
    SecurityLogCleared,
    /// Event 2280 or 2282 of the worker process.
    ModuleNotLoaded,
}

/// Such an event. Texts are decoded, and empty where they are not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// What it tells.
    pub kind: NeighbourKind,
    /// Its number.
    pub number: u64,
    /// Host as written.
    pub host: String,
    /// Time as written.
    pub time: String,
    /// Who did it.
    pub actor: String,
    /// The image that could not be loaded.
    pub image: String,
}

const EVENT_LOG: &str = "Eventlog";
const WORKER: &str = "W3SVC-WP";

/// The ends of the names of providers. Event Viewer shows only what follows `Microsoft-Windows-`.
pub const NEIGHBOURS: [&str; 2] = [EVENT_LOG, WORKER];

const KINDS: [(u64, &str, NeighbourKind); 4] = [
    (104, EVENT_LOG, NeighbourKind::LogCleared),
    (1102, EVENT_LOG, NeighbourKind::SecurityLogCleared),
    (2280, WORKER, NeighbourKind::ModuleNotLoaded),
    (2282, WORKER, NeighbourKind::ModuleNotLoaded),
];

/// The neighbour that a row is; `None` for any other event, which most rows are seen to be by a look at their bytes.
pub fn neighbour(fields: &Fields<'_>, scratch: &mut Scratch) -> Option<Neighbour> {
    let names_one =
        |cell: &&&[u8]| NEIGHBOURS.iter().any(|name| memmem::find(cell, name.as_bytes()).is_some());
    fields.cells.iter().find(names_one)?;
    let Scratch { buffer, unwrapped } = scratch;
    let fields = unwrap(fields, unwrapped);
    let cell = |input: EventField| fields.cells.get(input as usize).copied().unwrap_or_default();
    let first = |inputs: &[EventField]| {
        inputs.iter().map(|input| cell(*input)).find(|cell| !cell.is_empty()).unwrap_or_default()
    };
    let raw = first(&[EventField::Raw, EventField::Message]);
    let (mut parts, form, body) = match Whole::of(&fields) {
        Whole::Xml(xml) => {
            let end = memmem::find(raw, b"</System>").unwrap_or_default();
            (xml.parts, Form::Xml, raw.get(end..).unwrap_or_default())
        }
        Whole::Classic(classic) => (classic.parts, Form::Plain, classic.parts.get(Part::Message)),
        Whole::None if json::is_json(raw) => (json::own(raw), Form::Json, raw),
        Whole::None => (Parts::default(), Form::Plain, first(&[EventField::Message, EventField::DataXml])),
    };
    let beside = [
        (Part::Provider, first(&[EventField::SourceName, EventField::ProviderName])),
        (Part::EventId, first(&[EventField::EventCode, EventField::EventId])),
        (Part::Computer, first(&HOSTS)),
        (Part::Time, cell(EventField::Time)),
        (Part::Sid, first(&[EventField::UserId, EventField::Sid, EventField::User])),
    ];
    for (part, cell) in beside {
        if parts.get(part).is_empty() {
            parts[part] = Some(cell);
        }
    }
    let is_of = |known: &str| {
        let name = parts.get(Part::Provider).trim_ascii();
        let start = name.len().checked_sub(known.len());
        let tail = start.and_then(|start| name.get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(known.as_bytes()))
    };
    let numbers = |number: u64| {
        let told = parts.get(Part::EventId);
        if told.is_empty() && form == Form::Json {
            json::has_number(raw, number)
        } else {
            id::number_of(told) == Some(number)
        }
    };
    let &(number, _, kind) = KINDS.iter().find(|(number, known, _)| is_of(known) && numbers(*number))?;
    // Another log's end is no neighbour.
    if kind == NeighbourKind::LogCleared && !pointer::names_log(body) {
        return None;
    }
    let mut decoded = |text: &[u8]| form.decoded(text.trim_ascii(), buffer);
    let user = Some(form)
        .filter(|form| *form == Form::Xml)
        .and_then(|_| element(body, b"<SubjectUserName>"))
        .unwrap_or(parts.get(Part::Sid));
    Some(Neighbour {
        kind,
        number,
        host: decoded(parts.get(Part::Computer)),
        time: decoded(parts.get(Part::Time)),
        actor: decoded(user),
        image: if kind == NeighbourKind::ModuleNotLoaded { decoded(library(body)) } else { String::new() },
    })
}

/// How texts are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Xml,
    Json,
    Plain,
}

impl Form {
    fn decoded(self, text: &[u8], buffer: &mut String) -> String {
        let text = String::from_utf8_lossy(text);
        buffer.clear();
        match self {
            Self::Xml => text::from_xml(&text, buffer).get(buffer).to_owned(),
            Self::Json => text::from_json(&text, buffer).get(buffer).to_owned(),
            Self::Plain => text.into_owned(),
        }
    }
}

/// The text behind a start tag, up to the next tag.
fn element<'t>(text: &'t [u8], tag: &[u8]) -> Option<&'t [u8]> {
    let behind = text.get(memmem::find(text, tag)? + tag.len()..)?;
    behind.get(..memchr::memchr(b'<', behind)?)
}

/// The path of the first library in a text. It may hold blanks: it begins at a drive, a share or a variable.
fn library(text: &[u8]) -> &[u8] {
    const ENDING: &[u8] = b".dll";
    let end = text.windows(ENDING.len()).position(|window| window.eq_ignore_ascii_case(ENDING));
    let before = end.and_then(|end| text.get(..end + ENDING.len())).unwrap_or_default();
    let is_border = |byte: &u8| matches!(byte, b'>' | b'<' | b'"' | b'\'' | b'\n' | b'\r' | b'\t');
    let start = before.iter().rposition(is_border).map_or(0, |border| border + 1);
    let piece = before.get(start..).unwrap_or_default();
    let drive = memchr::memchr(b':', piece).and_then(|colon| colon.checked_sub(1));
    let share = memmem::find(piece, br"\\");
    let variable = memchr::memchr(b'%', piece);
    let path = [drive, share, variable].into_iter().flatten().min();
    let word = || piece.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
    piece.get(path.unwrap_or_else(word)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(fields: &Fields<'_>) -> Option<String> {
        let found = neighbour(fields, &mut Scratch::default())?;
        let Neighbour { kind, number, host, time, actor, image } = found;
        Some([format!("{kind:?}"), number.to_string(), host, time, actor, image].join("|"))
    }

    fn raw(text: &str) -> Option<String> {
        let mut fields = Fields::default();
        fields.set("_raw", text.as_bytes());
        shown(&fields)
    }

    fn xml(provider: &str, id: u32, body: &str) -> String {
        format!(
            "<Event xmlns='x'><System><Provider Name='{provider}'/><EventID>{id}</EventID><TimeCreated SystemTime='t'/>\
             <Channel>System</Channel><Computer>web01</Computer><Security UserID='S-1'/></System>{body}</Event>"
        )
    }

    const CLEARED: &str = "<UserData><LogFileCleared><SubjectUserName>ann&amp;co</SubjectUserName><Channel>\
                           Microsoft-IIS-Configuration/Operational</Channel></LogFileCleared></UserData>";
    const EVENT_LOG: &str = "Microsoft-Windows-Eventlog";
    const WORKER: &str = "Microsoft-Windows-IIS-W3SVC-WP";

    #[test]
    fn neighbours_in_xml() {
        let library = |path: &str| format!("<EventData><Data Name='ModuleDll'>{path}</Data></EventData>");
        for (provider, id, body, expected) in [
            (EVENT_LOG, 104, CLEARED.to_owned(), Some("LogCleared|104|web01|t|ann&co|")),
            (EVENT_LOG, 104, CLEARED.replace("IIS-Configuration", "Sysmon"), None),
            (EVENT_LOG, 1102, String::new(), Some("SecurityLogCleared|1102|web01|t|S-1|")),
            (EVENT_LOG, 1100, CLEARED.to_owned(), None),
            ("Acme", 104, CLEARED.replace("ann", "Eventlog"), None),
            (
                WORKER,
                2280,
                library(r"C:\A &amp; B\x.DLL"),
                Some(r"ModuleNotLoaded|2280|web01|t|S-1|C:\A & B\x.DLL"),
            ),
            (
                WORKER,
                2282,
                library(r"%windir%\x.dll"),
                Some(r"ModuleNotLoaded|2282|web01|t|S-1|%windir%\x.dll"),
            ),
            (WORKER, 2276, library(r"C:\x.dll"), None),
        ] {
            assert_eq!(raw(&xml(provider, id, &body)).as_deref(), expected, "{provider} {id} {body}");
        }
    }

    #[test]
    fn neighbours_in_other_renderings() {
        for (text, expected) in [
            (
                "03/04/2026 09:14:10 AM\nLogName=System\nEventCode=104\nComputerName=web01\nSid=S-1\n\
                 SourceName=Microsoft-Windows-Eventlog\nMessage=Protokoll Microsoft-IIS-Configuration/Operational.",
                Some("LogCleared|104|web01||S-1|"),
            ),
            (
                r#"{"winlog":{"provider_name":"Microsoft-Windows-IIS-W3SVC-WP","event_id":"2280","computer_name":"web01",
                "event_data":{"ModuleDll":"C:\\Program Files\\x.dll"}},"@timestamp":"t"}"#,
                Some(r"ModuleNotLoaded|2280|web01|t||C:\Program Files\x.dll"),
            ),
            (
                r#"{"SourceName":"Microsoft-Windows-Eventlog","EventID":104,"Hostname":"web01","Channel2":"Microsoft-IIS-Configuration/Operational"}"#,
                Some("LogCleared|104|web01|||"),
            ),
            (r#"{"SourceName":"Microsoft-Windows-Eventlog","EventID":104,"Hostname":"web01"}"#, None),
        ] {
            assert_eq!(raw(text).as_deref(), expected, "{text}");
        }
        for (provider, id, message, expected) in [
            (
                "IIS-W3SVC-WP",
                "2280",
                r"The Module DLL C:\Program Files\x.dll failed to load.  The data is the error.",
                Some(r"ModuleNotLoaded|2280|web01||S-1|C:\Program Files\x.dll"),
            ),
            (
                "IIS-W3SVC-WP",
                "2280",
                "The Module DLL x.dll failed to load.",
                Some("ModuleNotLoaded|2280|web01||S-1|x.dll"),
            ),
            ("IIS-W3SVC-WP", "2280", "nothing", Some("ModuleNotLoaded|2280|web01||S-1|")),
            ("Eventlog", "1102", "The audit log was cleared.", Some("SecurityLogCleared|1102|web01||S-1|")),
            ("Other", "1102", "Eventlog", None),
        ] {
            let mut fields = Fields::default();
            for (name, cell) in [
                ("SourceName", provider),
                ("EventID", id),
                ("Message", message),
                ("Computer", "web01"),
                ("Sid", "S-1"),
            ] {
                fields.set(name, cell.as_bytes());
            }
            assert_eq!(shown(&fields).as_deref(), expected, "{provider} {id} {message}");
        }
    }
}
