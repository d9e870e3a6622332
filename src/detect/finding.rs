//! The result of a decision.

use super::reason::{Detail, Reason, ReasonCode};
use super::technique::Technique;
use super::verdict::{Severity, Verdict};
use crate::allowlist::EntryNumber;
use crate::iis::{Action, Kind};

/// The result of a decision. A buffer: a decision overwrites it, so that rows share one allocation.
/// What its entry numbers point at is told by the [`Decision`](super::Decision).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How far the module is trusted.
    pub verdict: Verdict,
    /// How much the finding matters.
    pub severity: Severity,
    /// What happened: the subject's action, but for a re-order that brought an image which nothing vouches for.
    pub action: Action,
    /// Native or managed, where the facts or the entries of that name tell.
    pub kind: Option<Kind>,
    /// The entry that decided.
    pub rule: Option<EntryNumber>,
    /// The watched setting that it is about, by its number in the table.
    pub watched: Option<usize>,
    /// The known value of a watched setting that explains it, or would with its pack.
    pub known: Option<usize>,
    /// The texts that reasons of this finding alone point at, one behind another.
    pub texts: String,
    /// The technique that it is about.
    pub technique: Technique,
    /// Each thing that was seen; first what decided.
    pub reasons: Vec<Reason>,
}

impl Default for Finding {
    fn default() -> Self {
        Self {
            verdict: Verdict::NotModule,
            severity: Severity::Info,
            action: Action::Changed,
            kind: None,
            rule: None,
            watched: None,
            known: None,
            texts: String::new(),
            technique: Technique::None,
            reasons: Vec::with_capacity(16),
        }
    }
}

impl Finding {
    /// Whether this is among the reasons.
    #[must_use]
    pub fn has(&self, code: impl Into<ReasonCode>) -> bool {
        let code = code.into();
        self.reasons.iter().any(|reason| reason.code == code)
    }

    /// Adds a reason.
    pub fn add(&mut self, code: impl Into<ReasonCode>, detail: Detail) {
        self.reasons.push(Reason { code: code.into(), detail });
    }

    /// Adds a reason with a text of its own; without one where that is empty.
    pub(super) fn tell(&mut self, code: impl Into<ReasonCode>, text: &str) {
        let start = self.texts.len();
        self.texts.push_str(text);
        let end = self.texts.len();
        self.add(code, if text.is_empty() { Detail::None } else { Detail::Text { start, end } });
    }

    /// Adds a reason that is not there yet.
    pub(super) fn add_once(&mut self, code: impl Into<ReasonCode>, detail: Detail) {
        let reason = Reason { code: code.into(), detail };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Whether it is a finding at all, and not merely something that was looked at.
    pub(super) fn is_told(&self) -> bool {
        self.verdict != Verdict::NotModule
    }

    pub(super) fn clear(&mut self) {
        self.verdict = Verdict::NotModule;
        self.severity = Severity::Info;
        self.kind = None;
        self.rule = None;
        self.watched = None;
        self.known = None;
        self.texts.clear();
        self.technique = Technique::None;
        self.reasons.clear();
    }
}
