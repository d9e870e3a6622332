//! `detections/macros/*.yml`: the app's macros that the Enterprise Security detection uses, for contentctl.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const FOLDER: &str = "detections/macros";
const DETECTIONS: &str = "detections/detections/endpoint";
/// contentctl makes the detection's own filter itself.
const MADE_BY_CONTENTCTL: &str = "_allowlist_filter";

/// The settings of one stanza, by key.
type Settings = BTreeMap<String, String>;

/// The file of each macro that a detection calls, or that such a macro calls in turn, from the text of macros.conf.
pub(super) fn of_detections(root: &Path, conf: &str) -> Result<BTreeMap<String, String>, String> {
    let macros = stanzas(conf);
    let mut texts = Vec::new();
    for name in files(root, DETECTIONS)? {
        texts.push(super::read(root, &name)?);
    }
    let mut wanted = BTreeSet::new();
    while let Some(text) = texts.pop() {
        for (stanza, settings) in &macros {
            if calls(&text, name(stanza)) && wanted.insert(stanza.as_str()) {
                texts.push(settings.get("definition").cloned().unwrap_or_default());
            }
        }
    }
    let kept = wanted.into_iter().filter(|stanza| !name(stanza).ends_with(MADE_BY_CONTENTCTL));
    Ok(kept
        .filter_map(|stanza| {
            Some((format!("{FOLDER}/{}.yml", name(stanza)), file(name(stanza), macros.get(stanza)?)))
        })
        .collect())
}

/// The files that are there now.
pub(super) fn written(root: &Path) -> Result<Vec<String>, String> {
    files(root, FOLDER)
}

fn files(root: &Path, folder: &str) -> Result<Vec<String>, String> {
    let unreadable = |error| format!("{folder}: cannot be read: {error}");
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(folder)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.push(format!("{folder}/{}", name.to_string_lossy()));
    }
    names.sort();
    Ok(names)
}

/// The name of a macro without the number of its arguments.
fn name(stanza: &str) -> &str {
    stanza.split('(').next().unwrap_or(stanza)
}

fn calls(text: &str, name: &str) -> bool {
    text.contains(&format!("`{name}`")) || text.contains(&format!("`{name}("))
}

/// The stanzas of a conf file, with continued lines joined by line feeds.
fn stanzas(conf: &str) -> BTreeMap<String, Settings> {
    let mut found: BTreeMap<String, Settings> = BTreeMap::new();
    let mut stanza = String::new();
    // No text of a conf file holds a NUL.
    for line in conf.replace("\\\n", "\0").lines() {
        if let Some(name) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut stanza);
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let value = value.trim().replace('\0', "\n");
            found.entry(stanza.clone()).or_default().insert(key.trim().to_owned(), value);
        }
    }
    found
}

fn file(name: &str, settings: &Settings) -> String {
    let mut text = format!("name: {name}\n");
    if let Some(arguments) = settings.get("args") {
        text += "arguments:\n";
        text.extend(arguments.split(',').map(|argument| format!("- {}\n", argument.trim())));
    }
    for key in ["description", "definition"] {
        // A text of JSON is one of YAML.
        let value = serde_json::Value::from(settings.get(key).map(String::as_str).unwrap_or_default());
        text.extend([key, ": ", &value.to_string(), "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{calls, file, stanzas};

    #[test]
    fn a_stanza_becomes_a_file() {
        let conf = "[a(2)]\nargs = x, y\n# definition = no\ndefinition = one \"1\" \\\n| two\ndescription = D\n[b]\nx=1\n";
        let found = stanzas(conf);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a(2)", "b"]);
        assert_eq!(
            file("a", &found["a(2)"]),
            "name: a\narguments:\n- x\n- y\ndescription: \"D\"\ndefinition: \"one \\\"1\\\" \\n| two\"\n"
        );
    }

    #[test]
    fn a_macro_is_called_by_its_whole_name() {
        for (text, called) in
            [("x `a` y", true), ("`a(1)`", true), ("`ab`", false), ("a", false), ("`b(a)`", false)]
        {
            assert_eq!(calls(text, "a"), called, "{text}");
        }
    }
}
