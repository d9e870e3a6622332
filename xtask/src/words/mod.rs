//! `cargo xtask words`: writes what is told in several places from the tables beside the code, `--check` compares.
//!
//! What is written stands between two marks, lines that hold `words:NAME` and `/words`. In the dashboard, whose JSON has no
//! comments, the keys of the colours are the marks. `detections/macros/` is written whole.

mod blocks;
mod colours;
mod macros;
mod marks;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use blocks::BLOCKS;

const DASHBOARD: &str = "splunk_app/default/data/ui/views/iismodcheck.xml";
const MACROS_CONF: &str = "splunk_app/default/macros.conf";

/// Writes every text that is not as it should be.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    for (name, text) in outdated(root)? {
        let path = root.join(&name);
        let done = match text {
            Some(text) => fs::write(path, text),
            None => fs::remove_file(path),
        };
        done.map_err(|error| format!("{name}: cannot be written: {error}"))?;
        eprintln!("{name}");
    }
    Ok(())
}

/// The error names every file that is not as it should be.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let names: Vec<String> = outdated(root)?.into_keys().collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(format!(
        "words: not as the tables of the code say; run `cargo xtask words` and look at the difference:\n  {}",
        names.join("\n  ")
    ))
}

/// The files that differ from what they should hold; `None` for one that should not be there.
fn outdated(root: &Path) -> Result<BTreeMap<String, Option<String>>, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (file, name, text) in BLOCKS {
        let whole = match texts.remove(*file) {
            Some(whole) => whole,
            None => read(root, file)?,
        };
        let whole = marks::replace(&whole, name, &text()?).map_err(|problem| format!("{file}: {problem}"))?;
        texts.insert((*file).to_owned(), whole);
    }
    let dashboard =
        colours::write(&read(root, DASHBOARD)?).map_err(|problem| format!("{DASHBOARD}: {problem}"))?;
    texts.insert(DASHBOARD.to_owned(), dashboard);
    let conf = texts.get(MACROS_CONF).map(String::as_str).unwrap_or_default();
    texts.extend(macros::of_detections(root, conf)?);
    let mut outdated = BTreeMap::new();
    for name in macros::written(root)? {
        if !texts.contains_key(&name) {
            outdated.insert(name, None);
        }
    }
    for (name, text) in texts {
        if fs::read_to_string(root.join(&name)).ok().as_ref() != Some(&text) {
            outdated.insert(name, Some(text));
        }
    }
    Ok(outdated)
}

fn read(root: &Path, name: &str) -> Result<String, String> {
    fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// `cargo test` finds what `cargo xtask check` finds.
    #[test]
    fn what_is_told_is_as_the_tables_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(super::check(root), Ok(()));
    }
}
