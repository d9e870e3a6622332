//! What decides: which program, with which lists. For the job of a search, and for the self test.

use std::env::consts::{ARCH, OS};
use std::fmt;

use crate::allowlist::{Entry, EntrySource};
use crate::knowledge::{Knowledge, SiteFileState};

use super::files::Lookups;
use super::options::Options;

/// The version of this program.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What decides on the rows of a search.
pub(super) struct About {
    /// Where the site's files are looked for.
    pub(super) folder: String,
    /// The name of the allowlist.
    pub(super) file: String,
    /// The allowlist as it was found.
    pub(super) allowlist: SiteFileState,
    /// The packs file as it was found.
    pub(super) packs_file: SiteFileState,
    /// How many entries of the allowlist are switched on and within their dates.
    pub(super) in_force: usize,
    /// The packs of every host, as typed.
    pub(super) packs: Option<String>,
}

impl About {
    /// Of a search with these options; `now` is the time that the dates of entries are compared with here.
    pub(super) fn new(lookups: &Lookups, options: &Options, known: &Knowledge, now: i64) -> Self {
        let now = options.as_of.unwrap_or(now);
        let counts = |entry: &&Entry| {
            entry.source == EntrySource::Site
                && entry.enabled
                && entry.valid_from.is_none_or(|from| from <= now)
                && entry.expires.is_none_or(|end| now < end)
        };
        Self {
            folder: lookups.folder(),
            file: Lookups::allowlist(options),
            allowlist: known.allowlist.clone(),
            packs_file: known.packs_file.clone(),
            in_force: known.catalogue.entries().iter().filter(counts).count(),
            packs: options.packs.clone(),
        }
    }
}

/// The system that this program was built for.
pub(super) fn platform() -> String {
    format!("{OS} {ARCH}")
}

/// How a file was found, in words.
pub(super) fn found(file: &SiteFileState) -> &'static str {
    match file {
        SiteFileState { bad_rows: None, .. } => "cannot be read",
        SiteFileState { sha256: None, .. } => "not there",
        SiteFileState { bad_rows: Some(0), .. } => "good",
        SiteFileState { .. } => "has bad rows",
    }
}

impl fmt::Display for About {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{VERSION} on {}: allowlist {} {}", platform(), self.file, found(&self.allowlist))?;
        if let Some(sha256) = &self.allowlist.sha256 {
            write!(out, ", sha256 {sha256}")?;
        }
        if let Some(bad) = self.allowlist.bad_rows {
            let plural = if self.in_force == 1 { "entry" } else { "entries" };
            write!(out, ", {} {plural} in force, {bad} bad", self.in_force)?;
        }
        write!(out, "; packs file {}", found(&self.packs_file))?;
        write!(out, "; packs of every host: {}", self.packs.as_deref().unwrap_or("none"))
    }
}
