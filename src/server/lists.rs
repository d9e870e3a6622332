//! Lists of modules that tools print on a server: `appcmd list module`, as XML and as text, and `Get-WebGlobalModule`, as a list, as
//! CSV and as CLIXML. What a file is tells its content.

use std::sync::Arc;

use roxmltree::Node;

use super::document::Lines;
use super::entry::{Entry, Listing, Location, Operation};
use super::trouble::{Code, Trouble};
use crate::iis::Section;
use crate::origin::Origin;

/// What a line of appcmd begins with.
const MODULE: &str = "MODULE \"";
/// What a list of modules has, in lower case.
const NAMES: [&str; 5] = ["name", "image", "path", "type", "precondition"];

/// The sections that a list stands for, and what of it is not understood.
pub(super) type Read = (Vec<Listing>, Vec<Trouble>);

/// One module of a list, as written.
#[derive(Debug, Default)]
struct Listed {
    /// Some of it is not written as such a list is, or is cut off.
    is_broken: bool,
    name: String,
    image: String,
    type_name: String,
    precondition: String,
}

impl Listed {
    /// Takes a value by its name, whatever the case of that. The first one counts.
    fn set(&mut self, name: &str, value: &str) {
        let cell = match name.to_ascii_lowercase().as_str() {
            "name" | "module.name" => &mut self.name,
            "image" | "path" => &mut self.image,
            "type" => &mut self.type_name,
            "precondition" => &mut self.precondition,
            _ => return,
        };
        if cell.is_empty() {
            value.clone_into(cell);
        }
    }

    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.image.is_empty() && self.type_name.is_empty()
    }

    /// What cannot be read, wherever it stands.
    fn broken() -> Self {
        Self { is_broken: true, ..Self::default() }
    }
}

/// The sections that a list stands for: what has an image is registered, and the others are enabled.
fn listings(found: Vec<(Listed, Origin)>, file: &Arc<str>) -> Result<Read, Trouble> {
    let whole = || Origin::of_file(Arc::clone(file));
    let section = |section| Listing {
        section,
        location: Location::none(),
        locked_elements: Vec::new(),
        entries: Vec::new(),
        origin: whole(),
    };
    let (mut native, mut enabled) = (section(Section::GlobalModules), section(Section::Modules));
    let mut troubles = Vec::new();
    for (listed, origin) in found {
        if listed.is_broken {
            let what = "it is not written as the list is, or cut off: print the list again";
            troubles.push(Trouble::new(Code::NotUnderstood, origin.clone(), what));
        }
        if listed.is_empty() {
            continue;
        }
        let to = if listed.image.is_empty() { &mut enabled } else { &mut native };
        to.entries.push(Entry {
            operation: Operation::Add,
            name: Some(listed.name).filter(|name| !name.is_empty()),
            image: listed.image,
            type_name: listed.type_name,
            precondition: listed.precondition,
            requests: String::new(),
            is_locked: false,
            origin,
        });
    }
    let all = [native, enabled].into_iter().filter(|listing| !listing.entries.is_empty());
    let all: Vec<Listing> = all.collect();
    if all.is_empty() {
        let what = "it is a list of modules without any module in it";
        return Err(Trouble::new(Code::NotConfiguration, whole(), what));
    }
    Ok((all, troubles))
}

/// The list in an XML document; `None` where it is none.
pub(super) fn of_xml(root: Node<'_, '_>, lines: &Lines, file: &Arc<str>) -> Option<Result<Read, Trouble>> {
    let read: fn(Node<'_, '_>, &mut Listed) = match root.tag_name().name() {
        "appcmd" => of_appcmd,
        "Objs" => of_object,
        _ => return None,
    };
    let found = root.children().filter(Node::is_element).map(|node| {
        let mut listed = Listed::default();
        read(node, &mut listed);
        listed.is_broken |= listed.is_empty();
        (listed, lines.of(node))
    });
    Some(listings(found.collect(), file))
}

/// `<MODULE MODULE.NAME="…" …>`, with the element of the configuration in it where that was asked for.
fn of_appcmd(node: Node<'_, '_>, listed: &mut Listed) {
    if node.tag_name().name() != "MODULE" {
        return;
    }
    for own in node.descendants().filter(Node::is_element) {
        own.attributes().for_each(|attribute| listed.set(attribute.name(), attribute.value()));
    }
}

/// The properties of an object of PowerShell that are its own, and texts.
fn of_object(node: Node<'_, '_>, listed: &mut Listed) {
    for group in node.children().filter(Node::is_element) {
        for property in group.children().filter(|own| own.tag_name().name() == "S") {
            let name = property.attribute("N").unwrap_or_default();
            listed.set(name, &unescaped(property.text().unwrap_or_default()));
        }
    }
}

