//! What to do about a finding, in a sentence: the one wording behind `scan`, the page, and the app's mails and dashboard, which
//! have it of the macros that `cargo xtask words` writes.

use super::code::Code;
use super::columns::Column;
use super::reason::ReasonCode;
use super::response::{Response, Steps, TWIN};
use super::spl;
use super::verdict::{Severity, Verdict};

/// Reasons that say more than a verdict whose severity they raised, the first that is there counts.
const HEADLINES: [Code; 14] = [
    Code::ProtectiveModuleRemoved,
    Code::RemovedTogether,
    Code::EntryInForceThenOnly,
    Code::EntryByMovedClock,
    Code::NotOfFramework,
    Code::BareType,
    Code::OwnModuleRemoved,
    Code::VersionLowered,
    Code::ProtectiveModuleNarrowed,
    Code::ListCleared,
    Code::ListChanged,
    Code::ImageOverwritten,
    Code::ImageChangedUnseen,
    Code::ByAppPool,
];
/// The verdicts that say less than such a reason.
const PLAIN: [Verdict; 4] = [Verdict::Unverified, Verdict::Incomplete, Verdict::KnownGood, Verdict::Allowed];
/// What is done of everything critical, once what is lost by it is kept.
const ISOLATE: &str = "isolate the server";

/// What to do about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// The reason that says more than the verdict.
    pub headline: Option<Code>,
    /// What to secure and how to take it out; `None` where nothing is to be decided.
    pub response: Option<Response>,
    isolate: bool,
    /// What verdict or reason ask for, divided by `;`.
    todo: &'static str,
}

impl Advice {
    /// The advice for a finding. Reasons are written as `code` or `code:detail`.
    pub fn of<'r>(
        verdict: Verdict,
        severity: Severity,
        response: Option<Response>,
        reasons: impl IntoIterator<Item = &'r str>,
    ) -> Self {
        let code = |reason: &'r str| reason.split_once(':').map_or(reason, |(code, _)| code);
        let codes: Vec<&str> = reasons.into_iter().map(code).collect();
        let is_raised = severity > verdict.severity() || response.is_some();
        let headline = HEADLINES.into_iter().find(|code| codes.contains(&code.as_str()));
        let headline = headline.filter(|_| is_raised && PLAIN.contains(&verdict));
        let todo = headline.map_or(verdict.told().todo, |code| code.told().todo);
        let isolate = severity == Severity::Critical && response.is_some() && !todo.starts_with(ISOLATE);
        Self { headline, response, isolate, todo }
    }

    /// All of it: of what needs a decision first what is to be kept, and how.
    #[must_use]
    pub fn whole(&self) -> String {
        if self.isolate {
            self.behind_first(&format!("{ISOLATE}; {}", self.todo))
        } else {
            self.behind_first(self.todo)
        }
    }

    /// As far as one line holds.
    #[must_use]
    pub fn in_short(&self) -> String {
        let step = self.todo.split(';').next().unwrap_or(self.todo);
        self.behind_first(if self.isolate { ISOLATE } else { step })
    }

    /// Without the marks of the documentation.
    fn behind_first(&self, todo: &str) -> String {
        let todo = todo.replace('`', "");
        match self.response {
            Some(response) => format!("{}; then {todo}", response.steps().first),
            None => todo,
        }
    }
}

/// What the app calls the case of a finding, `-` where nothing is to be decided.
const RESPONSE: &str = "iis_response";

/// [`Advice::whole`] as an expression of SPL over the output columns and [`RESPONSE`]: the definition of the macro
/// `iismodcheck_todo`. What the roll-up of the app removed together has no reason for it, but a field.
#[must_use]
pub fn spl_todo() -> String {
    let reason = |code: Code| match code {
        Code::RemovedTogether => "isnotnull(iis_together)".to_owned(),
        code => spl::has_reason(&[ReasonCode::Code(code)]),
    };
    let of_reasons = HEADLINES.map(|code| (reason(code), spl::string(code.told().todo)));
    let of_verdicts = Verdict::ALL
        .map(|verdict| (spl::is(Column::Verdict, verdict.as_str()), spl::string(verdict.told().todo)));
    let raised = PLAIN.map(|verdict| {
        let above = Severity::ALL.into_iter().filter(|severity| *severity > verdict.severity());
        let above = spl::is_one_of(Column::Severity, above.map(Severity::as_str));
        format!("({} AND {above})", spl::is(Column::Verdict, verdict.as_str()))
    });
    let plain = spl::is_one_of(Column::Verdict, PLAIN.map(Verdict::as_str).into_iter());
    let says_so = Verdict::ALL.into_iter().filter(|verdict| verdict.told().todo.starts_with(ISOLATE));
    let critical = spl::is(Column::Severity, Severity::Critical.as_str());
    let says_so = spl::is_one_of(Column::Verdict, says_so.map(Verdict::as_str));
    format!(
        "if({RESPONSE}=\"-\", \"\", {}.\"; then \").if({RESPONSE}!=\"-\" AND {critical} AND NOT {says_so}, \"{ISOLATE}; \", \"\").coalesce(if({plain} AND ({RESPONSE}!=\"-\" OR {}), {}, null()), {})",
        of_responses(|steps| spl::string(steps.first)),
        spl::any(raised.into_iter()),
        spl::case(of_reasons.into_iter(), "null()"),
        spl::case(of_verdicts.into_iter(), "\"look at it\""),
    )
}

/// The steps as a command of SPL behind [`RESPONSE`] and `iis_shown`, the image: the definition of the macro
/// `iismodcheck_steps`. Each field is one line, for a mail: names are not filled in, whoever reads it does that.
#[must_use]
pub fn spl_steps() -> String {
    let secured = |steps: Steps| {
        let own: Vec<&str> = steps.secure.iter().filter(|step| **step != TWIN).copied().collect();
        let all = spl::string(&numbered(&own));
        if own.len() == steps.secure.len() {
            return all;
        }
        let twin = spl::string(&format!(" ({}) {TWIN}", own.len() + 1));
        format!(r#"{all}.if(match(iis_shown, "(?i)\\\\(system32|syswow64)\\\\"), {twin}, "")"#)
    };
    let fields = [
        ("iis_secure", of_responses(secured)),
        ("iis_change_then", of_responses(|steps| spl::string(&numbered(steps.change)))),
        ("iis_take_out", of_responses(|steps| spl::string(&numbered(steps.remove)))),
    ];
    let evals = fields.map(|(field, texts)| format!("eval {field}={texts}"));
    evals.join(" \\\n| ")
}

/// What is told of each case; `-` where nothing is to be decided.
fn of_responses(told: impl Fn(Steps) -> String) -> String {
    let arms = Response::ALL
        .map(|response| (format!("{RESPONSE}=\"{}\"", response.as_str()), told(response.steps())));
    spl::case(arms.into_iter(), "\"-\"")
}

/// Steps in one line, each with its number where there are several.
fn numbered(steps: &[&str]) -> String {
    match steps {
        [] => "-".to_owned(),
        [step] => (*step).to_owned(),
        _ => {
            let steps = steps.iter().zip(1..).map(|(step, number)| format!("({number}) {step}"));
            steps.collect::<Vec<_>>().join(" ")
        }
    }
}
