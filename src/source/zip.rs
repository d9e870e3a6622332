//! Zip archives: the list of their files, and each of them unpacked.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use super::limits::{Bounded, bounded};

/// One file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, with `/` between folders.
    pub(super) name: String,
    method: u16,
    is_encrypted: bool,
    sum: u32,
    packed: u64,
    unpacked: u64,
    /// Where its header stands.
    header: u64,
}

/// Bytes behind the list that may be a comment.
const COMMENT: u64 = 65_535;
const END: usize = 22;
/// Bytes of the list, at most.
const LONGEST_LIST: u64 = 64 << 20;

/// What is packed: read from any place.
pub(super) trait Packed {
    fn length(&self) -> u64;
    /// The bytes from a place on.
    fn from(&self, offset: u64) -> io::Result<Box<dyn Read>>;
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

fn read(packed: &dyn Packed, offset: u64, length: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let stream = packed.from(offset).map_err(|error| error.to_string())?;
    stream.take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The files of an archive, folders left out.
pub(super) fn entries(packed: &dyn Packed) -> Result<Vec<Entry>, String> {
    const CUT: &str = "its list of files is missing or damaged: the archive is cut off";
    let tail_start = packed.length().saturating_sub(COMMENT + END as u64);
    let tail = read(packed, tail_start, COMMENT + END as u64)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").ok_or(CUT)?;
    let record = tail.get(end..end + END).ok_or(CUT)?;
    let (mut count, mut length, mut start) =
        (u64::from(u16_at(record, 10)), u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
    // More than 4 GB or 65,534 files: a locator before the end tells where the longer record is.
    let locator =
        end.checked_sub(20).and_then(|at| tail.get(at..end)).filter(|l| l.starts_with(b"PK\x06\x07"));
    if let Some(locator) = locator {
        let long = read(packed, u64_at(locator, 8), 56)?;
        if !long.starts_with(b"PK\x06\x06") {
            return Err(CUT.to_owned());
        }
        (count, length, start) = (u64_at(&long, 32), u64_at(&long, 40), u64_at(&long, 48));
    }
    if length > LONGEST_LIST {
        return Err("its list of files has more than 64 MiB".to_owned());
    }
    let list = read(packed, start, length)?;
    let mut entries = Vec::new();
    let mut rest = list.as_slice();
    for _ in 0..count {
        let (entry, behind) = entry(rest).ok_or(CUT)?;
        rest = behind;
        if !entry.name.ends_with('/') {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The entry that begins a list, and what stands behind it.
fn entry(list: &[u8]) -> Option<(Entry, &[u8])> {
    let (head, behind) = list.split_at_checked(46)?;
    if !head.starts_with(b"PK\x01\x02") {
        return None;
    }
    let (name, behind) = behind.split_at_checked(usize::from(u16_at(head, 28)))?;
    let (mut extra, behind) = behind.split_at_checked(usize::from(u16_at(head, 30)))?;
    let (_, behind) = behind.split_at_checked(usize::from(u16_at(head, 32)))?;
    let mut entry = Entry {
        // Some programs of Windows write its own separator.
        name: String::from_utf8_lossy(name).replace('\\', "/"),
        method: u16_at(head, 10),
        is_encrypted: u16_at(head, 8) & 1 == 1,
        sum: u32_at(head, 16),
        packed: u64::from(u32_at(head, 20)),
        unpacked: u64::from(u32_at(head, 24)),
        header: u64::from(u32_at(head, 42)),
    };
    // What does not fit in 32 bits stands in an extra field, in this order.
    while let Some((field, others)) = extra.split_at_checked(4) {
        let (body, others) = others.split_at_checked(usize::from(u16_at(field, 2)))?;
        if u16_at(field, 0) == 1 {
            let mut at = 0;
            for value in [&mut entry.unpacked, &mut entry.packed, &mut entry.header] {
                if *value == u64::from(u32::MAX) {
                    body.get(at..at + 8)?;
                    *value = u64_at(body, at);
                    at += 8;
                }
            }
        }
        extra = others;
    }
    Some((entry, behind))
}

impl Entry {
    /// The file, unpacked and compared with its sum.
    pub(super) fn unpack(&self, packed: &dyn Packed) -> Result<Box<dyn Read>, String> {
        if self.is_encrypted {
            return Err("it is encrypted: unpack it yourself".to_owned());
        }
        let header = read(packed, self.header, 30)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err("it does not stand where the list of files says: the archive is damaged".to_owned());
        }
        let start = self.header + 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let bytes = packed.from(start).map_err(|error| error.to_string())?.take(self.packed);
        match self.method {
            0 => Ok(Box::new(self.checked(bounded(bytes, |bytes| bytes)))),
            8 => Ok(Box::new(self.checked(bounded(bytes, DeflateDecoder::new)))),
            method => Err(format!("it is packed by method {method}, which is not read: unpack it yourself")),
        }
    }

    fn checked<R: Read>(&self, stream: Bounded<R>) -> Checked<R> {
        Checked {
            stream,
            sum: flate2::Crc::new(),
            expected: self.sum,
            length: self.unpacked,
            read: 0,
            told: false,
        }
    }
}

/// A file that is compared with its sum at the end.
struct Checked<R> {
    stream: Bounded<R>,
    sum: flate2::Crc,
    expected: u32,
    length: u64,
    read: u64,
    told: bool,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.sum.update(buffer.get(..read).unwrap_or_default());
        self.read += read as u64;
        let is_wrong = self.read != self.length || self.sum.sum() != self.expected;
        if read == 0 && !buffer.is_empty() && is_wrong && !std::mem::replace(&mut self.told, true) {
            return Err(io::Error::other(
                "it is not what was packed (length or checksum): the archive is damaged",
            ));
        }
        Ok(read)
    }
}
