//! The README's `cargo test` at the top covers every member of the workspace, and no crate is left outside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The strings of a list in the manifest.
fn list(manifest: &str, key: &str) -> BTreeSet<String> {
    let start = format!("\n{key} = [");
    let (_, rest) = manifest.split_once(&start).unwrap_or_else(|| panic!("no list {key}"));
    let (items, _) = rest.split_once(']').unwrap();
    items.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The folders below `folder` that hold a crate, as the manifest writes them.
fn crates_below(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap());
    let names = entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
    names.map(|name| format!("{folder}/{}", name.to_str().unwrap())).collect()
}

#[test]
fn every_member_is_a_default_member() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = list(&manifest, "members");
    let mut expected = members.clone();
    // The package of the manifest itself is a member without being named.
    assert!(expected.insert(".".to_owned()));
    assert_eq!(list(&manifest, "default-members"), expected);
    for member in &members {
        assert!(root().join(member).join("Cargo.toml").is_file(), "{member} is no crate");
    }
}

#[test]
fn every_crate_is_a_member() {
    let members = list(&fs::read_to_string(root().join("Cargo.toml")).unwrap(), "members");
    let mut crates = crates_below("crates");
    assert!(!crates.is_empty());
    crates.insert("xtask".to_owned());
    assert_eq!(members, crates);
}

#[test]
fn every_member_has_the_lints_of_the_workspace() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for member in list(&manifest, "default-members") {
        let own = fs::read_to_string(root().join(&member).join("Cargo.toml")).unwrap();
        assert!(own.contains("\n[lints]\nworkspace = true\n"), "{member}");
    }
}
