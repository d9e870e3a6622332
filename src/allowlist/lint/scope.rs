//! Rules on where an entry counts: hosts, places, actions and conditions that no event has.

use super::mistake::Report;
use super::rule::{HOST_PATTERN, PLACE_PATTERN, REMOVAL_WITH_IMAGE, Rule, UNKNOWN_CONDITION};
use crate::allowlist::near::is_near;
use crate::allowlist::patterns::{is_host, is_place};
use crate::allowlist::{Column, Entry, Match};
use crate::iis::Action;

/// What IIS and its add-ons write into `preCondition`.
const CONDITIONS: [&str; 8] = [
    "bitness32",
    "bitness64",
    "integratedMode",
    "classicMode",
    "ISAPIMode",
    "managedHandler",
    "runtimeVersionv2.0",
    "runtimeVersionv4.0",
];

/// Runs every rule on one entry, allow or deny.
pub(super) fn check(entry: &Entry, report: &mut Report<'_>) {
    let odd: Vec<&str> = entry.host.parts().filter(|part| !is_host(part)).collect();
    told(Column::Host, &HOST_PATTERN, &odd, report);
    let odd: Vec<&str> = entry.config_path.parts().filter(|part| !is_place(part)).collect();
    told(Column::ConfigPath, &PLACE_PATTERN, &odd, report);
    for written in entry.precondition.split(',').map(str::trim_ascii) {
        let meant = CONDITIONS.iter().find(|known| is_near(written, known));
        if let Some(meant) = meant.filter(|_| !CONDITIONS.contains(&written)) {
            report(
                Column::Precondition,
                &UNKNOWN_CONDITION,
                &format!("`{written}`; did you mean `{meant}`?"),
            );
        }
    }
    let pair = entry.matching != Match::Name && !(entry.image.is_empty() && entry.type_name.is_empty());
    if pair && entry.actions == [Action::Removed] {
        report(Column::Action, &REMOVAL_WITH_IMAGE, "");
    }
}

fn told(column: Column, rule: &'static Rule, odd: &[&str], report: &mut Report<'_>) {
    if !odd.is_empty() {
        report(column, rule, &odd.join(", "));
    }
}
