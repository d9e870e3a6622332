//! A log of one chunk with fourteen records, whole and damaged in every place.

use std::io::Cursor;

use super::header::{CHUNK, FILE};
use super::reader::EvtxReader;
use crate::source::row::Content;

const LOG: &[u8] = include_bytes!("../../../tests/fixtures/formats/three.evtx");

/// The numbers of the records that were read, and what was told.
fn read(bytes: &[u8]) -> (Vec<u64>, Vec<String>) {
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for row in EvtxReader::new(Box::new(Cursor::new(bytes.to_vec())), "f".into()) {
        match row {
            Ok(row) => rows.push(row.origin.record.unwrap()),
            Err(problem) => told.push(problem.to_string()),
        }
    }
    (rows, told)
}

/// Where each record ends.
fn ends() -> Vec<usize> {
    let mut at = FILE + 512;
    let mut ends = Vec::new();
    while LOG[at..].starts_with(b"\x2a\x2a\0\0") {
        at += u32::from_le_bytes(LOG[at + 4..at + 8].try_into().unwrap()) as usize;
        ends.push(at);
    }
    ends
}

/// The log with the sums of its headers made right.
fn summed(mut log: Vec<u8>) -> Vec<u8> {
    let sum = |parts: [&[u8]; 2]| {
        let mut sum = flate2::Crc::new();
        for part in parts {
            sum.update(part);
        }
        sum.sum().to_le_bytes()
    };
    let file = sum([&log[..120], b""]);
    log[124..128].copy_from_slice(&file);
    for start in (FILE..log.len()).step_by(CHUNK) {
        let end = u32::from_le_bytes(log[start + 48..start + 52].try_into().unwrap()) as usize;
        let records = sum([&log[start + 512..start + end], b""]);
        log[start + 52..start + 56].copy_from_slice(&records);
        let header = sum([&log[start..start + 120], &log[start + 128..start + 512]]);
        log[start + 124..start + 128].copy_from_slice(&header);
    }
    log
}

fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut log = LOG.to_vec();
    log[at..at + bytes.len()].copy_from_slice(bytes);
    log
}

#[test]
fn a_whole_log() {
    let expected: Vec<u64> = (100..114).collect();
    assert_eq!(read(LOG), (expected.clone(), vec![]));
    assert_eq!(ends().len(), expected.len());
    let mut reader = EvtxReader::new(Box::new(Cursor::new(LOG.to_vec())), "f".into());
    let Some(Ok(row)) = reader.next() else { panic!("no row") };
    assert_eq!(row.origin.to_string(), "f, record 100, byte 4608");
    let Content::Event(cells) = row.content else { panic!("{row:?}") };
    let xml = String::from_utf8(cells[0].clone()).unwrap();
    let start = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
                 <Provider Name='Microsoft-Windows-IIS-Configuration' Guid='{DC0B8E51-4863-407A-BC3C-1B479B2978AC}'/>\
                 <EventID>29</EventID>";
    assert!(xml.starts_with(start), "{xml}");
    assert!(xml.contains("<TimeCreated SystemTime='2026-03-04T09:14:10.1234560Z'/>"), "{xml}");
    assert!(xml.contains("<Data Name='OldValue'></Data>") && xml.ends_with("</EventData></Event>"), "{xml}");
}

/// Wherever the file is cut, the records before the cut are read and the loss is told.
#[test]
fn cut_at_every_byte() {
    let ends = ends();
    let used = ends[ends.len() - 1];
    for cut in (1..used + 64).chain((used + 64..LOG.len()).step_by(4099)) {
        let (rows, told) = read(&LOG[..cut]);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        assert_eq!(rows.len(), whole, "{cut}: {told:?}");
        assert!(!told.is_empty(), "{cut}");
    }
}

/// No changed byte stops the reading, or goes without a word while it loses a record.
#[test]
fn every_byte_changed() {
    let used = ends()[13];
    for at in (0..128).chain(FILE..FILE + 56).chain((FILE + 56..used).step_by(3)) {
        let (rows, told) = read(&with(at, &[LOG[at] ^ 0x55]));
        assert!(rows.len() == 14 || !told.is_empty(), "{at}: {} rows", rows.len());
    }
}

#[test]
fn what_is_lost_is_told_with_its_place() {
    let damaged = ends()[2];
    let mut longer = LOG.to_vec();
    longer.resize(longer.len() + CHUNK, 0);
    let mut twice = LOG.to_vec();
    twice.extend_from_slice(&LOG[FILE..]);
    for (at, numbers) in [(8, (200_u64, 213_u64)), (24, (200, 213))] {
        let at = FILE + CHUNK + at;
        twice[at..at + 8].copy_from_slice(&numbers.0.to_le_bytes());
        twice[at + 8..at + 16].copy_from_slice(&numbers.1.to_le_bytes());
    }
    let cases: [(&str, Vec<u8>, usize, &[&str]); 10] = [
        ("room for more", longer, 14, &[]),
        (
            "a record",
            with(damaged + 24, &[0x7F]),
            13,
            &["f, record 103, byte ", "f, byte 4096: the checksum of this chunk"],
        ),
        (
            "the mark of a record",
            with(damaged, b"xxxx"),
            13,
            &["f, byte 4096: 1 of the 14 records of this chunk are lost"],
        ),
        (
            "a length",
            with(damaged + 4, &[255, 255, 0, 0]),
            13,
            &["f, record 103, byte ", "f, byte 4096: the checksum"],
        ),
        ("the mark of a chunk", with(FILE, b"xxx"), 0, &["f, byte 4096: no chunk of records stands here"]),
        ("a sum", with(FILE + 52, &[0, 0]), 14, &["f, byte 4096: the checksum of this chunk is wrong"]),
        (
            "chunks that are not there",
            summed(with(42, &[3, 0])),
            14,
            &["f, byte 69632: the file ends after 1 of 3 chunks"],
        ),
        (
            "records that are not there",
            summed(with(24, &[200, 0])),
            14,
            &["f, byte 69632: the last record is 113, but"],
        ),
        ("a log in use", with(120, &[1]), 14, &[]),
        ("a gap", summed(twice), 28, &["f: records 114 to 199 are missing"]),
    ];
    for (name, log, rows, expected) in cases {
        let (found, told) = read(&log);
        assert_eq!(found.len(), rows, "{name}: {told:?}");
        assert_eq!(told.len(), expected.len(), "{name}: {told:?}");
        for start in expected {
            assert!(told.iter().any(|text| text.starts_with(start)), "{name}: {told:?}");
        }
    }
}

/// A small record can name the same value many times, and elements can stand inside of each other.
#[test]
fn what_grows_is_bounded() {
    use super::binxml::write;
    let mut chunk = vec![0; 65_536];
    // An element without attributes, whose name stands in it, with itself inside, and so on.
    let mut at = 0;
    while at + 32 < chunk.len() {
        chunk[at] = 1;
        chunk[at + 5..at + 9].copy_from_slice(&u32::try_from(at + 9).unwrap().to_le_bytes());
        chunk[at + 15..at + 17].copy_from_slice(&[1, 0]);
        chunk[at + 17..at + 19].copy_from_slice(b"a\0");
        chunk[at + 21] = 2;
        at += 22;
    }
    let end = chunk.len();
    let fault = write(&chunk, 0, end, &mut String::new()).unwrap_err();
    assert_eq!(fault, "its elements are too deep inside of each other");
}
