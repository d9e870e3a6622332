//! What a file is to .NET, from its metadata: nothing is loaded or run.

mod assembly;
mod metadata;
mod schema;

pub use assembly::{Assembly, Identity, Reference, StartMethod, of_file};

pub(crate) use assembly::assembly;
