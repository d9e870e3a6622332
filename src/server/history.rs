//! The earlier versions of its configuration that IIS keeps: a folder `CFGHISTORY_0000000012` for each.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::resolve;
use super::find::{SERVER_FILE, code_of, read};
use super::host::{Server, Version};
use super::level::Level;
use super::settings::Wanted;
use super::trouble::{Code, Trouble};
use crate::origin::Origin;

/// What the name of each folder begins with, in lower case; its number follows.
const PREFIX: &str = "cfghistory_";
/// Versions that are read, the newest: IIS keeps ten unless somebody asks for more.
const MOST: usize = 200;

impl Server {
    /// Reads the versions in a folder. What cannot be read is told, and so is what was taken away from between them.
    pub fn read_history(&mut self, folder: &Path, wanted: &dyn Wanted) {
        let name = folder.display().to_string();
        let tell =
            |code, what: String| (Level::Server, Trouble::new(code, Origin::of_file(name.clone()), what));
        let mut found = match numbered(folder) {
            Ok(found) => found,
            Err(error) => {
                let what =
                    format!("the folder with earlier versions of the configuration cannot be read: {error}");
                self.unread.push(tell(code_of(&error), what));
                Vec::new()
            }
        };
        let more = found.len().saturating_sub(MOST);
        if more > 0 {
            let what = format!("it has {} versions, of which the oldest {more} were not read", found.len());
            self.unread.push(tell(Code::TooLarge, what));
            found.drain(..more);
        }
        for ((before, _), (after, _)) in found.iter().zip(found.iter().skip(1)) {
            if after - before > 1 {
                let what = format!(
                    "the history of the configuration has the versions {before} and {after}, and none between them: IIS numbers them one after the other, and takes away the oldest alone"
                );
                self.unread.push(tell(Code::HistoryGap, what));
            }
        }
        for (number, path) in found {
            match resolve(&path, SERVER_FILE).map(|path| read(&path, wanted)) {
                Some(Ok(config)) => self.history.versions.push(Version { number, config }),
                Some(Err(trouble)) => self.unread.push((Level::Server, trouble)),
                // It has other files, such as a schema.
                None => {}
            }
        }
        self.history.folder = Some(name);
    }
}

/// The folders of versions by their numbers.
fn numbered(folder: &Path) -> std::io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let number = name.strip_prefix(PREFIX).and_then(|number| number.parse().ok());
        if let Some(number) = number.filter(|_| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            found.push((number, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}
