//! `allowlist check`: every mistake with file, line, column, grade, rule and fix.

use std::io::Write;
use std::process::ExitCode;

use crate::allowlist::lint::{self, Grade, Mistake};
use crate::allowlist::{HostProfiles, SiteFile};

use crate::cli::args::Check;
use crate::cli::options;
use crate::cli::status::{FOUND, Failure};
use crate::knowledge;
use crate::problem::Problem;
use crate::report::printable;

/// Checks each file by itself. Exit code 1 on errors, and with `strict` on warnings.
pub(super) fn run(arguments: &Check) -> Result<ExitCode, Failure> {
    let now = match &arguments.as_of {
        Some(text) => options::moment(text)?,
        None => chrono::Utc::now().timestamp_micros(),
    };
    let mut output = anstream::AutoStream::auto(std::io::stdout().lock());
    let mut worst = None;
    let hosts = match &arguments.packs_file {
        Some(file) => {
            let hosts = knowledge::assemble(None, Some(knowledge::read_named(file)?), None)?.hosts;
            for (written, meant) in hosts.misspelt() {
                worst = worst.max(Some(Grade::Warning));
                writeln!(
                    output,
                    "{}: warning [{}] column `{}` is not read; did you mean `{meant}`?\n    fix: {}",
                    file.display(),
                    lint::UNKNOWN_COLUMN.name,
                    printable(written),
                    lint::UNKNOWN_COLUMN.fix
                )?;
            }
            hosts
        }
        None => HostProfiles::default(),
    };
    for file in &arguments.files {
        let (bytes, name) = knowledge::read_named_or_input(file)?;
        let site = SiteFile::parse(&bytes, &name);
        let mistakes = lint::check_hosts(&site, &hosts, now).map_err(Problem::from)?;
        for mistake in &mistakes {
            worst = worst.max(Some(mistake.rule.grade));
            writeln!(output, "{}", line(mistake))?;
        }
        writeln!(output, "{name}: {}", summary(site.entries.len(), &mistakes))?;
    }
    let limit = if arguments.strict { Grade::Warning } else { Grade::Error };
    Ok(if worst >= Some(limit) { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

fn line(mistake: &Mistake) -> String {
    let column = if mistake.column.is_empty() { String::new() } else { format!(" {}:", mistake.column) };
    format!(
        "{}:{}:{column} {} [{}] {}\n    fix: {}",
        mistake.file,
        mistake.line,
        mistake.rule.grade.as_str(),
        mistake.rule.name,
        printable(&mistake.message),
        mistake.fix
    )
}

fn summary(entries: usize, mistakes: &[Mistake]) -> String {
    let counted =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let of = |grade| mistakes.iter().filter(|mistake| mistake.rule.grade == grade).count();
    [
        counted(entries, "entry", "entries"),
        counted(of(Grade::Error), "error", "errors"),
        counted(of(Grade::Warning), "warning", "warnings"),
        counted(of(Grade::Note), "note", "notes"),
    ]
    .join(", ")
}
