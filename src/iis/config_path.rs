//! The XPath-like configuration path of event 29, e.g.
//! `/system.webServer/globalModules/add[@name="X"]/@image`.
//!
//! The path is written by the configuration system, but the key in it is chosen by whoever adds the module. How a
//! quote inside a key is escaped is not known, so a path is taken apart from both ends: a path of an element ends in
//! `"]`, a path of an attribute in `"]/@attribute`, and everything between the first quote and that end is the key.
//! A name that holds `"]`, `' at '` or brackets is therefore read whole.

use memchr::{memchr_iter, memchr2};

use super::module::{Element, Section};

/// What keeps a text from being a configuration path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFault {
    /// The text is empty or does not begin like a path.
    None,
    /// The path breaks off.
    Truncated,
    /// The section is known, the element in it is not.
    UnknownElement,
    /// The path begins or goes on in a way that no known event does.
    UnknownForm,
    /// The element has no `name` among its keys.
    NoNameKey,
    /// The `name` key is empty.
    EmptyName,
}

/// A configuration path, taken apart. Borrows from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigPath<'a> {
    /// The section.
    pub section: Section,
    /// The element.
    pub element: Element,
    /// The value of the `name` key; empty where there is none (`clear`, the bare section).
    pub name: &'a str,
    /// The attribute after the last `/@` outside the key; empty for an element row.
    pub attribute: &'a str,
    /// The element has other keys beside `name`. The sections read here have one key only (their schema), so a
    /// crafted name (`X" and @id="1`) looks the same: whoever can check the name elsewhere should.
    pub joined: bool,
}

/// What a text says as a configuration path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// A section that registers code.
    Module(ConfigPath<'a>),
    /// A well-formed path of some other section, or an attribute of a section as a whole
    /// (`/system.webServer/modules/@runAllManagedModulesForAllRequests`): no module.
    OtherSection,
    /// No configuration path, or one that breaks off.
    Malformed(PathFault),
}

const SECTIONS: [Section; 5] = [
    Section::GlobalModules,
    Section::Modules,
    Section::Handlers,
    Section::IsapiFilters,
    Section::HttpModules,
];

/// Attributes in the schema's spelling; a path that writes one in another case means the same one.
const ATTRIBUTES: [&str; 7] =
    ["name", "image", "type", "preCondition", "path", "scriptProcessor", "lockItem"];

/// Takes a configuration path apart. Never fails, and is linear in the length of `text`; blanks around it do not count.
///
/// Section, element and attribute names are compared without case. IIS writes them in the schema's case, but
/// whether a path keeps the spelling a caller used is not known, and a module must not become another section's
/// noise by being added to `GlobalModules`. The name is never changed.
#[must_use]
pub fn parse(text: &str) -> Parsed<'_> {
    let path = text.trim_ascii();
    match section(path) {
        Some((section, "")) => module(section, Element::Section, "", ""),
        Some((section, rest)) => match rest.strip_prefix('/') {
            Some(rest) => within(section, rest),
            None => Parsed::Malformed(PathFault::UnknownForm),
        },
        None => outside(path),
    }
}

/// The section whose path `path` begins with, and what follows: nothing, or text from `/` or `[` on.
fn section(path: &str) -> Option<(Section, &str)> {
    SECTIONS.into_iter().find_map(|section| {
        let rest = strip_prefix_ignoring_case(path, section.path())?;
        (rest.is_empty() || rest.starts_with(['/', '['])).then_some((section, rest))
    })
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    // The spelling of the schema is the one that occurs: comparing without case comes second.
    if let Some(rest) = text.strip_prefix(prefix) {
        return Some(rest);
    }
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// A path that is not in one of the sections.
fn outside(path: &str) -> Parsed<'_> {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'/') || bytes.get(1).is_some_and(|b| !b.is_ascii_alphabetic()) {
        return Parsed::Malformed(PathFault::None);
    }
    let breaks_off = path.ends_with('/')
        || SECTIONS.iter().any(|section| strip_prefix_ignoring_case(section.path(), path).is_some());
    if breaks_off {
        return Parsed::Malformed(PathFault::Truncated);
    }
    // A path that names the file's root or a `location` first may go on in any section; no known event has one.
    let rooted = ["/location", "/configuration"].into_iter().any(|root| {
        strip_prefix_ignoring_case(path, root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']))
    });
    // Nor has any an empty part, behind which the section would begin.
    let is_doubled = path.split('[').next().is_some_and(|parts| parts.contains("//"));
    if rooted || is_doubled { Parsed::Malformed(PathFault::UnknownForm) } else { Parsed::OtherSection }
}

