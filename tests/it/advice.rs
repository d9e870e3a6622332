//! What to do about each row of the tables of verdicts. The snapshot is read by `tests/app/searches/test_advice.py`, which asks the
//! app's macros the same.

use std::collections::BTreeSet;

use iismodcheck::detect::advice::Advice;
use iismodcheck::detect::response::Response;
use iismodcheck::detect::{Column, Severity, Verdict};

use crate::verdicts::vector::{self, Told};

const TABLES: [&str; 3] = [
    include_str!("../fixtures/verdicts/reference.tsv"),
    include_str!("../fixtures/verdicts/own.tsv"),
    include_str!("../fixtures/verdicts/files.tsv"),
];
/// What no decision gives, but the readers of events: with a reason, without one, and named as something else would be.
const UNREAD: [(&str, &str, &str); 3] =
    [("", "", "cut_off"), ("", "", ""), ("setting", "removed", "list_cleared")];

/// Verdict, severity, action, kind, whether a type is named, reasons; and what follows: the case, and what to do.
fn line(told: &Told) -> String {
    let fact = |column| match column {
        Column::Kind => told.kind,
        Column::Action => told.action,
        Column::Type => told.type_name.as_str(),
        _ => "",
    };
    let reasons = || told.reasons.iter().map(String::as_str);
    let response = told.needs_decision.then(|| Response::of(told.verdict, fact, reasons()));
    let advice = Advice::of(told.verdict, told.severity, response, reasons());
    let case = response.map_or("-", Response::as_str);
    let of_type = if told.type_name.is_empty() { "" } else { "type" };
    let [verdict, severity] = [told.verdict.as_str(), told.severity.as_str()];
    let codes = reasons().map(|reason| reason.split(':').next().unwrap_or_default());
    let codes = codes.collect::<Vec<_>>().join(" ");
    [verdict, severity, told.action, told.kind, of_type, &codes, case, &advice.whole()].join(" | ")
}

#[test]
fn of_each_row_of_the_tables_of_verdicts() {
    let mut lines: BTreeSet<String> =
        TABLES.into_iter().flat_map(vector::read).map(|vector| line(&vector.told())).collect();
    for (kind, action, reason) in UNREAD {
        let reasons = Vec::from_iter(Some(reason.to_owned()).filter(|reason| !reason.is_empty()));
        lines.insert(line(&Told {
            verdict: Verdict::Unparsed,
            severity: Severity::Medium,
            action,
            kind,
            type_name: String::new(),
            reasons,
            needs_decision: true,
        }));
    }
    for response in Response::ALL {
        let shown =
            lines.iter().filter(|line| line.contains(&format!(" | {} | ", response.as_str()))).count();
        assert!(shown >= 3, "{}: {shown}", response.as_str());
    }
    let told = Vec::from_iter(lines).join("\n");
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("advice", told);
    });
}
