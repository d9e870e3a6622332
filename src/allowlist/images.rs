//! The images of entries, and the entries by the file name of their image, and where many have one, by the folder before it.

use std::borrow::Cow;

use foldhash::HashMap;

use super::entry::{Effect, Entry, EntryNumber, Match};
use super::numbers::Numbers;
use crate::iis::{Image, Roots};

/// From here on the entries of one file name are divided by their folders.
const MANY: usize = 16;

/// Entries by the file name of their image.
#[derive(Debug, Default)]
pub(super) struct ByFileName {
    named: HashMap<String, Named>,
    /// Those whose file name may depend on the host.
    varying: Vec<EntryNumber>,
}

/// The entries of one file name.
#[derive(Debug, Default)]
struct Named {
    all: Numbers,
    divided: Option<Box<Divided>>,
}

/// The entries of one file name by the last folder before it, in folded case.
#[derive(Debug, Default)]
struct Divided {
    by_folder: HashMap<String, Numbers>,
    /// Those whose last folder may be another one on some host.
    loose: Vec<EntryNumber>,
}

impl ByFileName {
    pub fn insert(&mut self, number: EntryNumber, entry: &Entry) {
        match file_name(entry) {
            Some(name) => self.named.entry(name.into_owned()).or_default().all.push(number),
            None => self.varying.push(number),
        }
    }

    /// Divides what many entries share, once all are there: a vendor calls its module the same in each version's folder.
    pub fn divide(&mut self, list: &[Entry]) {
        for named in self.named.values_mut().filter(|named| named.all.as_slice().len() > MANY) {
            let mut divided = Divided::default();
            for number in &named.all {
                let written = list.get(*number).map(|entry| entry.image.as_str()).unwrap_or_default();
                match last_folder(written) {
                    Some(folder) => {
                        divided.by_folder.entry(folder.to_ascii_lowercase()).or_default().push(*number);
                    }
                    None => divided.loose.push(*number),
                }
            }
            named.divided = Some(Box::new(divided));
        }
    }

    /// The entries whose image may be this one.
    pub fn find(&self, seen: &Image) -> impl Iterator<Item = EntryNumber> {
        let (mut certain, mut loose): (&[EntryNumber], &[EntryNumber]) = (&[], &[]);
        if let Some(named) = self.named.get(seen.file_name()) {
            match (&named.divided, last_folder(&seen.normal)) {
                (Some(divided), Some(folder)) => {
                    certain = divided.by_folder.get(folder).map_or(&[], Numbers::as_slice);
                    loose = &divided.loose;
                }
                _ => certain = named.all.as_slice(),
            }
        }
        certain.iter().chain(loose).chain(&self.varying).copied()
    }
}

/// The folder that a file lies in, without those above; `None` where the same file may be written with another one: behind
/// a variable, a drive, dots, or a short name.
fn last_folder(path: &str) -> Option<&str> {
    let mut components = path.rsplit(['\\', '/']).skip(1);
    let folder = components.next()?;
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'_' | b'-' | b'(' | b')');
    let at_ends = |c: char| c.is_ascii_alphanumeric() || c == ')';
    let whole = folder.starts_with(at_ends) && folder.ends_with(at_ends) && folder.bytes().all(is_plain);
    // The first component may be one of a relative path, of a share or of a device.
    (whole && components.next().is_some_and(|before| !before.is_empty())).then_some(folder)
}

/// An entry's image in normal form under these roots; `None` without one.
pub(super) fn image(entry: &Entry, roots: &Roots) -> Option<Image> {
    if entry.image.is_empty() {
        return None;
    }
    let image = match entry.matching {
        Match::Glob => super::globs::normalise(&entry.image, roots),
        _ => Image::normalise(&entry.image, roots),
    };
    // What is denied is denied however the entry spells it.
    let is_denied = entry.matching != Match::Glob && entry.effect == Effect::Deny;
    Some(if is_denied { image.opened(roots) } else { image })
}

/// The file name of an entry's image in folded case; `None` where it may depend on where folders lie.
pub(super) fn file_name(entry: &Entry) -> Option<Cow<'_, str>> {
    let written = entry.image.rsplit(['\\', '/']).next().unwrap_or_default();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if written.ends_with(|last: char| last.is_ascii_alphanumeric()) && written.as_bytes().iter().all(is_plain)
    {
        return Some(written.to_ascii_lowercase().into());
    }
    // A path that ends in `..` may end in the folder of a variable.
    if entry.image.contains('%') || written.trim_matches(['.', ' ']).is_empty() {
        return None;
    }
    Some(image(entry, &Roots::default())?.file_name().to_owned().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::allowlist::entry::EntrySource;

    const STARTS: [&str; 10] =
        [r"C:\", "D:/", r"%windir%\", r"%X%\", "%X%", r"\\?\C:\", r"\\server\share\", "", "C:", r"\"];
    const FOLDERS: [&str; 14] = [
        "",
        r"a\",
        r"..\",
        r"b\..\a\",
        r"b\A (x86)\.\",
        r"Program Files\",
        r"PROGRA~1\",
        r"Windows\",
        r"Windows\Sysnative\",
        "x. /",
        r"a\x.y\",
        r"a\ x\",
        r"%X%\",
        r"%X%\a\",
    ];
    const ENDS: [&str; 17] = [
        "mod.dll",
        "MOD.Dll ",
        "mod.dll.",
        "mod..dll",
        "mod",
        "..",
        ".",
        "a:b",
        "\"mod.dll\"",
        "MOD~1.DLL",
        "mod-1_2.dll",
        "\u{e9}.dll",
        "%X%",
        "",
        "mod.dll\t",
        "mod*.dll",
        "mod.dll::$DATA",
    ];

    proptest! {
        /// An entry is found by its file name on whatever host.
        #[test]
        fn a_file_name_is_the_same_wherever_the_folders_lie(
            start in select(&STARTS[..]), folder in select(&FOLDERS[..]), end in select(&ENDS[..]), denies: bool,
            set in select(&["", "system_root", "X", "ProgramFiles"][..]), to in select(&[r"D:\Windows", r"C:\a", r"C:\x\mod.dll"][..]),
        ) {
            let effect = if denies { Effect::Deny } else { Effect::Allow };
            let mut entry = Entry::any("e", EntrySource::Site, effect);
            entry.image = format!("{start}{folder}{end}").into();
            let mut roots = Roots::default();
            if !set.is_empty() {
                roots.set(set, to).unwrap();
            }
            // The folder of a variable itself is no file.
            let seen = image(&entry, &roots).filter(|seen| seen.normal.contains('\\') || !seen.normal.starts_with('%'));
            let Some(seen) = seen else { return Ok(()) };
            let mut found = ByFileName::default();
            found.insert(7, &entry);
            prop_assert_eq!(found.find(&seen).collect::<Vec<_>>(), [7], "{:?} as {:?}", entry.image, seen);
            // Among many of its name, too.
            let list = vec![entry.clone(); MANY + 2];
            let mut found = ByFileName::default();
            for (number, entry) in list.iter().enumerate() {
                found.insert(number, entry);
            }
            found.divide(&list);
            prop_assert_eq!(found.find(&seen).count(), list.len(), "{:?} as {:?}", entry.image, seen);
        }
    }
}
