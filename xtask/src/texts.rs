//! What holds for the text of every file that git tracks.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Most lines of a file of Rust: one file, one job.
const MOST_LINES: usize = 500;
/// Data of tests, which is as strange as it must be, and what tools write: snapshots keep blanks at the ends of lines.
const NOT_OURS: [&str; 2] = ["tests/fixtures/", ".snap"];

/// Looks at every tracked file; the error lists all findings, each with its file and line.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git ls-files does not start: {error}"))?;
    if !listed.status.success() {
        return Err(format!("git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr).trim()));
    }
    let mut findings = Vec::new();
    for name in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
        let path = root.join(name);
        // A link is looked at where it leads to, and what is deleted is not looked at.
        if path.is_symlink() || !path.is_file() || NOT_OURS.iter().any(|part| name.contains(part)) {
            continue;
        }
        let bytes = fs::read(&path).map_err(|error| format!("{name}: cannot be read: {error}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            let found = faults(name, &text).into_iter().chain(dead_links(root, name, &text));
            findings.extend(found.map(|(line, what)| format!("{name}:{line}: {what}")));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("texts:\n  {}", findings.join("\n  "))) }
}

/// What is wrong with the lines of a file.
fn faults(name: &str, text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, number) in text.split('\n').zip(1..) {
        if line.ends_with([' ', '\t']) {
            found.push((number, "blanks at the end of the line: take them away".to_owned()));
        }
        if line.contains('\r') {
            found.push((number, "a carriage return: lines end with a line feed alone".to_owned()));
        }
    }
    let lines = text.lines().count();
    if !text.is_empty() && !text.ends_with('\n') {
        found.push((lines, "the last line has no line feed: add one".to_owned()));
    }
    if is_a(name, "rs") && lines > MOST_LINES {
        found.push((
            lines,
            format!("more than {MOST_LINES} lines: move what is a job of its own into a file of its own"),
        ));
    }
    found
}

fn is_a(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == ending)
}

/// The links of a page of Markdown to files that are not there.
fn dead_links(root: &Path, name: &str, text: &str) -> Vec<(usize, String)> {
    if !is_a(name, "md") {
        return Vec::new();
    }
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        for target in
            line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
        {
            let file = target.split_once('#').map_or(target, |(file, _)| file);
            let elsewhere = file.is_empty() || file.contains(':');
            if !elsewhere && !root.join(folder).join(file).exists() {
                found.push((number, format!("a link to {file}, which is not there")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let long = "x\n".repeat(MOST_LINES);
        for (name, text, expected) in [
            ("a.rs", "fn a() {}\n", vec![]),
            ("a.rs", "", vec![]),
            ("a.rs", "a \nb\t\nc\n", vec![1, 2]),
            ("a.md", "a\r\n", vec![1]),
            ("a.md", "a", vec![1]),
            ("a.rs", &long, vec![]),
            ("a.rs", &format!("{long}x\n"), vec![MOST_LINES + 1]),
            ("a.csv", &format!("{long}x\n"), vec![]),
        ] {
            let lines: Vec<usize> = faults(name, text).into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, expected, "{name} {:?}", text.get(..20).unwrap_or(text));
        }
    }

    #[test]
    fn links() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (text, dead) in [
            ("[a](main.rs) [b](main.rs#part) [c](#part) [d](https://example.test/x)", 0),
            ("[a](../Cargo.toml)", 0),
            ("[a](nothing.rs) and [b](nobody.rs)", 2),
        ] {
            assert_eq!(dead_links(root, "src/page.md", text).len(), dead, "{text}");
        }
        assert!(dead_links(root, "src/page.rs", "[a](nothing.rs)").is_empty());
    }
}
