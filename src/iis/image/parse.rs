//! From a written image path to the normal form.

use std::borrow::Cow;

use super::{Image, ImageFlags, MAX_CHARACTERS};
use crate::iis::fold::fold;
use crate::iis::roots::{EXCHANGE, Roots, Value};

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

pub(super) fn normalise(written: &str, roots: &Roots) -> Image {
    let too_long = |text: &str| text.chars().nth(MAX_CHARACTERS).is_some();
    if too_long(written) {
        return Image { normal: String::new(), flags: ImageFlags::TOO_LONG };
    }
    let mut flags = ImageFlags::default();
    let bare = strip_transport(written, &mut flags);
    if bare.is_empty() {
        flags.insert(ImageFlags::EMPTY);
        return Image { normal: String::new(), flags };
    }
    let text = device_prefix(fold(&single_separators(bare, &mut flags)), &mut flags);
    let path = expand(&text, roots, &mut flags);
    flags.insert(look(&path));
    if !flags.intersects(KEEPS_SHAPE)
        && let Some(normal) = resolve(&path, roots, &mut flags)
    {
        if too_long(&normal) {
            return Image { normal: String::new(), flags: flags.with(ImageFlags::TOO_LONG) };
        }
        return Image { normal, flags };
    }
    Image { normal: text, flags }
}

/// Drops what transport adds: white space and double quotes around the whole text. Only ASCII white space, because
/// a file name may end in any other.
fn strip_transport<'a>(written: &'a str, flags: &mut ImageFlags) -> &'a str {
    let mut text = written;
    loop {
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

/// Replaces a variable at the start by its folder. Every variable of the table is an absolute folder, so that one
/// anywhere else makes no path.
pub(super) fn expand<'a>(text: &'a str, roots: &Roots, flags: &mut ImageFlags) -> Cow<'a, str> {
    let (path, rest) = match leading_variable(text).map(|(name, rest)| (name, rest, roots.value(name))) {
        Some((name, rest, Some(Value::Folder(folder)))) => {
            // The value of this one ends in a separator, so that scripts write `%ExchangeInstallPath%Bin`. Alone it is the
            // folder, as every other variable is.
            let follows = name == EXCHANGE && !rest.is_empty() && !rest.starts_with('\\');
            let separator = if follows { r"\" } else { "" };
            (Cow::Owned(format!("{folder}{separator}{rest}")), rest)
        }
        Some((_, rest, Some(Value::Opaque))) if rest.starts_with('\\') => (Cow::Borrowed(text), rest),
        _ => (Cow::Borrowed(text), text),
    };
    if holds_variable(rest) {
        flags.insert(ImageFlags::UNKNOWN_ENV);
    }
    path
}

/// `%name%` at the start, and what follows it.
fn leading_variable(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('%')?.split_once('%')?;
    (!name.is_empty() && !name.contains('\\')).then_some((name, rest))
}

/// Whether a `%name%` stands anywhere in the text. A name holds no separator; `%%` is none.
fn holds_variable(text: &str) -> bool {
    text.split('\\').any(|component| {
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

/// The normal form of an anchored path; `None` when it keeps its written shape after all.
fn resolve(path: &str, roots: &Roots, flags: &mut ImageFlags) -> Option<String> {
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
    Some(fold_root(&plain, root, roots, flags))
}

fn fold_root(plain: &str, root: &str, roots: &Roots, flags: &mut ImageFlags) -> String {
    let Some((token, rest)) = roots.token(plain) else {
        if root.ends_with(':') && root != roots.system_drive() {
            flags.insert(ImageFlags::OTHER_DRIVE);
        }
        return plain.to_owned();
    };
    if token == "%windir%" {
        match rest.split('\\').nth(1) {
            Some("sysnative") => flags.insert(ImageFlags::SYSNATIVE),
            Some("syswow64") => flags.insert(ImageFlags::SYSWOW64),
            _ => {}
        }
    }
    format!("{token}{rest}")
}
