//! A finding and its facts as the texts of the output columns.

use super::code::Code;
use super::columns::Column;
use super::decision::Decision;
use super::time::{self, SECOND};
use super::verdict::{Severity, Verdict};
use crate::iis::{Class, Kind, Subject, change, setting};

/// The texts of [`Column::LISTED`], but for the multi-value reasons.
#[derive(Debug, Clone, Copy)]
pub struct Annotation<'a> {
    cells: [&'a str; Column::LISTED.len()],
}

impl<'a> Annotation<'a> {
    /// A decision on a subject. `source` says where image or type was read; it is shown only where there is one.
    pub(super) fn of(subject: &Subject<'a>, source: &'a str, decision: &Decision<'a>) -> Self {
        let finding = decision.finding;
        let mut annotation = Self::plain(finding.verdict, finding.severity, subject.host, subject.actor);
        let of_server = change::site(subject.config_path, subject.location);
        let (section, site) = match subject.setting.filter(|_| subject.class == Class::Setting) {
            Some(setting) => {
                (setting::section(setting.path), setting::site(setting.path).unwrap_or(of_server))
            }
            None => (subject.section.as_str(), of_server),
        };
        let identified = subject.image.is_some() || subject.type_name.is_some();
        for (column, text) in [
            (Column::Name, subject.name),
            (Column::Kind, finding.kind.map_or("", Kind::as_str)),
            (Column::Image, subject.image.unwrap_or_default()),
            (Column::ImageNormalized, decision.image_normalized()),
            (Column::ImageOld, subject.old.unwrap_or_default()),
            (Column::ImageSource, if identified { source } else { "" }),
            (Column::Type, subject.type_name.unwrap_or_default()),
            (Column::Precondition, subject.precondition.unwrap_or_default()),
            (Column::Section, section),
            (Column::Attribute, if subject.attribute.is_empty() { "element" } else { subject.attribute }),
            (Column::Action, finding.action.as_str()),
            (Column::ConfigPath, subject.config_path),
            (Column::Site, site),
            (Column::Rule, decision.rule_id()),
            (Column::Technique, decision.technique()),
        ] {
            annotation.set(column, text);
        }
        if let Some(facts) = subject.file {
            annotation.set(Column::FileSha256, facts.file_sha256);
            annotation.set(Column::FileSignature, facts.signature);
            annotation.set(Column::FileSigner, facts.signer_class);
            annotation.set(Column::FileStatus, facts.file_status);
            annotation.set(Column::FileSignerSha256, facts.signer_sha256);
        }
        annotation
    }

    /// A row without a subject: another section, an event that cannot be read.
    pub(super) fn plain(verdict: Verdict, severity: Severity, host: &'a str, actor: &'a str) -> Self {
        let mut annotation = Self { cells: [""; Column::LISTED.len()] };
        annotation.set(Column::Host, host);
        annotation.set(Column::Actor, actor);
        annotation.set(Column::Verdict, verdict.as_str());
        annotation.set(Column::Severity, severity.as_str());
        annotation.set(Column::Score, severity.score());
        annotation
    }

    /// The text of one column; empty for a column that is not of [`Column::LISTED`], and for the reasons.
    #[must_use]
    pub fn get(&self, column: Column) -> &'a str {
        column.place().and_then(|place| self.cells.get(place)).copied().unwrap_or_default()
    }

    /// The texts in the order of [`Column::LISTED`], which begins with [`Column::FACTS`].
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.cells.iter().copied()
    }

    /// What the module is compared by: the normalised image, or the type where it has no image.
    #[must_use]
    pub fn identity(&self) -> &'a str {
        match self.get(Column::ImageNormalized) {
            "" => self.get(Column::Type),
            image => image,
        }
    }

    pub(super) fn set(&mut self, column: Column, text: &'a str) {
        if let Some(cell) = column.place().and_then(|place| self.cells.get_mut(place)) {
            *cell = text;
        }
    }
}

/// The reasons of a finding as texts, in buffers that are used again.
#[derive(Debug, Default)]
pub struct ReasonTexts {
    text: String,
    ends: Vec<usize>,
}

impl ReasonTexts {
    /// Takes the reasons of a decision: `code`, or `code:detail`.
    pub fn take(&mut self, decision: &Decision<'_>) {
        self.clear();
        for reason in &decision.finding.reasons {
            self.text.push_str(reason.code.as_str());
            let detail = decision.detail(reason);
            if !detail.is_empty() {
                self.text.push(':');
                self.text.push_str(detail);
            }
            self.ends.push(self.text.len());
        }
    }

    /// Takes the reasons of a row that cannot be read: why not, and that its time is assumed, where it is.
    pub(super) fn take_unparsed(&mut self, code: &str, time_assumed: bool) {
        self.clear();
        for code in [code].into_iter().chain(time_assumed.then_some(Code::TimeAssumed.as_str())) {
            self.text.push_str(code);
            self.ends.push(self.text.len());
        }
    }

    /// Adds that a change continues an earlier one, where there is one, given by the time of its first row. The second
    /// alone is told: two renderings of one event differ in their fraction of it.
    pub(super) fn add_continued(&mut self, first: Option<i64>) {
        let Some(first) = first else { return };
        self.text.push_str(Code::Continues.as_str());
        self.text.push(':');
        self.text.push_str(&time::format(first.div_euclid(SECOND) * SECOND));
        self.ends.push(self.text.len());
    }

    /// Empties the buffers.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// The texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end;
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_numbered_as_they_stand_in_the_enum() {
        for (number, column) in Column::LISTED.into_iter().enumerate() {
            assert_eq!(column.place(), Some(number));
        }
    }
}
