//! What a scan saw in all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::item::Item;
use super::shown::printable;
use crate::detect::{Column, Severity, Verdict};
use crate::problem::{Problem, ProblemKind};

/// What a scan saw in all, printed or not. Each row is counted once, as one of the kinds of rows; each finding once by its
/// verdict and once by its severity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows about modules, filters, handlers and watched settings that findings were made of.
    pub module_rows: u64,
    /// Rows that cannot be read; each is a finding.
    pub unreadable_rows: u64,
    /// Rows about other settings of the configuration: nothing to find.
    pub other_changes: u64,
    /// Events 50.
    pub commits: u64,
    /// Rows that are no IIS configuration event.
    pub other_rows: u64,
    /// Rows that point to the IIS configuration and that nobody understood.
    pub unread_rows: u64,
    /// Where the first of them stands.
    pub first_unread: Option<String>,
    /// Places of files that could not be read, each a problem of its own.
    pub lost_places: u64,
    /// Rows of lists that hold nothing.
    pub empty_rows: u64,
    /// Entries of configuration files that are no finding.
    pub only_counted: u64,
    /// Findings by verdict.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Findings by severity.
    pub severities: BTreeMap<Severity, u64>,
    /// Findings that need a person's decision.
    pub needs_decision: u64,
    /// How many of these there are of a severity on a host.
    pub to_decide: BTreeMap<Severity, BTreeMap<String, u64>>,
    /// Hosts that were read of, at whatever severity.
    pub hosts: BTreeSet<String>,
    /// Findings that were not asked for, and are counted nowhere else.
    pub left_out: LeftOut,
    /// Findings that are counted, and not listed because they matter less than was asked for.
    pub unlisted: u64,
    /// What the rows lack.
    pub gaps: Gaps,
}

/// Findings that filters left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// All of them.
    pub findings: u64,
    /// Those that need a person's decision.
    pub needs_decision: u64,
}

/// What rows lack that findings depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Events without a host.
    pub no_host: u64,
    /// Events without a time.
    pub no_time: u64,
    /// Rows with a time that cannot be read.
    pub unreadable_time: u64,
    /// The first such time, and where it stands.
    pub example: Option<(String, String)>,
    /// Rows with a time that names no zone.
    pub no_zone: u64,
}

impl Summary {
    /// Counts one finding.
    pub fn count(&mut self, item: &Item) {
        *self.verdicts.entry(item.verdict).or_default() += 1;
        *self.severities.entry(item.severity).or_default() += 1;
        if item.needs_decision {
            self.needs_decision += 1;
            let hosts = self.to_decide.entry(item.severity).or_default();
            *hosts.entry(item.fact(Column::Host).to_owned()).or_default() += 1;
        }
        self.read_of(item.fact(Column::Host));
    }

    /// Counts the findings that were asked for anew; the others are left out.
    pub(super) fn count_again(&mut self, items: &[Item]) {
        let (findings, needs_decision) = (self.findings(), self.needs_decision);
        (self.verdicts, self.severities) = Default::default();
        (self.needs_decision, self.to_decide) = Default::default();
        for item in items {
            self.count(item);
        }
        self.left_out.findings += findings - self.findings();
        self.left_out.needs_decision += needs_decision - self.needs_decision;
    }

    /// Notes a host that was read of.
    pub fn read_of(&mut self, host: &str) {
        if !host.is_empty() && !self.hosts.contains(host) {
            self.hosts.insert(host.to_owned());
        }
    }

    /// The hosts on which nothing needs a decision, the first of them by name; `None` where there is none, or where nobody
    /// knows because findings were left out. `is_whole`: everything was read.
    #[must_use]
    pub fn nothing_on(&self, most: usize, is_whole: bool) -> Option<String> {
        let is_asked = |host: &&String| self.to_decide.values().any(|hosts| hosts.contains_key(*host));
        let quiet: Vec<&String> = self.hosts.iter().filter(|host| !is_asked(host)).collect();
        if quiet.is_empty() || self.left_out.findings > 0 {
            return None;
        }
        let named = quiet.iter().take(most).map(|host| printable(host)).collect::<Vec<_>>().join(", ");
        let more = quiet.len().saturating_sub(most);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let start =
            if is_whole { "Read, nothing to decide" } else { "Nothing to decide in what was read of" };
        Some(format!("{start}: {named}{more}."))
    }

