//! The fixtures, whom to believe about them, and how to change them.

use std::fs;
use std::path::{Path, PathBuf};

use iismodcheck::file::{Contents, Embedded, Hashes, Root, Signature, Trust, roots};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/file")
}

pub fn read(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

/// The rows of a table of cases without its head.
pub fn rows<const N: usize>(table: &str) -> Vec<[String; N]> {
    let text = fs::read_to_string(folder().join(table)).unwrap();
    text.lines()
        .skip(1)
        .map(|line| line.split(',').map(String::from).collect::<Vec<_>>().try_into().unwrap())
        .collect()
}

/// Midnight of a day, in seconds since 1970.
pub fn day(text: &str) -> i64 {
    let day: chrono::NaiveDate = text.parse().unwrap();
    day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp()
}

pub fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.trim().as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The root of the fixtures, under an id of the product's.
pub fn with_root<T>(id: &'static str, now: i64, look: impl FnOnce(Trust<'_>) -> T) -> T {
    let modulus = bytes(&fs::read_to_string(folder().join("root.txt")).unwrap());
    let root = Root {
        id,
        subject: "CN=Example Root, O=Example",
        modulus: &modulus,
        exponent: &[1, 0, 1],
        not_before: day("2010-01-01"),
        not_after: day("2040-01-01"),
        sha256: [0; 32],
    };
    look(Trust { roots: &[root], now })
}

pub fn contents(file: &[u8], now: &str) -> Contents {
    with_root(roots::OF_2010, day(now), |trust| Contents::of(file, trust))
}

pub fn signed(file: &[u8], now: &str) -> (Hashes, Embedded) {
    contents(file, now).program.unwrap().unwrap().signed.unwrap()
}

/// A day on which every certificate of the fixtures is valid.
pub const IN_TIME: &str = "2024-07-01";

pub fn primary(file: &[u8]) -> Signature {
    signed(file, IN_TIME).1.primary
}

pub fn u32_at(file: &[u8], at: usize) -> usize {
    u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize
}

pub fn set_u32(file: &mut [u8], at: usize, value: usize) {
    file[at..at + 4].copy_from_slice(&u32::try_from(value).unwrap().to_le_bytes());
}

/// Where a 64-bit fixture has its checksum and the entry of its certificate table.
pub fn fields(file: &[u8]) -> (usize, usize) {
    let optional = u32_at(file, 0x3C) + 24;
    (optional + 64, optional + 112 + 8 * 4)
}

/// Where the certificate table lies.
pub fn table(file: &[u8]) -> std::ops::Range<usize> {
    let (_, security) = fields(file);
    let start = u32_at(file, security);
    start..start + u32_at(file, security + 4)
}

/// The file without its table and with this one.
pub fn with_table(file: &[u8], table_bytes: &[u8]) -> Vec<u8> {
    let (_, security) = fields(file);
    let end = match u32_at(file, security) {
        0 => file.len(),
        start => start,
    };
    let mut file = file[..end].to_vec();
    set_u32(&mut file, security, end);
    set_u32(&mut file, security + 4, table_bytes.len());
    file.extend_from_slice(table_bytes);
    file
}

/// An entry of a certificate table.
pub fn entry(kind: u16, blob: &[u8]) -> Vec<u8> {
    let mut entry = u32::try_from(8 + blob.len()).unwrap().to_le_bytes().to_vec();
    entry.extend_from_slice(&0x0200_u16.to_le_bytes());
    entry.extend_from_slice(&kind.to_le_bytes());
    entry.extend_from_slice(blob);
    entry.resize(entry.len().next_multiple_of(8), 0);
    entry
}

/// The signature of a file, as DER without what fills up the table.
pub fn blob(file: &[u8]) -> Vec<u8> {
    let table = &file[table(file)];
    let blob = &table[8..u32_at(table, 0)];
    let length = usize::from(blob[2]) << 8 | usize::from(blob[3]);
    blob[..4 + length].to_vec()
}
