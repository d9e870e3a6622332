//! What can be said of a written path without any host: one spelling, what is odd about it, and where `..` leads.

use memchr::memchr;

use super::fold::fold;
use super::image::ImageFlags;

/// The longest image path that is looked at, in characters. Windows takes at most 32,767 with a device prefix and
/// 260 without one; a longer text here is an attack on the reader, not a path.
pub const MAX_CHARACTERS: usize = 4096;

/// The variable that IIS Express sets for its own process: its folder is not known here, but the same wherever the variable
/// is written.
pub(super) const IIS_BIN: &str = "iis_bin";

/// Flags with which a path keeps its written shape: resolving `..` or dropping dots could make it look like, or
/// turn it into, a path that it is not.
const KEEPS_SHAPE: ImageFlags = ImageFlags::RELATIVE
    .with(ImageFlags::DEVICE_PREFIX)
    .with(ImageFlags::UNRESOLVABLE_DEVICE)
    .with(ImageFlags::REMOTE)
    .with(ImageFlags::UNKNOWN_ENV)
    .with(ImageFlags::ADS)
    .with(ImageFlags::WILDCARD)
    .with(ImageFlags::INNER_QUOTE)
    .with(ImageFlags::CONTROL_CHARACTERS);

/// NT object paths that start with one separator.
const NT_OBJECTS: &[&str] = &[r"\device\", r"\global??\", r"\systemroot\", r"\dosdevices\"];

/// The text in one spelling: folded, with single `\\` as separators; `None` for nothing, and for a text that is too long.
pub(super) fn in_one_spelling(written: &str, flags: &mut ImageFlags) -> Option<String> {
    if is_too_long(written) {
        flags.insert(ImageFlags::TOO_LONG);
        return None;
    }
    let bare = strip_transport(written, flags);
    if bare.is_empty() {
        flags.insert(ImageFlags::EMPTY);
        return None;
    }
    Some(device_prefix(fold(&single_separators(bare, flags)), flags))
}

pub(super) fn is_too_long(text: &str) -> bool {
    text.len() > MAX_CHARACTERS && text.chars().nth(MAX_CHARACTERS).is_some()
}

/// Drops what transport adds: white space and double quotes around the whole text. Only ASCII white space, because
/// a file name may end in any other.
fn strip_transport<'a>(written: &'a str, flags: &mut ImageFlags) -> &'a str {
    let mut text = written;
    loop {
        if let [b'!'..=b'~', .., b'!'..=b'~'] = text.as_bytes()
            && !text.starts_with('"')
        {
            return text;
        }
        let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
        if trimmed.len() != text.len() {
            flags.insert(ImageFlags::SURROUNDING_WHITESPACE);
        }
        let Some(inner) = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return trimmed;
        };
        flags.insert(ImageFlags::QUOTED);
        text = inner;
    }
}

