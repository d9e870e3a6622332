//! `allowlist check`: every finding with file, line, column, severity, rule and fix.

use std::io::Write;
use std::process::ExitCode;

use crate::allowlist::lint::{self, Finding, Severity};
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
                worst = worst.max(Some(Severity::Warning));
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
        let findings = lint::check_hosts(&site, &hosts, now).map_err(Problem::from)?;
        for finding in &findings {
            worst = worst.max(Some(finding.rule.severity));
            writeln!(output, "{}", line(finding))?;
        }
        writeln!(output, "{name}: {}", summary(site.entries.len(), &findings))?;
    }
    let limit = if arguments.strict { Severity::Warning } else { Severity::Error };
    Ok(if worst >= Some(limit) { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding) -> String {
    let column = if finding.column.is_empty() { String::new() } else { format!(" {}:", finding.column) };
    format!(
        "{}:{}:{column} {} [{}] {}\n    fix: {}",
        finding.file,
        finding.line,
        finding.rule.severity.as_str(),
        finding.rule.name,
        printable(&finding.message),
        finding.fix
    )
}

fn summary(entries: usize, findings: &[Finding]) -> String {
    let counted =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let of = |severity| findings.iter().filter(|finding| finding.rule.severity == severity).count();
    [
        counted(entries, "entry", "entries"),
        counted(of(Severity::Error), "error", "errors"),
        counted(of(Severity::Warning), "warning", "warnings"),
        counted(of(Severity::Note), "note", "notes"),
    ]
    .join(", ")
}
