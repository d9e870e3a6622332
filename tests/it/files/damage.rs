//! Changed and cut files: every change of what is covered is told, and nothing makes a reader fall.

use iismodcheck::file::{Status, catalog, roots};

use super::support::{IN_TIME, contents, day, fields, read, signed, table, with_root};

fn status(file: &[u8]) -> Option<Status> {
    let program = contents(file, IN_TIME).program.ok()??;
    Some(program.signed.map_or(Status::Malformed, |(_, embedded)| embedded.primary.status))
}

#[test]
fn one_changed_bit_anywhere_in_what_is_covered_is_told() {
    let good = read("signed.dll");
    let (checksum, security) = fields(&good);
    let table = table(&good);
    let covered = |at: &usize| {
        !(checksum..checksum + 4).contains(at)
            && !(security..security + 8).contains(at)
            && !table.contains(at)
    };
    let (mut changed_bytes, mut no_table) = (0, Vec::new());
    for at in (0..good.len()).filter(covered) {
        changed_bytes += 1;
        // Each bit of the headers, one of each byte behind them.
        let bits = if at < 0x200 { 0..8 } else { at % 8..at % 8 + 1 };
        for bit in bits {
            let mut file = good.clone();
            file[at] ^= 1 << bit;
            match status(&file) {
                None | Some(Status::HashMismatch | Status::Malformed) => {}
                // The number of tables, and the kind of the header: nothing says any more that there is one.
                Some(Status::None) => no_table.push((at, bit)),
                other => panic!("byte {at}, bit {bit}: {other:?}"),
            }
        }
    }
    assert_eq!(changed_bytes, table.start - 12);
    assert!(no_table.len() <= 8, "{no_table:?}");
}

#[test]
fn a_changed_checksum_is_what_signing_leaves_out() {
    let mut file = read("signed.dll");
    let (checksum, _) = fields(&file);
    file[checksum] ^= 0x55;
    assert_eq!(status(&file), Some(Status::Valid));
}

#[test]
fn one_changed_bit_in_a_signature_never_gives_another_signer() {
    let good = read("windows.dll");
    let before = signed(&good, IN_TIME).1.primary;
    for at in table(&good) {
        let mut file = good.clone();
        file[at] ^= 1 << (at % 8);
        let Ok((_, embedded)) = contents(&file, IN_TIME).program.unwrap().unwrap().signed else { continue };
        if embedded.primary.status == Status::Valid {
            assert_eq!(embedded.primary.signer, before.signer, "byte {at}");
            assert_eq!(embedded.primary.class, before.class, "byte {at}");
        }
    }
}

#[test]
fn a_file_that_was_cut_is_never_valid() {
    for name in ["signed.dll", "nested.dll", "starter.dll"] {
        let good = read(name);
        for length in 0..good.len() {
            let cut = contents(&good[..length], IN_TIME);
            assert_eq!(cut.size, length);
            assert_ne!(status(&good[..length]), Some(Status::Valid), "{name} cut at {length}");
        }
    }
}

#[test]
fn a_program_that_was_cut_tells_what_it_lacks() {
    let good = read("starter.dll");
    let whole = contents(&good, IN_TIME).program.unwrap().unwrap().facts;
    let mut told = 0;
    for length in 2..good.len() {
        let Ok(program) = contents(&good[..length], IN_TIME).program else {
            told += 1;
            continue;
        };
        let facts = program.unwrap().facts;
        let faults = [
            facts.entry_points.is_err(),
            facts.imphash.is_err(),
            facts.version.is_err(),
            facts.assembly.is_err(),
        ];
        told += usize::from(faults.contains(&true));
        assert!(faults.contains(&true) || facts == whole, "cut at {length}: {facts:?}");
    }
    assert!(told > good.len() / 2);
}

#[test]
fn a_catalog_that_was_cut_is_told() {
    let good = read("sha256.cat");
    let (hashes, _) = signed(&read("unsigned.dll"), IN_TIME);
    for length in 0..good.len() {
        let verified = with_root(roots::OF_2010, day(IN_TIME), |trust| {
            catalog::verify(&good[..length], &hashes, trust).is_err()
        });
        assert!(verified && catalog::IndexBuilder::default().add(0, &good[..length]).is_err(), "{length}");
    }
}

#[test]
fn random_damage_makes_no_reader_fall() {
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let (hashes, _) = signed(&read("unsigned.dll"), IN_TIME);
    for name in ["stamped.dll", "stamped_old.dll", "nested.dll", "starter.dll", "filter32.dll", "sha256.cat"]
    {
        let good = read(name);
        for _ in 0..1_000 {
            let mut file = good.clone();
            for _ in 0..=random(6) {
                let at = random(file.len());
                file[at] = [0, 0xFF, 0x80, 0x30, 0x7F][random(5)] ^ u8::try_from(random(3)).unwrap();
            }
            contents(&file, IN_TIME);
            with_root(roots::OF_2010, day(IN_TIME), |trust| {
                let _ = catalog::verify(&file, &hashes, trust);
            });
            let _ = catalog::IndexBuilder::default().add(0, &file);
        }
    }
}
