//! Where the drives of a server are, and where on them a path leads.

use std::fs;
use std::path::{Path, PathBuf};

/// Where collectors put a drive below their folder, with `C` for its letter: an image itself, KAPE, Velociraptor.
const LAYOUTS: [&str; 6] =
    ["C", "C_", "C%3A", "uploads/auto/C%3A", "uploads/ntfs/%5C%5C.%5CC%3A", "uploads/file/C%3A"];
/// A file that every Windows has: where it is not, not everything was collected.
const OF_WINDOWS: [&str; 2] = [r"Windows\System32\ntdll.dll", r"Windows\System32\kernel32.dll"];
/// The longest path that is followed, in parts.
const MOST_PARTS: usize = 64;

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// To this file or folder.
    Here(PathBuf),
    /// Nowhere: the server does not have it.
    Missing,
    /// It was not collected, which says nothing of the server.
    NotCollected,
    /// It names no one file of this server: relative, remote, a device, a stream, or through a link.
    NotResolved,
    /// The way to it may not be read.
    Denied,
}

/// The drives of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drives {
    /// The folder that holds them all, with `C` where a letter stands in its name; `None` where it is the drive of the system
    /// itself.
    layout: Option<&'static str>,
    root: PathBuf,
    /// The drive of the system is there as a whole.
    whole: bool,
}

impl Drives {
    /// The drives below a folder; `None` where no Windows is there.
    #[must_use]
    pub fn below(root: &Path) -> Option<Self> {
        let layouts = [None].into_iter().chain(LAYOUTS.map(Some));
        let mut all = layouts.map(|layout| Self { layout, root: root.to_path_buf(), whole: false });
        let mut found = all.find(|drives| matches!(drives.walk('C', r"Windows\System32"), Place::Here(_)))?;
        found.whole = OF_WINDOWS.iter().any(|file| matches!(found.walk('C', file), Place::Here(_)));
        Some(found)
    }

    /// The file or folder that an absolute path on a drive leads to. Case does not count, nor which slash divides.
    #[must_use]
    pub fn find(&self, path: &str) -> Place {
        let path = path.trim();
        let mut letters = path.chars();
        let Some(letter) = letters.next().filter(char::is_ascii_alphabetic) else {
            return Place::NotResolved;
        };
        let rest = letters.as_str();
        let Some(rest) = rest.strip_prefix([':']).filter(|rest| rest.starts_with(['\\', '/'])) else {
            return Place::NotResolved;
        };
        if rest.contains([':', '*', '?', '"', '<', '>', '|', '\0']) {
            return Place::NotResolved;
        }
        self.walk(letter.to_ascii_uppercase(), rest)
    }

    fn drive(&self, letter: char) -> Place {
        let Some(layout) = self.layout else {
            return if letter == 'C' { Place::Here(self.root.clone()) } else { Place::NotCollected };
        };
        // The last part is that of the drive; the letter is the last `C` in it that is no part of another word.
        let (folder, name) = layout.rsplit_once('/').unwrap_or(("", layout));
        let name = match name.strip_suffix("C%3A") {
            Some(head) => format!("{head}{letter}%3A"),
            None => name.replacen('C', &letter.to_string(), 1),
        };
        let start = if folder.is_empty() { Place::Here(self.root.clone()) } else { walk(&self.root, folder) };
        match start {
            Place::Here(start) => match walk(&start, &name) {
                Place::Missing => Place::NotCollected,
                place => place,
            },
            Place::Missing => Place::NotCollected,
            place => place,
        }
    }

    fn walk(&self, letter: char, path: &str) -> Place {
        match self.drive(letter) {
            Place::Here(drive) => match walk(&drive, path) {
                Place::Missing if !self.whole || letter != 'C' => Place::NotCollected,
                place => place,
            },
            place => place,
        }
    }
}

/// A path below a folder. A link is not followed: those of an image lead out of it.
fn walk(folder: &Path, path: &str) -> Place {
    let mut found = folder.to_path_buf();
    let parts = path.split(['\\', '/']).filter(|part| !part.is_empty() && *part != ".");
    for (number, part) in parts.enumerate() {
        // Windows drops dots and blanks at the end: what is meant is not guessed.
        if number == MOST_PARTS || part == ".." || part.ends_with(['.', ' ']) {
            return Place::NotResolved;
        }
        let next = found.join(part);
        found = match fs::symlink_metadata(&next) {
            Ok(_) => next,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return Place::Denied,
            Err(_) => match in_other_case(&found, part) {
                Ok(Some(next)) => next,
                Ok(None) => return Place::Missing,
                Err(place) => return place,
            },
        };
        match fs::symlink_metadata(&found) {
            Ok(about) if about.is_symlink() => return Place::NotResolved,
            Ok(_) => {}
            Err(_) => return Place::Denied,
        }
    }
    Place::Here(found)
}

