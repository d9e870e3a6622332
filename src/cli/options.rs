//! What the options of several subcommands stand for.

use crate::allowlist::date;
use crate::detect::{Engine, time};
use crate::knowledge::{assemble, read_named};
use crate::problem::{Problem, ProblemKind};

use super::args::Compared;

/// The engine with the entries that options name.
pub(super) fn engine(compared: &Compared) -> Result<Engine, Problem> {
    let allowlist = compared.allowlist.as_deref().map(read_named).transpose()?;
    let packs_file = compared.packs_file.as_deref().map(read_named).transpose()?;
    let known = assemble(allowlist, packs_file, compared.packs.as_deref())?;
    let as_of = compared.as_of.as_deref().map(moment).transpose()?;
    Ok(Engine::new(known.catalogue, known.hosts, as_of))
}

/// A time, or a date, which stands for its first moment in UTC; in microseconds since 1970-01-01T00:00Z.
pub(super) fn moment(text: &str) -> Result<i64, Problem> {
    time::parse(text).or_else(|| date::valid_from(text)).ok_or_else(|| {
        Problem::new(ProblemKind::Argument, format!("`{text}` is not a time"))
            .with_hint("write 2026-03-31 or 2026-03-31T12:00Z")
    })
}

/// A time, or a date, which stands for its last moment in UTC.
pub(super) fn last_moment(text: &str) -> Result<i64, Problem> {
    // A day is over where an entry that expires on it no longer counts.
    time::parse(text).or_else(|| date::expires(text).map(|end| end - 1)).map_or_else(|| moment(text), Ok)
}
