//! The entries that a subcommand compares with.

use std::path::Path;

use crate::allowlist::{Catalogue, HostProfiles, SiteFile};
use crate::command::read_text;
use crate::detect::{Engine, time};

use super::args::Knowledge;

/// The engine for a subcommand's options.
pub(super) fn engine(knowledge: &Knowledge) -> Result<Engine, String> {
    let site = match &knowledge.allowlist {
        None => SiteFile::default(),
        Some(path) => {
            let text = named(path)?;
            SiteFile::parse(&text, &path.display().to_string()).map_err(|error| error.to_string())?
        }
    };
    let mut hosts = match &knowledge.packs_file {
        None => HostProfiles::default(),
        Some(path) => {
            let text = named(path)?;
            HostProfiles::parse(&text, &path.display().to_string()).map_err(|error| error.to_string())?
        }
    };
    if let Some(packs) = &knowledge.packs {
        hosts.choose(packs).map_err(|error| format!("--packs {packs}: {error}"))?;
    }
    let as_of = knowledge.as_of.as_deref().map(moment).transpose()?;
    Ok(Engine::new(Catalogue::with_site(site), hosts, as_of))
}

/// The text of a file that must exist.
pub(super) fn named(path: &Path) -> Result<String, String> {
    let name = path.display().to_string();
    read_text(path, &name)?.ok_or_else(|| format!("{name}: there is no such file"))
}

/// A time, or a date, which stands for its first moment in UTC; in microseconds since 1970-01-01T00:00Z.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    time::parse(text)
        .or_else(|| time::parse(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| format!("`{text}` is no time: write 2026-03-31 or 2026-03-31T12:00:00Z"))
}
