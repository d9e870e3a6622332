use super::{Seen, blocks, catalogue, with_packs, written};
use crate::allowlist::{SiteFile, date, lint};

const BAD: &str = include_str!("../../../tests/fixtures/allowlists/bad.txt");
const MATCH: &str = include_str!("../../../tests/fixtures/allowlists/match.txt");
const LINT: &str = include_str!("../../../tests/fixtures/allowlists/lint.txt");

#[test]
fn each_broken_file_is_refused_with_its_text() {
    let blocks = blocks(BAD);
    assert!(blocks.len() >= 28);
    for block in blocks {
        let error = catalogue(&block.file).expect_err(&block.title);
        assert_eq!(vec![error.to_string()], block.expected, "{}", block.title);
        assert!(error.line() > 0);
    }
}

#[test]
fn no_error_quotes_a_cell() {
    for (marker, file) in [
        ("s3cret", "name,image,enabled\nA,C:\\a.dll,s3cret\n"),
        ("s3cret", "name,image,kind,action\nA,C:\\a.dll,,s3cret\n"),
        ("s3cret", "s3cret,also\n1,2\n"),
        ("s3cret", "name,image,expires\nA,C:\\a.dll,s3cret\n"),
        ("s3cret", "name,image\ns3cret,\n"),
        ("s3cret", "id,enabled\ns3cret,false\n"),
    ] {
        let error = catalogue(file.as_bytes()).unwrap_err().to_string();
        assert!(!error.contains(marker), "{error}");
    }
}

#[test]
fn each_file_finds_what_the_table_says() {
    let profile = with_packs(&["exchange"]);
    let mut rows = 0;
    for block in blocks(MATCH) {
        let index = catalogue(&block.file).expect(&block.title).index(&profile);
        for line in &block.expected {
            let cells: Vec<&str> = line.split(" | ").collect();
            let [kind, name, shown, expected] = cells.as_slice() else { panic!("four cells: {line}") };
            let seen = Seen::new(kind, name, shown, &profile);
            assert_eq!(
                written(&index.candidates(&seen.identity()), &index),
                *expected,
                "{}: {line}",
                block.title
            );
            rows += 1;
        }
    }
    assert!(rows >= 80, "{rows}");
}

#[test]
fn the_check_finds_what_the_table_says() {
    let now = date::valid_from("2026-06-01").unwrap();
    let mut rules = Vec::new();
    for block in blocks(LINT) {
        let site = SiteFile::parse(&block.file, "site.csv");
        let findings = lint::check(site, &with_packs(&[]), now).unwrap();
        let found: Vec<String> = findings
            .iter()
            .map(|finding| {
                let column = if finding.column.is_empty() { "-" } else { finding.column };
                let detail = finding.message.strip_prefix(finding.rule.finds).unwrap_or_default();
                format!("{} {column} {}{detail}", finding.line, finding.rule.name)
            })
            .collect();
        let mut sorted = (found, block.expected);
        sorted.0.sort();
        sorted.1.sort();
        assert_eq!(sorted.0, sorted.1, "{}", block.title);
        rules.extend(findings.iter().map(|finding| finding.rule.name));
    }
    for rule in lint::RULES {
        assert!(rules.contains(&rule.name), "no row of the table shows {}", rule.name);
    }
}

#[test]
fn rule_names_are_unique_words() {
    for (at, rule) in lint::RULES.iter().enumerate() {
        assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.name);
        assert!(!lint::RULES[..at].iter().any(|other| other.name == rule.name), "{}", rule.name);
        assert!(!rule.finds.is_empty() && !rule.fix.is_empty());
    }
}

#[test]
fn findings_come_in_the_order_of_the_file_the_worst_of_a_line_first() {
    let file = b"name,image\nmodrpflt,D:\\x.dll\nB,C:\\Users\\b.dll\n";
    let findings = lint::check(SiteFile::parse(file, "f"), &with_packs(&[]), 0).unwrap();
    let order: Vec<(u64, &str)> = findings.iter().map(|f| (f.line, f.rule.grade.as_str())).collect();
    assert_eq!(order, [(2, "error"), (2, "note"), (3, "warning"), (3, "note")]);
}
