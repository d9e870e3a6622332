//! Where the drives of a server are, and where on them a path leads: on the server itself, or below a folder that holds a mounted
//! image or what was collected.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use crate::server::deadline::Deadline;

/// Where collectors put a drive below their folder, with `C` for its letter: an image itself, KAPE, Velociraptor.
const LAYOUTS: [&str; 6] =
    ["C", "C_", "C%3A", "uploads/auto/C%3A", "uploads/ntfs/%5C%5C.%5CC%3A", "uploads/file/C%3A"];
/// Variables that stand for the same folders on every server, below the drive of the system.
const FOLDERS: [(&str, &str); 9] = [
    ("%systemdrive%", ""),
    ("%systemroot%", r"\Windows"),
    ("%windir%", r"\Windows"),
    ("%programfiles%", r"\Program Files"),
    ("%programfiles(x86)%", r"\Program Files (x86)"),
    ("%programw6432%", r"\Program Files"),
    ("%commonprogramfiles%", r"\Program Files\Common Files"),
    ("%programdata%", r"\ProgramData"),
    ("%allusersprofile%", r"\ProgramData"),
];
/// A file that every Windows has: where it is not, not everything was collected.
const OF_WINDOWS: [&str; 2] = [r"Windows\System32\ntdll.dll", r"Windows\System32\kernel32.dll"];
/// The longest path that is followed, in parts.
const MOST_PARTS: usize = 64;

/// Where the drives of a server are seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(Vec<(char, PathBuf)>);

impl Names {
    /// The path on the server of a file that is seen at this one.
    #[must_use]
    pub fn on_server(&self, path: &str) -> String {
        let below = |(letter, drive): &(char, PathBuf)| {
            let rest = Path::new(path).strip_prefix(drive).ok()?.to_str()?;
            Some(format!(r"{letter}:\{}", rest.replace('/', r"\")))
        };
        self.0.iter().find_map(below).unwrap_or_else(|| path.to_owned())
    }
}

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
    /// The letter of the drive of the system, in upper case.
    system: char,
    /// The drive of the system is there as a whole.
    whole: bool,
    /// They are the drives of this machine.
    live: bool,
    /// When it is over nothing more is read from them.
    deadline: Deadline,
}

impl Drives {
    /// Those of this machine, which is a Windows server. `system_root` is its folder of Windows.
    #[must_use]
    pub fn live(system_root: &str) -> Option<Self> {
        let system = system_root.chars().next().filter(char::is_ascii_alphabetic)?.to_ascii_uppercase();
        let root = PathBuf::from(format!("{system}:\\"));
        Some(Self { layout: None, root, system, whole: true, live: true, deadline: Deadline::none() })
    }

    /// The drives below a folder; `None` where no Windows is there.
    #[must_use]
    pub fn below(root: &Path) -> Option<Self> {
        let layouts = [None].into_iter().chain(LAYOUTS.map(Some));
        let made = |layout| Self {
            layout,
            root: root.to_path_buf(),
            system: 'C',
            whole: false,
            live: false,
            deadline: Deadline::none(),
        };
        let mut all = layouts.map(made);
        let mut found = all.find(|drives| matches!(drives.walk('C', r"Windows\System32"), Place::Here(_)))?;
        found.whole = OF_WINDOWS.iter().any(|file| matches!(found.walk('C', file), Place::Here(_)));
        Some(found)
    }

    /// The file or folder that an absolute path on a drive leads to, which may begin with a variable that means the same on every
    /// server. Case does not count, nor which slash divides.
    #[must_use]
    pub fn find(&self, path: &str) -> Place {
        let path = self.expanded(path.trim().trim_matches('"'));
        let mut letters = path.chars();
        let Some(letter) = letters.next().filter(char::is_ascii_alphabetic) else {
            return Place::NotResolved;
        };
        let rest = letters.as_str();
        let is_rooted = |rest: &&str| rest.is_empty() || rest.starts_with(['\\', '/']);
        let Some(rest) = rest.strip_prefix([':']).filter(is_rooted) else {
            return Place::NotResolved;
        };
        if rest.contains([':', '*', '?', '"', '<', '>', '|', '\0']) {
            return Place::NotResolved;
        }
        self.walk(letter.to_ascii_uppercase(), rest)
    }

    /// The same, read until then.
    #[must_use]
    pub fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Until when they are read.
    #[must_use]
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The path on the server of each file and folder, as it is seen here: it begins with that of a drive.
    #[must_use]
    pub fn names(&self) -> Names {
        let here = |letter| match self.drive(letter) {
            Place::Here(folder) if !self.live => Some((letter, folder)),
            _ => None,
        };
        Names(('A'..='Z').filter_map(here).collect())
    }

    /// Whether what is not on the drive of the system is not on the server either.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether they are those of this machine.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// A path without the variable that it begins with.
    pub(super) fn expanded<'p>(&self, path: &'p str) -> Cow<'p, str> {
        for (variable, folder) in FOLDERS {
            let head = path.get(..variable.len());
            if head.is_some_and(|head| head.eq_ignore_ascii_case(variable)) {
                let rest = path.get(variable.len()..).unwrap_or_default();
                return Cow::Owned(format!("{}:{folder}{rest}", self.system));
            }
        }
        Cow::Borrowed(path)
    }

