//! Rows that list modules: an inventory or a configuration file.

use super::code::Code;
use super::configured::Configured;
use super::part;
use super::reason::ReasonCode;
use crate::event::Unreadable;
use crate::iis::{FileFacts, Kind, ListOperation, Registration, Section};

/// What `record` says of the rows of a collector that list no module.
const OTHER_RECORDS: [&str; 3] = ["file", "problem", "run"];
/// What it says of those that do, and of those that hold a setting, whose path is the name.
const MODULE_RECORD: &str = "module";
const SETTING_RECORD: &str = "setting";

/// The configuration that all configuration paths begin with.
const MACHINE: &str = "MACHINE";

/// What a row of a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed<'a> {
    /// A module.
    Module(Registration<'a>),
    /// A setting of a configuration.
    Setting {
        /// The setting, without what is known of its file.
        configured: Configured<'a>,
        /// What is known of the file that it names.
        file: Option<Box<FileFacts<'a>>>,
    },
    /// A row that cannot be read.
    Unparsed {
        /// Why.
        reason: ReasonCode,
        /// Its name, where the other cells are to blame.
        name: &'a str,
        /// Its image or type, where it has one.
        shown: &'a str,
    },
    /// Nothing: an empty row.
    Nothing,
    /// A row of a collector about something else than a module.
    OtherRecord,
}

impl<'a> Listed<'a> {
    /// Reads a row, given the cell of each of [`Registration::columns`] by its number.
    #[must_use]
    pub fn read(cell: impl Fn(usize) -> &'a [u8]) -> Self {
        let text = |place| std::str::from_utf8(cell(place));
        let texts: [_; Registration::COLUMNS.len()] = std::array::from_fn(text);
        let [
            name,
            image,
            type_name,
            precondition,
            section,
            operation,
            kind,
            config_path,
            location,
            record,
            requests,
            registered,
            redirected_to,
            value,
        ] = texts;
        // They decide nothing, so that one which is no text is merely not known.
        let facts = FileFacts::new(std::array::from_fn(|place| {
            text(Registration::COLUMNS.len() + place).unwrap_or_default()
        }));
        let is_other = record.is_ok_and(|record| OTHER_RECORDS.contains(&record.trim_ascii()));
        if is_other && name == Ok("") {
            return Self::OtherRecord;
        }
        let operation = word(operation, &ListOperation::ALL, |operation, text| is(text, operation.as_str()));
        let is_clear = operation == Ok(Some(ListOperation::Clear));
        let written = |reason: ReasonCode, name| {
            let shown = [image, type_name].into_iter().flatten().find(|text| !text.is_empty());
            Self::Unparsed { reason, name, shown: shown.unwrap_or_default() }
        };
        let (name, image, type_name, precondition) = match (name, image, type_name, precondition) {
            (Ok(""), Ok(""), Ok(""), _) if !is_clear => return Self::Nothing,
            (Ok(""), ..) if !is_clear => return written(Code::MissingName.into(), ""),
            (Ok(name), Ok(image), Ok(type_name), Ok(precondition)) => (name, image, type_name, precondition),
            _ => return written(Unreadable::InvalidUtf8.into(), ""),
        };
        if record.is_ok_and(|record| is(record.trim_ascii(), SETTING_RECORD)) {
            let Ok((config_path, location)) = place(config_path, location) else {
                return written(Code::UnknownConfigPath.into(), name);
            };
            let removes = !matches!(operation, Ok(None | Some(ListOperation::Add)));
            let Ok(value) = value else { return written(Unreadable::InvalidUtf8.into(), name) };
            let value = Some(value).filter(|_| !removes);
            let configured = Configured { path: name, value, config_path, location, file: None };
            return Self::Setting { configured, file: facts.map(Box::new) };
        }
        // What is not understood is told. A guess could take the row out of the scope of a deny entry.
        let Ok(operation) = operation else { return written(Code::UnknownOperation.into(), name) };
        let Ok(section) = word(section, &Section::ALL, |section, text| is_section(text, *section)) else {
            return written(Code::UnknownSection.into(), name);
        };
        let Ok(kind) = word(kind, &Kind::LISTED, |kind, text| is(text, kind.as_str())) else {
            return written(Code::UnknownKind.into(), name);
        };
        let Ok((config_path, location)) = place(config_path, location) else {
            return written(Code::UnknownConfigPath.into(), name);
        };
        let registration = Registration {
            section,
            kind,
            operation: operation.unwrap_or_default(),
            name,
            image,
            type_name,
            precondition,
            requests: requests.unwrap_or_default(),
            config_path,
            location,
            is_collected: record.is_ok_and(|record| is(record.trim_ascii(), MODULE_RECORD)),
            knows_names: registered.is_ok_and(|cell| !cell.trim_ascii().is_empty()),
            redirected_to: redirected_to.unwrap_or_default(),
            file: facts.map(Box::new),
        };
        // A name shows that there is a module after all: who writes names must not be able to hide it.
        if is_other || registration.contradicts_itself() {
            return written(Code::Contradiction.into(), name);
        }
        Self::Module(registration)
    }
}

