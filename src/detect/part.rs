//! What one row contributes to a change: its key and its facts, as text that survives a trip through SPL.
//!
//! `values()` drops empty cells, sorts and deduplicates each column by itself, so the facts of a row travel whole,
//! as one JSON object in one column.

use std::borrow::Cow;

use serde::de::Error as _;

use super::setting;
use crate::allowlist::Watched;
use crate::event::{Event, Says};
use crate::iis::{Class, ConfigChange, Element, change, clock};

mod facts;
mod straight;

pub use facts::{Part, PartChange};

use facts::write_string;

/// What stands in a roll-up column where there is nothing to say: `BY` drops rows with an empty field.
pub const NOTHING: &str = "-";

impl<'a> Part<'a> {
    /// The facts of an event at `time`, indexed at that other time, where it is known; `None` for a row that is no change of modules or of a watched setting (a commit, another
    /// section).
    #[must_use]
    pub fn of(event: &Event<'a>, time: i64, indexed: Option<i64>, watched: &Watched) -> Option<Self> {
        let (unparsed, change) = match event.says {
            Says::Change(change) => (None, Some(PartChange::of(&change, watched))),
            Says::OtherSection(change) if watched.tells(change.attribute) => {
                (None, Some(PartChange::of(&change, watched)))
            }
            Says::Unparsed(reason) => (Some(Cow::Borrowed(reason.as_str())), None),
            _ => return None,
        };
        Some(Self {
            record: Cow::Borrowed(event.record),
            time,
            actor: Cow::Borrowed(event.actor),
            process: Cow::Borrowed(event.process),
            time_assumed: super::time::parse(event.time).is_none(),
            indexed: clock::far(time, indexed),
            unparsed,
            change,
        })
    }

    /// Writes the part as one line of JSON to the end of `buffer`.
    pub fn write(&self, buffer: &mut Vec<u8>) {
        if !straight::write(self, buffer) {
            // Writing to a vector cannot fail, and every field is a string or a number.
            let _: Result<(), _> = serde_json::to_writer(buffer, self);
        }
    }

    /// Reads a part as [`Part::write`] wrote it. The error says what is wrong and where in the text.
    pub fn read(text: &'a [u8]) -> Result<Self, serde_json::Error> {
        let part = straight::read(text).map_or_else(|| serde_json::from_slice(text), Ok)?;
        if part.unparsed.is_some() == part.change.is_some() {
            return Err(serde_json::Error::custom("a part has either `unparsed` or `change`"));
        }
        Ok(part)
    }
}

impl<'a> PartChange<'a> {
    fn of(change: &ConfigChange<'a>, watched: &Watched) -> Self {
        let (old, new, secret) = setting::copied(change, watched);
        Self {
            section: change.section,
            element: change.element,
            name: Cow::Borrowed(change.name),
            attribute: Cow::Borrowed(change.attribute),
            operation: change.operation,
            old: old.map(Cow::Borrowed),
            new: new.map(Cow::Borrowed),
            appended_image: change.appended_image.map(Cow::Borrowed),
            config_path: Cow::Borrowed(change.config_path),
            location: Cow::Borrowed(change.location),
            source: change.source,
            secret,
            attempted: change.attempted,
        }
    }
}

