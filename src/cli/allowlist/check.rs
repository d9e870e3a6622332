//! `allowlist check`: every finding with file, line, column, severity, rule and fix.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::allowlist::lint::{self, Severity};
use crate::allowlist::{Profile, SiteFile};

use crate::cli::{FOUND, Failure, knowledge};
use crate::report::printable;

/// Checks each file by itself. Exit code 1 on errors, and with `strict` on warnings.
pub(super) fn run(files: &[PathBuf], strict: bool, as_of: Option<&str>) -> Result<ExitCode, Failure> {
    let now = match as_of {
        Some(text) => knowledge::moment(text)?,
        None => chrono::Utc::now().timestamp_micros(),
    };
    let mut output = anstream::AutoStream::auto(std::io::stdout().lock());
    let mut worst = None;
    for file in files {
        let (bytes, name) = knowledge::named(file)?;
        let site = SiteFile::parse(&bytes, &name);
        let entries = site.entries.len();
        let findings =
            lint::check(site, &Profile::default(), now).map_err(|error| Failure::Told(error.to_string()))?;
        for finding in &findings {
            worst = worst.max(Some(finding.rule.severity));
            let place = if finding.column.is_empty() {
                format!("{}:{}", finding.file, finding.line)
            } else {
                format!("{}:{}: {}", finding.file, finding.line, finding.column)
            };
            writeln!(
                output,
                "{place}: {} [{}] {}\n    fix: {}",
                finding.rule.severity.as_str(),
                finding.rule.name,
                printable(&finding.message),
                finding.fix
            )?;
        }
        let plural =
            |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        writeln!(
            output,
            "{name}: {}, {}",
            plural(entries, "entry", "entries"),
            plural(findings.len(), "finding", "findings")
        )?;
    }
    let limit = if strict { Severity::Warning } else { Severity::Error };
    Ok(if worst >= Some(limit) { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}
