//! What was decided on one subject, with what it was decided by.

use super::assess::Assessment;
use super::finding::Finding;
use super::reason::{Detail, Reason};
use super::technique::Technique;
use crate::allowlist::watched::WatchedSetting;
use crate::allowlist::{Entry, EntryNumber, Index, Watched};

/// One decision. It borrows from the engine that made it, until that engine decides again.
#[derive(Clone, Copy)]
pub struct Decision<'e> {
    /// The result.
    pub finding: &'e Finding,
    /// What the subject was compared with, and what was found out about it.
    pub(super) compared: Option<(&'e Index, &'e Assessment)>,
    /// The time that dates of entries were compared with, in microseconds since 1970-01-01T00:00Z.
    pub(super) now: i64,
}

impl<'e> Decision<'e> {
    /// Whether it depends on neither time nor place, nor on the host beyond its profile: no entry of the site, whose scope
    /// and dates are looked at for each row, could speak about the subject.
    #[must_use]
    pub fn is_timeless(&self) -> bool {
        self.compared.is_some_and(|(_, seen)| {
            let found = &seen.candidates;
            [&found.deny, &found.site_exact, &found.site_glob, &found.site_name]
                .iter()
                .all(|list| list.is_empty())
        })
    }

    /// The entries that the subject was compared with.
    #[must_use]
    pub fn index(&self) -> Option<&'e Index> {
        self.compared.map(|(index, _)| index)
    }

    /// The normal form of the subject's image; empty where it has none.
    #[must_use]
    pub fn image_normalized(&self) -> &'e str {
        self.compared.and_then(|(_, seen)| seen.image.as_ref()).map_or("", |image| &image.normal)
    }

    /// The id of the entry that decided; empty where none did.
    #[must_use]
    pub fn rule_id(&self) -> &'e str {
        let entry = self.finding.rule.and_then(|rule| self.entry(rule)).map(|entry| entry.id.as_str());
        let known = || self.watched()?.known().get(self.finding.known?).map(|known| known.id.as_str());
        let row = || self.watched_setting().filter(|_| self.finding.is_told()).map(|row| row.id.as_str());
        entry.or_else(known).or_else(row).unwrap_or_default()
    }

    /// The id of the technique that it is about; empty where nothing was found.
    #[must_use]
    pub fn technique(&self) -> &'e str {
        match self.finding.technique {
            Technique::OfSetting => self.watched_setting().map_or("", |row| &row.technique),
            technique => technique.id(),
        }
    }

    /// The watched setting that it is about.
    #[must_use]
    pub fn watched_setting(&self) -> Option<&'e WatchedSetting> {
        self.watched()?.rows().get(self.finding.watched?)
    }

    fn watched(&self) -> Option<&'e Watched> {
        self.index().map(Index::watched)
    }

    /// The text after the colon of a reason; empty where the code says all.
    #[must_use]
    pub fn detail(&self, reason: &Reason) -> &'e str {
        match reason.detail {
            Detail::None => "",
            Detail::Id(n) => self.entry(n).map_or("", |e| &e.id),
            Detail::Name(n) => self.entry(n).map_or("", |e| &e.name),
            Detail::Image(n) => {
                self.entry(n).map_or("", |e| if e.image.is_empty() { &e.type_name } else { &e.image })
            }
            Detail::Family(n) => self.entry(n).map_or("", |e| &e.about),
            Detail::Watched(row) => {
                self.watched().and_then(|watched| watched.rows().get(row)).map_or("", |row| &row.id)
            }
            Detail::Text { start, end } => self.finding.texts.get(start..end).unwrap_or_default(),
            Detail::Versions => {
                self.compared.and_then(|(_, seen)| seen.later_version.as_deref()).unwrap_or_default()
            }
            Detail::Resembled => {
                self.compared.and_then(|(_, seen)| seen.resembles.as_ref()).map_or("", |r| &r.known)
            }
        }
    }

    fn entry(&self, number: EntryNumber) -> Option<&'e Entry> {
        self.index().and_then(|index| index.entry(number))
    }
}
