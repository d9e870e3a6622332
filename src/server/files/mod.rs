//! The files behind the names: from an image path or a managed type to the file on the disk, and to the facts about it.
//!
//! Everything lies below a folder that stands for the drives of a server: a mounted image, what a collector took, or the drives
//! themselves. Reads only, and only regular files; nothing leads out of the folder: no link, no `..`, no remote or device path.

mod assemblies;
mod catalogs;
mod drives;
mod facts;
mod folders;
mod look;
mod read;

pub use catalogs::Catalogs;
pub use drives::{Drives, Names, Place};
pub use facts::Facts;
pub use folders::{Held, Starter};
pub use look::{Bits, Files};

pub(crate) use drives::resolve;
