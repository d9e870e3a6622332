//! One entry: what it speaks about, and where and when.

use arcstr::Substr;

use super::identity::Identity;
use super::patterns::Patterns;
use crate::iis::{Action, Kind};

/// Number of an entry in its [`Index`](super::Index).
pub type EntryNumber = usize;

/// Where an entry comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntrySource {
    /// Compiled in: Windows role services, .NET, Microsoft's add-ons.
    Baseline,
    /// Compiled in, for the hosts on which the pack of this name is chosen.
    Pack(String),
    /// Compiled in: names and images of published malware.
    Threat(Strength),
    /// The site's own file.
    Site,
}

/// How much a threat entry proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// Nobody else is known to use it: a match decides.
    Distinctive,
    /// Honest software may use it too: a match is only a reason.
    Common,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Trusts what it matches.
    Allow,
    /// Rejects what it matches; stronger than any allow.
    Deny,
}

/// How `name`, `image` and `type` of an entry are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Match {
    /// Name with case, image in normal form, type by its parts.
    Exact,
    /// `*`, `**` and `?` in name, image and type.
    Glob,
    /// The name alone, for data that never shows an image; an image or type in the entry still makes an exact pair.
    Name,
}

/// One entry of the baseline, a pack, the threat list or the site's allowlist.
///
/// Texts are as written, without space around them (`name` keeps its space: it is part of the key in IIS).
/// An empty text or list means any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Names the entry in results.
    pub id: Substr,
    /// Where the entry comes from.
    pub source: EntrySource,
    /// A disabled entry is kept for reports and matches nothing.
    pub enabled: bool,
    /// Allow or deny. Threats are [`Effect::Deny`].
    pub effect: Effect,
    /// Kind of module.
    pub kind: Option<Kind>,
    /// Module name.
    pub name: Substr,
    /// Image path.
    pub image: Substr,
    /// Managed type string.
    pub type_name: Substr,
    /// How name, image and type are compared.
    pub matching: Match,
    /// `preCondition` as written.
    pub precondition: Substr,
    /// Hosts.
    pub host: Patterns,
    /// Places in the configuration.
    pub config_path: Patterns,
    /// Actions.
    pub actions: Vec<Action>,
    /// First microsecond since 1970-01-01T00:00Z at which the entry counts.
    pub valid_from: Option<i64>,
    /// First microsecond at which it no longer counts.
    pub expires: Option<i64>,
    /// `expires` as written, for reports.
    pub expires_written: Substr,
    /// Who answers for a site entry.
    pub owner: Substr,
    /// Where a site entry was agreed.
    pub ticket: Substr,
    /// Why a site entry is there.
    pub reason: Substr,
    /// Product of a baseline or pack entry; malware family of a threat, with the year.
    pub about: Substr,
    /// The classes of signers that the file of a compiled-in entry has, divided by `|`; empty where none is expected.
    pub signer: Substr,
    /// SHA-256 of the files that a site entry vouches for, or that a threat is, in lower case; empty means any.
    pub sha256: Vec<String>,
    /// SHA-256 of the certificates of signers whose files a site entry vouches for, in lower case; empty means any.
    pub signer_sha256: Vec<String>,
    /// Public source of a compiled-in entry.
    pub reference: Substr,
    /// Line of the site file; 0 for compiled-in entries.
    pub line: u64,
}

impl Entry {
    /// An entry that matches anything, to be filled in.
    pub(super) fn any(id: impl Into<Substr>, source: EntrySource, effect: Effect) -> Self {
        Self {
            id: id.into(),
            source,
            enabled: true,
            effect,
            kind: None,
            name: Substr::new(),
            image: Substr::new(),
            type_name: Substr::new(),
            matching: Match::Exact,
            precondition: Substr::new(),
            host: Patterns::default(),
            config_path: Patterns::default(),
            actions: Vec::new(),
            valid_from: None,
            expires: None,
            expires_written: Substr::new(),
            owner: Substr::new(),
            ticket: Substr::new(),
            reason: Substr::new(),
            about: Substr::new(),
            signer: Substr::new(),
            sha256: Vec::new(),
            signer_sha256: Vec::new(),
            reference: Substr::new(),
            line: 0,
        }
    }

    /// Whether the entry is for this kind of module, as far as the facts show the kind.
    pub(super) fn is_for(&self, id: &Identity<'_>) -> bool {
        self.kind.is_none_or(|own| id.may_be(own))
    }

    /// Whether the entry allows by name alone: `match=name`, or an allowed removal without image and type
    /// (a removal carries neither).
    #[must_use]
    pub fn allows_name(&self) -> bool {
        self.effect == Effect::Allow
            && self.source == EntrySource::Site
            && (self.matching == Match::Name || self.image.is_empty() && self.type_name.is_empty())
    }

    /// Whether the entry is a site's exact allow entry for an image or type.
    #[must_use]
    pub fn is_exact_allow(&self) -> bool {
        self.effect == Effect::Allow
            && self.source == EntrySource::Site
            && self.matching == Match::Exact
            && !(self.image.is_empty() && self.type_name.is_empty())
    }

    /// How narrow the entry is: of two that match, the greater one is named in the result. Exact before pattern before
    /// name, then the longer pattern, then the one with more cells.
    #[must_use]
    pub fn specificity(&self) -> impl Ord + use<> {
        let texts = [&self.name, &self.image, &self.type_name];
        let literals = |text: &&Substr| text.chars().filter(|c| !matches!(c, '*' | '?')).count();
        let (matching, length) = match self.matching {
            Match::Exact => (2, 0),
            Match::Glob => (1, texts.iter().map(literals).sum()),
            Match::Name => (0, 0),
        };
        let filled = [
            !self.name.is_empty(),
            !self.image.is_empty(),
            !self.type_name.is_empty(),
            self.kind.is_some(),
            !self.precondition.is_empty(),
            !self.actions.is_empty(),
            self.valid_from.is_some(),
            self.expires.is_some(),
            !self.sha256.is_empty(),
            !self.signer_sha256.is_empty(),
        ];
        let scopes = [&self.host, &self.config_path].map(Patterns::specificity);
        let cells = scopes.into_iter().chain(filled.map(usize::from)).sum::<usize>();
        (matching, length, cells)
    }

    /// Orders entries of one specificity, whatever their order in the file.
    pub(super) fn tie_key(&self) -> impl Ord + use<'_> {
        (
            (&self.name, &self.image, &self.type_name),
            (self.host.written(), self.config_path.written()),
            (self.kind, &self.precondition, &self.actions),
            (std::cmp::Reverse(self.expires), self.valid_from),
            (self.effect, &self.id),
        )
    }
}
