//! Whether the file behind a registration is the one that an entry of the site names by its hash, or by its signer.

use super::case::Case;
use crate::allowlist::{Entry, EntryNumber};
use crate::file::Status;

/// What an entry says of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// Nothing: it vouches for the pair, whatever the file.
    Any,
    /// It is this very file.
    Same,
    /// It is signed by this signer.
    Signed,
    /// It names files or signers, and nothing is known of the file.
    NotSeen,
    /// It names another file.
    OtherFile,
    /// It names another file, and the signer of this one, whose signature is right.
    OtherFileSigned,
    /// It names another signer.
    OtherSigner,
}

impl Agreement {
    pub(super) fn contradicts(self) -> bool {
        matches!(self, Self::OtherFile | Self::OtherFileSigned | Self::OtherSigner)
    }
}

impl Case<'_> {
    /// What an entry says of the file of this registration.
    pub(super) fn agreement(&self, entry: &Entry) -> Agreement {
        let facts = self.subject.file.copied().unwrap_or_default();
        let lower = |cell: &str| cell.trim_ascii().to_ascii_lowercase();
        let (hash, signer) = (lower(facts.file_sha256), lower(facts.signer_sha256));
        let status = Status::of_code(&lower(facts.signature));
        let is_right = matches!(status, Some(Status::Valid | Status::RootNotKnown));
        let is_signed = is_right && entry.signer_sha256.contains(&signer);
        if entry.sha256.contains(&hash) {
            Agreement::Same
        } else if !entry.sha256.is_empty() {
            match (hash.is_empty(), is_signed) {
                (true, _) => Agreement::NotSeen,
                (false, true) => Agreement::OtherFileSigned,
                (false, false) => Agreement::OtherFile,
            }
        } else if entry.signer_sha256.is_empty() {
            Agreement::Any
        } else if is_signed {
            Agreement::Signed
        } else if matches!(status, None | Some(Status::NotChecked)) {
            Agreement::NotSeen
        } else {
            Agreement::OtherSigner
        }
    }

    /// Of the entries that count here and now the most specific one that means this file; else the most specific one.
    pub(super) fn in_force_for_file(&self, entries: &[EntryNumber]) -> Option<EntryNumber> {
        let contradicts =
            |n: EntryNumber| self.index.entry(n).is_some_and(|entry| self.agreement(entry).contradicts());
        let in_force = |n: &EntryNumber| self.in_force(&[*n]).is_some();
        let fitting = entries.iter().copied().filter(in_force).find(|n| !contradicts(*n));
        fitting.or_else(|| self.in_force(entries))
    }

    /// Whether an entry of the site in force vouches for this very file.
    pub(super) fn is_vouched_file(&self) -> bool {
        let entries = self.seen.candidates.site_exact.iter().chain(&self.seen.candidates.site_glob);
        let mut entries = entries.filter(|n| self.in_force(&[**n]).is_some());
        entries.any(|n| self.index.entry(*n).is_some_and(|entry| self.agreement(entry) == Agreement::Same))
    }

    /// The threat that the file is, by its hash.
    pub(super) fn threat_of_file(&self) -> Option<EntryNumber> {
        let facts = self.subject.file?;
        self.index.threat_of_file(&facts.file_sha256.trim_ascii().to_ascii_lowercase())
    }
}
