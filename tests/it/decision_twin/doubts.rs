//! What the oracle asks of the threats and of rows that are not sound.

use std::collections::BTreeMap;

use super::matching::{Case, Seen};
use iismodcheck::allowlist::glob::Glob;
use iismodcheck::allowlist::{Column, EntrySource, Strength};
use iismodcheck::detect::Verdict;
use iismodcheck::iis::{Image, fold};

impl<'c> Case<'c> {
    pub fn bad_rows(&self) -> &'c [Vec<String>] {
        self.shelf.bad_rows
    }

    /// Whether a bad row holds the name, the image or the type; a pattern counts where it may be one of these.
    pub fn is_held_by(&self, row: &[String]) -> bool {
        row.iter().enumerate().any(|(place, cell)| {
            let cell = cell.trim();
            let pattern = cell.contains(['*', '?']);
            let of_identity =
                [Column::Name, Column::Image, Column::Type].map(|c| c as usize).contains(&place);
            if cell.is_empty() || pattern && !(of_identity && says_something(cell)) {
                return false;
            }
            let head = cell.split(',').next().unwrap_or_default().trim();
            let names = [Some(self.subject.name), self.managed.as_ref().map(|seen| seen.name.as_str())];
            let names: Vec<String> = names.into_iter().flatten().map(denied).collect();
            let own = self.pattern(cell);
            let roots = &self.shelf.profile.roots;
            if pattern {
                let head = Glob::new(&denied(head), None);
                names.iter().any(|name| head.matches(name))
                    || self.images().iter().flatten().any(|image| {
                        let own = Image { normal: own.clone(), ..image.clone() };
                        Glob::new(&own.on_drive(roots), Some('\\')).matches(&image.on_drive(roots))
                    })
            } else {
                names.iter().any(|name| *name == denied(cell) || *name == denied(head))
                    || self.images().iter().flatten().any(|image| image.normal == own)
            }
        })
    }

    /// A full name of an assembly of the .NET Framework, in a version that the baseline has of it or that .NET 4 has.
    pub fn is_of_framework(&self) -> bool {
        let Some(seen) = &self.managed else { return false };
        let (Some(assembly), Some(key)) = seen.file() else { return false };
        let mut own = self.shelf.entries.iter().filter(|e| {
            let beside = e.managed.version.as_ref().is_some_and(|version| version.starts_with("1."));
            e.enabled
                && e.source == EntrySource::Baseline
                && e.managed.file() == (Some(assembly), Some(key))
                && assembly.starts_with("system.")
                && !beside
        });
        if seen.assembly.is_none() {
            return own.next().is_some();
        }
        let (Some(version), Some(_)) = (&seen.version, &seen.culture) else { return false };
        own.any(|e| match &e.managed.version {
            Some(own) => own == version || version == "4.0.0.0",
            None => ["2.0.0.0", "4.0.0.0"].contains(&version.as_str()),
        })
    }

    /// The threat that decides, or the one with the same common file name.
    pub fn threat(&self, decides: bool) -> Option<&'c Seen<'c>> {
        let strength = if decides { Strength::Distinctive } else { Strength::Common };
        self.images().iter().find_map(|image| {
            let path = |e: &Seen<'_>| image.as_ref().is_some_and(|seen| e.normal.normal == seen.normal);
            let file =
                |e: &Seen<'_>| image.as_ref().is_some_and(|seen| fold::fold(&e.image) == seen.file_name());
            let place = |e: &Seen<'_>| {
                let has_path = e.image.contains('\\');
                let named = !e.name.is_empty();
                let same_name = shown(&e.name).to_lowercase() == shown(self.subject.name).to_lowercase();
                let same_image = e.image.is_empty() || if has_path { path(e) } else { file(e) };
                if !e.type_name.is_empty() {
                    let same_type = self.managed.as_ref().is_some_and(|seen| seen.name == e.type_name);
                    return (same_type && (!named || same_name)).then_some(1);
                }
                match (named, has_path) {
                    (false, true) => path(e).then_some(0),
                    (true, _) => (same_name && same_image).then_some(2),
                    (false, false) => file(e).then_some(3),
                }
            };
            let threats =
                self.shelf.entries.iter().filter(|e| e.enabled && e.source == EntrySource::Threat(strength));
            threats.filter_map(|e| Some((place(e)?, e))).min_by_key(|(place, _)| *place).map(|(_, e)| e)
        })
    }
}

/// A name without control characters, the invisible ones that rows here have, and blanks around it.
pub fn shown(name: &str) -> String {
    name.replace(|c: char| c == '\u{200b}' || c == '\u{feff}' || c.is_control(), "").trim().replace("  ", " ")
}

/// A name in the form in which it is denied.
pub fn denied(name: &str) -> String {
    fold::fold(&shown(name))
}

/// The techniques of the watched settings.
const WATCHED: &str = include_str!("../../../splunk_app/lookups/iis_watched_settings.csv");

impl Case<'_> {
    /// What the finding is about: code that is loaded, or a protection that went; the table's own word for a watched setting.
    pub fn technique(&self, verdict: Verdict) -> String {
        let has = |code: &str| self.reasons.iter().any(|reason| reason.split(':').next() == Some(code));
        if verdict == Verdict::NotModule {
            return String::new();
        }
        if let Some(told) = &self.told {
            let mut table = csv::Reader::from_reader(WATCHED.as_bytes());
            let mut rows = table.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
            let row = rows.find(|row| {
                self.reasons.contains(&format!("setting:{}", row["id"])) || row["id"] == told.rule
            });
            return row.map_or("T1505.004".to_owned(), |row| row["technique"].clone());
        }
        let gone =
            ["protective_module_removed", "protective_module_narrowed", "list_cleared"].into_iter().any(has);
        let technique = match self.subject.name {
            "HttpLoggingModule" if gone => "T1562.002",
            _ if gone => "T1562.001",
            _ => "T1505.004",
        };
        technique.to_owned()
    }
}

pub fn is_about_nothing_in_particular(row: &[String]) -> bool {
    let cell = |column: Column| row[column as usize].as_str();
    cell(Column::Enabled) != "false"
        && ![Column::Name, Column::Image, Column::Type].into_iter().any(|c| says_something(cell(c)))
}

fn says_something(cell: &str) -> bool {
    cell.contains(char::is_alphanumeric)
}
