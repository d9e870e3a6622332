//! The files that a site writes for the decision: its allowlist, and packs and folders by host. Reads them, and puts them
//! together with the entries compiled in.
//!
//! Knows `allowlist` for what they hold; nothing of where they lie or who asks.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::allowlist::packs::parse_option;
use crate::allowlist::{AllowlistError, Catalogue, Damage, HostProfiles, SiteFile};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// No allowlist is larger; a larger file is a mistake, and reading it would hold up every search.
const LARGEST_MIB: u64 = 64;
/// This many bad rows of a file are named in a warning.
const NAMED_ROWS: usize = 10;

/// A file: its bytes, and the name that errors give it.
pub type Named = (Vec<u8>, String);

/// What a search or a scan compares with.
pub struct Knowledge {
    /// The entries compiled in and those of the site's allowlist.
    pub catalogue: Catalogue,
    /// Packs and folders by host.
    pub hosts: HostProfiles,
    /// What is wrong with the site's files, a text for each.
    pub warnings: Vec<String>,
    /// The allowlist as it was found.
    pub allowlist: SiteFileState,
    /// The file with packs and folders by host as it was found.
    pub packs_file: SiteFileState,
}

/// A file of the site as it was found, for whoever asks which one decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFileState {
    /// Its sha256 in hexadecimal; `None` when there is no such file, or none that can be opened.
    pub sha256: Option<String>,
    /// How many of its rows are bad; `None` when no row counts, because the file cannot be read.
    pub bad_rows: Option<usize>,
}

