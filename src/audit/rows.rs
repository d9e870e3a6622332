//! The rows of an inventory: one JSON object each, flat, of texts and numbers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::detect::Configured;
use crate::iis::{FileFacts, ListOperation, Registration, Section};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::server::files::Facts;
use crate::server::{Operation, Server};

/// The fields of a row.
pub(super) type Fields = Map<String, Value>;

/// The columns of [`FileFacts`] that stand in the row of the file as well: which it is, and what tells an update from an exchange. All
/// others stand in the rows that name the file.
const OF_FILE: [&str; 7] =
    ["file", "bits", "file_sha256", "signature", "signer_class", "pe_original_name", "pe_version"];
/// What nearly every file has in these columns, and no verdict asks about, is not written: it would be an eighth of all.
const USUAL: [(&str, &str); 3] =
    [("signature_extra_bytes", "0"), ("older_than_in_box", "no"), ("update_pending", "no")];

/// A row of this kind, without its facts.
pub(super) fn row(record: &str) -> Fields {
    let mut row = Map::new();
    row.insert("record".to_owned(), json!(record));
    row
}

/// What a row has in a field; empty where it has none, or a number.
pub(super) fn text<'r>(row: &'r Fields, name: &str) -> &'r str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A registration, without the facts about its files.
pub(super) fn module_row(seen: &Registration<'_>, origin: &Origin) -> Fields {
    let mut row = row("module");
    let mut set = |name: &str, text: &str| {
        if !text.is_empty() {
            row.insert(name.to_owned(), json!(text));
        }
    };
    set("section", seen.section.map_or("", Section::as_str));
    set("operation", seen.operation.as_str());
    set("kind", seen.kind().map_or("", |kind| kind.as_str()));
    set("name", seen.name);
    set("image", seen.image);
    set("type", seen.type_name);
    set("precondition", seen.precondition);
    set("requests", seen.requests);
    set("config_path", seen.config_path);
    set("location", seen.location);
    set("redirected_to", seen.redirected_to);
    place(&mut row, origin);
    row
}

/// A setting, likewise.
pub(super) fn setting_row(seen: &Configured<'_>, origin: &Origin) -> Fields {
    let mut row = row("setting");
    row.insert("name".to_owned(), json!(seen.path));
    match seen.value {
        Some(value) => row.insert("value".to_owned(), json!(value)),
        None => row.insert("operation".to_owned(), json!(ListOperation::Remove.as_str())),
    };
    row.insert("config_path".to_owned(), json!(seen.config_path));
    if !seen.location.is_empty() {
        row.insert("location".to_owned(), json!(seen.location));
    }
    place(&mut row, origin);
    row
}

fn place(row: &mut Fields, origin: &Origin) {
    row.insert("config_file".to_owned(), json!(*origin.file));
    row.extend(origin.line.map(|line| ("config_line".to_owned(), json!(line))));
}

/// Adds all that is known of a file to the row of what names it.
pub(super) fn add_facts(row: &mut Fields, facts: &Facts) {
    set_facts(row, facts, |_| true);
}

fn set_facts(row: &mut Fields, facts: &Facts, is_wanted: impl Fn(&str) -> bool) {
    let cells = FileFacts::COLUMNS.into_iter().zip(facts.cells());
    let is_told = |cell: &(&str, &str)| !cell.1.is_empty() && !USUAL.contains(cell) && is_wanted(cell.0);
    for (name, cell) in cells.filter(is_told) {
        row.insert(name.to_owned(), json!(cell));
    }
}

/// A file that was read.
pub(super) fn file_row(facts: &Facts) -> Fields {
    let mut row = row("file");
    set_facts(&mut row, facts, |name| OF_FILE.contains(&name));
    row.extend(facts.more().iter().map(|(name, text)| ((*name).to_owned(), json!(text))));
    row
}

/// What could not be read, or is wrong. `account` is whose rights count, empty where nobody asks: where one is missing, the row says
/// what to give to whom.
pub(super) fn problem_row(problem: &Problem, account: &str) -> Fields {
    let mut row = row("problem");
    row.insert("problem".to_owned(), json!(problem.kind().as_str()));
    row.insert("detail".to_owned(), json!(problem.what()));
    row.extend(problem.hint().map(|hint| ("hint".to_owned(), json!(hint))));
    if let Some(origin) = problem.origin() {
        row.insert("file".to_owned(), json!(*origin.file));
        row.extend(origin.line.map(|line| ("config_line".to_owned(), json!(line))));
    }
    if problem.kind() == ProblemKind::Denied && !account.is_empty() {
        row.insert("account".to_owned(), json!(account));
        let file = problem.origin().map_or("it", |origin| &*origin.file);
        row.insert("hint".to_owned(), json!(format!("give {account} the right to read {file}")));
    }
    row
}

/// Says of names whether they are registered, and of registered modules whether any place enables them. Neither is said where the
/// configuration of the server is not at hand.
pub(super) fn resolve_names<'r>(server: &Server, rows: impl Iterator<Item = &'r mut Fields>) {
    let Some(own) = server.own() else { return };
    let names = |section, wants_type: bool| -> BTreeSet<&str> {
        let listings = own.listings.iter().filter(|listing| listing.section == section);
        let entries = listings.flat_map(|listing| &listing.entries);
        let own = entries
            .filter(|entry| entry.operation == Operation::Add && (wants_type || entry.type_name.is_empty()));
        own.filter_map(|entry| entry.name.as_deref()).collect()
    };
    let registered = names(Section::GlobalModules, true);
    let enabled = names(Section::Modules, false);
    for row in rows {
        let text = |name: &str| text(row, name);
        if text("record") != "module" || text("operation") != ListOperation::Add.as_str() {
            continue;
        }
        let yes = |is: bool| json!(if is { "yes" } else { "no" });
        let by_name = text("image").is_empty() && text("type").is_empty();
        let is_native = text("section") == Section::GlobalModules.as_str();
        let (registered, enabled) = (registered.contains(text("name")), enabled.contains(text("name")));
        if by_name {
            row.insert("registered".to_owned(), yes(registered));
        } else if is_native {
            row.insert("enabled".to_owned(), yes(enabled));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lacks_the_right_to_read_what() {
        let told = |kind, account| {
            let problem = Problem::new(kind, "it cannot be read").at(Origin::of_file(r"C:\x.config"));
            let row = problem_row(&problem, account);
            ["problem", "account", "hint"].map(|name| text(&row, name).to_owned())
        };
        let account = r"NT SERVICE\SplunkForwarder";
        let hint = format!(r"give {account} the right to read C:\x.config");
        assert_eq!(told(ProblemKind::Denied, account), ["denied", account, &hint]);
        assert_eq!(told(ProblemKind::Denied, ""), ["denied", "", ""]);
        assert_eq!(told(ProblemKind::Damaged, account), ["damaged", "", ""]);
    }
}
