//! What is known about modules: the baseline and packs compiled in, threats, and the site's own allowlist.
//!
//! Uses `iis` for names and paths. Matching does no I/O and holds no clock. Knows nothing of events or verdicts.
//!
//! ```text
//! text --SiteFile::parse--> entries --Catalogue::new--> all entries --index(profile)--> Index
//! Index::candidates(identity) -> Candidates      what matches the module; may be remembered between rows
//! Entry::scope(scope)         -> ScopeAnswer     whether an entry counts for this host, place, action and time
//! ```

use crate::iis::{Class, Image, Kind, ManagedType, TypeMatch};

mod builtin;
mod candidates;
mod catalogue;
pub mod column;
mod damage;
pub mod date;
pub mod edit;
pub mod entry;
pub mod error;
pub mod glob;
mod globs;
mod index;
pub mod lint;
mod near;
pub mod packs;
mod patterns;
mod records;
pub mod scope;
mod site;
mod table;

pub use builtin::{BASELINE_CSV, THREATS_CSV};
pub use catalogue::Catalogue;
pub use column::Column;
pub use damage::{Damage, Legible};
pub use entry::{Effect, Entry, Match, Origin, Strength};
pub use error::AllowlistError;
pub use index::Index;
pub use packs::{HostProfiles, Profile, UnknownPack};
pub use patterns::Patterns;
pub use scope::{Scope, ScopeAnswer};
pub use site::SiteFile;

/// What of a module can be compared without host, date or action: what a decision may remember between rows.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// Module, ISAPI filter or handler.
    pub class: Class,
    /// Native or managed, where known.
    pub kind: Option<Kind>,
    /// It may be an ISAPI filter as well.
    pub or_filter: bool,
    /// The name as written.
    pub name: &'a str,
    /// The image in normal form, where shown.
    pub image: Option<&'a Image>,
    /// The managed type, where shown.
    pub managed_type: Option<&'a ManagedType>,
}

impl Identity<'_> {
    /// Whether it may be of this kind, as far as the facts show the kind.
    fn may_be(&self, kind: Kind) -> bool {
        self.may_be_of_class(kind)
            && (self.class != kind.class() || self.kind.is_none_or(|seen| seen == kind))
    }

    /// Whether it may be of the class of this kind: names are keys within one.
    fn may_be_of_class(&self, kind: Kind) -> bool {
        kind.class() == self.class || self.or_filter && kind == Kind::IsapiFilter
    }
}

/// Number of an entry in its [`Index`].
pub type EntryNumber = usize;

/// Every entry that could speak about one [`Identity`], before host, date and action are looked at.
/// Within each list the most specific entry stands first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Site entries with effect deny that match by kind, name, image and type.
    pub deny: Vec<EntryNumber>,
    /// Threat entries that decide: name and image, a full path, or a distinctive name match.
    pub threat: Option<EntryNumber>,
    /// Threat entries of which only a common base name matches: never decides, only a reason.
    pub threat_basename: Option<EntryNumber>,
    /// The baseline entry, or the entry of a chosen pack, that is exactly this pair.
    pub known_pair: Option<EntryNumber>,
    /// How far the type agrees with the known pair, else with the site's exact entries; `None` without either.
    /// Native pairs are always [`TypeMatch::Same`].
    pub type_match: Option<TypeMatch>,
    /// `type_match` is [`TypeMatch::Weak`]: the assembly or its key is missing on one side (`identity=weak`).
    pub weak_identity: bool,
    /// An entry of a pack that was not chosen for this host and is exactly this pair.
    pub pack_not_chosen: Option<EntryNumber>,
    /// Exact site allow entries for this pair.
    pub site_exact: Vec<EntryNumber>,
    /// Glob site allow entries that cover this pair.
    pub site_glob: Vec<EntryNumber>,
    /// `match=name` site allow entries for this name.
    pub site_name: Vec<EntryNumber>,
    /// Entries that list this very name (baseline, chosen packs, exact site allow entries).
    pub known_name: Vec<EntryNumber>,
    /// A bad row of the site's file holds the name, the image or the type.
    pub in_bad_row: bool,
    /// Entries that list this very full image path, under whatever name (baseline, chosen packs, exact site allow).
    pub known_image: Vec<EntryNumber>,
}

#[cfg(test)]
mod tests;
