//! The bytes of a file as XML, within bounds.

use std::sync::Arc;

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::text;
use super::trouble::{Code, Trouble};
use crate::origin::Origin;

/// Bytes of one file. The largest public server configuration has 250 kB; one with ten thousand sites has some megabytes.
pub(super) const LARGEST: usize = 64 << 20;
/// Elements, attributes and texts of one file.
const MOST_NODES: u32 = 4_000_000;
/// Elements in each other. The schemas of IIS and ASP.NET need 12.
const DEEPEST: usize = 64;

/// Places of a text by line.
pub(super) struct Lines {
    file: Arc<str>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Lines {
    fn new(file: &Arc<str>, text: &str) -> Self {
        Self { file: Arc::clone(file), ends: memchr::memchr_iter(b'\n', text.as_bytes()).collect() }
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> u64 {
        self.ends.partition_point(|end| *end < at) as u64 + 1
    }

    /// Where an element stands.
    pub fn of(&self, node: Node<'_, '_>) -> Origin {
        Origin::of_line(Arc::clone(&self.file), self.line(node.range().start))
    }
}

/// Gives the root element of a file to `read`.
pub(super) fn with_root<T>(
    bytes: &[u8],
    file: &Arc<str>,
    read: impl FnOnce(Node<'_, '_>, &Lines) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let whole = || Origin::of_file(Arc::clone(file));
    if bytes.len() > LARGEST {
        let text = format!("it has more than {} MiB", LARGEST >> 20);
        return Err(Trouble::new(Code::TooLarge, whole(), text));
    }
    let text = text::decode(bytes).map_err(|fault| {
        Trouble::new(Code::Encoding, Origin { offset: Some(fault.offset), ..whole() }, fault.what)
    })?;
    let lines = Lines::new(file, &text);
    // White space before a declaration is refused by XML; files that editors left so are read all the same.
    let trimmed = text.trim_start();
    let before = text.len() - trimmed.len();
    let blank = memchr::memchr_iter(b'\n', text.as_bytes().get(..before).unwrap_or_default()).count();
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(trimmed, options)
        .map_err(|error| trouble(&error, &lines, trimmed, blank))?;
    let lines = Lines { ends: lines.ends.iter().map(|end| end.saturating_sub(before)).collect(), ..lines };
    if let Some(deep) = deepest(document.root_element()) {
        let text = format!("it has more than {DEEPEST} elements in each other");
        return Err(Trouble::new(Code::TooLarge, lines.of(deep), text));
    }
    read(document.root_element(), &lines)
}

fn trouble(error: &Error, lines: &Lines, text: &str, blank: usize) -> Trouble {
    let at_line = |line: u64| Origin::of_line(Arc::clone(&lines.file), line);
    let last = lines.line(usize::MAX);
    match error {
        Error::DtdDetected => {
            let at = text.find("<!DOCTYPE").unwrap_or_default();
            let line = text.get(..at).map_or(0, |head| head.matches('\n').count()) + blank + 1;
            let what = "it has a document type, which no configuration of IIS has; it was not read";
            Trouble::new(Code::Doctype, at_line(line as u64), what)
        }
        Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => {
            Trouble::new(Code::TooLarge, Origin::of_file(Arc::clone(&lines.file)), "it has too many elements")
        }
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream | Error::NoRootNode => {
            let what = if text.is_empty() { "it is empty" } else { "it ends in the middle" };
            Trouble::new(Code::NotXml, at_line(last), what)
        }
        error => {
            let place = error.pos();
            let origin = Origin {
                column: Some(place.col.to_string().into()),
                ..at_line(u64::from(place.row) + blank as u64)
            };
            Trouble::new(Code::NotXml, origin, format!("it is no sound XML: {}", what(error)))
        }
    }
}

/// What is wrong, without the place, which the crate tells in the middle of the text.
fn what(error: &Error) -> String {
    error.to_string().replace(&format!(" at {}", error.pos()), "")
}

/// An element that lies too deep.
fn deepest<'a, 'i>(root: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let mut level = vec![root];
    for _ in 0..DEEPEST {
        level = level.iter().flat_map(Node::children).filter(Node::is_element).collect();
    }
    level.first().copied()
}

/// The elements in an element that have this name, in any namespace.
pub(super) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The elements at a path below an element, in the order of the document.
pub(super) fn below<'a, 'i: 'a>(node: Node<'a, 'i>, path: &'a str) -> Vec<Node<'a, 'i>> {
    path.split('/')
        .fold(vec![node], |nodes, name| nodes.into_iter().flat_map(|node| children(node, name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let read = |root: Node<'_, '_>, lines: &Lines| {
            Ok(root.descendants().filter(Node::is_element).map(|node| lines.of(node).line.unwrap()).collect())
        };
        match with_root(text.as_bytes(), &"f".into(), read) {
            Ok::<Vec<u64>, _>(lines) => format!("{lines:?}"),
            Err(trouble) => format!("{} {} {}", trouble.code.as_str(), trouble.origin, trouble.text),
        }
    }

    #[test]
    fn lines_and_faults() {
        let deep = |count: usize| "<a>".repeat(count) + &"</a>".repeat(count);
        for (text, expected) in [
            ("<a>\n<b/>\n\n <c\n x='1'/></a>", "[1, 2, 4]"),
            ("\r\n \n<?xml version=\"1.0\"?>\r\n<a/>", "[4]"),
            ("<a>\n<b>\n</a>", "not_xml f, line 3, column 1 it is no sound XML: expected 'b' tag, not 'a'"),
            ("\n<a>\n<b>\n</a>", "not_xml f, line 4, column 1 it is no sound XML: expected 'b' tag, not 'a'"),
            ("<a>\n<b>\n", "not_xml f, line 3 it ends in the middle"),
            ("", "not_xml f, line 1 it is empty"),
            ("<a>&b;</a>", "not_xml f, line 1, column 4 it is no sound XML: unknown entity reference 'b'"),
            (
                "<a b='1' b='2'/>",
                "not_xml f, line 1, column 10 it is no sound XML: attribute 'b' is already defined",
            ),
            (
                "<?xml version='1.0'?>\n<!DOCTYPE a><a/>",
                "doctype f, line 2 it has a document type, which no configuration of IIS has; it was not read",
            ),
            (&deep(DEEPEST), &format!("[{}1]", "1, ".repeat(DEEPEST - 1))),
            (&deep(DEEPEST + 1), "too_large f, line 1 it has more than 64 elements in each other"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        // So deep that a reader by recursion would fall.
        assert!(told(&deep(100_000)).starts_with("too_large"));
    }
}
