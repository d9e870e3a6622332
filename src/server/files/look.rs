//! Looks at the files behind registrations, each once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::assemblies;
use super::catalogs::Catalogs;
use super::drives::{Drives, Place};
use super::facts::Facts;
use super::read::bytes;
use crate::file::pe::Machine;
use crate::file::{Contents, FileStatus, MOST_BYTES, Trust};
use crate::iis::{FileFacts, Image, ManagedType, Roots};

/// Files of Windows that tell its version, the first that is there.
const VERSIONS: [&str; 3] =
    [r"%windir%\System32\ntoskrnl.exe", r"%windir%\System32\kernel32.dll", r"%windir%\System32\ntdll.dll"];
const COMPONENTS: &str = r"%windir%\WinSxS";
const PENDING: &str = r"%windir%\WinSxS\pending.xml";
/// What versions of Windows since Server 2008 begin with. Its files of .NET and of add-ons have numbers of their own.
const OF_WINDOWS: [&str; 5] = ["6.0.", "6.1.", "6.2.", "6.3.", "10.0."];

/// Which worker processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bits {
    /// 32-bit ones, for which `System32` is `SysWOW64`.
    B32,
    /// 64-bit ones.
    B64,
}

/// The files of one server.
pub struct Files<'t> {
    drives: Drives,
    roots: Roots,
    catalogs: Catalogs,
    trust: Trust<'t>,
    windows_version: String,
    /// Windows itself is 32-bit, and has no `SysWOW64`.
    is_32_bit: bool,
    update_pending: &'static str,
    seen: HashMap<String, Rc<Facts>>,
}

impl<'t> Files<'t> {
    /// The files below these drives. `roots` says what the variables of paths mean on the server.
    #[must_use]
    pub fn new(drives: Drives, roots: Roots, trust: Trust<'t>) -> Self {
        let pending = |path| matches!(drives.find(path), Place::Here(_));
        let update_pending = match (pending(PENDING), pending(COMPONENTS)) {
            (true, _) => "yes",
            (false, true) => "no",
            (false, false) => "",
        };
        let catalogs = Catalogs::read(&drives);
        let mut files = Self {
            drives,
            roots,
            catalogs,
            trust,
            windows_version: String::new(),
            is_32_bit: false,
            update_pending,
            seen: HashMap::new(),
        };
        let of_windows: Vec<Rc<Facts>> = VERSIONS.iter().map(|path| files.at(path)).collect();
        let first = |of: fn(&FileFacts<'_>) -> String| {
            let mut texts = of_windows.iter().map(|facts| of(&facts.as_columns()));
            texts.find(|text| !text.is_empty()).unwrap_or_default()
        };
        let (version, machine) =
            (first(|facts| facts.pe_version.to_owned()), first(|facts| facts.pe_machine.to_owned()));
        files.windows_version = version;
        files.is_32_bit = machine == Machine::X86.code();
        files
    }

    /// The catalogs that vouch for files without a signature of their own.
    #[must_use]
    pub fn catalogs(&self) -> &Catalogs {
        &self.catalogs
    }

    /// The drives that they lie on.
    pub(super) fn drives(&self) -> &Drives {
        &self.drives
    }

    /// The facts about the file at a path of the server.
    pub(super) fn of_path(&mut self, path: &str, bits: Bits) -> Facts {
        let facts = self.at(path);
        self.finished(&facts, bits)
    }

    /// The facts about the file that worker processes load for an image path.
    pub fn image(&mut self, written: &str, bits: Bits) -> Facts {
        let bits = self.own(bits);
        let as_loaded = if self.is_32_bit { Bits::B64 } else { bits };
        let image = Image::normalise(&as_expanded(written, as_loaded), &self.roots);
        let path = image.is_resolved().then(|| path_of(&image.normal, as_loaded, &self.roots)).flatten();
        let facts = match path {
            Some(path) => self.at(&with_extension(path)),
            None => Rc::new(Facts::of_status("", FileStatus::NotResolved)),
        };
        self.finished(&facts, bits)
    }

