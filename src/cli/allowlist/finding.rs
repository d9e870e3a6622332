//! A finding of an earlier scan, by its id or the beginning of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use crate::detect::Column as Fact;
use crate::knowledge;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Item, printable};
use crate::scan::{not_results, parse_results};

/// The least of an id that is looked for: what the text of a scan shows.
const SHORTEST: usize = 8;
/// Findings that an error names.
const NAMED: usize = 10;

/// A finding in what a scan wrote.
pub(super) struct Found {
    /// The one that was asked for.
    pub item: Item,
    /// The name of the file.
    pub file: String,
    /// Those that say the same of the same module on other hosts, by host.
    pub elsewhere: Vec<Item>,
}

/// The finding of this id in what a scan wrote.
pub(super) fn read(id: &str, from: &Path) -> Result<Found, Problem> {
    let (bytes, name) = knowledge::read_named(from)?;
    let origin = || Origin::of_file(name.as_str());
    let findings = parse_results(&bytes, &name)?.ok_or_else(|| not_results("").at(origin()))?;
    let item = choose(id, &findings).map_err(|problem| problem.at(origin()))?.clone();
    let elsewhere = elsewhere(&item, &findings);
    Ok(Found { item, file: name, elsewhere })
}

/// The findings about the same module on other hosts, one for each host.
fn elsewhere(item: &Item, findings: &[Item]) -> Vec<Item> {
    const SAME: [Fact; 4] = [Fact::Name, Fact::ImageNormalized, Fact::Type, Fact::Kind];
    let is_same = |other: &&Item| {
        let same = |fact: Fact| item.fact(fact).eq_ignore_ascii_case(other.fact(fact));
        SAME.into_iter().all(same)
            && other.verdict == item.verdict
            && other.fact(Fact::Host) != item.fact(Fact::Host)
    };
    let by_host = findings.iter().filter(is_same).map(|other| (other.fact(Fact::Host), other));
    by_host.collect::<BTreeMap<_, _>>().into_values().cloned().collect()
}

fn choose<'i>(id: &str, findings: &'i [Item]) -> Result<&'i Item, Problem> {
    let refused = |what: String| Problem::new(ProblemKind::Argument, what);
    let begins =
        |item: &&Item| !id.is_empty() && (item.id == id || (id.len() >= SHORTEST && item.id.starts_with(id)));
    let found: Vec<&Item> = findings.iter().filter(begins).collect();
    let Some((first, others)) = found.split_first() else {
        let mut known: Vec<&Item> = findings.iter().filter(|item| !item.id.is_empty()).collect();
        known.sort_by_key(|item| Reverse((item.needs_decision, item.severity)));
        return Err(refused(format!("there is no finding {}; {}", printable(id), told(&known))));
    };
    if others.iter().all(|other| other.id == first.id) {
        return Ok(first);
    }
    let what = format!("several findings begin with {}; {}", printable(id), told(&found));
    Err(refused(what).with_hint("give more of the id"))
}

/// The first of the findings, by id, module and host.
fn told(findings: &[&Item]) -> String {
    if findings.is_empty() {
        return "none has an id (use --level change)".to_owned();
    }
    let one = |item: &&Item| {
        let [name, host] = [Fact::Name, Fact::Host].map(|fact| printable(item.fact(fact)));
        // As the text of a scan shows it, where that is enough.
        let short = item.id.get(..SHORTEST).unwrap_or(&item.id);
        let is_enough = findings.iter().all(|other| other.id == item.id || !other.id.starts_with(short));
        format!("{} ({name} on {host})", if is_enough { short } else { &item.id })
    };
    let named: Vec<String> = findings.iter().take(NAMED).map(one).collect();
    let more = findings.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("its findings: {}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Severity, Verdict};

    fn items(ids: &[&str]) -> Vec<Item> {
        let item = |id: &&str| Item {
            time: None,
            verdict: Verdict::Unknown,
            severity: Severity::Medium,
            facts: ["X"].into_iter().collect(),
            reasons: Vec::new(),
            id: (*id).to_owned(),
            process: String::new(),
            needs_decision: true,
            origins: Vec::new(),
            other_files: Vec::new(),
            evidence: Vec::new(),
        };
        ids.iter().map(item).collect()
    }

    #[test]
    fn eight_characters_are_enough_where_they_are_of_one_finding() {
        let findings = items(&["0123456789ab", "0123456789cd", "ffffffff0000", "ffffffff0000", ""]);
        let chosen = |id| choose(id, &findings).map(|item| item.id.clone());
        assert_eq!(chosen("0123456789ab").unwrap(), "0123456789ab");
        assert_eq!(chosen("ffffffff").unwrap(), "ffffffff0000");
        assert_eq!(chosen("0123456789c").unwrap(), "0123456789cd");
        let error = |id| chosen(id).unwrap_err().to_string();
        assert!(
            error("01234567")
                .starts_with("several findings begin with 01234567; its findings: 0123456789ab (")
        );
        for id in ["0123", "fffffff", "12345678", ""] {
            assert!(error(id).starts_with(&format!("there is no finding {id}; ")), "{id}");
        }
        let mut findings = findings;
        findings[2].severity = Severity::High;
        let error = choose("abcdefgh", &findings).unwrap_err().to_string();
        assert!(error.contains("its findings: ffffffff (X on ), 0123456789ab ("), "{error}");
        let many: Vec<String> = (0..25).map(|number| format!("{number:012}")).collect();
        let many = items(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let error = choose("abcdefgh", &many).unwrap_err().to_string();
        assert_eq!(error.matches(" on ").count(), NAMED);
        assert!(error.ends_with(" and 15 more"), "{error}");
    }
}
