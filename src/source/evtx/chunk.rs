//! The records of one chunk.

use memchr::memmem;

use super::binxml::{self, Fault};
use super::header::{CHUNK_HEADER, ChunkHeader, u32_at, u64_at};

/// What begins a record.
const MARK: &[u8] = b"\x2a\x2a\0\0";
/// Bytes of a record around its binary XML.
const HEAD: usize = 24;
const TAIL: usize = 4;

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The number that it was written under.
    pub(super) id: u64,
    /// Where it stands in its chunk.
    pub(super) at: usize,
    pub(super) says: Says,
}

/// What a record says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says {
    Xml(String),
    /// It is another provider's.
    Other,
    /// It cannot be read.
    Damaged(Fault),
}

/// Reads the records of a chunk, or of what there is of one.
pub(super) fn read(chunk: &[u8], header: &ChunkHeader) -> Vec<Record> {
    let is_ours = names_our_log(chunk);
    let mut records: Vec<Record> = Vec::new();
    let mut at = CHUNK_HEADER;
    while let Some(found) =
        chunk.get(at..).and_then(|rest| memmem::find(rest, MARK)).map(|skipped| at + skipped)
    {
        let id = u64_at(chunk, found + 8);
        // Behind the end stand records of an earlier use, and those for which the header is too old.
        if found >= header.end && records.last().is_none_or(|last| last.id.checked_add(1) != Some(id)) {
            break;
        }
        let size = u32_at(chunk, found + 4) as usize;
        let end = found.saturating_add(size);
        let is_whole =
            size >= HEAD + TAIL && end <= chunk.len() && u32_at(chunk, end - TAIL) as usize == size;
        if !is_whole {
            // What looks like a beginning may stand inside of a value; the next true one is looked for.
            if found == at {
                records.push(Record {
                    id,
                    at: found,
                    says: Says::Damaged("its length is wrong, or the file ends in it"),
                });
            }
            at = found + MARK.len();
            continue;
        }
        let says = if is_ours { xml(chunk, found + HEAD, end - TAIL) } else { Says::Other };
        records.push(Record { id, at: found, says });
        at = end;
    }
    records
}

fn xml(chunk: &[u8], start: usize, end: usize) -> Says {
    let mut text = String::new();
    match binxml::write(chunk, start, end, &mut text) {
        Ok(()) => Says::Xml(text),
        Err(fault) => Says::Damaged(fault),
    }
}

/// Whether anything in a chunk names the IIS configuration's provider or log: names and templates stand in the chunk that uses
/// them.
fn names_our_log(chunk: &[u8]) -> bool {
    let name: Vec<u8> = "IIS-Configuration".encode_utf16().flat_map(u16::to_le_bytes).collect();
    memmem::find(chunk, &name).is_some()
}
