//! The layer rules of lib.rs, read from every `crate::NAME` in the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Module, and what it may use besides itself.
const RULES: [(&str, &[&str]); 11] = [
    ("cli", &["allowlist", "command", "detect", "event", "iis", "report", "searchcommand", "site", "source"]),
    ("command", &["allowlist", "detect", "event", "iis", "searchcommand", "site"]),
    ("searchcommand", &[]),
    ("site", &["allowlist"]),
    ("source", &["event"]),
    ("report", &["detect"]),
    ("detect", &["allowlist", "event", "iis"]),
    ("allowlist", &["iis"]),
    ("event", &["iis"]),
    ("iis", &[]),
    ("file", &[]),
];

/// Modules that do no I/O and hold no clock and no global, and what would give them away.
const PURE: [&str; 6] = ["allowlist", "detect", "event", "file", "iis", "searchcommand/record"];
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::io::stdin",
    "std::time",
    "Utc::now",
    "thread_local!",
    "static ",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

fn files_of(module: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module);
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(!found.is_empty(), "no sources below {}", root.display());
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The modules named in `crate::NAME` and in `crate::{NAME, …}`.
fn used(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, token) in text.match_indices("crate::") {
        // `$crate::` is a macro's.
        if text[..at].ends_with('$') {
            continue;
        }
        let rest = &text[at + token.len()..];
        let word = |text: &str| {
            text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        };
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = 0;
            for (i, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => {
                        names.insert(word(&list[start..i]));
                        break;
                    }
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.insert(word(&list[start..i]));
                        start = i + 1;
                    }
                    _ => {}
                }
            }
        } else {
            names.insert(word(rest));
        }
    }
    names.remove("");
    names
}

#[test]
fn every_module_uses_only_what_it_may() {
    let mut broken = Vec::new();
    for (module, allowed) in RULES {
        for (path, text) in files_of(module) {
            for name in used(&text) {
                if name != module && !allowed.contains(&name.as_str()) {
                    broken.push(format!("{} uses crate::{name}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_module_has_a_rule() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared, RULES.iter().map(|(module, _)| *module).collect());
}

#[test]
fn the_pure_modules_do_no_io_and_hold_no_clock() {
    let mut broken = Vec::new();
    for module in PURE {
        for (path, text) in files_of(module) {
            let code = text.split("#[cfg(test)]").next().unwrap();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for sign in IMPURE {
                    if line.contains(sign) && !line.contains("&'static ") {
                        broken.push(format!("{}: {line}", path.display()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_reader_of_paths_sees_both_forms() {
    let text = "use crate::{iis::{Image, Roots}, event};\nlet x = crate::detect::Engine; $crate::hidden::x";
    assert_eq!(used(text), ["detect", "event", "iis"].map(String::from).into_iter().collect());
}
