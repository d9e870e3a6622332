//! The file that Windows opens for a path that is written in an unusual way.

use super::flags::ImageFlags;
use super::normal::Image;
use super::parse;
use crate::iis::roots::Roots;
use crate::iis::spelling::is_nt_object;

impl Image {
    /// The file that Windows opens on a host with these roots: without the dots and blanks that it drops at the end of
    /// each component, without a device prefix, and on the drive of Windows where the path names none. It counts
    /// against a module (deny entries, threats, places) and never for it.
    #[must_use]
    pub fn opened(&self, roots: &Roots) -> Self {
        opened(self, roots)
    }
}

/// The path as Windows takes it: without the dots and blanks at the end of a component, with the drive where only it
/// is missing, and no higher than the root.
///
/// Behind `\\?\` Windows drops nothing, but behind `\\.\` it does, and the normal form of both is one: what counts
/// against a module does not wait for the difference.
fn opened(image: &Image, roots: &Roots) -> Image {
    if image.is_resolved() && !image.flags.intersects(ImageFlags::TRAILING_DOTS) {
        return image.clone();
    }
    let Some(bare) = without_device_prefix(&image.normal) else { return image.clone() };
    let path = parse::expand(&bare, roots, &mut ImageFlags::default());
    let Some((root, rest)) = anchored(&path, roots) else { return image.clone() };
    let mut components: Vec<&str> = Vec::new();
    for component in rest.split('\\').filter(|component| *component != ".") {
        if component == ".." {
            let climbs = root.is_empty() && components.last().is_none_or(|last| *last == "..");
            if climbs {
                components.push(component);
            } else {
                components.pop();
            }
            continue;
        }
        let kept = component.trim_end_matches(['.', ' ']);
        if !kept.is_empty() {
            components.push(kept);
        }
    }
    let end = if rest.ends_with('\\') { "\\" } else { "" };
    Image::normalise(&format!("{root}{}{end}", components.join("\\")), roots)
}

/// What a device prefix stands before; `None` for an object that only the host can resolve.
fn without_device_prefix(normal: &str) -> Option<String> {
    let Some(rest) = normal.strip_prefix(r"\\?\") else { return Some(normal.to_owned()) };
    if let Some(share) = rest.strip_prefix(r"unc\") {
        return Some(format!(r"\\{share}"));
    }
    (rest.starts_with('%') || drive(rest).is_some()).then(|| rest.to_owned())
}

/// Where a path is anchored, with its separator, and the rest; an empty anchor for a path that is merely relative.
/// `None` where there is nothing to open.
fn anchored<'p>(path: &'p str, roots: &Roots) -> Option<(String, &'p str)> {
    if path.is_empty() || is_nt_object(path) {
        return None;
    }
    if path.starts_with(r"\\") {
        // Server and share.
        let (end, _) = path.match_indices('\\').nth(3)?;
        return Some((path.get(..=end)?.to_owned(), path.get(end + 1..)?));
    }
    if let Some(rest) = path.strip_prefix('\\') {
        // Worker processes run on the drive of Windows.
        return Some((format!(r"{}\", roots.system_drive()), rest));
    }
    if let Some((letter, rest)) = drive(path) {
        return Some((format!(r"{letter}\"), rest.strip_prefix('\\').unwrap_or(rest)));
    }
    let (first, rest) = path.split_once('\\').unwrap_or((path, ""));
    if first.starts_with('%') && !rest.is_empty() {
        return Some((format!(r"{first}\"), rest));
    }
    Some((String::new(), path))
}

/// A drive letter with its colon, and what follows.
fn drive(path: &str) -> Option<(&str, &str)> {
    matches!(path.as_bytes(), [b'a'..=b'z', b':', ..]).then(|| path.split_at(2))
}
