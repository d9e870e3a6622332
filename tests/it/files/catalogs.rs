//! Catalogs: what they say of a file, and which of thousands may have it.

use iismodcheck::file::{Status, catalog, roots};

use super::support::{IN_TIME, day, read, rows, signed, with_root};

#[test]
fn each_catalog_answers_what_the_table_says() {
    for [name, file, now, answer, class] in rows("catalogs.csv") {
        let (hashes, _) = signed(&read(&file), &now);
        let found =
            with_root(roots::OF_2010, day(&now), |trust| catalog::verify(&read(&name), &hashes, trust));
        let told = match &found {
            Ok(Some(signature)) => (signature.status.code(), signature.class.code()),
            Ok(None) => ("not_in_it", ""),
            Err(_) => ("unreadable", ""),
        };
        assert_eq!(told, (answer.as_str(), class.as_str()), "{name} on {file} at {now}");
    }
}

#[test]
fn the_index_names_the_catalogs_that_have_a_file() {
    let mut builder = catalog::IndexBuilder::default();
    let names = ["without.cat", "sha1.cat", "sha256.cat", "fake.cat"];
    for (number, name) in (0..).zip(names) {
        builder.add(number, &read(name)).unwrap();
    }
    let index = builder.finish();
    assert_eq!((index.members(), index.left_out()), (3 + 2 + 4 + 1, 0));
    for (file, numbers) in [("unsigned.dll", &[2, 3, 1][..]), ("filter32.dll", &[2]), ("arm64.dll", &[])] {
        let (hashes, _) = signed(&read(file), IN_TIME);
        assert_eq!(index.candidates(&hashes).collect::<Vec<u32>>(), numbers, "{file}");
    }
}

#[test]
fn a_catalog_that_is_none_is_told_and_takes_nothing_from_the_others() {
    let mut builder = catalog::IndexBuilder::default();
    assert!(builder.add(0, b"MZ").is_err());
    let fault = builder.add(1, &read("other_list.cat")).unwrap_err().to_string();
    assert!(fault.contains("it is no catalog of files"), "{fault}");
    assert!(builder.add(2, &super::support::blob(&read("signed.dll"))).is_err());
    builder.add(3, &read("sha256.cat")).unwrap();
    assert_eq!(builder.finish().members(), 4);
}

#[test]
fn one_changed_bit_in_a_catalog_vouches_for_nothing_or_for_nothing_else() {
    let good = read("sha256.cat");
    let (hashes, _) = signed(&read("unsigned.dll"), IN_TIME);
    let (other, _) = signed(&read("arm64.dll"), IN_TIME);
    let mut valid = Vec::new();
    for at in 0..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1 << (at % 8);
        let verify = |hashes| {
            with_root(roots::OF_2010, day(IN_TIME), |trust| catalog::verify(&changed, hashes, trust))
                .is_ok_and(|found| found.is_some_and(|signature| signature.status == Status::Valid))
        };
        assert!(!verify(&other), "byte {at}");
        if verify(&hashes) {
            valid.push(at);
        }
    }
    // What nobody signs: version numbers, and names of algorithms whose parameters say nothing.
    assert!(valid.len() <= 40, "{valid:?}");
}
