//! `collect`: what the files of this server show, as rows for an index. A forwarder runs it; nobody is there to read an error, so
//! whatever cannot be read is a row.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::time::Duration;

use crate::audit::Inventory;
use crate::detect::Engine;
use crate::knowledge::all_that_is_shipped;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::server::{Deadline, Found, image_in};

use super::args::Collect;
use super::status::Failure;
use super::this_machine;

/// How long a server is read at most. One with a hundred thousand folders below its sites takes some seconds.
const MOST_TIME: Duration = Duration::from_secs(300);

/// Runs `collect`.
pub(super) fn run(arguments: &Collect) -> Result<ExitCode, Failure> {
    let found = found(arguments)?;
    // Which products are here is the site's to say, on the search head. Here it is enough that one of them explains an entry.
    let known = all_that_is_shipped()?;
    let engine = Engine::new(known.catalogue, known.hosts, None);
    let output = BufWriter::new(io::stdout().lock());
    let mut inventory = Inventory::new(engine, chrono::Utc::now().timestamp_micros(), output)
        .for_account(this_machine::account());
    if !arguments.full {
        inventory = inventory.every(arguments.every);
    }
    inventory.write(&found, arguments.host.as_deref(), None)?;
    inventory.into_output().flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The server that is asked for: this one, or the one below a folder.
fn found(arguments: &Collect) -> Result<Found, Problem> {
    let found = match &arguments.root {
        Some(root) => image_in(root).ok_or_else(|| {
            Problem::new(ProblemKind::Argument, r"no Windows\System32 lies below it")
                .at(Origin::of_file(root.display().to_string()))
                .with_hint("give the folder that stands for the system drive")
        })?,
        None => this_machine::server().ok_or_else(|| {
            Problem::new(ProblemKind::Argument, "this machine is no Windows server")
                .with_hint("name a mounted image with --root")
        })?,
    };
    Ok(match found {
        Found::Image(host, drives) => Found::Image(host, drives.until(Deadline::after(MOST_TIME))),
        other => other,
    })
}
