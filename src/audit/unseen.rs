//! Files that could not be looked at: what that means is told once for a server, not by every finding.

use std::collections::BTreeSet;

use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::server::files::Facts;

/// What could not be looked at on one server.
#[derive(Debug, Clone, Default)]
pub(super) struct Unseen {
    denied: BTreeSet<String>,
    not_collected: BTreeSet<String>,
    /// Files whose signature could not be checked to the end.
    not_checked: BTreeSet<String>,
}

impl Unseen {
    /// Takes what is known of a file. `shown` is what the configuration names, where the file has no path.
    pub fn take(&mut self, facts: &Facts, shown: &str) {
        let facts = facts.as_columns();
        let path = if facts.file.is_empty() { shown } else { facts.file }.to_owned();
        match (facts.file_status, facts.signature) {
            ("denied", _) => self.denied.insert(path),
            ("not_collected", _) => self.not_collected.insert(path),
            (_, "not_checked") => self.not_checked.insert(path),
            _ => false,
        };
    }

    /// What is told of it. `host` is the name of the server, empty where it is not known.
    pub fn problems(&self, host: &str, has_catalogs: bool) -> Vec<Problem> {
        let of = if host.is_empty() { String::new() } else { format!(" of {host}") };
        let mut told: Vec<Problem> = self
            .denied
            .iter()
            .map(|path| {
                let what = "the file may not be read: what it holds is not known";
                Problem::new(ProblemKind::Denied, what).at(Origin::of_file(path.as_str()))
            })
            .collect();
        if let Some(first) = self.not_collected.first() {
            let what = format!(
                "{} that the configuration{of} names are not in the collection, such as {first}: they are judged by name and path alone",
                files(self.not_collected.len())
            );
            let hint = r"collect the folders that they lie in, and C:\Windows\System32\CatRoot";
            told.push(Problem::new(ProblemKind::NotCollected, what).with_hint(hint));
        }
        if let Some(first) = self.not_checked.first().filter(|_| !has_catalogs) {
            let what = format!(
                "the catalogs{of} are not in the collection, so that the signatures of {} were not checked, such as that of {first}",
                files(self.not_checked.len())
            );
            let hint = r"collect the folder C:\Windows\System32\CatRoot as well";
            told.push(Problem::new(ProblemKind::NotCollected, what).with_hint(hint));
        }
        told
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
