//! What ends a session: a stream that does not follow the protocol, or a pipe that fails.

use std::io;

/// A session that could not go on. The text is one line; it says which chunk (counted from 1), where in the
/// input (bytes from its start) and what was expected there.
///
/// Two things are *not* errors: an input that ends at a frame border, and a reader of the replies that went away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input could not be read.
    #[error("chunk {chunk}: cannot read the request at byte {offset}: {source}")]
    Read {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Bytes read before the failure.
        offset: u64,
        /// What the operating system said.
        source: io::Error,
    },
    /// The reply could not be written.
    #[error("chunk {chunk}: cannot write the reply: {source}")]
    Write {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// What the operating system said.
        source: io::Error,
    },
    /// The first line of a frame is not a frame header.
    #[error(
        "chunk {chunk}, byte {offset}: expected a frame header `chunked 1.0,<metadata length>,<body length>`, \
         found \"{found}\"; the input must be what splunkd sends to a command with `chunked = true`"
    )]
    Header {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Where the frame starts.
        offset: u64,
        /// The first bytes of the line, escaped.
        found: String,
    },
    /// A frame declares a part larger than this reader takes.
    #[error(
        "chunk {chunk}, byte {offset}: the frame header declares {declared} bytes of {part}, more than the limit of {limit}"
    )]
    TooLarge {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Where the frame starts.
        offset: u64,
        /// `metadata` or `body`.
        part: &'static str,
        /// The declared length in bytes.
        declared: u64,
        /// The largest length taken, in bytes.
        limit: u64,
    },
    /// There is no memory for a part of a frame.
    #[error(
        "chunk {chunk}, byte {offset}: out of memory after {have} of {declared} declared bytes of {part}"
    )]
    Memory {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Bytes read before the failure.
        offset: u64,
        /// `metadata` or `body`.
        part: &'static str,
        /// The bytes that were there.
        have: usize,
        /// The declared length in bytes.
        declared: usize,
    },
    /// The input ended inside a frame header.
    #[error("chunk {chunk}, byte {offset}: the input ends inside the frame header, after {have} bytes of it")]
    HeaderCut {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Length of the input.
        offset: u64,
        /// The bytes that were there.
        have: usize,
    },
    /// The input ended inside the metadata or the body of a frame.
    #[error(
        "chunk {chunk}, byte {offset}: the input ends inside the {part}, after {have} of {declared} declared bytes"
    )]
    Truncated {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Length of the input.
        offset: u64,
        /// `metadata` or `body`.
        part: &'static str,
        /// The bytes that were there.
        have: usize,
        /// The declared length in bytes.
        declared: usize,
    },
    /// The metadata of a frame is not a JSON object.
    #[error("chunk {chunk}, byte {offset}: the metadata is not a JSON object: {problem}")]
    Metadata {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Where the metadata starts.
        offset: u64,
        /// What the JSON reader expected.
        problem: String,
    },
    /// The metadata asks for something else than `getinfo` or `execute`.
    #[error(
        "chunk {chunk}, byte {offset}: expected the action \"getinfo\" or \"execute\", found \"{found}\""
    )]
    Action {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Where the metadata starts.
        offset: u64,
        /// The action, escaped; empty when there is none.
        found: String,
    },
    /// Rows came before the handshake.
    #[error("chunk {chunk}, byte {offset}: expected the action \"getinfo\" before the first \"execute\"")]
    Order {
        /// Number of the chunk, from 1.
        chunk: u64,
        /// Where the metadata starts.
        offset: u64,
    },
}
