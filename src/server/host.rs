//! The configuration of one server: its files, each with its level.

use std::collections::HashMap;

use super::config::{Config, ConfigKind};
use super::level::Level;
use super::sites::Sites;
use super::trouble::Trouble;

/// What the worker processes of a pool read instead of the configuration of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The pool.
    pub pool: String,
    /// What they read.
    pub config: Config,
}

/// An earlier version of the configuration of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, which grows.
    pub number: u64,
    /// What it holds.
    pub config: Config,
}

/// What is kept of the earlier versions of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Where they were looked for; `None` where nobody looked.
    pub folder: Option<String>,
    /// Those that were read, the oldest first.
    pub versions: Vec<Version>,
}

/// The configuration of one server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// The name of the server; empty where it is not known.
    pub host: String,
    /// Files that were read.
    pub configs: Vec<(Level, Config)>,
    /// Files and folders that were not.
    pub unread: Vec<(Level, Trouble)>,
    /// The copies of it that worker processes read.
    pub copies: Vec<Copy>,
    /// What IIS keeps of its earlier versions.
    pub history: History,
    /// The files of each level, which is compared without case.
    by_level: HashMap<Level, Vec<usize>>,
}

impl Server {
    /// A server of which nothing was read yet.
    #[must_use]
    pub fn named(host: String) -> Self {
        Self { host, ..Self::default() }
    }

    /// Adds a file, read or not.
    pub fn add(&mut self, level: Level, read: Result<Config, Trouble>) {
        match read {
            Ok(config) => {
                self.by_level.entry(folded(&level)).or_default().push(self.configs.len());
                self.configs.push((level, config));
            }
            Err(trouble) => self.unread.push((level, trouble)),
        }
    }

    /// The files of a level.
    pub(super) fn at(&self, level: &Level) -> impl Iterator<Item = &Config> {
        let own = self.by_level.get(&folded(level)).into_iter().flatten();
        own.filter_map(|&number| self.configs.get(number)).map(|(_, config)| config)
    }

    /// The configuration of the server as a whole.
    #[must_use]
    pub fn own(&self) -> Option<&Config> {
        self.at(&Level::Server).find(|config| config.kind == ConfigKind::Server)
    }

    /// The sites, as the configuration of the server lists them.
    #[must_use]
    pub fn sites(&self) -> Option<&Sites> {
        self.own().map(|config| &config.sites)
    }
}

fn folded(level: &Level) -> Level {
    match level {
        Level::Place(place) => Level::Place(place.to_lowercase()),
        other => other.clone(),
    }
}
