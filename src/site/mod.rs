//! The files that a site writes for the decision: its allowlist, and packs and folders by host. Reads them, and puts them
//! together with the entries compiled in.
//!
//! Knows `allowlist` for what they hold; nothing of where they lie or who asks.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::allowlist::packs::parse_option;
use crate::allowlist::{AllowlistError, Catalogue, Damage, HostProfiles, SiteFile};

/// No allowlist is larger; a larger file is a mistake, and reading it would hold up every search.
const LARGEST_MIB: u64 = 64;
/// This many bad rows of a file are named in a warning.
const NAMED_ROWS: usize = 10;

/// A file: its bytes, and the name that errors give it.
type Named = (Vec<u8>, String);

/// What a search or a scan compares with.
pub struct Knowledge {
    /// The entries compiled in and those of the site's allowlist.
    pub catalogue: Catalogue,
    /// Packs and folders by host.
    pub hosts: HostProfiles,
    /// What is wrong with the site's files, a text for each.
    pub warnings: Vec<String>,
}

/// Puts together the entries compiled in, the site's allowlist, the packs and folders by host, and packs chosen for every
/// host. The error says which file (line, column) or which pack is wrong: for a person who waits for the answer.
pub fn assemble(
    site: Option<Named>,
    packs_file: Option<Named>,
    packs: Option<&str>,
) -> Result<(Catalogue, HostProfiles), String> {
    let site = site.map_or_else(SiteFile::default, |(bytes, name)| SiteFile::parse(&bytes, &name));
    let catalogue = Catalogue::new(site).map_err(|error| error.to_string())?;
    let (valid, chosen) = chosen(&catalogue, packs)?;
    let hosts = match packs_file {
        Some((bytes, name)) => {
            HostProfiles::parse(&bytes, &name, chosen, &valid).map_err(|error| error.to_string())?
        }
        None => HostProfiles::with_packs(chosen),
    };
    Ok((catalogue, hosts))
}

/// As [`assemble`], with whatever can be used of the files: a search that nobody waits for must not end, and with it all
/// detection, because of a slip in one row. `Err` of a file says why it cannot be read. The error of this function is about
/// `packs` only.
pub fn assemble_what_is_sound(
    site: Result<Option<Named>, String>,
    packs_file: Result<Option<Named>, String>,
    packs: Option<&str>,
) -> Result<Knowledge, String> {
    let mut warnings = Vec::new();
    let (site, unread) = match site {
        Ok(Some((bytes, name))) => (SiteFile::parse(&bytes, &name), None),
        Ok(None) => (SiteFile::default(), None),
        Err(why) => (SiteFile { damage: Damage::unreadable(), ..SiteFile::default() }, Some(why)),
    };
    let (file, powerless) = (site.file.clone(), site.powerless.clone());
    let (catalogue, errors) = Catalogue::forgiving(site).map_err(|error| error.to_string())?;
    let counts = "Such a row allows nothing, and denies by the cells that can be read";
    warnings
        .extend(unread.map(|why| of_a_file(&why)).or_else(|| warning(&file, &errors, counts, &powerless)));
    let (valid, chosen) = chosen(&catalogue, packs)?;
    let hosts = match packs_file {
        Ok(Some((bytes, name))) => {
            let (hosts, errors) = HostProfiles::forgiving(&bytes, &name, chosen, &valid);
            warnings.extend(warning(&name, &errors, "Such a row sets nothing", &[]));
            hosts
        }
        Ok(None) => HostProfiles::with_packs(chosen),
        Err(why) => {
            warnings.push(of_a_file(&why));
            HostProfiles::unreadable(chosen)
        }
    };
    Ok(Knowledge { catalogue, hosts, warnings })
}

/// The packs that there are, and those chosen for every host.
fn chosen<'c>(
    catalogue: &'c Catalogue,
    packs: Option<&str>,
) -> Result<(Vec<&'c str>, BTreeSet<String>), String> {
    let valid: Vec<&str> = catalogue.packs().into_keys().collect();
    let chosen = match packs {
        Some(text) => parse_option(text, &valid).map_err(|error| format!("packs={text}: {error}"))?,
        None => BTreeSet::new(),
    };
    Ok((valid, chosen))
}

/// What a search says about a file with these errors; `counts` is what still counts of a bad row. Quotes no cell: `allowlist=` can be pointed at any file.
fn warning(file: &str, errors: &[AllowlistError], counts: &str, powerless: &[u64]) -> Option<String> {
    let first = errors.first()?;
    if first.is_of_the_file() {
        return Some(of_a_file(&first.to_string()));
    }
    let rows = |count: usize| if count == 1 { "1 bad row".to_owned() } else { format!("{count} bad rows") };
    let mut text = format!("{file}: {}. ", rows(errors.len()));
    for error in errors.iter().take(NAMED_ROWS) {
        let _ = write!(text, "{}. ", sentence(&error.place_and_fix()));
    }
    if errors.len() > NAMED_ROWS {
        let _ = write!(text, "And {} more. ", rows(errors.len() - NAMED_ROWS));
    }
    let _ = write!(text, "{counts}. ");
    if !powerless.is_empty() {
        let lines: Vec<String> = powerless.iter().take(NAMED_ROWS).map(u64::to_string).collect();
        let more = if powerless.len() > NAMED_ROWS { " and others" } else { "" };
        let _ = write!(text, "Nothing is denied by the deny rows in line {}{more}. ", lines.join(", "));
    }
    text.push_str("Findings that such a row may be about have the reason allowlist_damaged");
    Some(text)
}

fn of_a_file(why: &str) -> String {
    format!(
        "{why}. Until then no row of the file counts; modules that are merely on no list have the reason \
         allowlist_unreadable and raise no alert of their own"
    )
}

/// The text with its first letter in upper case.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
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
