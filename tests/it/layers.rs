//! The layer rules of lib.rs, read from every `crate::NAME` and every `searchcommand::` in the source; what faces may hold;
//! that no import runs up or in a circle inside a room.

mod imports;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use imports::{Import, Tree};

/// Module, and what it may use besides itself.
const RULES: [(&str, &[&str]); 16] = [
    (
        "cli",
        &[
            "allowlist",
            "audit",
            "command",
            "detect",
            "event",
            "iis",
            "knowledge",
            "origin",
            "problem",
            "report",
            "scan",
            "searchcommand",
            "server",
            "source",
        ],
    ),
    ("audit", &["allowlist", "detect", "file", "iis", "origin", "problem", "report", "server"]),
    ("command", &["allowlist", "detect", "event", "iis", "knowledge", "problem", "searchcommand"]),
    ("scan", &["allowlist", "detect", "event", "iis", "origin", "problem", "report", "source"]),
    ("knowledge", &["allowlist", "origin", "problem"]),
    ("source", &["event", "iis", "origin", "problem"]),
    ("server", &["file", "iis", "origin"]),
    ("report", &["detect", "origin", "problem"]),
    ("detect", &["allowlist", "event", "file", "iis", "words"]),
    ("allowlist", &["iis"]),
    ("event", &["iis", "words"]),
    ("iis", &["words"]),
    ("file", &[]),
    ("words", &[]),
    ("problem", &["origin"]),
    ("origin", &[]),
];

/// Modules that do no I/O and hold no clock and no global, and what would give them away.
const PURE: [&str; 7] = [
    "src/allowlist",
    "src/detect",
    "src/event",
    "src/file",
    "src/iis",
    "src/words",
    "crates/searchcommand/src/record",
];
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

/// Folders in which `lib.rs` and `mod.rs` are faces: they say what is there, and define nothing.
const WITH_FACES: [&str; 9] = [
    "crates/searchcommand/src",
    "src/allowlist",
    "src/audit",
    "src/event",
    "src/iis",
    "src/report",
    "src/scan",
    "src/server",
    "src/source",
];

/// The chunked protocol: a crate of its own that some modules may use.
const PROTOCOL: &str = "searchcommand";

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("tests") || path.ends_with("tests.rs") {
            continue;
        }
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The sources of a module that is a folder, or else a file.
fn files_below(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    if root.is_dir() {
        sources(&root, &mut found);
    } else {
        found.push(root.with_extension("rs"));
    }
    assert!(!found.is_empty(), "no sources below {}", root.display());
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The modules named in `crate::NAME` and in `crate::{NAME, …}`, and the protocol where it is named.
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
    if text.contains("searchcommand::") {
        names.insert(PROTOCOL.to_owned());
    }
    names
}

