//! The command line: what was asked for, and the exit status.
//!
//! May use every other layer; no other layer uses it.

mod about;
mod allowlist;
mod args;
mod audit;
mod collect;
mod end;
mod inventory;
mod options;
mod output;
mod replace;
mod scan;
mod search;
mod status;
mod this_machine;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::detect::Severity;

use args::{Cli, Command};
use status::{FAILED, Failure};

/// The subcommand that a forwarder runs.
const COLLECT: &str = "collect";
/// Passed by the cloud package's commands.conf: this build must not run on indexers.
const SEARCH_HEAD_ONLY: &str = "--search-head-only";

/// Runs the program: the search command when started the way splunkd starts it (without arguments, with a pipe on
/// standard input), else a subcommand. The arguments begin with the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let search_head_only = arguments.len() == 2 && arguments.get(1).is_some_and(|a| a == SEARCH_HEAD_ONLY);
    if (arguments.len() <= 1 || search_head_only) && !io::stdin().is_terminal() {
        return match search::run(search_head_only) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        };
    }
    let collects = arguments.get(1).is_some_and(|first| first == COLLECT);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(mut error) => {
            point_to_severity(&mut error);
            // A forwarder logs each line of standard error by itself.
            if collects && error.use_stderr() {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
                status::note(&format!("{first}; `iismodcheck collect --help` lists what can be given"));
                return ExitCode::from(FAILED);
            }
            // Help and version go to standard output, usage errors to standard error; neither can be told to anyone
            // when its stream is closed.
            let _: io::Result<()> = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAILED));
        }
    };
    let result = match cli.command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Collect(arguments) => collect::run(&arguments),
        Command::Allowlist { command } => allowlist::run(&command),
        Command::Completions { shell } => about::completions(shell),
        Command::Man => about::manual(),
    };
    match result {
        Ok(status) => status,
        Err(Failure::Told(problem)) => failed(&problem),
        Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
    }
}

/// `--level high` means another option.
fn point_to_severity(error: &mut clap::Error) {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    if text(ContextKind::InvalidArg).starts_with("--level")
        && text(ContextKind::InvalidValue).parse::<Severity>().is_ok()
    {
        let tip = format!("a severity is given with --min-severity {}", text(ContextKind::InvalidValue));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    status::tell(error);
    ExitCode::from(FAILED)
}
