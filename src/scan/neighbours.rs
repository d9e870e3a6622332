//! Events of other logs beside findings: what was seen of them, and which belong to which finding.

use std::collections::BTreeMap;

use crate::detect::time;
use crate::event::{Neighbour, NeighbourKind};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Evidence, printable};

/// So far before or behind a finding a neighbour may be, in microseconds.
const NEAR: i64 = 3600 * 1_000_000;
/// Different neighbours that stand beside one finding, at most; the nearest count.
const MOST_BESIDE: usize = 8;

/// The neighbours of all files.
#[derive(Default)]
pub(super) struct Neighbours(Vec<Seen>);

/// One that was seen.
struct Seen {
    host: String,
    time: Option<i64>,
    neighbour: Neighbour,
    origin: Origin,
}

/// A module that could not be loaded, on a host, as often as it was tried.
pub(super) struct NotLoaded<'n> {
    pub(super) host: &'n str,
    pub(super) image: &'n str,
    /// When first.
    pub(super) time: Option<i64>,
    pub(super) origins: Vec<Origin>,
}

impl Neighbours {
    /// Takes note of one, with its host in lower case and its time.
    pub(super) fn note(&mut self, neighbour: Neighbour, host: String, time: Option<i64>, origin: Origin) {
        self.0.push(Seen { host, time, neighbour, origin });
    }

    /// Brings them in order, when all are there. One that several files have is one.
    pub(super) fn settle(&mut self) {
        fn key(seen: &Seen) -> (&str, Option<i64>, NeighbourKind, u64, &str) {
            let Neighbour { kind, number, image, .. } = &seen.neighbour;
            (&seen.host, seen.time, *kind, *number, image)
        }
        self.0.sort_by(|one, other| key(one).cmp(&key(other)));
        self.0.dedup_by(|one, other| one.time.is_some() && key(one) == key(other));
    }

    /// What stands beside a finding of this host and time: of the same host, within an hour; each thing once, the nearest first.
    /// Without that `except` could not be loaded.
    pub(super) fn beside(&self, host: &str, at: i64, except: Option<&str>) -> Vec<Evidence> {
        if host.is_empty() {
            return Vec::new();
        }
        let first = self.0.partition_point(|seen| (seen.host.as_str(), seen.time) < (host, Some(at - NEAR)));
        let near = self.0.iter().skip(first).take_while(|seen| seen.host == host);
        let near = near.filter_map(|seen| Some((seen.time.filter(|time| *time <= at + NEAR)?, seen)));
        let except = except.map(str::to_lowercase);
        let is_other = |(_, seen): &(i64, &Seen)| {
            except.as_ref().is_none_or(|except| seen.neighbour.image.to_lowercase() != *except)
        };
        let mut by_text: BTreeMap<String, (i64, usize, &Origin)> = BTreeMap::new();
        for (time, seen) in near.filter(is_other) {
            let entry = by_text.entry(in_words(&seen.neighbour)).or_insert((time, 0, &seen.origin));
            entry.1 += 1;
            if (time - at).abs() < (entry.0 - at).abs() {
                (entry.0, entry.2) = (time, &seen.origin);
            }
        }
        let mut found: Vec<_> = by_text.into_iter().collect();
        found.sort_by_key(|(_, (time, ..))| (time - at).abs());
        let evidence = |(what, (time, count, origin)): (String, (i64, usize, &Origin))| Evidence {
            time,
            what: if count > 1 { format!("{what}, {count} times") } else { what },
            origin: origin.clone(),
        };
        found.into_iter().take(MOST_BESIDE).map(evidence).collect()
    }

    /// That the log itself was cleared is a problem of its own: what stood in it is missing.
    pub(super) fn problems(&self) -> impl Iterator<Item = Problem> + '_ {
        self.0.iter().filter(|seen| seen.neighbour.kind == NeighbourKind::LogCleared).map(|seen| {
            let host = if seen.host.is_empty() { "a host that is not known" } else { &seen.host };
            let when = seen.time.map_or_else(|| "a time that is not known".to_owned(), time::to_the_second);
            let what = format!(
                "{} on {} at {when}: what it held before is missing",
                in_words(&seen.neighbour),
                printable(host)
            );
            Problem::new(ProblemKind::LogCleared, what)
                .with_hint("look for its events where they were forwarded to, or in a copy of the log; ask who cleared it")
                .at(seen.origin.clone())
        })
    }

    /// The modules that could not be loaded.
    pub(super) fn not_loaded(&self) -> Vec<NotLoaded<'_>> {
        let mut found: BTreeMap<(&str, String), NotLoaded<'_>> = BTreeMap::new();
        for seen in self.0.iter().filter(|seen| !seen.neighbour.image.is_empty()) {
            let (host, image) = (seen.host.as_str(), seen.neighbour.image.as_str());
            found
                .entry((host, image.to_lowercase()))
                .or_insert_with(|| NotLoaded { host, image, time: seen.time, origins: Vec::new() })
                .origins
                .push(seen.origin.clone());
        }
        found.into_values().collect()
    }
}

/// What a neighbour tells, without where and when.
fn in_words(neighbour: &Neighbour) -> String {
    let by = match printable(&neighbour.actor) {
        by if by.is_empty() => String::new(),
        by => format!(" by {by}"),
    };
    match neighbour.kind {
        NeighbourKind::LogCleared => format!("the log of the IIS configuration was cleared{by}"),
        NeighbourKind::SecurityLogCleared => format!("the Security log was cleared{by}"),
        NeighbourKind::ModuleNotLoaded => {
            let image = match printable(&neighbour.image) {
                image if image.is_empty() => "a module".to_owned(),
                image => image,
            };
            format!("IIS could not load {image} (event {})", neighbour.number)
        }
    }
}
