//! The XPath-like configuration path of event 29, e.g.
//! `/system.webServer/globalModules/add[@name="X"]/@image`.

use super::module::{Element, Section};

/// A configuration path, taken apart. Borrows from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigPath<'a> {
    /// The section.
    pub section: Section,
    /// The element.
    pub element: Element,
    /// The value of the `name` key; empty where there is none.
    pub name: &'a str,
    /// The attribute after the last `/@` outside the key; empty for an element row.
    pub attribute: &'a str,
}

/// What a text says as a configuration path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// A section that registers code.
    Module(ConfigPath<'a>),
    /// A well-formed path of some other section.
    OtherSection,
    /// No configuration path, or one that breaks off; the reason code says which.
    Malformed(&'static str),
}

/// Takes a configuration path apart.
#[must_use]
pub fn parse(_text: &str) -> Parsed<'_> {
    Parsed::OtherSection
}
