//! What needs a person's decision: the one condition behind the app's macro, `scan` and the documentation.
//!
//! Everything from medium on, whatever its verdict: that includes what could not be read. Of low severity, what no list
//! explains, what weakens the server, and the replacement of a module; not a listed name whose image the rendering does not
//! show, which in classic data is every role service that is installed. And whatever has a reason of doubt, however low.
//!
//! What is merely unlisted while a list cannot be read is not asked about one by one: all of it is one finding.

use super::code::Code;
use super::columns::Column;
use super::file_code::FileCode;
use super::reason::ReasonCode;
use super::spl;
use super::verdict::{Severity, Verdict};
use crate::iis::Action;

/// From here on every finding.
const FROM: Severity = Severity::Medium;
/// Findings of this severity, where verdict or action is one of those below.
const ALSO: Severity = Severity::Low;
const VERDICTS: [Verdict; 5] = [
    Verdict::Unknown,
    Verdict::Weakened,
    Verdict::Lookalike,
    Verdict::AllowExpired,
    Verdict::AllowOutOfScope,
];
const ACTIONS: [Action; 1] = [Action::Replaced];

/// Reasons of doubt: what the finding rests on may be wrong, or what it is about may have been hidden.
pub const DOUBTS: [ReasonCode; 9] = [
    ReasonCode::Code(Code::AllowlistDamaged),
    ReasonCode::Code(Code::ImageOverwritten),
    ReasonCode::Code(Code::BareType),
    ReasonCode::Code(Code::NotOfFramework),
    ReasonCode::Code(Code::OwnModuleRemoved),
    ReasonCode::Code(Code::VersionLowered),
    ReasonCode::FileCode(FileCode::SignaturePadded),
    ReasonCode::Code(Code::EntryByMovedClock),
    ReasonCode::Code(Code::EntryInForceThenOnly),
];

/// The reason of what is merely unlisted while a list cannot be read.
pub const UNDECIDED: Code = Code::AllowlistUnreadable;

/// Whether a finding needs a decision. `action` is the word of the output column, empty where there is none; reasons are
/// written as `code` or `code:detail`.
pub fn needs_decision<'r>(
    verdict: Verdict,
    severity: Severity,
    action: &str,
    reasons: impl IntoIterator<Item = &'r str>,
) -> bool {
    let unexplained = VERDICTS.contains(&verdict) || ACTIONS.iter().any(|known| known.as_str() == action);
    let code = |reason: &'r str| reason.split_once(':').map_or(reason, |(code, _)| code);
    let (mut doubt, mut undecided) = (false, false);
    for code in reasons.into_iter().map(code) {
        doubt |= DOUBTS.iter().any(|known| known.as_str() == code);
        undecided |= code == UNDECIDED.as_str();
    }
    doubt || !undecided && (severity >= FROM || severity == ALSO && unexplained)
}

/// The condition as an expression of SPL over the output columns: the definition of the macro
/// `iismodcheck_needs_decision`.
#[must_use]
pub fn spl() -> String {
    let severity = |severity: Severity| spl::is(Column::Severity, severity.as_str());
    let above = Severity::ALL.into_iter().filter(|known| *known >= FROM).map(severity);
    let verdicts = VERDICTS.iter().map(|verdict| spl::is(Column::Verdict, verdict.as_str()));
    let actions = ACTIONS.iter().map(|action| spl::is(Column::Action, action.as_str()));
    format!(
        "({} OR ({} AND ({} OR ({} AND ({})))))",
        spl::has_reason(&DOUBTS),
        spl::has_no_reason(&[ReasonCode::Code(UNDECIDED)]),
        spl::any(above),
        severity(ALSO),
        spl::any(verdicts.chain(actions)),
    )
}

#[cfg(test)]
mod tests {
    use super::needs_decision;
    use crate::detect::Severity::{self, Critical, High, Info, Low, Medium};
    use crate::detect::Verdict::{
        self, AllowExpired, AllowOutOfScope, Allowed, KnownGood, Lookalike, Unknown, Unparsed, Unverified,
        Weakened,
    };

    #[test]
    fn what_needs_a_decision() {
        let of = |verdict: Verdict, severity: Severity, action: &str, reasons: &str| {
            needs_decision(verdict, severity, action, reasons.split_whitespace())
        };
        for (verdict, severity, action, reasons, expected) in [
            (Unknown, Medium, "added", "", true),
            (KnownGood, High, "present", "protective_module_narrowed", true),
            (Unknown, Critical, "added", "", true),
            (Unparsed, Medium, "", "", true),
            (Unknown, Low, "added", "", true),
            (Weakened, Low, "modified", "", true),
            (AllowExpired, Low, "added", "", true),
            (AllowOutOfScope, Low, "added", "", true),
            (Lookalike, Low, "removed", "lookalike_case:CgiModule", true),
            (Unverified, Low, "replaced", "", true),
            (Unverified, Low, "removed", "", false),
            (Unverified, Low, "removed", "documented_mitigation", false),
            (Unverified, Low, "removed", "own_module_removed", true),
            (Lookalike, Low, "restored", "lookalike_affix:FormsAuthentication", true),
            (KnownGood, Low, "added", "not_of_framework", true),
            (Unverified, Low, "added", "", false),
            (Unverified, Low, "reordered", "", false),
            (AllowExpired, Info, "added", "", false),
            (Unverified, Info, "removed", "", false),
            (KnownGood, Low, "added", "by_app_pool", false),
            (KnownGood, Info, "added", "image_overwritten", true),
            (KnownGood, Low, "present", "signature_padded:4096", true),
            (KnownGood, Info, "present", "signature_not_checked file_not_read:denied", false),
            (Allowed, Info, "added", "clock_moved", false),
            (Allowed, Info, "added", "late", false),
            (Allowed, Info, "added", "clock_moved entry_by_moved_clock:a", true),
            (Allowed, Info, "added", "late entry_in_force_then_only:a", true),
            (Allowed, Info, "present", "quoted allowlist_damaged", true),
            (Allowed, Info, "present", "allowlist_damaged:17", true),
            (KnownGood, Info, "added", "weak_identity", false),
            (KnownGood, Info, "added", "not_image_overwritten image_overwritten_once", false),
            (KnownGood, Info, "added", "alias_of:image_overwritten", false),
            (Unknown, High, "added", "allowlist_unreadable", false),
            (Unknown, Low, "removed", "relative allowlist_unreadable", false),
            (Unknown, Medium, "added", "image_overwritten allowlist_unreadable", true),
            (Unknown, Medium, "added", "alias_of:allowlist_unreadable", true),
        ] {
            assert_eq!(
                of(verdict, severity, action, reasons),
                expected,
                "{verdict} {severity} {action} {reasons}"
            );
        }
    }
}
