//! The files that a site writes for the decision: its allowlist, and packs and folders by host. Reads them, and puts them
//! together with the entries compiled in.
//!
//! Knows `allowlist` for what they hold; nothing of where they lie or who asks.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::allowlist::packs::parse_option;
use crate::allowlist::{Catalogue, HostProfiles, SiteFile};

/// No allowlist is larger; a larger file is a mistake, and reading it would hold up every search.
const LARGEST_MIB: u64 = 64;

/// A file: its bytes, and the name that errors give it.
type Named = (Vec<u8>, String);

/// Puts together what a search or a scan compares with: the entries compiled in, the site's allowlist, the packs and
/// folders by host, and packs chosen for every host. The error says which file (line, column) or which pack is wrong.
pub fn assemble(
    site: Option<Named>,
    packs_file: Option<Named>,
    packs: Option<&str>,
) -> Result<(Catalogue, HostProfiles), String> {
    let site = match site {
        Some((bytes, name)) => SiteFile::parse(&bytes, &name).sound().map_err(|error| error.to_string())?,
        None => SiteFile::default(),
    };
    let catalogue = Catalogue::new(site).map_err(|error| error.to_string())?;
    let valid: Vec<&str> = catalogue.packs().into_keys().collect();
    let chosen = match packs {
        Some(text) => parse_option(text, &valid).map_err(|error| format!("packs={text}: {error}"))?,
        None => BTreeSet::new(),
    };
    let hosts = match packs_file {
        Some((bytes, name)) => {
            HostProfiles::parse(&bytes, &name, chosen, &valid).map_err(|error| error.to_string())?
        }
        None => HostProfiles::with_packs(chosen),
    };
    Ok((catalogue, hosts))
}

/// Reads a file of the site; `None` when it does not exist. Errors name it as `name`.
pub fn read_file(path: &Path, name: &str) -> Result<Option<Vec<u8>>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(name, &error)),
        Ok(found) if found.is_dir() => Err(format!("{name} is a folder: give the name of a CSV file")),
        Ok(found) if !found.is_file() => Err(format!("{name} is not a file: give the name of a CSV file")),
        Ok(found) if found.len() > LARGEST_MIB << 20 => Err(format!(
            "{name} has {} MiB; such a file may have at most {LARGEST_MIB} MiB. Is it the right one?",
            found.len().div_ceil(1 << 20)
        )),
        Ok(_) => fs::read(path).map(Some).map_err(|error| unreadable(name, &error)),
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied => "; give the user that runs this program the right to read it",
        _ => "",
    };
    format!("{name} cannot be read: {error}{advice}")
}
