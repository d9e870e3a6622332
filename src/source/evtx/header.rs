//! The headers of the file and of its chunks.

use byteorder::{ByteOrder, LittleEndian};

/// Bytes of the header of a file.
pub(super) const FILE: usize = 4096;
/// Bytes of a chunk.
pub(super) const CHUNK: usize = 65_536;
/// Bytes of the header of a chunk.
pub(super) const CHUNK_HEADER: usize = 512;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, LittleEndian::read_u16)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, LittleEndian::read_u32)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map_or(0, LittleEndian::read_u64)
}

fn sum(parts: &[Option<&[u8]>]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    for part in parts {
        sum.update(part.unwrap_or_default());
    }
    sum.finalize()
}

/// What the header of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileHeader {
    /// The number that the next record would get.
    pub(super) next_record: u64,
    pub(super) chunks: u64,
    /// The log was open when the file was copied: the header may be older than the chunks.
    pub(super) is_dirty: bool,
    pub(super) is_sound: bool,
}

impl FileHeader {
    pub(super) fn read(bytes: &[u8]) -> Self {
        Self {
            next_record: u64_at(bytes, 24),
            chunks: u64::from(u16_at(bytes, 42)),
            is_dirty: u32_at(bytes, 120) & 1 == 1,
            is_sound: sum(&[bytes.get(..120)]) == u32_at(bytes, 124),
        }
    }
}

/// What the header of a chunk says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkHeader {
    /// Numbers of the first and the last record, as this file counts them.
    pub(super) numbers: (u64, u64),
    /// The last record by the number that it was written under.
    pub(super) last_id: u64,
    /// Where the records end.
    pub(super) end: usize,
    pub(super) is_sound: bool,
}

impl ChunkHeader {
    /// The header of a whole chunk, or what there is of one; `None` where it is none.
    pub(super) fn read(chunk: &[u8]) -> Option<Self> {
        if chunk.len() < CHUNK_HEADER || !chunk.starts_with(b"ElfChnk\0") {
            return None;
        }
        let end = (u32_at(chunk, 48) as usize).clamp(CHUNK_HEADER, CHUNK);
        let sums_agree = sum(&[chunk.get(CHUNK_HEADER..end.min(chunk.len()))]) == u32_at(chunk, 52)
            && sum(&[chunk.get(..120), chunk.get(128..CHUNK_HEADER)]) == u32_at(chunk, 124);
        Some(Self {
            numbers: (u64_at(chunk, 8), u64_at(chunk, 16)),
            last_id: u64_at(chunk, 32),
            end,
            is_sound: sums_agree,
        })
    }

    /// How many records there are, as the header says; no more than fit.
    pub(super) fn records(&self) -> u64 {
        let (first, last) = self.numbers;
        if last < first { 0 } else { (last - first).saturating_add(1).min(CHUNK as u64 / 28) }
    }
}
