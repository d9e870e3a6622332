//! What worker processes really read: a copy of the server's configuration for each pool.

use std::collections::HashSet;

use super::behind::Behind;
use super::earlier::written;
use super::entries::at_server;
use super::sink::Sink;
use crate::iis::Section;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::server::files::Facts;
use crate::server::{Config, Copy, Entry, Level, Listing, Operation, Server};

/// Sections that register modules and filters.
const COMPARED: [Section; 3] = [Section::GlobalModules, Section::Modules, Section::IsapiFilters];

/// Gives what stands in a copy and not in the configuration to `sink`, and tells of every other difference.
pub(super) fn walk(server: &Server, host: &str, mut behind: Option<&mut Behind<'_>>, sink: &mut dyn Sink) {
    let Some(own) = server.own() else { return };
    let config_path = Level::Server.to_string();
    let in_config: HashSet<Key<'_>> = entries(own).map(key).collect();
    for copy in &server.copies {
        let written = written(&copy.config);
        let in_copy: HashSet<Key<'_>> = entries(&copy.config).map(key).collect();
        for (listing, entry) in entries(&copy.config).filter(|own| !in_config.contains(&key(*own))) {
            let Some(registration) = at_server(&config_path, listing, entry) else { continue };
            let files = behind.as_mut().map(|behind| behind.entry(&Level::Server, listing, entry));
            let mut files = files.unwrap_or_default();
            if files.is_empty() {
                files.push(Facts::default());
            }
            for facts in &mut files {
                facts.set("found_in", "worker_copy");
                facts.set("found_at", &written);
                facts.set("also_in_config", "no");
            }
            // What a name stands for is told where it is registered.
            if !entry.image.is_empty() || !entry.type_name.is_empty() {
                sink.module(host, &registration, &files, &entry.origin);
            }
        }
        let missing: Vec<_> = entries(own).filter(|own| !in_copy.contains(&key(*own))).collect();
        if let Some((_, entry)) = missing.first() {
            sink.tell(lacks(copy, own, missing.len(), entry));
        }
    }
}

/// That a copy lacks entries of the configuration: it is older, or somebody wrote it.
fn lacks(copy: &Copy, own: &Config, count: usize, entry: &Entry) -> Problem {
    let what = format!(
        "the worker processes of the pool `{}` read this copy, written {}, which lacks {count} of the entries that the configuration, written {}, has, such as `{}` ({})",
        copy.pool,
        written(&copy.config),
        written(own),
        entry.name.as_deref().unwrap_or_default(),
        entry.origin,
    );
    let origin = Origin::of_file(copy.config.file.clone());
    Problem::new(ProblemKind::Noted, what).at(origin).with_hint(
        "a copy is written anew when its pool starts: one that stays different was written by hand",
    )
}

fn entries(config: &Config) -> impl Iterator<Item = (&Listing, &Entry)> {
    let listings = config.listings.iter().filter(|listing| COMPARED.contains(&listing.section));
    listings.flat_map(|listing| {
        let added = listing.entries.iter().filter(|entry| entry.operation == Operation::Add);
        added.map(move |entry| (listing, entry))
    })
}

/// What makes two entries one: section, place, and all that is written.
type Key<'e> = (Section, String, Option<&'e str>, [&'e str; 3]);

fn key<'e>((listing, entry): (&'e Listing, &'e Entry)) -> Key<'e> {
    let texts = [entry.image.as_str(), entry.type_name.as_str(), entry.precondition.as_str()];
    (listing.section, listing.location.path.to_lowercase(), entry.name.as_deref(), texts)
}