impl SiteFileState {
    /// Before its rows are looked at.
    fn of(file: Option<&Named>) -> Self {
        let sha256 = |bytes: &[u8]| {
            Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        Self { sha256: file.map(|(bytes, _)| sha256(bytes)), bad_rows: Some(0) }
    }

    /// With what was wrong with its rows.
    fn with(self, errors: &[AllowlistError]) -> Self {
        let is_read = !errors.first().is_some_and(AllowlistError::is_of_the_file);
        Self { bad_rows: is_read.then_some(errors.len()), ..self }
    }

    fn unreadable() -> Self {
        Self { sha256: None, bad_rows: None }
    }
}

/// Puts together the entries compiled in, the site's allowlist, the packs and folders by host, and packs chosen for every
/// host. The error says which file (line, column) or which pack is wrong: for a person who waits for the answer.
pub fn assemble(
    allowlist: Option<Named>,
    packs_file: Option<Named>,
    packs: Option<&str>,
) -> Result<Knowledge, Problem> {
    let (list_state, packs_state) =
        (SiteFileState::of(allowlist.as_ref()), SiteFileState::of(packs_file.as_ref()));
    let allowlist = allowlist.map_or_else(SiteFile::default, |(bytes, name)| SiteFile::parse(&bytes, &name));
    let catalogue = Catalogue::new(allowlist)?;
    let (valid, chosen) = chosen(&catalogue, packs)?;
    let hosts = match packs_file {
        Some((bytes, name)) => HostProfiles::parse(&bytes, &name, chosen, &valid)?,
        None => HostProfiles::with_packs(chosen),
    };
    Ok(Knowledge { catalogue, hosts, warnings: Vec::new(), allowlist: list_state, packs_file: packs_state })
}

/// The entries compiled in, with every pack on every host: what any product of the packs explains.
pub fn all_that_is_shipped() -> Result<Knowledge, Problem> {
    let known = assemble(None, None, None)?;
    let packs = known.catalogue.packs().into_keys().map(str::to_owned).collect();
    Ok(Knowledge { hosts: HostProfiles::with_packs(packs), ..known })
}

/// As [`assemble`], with whatever can be used of the files: a search that nobody waits for must not end, and with it all
/// detection, because of a slip in one row. `Err` of a file says why it cannot be read. The error of this function is about
/// `packs` only.
pub fn assemble_what_is_sound(
    allowlist: Result<Option<Named>, Problem>,
    packs_file: Result<Option<Named>, Problem>,
    packs: Option<&str>,
) -> Result<Knowledge, Problem> {
    let mut warnings = Vec::new();
    let state_of = |file: &Result<Option<Named>, Problem>| match file {
        Ok(file) => SiteFileState::of(file.as_ref()),
        Err(_) => SiteFileState::unreadable(),
    };
    let (mut list_state, mut packs_state) = (state_of(&allowlist), state_of(&packs_file));
    let (allowlist, unread) = match allowlist {
        Ok(Some((bytes, name))) => (SiteFile::parse(&bytes, &name), None),
        Ok(None) => (SiteFile::default(), None),
        Err(why) => (SiteFile { damage: Damage::unreadable(), ..SiteFile::default() }, Some(why)),
    };
    let (file, powerless) = (allowlist.file.clone(), allowlist.powerless.clone());
    let (catalogue, errors) = Catalogue::forgiving(allowlist)?;
    if unread.is_none() {
        list_state = list_state.with(&errors);
    }
    let counts = "Such a row allows nothing, and denies by the cells that can be read";
    let unread = unread.map(|why| of_a_file(&why.to_string()));
    warnings.extend(unread.or_else(|| warning(&file, &errors, counts, &powerless)));
    let (valid, chosen) = chosen(&catalogue, packs)?;
    let hosts = match packs_file {
        Ok(Some((bytes, name))) => {
            let (hosts, errors) = HostProfiles::forgiving(&bytes, &name, chosen, &valid);
            packs_state = packs_state.with(&errors);
            warnings.extend(warning(&name, &errors, "Such a row sets nothing", &[]));
            hosts
        }
        Ok(None) => HostProfiles::with_packs(chosen),
        Err(why) => {
            warnings.push(of_a_file(&why.to_string()));
            HostProfiles::unreadable(chosen)
        }
    };
    Ok(Knowledge { catalogue, hosts, warnings, allowlist: list_state, packs_file: packs_state })
}

/// The packs that there are, and those chosen for every host.
fn chosen<'c>(
    catalogue: &'c Catalogue,
    packs: Option<&str>,
) -> Result<(Vec<&'c str>, BTreeSet<String>), Problem> {
    let valid: Vec<&str> = catalogue.packs().into_keys().collect();
    let chosen = match packs {
        Some(text) => parse_option(text, &valid)
            .map_err(|error| Problem::new(ProblemKind::Argument, format!("packs={text}: {error}")))?,
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
pub fn read_file(path: &Path, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    let wrong = |what: &str, hint: &'static str| {
        let problem = Problem::new(ProblemKind::Unreadable, what).at(Origin::of_file(name));
        Err(if hint.is_empty() { problem } else { problem.with_hint(hint) })
    };
    let unreadable = |error: &io::Error| {
        let hint = match error.kind() {
            ErrorKind::PermissionDenied => "give the user that runs this program the right to read it",
            _ => "",
        };
        wrong(&format!("cannot be read: {error}"), hint)
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => unreadable(&error),
        Ok(found) if found.is_dir() => wrong("it is a folder", "give the name of a CSV file"),
        Ok(found) if !found.is_file() => wrong("it is not a file", "give the name of a CSV file"),
        Ok(found) if found.len() > LARGEST_MIB << 20 => {
            let size = found.len().div_ceil(1 << 20);
            let what = format!("it has {size} MiB; such a file may have at most {LARGEST_MIB} MiB");
            wrong(&what, "is it the right one?")
        }
        Ok(_) => fs::read(path).map(Some).or_else(|error| unreadable(&error)),
    }
}

/// A file that must exist, by its path as given.
pub fn read_named(path: &Path) -> Result<Named, Problem> {
    let name = path.display().to_string();
    match read_file(path, &name)? {
        Some(bytes) => Ok((bytes, name)),
        None => Err(Problem::new(ProblemKind::Unreadable, "there is no such file").at(Origin::of_file(name))),
    }
}

/// As [`read_named`]; `-` is standard input.
pub fn read_named_or_input(path: &Path) -> Result<Named, Problem> {
    if path.as_os_str() != "-" {
        return read_named(path);
    }
    let name = "standard input".to_owned();
    let mut bytes = Vec::new();
    match io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok((bytes, name)),
        Err(error) => Err(Problem::new(ProblemKind::Unreadable, format!("cannot be read: {error}"))
            .at(Origin::of_file(name))),
    }
}

impl From<AllowlistError> for Problem {
    fn from(error: AllowlistError) -> Self {
        let column = Some(error.column()).filter(|column| !column.is_empty()).map(Into::into);
        let origin = Origin { column, ..Origin::of_line(error.file(), error.line()) };
        let problem = Self::new(ProblemKind::Entries, error.what()).at(origin);
        match error.hint() {
            Some(hint) => problem.with_hint(hint),
            None => problem,
        }
    }
}
