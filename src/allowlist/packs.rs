//! Packs and roots by host: what an estate says about itself, in options and in `iismodcheck_packs.csv`.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use super::damage::Legible;
use super::error::AllowlistError;
use super::glob::has_wildcard;
use super::patterns::Patterns;
use super::scope::short_name;
use super::site::HOLLOW;
use super::table::{Table, TableRow};
use crate::iis::{Roots, RootsError};

/// What differs between groups of hosts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Profile {
    /// Where the folders behind the variables lie.
    pub roots: Roots,
    /// The chosen packs.
    pub packs: BTreeSet<String>,
    /// How far what the file says of these hosts could be read.
    pub legible: Legible,
}

/// A pack that does not exist. The name comes from an option that the user typed, so it may be quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no pack '{name}'; the packs are {}", valid.join(", "))]
pub struct UnknownPack {
    /// The name as typed.
    pub name: String,
    /// Every pack.
    pub valid: Vec<String>,
}

/// Reads the value of `packs=`: names divided by commas, `|` or spaces, in any case. `valid` are the packs there are.
pub fn parse_option(value: &str, valid: &[&str]) -> Result<BTreeSet<String>, UnknownPack> {
    names(value)
        .map(|name| {
            let known = valid.iter().find(|known| known.eq_ignore_ascii_case(name));
            known.map(|known| (*known).to_owned()).ok_or_else(|| UnknownPack {
                name: name.to_owned(),
                valid: valid.iter().map(|known| (*known).to_owned()).collect(),
            })
        })
        .collect()
}

fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', '|', ' ', '\t']).map(str::trim).filter(|name| !name.is_empty())
}

const COLUMNS: [&str; 5] = ["host", "packs", "system_root", "exchange_root", "variables"];
const HOST: usize = 0;
const PACKS: usize = 1;
const SYSTEM_ROOT: usize = 2;
const EXCHANGE_ROOT: usize = 3;
const VARIABLES: usize = 4;

/// The profiles of an estate's hosts.
#[derive(Debug, Clone, Default)]
pub struct HostProfiles {
    base: BTreeSet<String>,
    rules: Vec<Rule>,
    /// The rows for hosts by their names: which row is for a host is asked for each host of an estate.
    by_host: HashMap<String, Vec<usize>>,
    /// The other rows.
    by_pattern: Vec<usize>,
    misspelt: Vec<(String, &'static str)>,
    /// Of the file as a whole.
    legible: Legible,
}

#[derive(Debug, Clone, Default)]
struct Rule {
    host: Patterns,
    packs: BTreeSet<String>,
    /// Variable and folder.
    roots: Vec<(String, String)>,
    /// The row is bad: what it was to say is not known.
    is_bad: bool,
}

impl HostProfiles {
    /// Profiles without a packs file: the same packs and the default roots for every host.
    #[must_use]
    pub fn with_packs(packs: BTreeSet<String>) -> Self {
        Self { base: packs, ..Self::default() }
    }

    /// The profiles of a packs file that cannot be read at all.
    #[must_use]
    pub fn unreadable(packs: BTreeSet<String>) -> Self {
        Self { base: packs, legible: Legible::Not, ..Self::default() }
    }

    /// Reads a packs file: CSV with the columns `host` (globs divided by `|`, empty for every host), `packs`,
    /// `system_root`, `exchange_root` and `variables` (`NAME=FOLDER`, divided by `|`). `base` are packs for every
    /// host, `valid` those that there are. Fails with the first error.
    pub fn parse(
        bytes: &[u8],
        file: &str,
        base: BTreeSet<String>,
        valid: &[&str],
    ) -> Result<Self, AllowlistError> {
        let (hosts, errors) = Self::forgiving(bytes, file, base, valid);
        match errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(hosts),
        }
    }