    /// The facts about the file that holds a managed type. `bin` is the application's folder of assemblies.
    pub fn managed(&mut self, written: &str, bin: Option<&str>, bits: Bits) -> Facts {
        let bits = self.own(bits);
        let found = assemblies::find(&self.drives, &ManagedType::parse(written), bin, bits == Bits::B64);
        let status = if self.drives.is_whole() { FileStatus::NotResolved } else { FileStatus::NotCollected };
        let facts = found.map_or_else(|| Rc::new(Facts::of_status("", status)), |path| self.at(&path));
        self.finished(&facts, bits)
    }

    /// A Windows of 32 bits has no other processes.
    fn own(&self, bits: Bits) -> Bits {
        if self.is_32_bit { Bits::B32 } else { bits }
    }

    /// The facts about the file at a path of the server.
    fn at(&mut self, path: &str) -> Rc<Facts> {
        let key = path.to_lowercase();
        if let Some(known) = self.seen.get(&key) {
            return Rc::clone(known);
        }
        let facts = Rc::new(self.read(path));
        self.seen.insert(key, Rc::clone(&facts));
        facts
    }

    fn read(&self, path: &str) -> Facts {
        if self.drives.deadline().is_over() {
            return Facts::of_status(path, FileStatus::NotCollected);
        }
        let status = match self.drives.find(path) {
            Place::Here(file) => match bytes(&file, MOST_BYTES) {
                Ok(Some(read)) => {
                    let contents = Contents::of(&read, self.trust);
                    let by_catalog = |hashes: &_| self.catalogs.signature(hashes, self.trust);
                    return Facts::of_contents(path, &contents, self.times(&file), by_catalog);
                }
                Ok(None) => FileStatus::TooLarge,
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => FileStatus::NotResolved,
                Err(_) => FileStatus::Denied,
            },
            Place::Missing => FileStatus::Missing,
            Place::NotCollected => FileStatus::NotCollected,
            Place::NotResolved => FileStatus::NotResolved,
            Place::Denied => FileStatus::Denied,
        };
        Facts::of_status(path, status)
    }

    /// When a file was written and when it was made, in seconds since 1970-01-01T00:00Z. Collectors keep the first; the second is
    /// that of their copy.
    fn times(&self, file: &Path) -> impl Iterator<Item = (&'static str, String)> + use<> {
        let about = fs::metadata(file).ok();
        let made = about.as_ref().filter(|_| self.drives.is_live()).and_then(|about| about.created().ok());
        let written = about.and_then(|about| about.modified().ok());
        let seconds = |time: Option<SystemTime>| Some(time?.duration_since(UNIX_EPOCH).ok()?.as_secs());
        let times = [("file_modified", seconds(written)), ("file_created", seconds(made))];
        times.into_iter().filter_map(|(column, seconds)| Some((column, seconds?.to_string())))
    }

    /// With what only the server as a whole tells.
    fn finished(&self, facts: &Facts, bits: Bits) -> Facts {
        let mut facts = facts.clone();
        facts.set("bits", if bits == Bits::B32 { "32" } else { "64" });
        facts.set("windows_version", &self.windows_version);
        facts.set("update_pending", self.update_pending);
        let known = facts.as_columns();
        let of_windows = known.signature == "valid" && known.signer_class.starts_with("windows");
        let older = of_windows.then(|| is_older(known.pe_version, &self.windows_version)).flatten();
        if let Some(older) = older {
            facts.set("older_than_in_box", if older { "yes" } else { "no" });
        }
        facts
    }
}

/// Whether a file of Windows is of an earlier version of it. Files of one version differ in the last number, which counts updates,
/// and before Windows 10 in the third one too, which counts service packs.
fn is_older(file: &str, windows: &str) -> Option<bool> {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|number| number.parse().ok()).collect();
        let count = if text.starts_with("10.") { 3 } else { 2 };
        numbers.filter(|numbers| numbers.len() == 4).map(|numbers| numbers.into_iter().take(count).collect())
    };
    OF_WINDOWS.iter().any(|version| file.starts_with(version)).then_some(())?;
    Some(numbers(file)? < numbers(windows)?)
}

