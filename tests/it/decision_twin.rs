//! The engine against a slow, obvious second implementation, on random allowlists and random rows. The alphabets are
//! small, so that entries and rows meet often.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use iismodcheck::allowlist::{AllowlistError, Catalogue, HostProfiles, SiteFile};
use iismodcheck::detect::{Engine, ReasonTexts, Verdict};
use iismodcheck::iis::Subject;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use given::HOSTS;
use matching::Shelf;
use oracle::Answer;

mod doubts;
mod files;
mod given;
mod matching;
mod oracle;
mod places;
mod settings;

const PROFILES: [&str; 4] = [
    "host,packs,system_root\n",
    "host,packs,system_root\nweb*,exchange|iisexpress|wif,\n",
    "host,packs,system_root\n,intersystems,\napp01,,D:\\Windows\n",
    "host,packs,system_root\nweb01,iisexpress|intersystems,D:\\Windows\n",
];

fn engine_answer(engine: &mut Engine, subject: &Subject<'_>) -> Answer {
    let decision = engine.decide(subject);
    let finding = decision.finding;
    let mut texts = ReasonTexts::default();
    texts.take(&decision);
    let told = finding.reasons.len();
    let reasons: BTreeSet<String> = texts.iter().map(str::to_owned).collect();
    assert_eq!(reasons.len(), told, "a reason is told twice: {:?}", finding.reasons);
    let rule = decision.rule_id().to_owned();
    let (verdict, action, severity) = (finding.verdict, finding.action, finding.severity);
    Answer { verdict, action, severity, rule, technique: decision.technique().to_owned(), reasons }
}

/// The cells of the rows that are not sound.
fn oracle_rows(allow: &str, site: &SiteFile) -> Vec<Vec<String>> {
    let bad: BTreeSet<u64> = site.errors.iter().map(AllowlistError::line).collect();
    let mut reader = csv::Reader::from_reader(allow.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    let bad = rows.filter(|row| row.position().is_some_and(|position| bad.contains(&position.line())));
    bad.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn engine_and_oracle_agree_on_random_allowlists_and_rows() {
    let met: RefCell<BTreeMap<Verdict, usize>> = RefCell::default();
    let damaged: RefCell<usize> = RefCell::default();
    let strategy = (given::allowlist(), select(&PROFILES[..]), proptest::collection::vec(given::facts(), 40));
    let mut runner = TestRunner::new(Config {
        cases: 250,
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&strategy, |(allow, profiles, rows)| {
        let site = SiteFile::parse(allow.as_bytes(), "site");
        let bad_rows = oracle_rows(&allow, &site);
        let (catalogue, _) = Catalogue::forgiving(site).unwrap();
        let valid: Vec<&str> = catalogue.packs().into_keys().collect();
        let hosts = HostProfiles::parse(profiles.as_bytes(), "packs", BTreeSet::new(), &valid).unwrap();
        let mut engine = Engine::new(catalogue.clone(), hosts.clone(), None);
        let shelves: BTreeMap<&str, Shelf<'_>> =
            HOSTS.map(|host| (host, Shelf::new(catalogue.entries(), hosts.profile(host), &bad_rows))).into();
        for facts in &rows {
            let raw = facts.subject();
            let subject = engine.resolved(raw).expect("a watched setting");
            let seen = engine_answer(&mut engine, &subject);
            let expected = oracle::decide(&shelves[facts.host], &subject, raw.setting, subject.time);
            prop_assert_eq!(&seen, &expected, "{:?}\n{}", facts, allow);
            *damaged.borrow_mut() += usize::from(seen.reasons.contains("allowlist_damaged"));
            *met.borrow_mut().entry(seen.verdict).or_default() += 1;
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(*damaged.borrow() >= 20, "bad rows were met {} times", damaged.borrow());
    for verdict in Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Unparsed) {
        let times = met.borrow().get(&verdict).copied().unwrap_or_default();
        assert!(times >= 20, "{verdict} was met {times} times: {:?}", met.borrow());
    }
}