/// A cell whose text cannot be used.
#[derive(Debug, PartialEq, Eq)]
struct Unknown;

type Text<'a> = Result<&'a str, std::str::Utf8Error>;

/// The value that a cell names; `None` for an empty cell.
fn word<T: Copy>(cell: Text<'_>, all: &[T], names: impl Fn(&T, &str) -> bool) -> Result<Option<T>, Unknown> {
    match cell.map(str::trim_ascii) {
        Ok("") => Ok(None),
        Ok(text) => all.iter().find(|value| names(value, text)).copied().map(Some).ok_or(Unknown),
        Err(_) => Err(Unknown),
    }
}

fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}

/// A section by its name, or by its path with or without the slash in front.
fn is_section(text: &str, section: Section) -> bool {
    is(text, section.as_str())
        || is(text.strip_prefix('/').unwrap_or(text), section.path().trim_start_matches('/'))
}

/// Configuration path and location path. A location by itself is no place: many lists tell where a server stands by a
/// column of this name.
fn place<'a>(config_path: Text<'a>, location: Text<'a>) -> Result<(&'a str, &'a str), Unknown> {
    let path = config_path.map_err(|_| Unknown)?.trim_ascii();
    if path.is_empty() {
        return Ok(("", ""));
    }
    let (head, _) = path.split_once('/').unwrap_or((path, ""));
    let location = location.map_err(|_| Unknown)?.trim_ascii();
    is(head, MACHINE).then_some((path, location)).ok_or(Unknown)
}

