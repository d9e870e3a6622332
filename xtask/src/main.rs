//! The project's own tools: `cargo xtask check` is the fast lane before a commit.
#![allow(clippy::print_stderr, reason = "a tool talks to the terminal that it was started from")]

mod check;
mod texts;

use std::path::Path;
use std::process::ExitCode;

/// A tool: what is typed for it, what it does, and the work, which is given the project's folder.
struct Tool {
    name: &'static str,
    does: &'static str,
    work: fn(&Path) -> Result<(), String>,
}

const TOOLS: [Tool; 1] = [Tool {
    name: "check",
    does: "texts, formatting, lints and tests: the fast lane before a commit",
    work: check::run,
}];

fn main() -> ExitCode {
    // The manifest's folder is xtask/, so the one above it is the project's.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named = |tool: &&Tool| arguments.len() == 1 && arguments.iter().any(|word| word == tool.name);
    let Some(tool) = TOOLS.iter().find(named) else {
        eprintln!("usage: cargo xtask TOOL\n");
        for tool in &TOOLS {
            eprintln!("  {:8} {}", tool.name, tool.does);
        }
        return ExitCode::from(2);
    };
    match (tool.work)(root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
