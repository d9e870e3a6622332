//! The project's own tools: `cargo xtask check` is the fast lane before a commit, `cargo xtask words` writes what the
//! documentation and the app have from the code's tables.
#![allow(clippy::print_stderr, reason = "a tool talks to the terminal that it was started from")]

mod check;
mod texts;
mod words;

use std::path::Path;
use std::process::ExitCode;

/// A tool: what is typed for it, what it does, and the work, which is given the project's folder.
struct Tool {
    name: &'static str,
    does: &'static str,
    work: fn(&Path) -> Result<(), String>,
}

const TOOLS: [Tool; 3] = [
    Tool {
        name: "check",
        does: "texts, words, formatting, lints and tests: the fast lane before a commit",
        work: check::run,
    },
    Tool {
        name: "words",
        does: "writes what is told in several places from the tables beside the code",
        work: words::write,
    },
    Tool { name: "words --check", does: "tells whether it is written so", work: words::check },
];

fn main() -> ExitCode {
    // The manifest's folder is xtask/, so the one above it is the project's.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let arguments = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    let Some(tool) = TOOLS.iter().find(|tool| tool.name == arguments) else {
        eprintln!("usage: cargo xtask TOOL\n");
        for tool in &TOOLS {
            eprintln!("  {:14} {}", tool.name, tool.does);
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
