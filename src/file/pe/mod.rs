//! What a PE file is: for which machine, what it exports to IIS, what it says of itself.

mod exports;
mod facts;
mod image;
mod imports;
mod ordinals;
mod version;

pub use exports::{ENTRY_POINTS, EntryPoint};
pub use facts::{Facts, Machine};
pub use image::is_library;
pub use version::Version;

pub(crate) use image::{Directory, Image};