    fn drive(&self, letter: char) -> Place {
        let Some(layout) = self.layout else {
            return match letter {
                letter if letter == self.system => Place::Here(self.root.clone()),
                letter if self.live => Place::Here(PathBuf::from(format!("{letter}:\\"))),
                _ => Place::NotCollected,
            };
        };
        // The last part is that of the drive; the letter is the last `C` in it that is no part of another word.
        let (folder, name) = layout.rsplit_once('/').unwrap_or(("", layout));
        let name = match name.strip_suffix("C%3A") {
            Some(head) => format!("{head}{letter}%3A"),
            None => name.replacen('C', &letter.to_string(), 1),
        };
        let start =
            if folder.is_empty() { Place::Here(self.root.clone()) } else { walk(&self.root, folder, false) };
        match start {
            Place::Here(start) => match walk(&start, &name, false) {
                Place::Missing => Place::NotCollected,
                place => place,
            },
            Place::Missing => Place::NotCollected,
            place => place,
        }
    }

    fn walk(&self, letter: char, path: &str) -> Place {
        match self.drive(letter) {
            Place::Here(drive) => match walk(&drive, path, self.live) {
                Place::Missing if !self.live && (!self.whole || letter != self.system) => Place::NotCollected,
                place => place,
            },
            place => place,
        }
    }
}

/// A file or folder below a folder, which must lie there itself.
pub(crate) fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    match walk(folder, path, false) {
        Place::Here(path) => Some(path),
        _ => None,
    }
}

/// A path below a folder. The links of an image lead out of it; those of a live server are followed to a drive of its own.
fn walk(folder: &Path, path: &str, live: bool) -> Place {
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
            Ok(about) if about.is_symlink() => match fs::read_link(&found) {
                Ok(target) if live => match target.to_str().and_then(on_a_drive) {
                    Some(target) if fs::symlink_metadata(target).is_ok_and(|about| !about.is_symlink()) => {
                        found = PathBuf::from(target);
                    }
                    _ => return Place::NotResolved,
                },
                _ => return Place::NotResolved,
            },
            Ok(_) => {}
            Err(_) => return Place::Denied,
        }
    }
    Place::Here(found)
}

/// Where a link leads, as far as it leads to a drive of the same machine.
fn on_a_drive(target: &str) -> Option<&str> {
    let plain = target.strip_prefix(r"\\?\").or_else(|| target.strip_prefix(r"\??\")).unwrap_or(target);
    let is_drive = plain.starts_with(|letter: char| letter.is_ascii_alphabetic());
    (is_drive && plain.get(1..3) == Some(r":\") && !plain.contains("..")).then_some(plain)
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
            let names = drives.names();
            let seen = |path: &str| names.on_server(&folder.path().join(path).display().to_string());
            assert_eq!(seen(&files[1]), r"C:\Windows\System32\inetsrv\Static.DLL");
            let on_other = if prefix.is_empty() { r"C:\Sites\x.dll" } else { r"D:\Sites\x.dll" };
            assert_eq!((seen(&on_d).as_str(), names.on_server("other")), (on_other, "other".to_owned()));
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
    fn variables_of_every_server_lead_to_its_drive() {
        let image = made(&["Windows/System32/kernel32.dll", "inetpub/Shop/web.config"]);
        let drives = Drives::below(image.path()).unwrap();
        let here = |path: &str| spelled(Place::Here(image.path().join(path)));
        for (path, expected) in [
            (r"%SystemDrive%\inetpub\shop", here("inetpub/Shop")),
            (r" %windir%/SYSTEM32 ", here("Windows/System32")),
            ("\"C:\\inetpub\\shop\\\"", here("inetpub/Shop")),
            ("%SystemDrive%", here("")),
            (r"%ProgramFiles%\x", Place::Missing),
            (r"%TEMP%\x", Place::NotResolved),
        ] {
            assert_eq!(spelled(drives.find(path)), expected, "{path}");
        }
        assert_eq!(drives.expanded(r"%PROGRAMFILES(X86)%\a.dll"), r"C:\Program Files (x86)\a.dll");
        let other = Drives::live(r"d:\Windows").unwrap();
        assert_eq!(other.expanded(r"%windir%\a.dll"), r"D:\Windows\a.dll");
        assert_eq!(Drives::live("%windir%"), None);
    }

    #[test]
    fn a_link_of_a_live_server_is_followed_to_a_drive_only() {
        for (target, expected) in [
            (r"\\?\D:\Sites", Some(r"D:\Sites")),
            (r"\??\D:\Sites", Some(r"D:\Sites")),
            (r"E:\", Some(r"E:\")),
            (r"\\?\UNC\server\share", None),
            (r"\\server\share", None),
            (r"\\?\Volume{0}\", None),
            (r"..\Sites", None),
            (r"D:\..\x", None),
            (r"D:x", None),
        ] {
            assert_eq!(on_a_drive(target), expected, "{target}");
        }
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
