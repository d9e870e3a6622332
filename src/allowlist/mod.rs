//! What is known about modules: the baseline and packs compiled in, threats, and the site's own allowlist.
//!
//! Uses `iis` for names and paths. Matching does no I/O and holds no clock. Knows nothing of events or verdicts.
//!
//! ```text
//! text --SiteFile::parse--> entries --Catalogue::new--> all entries --index(profile)--> Index
//! Index::candidates(identity) -> Candidates      what matches the module; may be remembered between rows
//! Entry::scope(scope)         -> ScopeAnswer     whether an entry counts for this host, place, action and time
//! ```

mod builtin;
mod candidates;
mod catalogue;
pub mod column;
mod damage;
pub mod date;
pub mod edit;
mod entries;
pub mod entry;
pub mod error;
pub mod glob;
mod globs;
mod identity;
mod images;
mod index;
pub mod lint;
mod near;
mod numbers;
pub mod packs;
mod pairs;
mod patterns;
mod records;
pub mod scope;
mod site;
mod table;
#[cfg(test)]
mod tests;
pub mod watched;

pub use builtin::{BASELINE_CSV, THREATS_CSV};
pub use candidates::Candidates;
pub use catalogue::Catalogue;
pub use column::Column;
pub use damage::{Damage, Legible};
pub use entry::{Effect, Entry, EntryNumber, EntrySource, Match, Strength};
pub use error::AllowlistError;
pub use identity::Identity;
pub use index::Index;
pub use packs::{HostProfiles, Profile, UnknownPack};
pub use patterns::Patterns;
pub use scope::{Scope, ScopeAnswer};
pub use site::SiteFile;
pub use watched::Watched;
