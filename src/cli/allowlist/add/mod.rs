//! `allowlist add`: append one entry; nothing else in the file changes.

mod finding;
mod replace;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::allowlist::edit::{self, Appended, EditError};
use crate::allowlist::lint::{self, Finding as Mistake, Severity};
use crate::allowlist::{AllowlistError, Column, Profile, SiteFile};
use crate::cli::Failure;
use crate::cli::args::Add;
use crate::report::printable;
use crate::site::read_file;

use finding::Finding;
use replace::Lock;

/// Appends the entry and replaces the file in one step, so that a search never reads half of it.
pub(super) fn run(arguments: &Add) -> Result<ExitCode, Failure> {
    let file = arguments.file.display().to_string();
    let target = replace::target(&arguments.file, &file)?;
    // A folder, or a file that may not be read, is told as such before a lock is laid beside it.
    read_file(&target, &file)?;
    let found = match (&arguments.finding, &arguments.from) {
        (Some(id), Some(from)) => Some(finding::find(id, from)?),
        _ => None,
    };
    let cells = cells(arguments, found.as_ref());
    let lock = Lock::take(&target, &file)?;
    let bytes = read_file(&target, &file)?.unwrap_or_default();
    let borrowed: Vec<(Column, &str)> =
        cells.iter().map(|(column, value)| (*column, value.as_str())).collect();
    let new = edit::append(&text(bytes, &file)?, &file, &borrowed).map_err(|error| refused(&file, &error))?;
    let mistakes = mistakes(&new, &file)?;
    let silenced = found.filter(|_| allows(&cells));
    if let Some(found) = silenced.as_ref().filter(|found| found.grave && !arguments.force) {
        return Err(Failure::Told(format!(
            "{file}: nothing was added: the entry would silence a finding with verdict and severity {}. Make sure that the \
             module belongs there, then repeat the command with --force",
            printable(&found.silences)
        )));
    }
    let warning = replace::replace(&target, new.text.as_bytes())
        .map_err(|error| format!("{file} cannot be written: {error}"))?;
    drop(lock);
    let mut output = io::stdout().lock();
    writeln!(output, "{file}: added")?;
    for (column, value) in cells.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(output, "  {:<12} {}", column.as_str(), printable(value))?;
    }
    if let Some(found) = silenced {
        writeln!(output, "silences: {}", printable(&found.silences))?;
    }
    if !new.new_columns.is_empty() {
        writeln!(output, "columns that the file lacked: {}", new.new_columns.join(", "))?;
    }
    for mistake in mistakes {
        writeln!(output, "warning: [{}] {}", mistake.rule.name, printable(&mistake.message))?;
        writeln!(output, "    fix: {}", mistake.fix)?;
    }
    if let Some(warning) = warning {
        writeln!(output, "warning: {warning}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(bytes: Vec<u8>, file: &str) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let errors = SiteFile::parse(error.as_bytes(), file).errors;
        errors.first().map_or_else(|| error.to_string(), AllowlistError::to_string)
    })
}

/// The cells of the new entry. What was given as an option stands in place of what the finding has.
fn cells(arguments: &Add, found: Option<&Finding>) -> Vec<(Column, String)> {
    let mut cells = given(arguments);
    for (column, value) in found.into_iter().flat_map(|found| &found.cells) {
        if !cells.iter().any(|(own, _)| own == column) {
            cells.push((*column, value.clone()));
        }
    }
    cells.sort_by_key(|(column, _)| *column);
    cells
}

fn allows(cells: &[(Column, String)]) -> bool {
    !cells
        .iter()
        .any(|(column, value)| *column == Column::Effect && value.trim().eq_ignore_ascii_case("deny"))
}

/// An error in the new entry names the option, not a line that is not in the file.
fn refused(file: &str, error: &EditError) -> String {
    match error {
        EditError::BrokenEntry(error @ AllowlistError::Cell { column, expected, found, .. }) => {
            let option = column.replace('_', "-");
            let found =
                if found.is_empty() { String::new() } else { format!(", found `{}`", printable(found)) };
            format!("{file}: nothing was added: --{option}: expected {expected}{found}; {}", error.fix())
        }
        error => format!("{file}: nothing was added: {error}"),
    }
}

/// What the check warns of in the new entry. The error tells a mistake with which it is not added.
fn mistakes(new: &Appended, file: &str) -> Result<Vec<Mistake>, String> {
    let site = SiteFile::parse(new.text.as_bytes(), file);
    let now = chrono::Utc::now().timestamp_micros();
    let found = lint::check(site, &Profile::default(), now).map_err(|error| error.to_string())?;
    let of_entry = found.into_iter().filter(|mistake| mistake.line == new.line);
    let mistakes: Vec<Mistake> = of_entry.filter(|mistake| mistake.rule.severity > Severity::Note).collect();
    let grave = |mistake: &&Mistake| {
        mistake.rule.severity == Severity::Error || mistake.rule.name == lint::DUPLICATE_ID.name
    };
    match mistakes.iter().find(grave) {
        Some(mistake) => Err(format!(
            "{file}: nothing was added: [{}] {}; {}",
            mistake.rule.name,
            printable(&mistake.message),
            mistake.fix
        )),
        None => Ok(mistakes),
    }
}

/// The cells that were given as options.
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