    /// As [`HostProfiles::parse`], with what can be used of a file that is not sound, and every error of it: the first of
    /// each bad row. A bad row sets nothing; its hosts, or all where that cell cannot be read, are known to be in doubt.
    #[must_use]
    pub fn forgiving(
        bytes: &[u8],
        file: &str,
        base: BTreeSet<String>,
        valid: &[&str],
    ) -> (Self, Vec<AllowlistError>) {
        let read = Table::read(bytes, file, &COLUMNS);
        let (table, rows) = match read.and_then(|(table, rows)| Ok((with_columns(table)?, rows))) {
            Ok(read) => read,
            Err(error) => return (Self::unreadable(base), vec![error]),
        };
        let misspelt = table.misspelt(&COLUMNS);
        let mut rules = Vec::new();
        let mut errors = Vec::new();
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err(broken) => {
                    errors.push(broken.error);
                    rules.push(Rule { is_bad: true, ..Rule::default() });
                    continue;
                }
            };
            let flaw = row.flaw.clone().map_or(Ok(()), Err);
            match flaw.and_then(|()| rule(&table, &row, valid)) {
                Ok(rule) => rules.push(rule),
                Err(error) => {
                    errors.push(error);
                    rules.push(Rule { host: hosts(table.cell(&row, HOST)), is_bad: true, ..Rule::default() });
                }
            }
        }
        // The last one set wins: the most literal host pattern, whatever the order of the rows.
        rules.sort_by_cached_key(|rule: &Rule| {
            let written = rule.host.written();
            let literals = written.chars().filter(|c| !matches!(c, '*' | '?')).count();
            (
                !rule.host.is_any(),
                !has_wildcard(written),
                literals,
                written.to_lowercase(),
                rule.roots.clone(),
            )
        });
        let mut by_host: HashMap<String, Vec<usize>> = HashMap::default();
        let mut by_pattern = Vec::new();
        for (number, rule) in rules.iter().enumerate() {
            match rule.host.literals() {
                Some(hosts) => {
                    for host in hosts {
                        by_host.entry(host.to_owned()).or_default().push(number);
                    }
                }
                None => by_pattern.push(number),
            }
        }
        (Self { base, rules, by_host, by_pattern, misspelt, legible: Legible::Whole }, errors)
    }

    /// Columns that are not read and look like a misspelt one, as written, each with the name that may be meant.
    #[must_use]
    pub fn misspelt(&self) -> &[(String, &'static str)] {
        &self.misspelt
    }

    /// Whether every host has the same profile.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        self.rules.iter().all(|rule| rule.host.is_any())
    }

    /// The numbers of the rows that count for a host, in order: hosts of the same rows have the same profile. `host` is
    /// in lower case, short or full; for an unknown (empty) host only the rows for every host count.
    pub fn rows_of(&self, host: &str) -> impl Iterator<Item = usize> {
        let short = short_name(host);
        let is_for = |rule: &Rule| {
            rule.host.is_any() || !host.is_empty() && (rule.host.matches(host) || rule.host.matches(short))
        };
        let by_pattern = self.by_pattern.iter().filter(|number| self.rules.get(**number).is_some_and(is_for));
        let by_name = [host, short].into_iter().filter_map(|name| self.by_host.get(name)).flatten();
        // In order, and each once: a row may be for both names.
        by_pattern.chain(by_name).copied().collect::<BTreeSet<_>>().into_iter()
    }

    /// The profile that these rows make. Packs of all rows add up; of two rows that set one root, the one with the
    /// more literal host pattern wins.
    #[must_use]
    pub fn profile_of(&self, rows: &[usize]) -> Profile {
        let mut profile =
            Profile { roots: Roots::default(), packs: self.base.clone(), legible: self.legible };
        let mut roots: BTreeMap<String, &str> = BTreeMap::new();
        for rule in rows.iter().filter_map(|&number| self.rules.get(number)) {
            profile.packs.extend(rule.packs.iter().cloned());
            if rule.is_bad {
                profile.legible = profile.legible.max(Legible::InPart);
            }
            roots.extend(rule.roots.iter().map(|(name, folder)| (name.to_lowercase(), folder.as_str())));
        }
        for (variable, folder) in roots {
            // Every pair was accepted when the file was read.
            let _ = profile.roots.set(&variable, folder);
        }
        profile
    }

    /// Groups of hosts that may differ, each with its profile: those that no row is for (no pattern), and those of each row
    /// for certain hosts. Rows for every host count in each.
    pub fn groups(&self) -> impl Iterator<Item = (Patterns, Profile)> {
        let universal: Vec<usize> = self.rows_of("").collect();
        let rest = (Patterns::default(), self.profile_of(&universal));
        let rows = self.rules.iter().enumerate().filter(|(_, rule)| !rule.host.is_any());
        let groups: Vec<_> = rows
            .map(|(number, rule)| (rule.host.clone(), [&universal[..], &[number]].concat()))
            .map(|(host, rows)| (host, self.profile_of(&rows)))
            .collect();
        std::iter::once(rest).chain(groups)
    }

    /// Whether an entry for these hosts can be for a host of a group.
    #[must_use]
    pub fn is_of_group(&self, group: &Patterns, host: &Patterns) -> bool {
        if group.is_any() {
            // The hosts without a row, unless one row is for every host that the entry is for.
            return host.is_any()
                || !self.rules.iter().any(|rule| !rule.host.is_any() && rule.host.covers(host));
        }
        group.may_overlap(host)
    }

    /// The profile of a host, given as for [`HostProfiles::rows_of`].
    #[must_use]
    pub fn profile(&self, host: &str) -> Profile {
        self.profile_of(&self.rows_of(host).collect::<Vec<_>>())
    }
}