/// The key of a listed module, in the form of a change key; at server level where the list tells no place. An entry that
/// takes modules away has a key of its own, because both can stand in one list.
#[must_use]
pub(super) fn inventory_key(registration: &Registration<'_>) -> String {
    let path = match registration.config_path {
        "" => "machine/webroot/apphost",
        path => path,
    };
    let key = |name| part::key(registration.class(), path, registration.location, name);
    let with =
        |key: String, operation: &str| format!(r#"{},"{operation}"]"#, key.strip_suffix(']').unwrap_or(&key));
    match registration.operation {
        ListOperation::Add => key(registration.name),
        ListOperation::Remove => with(key(registration.name), "remove"),
        ListOperation::Clear => with(key("*clear*"), "clear"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a row of these cells, given by column.
    fn read<'a>(cells: &[(&str, &'a [u8])]) -> Listed<'a> {
        let names: Vec<&str> = Registration::columns().collect();
        assert!(cells.iter().all(|(name, _)| names.contains(name)), "{cells:?}");
        let cell = |place: usize| cells.iter().find(|(name, _)| *name == names[place]);
        Listed::read(|place| cell(place).map_or(b"", |(_, cell)| *cell))
    }

    #[test]
    fn a_row_is_a_module_or_unreadable_or_nothing() {
        const BAD: &[u8] = b"\xff";
        let said = |cells: [&'static [u8]; 4]| {
            let columns = ["name", "image", "type", "preCondition"];
            match read(&columns.into_iter().zip(cells).collect::<Vec<_>>()) {
                Listed::Module(module) => format!("module {} {}", module.name, module.image),
                Listed::Unparsed { reason, name: "", shown } => format!("{} {shown}", reason.as_str()),
                other => format!("{other:?}"),
            }
        };
        for (cells, expected) in [
            ([&b"A"[..], b"a.dll", b"", b""], "module A a.dll"),
            ([b" ", b"", b"", b""], "module   "),
            ([b"", b"", b"", b""], "Nothing"),
            ([b"", b"", b"", b"bitness64"], "Nothing"),
            ([b"", b"a.dll", b"", b""], "missing_name a.dll"),
            ([b"", BAD, b"T", b""], "missing_name T"),
            ([BAD, b"a.dll", b"", b""], "invalid_utf8 a.dll"),
            ([b"A", BAD, b"", b""], "invalid_utf8 "),
            ([b"A", b"", b"", BAD], "invalid_utf8 "),
        ] {
            assert_eq!(said(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn columns_of_a_collector() {
        let row = read(&[
            ("record", b"module"),
            ("name", b"A"),
            ("type", b"A.B, C"),
            ("section", b"/system.webServer/Modules"),
            ("operation", b"Add"),
            ("kind", b"MANAGED "),
            ("config_path", b" machine/webroot/apphost/Shop"),
            ("location", b"api"),
            ("file_sha256", b"00ff"),
            ("pe_original_name", b"\xff"),
        ]);
        let facts = FileFacts { file_sha256: "00ff", ..FileFacts::default() };
        let expected = Registration {
            section: Some(Section::Modules),
            kind: Some(Kind::Managed),
            name: "A",
            type_name: "A.B, C",
            config_path: "machine/webroot/apphost/Shop",
            location: "api",
            is_collected: true,
            file: Some(Box::new(facts)),
            ..Registration::default()
        };
        assert_eq!(row, Listed::Module(expected));
    }

    #[test]
    fn what_is_not_understood_is_told_and_what_is_of_others_is_left_alone() {
        const BAD: &[u8] = b"\xff";
        for (column, cell, expected) in [
            ("section", &b"Finance"[..], "unknown_section"),
            ("section", b"httpHandlers", "unknown_section"),
            ("section", BAD, "unknown_section"),
            ("section", b" ", ""),
            ("section", b"system.webServer/globalModules", ""),
            ("section", b"ISAPIFilters", ""),
            ("kind", b"production", "unknown_kind"),
            ("kind", b"isapi filter", "unknown_kind"),
            ("kind", b"Handler", ""),
            ("kind", b"managed", "contradiction"),
            ("operation", b"installed", "unknown_operation"),
            ("operation", b"clear", "contradiction"),
            ("operation", b"remove", ""),
            ("config_path", b"C:\\Windows\\System32\\inetsrv\\config", "unknown_config_path"),
            ("config_path", b"MACHINERY/WEBROOT", "unknown_config_path"),
            ("config_path", BAD, "unknown_config_path"),
            ("config_path", b"MACHINE", ""),
            ("location", b"Berlin", ""),
            ("location", BAD, ""),
            ("record", b"4711", ""),
            ("file_status", BAD, ""),
        ] {
            let row = read(&[("name", b"A"), ("image", b"a.dll"), (column, cell)]);
            let reason = match &row {
                Listed::Unparsed { reason, name: "A", shown: "a.dll" } => reason.as_str(),
                Listed::Module(module) => {
                    assert_eq!(module.location, "", "{column}");
                    ""
                }
                other => panic!("{column} {cell:?}: {other:?}"),
            };
            assert_eq!(reason, expected, "{column} {cell:?}");
        }
        for (record, expected) in [
            (&b"run"[..], Listed::OtherRecord),
            (b"file", Listed::OtherRecord),
            (b"problem", Listed::OtherRecord),
        ] {
            assert_eq!(read(&[("record", record), ("image", b"a.dll"), ("section", b"?")]), expected);
            let named = read(&[("record", record), ("name", b"A"), ("image", b"a.dll")]);
            let told = Listed::Unparsed { reason: Code::Contradiction.into(), name: "A", shown: "a.dll" };
            assert_eq!(named, told);
        }
        assert_eq!(read(&[("section", b"Finance"), ("location", b"Berlin")]), Listed::Nothing);
    }

    #[test]
    fn a_key_names_the_place_and_what_takes_modules_away() {
        let site = "MACHINE/WEBROOT/APPHOST/Shop";
        for (cells, expected) in [
            (vec![("name", "X")], r#"["module","machine/webroot/apphost","","X"]"#),
            (
                vec![("name", "X]"), ("config_path", site), ("location", "Api")],
                r#"["module","machine/webroot/apphost/shop","api","X]"]"#,
            ),
            (
                vec![("name", "X"), ("section", "isapiFilters")],
                r#"["isapi_filter","machine/webroot/apphost","","X"]"#,
            ),
            (
                vec![("name", "X]"), ("operation", "remove")],
                r#"["module","machine/webroot/apphost","","X]","remove"]"#,
            ),
            (
                vec![("operation", "clear"), ("config_path", site)],
                r#"["module","machine/webroot/apphost/shop","","*clear*","clear"]"#,
            ),
        ] {
            let cells: Vec<(&str, &[u8])> =
                cells.iter().map(|(name, cell)| (*name, cell.as_bytes())).collect();
            let Listed::Module(registration) = read(&cells) else { panic!("{cells:?}") };
            assert_eq!(inventory_key(&registration), expected);
        }
    }
}
