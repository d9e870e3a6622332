//! What a new entry trusts from now on, and what it leaves out: an entry holds names, and no file.

use super::draft::Draft;
use crate::allowlist::{Effect, Entry, Match};

/// Hosts that are named.
const NAMED: usize = 10;

/// The lines; none for an entry that trusts nothing.
pub(super) fn told(entry: &Entry, found: Option<&Draft>) -> Vec<String> {
    if entry.effect == Effect::Deny || !entry.enabled {
        return Vec::new();
    }
    let mut lines = vec![format!("trusts from now on: {}", trusted(entry))];
    let is_held = !entry.sha256.is_empty() || !entry.signer_sha256.is_empty();
    let is_code = !entry.image.is_empty() || !entry.type_name.is_empty() || entry.matching == Match::Name;
    if is_code && !is_held {
        let file = found.map_or("", |found| found.file.as_str());
        lines.push(if file.is_empty() {
            "caution: nobody looked at the file; check its signature and hash on the host (--sha256 holds the entry to one file)"
                .to_owned()
        } else {
            format!("the file was seen with {file}; the entry does not hold it to that (--sha256 does)")
        });
    }
    lines.extend(found.and_then(|found| elsewhere(entry, found)));
    lines
}

fn trusted(entry: &Entry) -> String {
    let name = if entry.name.is_empty() { "any name" } else { &entry.name };
    let file = match (entry.sha256.as_slice(), entry.signer_sha256.as_slice()) {
        ([], []) => "whatever file has it".to_owned(),
        ([], _) => "if its signer is that of the entry".to_owned(),
        (hashes, _) => format!("if its file has SHA-256 {}", hashes.join(" or ")),
    };
    let what = match (entry.image.as_str(), entry.type_name.as_str()) {
        ("", "") => String::new(),
        ("", type_name) => format!(" with type {type_name}, {file}"),
        (image, _) => format!(" with image {image}, {file}"),
    };
    let hosts =
        if entry.host.is_any() { "every host".to_owned() } else { format!("host {}", entry.host.written()) };
    let removed: Vec<&str> = entry.actions.iter().map(|action| action.as_str()).collect();
    let actions =
        if removed.is_empty() { String::new() } else { format!(", when it is {}", removed.join(" or ")) };
    format!("{name}{what}; on {hosts}{actions}")
}

/// The hosts of the scan that have the same module and that the entry is not for.
fn elsewhere(entry: &Entry, found: &Draft) -> Option<String> {
    let others: Vec<&(String, String)> =
        found.elsewhere.iter().filter(|(host, _)| !host.is_empty() && !entry.host.matches(host)).collect();
    if others.is_empty() {
        return None;
    }
    let named =
        others.iter().take(NAMED).map(|(host, id)| format!("{host} ({id})")).collect::<Vec<_>>().join(", ");
    let more = others.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let is_plain =
        |(host, _): &&(String, String)| host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
    let hosts = others.iter().map(|(host, _)| host.as_str()).collect::<Vec<_>>().join("|");
    let them = if more.is_empty() && others.iter().all(is_plain) {
        format!("--host '{hosts}' for them, ")
    } else {
        String::new()
    };
    Some(format!(
        "not for the same module on: {named}{more}; repeat the command with {them}--host '*' for every host"
    ))
}
