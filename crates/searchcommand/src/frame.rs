//! Frames: `chunked 1.0,<metadata length>,<body length>\n<metadata><body>`, lengths in bytes.

use std::io::{self, BufRead, BufReader, Read, Write};

use crate::error::{Error, ErrorKind};
use crate::record::{BODY_LIMIT, Reply};

/// The longest header line read, its line feed included.
const HEADER_LIMIT: usize = 256;
/// Most metadata taken. A getinfo holds the whole search text, so this is generous.
const METADATA_LIMIT: u64 = 64 << 20;
/// Most memory reserved before the bytes that need it have arrived.
const RESERVE: usize = 64 << 20;
/// Memory is cleared for reading in steps of this size, small enough to stay in a core's cache.
const STEP: usize = 256 << 10;
/// Room for the header, the metadata and the start of a body in one read.
const READ_AHEAD: usize = 32 << 10;

/// Whether `error` means that the other side closed its end of the pipe.
///
/// Windows has three names for it: `ERROR_BROKEN_PIPE` (109), `ERROR_NO_DATA` (232) and `ERROR_PIPE_NOT_CONNECTED` (233).
fn is_closed(error: &io::Error, windows: bool) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
        || (windows && matches!(error.raw_os_error(), Some(109 | 232 | 233)))
}

/// Bytes that are kept between frames, so that memory is cleared once and not for each frame.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

/// Reads requests, one at a time, into buffers that are used again.
pub(crate) struct FrameReader<R> {
    input: BufReader<R>,
    chunk: u64,
    offset: u64,
    metadata_at: u64,
    metadata: Buffer,
    body: Buffer,
}

impl<R: Read> FrameReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(READ_AHEAD, input),
            chunk: 0,
            offset: 0,
            metadata_at: 0,
            metadata: Buffer::default(),
            body: Buffer::default(),
        }
    }

    /// Reads the next frame whole; false when the input ended at a frame border.
    pub(crate) fn read(&mut self) -> Result<bool, Error> {
        self.chunk += 1;
        let Some((metadata, body)) = self.read_header()? else { return Ok(false) };
        self.metadata_at = self.offset;
        fill(&mut self.input, &mut self.metadata, metadata, &mut self.offset, ("metadata", self.chunk))?;
        fill(&mut self.input, &mut self.body, body, &mut self.offset, ("body", self.chunk))?;
        Ok(true)
    }

    /// Number of the frame read last, from 1.
    pub(crate) fn chunk(&self) -> u64 {
        self.chunk
    }

    /// Where the metadata of the frame read last started, in bytes of the input.
    pub(crate) fn metadata_at(&self) -> u64 {
        self.metadata_at
    }

    /// The metadata of the frame read last.
    pub(crate) fn metadata(&self) -> &[u8] {
        self.metadata.bytes.get(..self.metadata.len).unwrap_or_default()
    }

    /// The body of the frame read last. Its bytes may be changed: they are not read again.
    pub(crate) fn body_mut(&mut self) -> &mut [u8] {
        self.body.bytes.get_mut(..self.body.len).unwrap_or_default()
    }

    /// Reads and forgets everything up to the end of the input. A failure ends the input too.
    pub(crate) fn drain(&mut self) {
        let _ = io::copy(&mut self.input, &mut io::sink());
    }

    fn read_header(&mut self) -> Result<Option<(usize, usize)>, Error> {
        let (start, chunk) = (self.offset, self.chunk);
        let mut line = [0; HEADER_LIMIT];
        let mut have = 0;
        loop {
            let byte = match self.input.fill_buf() {
                Ok(bytes) => bytes.first().copied(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_closed(&error, cfg!(windows)) => None,
                Err(source) => return Err(Error::read(chunk, self.offset, source)),
            };
            match (byte, line.get_mut(have)) {
                (None, _) if have == 0 => return Ok(None),
                (None, _) => {
                    let what = format!("the input ends inside the frame header, after {have} bytes of it");
                    return Err(Error::at(ErrorKind::Cut, chunk, self.offset, what));
                }
                (Some(byte), Some(place)) => {
                    *place = byte;
                    have += 1;
                    self.offset += 1;
                    self.input.consume(1);
                    if byte == b'\n' {
                        break;
                    }
                }
                (Some(_), None) => break,
            }
        }
        let line = line.get(..have).unwrap_or_default();
        let Some((metadata, body)) = parse_header(line) else {
            let found = line.get(..line.len().min(40)).unwrap_or_default().escape_ascii().to_string();
            let what = format!(
                "expected a frame header `chunked 1.0,<metadata length>,<body length>`, found \"{found}\""
            );
            return Err(Error::at(ErrorKind::Header, chunk, start, what)
                .with_hint("the input must be what splunkd sends to a command with `chunked = true`"));
        };
        let checked = |part, declared: u64, limit| match usize::try_from(declared) {
            Ok(len) if declared <= limit => Ok(len),
            _ => {
                let what = format!(
                    "the frame header declares {declared} bytes of {part}, more than the limit of {limit}"
                );
                Err(Error::at(ErrorKind::TooLarge, chunk, start, what))
            }
        };
        Ok(Some((checked("metadata", metadata, METADATA_LIMIT)?, checked("body", body, BODY_LIMIT)?)))
    }
}

