//! The chunks of a log, one at a time, and what the headers say of them.

use std::collections::VecDeque;
use std::io::Read;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use super::chunk::{self, Record, Says};
use super::header::{CHUNK, ChunkHeader, FILE, FileHeader};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::source::row::{Content, Row};

/// Chunks that are looked at together: as many that handing them over costs little beside reading them.
const AT_ONCE: usize = 32;

const COPY: &str = "copy the log again, or save it with: wevtutil epl LOG FILE.evtx";

/// Reads a log chunk by chunk, in their order in the file.
pub struct EvtxReader {
    stream: Box<dyn Read>,
    file: Arc<str>,
    header: Option<FileHeader>,
    /// Chunks that are looked at together; their memory is used again.
    chunks: Vec<Vec<u8>>,
    threads: usize,
    /// Bytes before the next chunk.
    offset: u64,
    /// The numbers of the first and last record of each chunk.
    numbers: Vec<(u64, u64)>,
    last_id: u64,
    waiting: VecDeque<Result<Row, Problem>>,
    done: bool,
}

impl EvtxReader {
    pub(in crate::source) fn new(stream: Box<dyn Read>, file: Arc<str>) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (chunks, numbers, waiting) = (Vec::new(), Vec::new(), VecDeque::new());
        Self {
            stream,
            file,
            header: None,
            chunks,
            threads,
            offset: 0,
            numbers,
            last_id: 0,
            waiting,
            done: false,
        }
    }

    fn origin(&self, record: Option<u64>, offset: u64) -> Origin {
        Origin { record, offset: Some(offset), ..Origin::of_file(Arc::clone(&self.file)) }
    }

    fn tell(&mut self, what: impl Into<Box<str>>, origin: Origin) {
        let problem = Problem::new(ProblemKind::Damaged, what).with_hint(COPY).at(origin);
        self.waiting.push_back(Err(problem));
    }

    /// Takes as many bytes as are there, up to a length.
    fn fill(&mut self, bytes: &mut Vec<u8>, length: usize) {
        bytes.resize(length, 0);
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            // The stream below notes what goes wrong, and ends.
            match self.stream.read(rest) {
                Ok(read) if read > 0 => filled += read,
                _ => break,
            }
        }
        bytes.truncate(filled);
    }

    fn read_header(&mut self) -> FileHeader {
        let mut bytes = Vec::new();
        self.fill(&mut bytes, FILE);
        self.offset = bytes.len() as u64;
        let header = FileHeader::read(&bytes);
        if bytes.len() < FILE {
            self.done = true;
            self.tell("the file ends inside of its header", self.origin(None, self.offset));
        } else if !header.is_sound && !header.is_dirty {
            self.tell(
                "the checksum of the file's header is wrong; the chunks are read all the same",
                self.origin(None, 0),
            );
        }
        header
    }

    /// Reads as many chunks as are looked at together, and takes their records in order.
    fn read_chunks(&mut self, file: FileHeader) {
        let mut chunks = mem::take(&mut self.chunks);
        chunks.resize(AT_ONCE, Vec::new());
        let mut read = 0;
        for bytes in &mut chunks {
            self.fill(bytes, CHUNK);
            read += 1;
            if bytes.len() < CHUNK {
                break;
            }
        }
        chunks.truncate(read);
        let looked_at = look_at(&chunks, self.threads);
        for (bytes, looked_at) in chunks.iter().zip(looked_at) {
            self.take_chunk(bytes, looked_at, file);
        }
        self.chunks = chunks;
    }

    fn take_chunk(&mut self, bytes: &[u8], looked_at: LookedAt, file: FileHeader) {
        let start = self.offset;
        self.offset += bytes.len() as u64;
        if bytes.is_empty() {
            self.done = true;
            return self.compare(file);
        }
        let is_counted = (start - FILE as u64) / (CHUNK as u64) < file.chunks;
        let Some((header, records)) = looked_at else {
            // Windows makes the file longer than it needs.
            if is_counted || bytes.iter().any(|byte| *byte != 0) {
                self.tell("no chunk of records stands here, where one belongs", self.origin(None, start));
            }
            return;
        };
        let damaged = records.iter().filter(|record| matches!(record.says, Says::Damaged(_))).count() as u64;
        let in_use = records.len() as u64;
        let promised = header.records().max(in_use);
        let lost = promised - (in_use - damaged);
        if bytes.len() < CHUNK {
            let what = format!("the file ends inside of a chunk: {lost} of its {promised} records are lost");
            self.tell(what, self.origin(None, self.offset));
        } else if lost > damaged {
            let what = format!("{lost} of the {promised} records of this chunk are lost");
            self.tell(what, self.origin(None, start));
        } else if !header.is_sound && !file.is_dirty {
            let what = "the checksum of this chunk is wrong: it was changed or damaged; its records are read all the same";
            self.tell(what, self.origin(None, start));
        }
        let (from, to) = header.numbers;
        self.numbers.push((from, to.max(from.saturating_add(in_use.saturating_sub(1)))));
        self.last_id = self.last_id.max(header.last_id);
        for record in records {
            self.take(record, start);
        }
    }

    fn take(&mut self, record: Record, chunk: u64) {
        self.last_id = self.last_id.max(record.id);
        let origin = self.origin(Some(record.id), chunk + record.at as u64);
        let content = match record.says {
            Says::Xml(text) => Content::whole(text.into_bytes()),
            Says::Other => Content::OtherLog,
            Says::Damaged(fault) => return self.tell(format!("the record cannot be read: {fault}"), origin),
        };
        self.waiting.push_back(Ok(Row { origin, content }));
    }

    /// Compares what was read with what the header promises. Chunks of a full log are written over in a circle.
    fn compare(&mut self, file: FileHeader) {
        let end = self.origin(None, self.offset);
        let found = self.numbers.len() as u64;
        if found < file.chunks && (self.offset - FILE as u64) / (CHUNK as u64) < file.chunks {
            let what = format!("the file ends after {found} of {} chunks", file.chunks);
            self.tell(what, end.clone());
        }
        self.numbers.sort_unstable();
        let gaps = self.numbers.windows(2).filter_map(|pair| match pair {
            [(_, last), (first, _)] if first.saturating_sub(*last) > 1 => Some((last + 1, first - 1)),
            _ => None,
        });
        for (first, last) in gaps.collect::<Vec<_>>() {
            self.tell(
                format!("records {first} to {last} are missing"),
                Origin::of_file(Arc::clone(&self.file)),
            );
        }
        let last = self.numbers.last().map_or(0, |(_, last)| *last).max(self.last_id);
        if !file.is_dirty && found > 0 && last.saturating_add(1) < file.next_record {
            let what =
                format!("the last record is {last}, but the header counts up to {}", file.next_record - 1);
            self.tell(what, end);
        }
    }
}

/// A chunk's header and records; `None` where there is no chunk.
type LookedAt = Option<(ChunkHeader, Vec<Record>)>;

/// Looks at chunks on so many threads, of which this is one.
fn look_at(chunks: &[Vec<u8>], threads: usize) -> Vec<LookedAt> {
    let look = |bytes: &Vec<u8>| {
        let header = ChunkHeader::read(bytes)?;
        Some((header, chunk::read(bytes, &header)))
    };
    if threads == 1 || chunks.len() < AT_ONCE {
        return chunks.iter().map(look).collect();
    }
    let (own, others) = chunks.split_at(chunks.len().div_ceil(threads));
    thread::scope(|scope| {
        let parts = others.chunks(own.len());
        let parts: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(look).collect::<Vec<_>>())).collect();
        let mut looked_at: Vec<LookedAt> = own.iter().map(look).collect();
        // A part that fails fails the reader, which whoever started it tells.
        looked_at.extend(
            parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))),
        );
        looked_at
    })
}

impl Iterator for EvtxReader {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.waiting.pop_front() {
                return Some(row);
            }
            if self.done {
                return None;
            }
            match self.header {
                Some(header) => self.read_chunks(header),
                None => self.header = Some(self.read_header()),
            }
        }
    }
}
