//! What the table of watched settings decides: on handlers, on settings, and on removals that a product makes itself.

use crate::iis::{Action, Class, change};

use super::case::Case;
use super::code::Code;
use super::finding::Finding;
use super::reason::Detail;
use super::verdict::Verdict;
use super::watch::{self, Told};

impl Case<'_> {
    /// What the table of watched settings says, where it is for the subject at all.
    pub fn watched(&self, finding: &mut Finding) -> Option<Told> {
        if self.subject.class.is_module() {
            return None;
        }
        let told = watch::look(self.subject, self.index, finding);
        let is_known = told.verdict == Verdict::KnownGood;
        if self.seen.location.is_some() && !is_known && told.severity < Verdict::SuspiciousLocation.severity()
        {
            let verdict = Verdict::SuspiciousLocation;
            return Some(Told { verdict, severity: verdict.severity(), ..told });
        }
        Some(told)
    }

    /// A handler or a setting that nothing condemns.
    pub fn carrier(&self, told: Verdict, finding: &mut Finding) -> (Verdict, Option<Verdict>) {
        let candidates = &self.seen.candidates;
        if matches!(told, Verdict::NotModule | Verdict::KnownGood) {
            return (told, None);
        }
        if self.seen.replaced {
            finding.add(Code::ImageReplaced, Detail::None);
        }
        let by_name = self.in_force(&candidates.site_name).filter(|_| !self.seen.is_identified());
        if told == Verdict::Unverified {
            if let Some(entry) = by_name {
                finding.add(Code::NameEntry, Detail::Id(entry));
                finding.rule = Some(entry);
            }
            return (told, None);
        }
        let plain = told == Verdict::Unknown && candidates.threat_basename.is_none();
        let by_pattern = self.in_force_for_file(&candidates.site_glob).filter(|_| plain);
        if let Some(entry) = self.in_force_for_file(&candidates.site_exact).or(by_pattern).or(by_name) {
            finding.rule = Some(entry);
            return (Verdict::Allowed, None);
        }
        self.overridden(finding);
        match self.lapsed() {
            Some((lapsed, entry)) => {
                finding.rule = Some(entry);
                (lapsed, Some(told))
            }
            None => (told, None),
        }
    }

    /// A product that is said to be there takes modules out of its own sites.
    pub fn removed_by_its_product(&self, finding: &mut Finding) -> Option<Verdict> {
        let subject = self.subject;
        if subject.action != Action::Removed || subject.class != Class::Module {
            return None;
        }
        let site = change::site(subject.config_path, subject.location);
        let watched = self.index.watched();
        let mut removals = watched.removal(subject.name, site).filter(|known| self.index.is_chosen(known));
        let known = removals.next()?;
        finding.known = watched.known().iter().position(|own| own.id == known.id);
        Some(Verdict::KnownGood)
    }
}
