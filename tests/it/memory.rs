//! What an engine remembers between rows must depend on neither host, date, place nor action, and is bounded.

use std::sync::LazyLock;

use iismodcheck::allowlist::{HostProfiles, date};
use iismodcheck::detect::{Engine, ReasonTexts};
use iismodcheck::iis::{Action, Kind, Registration, Subject};

use crate::verdicts::vector::{catalogue, site};

const ALLOW: &str = r"id=one; name=Acme; image=C:\Acme\acme.dll; host=web01; expires=2026-03-01 ++ id=two; name=Acme; image=C:\Acme\acme.dll; host=app01; action=removed ++ id=glob; match=glob; image=C:\Zeta\*.dll; host=web01; expires=2026-03-01 ++ id=no; effect=deny; name=Beta; host=app01; valid_from=2026-03-02";

fn engine() -> Engine {
    let hosts = "host,packs,system_root\nweb*,intersystems,\ndb*,,D:\\Windows\n";
    let catalogue = catalogue(&site(ALLOW));
    let valid: Vec<&str> = catalogue.packs().into_keys().collect();
    let hosts =
        HostProfiles::parse(hosts.as_bytes(), "packs", std::collections::BTreeSet::new(), &valid).unwrap();
    Engine::new(catalogue, hosts, None)
}

/// Everything that a decision says.
fn answer(engine: &mut Engine, subject: &Subject<'_>) -> String {
    let decision = engine.decide(subject);
    let mut reasons = ReasonTexts::default();
    reasons.take(&decision);
    let reasons: Vec<&str> = reasons.iter().collect();
    let (finding, rule) = (decision.finding, decision.rule_id());
    format!("{} {} {rule} {reasons:?} {}", finding.verdict, finding.severity, decision.image_normalized())
}

fn subject<'a>(name: &'a str, image: &'a str, host: &'a str, time: &str) -> Subject<'a> {
    static LISTED: LazyLock<Registration<'static>> = LazyLock::new(Registration::default);
    let time = date::valid_from(time).expect("time");
    Subject { name, image: Some(image), kind: Some(Kind::Native), ..LISTED.subject(host, time, false) }
}

const BEFORE: &str = "2026-03-01T23:59:59.999999Z";
const AFTER: &str = "2026-03-02T00:00:00Z";

/// Modules about which every host and date has another answer, in an order that meets each after each.
fn rows() -> Vec<Subject<'static>> {
    let modules = [
        ("Acme", r"C:\Acme\acme.dll"),
        ("Zeta", r"C:\Zeta\zeta.dll"),
        ("Beta", r"C:\Apps\beta.dll"),
        ("CSPms", r"C:\Inetpub\CSPGateway\CSPms.dll"),
        ("StaticFileModule", r"D:\Windows\System32\inetsrv\static.dll"),
    ];
    let mut rows = Vec::new();
    for (name, image) in modules {
        for host in ["web01", "app01", "db01", ""] {
            for time in [BEFORE, AFTER] {
                let present = subject(name, image, host, time);
                let pool = "S-1-5-82-1";
                rows.push(present);
                rows.push(Subject { action: Action::Removed, image: None, ..present });
                rows.push(Subject { actor: pool, config_path: "MACHINE/WEBROOT/APPHOST/Shop", ..present });
                rows.push(Subject { old: Some(r"C:\Old\old.dll"), ..present });
            }
        }
    }
    rows
}

#[test]
fn interleaved_rows_get_the_answers_of_fresh_engines() {
    let rows = rows();
    let fresh: Vec<String> = rows.iter().map(|row| answer(&mut engine(), row)).collect();
    let different: std::collections::BTreeSet<&str> =
        fresh.iter().map(|a| a.split(' ').next().unwrap()).collect();
    assert!(different.len() >= 8, "the rows are chosen to differ: {different:?}");
    let mut one = engine();
    // Steps that have no divisor in common with the number of rows meet every row in another order each time.
    assert_eq!(rows.len(), 160);
    for step in [1, 3, 7, 11, 49, 77, 79, 159] {
        for turn in 0..rows.len() {
            let at = turn * step % rows.len();
            assert_eq!(answer(&mut one, &rows[at]), fresh[at], "{:?}", rows[at]);
        }
    }
}

#[test]
fn just_before_and_just_after_the_expiry_on_two_hosts() {
    let mut one = engine();
    for _ in 0..500 {
        for (host, time, verdict) in [
            ("web01", BEFORE, "allowed info one"),
            ("web01", AFTER, "allow_expired medium one"),
            ("app01", BEFORE, "allow_out_of_scope medium two"),
            ("app01", AFTER, "allow_out_of_scope medium two"),
        ] {
            let row = subject("Acme", r"C:\Acme\acme.dll", host, time);
            let seen = answer(&mut one, &row);
            assert!(seen.starts_with(verdict), "{host} {time}: {seen}");
        }
    }
}

/// More names than are remembered, on more hosts than are remembered, with the rows of before in between.
#[test]
fn forgetting_changes_no_answer() {
    const MANY: usize = 40_000;
    let rows = rows();
    let fresh: Vec<String> = rows.iter().map(|row| answer(&mut engine(), row)).collect();
    let mut one = engine();
    for number in 0..MANY {
        let (name, host) = (format!("Zeta{number}"), format!("web{number}"));
        let image = format!(r"C:\Apps\zeta{number}.dll");
        let row = subject(&name, &image, &host, BEFORE);
        let seen = answer(&mut one, &row);
        assert_eq!(seen, format!(r"unknown medium  [] c:\apps\zeta{number}.dll"));
        let at = number % rows.len();
        if number % 7 == 0 {
            assert_eq!(answer(&mut one, &rows[at]), fresh[at], "after {number} names");
        }
    }
}
