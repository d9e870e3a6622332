//! `allowlist add`: append one entry; every other byte of the file stays.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use crate::allowlist::{Column, edit};
use crate::command::read_file;

use crate::cli::args::Add;
use crate::cli::{Failure, knowledge};

/// Appends the entry and replaces the file in one step, so that a search never reads half of it.
pub(super) fn run(arguments: &Add) -> Result<ExitCode, Failure> {
    let file = arguments.file.display().to_string();
    let text = match read_file(&arguments.file, &file)? {
        Some(bytes) => String::from_utf8(bytes)
            .map_err(|error| format!("{file}: byte {}: not UTF-8", error.utf8_error().valid_up_to() + 1))?,
        None => String::new(),
    };
    let mut cells = match (&arguments.finding, &arguments.from) {
        (Some(id), Some(from)) => finding(id, from)?,
        _ => Vec::new(),
    };
    cells.extend(given(arguments));
    let borrowed: Vec<(Column, &str)> =
        cells.iter().map(|(column, value)| (*column, value.as_str())).collect();
    let new = edit::append(&text, &file, &borrowed).map_err(|error| format!("{file}: {error}"))?;
    replace(&arguments.file, new.as_bytes()).map_err(|error| format!("{file} cannot be written: {error}"))?;
    let mut output = io::stdout().lock();
    writeln!(output, "{file}: added")?;
    for (column, value) in cells.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(output, "  {:<12} {}", column.as_str(), crate::report::printable(value))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The cells that were given as options; they stand over those of a finding.
fn given(arguments: &Add) -> Vec<(Column, String)> {
    [
        (Column::Id, &arguments.id),
        (Column::Effect, &arguments.effect),
        (Column::Kind, &arguments.kind),
        (Column::Name, &arguments.name),
        (Column::Image, &arguments.image),
        (Column::Type, &arguments.type_name),
        (Column::Match, &arguments.matching),
        (Column::Precondition, &arguments.precondition),
        (Column::Host, &arguments.host),
        (Column::ConfigPath, &arguments.config_path),
        (Column::Action, &arguments.action),
        (Column::ValidFrom, &arguments.valid_from),
        (Column::Expires, &arguments.expires),
        (Column::Owner, &arguments.owner),
        (Column::Ticket, &arguments.ticket),
        (Column::Reason, &arguments.reason),
    ]
    .into_iter()
    .filter_map(|(column, value)| value.clone().map(|value| (column, value)))
    .collect()
}

/// Name, kind and image (or type) of a finding, for the host that it was seen on.
fn finding(id: &str, from: &Path) -> Result<Vec<(Column, String)>, String> {
    let (bytes, name) = knowledge::named(from)?;
    let document: Value = serde_json::from_slice(&bytes)
        .map_err(|error| format!("{name}: not the output of `scan --format json`: {error}"))?;
    let findings = document
        .get("findings")
        .and_then(Value::as_array)
        .ok_or_else(|| format!("{name}: not the output of `scan --format json`: it has no `findings`"))?;
    let text =
        |finding: &Value, key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found = findings
        .iter()
        .find(|finding| text(finding, "iis_finding_id") == id)
        .ok_or_else(|| format!("{name}: there is no finding {id}; its findings: {}", ids(findings)))?;
    let image = text(found, "iis_module_image");
    let type_name = if image.is_empty() { text(found, "iis_module_type") } else { String::new() };
    let removed = text(found, "iis_module_action") == "removed";
    if image.is_empty() && type_name.is_empty() && !removed {
        return Err(format!(
            "{name}: finding {id} shows no image and no type, so an entry for it would allow any DLL under this name. \
             Find the image (XML-rendered events or an inventory show it) and give it with --name and --image, or \
             accept the name alone with --name and --match name"
        ));
    }
    Ok(vec![
        (Column::Kind, text(found, "iis_module_kind")),
        (Column::Name, text(found, "iis_module_name")),
        (Column::Image, image),
        (Column::Type, type_name),
        (Column::Action, if removed { "removed".to_owned() } else { String::new() }),
        (Column::Host, text(found, "iis_host")),
    ])
}

fn ids(findings: &[Value]) -> String {
    let ids: Vec<&str> =
        findings.iter().filter_map(|finding| finding.get("iis_finding_id").and_then(Value::as_str)).collect();
    if ids.is_empty() { "none has an id (use --level change)".to_owned() } else { ids.join(", ") }
}

/// Writes a file beside `path` and renames it over `path`; where `path` is a link, over what it leads to.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
        found => found?,
    };
    let (file, beside) = create_beside(&target)?;
    fill(file, bytes, &target, &beside).inspect_err(|_| {
        // The failure is reported; what was written beside the file is of no use.
        let _: io::Result<()> = fs::remove_file(&beside);
    })
}

/// Creates a file of a name that was free.
fn create_beside(target: &Path) -> io::Result<(fs::File, PathBuf)> {
    let mut number = std::process::id();
    loop {
        let mut beside = target.as_os_str().to_owned();
        beside.push(format!(".{number}.new"));
        let beside = PathBuf::from(beside);
        match fs::File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number = number.wrapping_add(1),
            created => return Ok((created?, beside)),
        }
    }
}

fn fill(mut file: fs::File, bytes: &[u8], target: &Path, beside: &Path) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Ok(found) = fs::metadata(target) {
        fs::set_permissions(beside, found.permissions())?;
    }
    file.sync_all()?;
    drop(file);
    fs::rename(beside, target)
}
