//! Settings of sections that register no module: those that are asked for, by their configuration path.

use roxmltree::Node;

use super::document::Lines;
use super::source::{Beside, with_section};
use super::trouble::Trouble;
use crate::iis::Section;
use crate::origin::Origin;

/// Which settings are asked for. Only these are taken out of a file.
pub trait Wanted {
    /// The attribute by which an element of a list is known; `element` is its path without keys.
    fn key(&self, element: &str) -> Option<&str>;
    /// Whether the setting with this configuration path and value is asked for. A value that must not be copied never is.
    fn has(&self, path: &str, value: &str) -> bool;
    /// Whether any setting at or below this path without keys is asked for.
    fn has_below(&self, element: &str) -> bool;
}

/// A setting as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// Its configuration path, in the form of event 29.
    pub path: String,
    /// Its value; `None` for a `remove` or `clear`.
    pub value: Option<String>,
    /// For which place below the level of the file; empty for the level itself.
    pub location: String,
    /// Where it stands.
    pub origin: Origin,
}

/// Takes settings out of elements and what is in them.
pub(super) struct Walk<'w> {
    pub wanted: &'w dyn Wanted,
    pub beside: Beside<'w>,
    /// The location that they stand in.
    pub location: &'w str,
    pub rows: &'w mut Vec<SettingRow>,
    pub troubles: &'w mut Vec<Trouble>,
}

impl Walk<'_> {
    /// `above` and `plain_above` are the configuration path of the element above, with keys and without.
    pub fn element(&mut self, node: Node<'_, '_>, lines: &Lines, above: &str, plain_above: &str) {
        let plain = format!("{plain_above}/{}", node.tag_name().name());
        if Section::ALL.iter().any(|section| section.path() == plain) || !self.wanted.has_below(&plain) {
            return;
        }
        let read = with_section(node, lines, self.beside, |node, lines| {
            self.content(node, lines, above, &plain);
        });
        self.troubles.extend(read.err());
    }

    fn content(&mut self, node: Node<'_, '_>, lines: &Lines, above: &str, plain: &str) {
        let name = node.tag_name().name();
        let key = self.wanted.key(plain).and_then(|key| Some((key, node.attribute(key)?)));
        let path = match key {
            Some((key, value)) => format!("{above}/{name}[@{key}=\"{value}\"]"),
            None => format!("{above}/{name}"),
        };
        if matches!(name, "remove" | "clear") {
            self.take(&path, None, lines.of(node));
            return;
        }
        for attribute in node.attributes() {
            let path = format!("{path}/@{}", attribute.name());
            self.take(&path, Some(attribute.value()), lines.of(node));
        }
        for child in node.children().filter(Node::is_element) {
            self.element(child, lines, &path, plain);
        }
    }

    fn take(&mut self, path: &str, value: Option<&str>, origin: Origin) {
        if self.wanted.has(path, value.unwrap_or_default()) {
            let (path, value) = (path.to_owned(), value.map(str::to_owned));
            self.rows.push(SettingRow { path, value, location: self.location.to_owned(), origin });
        }
    }
}
