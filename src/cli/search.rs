//! The search command over standard input and output.

use std::io;

use crate::command::{IisModCheck, Lookups};
use crate::searchcommand::{self, serve};

/// Speaks the protocol until splunkd closes the pipe.
pub(super) fn run(search_head_only: bool) -> Result<(), searchcommand::Error> {
    // Without its own path the program still works; it then finds no site allowlist, and says so when one is named.
    let executable = std::env::current_exe().unwrap_or_default();
    let mut command = IisModCheck::new(Lookups::of_executable(&executable), search_head_only);
    serve(io::stdin().lock(), io::stdout().lock(), &mut command)
}
