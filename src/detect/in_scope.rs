//! Whether an entry counts for a subject: one rule for the decision and for its explanation.

use crate::allowlist::{Entry, Scope, ScopeAnswer};
use crate::iis::{Action, Subject};

/// Whether `entry` counts for `subject` at `now` (microseconds since 1970-01-01T00:00Z). `identified` says whether an
/// image or a type is shown.
pub(super) fn answer(entry: &Entry, subject: &Subject<'_>, identified: bool, now: i64) -> ScopeAnswer {
    let scope = Scope {
        host: subject.host,
        config_path: subject.config_path,
        location: subject.location,
        action: subject.action,
        precondition: subject.precondition,
        time: now,
    };
    match entry.scope(&scope) {
        // Removed and added with an image in one commit: which of the two it is, the events do not say.
        ScopeAnswer::OutOfScope(_) if scope.action == Action::Reordered && identified => {
            entry.scope(&Scope { action: Action::Replaced, ..scope })
        }
        answer => answer,
    }
}
