//! `allowlist explain`: the whole decision for one module, step by step, in words.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::args::Explain;
use crate::cli::options;
use crate::cli::status::Failure;
use crate::detect::{explain, row};
use crate::iis::{Level, Registration, Subject};
use crate::problem::{Problem, ProblemKind};
use crate::report::printable;

/// Prints the decision as if the module were listed on the host now (or changed so, with `--action`), or at the time of
/// `--as-of`.
pub(super) fn run(arguments: &Explain) -> Result<ExitCode, Failure> {
    if arguments.name.trim().is_empty() {
        let problem = Problem::new(ProblemKind::Argument, "there is no name");
        return Err(problem.with_hint("give the name that the module is registered under").into());
    }
    let mut engine = options::engine(&arguments.compared)?;
    let mut host = String::new();
    row::lower_case(&arguments.host, &mut host);
    let listed = Registration {
        kind: arguments.kind,
        name: &arguments.name,
        image: arguments.image.as_deref().unwrap_or_default(),
        type_name: arguments.type_name.as_deref().unwrap_or_default(),
        config_path: &arguments.config_path,
        ..Registration::default()
    };
    let time = match &arguments.compared.as_of {
        Some(text) => options::moment(text)?,
        None => chrono::Utc::now().timestamp_micros(),
    };
    let present = listed.subject(&host, time, false);
    let subject = Subject {
        old: arguments.old.as_deref(),
        level: if arguments.action.is_some() { Level::Change } else { present.level },
        action: arguments.action.unwrap_or(present.action),
        ..present
    };
    let decision = engine.decide(&subject);
    let mut output = anstream::AutoStream::auto(std::io::stdout().lock());
    for line in explain::explain(&subject, &decision) {
        writeln!(output, "{}", printable(&line))?;
    }
    Ok(ExitCode::SUCCESS)
}