#[test]
fn every_module_uses_only_what_it_may() {
    let mut broken = Vec::new();
    for (module, allowed) in RULES {
        for (path, text) in files_below(&format!("src/{module}")) {
            for name in used(&text) {
                if name != module && !allowed.contains(&name.as_str()) {
                    broken.push(format!("{} uses {name}", path.display()));
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
    for folder in PURE {
        for (path, text) in files_below(folder) {
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
    assert_eq!(used("use searchcommand::Cells;"), [PROTOCOL.to_owned()].into());
    assert_eq!(used("//! searchcommand"), BTreeSet::new());
}

#[test]
fn faces_define_nothing() {
    let is_face = |path: &Path| path.ends_with("lib.rs") || path.ends_with("mod.rs");
    let says_what_is_there = |line: &str| {
        let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
        line.is_empty() || line.starts_with("use ") || (line.starts_with("mod ") && line.ends_with(';'))
    };
    let mut broken = Vec::new();
    for folder in WITH_FACES {
        for (path, text) in files_below(folder).into_iter().filter(|(path, _)| is_face(path)) {
            // An attribute or a list of names may take several lines; what is indented belongs to it.
            let defines =
                |line: &&str| !line.starts_with(['/', '#', ' ', ')', '}']) && !says_what_is_there(line);
            broken.extend(text.lines().filter(defines).map(|line| format!("{}: {line}", path.display())));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The imports of a crate that run up or in a circle, each in words; `room` is the folder below `src` that holds the file.
fn faults(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let imports = Tree::new(files.iter().copied()).imports();
    let told = |import: &Import, fault: &str| {
        let room = import.from.first().cloned().unwrap_or_default();
        (room, format!("{} takes {}{fault}", import.from.join("::"), import.what))
    };
    let up = imports::upwards(&imports).into_iter().map(|import| told(import, ", which stands above it"));
    let circular = imports::circular(&imports).into_iter();
    up.chain(circular.map(|import| told(import, &format!(" in a circle with {}", import.to.join("::")))))
        .collect()
}

#[test]
fn no_import_inside_a_room_runs_up_or_in_a_circle() {
    let mut found = Vec::new();
    for folder in ["src", "crates/searchcommand/src"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let files: Vec<(String, String)> =
            files_below(folder).into_iter().map(|(path, text)| (name(&path), text)).collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        found.extend(faults(&files));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// A small crate without a fault, and what each change to one of its files makes wrong.
#[test]
fn the_reader_of_imports_sees_each_fault() {
    const SOUND: [(&str, &str); 7] = [
        ("lib.rs", "pub mod room;\nmod other;\n"),
        ("other.rs", "use crate::room::{Face, low::Deep};\n"),
        ("room/mod.rs", "mod high;\nmod low;\nmod middle;\npub use high::Face;\npub use middle::*;\n"),
        (
            "room/high.rs",
            "use super::middle::{self, Middle as M};\npub struct Face(M);\nfn f() { middle::g() }\n",
        ),
        (
            "room/middle.rs",
            "// use super::high::Face;\npub struct Middle(super::low::Deep);\n#[cfg(test)]\nmod tests {\n    use super::super::high::Face;\n}\n",
        ),
        ("room/low/mod.rs", "mod leaf;\npub(super) use leaf::Deep;\n"),
        ("room/low/leaf.rs", "use std::fmt;\npub struct Deep;\nimpl fmt::Debug for Deep {}\n"),
    ];
    assert_eq!(faults(&SOUND), []);
    let leaf = "room/low/leaf.rs";
    for (path, text, expected) in [
        // By `super::`, in a list over several lines, by a path in the code, and by the crate.
        ("room/middle.rs", "use super::high::Face;\n", 2),
        ("room/middle.rs", "use super::{\n    high::{Face as F},\n    low,\n};\n", 2),
        ("room/middle.rs", "pub struct Middle(super::high::Face);\n", 2),
        ("room/middle.rs", "pub fn f() -> crate::room::high::Face {}\n", 2),
        // Through what the face gives on, one by one and all at once.
        ("room/middle.rs", "use super::Face;\n", 2),
        (leaf, "use crate::room::Middle;\npub struct Deep;\n", 2),
        (leaf, "use super::super::Middle;\npub struct Deep;\n", 2),
        (leaf, "use crate::room;\npub struct Deep(room::Middle);\n", 2),
        // What a face defines.
        ("room/low/mod.rs", "mod leaf;\npub struct Deep;\n", 0),
        (leaf, "use super::Mine;\npub struct Deep;\n", 3),
        (leaf, "pub struct Deep(crate::Root);\n", 1),
        // Sound neighbours: the name of another crate, a comment, a name of its own.
        (leaf, "use high::Face;\nuse middle::*;\npub struct Deep;\n", 0),
        (leaf, "//! See `super::super::high::Face`.\npub struct Deep;\npub enum Middle {}\n", 0),
    ] {
        let changed = SOUND.map(|file| if file.0 == path { (path, text) } else { file });
        let found = faults(&changed);
        assert_eq!(found.len(), expected, "{path}: {text}: {found:#?}");
        assert!(found.iter().all(|(room, _)| room == "room"), "{found:#?}");
    }
}