/// Writes the key that all rows of one change share (`iis_change_key`) to the end of `buffer`: a JSON array of class,
/// configuration path and location (both in lower case: the same site occurs in several spellings), and name. A clear
/// has `*clear*` for a name and one element more, so that a module of that name has another key; a row of the section
/// as a whole, which goes away with all its entries or may have, counts among the clears. A watched setting
/// has its configuration path in place of a name. An unreadable event is a change of its own. [`NOTHING`] for a row that belongs to no change.
pub fn write_key(event: &Event<'_>, watched: &Watched, buffer: &mut Vec<u8>) {
    match event.says {
        Says::Change(change) => {
            write_named(buffer, change.section.class(), change.config_path, change.location);
            if matches!(change.element, Element::Clear | Element::Section) {
                buffer.extend_from_slice(br#""*clear*","clear""#);
            } else {
                write_string(buffer, change.name);
            }
            end_key(buffer, &change);
        }
        Says::OtherSection(change) if watched.tells(change.attribute) => {
            write_named(buffer, Class::Setting, change.config_path, change.location);
            write_string(buffer, change.attribute);
            end_key(buffer, &change);
        }
        Says::Unparsed(reason) => {
            buffer.extend_from_slice(br#"["unparsed","#);
            write_string(buffer, reason.as_str());
            buffer.push(b',');
            write_string(buffer, event.record);
            buffer.push(b']');
        }
        _ => buffer.extend_from_slice(NOTHING.as_bytes()),
    }
}

/// The number of an event in its log, as the roll-up takes it. A change that was not made stands in a log of its own
/// (Administrative), whose numbers say nothing about those of the other: there it is no number.
#[must_use]
pub fn record<'a>(event: &Event<'a>) -> Cow<'a, str> {
    match &event.says {
        Says::Change(change) | Says::OtherSection(change) if change.attempted && !event.record.is_empty() => {
            Cow::Owned(format!("{}:{}", change::ATTEMPTED, event.record))
        }
        _ => Cow::Borrowed(event.record),
    }
}

/// A change that was not made has a key of its own, one element longer.
fn end_key(buffer: &mut Vec<u8>, change: &ConfigChange<'_>) {
    if change.attempted {
        buffer.push(b',');
        write_string(buffer, change::ATTEMPTED);
    }
    buffer.push(b']');
}

/// The key of a named module, as [`write_key`] writes it.
#[must_use]
pub fn key(class: Class, config_path: &str, location: &str, name: &str) -> String {
    let mut buffer = Vec::new();
    write_named(&mut buffer, class, config_path, location);
    write_string(&mut buffer, name);
    buffer.push(b']');
    String::from_utf8_lossy(&buffer).into_owned()
}

fn write_named(buffer: &mut Vec<u8>, class: Class, config_path: &str, location: &str) {
    buffer.push(b'[');
    write_string(buffer, class.as_str());
    buffer.push(b',');
    write_lower_case(buffer, config_path);
    buffer.push(b',');
    write_lower_case(buffer, location);
    buffer.push(b',');
}

