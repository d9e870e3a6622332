//! Files behind the names: hashing and checking a large one, and an index of all catalogs of a server.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use iismodcheck::file::{Contents, Trust, catalog};

#[path = "../../it/files/many.rs"]
mod many;

const NOW: i64 = 1_719_792_000;

/// All three hashes, and the headers.
#[divan::bench(args = [1 << 20, 16 << 20, 64 << 20])]
fn large_file(bencher: Bencher, size: usize) {
    let mut file = std::fs::read("tests/fixtures/file/unsigned.dll").unwrap();
    file.resize(size, 7);
    bencher
        .counter(BytesCount::new(size))
        .bench(|| black_box(Contents::of(black_box(&file), Trust::microsoft(NOW))));
}

/// A small file with signature, time stamp and a chain, each checked by an RSA key.
#[divan::bench]
fn signed_file(bencher: Bencher) {
    let file = std::fs::read("tests/fixtures/file/stamped.dll").unwrap();
    bencher.bench(|| black_box(Contents::of(black_box(&file), Trust::microsoft(NOW))));
}

#[divan::bench(sample_count = 5)]
fn catalogs_of_a_server(bencher: Bencher) {
    const CATALOGS: u32 = 8_000;
    let made = many::Catalogs::new();
    let catalogs: Vec<Vec<u8>> = (0..CATALOGS).map(|number| made.catalog(number)).collect();
    bencher.counter(ItemsCount::new(CATALOGS)).bench(|| {
        let mut builder = catalog::IndexBuilder::default();
        for (number, catalog) in (0..).zip(&catalogs) {
            builder.add(number, catalog).unwrap();
        }
        black_box(builder.finish().members())
    });
}
