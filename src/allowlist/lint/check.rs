//! The check of one file on the hosts of one profile.

use super::mistake::{Mistake, broken, sort};
use super::rule::{ALLOWS_THREAT, Rule, UNKNOWN_COLUMN};
use super::{overlap, rules};
use crate::allowlist::catalogue::switch_error;
use crate::allowlist::packs::Profile;
use crate::allowlist::{AllowlistError, Catalogue, Column, Entry, EntrySource, SiteFile, Watched, builtin};

/// Checks a site file as it would work on hosts of `profile`. `now` is in microseconds since 1970-01-01T00:00Z.
/// Findings come in the order of the file. `Err` only for broken compiled-in data.
pub fn check(site: SiteFile, profile: &Profile, now: i64) -> Result<Vec<Mistake>, AllowlistError> {
    let file = site.file.clone();
    let watched = Watched::builtin()?;
    let builtin = builtin::entries()?;
    let ids = watched.rows().iter().map(|row| &row.id).chain(watched.known().iter().map(|known| &known.id));
    let shipped: Vec<&str> =
        builtin.iter().map(|entry| entry.id.as_str()).chain(ids.map(String::as_str)).collect();
    let mut mistakes: Vec<Mistake> = site.errors.iter().map(|error| broken(&file, error)).collect();
    for (written, meant) in &site.misspelt {
        mistakes.push(Mistake {
            file: file.clone(),
            line: site.header_line,
            column: meant,
            rule: &UNKNOWN_COLUMN,
            message: format!("{} (`{written}`; did you mean `{meant}`?)", UNKNOWN_COLUMN.finds),
            fix: UNKNOWN_COLUMN.fix,
        });
    }
    let mut entries = Vec::new();
    for entry in site.entries {
        match switch_error(&entry, shipped.contains(&entry.id.as_str()), &file) {
            Some(error) => mistakes.push(broken(&file, &error)),
            None => entries.push(entry),
        }
    }
    let catalogue = Catalogue::new(SiteFile { file: file.clone(), entries, ..SiteFile::default() })?;
    let index = catalogue.index(profile);
    let mut report = |entry: &Entry, column: Column, rule: &'static Rule, detail: &str| {
        let message =
            if detail.is_empty() { rule.finds.to_owned() } else { format!("{} ({detail})", rule.finds) };
        let column = column.as_str();
        mistakes.push(Mistake { file: file.clone(), line: entry.line, column, rule, message, fix: rule.fix });
    };
    let of_site =
        || catalogue.entries().iter().enumerate().filter(|(_, entry)| entry.source == EntrySource::Site);
    let threats = rules::threats_by_pattern(&index);
    let mut rules = rules::Rules::new(&index, now, &shipped);
    for (number, entry) in of_site().filter(|(_, entry)| entry.enabled) {
        if let Some(threat) = threats.get(&number) {
            report(entry, Column::Image, &ALLOWS_THREAT, threat);
        }
        rules.check(number, entry, &mut |column, rule, detail| {
            report(entry, column, rule, detail);
        });
    }
    let enabled: Vec<(usize, &Entry)> = of_site().filter(|(_, entry)| entry.enabled).collect();
    overlap::check(&enabled, &index, &mut report);
    sort(&mut mistakes);
    Ok(mistakes)
}
