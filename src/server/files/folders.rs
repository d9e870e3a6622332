//! Folders whose files IIS or .NET loads without being told their names.

use std::fs;
use std::path::PathBuf;

use super::drives::Place;
use super::facts::Facts;
use super::look::{Bits, Files};
use super::read::bytes;
use crate::file::clr::{self, Assembly};
use crate::file::{MOST_BYTES, pe};

/// Files of one folder that are looked at. `bin` of a large application has some hundreds.
const MOST: usize = 20_000;

/// An assembly that runs code of its own when an application starts, and names what registers a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// Its path on the server.
    pub path: String,
    /// What it is to .NET.
    pub assembly: Assembly,
}

/// What a folder holds of one kind, and what could not be read of it, each with what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held<T> {
    /// What was found, in the order of the names.
    pub found: Vec<T>,
    /// Paths on the server, and what is wrong.
    pub unread: Vec<(String, String)>,
}

impl Files<'_> {
    /// The libraries in a folder, whatever their names: a path on the server for each.
    #[must_use]
    pub fn libraries(&self, folder: &str) -> Held<String> {
        self.each(folder, &|_| true, |path, file| Ok(pe::is_library(file).then(|| path.to_owned())))
    }

    /// The assemblies in a folder of assemblies that register modules by themselves.
    #[must_use]
    pub fn starters(&self, bin: &str) -> Held<Starter> {
        let is_assembly = |name: &str| {
            name.rsplit_once('.')
                .is_some_and(|(_, own)| ["dll", "exe"].contains(&own.to_ascii_lowercase().as_str()))
        };
        self.each(bin, &is_assembly, |path, file| {
            let assembly = clr::of_file(file).map_err(|fault| fault.to_string())?;
            let starts = |own: &Assembly| !own.start_methods.is_empty() && !own.registers_by.is_empty();
            Ok(assembly.filter(starts).map(|assembly| Starter { path: path.to_owned(), assembly }))
        })
    }

    /// The facts about the file at a path of the server, which nothing registers.
    pub fn unnamed(&mut self, path: &str, bits: Bits) -> Facts {
        let mut facts = self.of_path(path, bits);
        facts.set("found_in", "disk");
        facts
    }

    fn each<T>(
        &self,
        folder: &str,
        is_asked_for: &dyn Fn(&str) -> bool,
        look: impl Fn(&str, &[u8]) -> Result<Option<T>, String>,
    ) -> Held<T> {
        let mut held = Held { found: Vec::new(), unread: Vec::new() };
        let found = self.drives().find(folder);
        let folder = self.drives().expanded(folder);
        let place = match found {
            Place::Here(place) => place,
            Place::Denied => {
                held.unread.push((folder.into_owned(), "the folder may not be read".to_owned()));
                return held;
            }
            _ => return held,
        };
        let on_server = |name: &str| format!(r"{}\{name}", folder.trim_end_matches(['\\', '/']));
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries.filter_map(Result::ok),
            Err(error) => {
                held.unread.push((folder.into_owned(), format!("the folder cannot be read: {error}")));
                return held;
            }
        };
        let mut files: Vec<(String, PathBuf)> = entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
            .filter(|(name, _)| is_asked_for(name))
            .collect();
        files.sort();
        if files.len() > MOST {
            held.unread.push((folder.to_string(), "there are too many files".to_owned()));
        }
        for (name, file) in files.into_iter().take(MOST) {
            if self.drives().deadline().is_over() {
                break;
            }
            let path = on_server(&name);
            let read = bytes(&file, MOST_BYTES).map_err(|error| format!("cannot be read: {error}"));
            match read.and_then(|read| read.map_or(Ok(None), |read| look(&path, &read))) {
                Ok(found) => held.found.extend(found),
                Err(what) => held.unread.push((path, what)),
            }
        }
        held
    }
}
