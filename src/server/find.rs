//! Which configuration files belong to which server, and to which level of it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::config::{Config, ConfigKind};
use super::deadline::Deadline;
use super::document::LARGEST;
use super::files::{Drives, resolve};
use super::host::Server;
use super::level::Level;
use super::settings::Wanted;
use super::trouble::{Code, Trouble};
use crate::origin::Origin;

pub(super) const SERVER_FILE: &str = "applicationHost.config";
pub(super) const WEB_FILE: &str = "web.config";
pub(super) const MACHINE_FILE: &str = "machine.config";
/// What else lies beside it.
pub(super) const BESIDE: [&str; 2] = ["redirection.config", "administration.config"];

/// Where it lies in what was copied with a part of its way.
const OWN_FOLDERS: [&str; 5] =
    ["config", r"inetsrv\config", "inetsrv", r"System32\inetsrv\config", r"System32\inetsrv"];
/// The folders of that way, whose names say nothing of the server.
const WINDOWS: [&str; 4] = ["config", "inetsrv", "system32", "windows"];

/// Folders in each other that are looked into.
const DEEPEST: usize = 32;
/// Files and folders that are looked at for one server.
const MOST: usize = 2_000_000;

/// A server whose files were found and not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A folder that holds applicationHost.config, itself or in a folder config, and, by site and application, the web.config
    /// files.
    Folder(PathBuf),
    /// The drives of a server.
    Image(String, Drives),
    /// Files that were named one by one.
    Files(Vec<PathBuf>),
}

/// The servers in a folder: it is one, or each folder in it is. `None` where no configuration is there.
#[must_use]
pub fn servers_in(folder: &Path) -> Vec<Found> {
    if let Some(found) = server_in(folder) {
        return vec![found];
    }
    let mut inside: Vec<PathBuf> = entries(folder).filter(|path| path.is_dir()).collect();
    inside.sort();
    let servers: Vec<Found> = inside
        .iter()
        .flat_map(|folder| server_in(folder).map_or_else(|| deeper(folder), |server| vec![server]))
        .collect();
    if !servers.is_empty() {
        return servers;
    }
    let mut tree = Tree::new(folder);
    if tree.any(|path| is_named(&path, WEB_FILE)) {
        vec![Found::Folder(folder.to_path_buf())]
    } else {
        Vec::new()
    }
}

fn server_in(folder: &Path) -> Option<Found> {
    let is_here = own_folder(folder).is_some();
    if is_here { Some(Found::Folder(folder.to_path_buf())) } else { image_in(folder) }
}

/// Where below the folder of a server its own file lies: in it, or in the last folders of the way that Windows has to it.
fn own_folder(folder: &Path) -> Option<PathBuf> {
    let has = |folder: &PathBuf| resolve(folder, SERVER_FILE).is_some_and(|path| path.is_file());
    let below = OWN_FOLDERS.iter().filter_map(|below| resolve(folder, below));
    std::iter::once(folder.to_path_buf()).chain(below).find(has)
}

/// The servers whose own file lies further below a folder. Copies that IIS keeps for itself are none.
fn deeper(folder: &Path) -> Vec<Found> {
    let is_kept = |name: &OsStr| {
        let name = name.to_string_lossy().to_lowercase();
        name.starts_with("cfghistory_") || name == "backup"
    };
    let files = Tree::new(folder).filter(|path| is_named(path, SERVER_FILE));
    let own = files.filter_map(|path| path.parent().map(Path::to_path_buf));
    let own = own.filter(|own| !own.strip_prefix(folder).unwrap_or(own).iter().any(is_kept));
    let server = |own: PathBuf| {
        let mut above = own.ancestors().take_while(|above| above.starts_with(folder));
        let server = above.find(|above| !is_of_windows(above)).filter(|above| own_folder(above).is_some());
        Found::Folder(server.unwrap_or(&own).to_path_buf())
    };
    let mut servers: Vec<Found> = own.map(server).collect();
    servers.dedup();
    servers
}

/// Whether a folder has the name of one that every server has.
fn is_of_windows(folder: &Path) -> bool {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_drive = name.trim_end_matches([':', '$']).len() == 1;
    is_drive || WINDOWS.contains(&name.as_str())
}

/// The server whose drives lie below a folder.
#[must_use]
pub fn image_in(folder: &Path) -> Option<Found> {
    Drives::below(folder).map(|drives| Found::Image(name_of(folder), drives))
}