/// What follows the section and its `/`.
fn within(section: Section, rest: &str) -> Parsed<'_> {
    if rest.is_empty() {
        return Parsed::Malformed(PathFault::Truncated);
    }
    if let Some(attribute) = rest.strip_prefix('@') {
        return if is_identifier(attribute) {
            Parsed::OtherSection
        } else {
            Parsed::Malformed(PathFault::Truncated)
        };
    }
    let end = memchr2(b'[', b'/', rest.as_bytes()).unwrap_or(rest.len());
    let (word, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let Some(element) = element(word) else {
        let cut = tail.is_empty()
            && ELEMENTS.iter().any(|(known, _)| strip_prefix_ignoring_case(known, word).is_some());
        return Parsed::Malformed(if cut { PathFault::Truncated } else { PathFault::UnknownElement });
    };
    if element == Element::Clear {
        return match tail.strip_prefix("/@") {
            _ if tail.is_empty() => module(section, element, "", ""),
            Some(attribute) if is_identifier(attribute) => module(section, element, "", attribute),
            Some(_) => Parsed::Malformed(PathFault::Truncated),
            None => Parsed::Malformed(PathFault::UnknownForm),
        };
    }
    match tail.strip_prefix('[') {
        Some(keyed) => match keyed_element(keyed) {
            Ok((name, joined, attribute)) => Parsed::Module(ConfigPath {
                section,
                element,
                name,
                attribute: canonical_attribute(attribute),
                joined,
            }),
            Err(fault) => Parsed::Malformed(fault),
        },
        None if tail.is_empty() => Parsed::Malformed(PathFault::Truncated),
        None => Parsed::Malformed(PathFault::NoNameKey),
    }
}

fn module<'a>(section: Section, element: Element, name: &'a str, attribute: &'a str) -> Parsed<'a> {
    let attribute = canonical_attribute(attribute);
    Parsed::Module(ConfigPath { section, element, name, attribute, joined: false })
}

const ELEMENTS: [(&str, Element); 4] =
    [("add", Element::Add), ("filter", Element::Add), ("remove", Element::Remove), ("clear", Element::Clear)];

fn element(word: &str) -> Option<Element> {
    if word == "add" {
        return Some(Element::Add);
    }
    ELEMENTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|&(_, element)| element)
}

