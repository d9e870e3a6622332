//! What stands in an earlier version of the configuration of a server, and not in itself.

use std::collections::HashSet;

use super::behind::Behind;
use super::entries::{at_server, configured};
use super::sink::Sink;
use super::timeline::{Line, State};
use crate::detect::time;
use crate::server::files::Facts;
use crate::server::{Config, Level, Operation, Server};

/// Gives each of these to `sink`, once for each version that has it.
pub(super) fn walk(server: &Server, host: &str, mut behind: Option<&mut Behind<'_>>, sink: &mut dyn Sink) {
    let versions = &server.history.versions;
    let Some(own) = server.own().filter(|_| !versions.is_empty()) else { return };
    let config_path = Level::Server.to_string();
    let here: HashSet<Identity> = State::of(own).lines().map(identity).collect();
    for version in versions {
        let found_at = written(&version.config);
        for line in State::of(&version.config).lines().filter(|line| !here.contains(&identity(*line))) {
            match line {
                Line::Entry(listing, entry) => {
                    // What takes modules away loads nothing; what a name stands for is told where it is registered.
                    let by_name = entry.image.is_empty() && entry.type_name.is_empty();
                    if entry.operation != Operation::Add || by_name {
                        continue;
                    }
                    let Some(seen) = at_server(&config_path, listing, entry) else { continue };
                    let files = behind.as_mut().map(|behind| behind.earlier_entry(listing, entry));
                    sink.module(host, &seen, &found_in(files.unwrap_or_default(), &found_at), &entry.origin);
                }
                Line::Setting(row) => {
                    let seen = configured(&config_path, row);
                    let image = sink.image_of(&seen);
                    let files =
                        behind.as_mut().zip(image).map(|(behind, image)| behind.earlier_setting(&image));
                    sink.setting(host, &seen, &found_in(files.unwrap_or_default(), &found_at), &row.origin);
                }
            }
        }
    }
}

/// What makes a line of an earlier version one that the configuration has as well, wherever it stands there.
type Identity = (&'static str, String, [String; 2]);

fn identity(line: Line<'_>) -> Identity {
    let (section, _, name) = line.key();
    let texts = match line {
        Line::Entry(_, entry) => [entry.image.to_lowercase(), entry.type_name.clone()],
        Line::Setting(row) => [row.value.clone().unwrap_or_default(), String::new()],
    };
    (section, name.to_owned(), texts)
}

/// The facts about each file, or once none, with where the registration was found.
fn found_in(mut files: Vec<Facts>, found_at: &str) -> Vec<Facts> {
    if files.is_empty() {
        files.push(Facts::default());
    }
    for facts in &mut files {
        facts.set("found_in", "history");
        facts.set("found_at", found_at);
        facts.set("also_in_config", "no");
    }
    files
}

/// When a configuration was written, for people.
pub(super) fn written(config: &Config) -> String {
    config.modified.map_or_else(|| "an unknown time".to_owned(), time::format)
}