/// A text behind `_x000A_`, as PowerShell writes characters that XML has no way to write.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("_x") {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let digits = from.get(2..6).filter(|_| from.get(6..7) == Some("_"));
        let character =
            digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match character {
            Some(character) => out.push(character),
            None => out.push_str("_x"),
        }
        rest = from.get(if character.is_some() { 7 } else { 2 }..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The list in a text that is no XML; `None` where it is none.
pub(super) fn of_text(text: &str, file: &Arc<str>) -> Option<Result<Read, Trouble>> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let found = if first.starts_with(MODULE) {
        let written = lines(text).filter(|(line, _)| !line.trim().is_empty());
        written.map(|(line, number)| (of_line(line).unwrap_or_else(Listed::broken), number)).collect()
    } else if pair(first).is_some_and(|(name, _)| NAMES.contains(&name.to_ascii_lowercase().as_str())) {
        of_blocks(text)
    } else {
        let delimiter = [b',', b';', b'\t'].into_iter().find(|delimiter| is_header(first, *delimiter))?;
        of_table(text, delimiter)
    };
    let at = |number| Origin::of_line(Arc::clone(file), number);
    Some(listings(found.into_iter().map(|(listed, number)| (listed, at(number))).collect(), file))
}

fn lines(text: &str) -> impl Iterator<Item = (&str, u64)> {
    text.lines().zip(1_u64..)
}

/// `MODULE "Name" ( type:A.B, preCondition:managedHandler )`, or `( native, preCondition: )`.
fn of_line(line: &str) -> Option<Listed> {
    let (name, rest) = line.trim().strip_prefix(MODULE)?.rsplit_once("\" (")?;
    let closed = rest.trim().strip_suffix(')');
    let rest = closed.unwrap_or(rest).trim();
    // The type has commas of its own, and preCondition stands last.
    let (head, precondition) = rest.rsplit_once("preCondition:").unwrap_or((rest, ""));
    let head = head.trim().trim_end_matches(',').trim();
    let type_name = head.strip_prefix("type:").unwrap_or_default().trim();
    Some(Listed {
        name: name.to_owned(),
        image: String::new(),
        type_name: type_name.to_owned(),
        precondition: precondition.trim().to_owned(),
        is_broken: closed.is_none(),
    })
}

/// `Name : value`.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    is_name.then_some((name, value.trim()))
}

/// Blocks of `Name : value`, each divided by an empty line. What a console has broken is put together.
fn of_blocks(text: &str) -> Vec<(Listed, u64)> {
    let mut found: Vec<(Vec<(String, String)>, u64)> = Vec::new();
    let mut is_open = false;
    for (line, number) in lines(text) {
        if line.trim().is_empty() {
            is_open = false;
        } else if let Some((name, value)) = pair(line).filter(|_| !line.starts_with([' ', '\t'])) {
            if !is_open || name.eq_ignore_ascii_case("name") {
                found.push((Vec::new(), number));
                is_open = true;
            }
            if let Some((own, _)) = found.last_mut() {
                own.push((name.to_owned(), value.to_owned()));
            }
        } else if let Some((_, value)) = found.last_mut().and_then(|(own, _)| own.last_mut()) {
            value.push_str(line.trim());
        }
    }
    let listed = |pairs: Vec<(String, String)>| {
        let mut listed = Listed::default();
        for (name, value) in &pairs {
            listed.set(name, value);
        }
        listed
    };
    found.into_iter().map(|(pairs, number)| (listed(pairs), number)).collect()
}

/// Whether a line is the header of a table of modules.
fn is_header(line: &str, delimiter: u8) -> bool {
    let cells: Vec<String> = line
        .split(char::from(delimiter))
        .map(|cell| cell.trim().trim_matches('"').to_ascii_lowercase())
        .collect();
    let has = |names: &[&str]| cells.iter().any(|cell| names.contains(&cell.as_str()));
    has(&["name"]) && has(&["image", "path", "type"])
}

fn of_table(text: &str, delimiter: u8) -> Vec<(Listed, u64)> {
    // The type of the objects stands before the header.
    let is_before = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let before: Vec<&str> = text.split_inclusive('\n').take_while(is_before).collect();
    let table = text.get(before.iter().map(|line| line.len()).sum()..).unwrap_or_default();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(table.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(_) => return Vec::new(),
    };
    let mut found = Vec::new();
    let (mut looked, mut feeds) = (0, before.len() as u64);
    // A text in memory that is UTF-8 has no row that cannot be read.
    for record in reader.records().filter_map(Result::ok) {
        let mut listed = Listed::default();
        names.iter().zip(&record).for_each(|(name, value)| listed.set(name.trim(), value));
        let is_blank = record.iter().all(|cell| cell.trim().is_empty());
        listed.is_broken = record.len() != names.len() && !is_blank;
        // The crate says where the end of the line before begins.
        let at =
            record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(looked);
        let passed = table.get(looked..at).unwrap_or_default();
        let rest = table.get(at..).unwrap_or_default();
        let between =
            rest.get(..rest.len() - rest.trim_start_matches(['\r', '\n']).len()).unwrap_or_default();
        feeds += [passed, between].map(|text| text.matches('\n').count() as u64).iter().sum::<u64>();
        looked = at + between.len();
        found.push((listed, feeds + 1));
    }
    // A quote that nothing closes takes in all that follows it.
    if table.matches('"').count() % 2 == 1
        && let Some((last, _)) = found.last_mut()
    {
        last.is_broken = true;
    }
    found
}