/// The name of a folder, which is taken for that of the server; of the folders that every server has, the one above them.
fn name_of(folder: &Path) -> String {
    let absolute = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let own = absolute.ancestors().find(|above| !is_of_windows(above));
    own.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Found {
    /// The name of the server, as its folder tells it; empty where nothing does.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Folder(folder) => name_of(folder),
            Self::Image(host, _) => host.clone(),
            Self::Files(_) => String::new(),
        }
    }

    /// Its drives, where they are at hand.
    #[must_use]
    pub fn drives(&self) -> Option<&Drives> {
        match self {
            Self::Image(_, drives) => Some(drives),
            Self::Folder(_) | Self::Files(_) => None,
        }
    }

    /// Reads its files. `place` is that of a web.config of which nothing else tells it.
    #[must_use]
    pub fn read(&self, wanted: &dyn Wanted, place: Option<&str>) -> Server {
        let deadline = self.drives().map_or(Deadline::none(), Drives::deadline);
        let mut reading =
            Reading { server: Server::named(self.host()), wanted, deadline, seen: BTreeSet::new() };
        match self {
            Self::Folder(folder) => reading.folder(folder, place),
            Self::Image(_, drives) => reading.image(drives),
            Self::Files(files) => reading.files(files, place),
        }
        reading.server
    }
}

/// A server while it is read.
pub(super) struct Reading<'w> {
    pub server: Server,
    pub wanted: &'w dyn Wanted,
    /// When it is over nothing more is read.
    pub deadline: Deadline,
    /// Files at places that were read.
    seen: BTreeSet<(Level, PathBuf)>,
}

impl Reading<'_> {
    pub fn file(&mut self, level: Level, path: &Path) {
        if !self.deadline.is_over() && self.seen.insert((level.clone(), path.to_path_buf())) {
            let read = read(path, self.wanted);
            self.server.add(level, read);
        }
    }

    fn folder(&mut self, folder: &Path, place: Option<&str>) {
        let own = own_folder(folder).unwrap_or_else(|| folder.to_path_buf());
        for name in [SERVER_FILE].iter().chain(&BESIDE) {
            if let Some(path) = resolve(&own, name) {
                self.file(Level::Server, &path);
            }
        }
        self.webs(folder, place.unwrap_or_default());
    }

    /// The web.config files in the folder of a place, and below it.
    pub fn webs(&mut self, folder: &Path, place: &str) {
        let mut tree = Tree { deadline: self.deadline, ..Tree::new(folder) };
        for file in tree.by_ref().filter(|path| is_named(path, WEB_FILE)) {
            let inside = file.parent().and_then(|parent| parent.strip_prefix(folder).ok());
            let inside = inside.into_iter().flat_map(Path::iter).map(|piece| piece.to_string_lossy());
            let pieces = Some(place.into()).filter(|_| !place.is_empty()).into_iter().chain(inside);
            let own = pieces.collect::<Vec<Cow<'_, str>>>().join("/");
            // Beside the configuration of a server lies none of a place.
            let level = if own.is_empty() { Level::Unknown } else { Level::Place(own) };
            self.file(level, &file);
        }
        self.server.unread.extend(tree.cut(folder));
    }

    /// Files that were named one by one: the server's first, which tells whose folders the others lie in.
    fn files(&mut self, files: &[PathBuf], place: Option<&str>) {
        let mut read: Vec<_> = files.iter().map(|path| (path, read(path, self.wanted))).collect();
        let is_own =
            |read: &Result<Config, Trouble>| read.as_ref().is_ok_and(|config| config.kind != ConfigKind::Web);
        read.sort_by_key(|(_, read)| !is_own(read));
        for (path, read) in read {
            let level = if is_own(&read) || is_named(path, SERVER_FILE) {
                Level::Server
            } else if is_named(path, MACHINE_FILE) {
                Level::Machine
            } else if path.parent().is_some_and(|folder| resolve(folder, MACHINE_FILE).is_some()) {
                Level::WebRoot
            } else {
                self.place_of(path).or(place.map(Level::of)).unwrap_or(Level::Unknown)
            };
            self.server.add(level, read);
        }
    }

    /// The place whose folder, as the server names it, is the one that a file lies in.
    fn place_of(&self, file: &Path) -> Option<Level> {
        let absolute = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let pieces: Vec<String> = absolute
            .parent()
            .into_iter()
            .flat_map(Path::iter)
            .map(|piece| piece.to_string_lossy().to_lowercase())
            .collect();
        let folders = self.server.sites().map(|sites| sites.folders.as_slice()).unwrap_or_default();
        let is_of = |path: &str| {
            let (_, path) = path.split_once('\\').unwrap_or_default();
            let own: Vec<String> =
                path.split('\\').filter(|piece| !piece.is_empty()).map(str::to_lowercase).collect();
            !own.is_empty() && pieces.ends_with(&own)
        };
        let mut places = folders.iter().filter(|folder| is_of(&folder.path)).map(|folder| &folder.place);
        match (places.next(), places.next()) {
            (Some(place), None) => Some(Level::of(place)),
            _ => None,
        }
    }
}

