//! Sessions made by hand, as bytes.

use crate::command::StreamingCommand;
use crate::error::Error;
use crate::serve::serve;

/// A frame as splunkd writes it.
#[must_use]
pub fn frame(metadata: &str, body: &[u8]) -> Vec<u8> {
    [format!("chunked 1.0,{},{}\n{metadata}", metadata.len(), body.len()).as_bytes(), body].concat()
}

/// The metadata of the shortest handshake.
pub const GETINFO: &str = r#"{"action":"getinfo","searchinfo":{"args":[]}}"#;
/// The metadata of a chunk of rows, with more to come.
pub const EXECUTE: &str = r#"{"action":"execute","finished":false}"#;
/// The metadata of the last chunk of rows.
pub const LAST: &str = r#"{"action":"execute","finished":true}"#;

/// Runs a session in memory: the output, and how it ended.
pub fn session(input: &[u8], command: &mut impl StreamingCommand) -> (Vec<u8>, Result<(), Error>) {
    let mut output = Vec::new();
    let result = serve(input, &mut output, command);
    (output, result)
}
