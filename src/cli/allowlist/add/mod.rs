//! `allowlist add`: append one entry; nothing else in the file changes.

mod draft;
mod silenced;
mod trust;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::allowlist::edit::{self, Appended, EditError};
use crate::allowlist::lint::{self, Grade, Mistake};
use crate::allowlist::{AllowlistError, Column, Effect, Entry, Profile, SiteFile};
use crate::cli::args::Add;
use crate::cli::replace::{self, Lock};
use crate::cli::status::Failure;
use crate::knowledge::read_file;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::report::printable;

use draft::Draft;
use silenced::Silenced;

/// Appends the entry and replaces the file in one step, so that a search never reads half of it.
pub(super) fn run(arguments: &Add) -> Result<ExitCode, Failure> {
    let file = arguments.file.display().to_string();
    let target = replace::target(&arguments.file, &file)?;
    // A folder, or a file that may not be read, is told as such before a lock is laid beside it.
    read_file(&target, &file)?;
    let found = match (&arguments.finding, &arguments.from) {
        (Some(id), Some(from)) => Some(draft::of_finding(id, from)?),
        _ => None,
    };
    let cells = cells(arguments, found.as_ref());
    let lock = Lock::take(&target, &file)?;
    let before = text(read_file(&target, &file)?.unwrap_or_default(), &file)?;
    let borrowed: Vec<(Column, &str)> =
        cells.iter().map(|(column, value)| (*column, value.as_str())).collect();
    let new = edit::append(&before, &file, &borrowed)
        .map_err(|error| refused(&error).at(Origin::of_file(file.as_str())))?;
    let now = chrono::Utc::now().timestamp_micros();
    let mistakes = mistakes(&new, now, &file)?;
    let Judged { silenced, good_by, entry } = judged(&before, &new, found.as_ref(), now, &file)?;
    if let Some(doubt) = doubt(&mistakes, silenced.as_ref(), good_by).filter(|_| !arguments.force) {
        return Err(doubt.at(Origin::of_file(file)).into());
    }
    let ((), warning) = replace::replace(&target, &file, |output| output.write_all(new.text.as_bytes()))?;
    drop(lock);
    let mut output = io::stdout().lock();
    writeln!(output, "{file}: added")?;
    for (column, value) in cells.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(output, "  {:<12} {}", column.as_str(), printable(value))?;
    }
    if let Some(silenced) = silenced {
        writeln!(output, "silences: {silenced}")?;
    }
    for line in entry.iter().flat_map(|entry| trust::told(entry, found.as_ref())) {
        writeln!(output, "{}", printable(&line))?;
    }
    if !new.new_columns.is_empty() {
        writeln!(output, "columns that the file lacked: {}", new.new_columns.join(", "))?;
    }
    for mistake in mistakes {
        let grade = mistake.rule.grade.as_str();
        writeln!(output, "{grade}: [{}] {}", mistake.rule.name, printable(&mistake.message))?;
        writeln!(output, "    fix: {}", mistake.fix)?;
    }
    if let Some(warning) = warning {
        writeln!(output, "warning: {warning}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(bytes: Vec<u8>, file: &str) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let first = SiteFile::parse(error.as_bytes(), file).errors.into_iter().next();
        first.map_or_else(
            || Problem::new(ProblemKind::Entries, error.to_string()).at(Origin::of_file(file)),
            Problem::from,
        )
    })
}

/// The cells of the new entry. What was given as an option stands in place of what the finding has.
fn cells(arguments: &Add, found: Option<&Draft>) -> Vec<(Column, String)> {
    let mut cells = given(arguments);
    for (column, value) in found.into_iter().flat_map(|found| &found.cells) {
        if !cells.iter().any(|(own, _)| own == column) {
            cells.push((*column, value.clone()));
        }
    }
    cells.sort_by_key(|(column, _)| *column);
    cells
}

/// The new entry, and what it changes.
#[derive(Default)]
struct Judged {
    /// The worst of what the finding says and of what the entry silences beyond it.
    silenced: Option<Silenced>,
    /// What makes good already whatever the entry is about.
    good_by: Option<String>,
    /// The entry.
    entry: Option<Entry>,
}

