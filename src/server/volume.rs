//! The files of a server by the paths that its configuration names: on the server itself, or below a folder that holds a
//! mounted image or what was collected.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders below which collectors put the system drive: of an image, KAPE, Velociraptor.
const SYSTEM_DRIVES: [&str; 7] =
    ["", "C", "C%3A", "uploads/auto/C%3A", "uploads/ntfs/%5C%5C.%5CC%3A", "uploads/file/C%3A", "C_"];
/// Variables that stand for the same folders on every server, below the system drive.
const FOLDERS: [(&str, &str); 9] = [
    ("%systemdrive%", ""),
    ("%systemroot%", "Windows"),
    ("%windir%", "Windows"),
    ("%programfiles%", "Program Files"),
    ("%programfiles(x86)%", "Program Files (x86)"),
    ("%programw6432%", "Program Files"),
    ("%commonprogramfiles%", r"Program Files\Common Files"),
    ("%programdata%", "ProgramData"),
    ("%allusersprofile%", "ProgramData"),
];

/// Where the drives of a server are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volumes {
    /// The folder of the system drive.
    system: PathBuf,
    /// Its letter, in upper case.
    letter: char,
    /// They are the drives of this machine.
    is_live: bool,
}

impl Volumes {
    /// This machine, which is a Windows server. `system_root` is its folder of Windows.
    #[must_use]
    pub fn live(system_root: &str) -> Option<Self> {
        let letter = system_root.chars().next().filter(char::is_ascii_alphabetic)?;
        let system = PathBuf::from(format!("{letter}:\\"));
        Some(Self { system, letter: letter.to_ascii_uppercase(), is_live: true })
    }

    /// The drives below a folder; `None` where no folder of Windows is there.
    #[must_use]
    pub fn below(folder: &Path) -> Option<Self> {
        let is_system = |drive: &PathBuf| resolve(drive, "Windows\\System32").is_some();
        let drives = SYSTEM_DRIVES.iter().filter_map(|drive| resolve(folder, drive));
        let system = drives.into_iter().find(is_system)?;
        Some(Self { system, letter: 'C', is_live: false })
    }

    /// The file or folder with this path; `None` where it is not at hand. Links are not followed below a folder: those of an
    /// image lead out of it.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<PathBuf> {
        let path = path.trim().trim_matches('"').replace('/', "\\");
        let (drive, rest) = self.split(&path)?;
        if self.is_live {
            let path = drive.join(rest.trim_start_matches('\\'));
            return path.exists().then_some(path);
        }
        resolve(&drive, rest)
    }

    /// The folder of the drive, and what follows.
    fn split<'p>(&self, path: &'p str) -> Option<(PathBuf, &'p str)> {
        for (variable, folder) in FOLDERS {
            let head = path.get(..variable.len());
            if head.is_some_and(|head| head.eq_ignore_ascii_case(variable)) {
                let start =
                    if self.is_live { self.system.join(folder) } else { resolve(&self.system, folder)? };
                return Some((start, path.get(variable.len()..)?));
            }
        }
        let mut letters = path.chars();
        let letter = letters.next().filter(char::is_ascii_alphabetic)?.to_ascii_uppercase();
        let rest = letters.as_str().strip_prefix(':')?;
        if letter == self.letter {
            return Some((self.system.clone(), rest));
        }
        // Another drive stands beside that of the system, where each has a folder.
        if self.is_live {
            return Some((PathBuf::from(format!("{letter}:\\")), rest));
        }
        let own = self.system.file_name()?.to_str()?;
        let other = own.strip_prefix(['C', 'c']).map(|tail| format!("{letter}{tail}"))?;
        let is_drive = SYSTEM_DRIVES.iter().any(|drive| drive.rsplit('/').next() == Some(own));
        is_drive.then(|| resolve(self.system.parent()?, &other)).flatten().map(|drive| (drive, rest))
    }
}

/// A path below a folder, without case and whichever slash it has. Nothing leads out of the folder.
pub(super) fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut found = folder.to_path_buf();
    for piece in path.split(['\\', '/']).filter(|piece| !piece.is_empty() && *piece != ".") {
        if piece == ".." {
            return None;
        }
        let exact = found.join(piece);
        found = if is_plain(&exact) { exact } else { named(&found, piece)? };
    }
    Some(found)
}

/// Whether it is there, and no link.
fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| !found.is_symlink())
}

fn named(folder: &Path, name: &str) -> Option<PathBuf> {
    let name = name.to_lowercase();
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let mut same: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|own| own.to_lowercase() == name))
        .map(|entry| entry.path())
        .filter(|path| is_plain(path))
        .collect();
    same.sort();
    same.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows finds a name in any case, so that the path is as it was asked for.
    fn spelled(path: &Path) -> String {
        let text = path.display().to_string();
        if cfg!(windows) { text.to_lowercase().replace('\\', "/") } else { text }
    }

    #[test]
    fn paths_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for path in ["image/WINDOWS/system32", "image/inetpub/Shop", "kape/C/Windows/System32", "kape/D/web"]
        {
            fs::create_dir_all(at(path)).unwrap();
        }
        let image = Volumes::below(&at("image")).unwrap();
        for (path, expected) in [
            (r"C:\Windows\System32", Some("image/WINDOWS/system32")),
            (r"%SystemDrive%\inetpub\shop", Some("image/inetpub/Shop")),
            (r"%windir%/SYSTEM32", Some("image/WINDOWS/system32")),
            (r"C:\inetpub\shop\", Some("image/inetpub/Shop")),
            (r"C:\inetpub\..\inetpub", None),
            (r"C:\inetpub\none", None),
            (r"D:\web", None),
            (r"\\srv\share", None),
            ("", None),
        ] {
            assert_eq!(
                image.find(path).as_deref().map(spelled),
                expected.map(at).as_deref().map(spelled),
                "{path}"
            );
        }
        let kape = Volumes::below(&at("kape")).unwrap();
        assert_eq!(kape.find(r"d:\Web").as_deref().map(spelled), Some(spelled(&at("kape/D/web"))));
        assert_eq!(kape.find(r"E:\web"), None);
        assert_eq!(Volumes::below(&at("image/inetpub")), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("Windows/System32")).unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("web")).unwrap();
        let image = Volumes::below(folder.path()).unwrap();
        assert_eq!((image.find(r"C:\web"), image.find(r"C:\web\passwd")), (None, None));
    }
}
