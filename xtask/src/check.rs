//! `cargo xtask check`: the fast lane, the quick parts first. It stops at the first that fails.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::{texts, words};

/// What cargo is asked, in this order.
const STEPS: [&str; 4] = [
    "fmt --all --check",
    "clippy --locked --all-targets -- -D warnings",
    "doc --locked --no-deps --package searchcommand",
    "test --locked",
];

/// Runs every part; the error names the one that failed.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let started = Instant::now();
    eprintln!("== texts");
    texts::check(root)?;
    eprintln!("== words");
    words::check(root)?;
    for step in STEPS {
        eprintln!("== cargo {step}");
        // The cargo that started this program, so that both are of one toolchain.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(step.split(' '))
            .env("RUSTDOCFLAGS", "-D warnings")
            .current_dir(root)
            .status()
            .map_err(|error| format!("cargo {step} does not start: {error}"))?;
        if !status.success() {
            return Err(format!("cargo {step} failed ({status})"));
        }
    }
    eprintln!("== all ok ({} s)", started.elapsed().as_secs());
    Ok(())
}
