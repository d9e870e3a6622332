//! The records of one chunk.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::binxml::{self, Fault};
use super::header::{CHUNK_HEADER, ChunkHeader, u32_at, u64_at};
use crate::event::NEIGHBOURS;

/// What begins a record.
const MARK: &[u8] = b"\x2a\x2a\0\0";
/// Bytes of the XML of one chunk, at most: its records can name one long value again and again.
const LONGEST: usize = 16 << 20;
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
    let mut names = Names::of(chunk);
    let mut records: Vec<Record> = Vec::new();
    let (mut at, mut written) = (CHUNK_HEADER, 0);
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
        let says = if !names.are_in(chunk, found + HEAD..end) {
            Says::Other
        } else if written > LONGEST {
            Says::Damaged("the XML of its chunk has more than 16 MiB")
        } else {
            xml(chunk, found + HEAD, end - TAIL)
        };
        if let Says::Xml(text) = &says {
            written += text.len();
        }
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

/// What finds those names; made once, not for each chunk.
static FINDERS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
    let names = ["IIS-Configuration"].into_iter().chain(NEIGHBOURS);
    let bytes = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    names.map(|name| Finder::new(&bytes(name)).into_owned()).collect()
});

/// Where a chunk names the IIS configuration's provider or log, or a provider of neighbours.
struct Names {
    places: Vec<usize>,
    /// Whether a template names one, by its place.
    templates: HashMap<usize, bool>,
}

impl Names {
    fn of(chunk: &[u8]) -> Self {
        let mut places = Vec::new();
        for finder in FINDERS.iter() {
            places.extend(finder.find_iter(chunk));
        }
        places.sort_unstable();
        Self { places, templates: HashMap::new() }
    }

    /// Whether one is named in a record, or in the template that the record is an instance of: a provider is a value of the one
    /// or of the other. What does not begin as an instance may name anything.
    fn are_in(&mut self, chunk: &[u8], record: Range<usize>) -> bool {
        const INSTANCE: &[u8] = b"\x0f\x01\x01\0\x0c";
        if self.places.is_empty() {
            return false;
        }
        let start = record.start;
        if self.any_in(record) || !chunk.get(start..).is_some_and(|record| record.starts_with(INSTANCE)) {
            return true;
        }
        let place = u32_at(chunk, start + INSTANCE.len() + 5) as usize;
        if let Some(named) = self.templates.get(&place) {
            return *named;
        }
        let size = u32_at(chunk, place.saturating_add(20)) as usize;
        let end = place.saturating_add(24).saturating_add(size);
        // One that stands outside of the chunk is told when the record is read.
        let named = end > chunk.len() || self.any_in(place..end);
        self.templates.insert(place, named);
        named
    }

    fn any_in(&self, range: Range<usize>) -> bool {
        let first = self.places.partition_point(|place| *place < range.start);
        self.places.get(first).is_some_and(|place| *place < range.end)
    }
}