/// `/` to `\`, and runs of separators to one; to two at the start, where a pair means UNC or a device.
fn single_separators(text: &str, flags: &mut ImageFlags) -> String {
    let mut before = 0;
    let is_single = text.bytes().all(|byte| {
        let twice = byte == b'\\' && before == b'\\';
        before = byte;
        byte != b'/' && !twice
    });
    if is_single {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars().map(|c| if c == '/' { '\\' } else { c }) {
        if c == '\\' && out.ends_with('\\') && out.len() > 1 {
            flags.insert(ImageFlags::COLLAPSED_SEPARATORS);
        } else {
            out.push(c);
        }
    }
    out
}

/// Brings `\\.\` and `\??\` to `\\?\`.
fn device_prefix(text: String, flags: &mut ImageFlags) -> String {
    let Some(rest) = [r"\\?\", r"\\.\", r"\??\"].iter().find_map(|prefix| text.strip_prefix(prefix)) else {
        return text;
    };
    flags.insert(ImageFlags::DEVICE_PREFIX);
    if rest.starts_with(r"unc\") {
        flags.insert(ImageFlags::REMOTE);
    } else if !is_drive_path(rest) {
        flags.insert(ImageFlags::UNRESOLVABLE_DEVICE);
    }
    format!(r"\\?\{rest}")
}

/// What follows a variable at the start that stands for the same folder wherever it is written.
pub(super) fn behind_same_everywhere(text: &str) -> Option<&str> {
    let (name, rest) = leading_variable(text)?;
    (name == IIS_BIN && rest.starts_with('\\')).then_some(rest)
}

/// `%name%` at the start, and what follows it.
pub(super) fn leading_variable(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('%')?.split_once('%')?;
    (!name.is_empty() && !name.contains('\\')).then_some((name, rest))
}

/// Whether a `%name%` stands anywhere in the text. A name holds no separator; `%%` is none.
pub(super) fn holds_variable(text: &str) -> bool {
    let has_sign = memchr(b'%', text.as_bytes()).is_some();
    has_sign
        && text.split('\\').any(|component| {
            let mut between = component.split('%').skip(1).peekable();
            while let Some(name) = between.next() {
                if !name.is_empty() && between.peek().is_some() {
                    return true;
                }
            }
            false
        })
}

fn is_drive_path(text: &str) -> bool {
    let mut characters = text.chars();
    matches!(characters.next(), Some('a'..='z'))
        && characters.next() == Some(':')
        && characters.next() == Some('\\')
}

/// What can be seen without resolving anything.
fn look(path: &str) -> ImageFlags {
    let mut flags = ImageFlags::default();
    let device = path.strip_prefix(r"\\?\");
    let body = device.unwrap_or(path);
    let drive = matches!(body.as_bytes(), [b'a'..=b'z', b':', ..]);
    if device.is_none() {
        flags.insert(anchor(path, drive));
    }
    for (position, c) in body.chars().enumerate() {
        match c {
            ':' if position == 1 && drive => {}
            ':' => flags.insert(ImageFlags::ADS),
            '*' | '?' | '<' | '>' | '|' => flags.insert(ImageFlags::WILDCARD),
            '"' => flags.insert(ImageFlags::INNER_QUOTE),
            _ if c.is_control() => flags.insert(ImageFlags::CONTROL_CHARACTERS),
            _ if !c.is_ascii() => flags.insert(ImageFlags::NON_ASCII),
            _ => {}
        }
    }
    for component in body.split('\\') {
        if matches!(component, "." | "..") {
            flags.insert(ImageFlags::TRAVERSAL);
        } else if component.ends_with(['.', ' ']) {
            flags.insert(ImageFlags::TRAILING_DOTS);
        }
        if is_short_name(component) {
            flags.insert(ImageFlags::SHORT_NAME);
        }
    }
    flags
}

/// What the start of a path without a device prefix says about where it is anchored.
fn anchor(path: &str, drive: bool) -> ImageFlags {
    if path.starts_with(r"\\") {
        ImageFlags::REMOTE
    } else if is_nt_object(path) {
        ImageFlags::UNRESOLVABLE_DEVICE
    } else if (drive && is_drive_path(path)) || leading_variable(path).is_some() {
        // A variable that is still there is a root without a known folder, or was flagged as unknown.
        ImageFlags::default()
    } else {
        ImageFlags::RELATIVE
    }
}

/// Whether a path names an object of the kernel.
pub(super) fn is_nt_object(path: &str) -> bool {
    NT_OBJECTS.iter().any(|object| path.starts_with(object))
}

/// Whether a component holds `~` and a digit, as generated 8.3 names do.
fn is_short_name(component: &str) -> bool {
    component.as_bytes().windows(2).any(|pair| matches!(pair, [b'~', b'0'..=b'9']))
}

/// Whether a path is in its plain form, and nothing is odd about it: a drive, and components of ASCII with one separator before
/// each. Nearly every path is.
fn is_plain(path: &str) -> bool {
    let [b'a'..=b'z', b':', components @ ..] = path.as_bytes() else { return false };
    let (mut before, mut is_plain) = (b'a', components.starts_with(b"\\"));
    for &byte in components {
        let is_odd =
            !matches!(byte, b' '..=b'}') || matches!(byte, b':' | b'*' | b'?' | b'<' | b'>' | b'|' | b'"');
        is_plain &= !(is_odd || byte == b'\\' && matches!(before, b'\\' | b'.' | b' '));
        before = byte;
    }
    is_plain && !matches!(before, b'\\' | b'.' | b' ')
}

/// The plain form of an anchored path, with what is odd about it; `None` when it keeps its written shape.
pub(super) fn resolve(path: &str, flags: &mut ImageFlags) -> Option<String> {
    if is_plain(path) {
        return (!flags.intersects(KEEPS_SHAPE)).then(|| path.to_owned());
    }
    resolve_any(path, flags)
}

/// The same for any path.
fn resolve_any(path: &str, flags: &mut ImageFlags) -> Option<String> {
    flags.insert(look(path));
    if flags.intersects(KEEPS_SHAPE) {
        return None;
    }
    let (root, rest) = path.split_once('\\').unwrap_or((path, ""));
    let mut components: Vec<&str> = Vec::new();
    for component in rest.split('\\').filter(|c| !c.is_empty() && *c != ".") {
        if component == ".." {
            if components.pop().is_none() {
                flags.insert(ImageFlags::ESCAPES_ROOT);
                return None;
            }
        } else {
            components.push(component);
        }
    }
    if path.ends_with('\\') || components.is_empty() {
        flags.insert(ImageFlags::TRAILING_SEPARATOR);
    }
    if let Some(last) = components.last_mut() {
        *last = last.trim_end_matches(['.', ' ']);
        if last.is_empty() {
            flags.insert(ImageFlags::TRAILING_SEPARATOR);
            return None;
        }
    }
    let mut plain = components.iter().fold(root.to_owned(), |path, component| path + r"\" + component);
    if path.ends_with('\\') || components.is_empty() {
        plain.push('\\');
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is plain at a glance is what the long way gives, with nothing odd about it.
        #[test]
        fn a_plain_path_is_its_plain_form(
            start in "(c:\\\\)?",
            pieces in proptest::collection::vec("[a-c .~:%*|\\\\é\x01]{0,3}(a1|b.dll)?", 0..6),
        ) {
            let path = format!("{start}{}", pieces.join("\\"));
            let mut flags = ImageFlags::default();
            let resolved = resolve_any(&path, &mut flags);
            if is_plain(&path) {
                prop_assert_eq!((resolved, flags), (Some(path), ImageFlags::default()));
            }
        }
    }

    #[test]
    fn usual_paths_are_plain() {
        for (path, expected) in [
            (r"c:\windows\system32\inetsrv\static.dll", true),
            (r"d:\program files (x86)\acme\m.dll", true),
            (r"c:\", false),
            (r"c:\a\", false),
            (r"c:\a.\b", false),
            (r"c:\..\b", false),
            (r"c:\\b", false),
            (r"c:b", false),
            (r"%windir%\b", false),
            (r"c:\b:c", false),
            (r"c:\b~1", false),
        ] {
            assert_eq!(is_plain(path), expected, "{path}");
        }
    }
}