/// Reads `declared` bytes. Memory grows as bytes arrive, so that a header alone cannot make it grow.
fn fill(
    input: &mut impl Read,
    buffer: &mut Buffer,
    declared: usize,
    offset: &mut u64,
    (part, chunk): (&'static str, u64),
) -> Result<(), Error> {
    let bytes = &mut buffer.bytes;
    let mut have = 0;
    while have < declared {
        if have == bytes.len() {
            let step = (declared - have).min(STEP);
            if bytes.capacity() - have < step
                && bytes.try_reserve_exact((declared - have).min(RESERVE)).is_err()
            {
                let what = format!("out of memory after {have} of {declared} declared bytes of {part}");
                return Err(Error::at(ErrorKind::Memory, chunk, *offset, what));
            }
            bytes.resize(have + step, 0);
        }
        let end = bytes.len().min(declared);
        let got = match input.read(bytes.get_mut(have..end).unwrap_or_default()) {
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if is_closed(&error, cfg!(windows)) => 0,
            Err(source) => return Err(Error::read(chunk, *offset, source)),
        };
        if got == 0 {
            let what = format!("the input ends inside the {part}, after {have} of {declared} declared bytes");
            return Err(Error::at(ErrorKind::Cut, chunk, *offset, what));
        }
        have += got;
        *offset += got as u64;
    }
    buffer.len = declared;
    Ok(())
}

/// The two lengths of a header line, or `None`. Takes what the pattern of Splunk's own Python reader takes:
/// `chunked\s+1.0\s*,\s*(\d+)\s*,\s*(\d+)\s*\n`. A length beyond 64 bits reads as the largest one.
fn parse_header(line: &[u8]) -> Option<(u64, u64)> {
    let rest = line.strip_suffix(b"\n")?.strip_prefix(b"chunked")?;
    let version = skip_space(rest);
    if version.len() == rest.len() {
        return None;
    }
    let (metadata, rest) = length(version.strip_prefix(b"1.0")?)?;
    let (body, rest) = length(rest)?;
    skip_space(rest).is_empty().then_some((metadata, body))
}

/// The number of `\s*,\s*(\d+)` and what follows it.
fn length(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = skip_space(skip_space(text).strip_prefix(b",")?);
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = digits.split_at_checked(count)?;
    let fold = |sum: u64, byte: &u8| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
    (count > 0).then(|| (number.iter().fold(0, fold), rest))
}

fn skip_space(text: &[u8]) -> &[u8] {
    let count = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    text.get(count..).unwrap_or_default()
}

/// Writes one frame in many small pieces and flushes it; false when the reader of the replies has gone away.
pub(crate) fn write_frame(
    output: &mut impl Write,
    metadata: &[u8],
    body: Reply<'_>,
    chunk: u64,
) -> Result<bool, Error> {
    let written = writeln!(output, "chunked 1.0,{},{}", metadata.len(), body.len())
        .and_then(|()| output.write_all(metadata))
        .and_then(|()| body.pieces().try_for_each(|piece| output.write_all(piece)))
        .and_then(|()| output.flush());
    match written {
        Ok(()) => Ok(true),
        Err(error) if is_closed(&error, cfg!(windows)) => Ok(false),
        Err(source) => Err(Error::write(chunk, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_lines() {
        let cases: [(&[u8], _); 17] = [
            (b"chunked 1.0,20,0\n", Some((20, 0))),
            (b"chunked 1.0,0,0\n", Some((0, 0))),
            (b"chunked\t 1.0 , 20\t,\x0b 7 \r\n", Some((20, 7))),
            (b"chunked 1.0,007,1\n", Some((7, 1))),
            (b"chunked 1.0,99999999999999999999999,1\n", Some((u64::MAX, 1))),
            (b"chunked1.0,1,1\n", None),
            (b"chunked 1.1,1,1\n", None),
            (b"chunked 1.0 1,1\n", None),
            (b"chunked 1.0,1\n", None),
            (b"chunked 1.0,1,\n", None),
            (b"chunked 1.0,,1\n", None),
            (b"chunked 1.0,-1,1\n", None),
            (b"chunked 1.0,1,1,1\n", None),
            (b"chunked 1.0,1,1x\n", None),
            (b" chunked 1.0,1,1\n", None),
            (b"chunked 1.0,1,1", None),
            (b"\n", None),
        ];
        for (line, expected) in cases {
            assert_eq!(parse_header(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_closed_pipe_is_known_by_kind_and_by_the_windows_codes() {
        assert!(is_closed(&io::ErrorKind::BrokenPipe.into(), false));
        for code in [109, 232, 233] {
            assert!(is_closed(&io::Error::from_raw_os_error(code), true), "{code}");
        }
        assert!(!is_closed(&io::Error::from_raw_os_error(5), true));
        // Elsewhere 109 is another error; on Windows itself the standard library knows it as a broken pipe.
        assert_eq!(is_closed(&io::Error::from_raw_os_error(109), false), cfg!(windows));
    }

    #[test]
    fn a_false_length_does_not_take_its_memory() {
        let mut frames = FrameReader::new(&b"chunked 1.0,2,4000000000\n{}abc"[..]);
        let error = frames.read().unwrap_err().to_string();
        assert_eq!(
            error,
            "chunk 1, byte 30: the input ends inside the body, after 3 of 4000000000 declared bytes"
        );
        assert!(frames.body.bytes.capacity() <= RESERVE, "{}", frames.body.bytes.capacity());
        assert!(frames.body.bytes.len() <= STEP);
    }

    #[test]
    fn a_body_beyond_the_reserve_is_read_whole() {
        let len = RESERVE + STEP + 3;
        let input = format!("chunked 1.0,2,{len}\n{{}}").into_bytes();
        let mut frames = FrameReader::new(input.chain(io::repeat(b'x').take(len as u64)));
        assert!(frames.read().unwrap());
        assert_eq!(frames.body_mut().len(), len);
        assert!(frames.body.bytes.iter().all(|byte| *byte == b'x'));
        assert!(!frames.read().unwrap());
    }
}
