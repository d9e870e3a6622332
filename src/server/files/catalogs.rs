//! The catalogs of a server: signed lists of the files of Windows, which mostly have no signature of their own.

use std::fs;
use std::path::{Path, PathBuf};

use super::drives::{Drives, Place};
use super::read::bytes;
use crate::file::catalog::{Index, IndexBuilder, verify};
use crate::file::{Hashes, Signature, Status, Trust};

/// Where they lie.
const FOLDER: &str = r"%windir%\System32\CatRoot";
/// A catalog has kilobytes; the largest of Windows a few megabytes.
const MOST_BYTES: u64 = 16 << 20;
/// A server has some thousands.
const MOST: usize = 100_000;

/// The catalogs below the drives of a server: their members are indexed, their bytes are not kept.
#[derive(Debug, Default)]
pub struct Catalogs {
    paths: Vec<PathBuf>,
    index: Index,
    /// All of them were looked at: a file that is in none is known to be in none.
    is_whole: bool,
    /// Catalogs that cannot be read as one. Anybody can put such a file there: they vouch for nothing, and excuse nothing.
    pub broken: usize,
}

impl Catalogs {
    /// Reads each catalog once. Where the folder is not at hand nothing is known of files without a signature of their own.
    #[must_use]
    pub fn read(drives: &Drives) -> Self {
        let mut catalogs = Self::default();
        let Place::Here(root) = drives.find(FOLDER) else { return catalogs };
        let (paths, was_listed) = listed(&root);
        let mut builder = IndexBuilder::default();
        let mut was_read = was_listed;
        for path in paths {
            let Ok(number) = u32::try_from(catalogs.paths.len()) else { break };
            if drives.deadline().is_over() {
                was_read = false;
                break;
            }
            match bytes(&path, MOST_BYTES) {
                Ok(Some(catalog)) => catalogs.broken += usize::from(builder.add(number, &catalog).is_err()),
                Ok(None) => catalogs.broken += 1,
                Err(_) => was_read = false,
            }
            catalogs.paths.push(path);
        }
        catalogs.index = builder.finish();
        catalogs.is_whole = was_read && !catalogs.paths.is_empty() && catalogs.index.left_out() == 0;
        catalogs
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.paths.len()
    }

    /// What the catalogs say of a file with these hashes: the best of the signatures over it, and the name of the catalog that it
    /// is in. Where none is, that it has none, or that this is not known, and no name.
    #[must_use]
    pub fn signature(&self, hashes: &Hashes, trust: Trust<'_>) -> (Signature, String) {
        let mut best: Option<(Signature, String)> = None;
        let mut numbers: Vec<u32> = self.index.candidates(hashes).collect();
        numbers.dedup();
        for number in numbers {
            let path = usize::try_from(number).ok().and_then(|number| self.paths.get(number));
            let Some(path) = path else { continue };
            let Ok(Some(catalog)) = bytes(path, MOST_BYTES) else { continue };
            let Ok(Some(signature)) = verify(&catalog, hashes, trust) else { continue };
            let is_valid = signature.status == Status::Valid;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if is_valid {
                return (signature, name);
            }
            best.get_or_insert((signature, name));
        }
        best.unwrap_or_else(|| {
            let status = if self.is_whole { Status::None } else { Status::NotChecked };
            (Signature { status, ..Signature::none() }, String::new())
        })
    }
}

/// The catalogs in the folders of a folder, and whether all of it could be listed.
fn listed(root: &Path) -> (Vec<PathBuf>, bool) {
    let mut all = true;
    let mut paths = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    folders.extend(
        entries(root, &mut all).into_iter().filter(|(_, is_folder)| *is_folder).map(|(path, _)| path),
    );
    for folder in folders {
        for (path, is_folder) in entries(&folder, &mut all) {
            let is_catalog = path.extension().is_some_and(|own| own.eq_ignore_ascii_case("cat"));
            if is_catalog && !is_folder {
                paths.push(path);
            }
        }
    }
    paths.sort();
    all &= paths.len() <= MOST;
    paths.truncate(MOST);
    (paths, all)
}

/// The files and folders in a folder, without links.
fn entries(folder: &Path, all: &mut bool) -> Vec<(PathBuf, bool)> {
    let Ok(entries) = fs::read_dir(folder) else {
        *all = false;
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
            Ok((path, kind)) if kind.is_dir() || kind.is_file() => found.push((path, kind.is_dir())),
            Ok(_) => {}
            Err(_) => *all = false,
        }
    }
    found
}
