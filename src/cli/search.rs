//! The search command over standard input and output.

use std::io;

use searchcommand::{print_panics_in_one_line, serve};

use crate::command::{IisModCheck, Lookups};

/// Speaks the protocol until splunkd closes the pipe.
pub(super) fn run(search_head_only: bool) -> Result<(), searchcommand::Error> {
    print_panics_in_one_line();
    widen_pipes();
    // Without its own path the program still works; it then finds no site allowlist, and says so when one is named.
    let executable = std::env::current_exe().unwrap_or_default();
    let mut command = IisModCheck::new(Lookups::of_executable(&executable), search_head_only);
    serve(io::stdin().lock(), io::stdout().lock(), &mut command)
}

/// Asks for pipes of 1 MiB, the most that Linux gives an ordinary user. A chunk has several megabytes, and each 64 KiB (the
/// default) costs both sides a change of context.
#[cfg(target_os = "linux")]
fn widen_pipes() {
    const SIZE: usize = 1 << 20;
    // What is no pipe, or is refused a larger one, works as it is.
    let _ = rustix::pipe::fcntl_setpipe_size(io::stdin(), SIZE);
    let _ = rustix::pipe::fcntl_setpipe_size(io::stdout(), SIZE);
}

#[cfg(not(target_os = "linux"))]
fn widen_pipes() {}
