//! Sections that lie in a file of their own.

use std::sync::Arc;

use roxmltree::Node;

use super::document::{Lines, with_root};
use super::trouble::{Code, Trouble};

/// What names the file that a section lies in.
const CONFIG_SOURCE: &str = "configSource";
/// What says that a section is encrypted.
const PROTECTED: &str = "configProtectionProvider";

/// Gives the bytes of a file that another one names, by its path below the folder of that one; and the name to show.
pub type Beside<'b> = &'b dyn Fn(&str) -> Option<(Vec<u8>, Arc<str>)>;

/// Gives a section to `read`: from the file that it lies in, if it says that it lies in one.
pub(super) fn with_section<T>(
    node: Node<'_, '_>,
    lines: &Lines,
    beside: Beside<'_>,
    read: impl FnOnce(Node<'_, '_>, &Lines) -> T,
) -> Result<T, Trouble> {
    let name = node.tag_name().name();
    let trouble = |code, what: String| Err(Trouble::new(code, lines.of(node), what));
    if node.has_attribute(PROTECTED) {
        return trouble(
            Code::Encrypted,
            format!("the section {name} is encrypted: what it holds is not known"),
        );
    }
    let Some(path) = node.attribute(CONFIG_SOURCE).filter(|path| !path.trim().is_empty()) else {
        return Ok(read(node, lines));
    };
    if !is_below(path) {
        let what = format!("the section {name} names `{path}`, which is not below the folder of its file");
        return trouble(Code::ConfigSource, what);
    }
    let Some((bytes, file)) = beside(path) else {
        let what = format!("the section {name} is in `{path}`, which is not at hand");
        return trouble(Code::ConfigSource, what);
    };
    with_root(&bytes, &file, |root, lines| {
        if root.tag_name().name() == name {
            return Ok(read(root, lines));
        }
        let what = format!("its root is `{}`, not the section {name}", root.tag_name().name());
        Err(Trouble::new(Code::NotConfiguration, lines.of(root), what))
    })
}

/// Whether a path stays below the folder that it begins in.
fn is_below(path: &str) -> bool {
    !path.starts_with(['/', '\\'])
        && !path.contains(':')
        && path.split(['/', '\\']).all(|piece| piece.trim() != "..")
}