fn canonical_attribute(attribute: &str) -> &str {
    if attribute.is_empty() || ATTRIBUTES.contains(&attribute) {
        return attribute;
    }
    ATTRIBUTES.into_iter().find(|known| known.eq_ignore_ascii_case(attribute)).unwrap_or(attribute)
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Reads `@name="X"]` or `@name="X"]/@attribute`: the name, whether other keys were joined, the attribute.
fn keyed_element(keyed: &str) -> Result<(&str, bool, &str), PathFault> {
    let (keys, attribute) = if let Some(keys) = keyed.strip_suffix(']') {
        (keys, "")
    } else {
        let at = keyed.bytes().rposition(|b| b == b'@').ok_or(PathFault::Truncated)?;
        let (before, attribute) = keyed.split_at_checked(at).ok_or(PathFault::Truncated)?;
        let attribute = attribute.strip_prefix('@').unwrap_or(attribute);
        let keys = before.strip_suffix("]/").ok_or(PathFault::Truncated)?;
        if !is_identifier(attribute) {
            return Err(PathFault::Truncated);
        }
        (keys, attribute)
    };
    let (name, joined) = name_key(keys)?;
    if name.is_empty() { Err(PathFault::EmptyName) } else { Ok((name, joined, attribute)) }
}

/// The value of the `name` key in `@name="X"` or `@name="X" and @id="1"`, and whether other keys are there.
///
/// A second `name` cannot be a key, and a name cannot be empty: then the joint is part of the name, and the name runs
/// to the last quote.
fn name_key(keys: &str) -> Result<(&str, bool), PathFault> {
    let (mut key, mut quote, mut at) = key_start(keys, 0).ok_or(PathFault::NoNameKey)?;
    let last = keys.len().checked_sub(1).ok_or(PathFault::Truncated)?;
    let mut name: Option<(usize, usize)> = None;
    let mut count = 0_usize;
    loop {
        count += 1;
        let joint = next_joint(keys, at, quote);
        let end = joint.as_ref().map_or(last, |joint| joint.end);
        // The closing quote of the last key must be the one that opened it, and not the opening one itself. Where it
        // is not, the joint before that key was a part of the name.
        if joint.is_none() && (last < at || keys.as_bytes().get(last) != Some(&quote)) {
            return name.map_or(Err(PathFault::Truncated), |(start, _)| whole(keys, start, last));
        }
        if key.eq_ignore_ascii_case("name") {
            if let Some((start, _)) = name {
                return whole(keys, start, last);
            }
            name = Some((at, end));
        }
        let Some(joint) = joint else { break };
        (key, quote, at) = joint.next;
    }
    let (start, end) = name.ok_or(PathFault::NoNameKey)?;
    if start == end {
        // No module's name is empty: a joint is its beginning.
        return whole(keys, start, last);
    }
    Ok((keys.get(start..end).ok_or(PathFault::Truncated)?, count > 1))
}

/// A crafted name that imitates joined keys: everything up to the last character, which must be the quote that
/// opened it.
fn whole(keys: &str, start: usize, last: usize) -> Result<(&str, bool), PathFault> {
    let opened = start.checked_sub(1).and_then(|i| keys.as_bytes().get(i));
    if opened != keys.as_bytes().get(last) {
        return Err(PathFault::Truncated);
    }
    Ok((keys.get(start..last).ok_or(PathFault::Truncated)?, false))
}

struct Joint<'a> {
    /// Where the value before the joint ends.
    end: usize,
    /// Key, quote and start of the value after the joint.
    next: (&'a str, u8, usize),
}

/// The first `" and @key="` at or after `from`.
fn next_joint(keys: &str, from: usize, quote: u8) -> Option<Joint<'_>> {
    const JOINT: &[u8] = b" and @";
    let tail = keys.as_bytes().get(from..)?;
    memchr_iter(quote, tail).find_map(|i| {
        tail.get(i + 1..)?.starts_with(JOINT).then_some(())?;
        let end = from + i;
        Some(Joint { end, next: key_start(keys, end + JOINT.len())? })
    })
}

/// Reads `@key="` at `at`: the key, the quote and where the value starts.
fn key_start(keys: &str, at: usize) -> Option<(&str, u8, usize)> {
    let text = keys.get(at..)?.strip_prefix('@')?;
    // Not a search for `=`: over many joints without one it would make the whole quadratic.
    let equals = text.bytes().position(|b| !b.is_ascii_alphanumeric())?;
    let key =
        text.get(..equals).filter(|key| !key.is_empty() && text.as_bytes().get(equals) == Some(&b'='))?;
    let quote = *text.as_bytes().get(equals + 1).filter(|b| matches!(b, b'"' | b'\''))?;
    Some((key, quote, at + 1 + equals + 2))
}

#[cfg(test)]
mod tests;
