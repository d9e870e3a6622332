//! What the documentation lists is what there is.

use std::fs;
use std::path::Path;

use iismodcheck::allowlist::{Column, lint};
use iismodcheck::detect::{needs_decision, reason};

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The rows of the first table below a heading, as cells.
fn table(text: &str, heading: &str) -> Vec<Vec<String>> {
    let start = text.find(heading).unwrap_or_else(|| panic!("no heading {heading}"));
    text[start..]
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

#[test]
fn every_lint_rule_is_documented_as_it_is() {
    let documented = table(&read("docs/allowlist.md"), "## What `allowlist check` finds");
    let rules: Vec<Vec<String>> = lint::RULES
        .iter()
        .map(|rule| {
            vec![
                format!("`{}`", rule.name),
                rule.severity.as_str().to_owned(),
                rule.finds.to_owned(),
                rule.fix.to_owned(),
            ]
        })
        .collect();
    assert_eq!(documented, rules);
}

#[test]
fn every_column_of_the_allowlist_is_documented() {
    let text = read("docs/allowlist.md");
    let documented: Vec<String> = table(&text, "## Columns")
        .iter()
        .flat_map(|row| row[0].split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        .collect();
    assert_eq!(documented, Column::NAMES);
}

/// The macro and the documentation have the condition as the program decides by it, and name every reason of doubt.
#[test]
fn what_needs_a_decision_is_one_condition() {
    let conf = read("splunk_app/default/macros.conf");
    let (_, stanza) = conf.split_once("[iismodcheck_needs_decision]\n").expect("the stanza");
    let definition = stanza.lines().find_map(|line| line.strip_prefix("definition = "));
    assert_eq!(definition, Some(needs_decision::spl().as_str()));
    let documentation = read("docs/verdicts.md");
    assert!(documentation.contains(&format!("\n    {}\n", needs_decision::spl())));
    let detection = read("detections/macros/iismodcheck_needs_decision.yml");
    assert!(detection.contains(&needs_decision::spl().replace('"', "\\\"")));
    for doubt in needs_decision::DOUBTS {
        assert!(reason::meaning(doubt).is_some(), "{doubt}");
    }
}
