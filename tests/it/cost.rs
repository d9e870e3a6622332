//! What large lists cost. The limits are for a machine that is busy with other tests and for code that is not optimised:
//! `cargo bench --bench pieces` has the figures.

use std::time::{Duration, Instant};

use iismodcheck::allowlist::{Catalogue, Identity, Index, Profile, SiteFile, lint};
use iismodcheck::iis::{Class, Image, Kind, Roots};

fn index(text: &str) -> Index {
    Catalogue::new(SiteFile::parse(text.as_bytes(), "site.csv")).unwrap().index(&Profile::default())
}

/// A file of so many rows.
fn file(rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows = (0..rows).map(row).collect::<Vec<_>>().concat();
    format!("name,image,match,effect,host,config_path,expires\n{rows}")
}

/// The best of three.
fn time(mut run: impl FnMut()) -> Duration {
    let one = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..3).map(|_| one(&mut run)).min().unwrap_or_default()
}

fn look_up(index: &Index, name: &str, image: &str) -> usize {
    let image = Image::normalise(image, &Roots::default());
    let id = Identity {
        class: Class::Module,
        kind: Some(Kind::Native),
        or_filter: false,
        name,
        image: Some(&image),
        managed_type: None,
    };
    let found = index.candidates(&id);
    found.site_glob.len() + found.deny.len()
}

#[test]
fn a_row_costs_little_beside_many_patterns_however_its_texts_are_made() {
    let letters = "a".repeat(390);
    let folders = r"a\".repeat(195);
    let stars = "a*".repeat(7);
    for (what, row) in [
        (
            "the last letter differs",
            &(|n| format!(r"Acme,C:\Apps\*{stars}b{n}.dll,glob,,,,2099-01-01")) as &dyn Fn(usize) -> String,
        ),
        ("across folders", &|n| format!("Acme,**a**a**a**b{n}**.dll,glob,,,,2099-01-01\n")),
        ("denied", &|n| format!("Acme,**a**a**a**b{n}**.dll,glob,deny,,,2099-01-01\n")),
        ("folders between", &|n| format!(r"Acme,C:\**\*a\*b{n}\**\*.dll,glob,,,,2099-01-01")),
        ("names", &|n| format!(r"*{stars}b{n}*,C:\Apps\*.dll,glob,,,,2099-01-01")),
        ("denied names", &|n| format!("*{stars}b{n}*,,glob,deny,,,2099-01-01")),
    ] {
        let text = file(5_000, |n| row(n).trim_end().to_owned() + "\n");
        let index = index(&text);
        let longest = "a".repeat(1_000_000);
        for (name, image) in [
            ("Acme", format!(r"C:\Apps\{letters}.dll")),
            ("Acme", format!(r"C:\{folders}x.dll")),
            (letters.as_str(), format!(r"C:\Apps\{}.dll", letters.repeat(10))),
            (longest.as_str(), r"C:\Apps\a.dll".to_owned()),
        ] {
            let taken = time(|| assert_eq!(look_up(&index, name, &image), 0, "{what}"));
            assert!(taken < Duration::from_millis(400), "{what}: {taken:?} for a name of {}", name.len());
        }
    }
}

#[test]
fn what_is_too_long_is_denied_by_its_ends_and_allowed_by_nothing() {
    let text = "name,image,match,effect\nEvil*,,glob,deny\n*.evil,,glob,deny\nA*,C:\\Apps\\*.dll,glob,\n";
    let index = index(text);
    let image = r"C:\Apps\a.dll";
    let found = |name: &str| look_up(&index, name, image);
    let long = "A".repeat(5_000);
    assert_eq!((found("A"), found(&"A".repeat(4_096)), found(&long)), (1, 1, 0));
    assert_eq!((found(&format!("EVIL{long}")), found(&format!("{long}.Evil"))), (1, 1));
}

#[test]
fn the_check_takes_time_in_the_order_of_the_entries() {
    for (what, row) in [
        (
            "files of one folder",
            &(|n| format!(r"Acme,C:\Apps\*{n}.dll,glob,,,,2099-01-01")) as &dyn Fn(usize) -> String,
        ),
        ("middles", &|n| format!(r"Acme,C:\Apps\**x{n}y*.dll,glob,,,,2099-01-01")),
        ("one pattern on many hosts", &|n| format!(r"Acme,C:\Apps\*.dll,glob,,web{n},,2099-01-01")),
        ("one pattern at many sites", &|n| {
            format!(r"Acme,C:\Apps\*.dll,glob,,,MACHINE/WEBROOT/APPHOST/S{n},2099-01-01")
        }),
        ("names", &|n| format!(r"Acme{n}*,**\acme.dll,glob,,,,2099-01-01")),
        ("allowed and denied", &|n| {
            format!(r"Acme{}*,C:\Apps\*.dll,glob,{},web{n},,2099-01-01", n / 2, ["allow", "deny"][n % 2])
        }),
        ("one pair on many hosts", &|n| format!(r"Acme,C:\Apps\acme.dll,,,web{n},,2099-01-01")),
    ] {
        let check = |rows: usize| {
            let text = file(rows, |n| row(n) + "\n");
            time(|| {
                let site = SiteFile::parse(text.as_bytes(), "site.csv");
                let found = lint::check(site, &Profile::default(), 0).unwrap();
                assert!(
                    !found.iter().any(|finding| finding.rule.name == "broken-row"),
                    "{what}: {:?}",
                    found.first()
                );
            })
        };
        let (few, many) = (check(300), check(2_400));
        // Eight times the entries are 64 times the pairs.
        assert!(many < few * 32 + Duration::from_millis(500), "{what}: {few:?}, then {many:?}");
    }
}
