//! Event logs of Windows (.evtx): a header, then chunks of 64 KiB that each can be read by themselves.
//!
//! A reader of our own: a log that is cut or damaged must say so with its place, and the crate that there is ends silently
//! where a file is cut inside of a chunk; it would also bring sixty crates. What is read is what the event log writes: template
//! instances and the types of values; everything else in a record is told as damage.

mod binxml;
mod chunk;
mod header;
mod reader;
#[cfg(test)]
mod tests;
mod values;

pub use reader::EvtxReader;