    /// Whether nothing that was read was about the IIS configuration, so that nothing was checked.
    #[must_use]
    pub fn checked_nothing(&self) -> bool {
        self.module_rows
            + self.unreadable_rows
            + self.other_changes
            + self.commits
            + self.unread_rows
            + self.only_counted
            == 0
    }

    /// What it means that no finding needs a decision; `None` where one does. `is_whole`: everything was read.
    #[must_use]
    pub fn nothing_to_decide(&self, is_whole: bool) -> Option<String> {
        if self.needs_decision > 0 {
            return None;
        }
        let start = if is_whole { "" } else { "Not all could be read. " };
        let LeftOut { findings, needs_decision } = self.left_out;
        Some(if self.checked_nothing() {
            format!("{start}Nothing of the IIS configuration was found, so nothing was checked.")
        } else if needs_decision > 0 {
            let (verb, all) =
                (if needs_decision == 1 { "does" } else { "do" }, counted(findings, "finding", "findings"));
            format!(
                "{start}Nothing that was asked for needs a decision; {needs_decision} of {all} left out by the filters {verb}."
            )
        } else if is_whole {
            "Nothing needs a decision.".to_owned()
        } else {
            "Not all could be read; nothing of the rest needs a decision.".to_owned()
        })
    }

    /// How many findings need a decision, by severity. `is_whole`: everything was read.
    #[must_use]
    pub fn counted_to_decide(&self, is_whole: bool) -> String {
        let total = self.needs_decision;
        let by_severity = self.to_decide.iter().rev();
        let counts =
            by_severity.map(|(severity, hosts)| format!("{} {severity}", hosts.values().sum::<u64>()));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let verb = if total == 1 { "needs" } else { "need" };
        let start = if is_whole { "" } else { "Not all could be read. " };
        format!("{start}{} {verb} a decision: {counts}", counted(total, "finding", "findings"))
    }

    /// All rows read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.kinds().iter().map(|(count, ..)| count).sum()
    }

    /// All findings.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.verdicts.values().sum()
    }

    /// The highest severity seen.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.severities.keys().next_back().copied()
    }

    /// What is to be told of rows that nobody understood; `None` where there are none.
    #[must_use]
    pub fn not_understood(&self) -> Option<Problem> {
        let first = self.first_unread.as_deref().unwrap_or("unknown");
        let rows = counted(self.unread_rows, "row points", "rows point");
        (self.unread_rows > 0).then(|| {
            let what = format!(
                "{rows} to the IIS configuration and could not be understood (first: {first}); nothing in them was checked"
            );
            Problem::new(ProblemKind::NotUnderstood, what).with_hint(
                "give scan the log itself, the .evtx file, or export the events as XML",
            )
        })
    }

    /// The kinds of rows: how many, and how one and several are called.
    fn kinds(&self) -> [(u64, &'static str, &'static str); 8] {
        [
            (self.module_rows, "about modules or watched settings", "about modules or watched settings"),
            (self.unreadable_rows, "unreadable", "unreadable"),
            (self.other_changes, "other change of the configuration", "other changes of the configuration"),
            (self.commits, "end of a commit", "ends of a commit"),
            (self.other_rows, "not about the IIS configuration", "not about the IIS configuration"),
            (self.unread_rows, "not understood", "not understood"),
            (self.empty_rows, "empty", "empty"),
            (self.only_counted, "only counted", "only counted"),
        ]
    }
}

impl fmt::Display for Summary {
    /// How many rows of which kind, and how many findings: `3 rows read: 2 about modules or watched settings, 1 end of a commit; 1 finding`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read", counted(self.rows(), "row", "rows"))?;
        let kinds = self.kinds().into_iter().filter(|(count, ..)| *count > 0);
        for (number, (count, one, many)) in kinds.enumerate() {
            write!(f, "{} {}", if number == 0 { ":" } else { "," }, counted(count, one, many))?;
        }
        write!(f, "; {}", counted(self.findings(), "finding", "findings"))?;
        if self.unlisted > 0 {
            write!(f, ", {} of them below --min-severity and not listed", self.unlisted)?;
        }
        if self.left_out.findings > 0 {
            let LeftOut { findings, needs_decision } = self.left_out;
            let verb = if needs_decision == 1 { "needs" } else { "need" };
            write!(f, "; {} left out by the filters", counted(findings, "finding", "findings"))?;
            write!(f, ", {needs_decision} of which {verb} a decision")?;
        }
        if self.lost_places > 0 {
            write!(f, "; {} could not be read", counted(self.lost_places, "place", "places"))?;
        }
        Ok(())
    }
}

