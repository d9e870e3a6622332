//! `allowlist explain`: the whole decision for one module, step by step, in words.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::args::Explain;
use crate::cli::{Failure, options};
use crate::detect::{Finding, InventoryRow, explain, row};
use crate::iis::Level;
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
    let listed = InventoryRow {
        name: &arguments.name,
        image: arguments.image.as_deref().unwrap_or_default(),
        type_name: arguments.type_name.as_deref().unwrap_or_default(),
        precondition: "",
    };
    let time = match &arguments.compared.as_of {
        Some(text) => options::moment(text)?,
        None => chrono::Utc::now().timestamp_micros(),
    };
    let mut subject = listed.subject(&host, time, false);
    subject.old = arguments.old.as_deref();
    subject.config_path = &arguments.config_path;
    if let Some(kind) = arguments.kind {
        (subject.class, subject.kind, subject.or_filter) = (kind.class(), Some(kind), false);
    }
    if let Some(action) = arguments.action {
        (subject.action, subject.level) = (action, Level::Change);
    }
    let mut finding = Finding::default();
    engine.decide(&subject, &mut finding);
    let mut output = anstream::AutoStream::auto(std::io::stdout().lock());
    for line in explain::explain(&subject, &finding, &engine) {
        writeln!(output, "{}", printable(&line))?;
    }
    Ok(ExitCode::SUCCESS)
}
