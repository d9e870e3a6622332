//! The check where hosts differ: an entry is judged as it works on the hosts that it is for.

use std::collections::HashMap;

use super::check::check;
use super::mistake::{Mistake, sort};
use super::rule::{
    DUPLICATE_ENTRY, NEVER_MATCHES, REPEATS_BASELINE, Rule, SHADOWED_ENTRY, SKIPS_FOLDERS, UNKNOWN_VARIABLE,
};
use crate::allowlist::{AllowlistError, HostProfiles, Patterns, SiteFile};

/// Rules that say what an entry does not do. They hold when they hold on all hosts that the entry is for; any other rule
/// holds when it does on one.
const USELESS: [&Rule; 6] =
    [&UNKNOWN_VARIABLE, &NEVER_MATCHES, &SKIPS_FOLDERS, &REPEATS_BASELINE, &DUPLICATE_ENTRY, &SHADOWED_ENTRY];

/// Checks a site file as it would work on each group of hosts. `now` is in microseconds since 1970-01-01T00:00Z. Findings
/// come in the order of the file. `Err` only for broken compiled-in data.
pub fn check_hosts(site: &SiteFile, hosts: &HostProfiles, now: i64) -> Result<Vec<Mistake>, AllowlistError> {
    let any = Patterns::default();
    let host_of: HashMap<u64, &Patterns> =
        site.entries.iter().map(|entry| (entry.line, &entry.host)).collect();
    let mut groups: Vec<(Vec<Patterns>, _)> = Vec::new();
    for (host, profile) in hosts.groups() {
        match groups.iter_mut().find(|(_, known)| *known == profile) {
            Some((named, _)) => named.push(host),
            None => groups.push((vec![host], profile)),
        }
    }
    let mut found: Vec<(Mistake, usize)> = Vec::new();
    let mut place_of: HashMap<(u64, &str, &str), usize> = HashMap::new();
    for (named, profile) in &groups {
        for mistake in check(site.clone(), profile, now)? {
            let host = host_of.get(&mistake.line).copied().unwrap_or(&any);
            if !named.iter().any(|group| hosts.is_of_group(group, host)) {
                continue;
            }
            let place =
                *place_of.entry((mistake.line, mistake.column, mistake.rule.name)).or_insert(found.len());
            match found.get_mut(place) {
                Some((_, times)) => *times += 1,
                None => found.push((mistake, 1)),
            }
        }
    }
    found.retain(|(mistake, times)| {
        let host = host_of.get(&mistake.line).copied().unwrap_or(&any);
        let meant =
            groups.iter().filter(|(named, _)| named.iter().any(|group| hosts.is_of_group(group, host)));
        !USELESS.contains(&mistake.rule) || *times >= meant.count()
    });
    let mut mistakes: Vec<Mistake> = found.into_iter().map(|(mistake, _)| mistake).collect();
    sort(&mut mistakes);
    Ok(mistakes)
}
