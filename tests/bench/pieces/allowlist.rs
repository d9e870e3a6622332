//! What large allowlists cost: a row beside 5,000 patterns, the check of a file of 4,000.

use std::hint::black_box;

use divan::Bencher;
use iismodcheck::allowlist::{Catalogue, Identity, Profile, SiteFile, lint};
use iismodcheck::iis::{Class, Image, Kind, Roots};

/// A file of so many patterns of eight stars; each image of `a` and nothing else matches them but for their ends.
fn patterns(rows: usize) -> SiteFile {
    let stars = "a*".repeat(7);
    let rows = (0..rows).map(|n| format!("Acme,C:\\Apps\\*{stars}b{n}.dll,glob,2099-01-01\n"));
    let text = format!("name,image,match,expires\n{}", rows.collect::<String>());
    SiteFile::parse(text.as_bytes(), "site.csv")
}

#[divan::bench(args = [400, 4_000])]
fn a_row_beside_5000_patterns(bencher: Bencher<'_, '_>, letters: usize) {
    let index = Catalogue::new(patterns(5_000)).unwrap().index(&Profile::default());
    let image = Image::normalise(&format!("C:\\Apps\\{}.dll", "a".repeat(letters)), &Roots::default());
    let identity = Identity {
        class: Class::Module,
        kind: Some(Kind::Native),
        or_filter: false,
        name: "Acme",
        image: Some(&image),
        managed_type: None,
    };
    bencher.bench_local(|| black_box(index.candidates(black_box(&identity))));
}

#[divan::bench(args = [1_000, 4_000])]
fn check_of_a_file(bencher: Bencher<'_, '_>, rows: usize) {
    let site = patterns(rows);
    bencher.bench_local(|| black_box(lint::check(site.clone(), &Profile::default(), 0)));
}
