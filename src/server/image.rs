//! The configuration on the drives of a server.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::files::{Drives, Place};
use super::find::{BESIDE, MACHINE_FILE, Reading, SERVER_FILE, WEB_FILE, code_of, read};
use super::host::Copy;
use super::level::Level;
use super::sites::Folder;
use super::trouble::{Code, Trouble};
use crate::origin::Origin;

/// Where the configuration of a server lies.
const INETSRV: &str = r"%windir%\System32\inetsrv\config";
/// Where the copies lie that worker processes read: a folder for each pool.
const COPIES: &str = r"%SystemDrive%\inetpub\temp\appPools";
/// What is said of a folder of copies that cannot be listed.
const COPIES_UNREAD: &str =
    "the folder cannot be listed: what worker processes run in place of the configuration was not looked at";
/// Where IIS keeps earlier versions of its configuration.
const HISTORY: &str = r"%SystemDrive%\inetpub\history";
/// What every application of a runtime reads.
const RUNTIME_FILE: &str = "aspnet.config";
/// The folders of the .NET Framework that hold configurations.
const FRAMEWORKS: [&str; 4] = [
    r"%windir%\Microsoft.NET\Framework\v2.0.50727",
    r"%windir%\Microsoft.NET\Framework\v4.0.30319",
    r"%windir%\Microsoft.NET\Framework64\v2.0.50727",
    r"%windir%\Microsoft.NET\Framework64\v4.0.30319",
];

impl Reading<'_> {
    /// Reads what lies on the drives of a server.
    pub fn image(&mut self, drives: &Drives) {
        for name in BESIDE {
            self.if_there(drives, Level::Server, &format!(r"{INETSRV}\{name}"));
        }
        let own = self.shared(drives).unwrap_or_else(|| format!(r"{INETSRV}\{SERVER_FILE}"));
        match drives.find(&own) {
            Place::Here(path) => self.file(Level::Server, &path),
            place => {
                let (code, what) = match place {
                    Place::Denied => (Code::Denied, "the way to it may not be read"),
                    _ => (
                        Code::Unreadable,
                        "there is no such file: IIS is not installed, or its configuration was not collected",
                    ),
                };
                let trouble = Trouble::new(code, Origin::of_file(own), what);
                self.server.unread.push((Level::Server, trouble));
            }
        }
        for folder in FRAMEWORKS {
            let files = [(MACHINE_FILE, r"\Config"), (WEB_FILE, r"\Config"), (RUNTIME_FILE, "")];
            for (name, inside) in files {
                let level = if name == WEB_FILE { Level::WebRoot } else { Level::Machine };
                self.if_there(drives, level, &format!(r"{folder}{inside}\{name}"));
            }
        }
        let sites = self.server.sites().cloned().unwrap_or_default();
        for file in &sites.runtime_files {
            self.if_there(drives, Level::Machine, file);
        }
        self.copies(drives);
        self.history(drives);
        for folder in sites.folders {
            match drives.find(&folder.path) {
                Place::Here(path) => self.webs(&path, &folder.place),
                place => self.server.unread.push(not_at_hand(folder, &place)),
            }
        }
    }

    /// Reads a file that a server need not have.
    fn if_there(&mut self, drives: &Drives, level: Level, path: &str) {
        match drives.find(path) {
            Place::Here(path) => self.file(level, &path),
            Place::Denied => {
                let trouble =
                    Trouble::new(Code::Denied, Origin::of_file(path), "the way to it may not be read");
                self.server.unread.push((level, trouble));
            }
            _ => {}
        }
    }

    /// The shared configuration of a server that lies on its own drives. One on another machine is never asked for.
    fn shared(&mut self, drives: &Drives) -> Option<String> {
        let mut own = self.server.configs.iter_mut().map(|(_, config)| config);
        let redirection = own.find(|config| config.shared.is_some())?;
        let folder = redirection.shared.clone()?;
        let path = format!(r"{}\{SERVER_FILE}", folder.trim().trim_end_matches(['\\', '/']));
        matches!(drives.find(&path), Place::Here(_)).then_some(())?;
        redirection.troubles.retain(|trouble| trouble.code != Code::SharedConfiguration);
        Some(path)
    }

    /// The earlier versions of the configuration.
    fn history(&mut self, drives: &Drives) {
        let own = self.server.own().and_then(|config| config.history.clone());
        let folder = own.unwrap_or_else(|| HISTORY.to_owned());
        match drives.find(&folder) {
            Place::Here(path) => self.server.read_history(&path, self.wanted),
            Place::Denied => {
                let what = "the folder with earlier versions of the configuration may not be read";
                let trouble = Trouble::new(Code::Denied, Origin::of_file(folder.clone()), what);
                self.server.unread.push((Level::Server, trouble));
            }
            _ => {}
        }
        self.server.history.folder.get_or_insert(folder);
    }

    /// The copies that worker processes read.
    fn copies(&mut self, drives: &Drives) {
        let folder = match drives.find(COPIES) {
            Place::Here(folder) => folder,
            Place::Denied => {
                let trouble = Trouble::new(Code::Denied, Origin::of_file(COPIES), COPIES_UNREAD);
                self.server.unread.push((Level::Server, trouble));
                return;
            }
            _ => return,
        };
        let mut files: Vec<PathBuf> = Vec::new();
        for pool in self.inside(&folder) {
            match pool.file_type() {
                Ok(kind) if kind.is_dir() => {
                    files.extend(self.inside(&pool.path()).into_iter().map(|file| file.path()));
                }
                Ok(kind) if kind.is_file() => files.push(pool.path()),
                _ => {}
            }
        }
        files.retain(|path| path.extension().is_some_and(|own| own.eq_ignore_ascii_case("config")));
        files.sort();
        for path in files {
            let pool = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match read(&path, self.wanted) {
                Ok(config) => self.server.copies.push(Copy { pool, config }),
                Err(trouble) => self.server.unread.push((Level::Server, trouble)),
            }
        }
    }

    /// What lies in a folder of copies; that it cannot be listed is told.
    fn inside(&mut self, folder: &Path) -> Vec<DirEntry> {
        let listed: Result<Vec<_>, _> = fs::read_dir(folder).and_then(Iterator::collect);
        listed.unwrap_or_else(|error| {
            let origin = Origin::of_file(folder.display().to_string());
            let trouble = Trouble::new(code_of(&error), origin, format!("{COPIES_UNREAD}: {error}"));
            self.server.unread.push((Level::Server, trouble));
            Vec::new()
        })
    }
}

/// A folder of a site that is not below the folder that was given.
fn not_at_hand(folder: Folder, place: &Place) -> (Level, Trouble) {
    let is_remote = folder.path.starts_with(r"\\") || folder.path.starts_with("//");
    let (code, why) = if is_remote {
        (Code::Remote, "lies on another machine")
    } else if *place == Place::Denied {
        (Code::Denied, "may not be read")
    } else {
        (Code::NotResolved, "is not at hand")
    };
    let text = format!("the folder of `{}` {why}: whether it holds a web.config is not known", folder.place);
    (Level::Place(folder.place), Trouble::new(code, Origin::of_file(folder.path), text))
}
