//! The entries that a subcommand compares with.

use std::io::Read;
use std::path::Path;

use crate::allowlist::date;
use crate::detect::{Engine, time};
use crate::site::{assemble, read_file};

use super::args::Knowledge;

/// The engine for a subcommand's options.
pub(super) fn engine(knowledge: &Knowledge) -> Result<Engine, String> {
    let site = knowledge.allowlist.as_deref().map(named).transpose()?;
    let packs_file = knowledge.packs_file.as_deref().map(named).transpose()?;
    let (catalogue, hosts) = assemble(site, packs_file, knowledge.packs.as_deref())?;
    let as_of = knowledge.as_of.as_deref().map(moment).transpose()?;
    Ok(Engine::new(catalogue, hosts, as_of))
}

/// The bytes of a file that must exist, and its name for errors.
pub(super) fn named(path: &Path) -> Result<(Vec<u8>, String), String> {
    let name = path.display().to_string();
    let bytes = read_file(path, &name)?.ok_or_else(|| format!("{name}: there is no such file"))?;
    Ok((bytes, name))
}

/// As [`named`]; `-` is standard input.
pub(super) fn input(path: &Path) -> Result<(Vec<u8>, String), String> {
    if path.as_os_str() != "-" {
        return named(path);
    }
    let name = "standard input".to_owned();
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok((bytes, name)),
        Err(error) => Err(format!("{name} cannot be read: {error}")),
    }
}

/// A time, or a date, which stands for its first moment in UTC; in microseconds since 1970-01-01T00:00Z.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    time::parse(text)
        .or_else(|| date::valid_from(text))
        .ok_or_else(|| format!("`{text}` is not a time: write 2026-03-31 or 2026-03-31T12:00Z"))
}
