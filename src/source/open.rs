//! Files and streams: opened, decoded, and given to the reader of their format.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::csv::CsvReader;
use super::{Reader, guess, text};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};

/// What a file is called in errors and reports: its path as given, or `standard input` for `-`.
#[must_use]
pub fn name(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether a path stands for standard input, which can be read once.
#[must_use]
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The rows of a file; `-` is standard input.
pub fn open(path: &Path) -> Result<Box<dyn Reader>, Problem> {
    let origin = Origin::of_file(name(path));
    if is_standard_input(path) {
        return read_from(io::stdin().lock(), origin);
    }
    if path.is_dir() {
        return Err(folder(path).at(origin));
    }
    match File::open(path) {
        Ok(file) => read_from(file, origin),
        Err(error) => Err(not_opened(path, &error).at(origin)),
    }
}

/// The rows of a stream, which is called as the file of `origin` is.
pub fn read_from(mut stream: impl Read + 'static, origin: Origin) -> Result<Box<dyn Reader>, Problem> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        return Err(unreadable(&error.to_string()).at(origin));
    }
    let text = text::decode(bytes, &origin)?;
    if let Some(other) = guess::text(&text) {
        return Err(other.refused().at(origin));
    }
    Ok(Box::new(CsvReader::new(text, &origin.file)?))
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemKind::Unreadable, format!("cannot be read: {why}"))
}

fn folder(path: &Path) -> Problem {
    let files = path.join("*.csv");
    unreadable("it is a folder").with_hint(format!(
        "name the files in it, such as {files} (in PowerShell: (Get-ChildItem {files}).FullName)",
        files = files.display()
    ))
}

fn not_opened(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        // Which kind it is depends on the system: Windows has no file of such a name.
        _ if path.to_string_lossy().contains('*') => {
            unreadable("no file has this name, and the shell found none for the pattern")
                .with_hint(format!("in PowerShell write (Get-ChildItem {}).FullName", path.display()))
        }
        ErrorKind::NotFound => unreadable("there is no such file"),
        ErrorKind::PermissionDenied => unreadable("you may not read it"),
        _ => unreadable(&error.to_string()),
    }
}
