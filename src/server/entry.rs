//! The sections that register code: which entries each has, and for which place it is written.

use roxmltree::Node;

use super::document::Lines;
use crate::iis::Section;
use crate::origin::Origin;

/// What an element does to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// `add`, `filter`.
    Add,
    /// `remove`.
    Remove,
    /// `clear`.
    Clear,
    /// An element that the list cannot have.
    Unknown(String),
}

/// One element of a list. Texts are as written, empty where the attribute is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub operation: Operation,
    /// The key; `None` where there is none.
    pub name: Option<String>,
    /// The path of the DLL.
    pub image: String,
    /// The managed type.
    pub type_name: String,
    /// The preCondition.
    pub precondition: String,
    /// The requests that a handler takes.
    pub requests: String,
    /// Levels below must not take it away.
    pub is_locked: bool,
    /// Where it stands.
    pub origin: Origin,
}

/// Whether levels below may write a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideMode {
    /// They may.
    Allow,
    /// They must not.
    Deny,
}

/// The `location` element that a section stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// For which place, seen from the level of the file; empty for the level itself.
    pub path: String,
    /// The path as written, where the section stands in a location at all.
    pub written: Option<String>,
    /// What it says of levels below.
    pub mode: Option<OverrideMode>,
    /// It holds for applications below as well.
    pub is_inherited: bool,
}

/// One section as written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Which one.
    pub section: Section,
    /// For which place.
    pub location: Location,
    /// Elements that levels below must not write.
    pub locked_elements: Vec<String>,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Where it stands.
    pub origin: Origin,
}

impl OverrideMode {
    /// What a word says; `None` for one that leaves it as it is.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            _ if word.eq_ignore_ascii_case("Allow") => Some(Self::Allow),
            _ if word.eq_ignore_ascii_case("Deny") => Some(Self::Deny),
            _ => None,
        }
    }
}

impl Location {
    /// Of what stands outside of any location.
    pub(super) fn none() -> Self {
        Self { path: String::new(), written: None, mode: None, is_inherited: true }
    }

    pub(super) fn read(node: Node<'_, '_>) -> Self {
        let written = node.attribute("path").unwrap_or_default();
        let path = written.trim().trim_matches('/');
        let by_mode = node.attribute("overrideMode").and_then(OverrideMode::of);
        let by_switch = node
            .attribute("allowOverride")
            .map(|allows| if is_true(allows) { OverrideMode::Allow } else { OverrideMode::Deny });
        Self {
            path: if path == "." { String::new() } else { path.to_owned() },
            written: Some(written.to_owned()),
            mode: by_mode.or(by_switch),
            is_inherited: node.attribute("inheritInChildApplications").is_none_or(is_true),
        }
    }
}

/// Whether the text of a switch says that it is on.
pub(super) fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

/// The element that adds to a section.
fn adding(section: Section) -> &'static str {
    if section == Section::IsapiFilters { "filter" } else { "add" }
}

/// Reads the entries of a section.
pub(super) fn listing(section: Section, location: Location, node: Node<'_, '_>, lines: &Lines) -> Listing {
    let locked = |attribute: &str| -> Vec<String> {
        let list = node.attribute(attribute).unwrap_or_default();
        list.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let mut locked_elements = locked("lockElements");
    let all_but = locked("lockAllElementsExcept");
    if node.has_attribute("lockAllElementsExcept") {
        let all = [adding(section), "remove", "clear"].into_iter();
        locked_elements.extend(all.filter(|name| !all_but.iter().any(|own| own == name)).map(str::to_owned));
    }
    if locked_elements.iter().any(|name| name == "*") {
        locked_elements = [adding(section), "remove", "clear"].map(str::to_owned).to_vec();
    }
    let elements = node.children().filter(Node::is_element);
    let entries = elements.map(|element| entry(section, element, lines)).collect();
    Listing { section, location, locked_elements, entries, origin: lines.of(node) }
}

fn entry(section: Section, node: Node<'_, '_>, lines: &Lines) -> Entry {
    let text = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
    let operation = match node.tag_name().name() {
        name if name == adding(section) => Operation::Add,
        "remove" => Operation::Remove,
        "clear" => Operation::Clear,
        other => Operation::Unknown(other.to_owned()),
    };
    Entry {
        operation,
        name: node.attribute("name").map(str::to_owned),
        image: section.image_attribute().map(text).unwrap_or_default(),
        type_name: if section.image_attribute().is_none() || section == Section::Handlers {
            text("type")
        } else {
            String::new()
        },
        precondition: text("preCondition"),
        requests: if section == Section::Handlers { text("path") } else { String::new() },
        is_locked: node.attribute("lockItem").is_some_and(is_true),
        origin: lines.of(node),
    }
}

impl Operation {
    /// The name of the element.
    #[must_use]
    pub fn element(&self, section: Section) -> &str {
        match self {
            Self::Add => adding(section),
            Self::Remove => "remove",
            Self::Clear => "clear",
            Self::Unknown(name) => name,
        }
    }
}