/// Writes a JSON string in lower case.
fn write_lower_case(buffer: &mut Vec<u8>, text: &str) {
    if text.is_ascii() {
        let start = buffer.len();
        write_string(buffer, text);
        buffer.iter_mut().skip(start).for_each(u8::make_ascii_lowercase);
    } else {
        write_string(buffer, &text.chars().flat_map(char::to_lowercase).collect::<String>());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::{Fields, Scratch, read};
    use crate::iis::{Operation, Section, ValueSource};

    fn key_of(configuration: &str, config_path: &str, operation: &str) -> String {
        let mut fields = Fields::default();
        for (name, cell) in [
            ("EventCode", "29"),
            ("LogName", "Microsoft-IIS-Configuration/Operational"),
            ("RecordNumber", "7"),
            ("Configuration", configuration),
            ("ConfigPath", config_path),
            ("EditOperationType", operation),
        ] {
            fields.set(name, cell.as_bytes());
        }
        let mut scratch = Scratch::default();
        let event = read(&fields, &mut scratch);
        let mut buffer = Vec::new();
        let watched = Watched::builtin().unwrap();
        write_key(&event, &watched, &mut buffer);
        assert_eq!(
            Part::of(&event, 0, None, &watched).is_some(),
            buffer != NOTHING.as_bytes(),
            "{configuration}"
        );
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn keys() {
        const SITE: &str = "MACHINE/WEBROOT/APPHOST/Default Web Site";
        let server = |name: &str| format!(r#"["module","machine/webroot/apphost","",{name}]"#);
        for (configuration, operation, expected) in [
            (r#"/system.webServer/globalModules/add[@name="X"]/@image"#, "1", server(r#""X""#)),
            (r#"/system.webServer/modules/add[@name="X"]"#, "2", server(r#""X""#)),
            (r#"/system.webServer/modules/remove[@name="x"]"#, "1", server(r#""x""#)),
            ("/system.webServer/modules/clear", "1", server(r#""*clear*","clear""#)),
            (r#"/system.webServer/modules/add[@name="*clear*"]"#, "1", server(r#""*clear*""#)),
            ("/system.webServer/modules", "2", server(r#""*clear*","clear""#)),
            ("/system.webServer/modules", "", server(r#""*clear*","clear""#)),
            ("/system.webServer/modules", "1", NOTHING.to_owned()),
            ("/system.webServer/httpErrors/@errorMode", "3", NOTHING.to_owned()),
            (
                "/system.webServer/httpLogging/@dontLog",
                "3",
                r#"["setting","machine/webroot/apphost","","/system.webServer/httpLogging/@dontLog"]"#
                    .to_owned(),
            ),
            ("/system.webServer/modules/ad", "1", r#"["unparsed","truncated_path","7"]"#.to_owned()),
        ] {
            assert_eq!(
                key_of(configuration, "MACHINE/WEBROOT/APPHOST", operation),
                expected,
                "{configuration}"
            );
        }
        let filter = r#"/system.webServer/isapiFilters/filter[@name="A\B"]/@path"#;
        let expected = r#"["isapi_filter","machine/webroot/apphost/default web site","","A\\B"]"#;
        assert_eq!(key_of(filter, SITE, "1"), expected);
        assert_eq!(key(Class::Module, "MACHINE/WEBROOT/APPHOST", "", "X"), server(r#""X""#));
    }

    #[test]
    fn keys_are_json() {
        let name = "a\"b\\c\u{1}\n\u{1f600}";
        let parsed: Vec<String> = serde_json::from_str(&key(Class::Handler, "P", "L", name)).unwrap();
        assert_eq!(parsed, ["handler", "p", "l", name]);
    }

    proptest! {
        /// Where the straight line reads something, the general way reads the same; and it reads what is written.
        #[test]
        fn the_straight_line_reads_what_the_general_way_reads(
            texts in proptest::collection::vec("[a-z\"\\\\/ é\\x01]{0,6}", 5),
            (time, indexed, flags) in (any::<i64>(), proptest::option::of(any::<i64>()), 0_u8..64),
            edit in proptest::option::of((any::<proptest::sample::Index>(), 0_usize..4, 0_usize..12)),
        ) {
            const HOSTILE: [&str; 12] = ["", "\"", "\\", "}", ",", "0", "-", " ", "\\u0041", "\\n", "null", "{"];
            let text = |number: usize| Cow::Borrowed(texts[number].as_str());
            let shown = |bit: u8, number: usize| (flags & bit != 0).then(|| text(number));
            let change = PartChange {
                section: Section::GlobalModules,
                element: Element::Add,
                name: text(0),
                attribute: text(1),
                operation: Operation::Modify,
                old: shown(1, 2),
                new: shown(2, 3),
                appended_image: shown(4, 4),
                config_path: text(2),
                location: text(3),
                source: (flags & 8 != 0).then_some(ValueSource::EventData),
                secret: None,
                attempted: flags & 16 != 0,
            };
            let is_read = flags & 32 == 0;
            let part = Part {
                record: text(0),
                time,
                actor: text(1),
                process: text(2),
                time_assumed: flags & 16 != 0,
                indexed,
                unparsed: (!is_read).then(|| text(3)),
                change: is_read.then_some(change),
            };
            let mut written = Vec::new();
            part.write(&mut written);
            prop_assert_eq!(&written, &serde_json::to_vec(&part).unwrap());
            let escapes = texts.iter().any(|text| text.contains('\x01'));
            prop_assert!(escapes || straight::read(&written).is_some());
            if let Some((at, length, with)) = edit {
                let (at, end) = (at.index(written.len()), written.len());
                written.splice(at..(at + length).min(end), HOSTILE[with].bytes());
            }
            if let Some(read) = straight::read(&written) {
                prop_assert_eq!(serde_json::from_slice::<Part<'_>>(&written).ok(), Some(read));
            }
        }
    }

    #[test]
    fn a_text_that_is_no_part_is_refused() {
        let head = r#"{"record":"1","time":0,"actor":"","process":"""#;
        assert!(Part::read(format!(r#"{head},"unparsed":"truncated_path"}}"#).as_bytes()).is_ok());
        for text in ["", "-", "{}", "[]", &format!("{head}}}"), &format!(r#"{head},"unparsed":"x"}} x"#)] {
            assert!(Part::read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
