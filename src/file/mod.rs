//! Files behind the names of modules: what a PE file is, what it is to .NET, and who signed it.
//!
//! Everything is read from bytes that the caller holds, within [`MOST_BYTES`]; a part that cannot be read is told
//! ([`Malformed`]) and hides no other. Nothing is `valid` that was not checked: see [`Status`].
//!
//! ```text
//! bytes ─▶ Contents::of ─┬─▶ pe::Facts        machine, entry points, imphash, version, assembly
//!                        ├─▶ Hashes           sha256, what Authenticode covers
//!                        └─▶ Embedded         the signatures in the file
//! *.cat ─▶ catalog::IndexBuilder ─▶ Index::candidates(Hashes) ─▶ catalog::verify ─▶ Signature
//! ```

pub mod catalog;
pub mod clr;
pub mod pe;
pub mod roots;

mod authenticode;
mod bytes;
mod certificate;
mod chain;
mod cms;
mod contents;
mod der;
mod digest;
mod name;
mod oid;
mod signature;
mod stamp;
mod verify;

pub use authenticode::{Embedded, Hashes};
pub use bytes::Malformed;
pub use contents::{Contents, FileStatus, MOST_BYTES, Program};
pub use digest::Algorithm;
pub use roots::{Root, Trust};
pub use signature::{Class, Problem, Signature, Signer, Stamp, Status};