fn in_other_case(folder: &Path, name: &str) -> Result<Option<PathBuf>, Place> {
    let name = name.to_lowercase();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return Err(Place::Denied),
        Err(_) => return Ok(None),
    };
    let same = entries.filter_map(Result::ok).filter(|entry| {
        let own = entry.file_name();
        own.to_str().is_some_and(|own| own.to_lowercase() == name)
    });
    Ok(same.map(|entry| entry.path()).min())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        folder
    }

    /// Windows finds a name in any case, so that the path is as it was asked for.
    fn spelled(place: Place) -> Place {
        match place {
            Place::Here(path) if cfg!(windows) => {
                Place::Here(path.display().to_string().to_lowercase().replace('\\', "/").into())
            }
            place => place,
        }
    }

    #[test]
    fn a_path_leads_to_a_file_whatever_its_case_and_layout() {
        for (prefix, other) in
            [("", ""), ("C/", "D/"), ("uploads/auto/C%3A/", "uploads/auto/D%3A/"), ("C_/", "D_/")]
        {
            let files = ["WINDOWS/System32/KERNEL32.dll", "Windows/system32/inetsrv/Static.DLL"];
            let files: Vec<String> = files
                .iter()
                .map(|file| {
                    format!("{prefix}{}", file.replace("WINDOWS", "Windows").replace("system32", "System32"))
                })
                .collect();
            let on_d = format!("{other}Sites/x.dll");
            let all: Vec<&str> = files.iter().map(String::as_str).chain([on_d.as_str()]).collect();
            let folder = made(&all);
            let drives = Drives::below(folder.path()).unwrap();
            let here = |path: &str| spelled(Place::Here(folder.path().join(path)));
            let find = |path: &str| spelled(drives.find(path));
            assert_eq!(find(r"C:\Windows\System32\inetsrv\static.dll"), here(&files[1]));
            assert_eq!(find("c:/windows/SYSTEM32/./inetsrv//STATIC.dll"), here(&files[1]));
            let elsewhere = find(r"D:\sites\X.dll");
            assert_eq!(elsewhere, if prefix.is_empty() { Place::NotCollected } else { here(&on_d) });
        }
    }

    #[test]
    fn what_is_not_there_is_missing_only_where_the_drive_is_whole() {
        let image = made(&["Windows/System32/kernel32.dll"]);
        let part = made(&["Windows/System32/inetsrv/config/applicationHost.config"]);
        let path = r"C:\Windows\System32\inetsrv\static.dll";
        assert_eq!(Drives::below(image.path()).unwrap().find(path), Place::Missing);
        assert_eq!(Drives::below(part.path()).unwrap().find(path), Place::NotCollected);
        assert_eq!(Drives::below(&image.path().join("Windows")), None);
    }

    #[test]
    fn nothing_leads_out() {
        let image = made(&["Windows/System32/kernel32.dll", "Windows/x.dll"]);
        let drives = Drives::below(image.path()).unwrap();
        for path in [
            r"\\server\share\x.dll",
            r"\\?\C:\Windows\x.dll",
            r"\Windows\x.dll",
            "x.dll",
            r"C:x.dll",
            r"C:\Windows\..\Windows\x.dll",
            r"C:\Windows\x.dll:stream",
            r"C:\Windows\x.dll.",
            r"C:\Windows .\x.dll",
            r"C:\Windows\?.dll",
            "",
        ] {
            assert_eq!(drives.find(path), Place::NotResolved, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let image = made(&["Windows/System32/kernel32.dll"]);
        std::os::unix::fs::symlink("/etc/hostname", image.path().join("Windows/link.dll")).unwrap();
        std::os::unix::fs::symlink("/etc", image.path().join("link")).unwrap();
        let drives = Drives::below(image.path()).unwrap();
        assert_eq!(drives.find(r"C:\Windows\link.dll"), Place::NotResolved);
        assert_eq!(drives.find(r"C:\link\hostname"), Place::NotResolved);
    }
}
