//! Replies of a command, taken apart.

use std::io::{self, Read};

use serde_json::Value;

use super::table::Table;

/// One reply frame.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The metadata as sent.
    pub metadata: String,
    /// The metadata read.
    pub json: Value,
    /// The body as sent.
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads one frame; `None` at the end of the input. The header must have its exact form.
    pub fn read(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            match input.read(&mut byte)? {
                0 if line.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => line.push(byte[0]),
            }
            assert!(line.len() < 100, "not a frame header: {}", line.escape_ascii());
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        let lengths: Vec<usize> = text
            .strip_prefix("chunked 1.0,")
            .and_then(|rest| rest.strip_suffix('\n'))
            .map(|rest| rest.split(',').map(|number| number.parse().unwrap()).collect())
            .unwrap_or_default();
        let [metadata, body] = lengths[..] else { panic!("not a frame header: {text:?}") };
        let mut read = |len| {
            let mut bytes = vec![0; len];
            input.read_exact(&mut bytes).map(|()| bytes)
        };
        let metadata = String::from_utf8(read(metadata)?).expect("metadata is UTF-8");
        let json = serde_json::from_str(&metadata).expect("metadata is JSON");
        Ok(Some(Self { metadata, json, body: read(body)? }))
    }

    /// All frames of a recorded output.
    #[must_use]
    pub fn read_all(mut output: &[u8]) -> Vec<Self> {
        std::iter::from_fn(|| Self::read(&mut output).unwrap()).collect()
    }

    /// The text with which the command failed the search.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.json.get("error").map(|error| error.as_str().expect("error is text"))
    }

    /// Whether the command says that it is done; `None` in a reply to getinfo.
    #[must_use]
    pub fn finished(&self) -> Option<bool> {
        self.json.get("finished").map(|finished| finished.as_bool().expect("finished is a boolean"))
    }

    /// The inspector messages as (level, text).
    #[must_use]
    pub fn messages(&self) -> Vec<(String, String)> {
        let messages = self.json.pointer("/inspector/messages").and_then(Value::as_array);
        let text = |value: &Value| value.as_str().expect("a message is text").to_owned();
        messages.into_iter().flatten().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
    }

    /// The messages that are shown above the results: all but notes for the job.
    #[must_use]
    pub fn complaints(&self) -> Vec<(String, String)> {
        self.messages().into_iter().filter(|(level, _)| level != "INFO").collect()
    }

    /// The fields that a getinfo reply asks for; `None` for all.
    #[must_use]
    pub fn required_fields(&self) -> Option<Vec<String>> {
        let list = self.json.get("required_fields")?.as_array().expect("required_fields is a list");
        let names: Vec<String> = list.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        (!names.contains(&"*".to_owned())).then_some(names)
    }

    /// The rows of the body.
    #[must_use]
    pub fn table(&self) -> Table {
        Table::read(&self.body)
    }
}
