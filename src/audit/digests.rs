//! Whether anything is other than it was, in three short texts: a search compares them without reading a row of a host that stayed as
//! it was.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::rows::{Fields, row, text};
use crate::iis::FileFacts;
use crate::server::Server;
use crate::server::files::Names;

/// Hexadecimal digits of a digest that are printed. Nobody gains by two states with one digest whom SHA-256 would stop.
const DIGITS: usize = 32;
/// Fields of a registration that a line more or less above it changes.
const OF_THE_LINE: &str = "config_line";
/// Facts that make a file another one, or trusted otherwise.
const OF_FILE: [&str; 8] = [
    "file",
    "bits",
    "file_status",
    "file_sha256",
    "signature",
    "signer_class",
    "pe_original_name",
    "pe_version",
];

/// Registrations by section, config path and location, each once.
type Groups = BTreeMap<[String; 3], BTreeSet<String>>;

/// The digests of one server.
#[derive(Debug, Default)]
pub(super) struct Digests {
    configs: BTreeMap<String, String>,
    registrations: Groups,
    files: BTreeSet<String>,
}

impl Digests {
    /// Takes the configuration files of a server.
    pub fn configs(&mut self, server: &Server, names: &Names) {
        for (_, config) in &server.configs {
            let hash = config.sha256.iter().flatten();
            let digits = hash.fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            self.configs.insert(names.on_server(&config.file), cut(digits));
        }
    }

    /// Takes the file of a row, if it has one.
    pub fn file(&mut self, row: &Fields) {
        if !text(row, "file_status").is_empty() {
            self.files.insert(OF_FILE.map(|name| text(row, name)).join("\u{1f}"));
        }
    }

    /// Takes a registration or a setting of the configuration as it is now.
    pub fn registration(&mut self, row: &Fields) {
        let section = Some(text(row, "section")).filter(|section| !section.is_empty());
        let group = [section.unwrap_or("settings"), text(row, "config_path"), text(row, "location")];
        let is_own = |name: &str| name != OF_THE_LINE && !FileFacts::COLUMNS.contains(&name);
        let own = row.iter().filter(|(name, _)| is_own(name)).map(|(name, value)| format!("{name}={value}"));
        let line = own.collect::<Vec<_>>().join("\u{1f}");
        self.registrations.entry(group.map(str::to_owned)).or_default().insert(line);
    }

    /// Adds the three digests to the row of the run.
    pub fn add_to(&self, run: &mut Fields) {
        let configs = self.configs.iter().flat_map(|(file, digest)| [file.as_str(), digest.as_str()]);
        run.insert("config_digest".to_owned(), json!(digest(configs)));
        let lines = self.registrations.values().flatten().map(String::as_str);
        run.insert("registrations_digest".to_owned(), json!(digest(lines)));
        run.insert("files_digest".to_owned(), json!(digest(self.files.iter().map(String::as_str))));
    }

    /// A row for each configuration file of which `is_asked_for` holds.
    pub fn config_rows(&self, is_asked_for: impl Fn(&str) -> bool) -> Vec<Fields> {
        let own = self.configs.iter().filter(|(file, _)| is_asked_for(file));
        own.map(|(file, digest)| of("config", [("config_file", json!(file)), ("digest", json!(digest))]))
            .collect()
    }

    /// A row for each section of each place.
    pub fn registration_rows(&self) -> Vec<Fields> {
        let row = |([section, config_path, location], lines): (&[String; 3], &BTreeSet<String>)| {
            let mut row =
                of("registrations", [("section", json!(section)), ("config_path", json!(config_path))]);
            if !location.is_empty() {
                row.insert("location".to_owned(), json!(location));
            }
            row.insert("entries".to_owned(), json!(lines.len()));
            row.insert("digest".to_owned(), json!(digest(lines.iter().map(String::as_str))));
            row
        };
        self.registrations.iter().map(row).collect()
    }
}

fn of(what: &str, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Fields {
    let mut row = row("digest");
    row.insert("of".to_owned(), json!(what));
    row.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    row
}

/// The digest of texts in their order. Each is written with its length, so that no two lists are one.
fn digest<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    cut(hash.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

fn cut(mut digits: String) -> String {
    digits.truncate(DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, more: &[(&str, Value)]) -> Fields {
        let mut fields = row("module");
        fields.insert("name".to_owned(), json!(name));
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        fields
    }

    fn told(rows: &[Fields]) -> String {
        let mut digests = Digests::default();
        for row in rows {
            digests.registration(row);
        }
        let mut run = row("run");
        digests.add_to(&mut run);
        text(&run, "registrations_digest").to_owned()
    }

    #[test]
    fn the_order_and_the_line_do_not_count_and_all_else_does() {
        let (a, b) = (module("A", &[]), module("B", &[]));
        let both = told(&[a.clone(), b.clone()]);
        assert_eq!(both.len(), DIGITS);
        assert_eq!(told(&[b.clone(), a.clone()]), both);
        // The same registration with its file for either bitness is one.
        let seen = [("config_line", json!(7)), ("bits", json!("32")), ("file_sha256", json!("00"))];
        assert_eq!(told(&[module("A", &seen), a.clone(), b.clone()]), both);
        for other in [
            module("B", &[("location", json!("Shop"))]),
            module("B", &[("config_file", json!("web.config"))]),
            module("B", &[("image", json!(r"C:\b.dll"))]),
            module("A", &[]),
        ] {
            assert_ne!(told(&[a.clone(), other.clone()]), both, "{other:?}");
        }
    }

    #[test]
    fn lists_of_other_texts_have_other_digests() {
        let of = |texts: &[&str]| digest(texts.iter().copied());
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&[]), of(&[""]));
    }
}
