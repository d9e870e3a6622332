//! Reasons and verdicts in words.

use super::group::Group;
use super::item::Item;
use crate::detect::advice::Advice;
use crate::detect::response::Response;
use crate::detect::{Code, Column, ReasonCode, Verdict, actor, time};

/// A reason as `code` or `code:detail`, taken apart.
pub(super) fn parts(reason: &str) -> (&str, Option<&str>) {
    reason.split_once(':').map_or((reason, None), |(code, detail)| (code, Some(detail)))
}

/// A reason as `code` or `code:detail`, in words.
pub(super) fn in_words(reason: &str) -> String {
    let (word, detail) = parts(reason);
    let detail = detail.unwrap_or_default();
    let code = ReasonCode::named(word);
    match (code.map_or(word, |code| code.meaning()), code) {
        (_, Some(ReasonCode::Code(Code::ExpectedImage | Code::ExpectedType))) => {
            format!("expected: {detail}")
        }
        (meaning, _) if detail.is_empty() => meaning.to_owned(),
        (meaning, _) => format!("{meaning} ({detail})"),
    }
}

/// Reasons whose detail belongs to the verdict.
const DETAILS: [(Verdict, Code); 4] = [
    (Verdict::KnownMalicious, Code::Threat),
    (Verdict::Weakened, Code::Setting),
    (Verdict::Alias, Code::AliasOf),
    (Verdict::Denied, Code::DenyEntry),
];

/// The one thing to know about a finding.
pub(super) struct Headline {
    /// In words, without a full stop.
    pub why: String,
    /// What to do: of what needs a decision first what is to be kept, and how.
    pub todo: String,
    /// What to do, as far as one line holds.
    pub first_step: String,
}

impl Headline {
    /// What says most about a finding: its verdict, or the reason that made it worse.
    pub(super) fn of(item: &Item) -> Self {
        let advice = advice(item);
        let why = match advice.headline {
            Some(code) => code.meaning().to_owned(),
            None => of_verdict(item),
        };
        let mut characters = why.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        let why = first.into_iter().chain(characters).collect();
        Self { why, todo: advice.whole(), first_step: advice.in_short() }
    }
}

/// The verdict in words, with the detail that belongs to it.
fn of_verdict(item: &Item) -> String {
    let why = item.verdict.meaning_of(item.fact(Column::Kind));
    let detail = DETAILS.iter().find_map(|(verdict, code)| {
        let of_code = |reason: &&String| parts(reason).0 == code.as_str();
        let reason = item.reasons.iter().find(of_code).filter(|_| *verdict == item.verdict)?;
        parts(reason).1
    });
    match detail {
        Some(detail) => format!("{why} ({detail})"),
        None => why,
    }
}

/// What to do about a finding, in a line.
#[must_use]
pub fn todo(item: &Item) -> String {
    advice(item).whole()
}

fn advice(item: &Item) -> Advice {
    let reasons = item.reasons.iter().map(String::as_str);
    Advice::of(item.verdict, item.severity, response(item), reasons)
}

/// Which steps a finding asks for; `None` where nothing is to be decided.
pub(super) fn response(item: &Item) -> Option<Response> {
    let reasons = item.reasons.iter().map(String::as_str);
    item.needs_decision.then(|| Response::of(item.verdict, |column| item.fact(column), reasons))
}

/// A time of a finding: that of a list says when it was written, and not when anything happened.
pub(super) fn when(item: &Item, time: i64) -> String {
    let time = time::to_the_second(time);
    if item.is_listed() { format!("listed {time}") } else { time }
}

/// When a group of findings happened, or when its lists were written; empty for lists that do not tell.
pub(super) fn times(group: &Group<'_>) -> String {
    let Some((first, last)) = group.times() else {
        return if group.first().is_listed() { String::new() } else { "not known".to_owned() };
    };
    let (first, last) = (when(group.first(), first), time::to_the_second(last));
    if first.ends_with(&last) { first } else { format!("{first} to {last}") }
}

/// What the preCondition says of the processes that load a module; empty where it says nothing.
pub(super) fn bitness(item: &Item) -> &'static str {
    let has = |word: &str| {
        let mut words = item.fact(Column::Precondition).split(',');
        words.any(|own| own.trim().eq_ignore_ascii_case(word))
    };
    match (has("bitness32"), has("bitness64")) {
        (true, false) => "32-bit pools only",
        (false, true) => "64-bit pools only",
        _ => "",
    }
}

/// Everything that is said of a finding, in one sentence: the verdict, each reason, who did it.
pub(super) fn whole(item: &Item) -> String {
    let verdict = item.verdict.meaning_of(item.fact(Column::Kind));
    let reasons = item.reasons.iter().map(|reason| in_words(reason));
    let done_by = Some(actor::in_words(item.fact(Column::Actor))).filter(|words| !words.is_empty());
    let done_by = done_by.map(|words| format!("done by {words}"));
    [verdict].into_iter().chain(reasons).chain(done_by).collect::<Vec<_>>().join("; ")
}

/// Who did it, each once, with what kind of account that is.
pub(super) fn actors(group: &Group<'_>) -> Vec<String> {
    let mut actors: Vec<&str> = group.items().iter().map(|item| item.fact(Column::Actor)).collect();
    actors.dedup();
    let told = |actor: &&str| match actor::in_words(actor) {
        "" => (*actor).to_owned(),
        words => format!("{actor} ({words})"),
    };
    actors.iter().map(told).collect()
}

/// Processes that are named.
const PROCESSES: usize = 12;

/// The ids of the processes that made the changes, each with its host where there are several; empty where none is known.
pub(super) fn processes(group: &Group<'_>) -> String {
    let is_of_one = group.hosts().len() < 2;
    let mut ids: Vec<String> = Vec::new();
    for item in group.items().iter().filter(|item| !item.process.is_empty()) {
        let id = if is_of_one {
            item.process.clone()
        } else {
            format!("{} on {}", item.process, item.fact(Column::Host))
        };
        if !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() > PROCESSES {
            ids.truncate(PROCESSES);
            ids.push("and more".to_owned());
            break;
        }
    }
    ids.join(", ")
}