fn judged(
    before: &str,
    new: &Appended,
    found: Option<&Draft>,
    now: i64,
    file: &str,
) -> Result<Judged, Problem> {
    let [before, after] = [before, &new.text].map(|text| SiteFile::parse(text.as_bytes(), file));
    let Some(entry) = after.entries.iter().find(|entry| entry.line == new.line).cloned() else {
        return Ok(Judged::default());
    };
    let found = found.filter(|_| entry.effect == Effect::Allow);
    let of_entry = silenced::change(&entry, before, after, now)?;
    let of_finding = found.map(|found| found.silences);
    let silenced = of_entry.silenced.into_iter().chain(of_finding).max_by_key(|silenced| silenced.severity);
    // Entries for certain hosts may say more than the finding, and so may a scan with packs.
    let good_by = found.and_then(|found| found.good_by.clone()).or(of_entry.good_by);
    Ok(Judged { silenced, good_by, entry: Some(entry) })
}

/// An error in the new entry names the option, not a line that is not in the file.
fn refused(error: &EditError) -> Problem {
    match error {
        EditError::BrokenEntry(error @ AllowlistError::Cell { column, expected, found, .. }) => {
            let option = column.replace('_', "-");
            let found =
                if found.is_empty() { String::new() } else { format!(", found `{}`", printable(found)) };
            nothing_added(&format!("--{option}: expected {expected}{found}")).with_hint(error.fix())
        }
        error => nothing_added(&error.to_string()),
    }
}

fn nothing_added(why: &str) -> Problem {
    Problem::new(ProblemKind::Entries, format!("nothing was added: {why}"))
}

/// What is added only by somebody who insists.
const NEED_FORCE: [&lint::Rule; 2] = [&lint::DUPLICATE_ENTRY, &lint::EXPIRED];

/// Why the entry is not added without `--force`.
fn doubt(mistakes: &[Mistake], silenced: Option<&Silenced>, good_by: Option<String>) -> Option<Problem> {
    if let Some(grave) = silenced.filter(|silenced| silenced.is_grave()) {
        let what = format!("the entry would silence a finding with verdict and severity {grave}");
        let hint = "make sure that the module belongs there, then repeat the command with --force";
        return Some(nothing_added(&what).with_hint(hint));
    }
    let mistake = mistakes.iter().find(|mistake| NEED_FORCE.contains(&mistake.rule));
    let what = match (mistake, good_by) {
        (Some(mistake), _) => format!("[{}] {}", mistake.rule.name, printable(&mistake.message)),
        (None, Some(rule)) => {
            format!("there is nothing to add: it is good already, by entry {}", printable(&rule))
        }
        (None, None) => return None,
    };
    Some(nothing_added(&what).with_hint("repeat the command with --force if it is wanted all the same"))
}

/// What the check warns of in the new entry. The error tells a mistake with which it is not added.
fn mistakes(new: &Appended, now: i64, file: &str) -> Result<Vec<Mistake>, Problem> {
    let site = SiteFile::parse(new.text.as_bytes(), file);
    let found = lint::check(site, &Profile::default(), now)?;
    let of_entry = found.into_iter().filter(|mistake| mistake.line == new.line);
    let told = |mistake: &Mistake| {
        mistake.rule.grade > Grade::Note || mistake.rule.name == lint::VERSION_FOLDER.name
    };
    let mistakes: Vec<Mistake> = of_entry.filter(told).collect();
    let grave = |mistake: &&Mistake| {
        mistake.rule.grade == Grade::Error || mistake.rule.name == lint::DUPLICATE_ID.name
    };
    match mistakes.iter().find(grave) {
        Some(mistake) => {
            Err(nothing_added(&format!("[{}] {}", mistake.rule.name, printable(&mistake.message)))
                .with_hint(mistake.fix)
                .at(Origin::of_file(file)))
        }
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
        (Column::Sha256, &arguments.sha256),
        (Column::SignerSha256, &arguments.signer_sha256),
    ]
    .into_iter()
    .filter_map(|(column, value)| value.clone().map(|value| (column, value)))
    .collect()
}
