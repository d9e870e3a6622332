//! What ends a session: a stream that does not follow the protocol, or a pipe that fails.

use std::error;
use std::fmt;
use std::io;

/// A session that could not go on: what kind of failure, where in the input, what happened, and what to do about it. Its text
/// is one line: `chunk 2, byte 117: <what>; <hint>`.
///
/// Two things are *not* errors: an input that ends at a frame border, and a reader of the replies that went away.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    chunk: u64,
    offset: Option<u64>,
    what: String,
    hint: Option<&'static str>,
    source: Option<io::Error>,
}

/// What kind of failure ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input could not be read.
    Read,
    /// The reply could not be written.
    Write,
    /// The first line of a frame is not a frame header.
    Header,
    /// A frame declares a part larger than this reader takes.
    TooLarge,
    /// There is no memory for a part of a frame.
    Memory,
    /// The input ended inside a frame.
    Cut,
    /// The metadata of a frame is not a JSON object.
    Metadata,
    /// The metadata asks for something else than `getinfo` or `execute`.
    Action,
    /// Rows came before the handshake.
    Order,
}

impl Error {
    /// An error at `offset` bytes of the input, in the chunk of that number.
    pub(crate) fn at(kind: ErrorKind, chunk: u64, offset: u64, what: impl Into<String>) -> Self {
        Self { kind, chunk, offset: Some(offset), what: what.into(), hint: None, source: None }
    }

    /// The input failed at `offset`.
    pub(crate) fn read(chunk: u64, offset: u64, source: io::Error) -> Self {
        Self { source: Some(source), ..Self::at(ErrorKind::Read, chunk, offset, "cannot read the request") }
    }

    /// The reply to a chunk could not be written.
    pub(crate) fn write(chunk: u64, source: io::Error) -> Self {
        let what = "cannot write the reply".to_owned();
        Self { kind: ErrorKind::Write, chunk, offset: None, what, hint: None, source: Some(source) }
    }

    /// The same with what to do about it.
    pub(crate) fn with_hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Number of the chunk, from 1.
    #[must_use]
    pub fn chunk(&self) -> u64 {
        self.chunk
    }

    /// Where in the input, in bytes from its start; `None` for a reply that could not be written.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// What was expected or what happened there.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chunk {}", self.chunk)?;
        self.offset.iter().try_for_each(|offset| write!(f, ", byte {offset}"))?;
        write!(f, ": {}", self.what)?;
        self.source.iter().try_for_each(|source| write!(f, ": {source}"))?;
        self.hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
