//! The files of the site in the app: where they lie.

use std::path::{Path, PathBuf};

use searchcommand::Fatal;

use crate::knowledge::{Knowledge, Named, assemble_what_is_sound, read_file};
use crate::problem::Problem;

use super::options::Options;

/// The site's allowlist, when `allowlist=` names no other.
const ALLOWLIST: &str = "iismodcheck_allowlist.csv";
/// The site's packs and roots by host.
const PACKS: &str = "iismodcheck_packs.csv";
/// Folders of commands.conf's platforms, between the app's root and `bin`.
const PLATFORMS: [&str; 5] = ["linux_x86_64", "linux_x86", "windows_x86_64", "windows_x86", "darwin_x86_64"];

/// The lookups folder of the app that the executable lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookups {
    folder: PathBuf,
}

impl Lookups {
    /// The folder for an executable `…/APP/bin/iismodcheck` or `…/APP/PLATFORM/bin/iismodcheck`. Nothing is looked up
    /// on disk: on a search peer the app lies in a bundle, and the same rule holds there.
    #[must_use]
    pub fn of_executable(executable: &Path) -> Self {
        let mut root = executable.parent().unwrap_or(Path::new("."));
        let named =
            |folder: &Path, name: &str| folder.file_name().is_some_and(|n| n.eq_ignore_ascii_case(name));
        if named(root, "bin") {
            root = root.parent().unwrap_or(Path::new("."));
        }
        if PLATFORMS.iter().any(|platform| named(root, platform)) {
            root = root.parent().unwrap_or(Path::new("."));
        }
        Self { folder: root.join("lookups") }
    }

    /// The folder itself, for people.
    pub(super) fn folder(&self) -> String {
        self.folder.display().to_string()
    }

    /// The name of the file that is the allowlist of a search with these options.
    pub(super) fn allowlist(options: &Options) -> String {
        let named = options.allowlist.as_deref().and_then(|name| file_name(name).ok());
        named.unwrap_or_else(|| ALLOWLIST.to_owned())
    }

    /// Whether the site has written an allowlist or a packs file, readable or not.
    pub(super) fn has_site_files(&self) -> bool {
        [ALLOWLIST, PACKS].iter().any(|name| self.folder.join(name).try_exists().unwrap_or(true))
    }

    /// All entries and host profiles for one search. A file that is broken is told and no error, but for a name in
    /// `allowlist=` that leads nowhere.
    pub(super) fn load(&self, options: &Options) -> Result<Knowledge, Fatal> {
        let allowlist = match &options.allowlist {
            Some(name) => {
                let name = file_name(name)?;
                let found = self.read(&name);
                if let Ok(None) = found {
                    return Err(Fatal::new(format!(
                        "allowlist={name}: there is no such file in the lookups folder of this app. Files of other apps \
                         and private lookups cannot be read"
                    ))
                    .with_hint("create it there, or leave allowlist= out"));
                }
                found
            }
            None => self.read(ALLOWLIST),
        };
        assemble_what_is_sound(allowlist, self.read(PACKS), options.packs.as_deref())
            .map_err(|problem| Fatal::new(problem.to_string()))
    }

    /// The bytes of a file and its name for errors; `None` when it does not exist.
    fn read(&self, name: &str) -> Result<Option<Named>, Problem> {
        let shown = of_app(name);
        let bytes = read_file(&self.folder.join(name), &shown)?;
        Ok(bytes.map(|bytes| (bytes, shown)))
    }
}

/// The name for errors of a file that nobody named with its folder.
fn of_app(name: &str) -> String {
    format!("{name} in the lookups folder of this app")
}

/// A file name of the lookups folder, with `.csv` added when it is missing.
fn file_name(value: &str) -> Result<String, Fatal> {
    if value.contains(['/', '\\', ':', '\0']) || value == "." || value.contains("..") {
        return Err(Fatal::new(format!(
            "allowlist={value}: give the name of a file in the lookups folder of this app, without a path"
        )));
    }
    let has_ending = Path::new(value).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    Ok(if has_ending { value.to_owned() } else { format!("{value}.csv") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lookups_folder_is_beside_bin() {
        for (executable, folder) in [
            ("/opt/splunk/etc/apps/iismodcheck/bin/iismodcheck", "/opt/splunk/etc/apps/iismodcheck/lookups"),
            (
                "/opt/splunk/etc/apps/iismodcheck/linux_x86_64/bin/iismodcheck",
                "/opt/splunk/etc/apps/iismodcheck/lookups",
            ),
            (
                "/opt/splunk/var/run/searchpeers/sh-1/apps/iismodcheck/linux_x86_64/bin/iismodcheck",
                "/opt/splunk/var/run/searchpeers/sh-1/apps/iismodcheck/lookups",
            ),
            ("/usr/local/bin/iismodcheck", "/usr/local/lookups"),
            ("/src/target/release/iismodcheck", "/src/target/release/lookups"),
            ("iismodcheck", "lookups"),
        ] {
            assert_eq!(
                Lookups::of_executable(Path::new(executable)).folder,
                Path::new(folder),
                "{executable}"
            );
        }
    }

    #[test]
    fn only_plain_names_are_files_of_the_app() {
        assert_eq!(file_name("mine"), Ok("mine.csv".to_owned()));
        assert_eq!(file_name("mine.CSV"), Ok("mine.CSV".to_owned()));
        for bad in ["../x", "a/b", "a\\b", "c:x", "..", "."] {
            assert!(file_name(bad).is_err(), "{bad}");
        }
    }
}
