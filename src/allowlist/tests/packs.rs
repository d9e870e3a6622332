use std::collections::BTreeSet;

use crate::allowlist::HostProfiles;
use crate::allowlist::packs::parse_option;
use crate::iis::Image;

const PACKS: [&str; 3] = ["exchange", "iisexpress", "iisnode"];

fn profiles(text: &str) -> HostProfiles {
    HostProfiles::parse(text.as_bytes(), "packs.csv", parse_option("iisnode", &PACKS).unwrap(), &PACKS)
        .unwrap()
}

fn normal(profiles: &HostProfiles, host: &str, image: &str) -> String {
    Image::normalise(image, &profiles.profile(host).roots).normal
}

#[test]
fn the_option_takes_names_in_any_case_and_names_the_packs_there_are() {
    let chosen = parse_option(" Exchange,iisnode | IISNODE ", &PACKS).unwrap();
    assert_eq!(chosen.into_iter().collect::<Vec<_>>(), ["exchange", "iisnode"]);
    assert!(parse_option("", &PACKS).unwrap().is_empty());
    let error = parse_option("exchange,exhange", &PACKS).unwrap_err();
    assert_eq!(error.to_string(), "there is no pack 'exhange'; the packs are exchange, iisexpress, iisnode");
}

#[test]
fn packs_add_up_over_the_rows_for_a_host() {
    let profiles = profiles("host,packs\nmail*,exchange\n,\ndev??.lab.example|mail01,iisexpress\n");
    let packs = |host: &str| profiles.profile(host).packs.into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(packs("web01"), "iisnode");
    assert_eq!(packs(""), "iisnode");
    assert_eq!(packs("mail02.corp.example"), "exchange iisnode");
    assert_eq!(packs("mail01.corp.example"), "exchange iisexpress iisnode");
    assert_eq!(packs("dev01.lab.example"), "iisexpress iisnode");
    assert_eq!(packs("dev01"), "iisnode");
}

#[test]
fn roots_are_those_of_the_most_literal_row() {
    let rows = ["web*,D:\\Windows", "web01,E:\\Windows", ",F:\\Windows"];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let text = format!("host,system_root\n{}\n{}\n{}\n", rows[order[0]], rows[order[1]], rows[order[2]]);
        let profiles = profiles(&text);
        for (host, drive) in [("web01", "E"), ("web02", "D"), ("app", "F"), ("", "F")] {
            let image = format!(r"{drive}:\Windows\System32\inetsrv\static.dll");
            assert_eq!(
                normal(&profiles, host, &image),
                r"%windir%\system32\inetsrv\static.dll",
                "{host} {order:?}"
            );
        }
    }
}

#[test]
fn of_two_patterns_the_one_with_more_letters_is_the_more_literal() {
    for text in ["w???*,D:\\Windows\nweb*,E:\\Windows\n", "web*,E:\\Windows\nw???*,D:\\Windows\n"] {
        let profiles = profiles(&format!("host,system_root\n{text}"));
        assert_eq!(normal(&profiles, "web01", r"E:\Windows\a.dll"), r"%windir%\a.dll", "{text}");
    }
}

#[test]
fn an_exchange_root_and_any_variable() {
    let profiles = profiles(
        "host,exchange_root,variables\nmail,F:\\Program Files\\Microsoft\\Exchange,APP_ROOT=D:\\Apps | OTHER=E:\\o\n",
    );
    let image = r"F:\Program Files\Microsoft\Exchange\Bin\kerbauth.dll";
    assert_eq!(normal(&profiles, "mail", image), r"%exchangeinstallpath%\bin\kerbauth.dll");
    assert_eq!(normal(&profiles, "mail", r"%APP_ROOT%\a.dll"), normal(&profiles, "mail", r"D:\Apps\a.dll"));
    assert!(!Image::normalise(r"%APP_ROOT%\a.dll", &profiles.profile("web").roots).is_resolved());
}

#[test]
fn equal_profiles_are_equal() {
    let profiles = profiles("host,packs,system_root\nweb*,exchange,D:\\Windows\n");
    assert_eq!(profiles.profile("web01"), profiles.profile("web02.corp.example"));
    assert_ne!(profiles.profile("web01"), profiles.profile("app01"));
    assert_eq!(
        profiles.profile("app01"),
        HostProfiles::with_packs(parse_option("iisnode", &PACKS).unwrap()).profile("x")
    );
}

#[test]
fn a_broken_file_is_refused_without_quoting_it() {
    for (text, expected) in [
        (
            "host\nweb\n",
            "line 1: expected a header with the column `host` and one of `packs`, `system_root`, `exchange_root` and `variables`, separated by commas",
        ),
        (
            "packs\nexchange\n",
            "line 1: expected a header with the column `host` and one of `packs`, `system_root`, `exchange_root` and `variables`, separated by commas",
        ),
        (
            "host,packs\nweb,secret\n",
            "line 2, column packs: expected names of packs: exchange, iisexpress, iisnode",
        ),
        (
            "host,packs\nweb\n",
            "line 2: the row has 1 cell, the header 2; write a comma for each cell that is missing at the end",
        ),
        (
            "host,packs\n | ,exchange\n",
            "line 2, column host: expected a pattern, several divided by |, or nothing, which means any",
        ),
        (
            "host,variables\nweb,=D:\\secret\n",
            r"line 2, column variables: expected NAME=folder for each variable, divided by |, such as APP_ROOT=D:\Apps",
        ),
        (
            "host,variables\nweb,SystemDrive=D:\n",
            "line 2, column variables: expected no SystemDrive: it is the drive of system_root; set system_root instead",
        ),
    ] {
        let error = HostProfiles::parse(text.as_bytes(), "packs.csv", BTreeSet::new(), &PACKS).unwrap_err();
        assert_eq!(error.to_string(), format!("packs.csv, {expected}"));
    }
    let error = HostProfiles::parse(b"host,system_root\nweb,secret\n", "packs.csv", BTreeSet::new(), &PACKS);
    let text = error.unwrap_err().to_string();
    assert!(
        text.starts_with(r"packs.csv, line 2, column system_root: expected a plain absolute folder"),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn misspelt_columns_are_told() {
    let profiles = profiles("host,sytem_root,pack,variables,remark\n");
    assert_eq!(profiles.misspelt(), [("sytem_root".to_owned(), "system_root"), ("pack".to_owned(), "packs")]);
}

#[test]
fn an_empty_file_has_no_rows() {
    assert_eq!(profiles("").profile("web01"), profiles("host,packs\n").profile("web01"));
}
