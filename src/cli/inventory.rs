//! `audit --format inventory`: what the files of servers show, without a verdict.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::audit::Inventory;
use crate::detect::Severity;
use crate::problem::{Problem, ProblemKind};
use crate::server::Found;

use super::args::Audit;
use super::status::{FAILED, Failure};
use super::{options, output, status};

/// Prints the rows of servers, each with its name where that was given. `history` is the folder with earlier
/// versions of the configuration that was asked for.
pub(super) fn run(
    arguments: &Audit,
    servers: &[(&Found, Option<&str>)],
    history: Option<PathBuf>,
) -> Result<ExitCode, Failure> {
    judges_nothing(arguments)?;
    let engine = options::engine(&arguments.compared)?;
    let is_whole = output::put(&arguments.printed, |output| {
        let mut inventory = Inventory::new(engine, chrono::Utc::now().timestamp_micros(), output);
        if let Some(folder) = history {
            inventory = inventory.with_history(folder);
        }
        let mut is_whole = true;
        for (one, host) in servers {
            is_whole &= inventory.write(one, *host, arguments.place.as_deref())?.is_whole;
        }
        Ok(is_whole)
    })?;
    if is_whole || arguments.allow_unread {
        return Ok(ExitCode::SUCCESS);
    }
    status::note(
        "not everything was read; the rows with `\"record\":\"problem\"` say what, and --allow-unread ends with 0",
    );
    Ok(ExitCode::from(FAILED))
}

/// Refuses the options that choose findings: an inventory has none.
fn judges_nothing(arguments: &Audit) -> Result<(), Problem> {
    let given = [
        ("--only", !arguments.only.is_empty()),
        ("--min-severity", arguments.min_severity != Severity::Info),
        ("--fail-on", arguments.fail_on.is_some()),
        ("--events", !arguments.events.is_empty()),
        ("--allowlist", arguments.compared.allowlist.is_some()),
        ("--all", arguments.printed.all),
        ("--details", arguments.printed.details),
    ];
    let Some((name, _)) = given.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let what = format!("{name} is about findings, and --format inventory prints facts without a verdict");
    Err(Problem::new(ProblemKind::Argument, what).with_hint("leave it out"))
}
