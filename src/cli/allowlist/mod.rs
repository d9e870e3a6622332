//! `allowlist`: check, add, baseline, explain.

mod add;
mod baseline;
mod check;
mod explain;
mod finding;

use std::process::ExitCode;

use super::args::Allowlist;
use super::status::Failure;

/// Runs `allowlist`.
pub(super) fn run(command: &Allowlist) -> Result<ExitCode, Failure> {
    match command {
        Allowlist::Check(arguments) => check::run(arguments),
        Allowlist::Add(arguments) => add::run(arguments),
        Allowlist::Baseline { from, hashes, signers, exact_bytes, compared } => {
            let asked = baseline::Asked { hashes: *hashes, signers: *signers, exact: *exact_bytes };
            baseline::run(from, asked, compared)
        }
        Allowlist::Explain(arguments) => explain::run(arguments),
    }
}