fn rule(table: &Table, row: &TableRow<'_>, valid: &[&str]) -> Result<Rule, AllowlistError> {
    let error = |column: usize, expected: String| AllowlistError::Cell {
        file: table.file.clone(),
        line: row.line,
        column: COLUMNS.get(column).copied().unwrap_or_default(),
        expected,
        found: table.cell(row, column).to_owned(),
    };
    let packs = parse_option(table.cell(row, PACKS), valid)
        .map_err(|unknown| error(PACKS, format!("names of packs: {}", unknown.valid.join(", "))))?;
    let mut roots = Vec::new();
    let mut probe = Roots::default();
    let mut set = |column: usize, variable: &str, folder: &str| {
        probe.set(variable, folder).map_err(|problem| error(column, expected_root(&problem)))?;
        roots.push((variable.to_owned(), folder.to_owned()));
        Ok(())
    };
    for (column, variable) in [(SYSTEM_ROOT, "system_root"), (EXCHANGE_ROOT, "exchange_root")] {
        let folder = table.cell(row, column).trim();
        if !folder.is_empty() {
            set(column, variable, folder)?;
        }
    }
    for pair in table.cell(row, VARIABLES).split('|').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (variable, folder) = pair.split_once('=').ok_or_else(|| error(VARIABLES, PAIRS.to_owned()))?;
        set(VARIABLES, variable.trim(), folder.trim())?;
    }
    let host = table.cell(row, HOST);
    if Patterns::is_hollow(host, None) {
        return Err(error(HOST, HOLLOW.to_owned()));
    }
    Ok(Rule { host: hosts(host), packs, roots, is_bad: false })
}

fn hosts(cell: &str) -> Patterns {
    Patterns::new(cell.trim(), None)
}

fn with_columns(table: Table) -> Result<Table, AllowlistError> {
    let says_something = table.has(HOST) && (PACKS..=VARIABLES).any(|column| table.has(column));
    if says_something || table.header_line == 0 {
        return Ok(table);
    }
    Err(AllowlistError::Header {
        file: table.file,
        line: table.header_line,
        expected: "the column `host` and one of `packs`, `system_root`, `exchange_root` and `variables`, separated by commas",
        guess: table.guess,
    })
}

const PAIRS: &str = r"NAME=folder for each variable, divided by |, such as APP_ROOT=D:\Apps";

fn expected_root(problem: &RootsError) -> String {
    match problem {
        RootsError::BadVariable(_) => PAIRS.to_owned(),
        RootsError::FollowsSystemRoot => {
            "no SystemDrive: it is the drive of system_root; set system_root instead".to_owned()
        }
        RootsError::BadFolder { problem, .. } => {
            format!(r"a plain absolute folder such as D:\Windows ({problem})")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const CELLS: [&str; 10] =
        ["", "*", "web01", "WEB01|app", "web01.corp", "web*", "app|w?b01", "app.corp", "10.0.0.1", "|"];
    const HOSTS: [&str; 8] =
        ["", "web01", "web01.corp", "web02", "app", "app.corp", "app.corp.example", "10.0.0.1"];

    proptest! {
        /// The rows found by name and by pattern are those that each row says by itself.
        #[test]
        fn the_rows_of_a_host_are_those_for_it(cells in prop::collection::vec(select(&CELLS[..]), 0..8)) {
            let rows: Vec<String> = cells.iter().map(|cell| format!("{cell},exchange")).collect();
            let text = format!("host,packs\n{}", rows.join("\n"));
            let (hosts, _) = HostProfiles::forgiving(text.as_bytes(), "f", BTreeSet::new(), &["exchange"]);
            for host in HOSTS {
                let is_for = |rule: &Rule| {
                    let named = rule.host.matches(host) || rule.host.matches(short_name(host));
                    rule.host.is_any() || !host.is_empty() && named
                };
                let slow: Vec<usize> = (0..hosts.rules.len()).filter(|row| is_for(&hosts.rules[*row])).collect();
                prop_assert_eq!(hosts.rows_of(host).collect::<Vec<_>>(), slow, "{}", host);
            }
        }
    }
}
