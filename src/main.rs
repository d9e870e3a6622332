//! The program: everything is in [`iismodcheck::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    iismodcheck::cli::run(std::env::args_os())
}
