//! What the targets start from.

use iismodcheck::file::{Root, Trust, roots};

pub const UNSIGNED: &[u8] = include_bytes!("../fixtures/file/unsigned.dll");
pub const ASSEMBLY: &[u8] = include_bytes!("../fixtures/file/starter.dll");

/// The root of the fixtures, so that what is reached behind a good signature is reached.
pub fn with_root<T>(look: impl FnOnce(Trust<'_>) -> T) -> T {
    let digits = include_str!("../fixtures/file/root.txt").trim().as_bytes();
    let digit = |letter: u8| char::from(letter).to_digit(16).unwrap() as u8;
    let modulus: Vec<u8> = digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    let root = Root {
        id: roots::OF_2010,
        subject: "CN=Example Root, O=Example",
        modulus: &modulus,
        exponent: &[1, 0, 1],
        not_before: 0,
        not_after: i64::MAX,
        sha256: [0; 32],
    };
    look(Trust { roots: &[root], now: 1_719_792_000 })
}

pub fn u32_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize
}
