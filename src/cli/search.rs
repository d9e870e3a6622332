//! The search command over standard input and output.

use std::io::{self, BufRead, IsTerminal};
use std::mem::ManuallyDrop;

use searchcommand::{print_panics_in_one_line, serve};

use super::status;
use crate::command::{IisModCheck, Lookups};

/// Speaks the protocol until splunkd closes the pipe.
pub(super) fn run(search_head_only: bool) -> Result<(), searchcommand::Error> {
    print_panics_in_one_line();
    widen_pipes();
    // Without its own path the program still works; it then finds no site allowlist, and says so when one is named.
    let executable = std::env::current_exe().unwrap_or_default();
    // The program ends with it: to free each entry of a large allowlist takes a tenth of a start.
    let mut command =
        ManuallyDrop::new(IisModCheck::new(Lookups::of_executable(&executable), search_head_only));
    let mut input = io::stdin().lock();
    // splunkd may probe with nothing, and sets this variable for what it starts; whoever else gives nothing waits for something,
    // be it in a remote session without a terminal. What cannot be read is told by whoever reads it next.
    let by_splunkd = std::env::var_os("SPLUNK_HOME").is_some() && !io::stderr().is_terminal();
    if !by_splunkd && input.fill_buf().is_ok_and(<[u8]>::is_empty) {
        status::note(
            "standard input is empty: without a subcommand this is Splunk's search command, which splunkd starts; see iismodcheck --help",
        );
    }
    serve(input, io::stdout().lock(), &mut *command)
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
