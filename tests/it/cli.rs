//! The command line: output, error texts and exit codes of each subcommand.

mod allowlist;
mod baselines;
mod choices;
mod csv_for_people;
mod doubtful_entries;
mod entries;
mod exports;
mod help;
#[cfg(unix)]
mod interrupted;
mod outputs;
mod pages;
pub mod scan;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::command::PROGRAM;

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Standard output of a run that went well.
    pub fn good(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// The one line on standard error of a run that could do nothing.
    pub fn error(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{}", self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        self.stderr.trim_end().to_owned()
    }
}

/// The program in a folder, with nothing on standard input and no colours.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).stdin(Stdio::null()).env_remove("COLUMNS").env("NO_COLOR", "1");
    command
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    finished(command(folder).args(arguments))
}

/// The program with lines of so many columns.
fn run_wide(columns: &str, folder: &Path, arguments: &[&str]) -> Run {
    finished(command(folder).env("COLUMNS", columns).args(arguments))
}

fn finished(command: &mut Command) -> Run {
    // Wine on a busy machine now and then starts no process: ERROR_INTERNAL_ERROR.
    const NOT_STARTED: i32 = 1_359;
    let is_transient = |output: &std::io::Result<Output>| {
        cfg!(windows) && output.as_ref().is_err_and(|error| error.raw_os_error() == Some(NOT_STARTED))
    };
    let mut output = command.output();
    if is_transient(&output) {
        output = command.output();
    }
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace("iismodcheck.exe", "iismodcheck");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Runs the program in the folder of the fixtures.
fn run(arguments: &[&str]) -> Run {
    run_in(&fixtures(), arguments)
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A folder with files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// The end of standard input at once, as at the start from a service: the search command, which ends silently.
#[test]
fn nothing_happens_when_splunkd_gives_nothing() {
    for arguments in [&[][..], &["--search-head-only"]] {
        let mut command = command(&fixtures());
        assert_eq!(finished(command.env("SPLUNK_HOME", "splunk").args(arguments)).good(), "");
    }
}