/// The path on the server of a normal path.
fn path_of(normal: &str, bits: Bits, roots: &Roots) -> Option<String> {
    let twin = match bits {
        Bits::B64 => None,
        Bits::B32 => {
            normal.strip_prefix(r"%windir%\system32\").map(|rest| format!(r"%windir%\syswow64\{rest}"))
        }
    };
    let normal = twin.as_deref().unwrap_or(normal);
    if normal.as_bytes().get(1) == Some(&b':') {
        return Some(normal.to_owned());
    }
    let (folder, variable) = roots.folders().find(|(_, variable)| normal.starts_with(variable))?;
    normal.strip_prefix(variable).filter(|rest| rest.starts_with('\\')).map(|rest| format!("{folder}{rest}"))
}

/// A path with the variables that mean another folder to 32-bit processes.
fn as_expanded(written: &str, bits: Bits) -> Cow<'_, str> {
    const OF_32_BIT: [(&str, &str); 2] =
        [("%programfiles%", "%ProgramFiles(x86)%"), ("%commonprogramfiles%", "%CommonProgramFiles(x86)%")];
    let path = written.trim_start();
    let mut known = OF_32_BIT.iter().filter(|_| bits == Bits::B32);
    let head =
        |variable: &str| path.get(..variable.len()).is_some_and(|own| own.eq_ignore_ascii_case(variable));
    match known.find(|(variable, _)| head(variable)) {
        Some((variable, own)) => {
            Cow::Owned(format!("{own}{}", path.get(variable.len()..).unwrap_or_default()))
        }
        None => Cow::Borrowed(written),
    }
}

/// `LoadLibrary` appends it.
fn with_extension(path: String) -> String {
    let name = path.rsplit('\\').next().unwrap_or_default();
    if name.contains('.') { path } else { format!("{path}.dll") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_older_by_the_version_of_windows_alone() {
        for (file, windows, expected) in [
            ("10.0.20348.1", "10.0.20348.2340", Some(false)),
            ("10.0.14393.0", "10.0.20348.1", Some(true)),
            ("10.0.26100.1", "10.0.20348.1", Some(false)),
            ("6.1.7600.16385", "6.1.7601.24000", Some(false)),
            ("6.0.6001.1", "6.1.7601.24000", Some(true)),
            ("6.3.9600.1", "10.0.17763.1", Some(true)),
            ("", "10.0.17763.1", None),
            ("4.8.4494.0", "10.0.20348.1", None),
            ("7.2.1993.2336", "10.0.20348.1", None),
            ("10.0", "10.0.17763.1", None),
        ] {
            assert_eq!(is_older(file, windows), expected, "{file} {windows}");
        }
    }

    #[test]
    fn the_path_on_the_server() {
        use Bits::{B32, B64};
        for (normal, bits, expected) in [
            (r"%windir%\system32\inetsrv\x.dll", B64, Some(r"c:\windows\system32\inetsrv\x.dll")),
            (r"%windir%\system32\inetsrv\x.dll", B32, Some(r"c:\windows\syswow64\inetsrv\x.dll")),
            (r"%windir%\system32x\x.dll", B32, Some(r"c:\windows\system32x\x.dll")),
            (r"%programfiles(x86)%\a\x.dll", B64, Some(r"c:\program files (x86)\a\x.dll")),
            (r"d:\a\x.dll", B32, Some(r"d:\a\x.dll")),
            (r"%iis_bin%\x.dll", B64, None),
            (r"%windirx%\x.dll", B64, None),
        ] {
            assert_eq!(path_of(normal, bits, &Roots::default()).as_deref(), expected, "{normal}");
        }
        for (written, expected) in [
            (r"%ProgramFiles%\IIS\x.dll", r"%ProgramFiles(x86)%\IIS\x.dll"),
            (r" %COMMONPROGRAMFILES%\x.dll", r"%CommonProgramFiles(x86)%\x.dll"),
            (r"%ProgramFiles(x86)%\x.dll", r"%ProgramFiles(x86)%\x.dll"),
            (r"%ProgramW6432%\x.dll", r"%ProgramW6432%\x.dll"),
        ] {
            assert_eq!(
                (as_expanded(written, B32).as_ref(), as_expanded(written, B64).as_ref()),
                (expected, written)
            );
        }
        assert_eq!(with_extension(r"C:\a.b\x".to_owned()), r"C:\a.b\x.dll");
        assert_eq!(with_extension(r"C:\a\x.dll".to_owned()), r"C:\a\x.dll");
    }
}
