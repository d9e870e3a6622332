//! `allowlist explain`: the whole decision for one module, step by step, in words.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::args::Explain;
use crate::cli::options;
use crate::cli::status::Failure;
use crate::detect::{Code, Column as Fact, Severity, explain, row};
use crate::iis::change::ATTEMPTED;
use crate::iis::{Action, Kind, Level, Registration, Subject};
use crate::problem::{Problem, ProblemKind};
use crate::report::{Item, printable, todo};

use super::finding;

/// Prints the decision as if the module were listed on the host now (or changed so, with `--action`), or at the time of
/// `--as-of`.
pub(super) fn run(arguments: &Explain) -> Result<ExitCode, Failure> {
    let found = match (&arguments.finding, &arguments.from) {
        (Some(id), Some(from)) => Some(finding::read(id, from)?.item),
        _ => None,
    };
    if found.is_none() && is_id(arguments) {
        let what =
            format!("`{}` looks like the id of a finding, not like the name of a module", arguments.name);
        let hint = format!(
            "explain a finding with: --finding {} --from FILE (what scan --format json wrote); a module of this name with its image or type",
            arguments.name
        );
        return Err(Problem::new(ProblemKind::Argument, what).with_hint(hint).into());
    }
    let listed = found.as_ref().map_or_else(|| asked(arguments), of_finding);
    if listed.name.trim().is_empty() {
        let problem = Problem::new(ProblemKind::Argument, "there is no name");
        let hint = match found {
            Some(_) => "the finding is about no single module: look at its event",
            None => "give the name that the module is registered under",
        };
        return Err(problem.with_hint(hint).into());
    }
    let mut engine = options::engine(&arguments.compared)?;
    let mut host = String::new();
    row::lower_case(found.as_ref().map_or(&arguments.host, |item| item.fact(Fact::Host)), &mut host);
    let time = match (&arguments.compared.as_of, &found) {
        (Some(text), _) => options::moment(text)?,
        (None, Some(Item { time: Some(time), .. })) => *time,
        (None, _) => chrono::Utc::now().timestamp_micros(),
    };
    let present = listed.subject(&host, time, false);
    let attempted = found.as_ref().is_some_and(|item| item.fact(Fact::Action) == ATTEMPTED);
    let action = match &found {
        // Judged as if it had been made.
        Some(item) if attempted => Some(of_attempt(item)),
        Some(item) => Action::ALL.into_iter().find(|known| known.as_str() == item.fact(Fact::Action)),
        None => arguments.action,
    };
    let old = found.as_ref().map(|item| item.fact(Fact::ImageOld)).filter(|old| !old.is_empty());
    let subject = Subject {
        old: old.or(arguments.old.as_deref()),
        level: if action.is_some() { Level::Change } else { present.level },
        action: action.unwrap_or(present.action),
        actor: found.as_ref().map_or("", |item| item.fact(Fact::Actor)),
        ..present
    };
    let decision = engine.decide(&subject);
    let mut output = anstream::AutoStream::auto(std::io::stdout().lock());
    if attempted {
        writeln!(output, "Attempted, not made (event 30): judged as if it had been made.")?;
    }
    let first = found.as_ref().filter(|item| item.severity >= Severity::High).map(todo);
    for line in explain::explain(&subject, &decision, first.as_deref()) {
        writeln!(output, "{}", printable(&line))?;
    }
    let told = (decision.finding.verdict, decision.finding.severity);
    if let Some(item) = found.as_ref().filter(|item| (item.verdict, item.severity) != told) {
        writeln!(
            output,
            "the scan said {}, {}: it saw more of the change than a result holds, or compared with other lists",
            item.verdict, item.severity
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What would have happened, as far as a result tells.
fn of_attempt(item: &Item) -> Action {
    const REMOVED: [Code; 2] = [Code::ProtectiveModuleRemoved, Code::OwnModuleRemoved];
    let is_removed = |reason: &String| REMOVED.iter().any(|code| code.as_str() == reason);
    if item.reasons.iter().any(is_removed) {
        Action::Removed
    } else if item.fact(Fact::ImageOld).is_empty() {
        Action::Added
    } else {
        Action::Modified
    }
}

/// Whether the name is that of a finding, as scans show it: short or whole, and nothing else is told.
fn is_id(arguments: &Explain) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let alone = arguments.image.is_none() && arguments.type_name.is_none();
    alone && matches!(arguments.name.len(), 8 | 32) && arguments.name.bytes().all(is_digit)
}

/// The module that the options name.
fn asked(arguments: &Explain) -> Registration<'_> {
    Registration {
        kind: arguments.kind,
        name: &arguments.name,
        image: arguments.image.as_deref().unwrap_or_default(),
        type_name: arguments.type_name.as_deref().unwrap_or_default(),
        config_path: &arguments.config_path,
        ..Registration::default()
    }
}

/// The module of a finding.
fn of_finding(item: &Item) -> Registration<'_> {
    Registration {
        kind: Kind::ALL.into_iter().find(|known| known.as_str() == item.fact(Fact::Kind)),
        name: item.fact(Fact::Name),
        image: item.fact(Fact::Image),
        type_name: item.fact(Fact::Type),
        precondition: item.fact(Fact::Precondition),
        config_path: item.fact(Fact::ConfigPath),
        ..Registration::default()
    }
}