impl Gaps {
    /// One sentence for each gap, and what follows from it.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.no_host > 0 {
            notes.push(format!("{} no host.", have(self.no_host)));
        }
        if self.no_time > 0 {
            notes.push(format!("{} no time.", have(self.no_time)));
        }
        if self.unreadable_time > 0 {
            let example = self.example.as_ref();
            let example =
                example.map_or_else(String::new, |(time, row)| format!(", such as `{time}` ({row})"));
            notes.push(format!(
                "{} a time that cannot be read{example}: write ISO 8601 (2026-01-31T09:14:10Z) or epoch seconds. Which of \
                 two numbers is the month is not guessed; the XML of an event, in a column _raw, has its time.",
                have(self.unreadable_time)
            ));
        }
        if !notes.is_empty() {
            notes.push(
                "Changes of such rows may be merged or divided wrongly, and entries for certain hosts or dates misjudged."
                    .to_owned(),
            );
        }
        if self.no_zone > 0 {
            notes.push(format!("{} a time without a zone; it was read as UTC.", have(self.no_zone)));
        }
        notes
    }
}

fn have(rows: u64) -> String {
    counted(rows, "row has", "rows have")
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_findings_in_words() {
        let told = |summary: &Summary| summary.to_string();
        assert_eq!(told(&Summary::default()), "0 rows read; 0 findings");
        let one = Summary {
            module_rows: 1,
            verdicts: BTreeMap::from([(Verdict::Unknown, 1)]),
            ..Summary::default()
        };
        assert_eq!(told(&one), "1 row read: 1 about modules or watched settings; 1 finding");
        let all = Summary {
            module_rows: 5,
            unreadable_rows: 1,
            other_changes: 2,
            commits: 2,
            other_rows: 1,
            unread_rows: 4,
            first_unread: Some("a.csv:2".to_owned()),
            lost_places: 2,
            empty_rows: 3,
            verdicts: BTreeMap::from([(Verdict::Unknown, 1), (Verdict::Unparsed, 1)]),
            ..Summary::default()
        };
        assert_eq!(
            told(&all),
            "18 rows read: 5 about modules or watched settings, 1 unreadable, 2 other changes of the configuration, 2 ends of a commit, \
             1 not about the IIS configuration, 4 not understood, 3 empty; 2 findings; 2 places could not be read"
        );
        let start = "4 rows point to the IIS configuration and could not be understood (first: a.csv:2); ";
        assert!(all.not_understood().unwrap().what().starts_with(start));
        assert_eq!(one.not_understood(), None);
        let asked = Summary {
            module_rows: 9,
            verdicts: BTreeMap::from([(Verdict::Unknown, 3)]),
            left_out: LeftOut { findings: 6, needs_decision: 1 },
            unlisted: 2,
            ..Summary::default()
        };
        assert_eq!(
            told(&asked),
            "9 rows read: 9 about modules or watched settings; 3 findings, 2 of them below --min-severity and not listed; \
             6 findings left out by the filters, 1 of which needs a decision"
        );
    }

    #[test]
    fn what_it_means_that_nothing_needs_a_decision() {
        let left_out = LeftOut { findings: 6, needs_decision: 2 };
        let quiet = LeftOut { findings: 6, needs_decision: 0 };
        for (module_rows, needs_decision, left_out, is_whole, expected) in [
            (1, 1, left_out, true, None),
            (1, 0, LeftOut::default(), true, Some("Nothing needs a decision.")),
            (1, 0, quiet, true, Some("Nothing needs a decision.")),
            (1, 0, quiet, false, Some("Not all could be read; nothing of the rest needs a decision.")),
            (
                1,
                0,
                left_out,
                true,
                Some(
                    "Nothing that was asked for needs a decision; 2 of 6 findings left out by the filters do.",
                ),
            ),
            (
                0,
                0,
                LeftOut::default(),
                true,
                Some("Nothing of the IIS configuration was found, so nothing was checked."),
            ),
            (
                0,
                0,
                LeftOut::default(),
                false,
                Some(
                    "Not all could be read. Nothing of the IIS configuration was found, so nothing was checked.",
                ),
            ),
        ] {
            let summary = Summary { module_rows, needs_decision, left_out, ..Summary::default() };
            assert_eq!(summary.nothing_to_decide(is_whole).as_deref(), expected);
        }
    }
}