fn is_named(path: &Path, name: &str) -> bool {
    path.file_name().and_then(|own| own.to_str()).is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// Reads one file, and those beside it that hold its sections.
pub(super) fn read(path: &Path, wanted: &dyn Wanted) -> Result<Config, Trouble> {
    let name: Arc<str> = path.display().to_string().into();
    let bytes =
        bytes(path).map_err(|(code, what)| Trouble::new(code, Origin::of_file(Arc::clone(&name)), what))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let hash = RefCell::new(Sha256::new_with_prefix(&bytes));
    let config = Config::read(&bytes, &name, wanted, &|source| {
        let path = resolve(folder, source).filter(|path| path.is_file())?;
        let name = path.display().to_string();
        let bytes = self::bytes(&path).ok()?;
        hash.borrow_mut().update(&bytes);
        Some((bytes, name.into()))
    })?;
    Ok(Config { modified: modified(path), sha256: Some(hash.into_inner().finalize().into()), ..config })
}

/// When a file was written, in microseconds since 1970-01-01T00:00Z.
fn modified(path: &Path) -> Option<i64> {
    let since = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok()
}

/// The bytes of a file, one more than is read of any where it has more.
fn bytes(path: &Path) -> Result<Vec<u8>, (Code, String)> {
    let unreadable = |error: io::Error| (code_of(&error), format!("cannot be read: {error}"));
    let file = fs::File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err((Code::Unreadable, "it is not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, LARGEST as u64 + 1), &mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// What kind of thing an error is.
pub(super) fn code_of(error: &io::Error) -> Code {
    if error.kind() == io::ErrorKind::PermissionDenied { Code::Denied } else { Code::Unreadable }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path())
}

/// The files below a folder, in the order of their names. Links are not followed.
struct Tree {
    left: Vec<(PathBuf, usize)>,
    seen: usize,
    deadline: Deadline,
    /// The first folder that was not looked into, and why.
    cut: Option<(PathBuf, Code, String)>,
}

impl Tree {
    fn new(folder: &Path) -> Self {
        Self { left: vec![(folder.to_path_buf(), 0)], seen: 0, deadline: Deadline::none(), cut: None }
    }

    /// What was not looked into.
    fn cut(self, folder: &Path) -> Option<(Level, Trouble)> {
        let (path, code, what) = self.cut?;
        let origin = Origin::of_file(path.display().to_string());
        let text = format!("{what}: web.config files below {} may have been missed", folder.display());
        Some((Level::Unknown, Trouble::new(code, origin, text)))
    }
}

impl Iterator for Tree {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        while let Some((path, depth)) = self.left.pop() {
            let Ok(found) = fs::symlink_metadata(&path) else { continue };
            // What was given may be a link; what lies in it must not.
            if found.is_symlink() && depth > 0 {
                continue;
            }
            if !path.is_dir() {
                return Some(path);
            }
            let read = fs::read_dir(&path);
            let refused = match &read {
                Ok(_) if self.deadline.is_over() => {
                    Some((Code::TooLarge, "the time for it was over".to_owned()))
                }
                Ok(_) if depth == DEEPEST => {
                    Some((Code::TooLarge, "too many folders lie in each other".to_owned()))
                }
                Ok(_) if self.seen > MOST => Some((Code::TooLarge, "there are too many files".to_owned())),
                Ok(_) => None,
                Err(error) => Some((code_of(error), format!("the folder cannot be read: {error}"))),
            };
            if let Some((code, why)) = refused {
                self.cut.get_or_insert((path, code, why));
                continue;
            }
            let mut inside: Vec<PathBuf> =
                read.into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect();
            inside.sort_by(|one, other| other.cmp(one));
            self.seen += inside.len();
            self.left.extend(inside.into_iter().map(|path| (path, depth + 1)));
        }
        None
    }
}
