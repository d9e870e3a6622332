//! JSON: one object for each event, on lines, in an array, or with what tools write between them.

mod objects;
mod pairs;
mod reader;

pub use reader::JsonReader;
