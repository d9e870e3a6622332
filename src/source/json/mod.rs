//! JSON: one object for each event, on lines, in an array, or with what tools write between them.

mod cut;
mod document;
mod objects;
mod otlp;
mod pairs;
mod reader;
mod tables;

pub use reader::JsonReader;
