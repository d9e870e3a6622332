//! `allowlist baseline`: propose entries from scans or inventories of a clean estate.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::allowlist::{Column, edit};
use crate::detect::Column as Fact;
use crate::iis::version;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Item, neutral, printable};
use crate::scan::{Fate, Proposal, Proposals, Scanner, Unit, read_results};

use crate::cli::args::Compared;
use crate::cli::options;
use crate::cli::status::Failure;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Entries name the files.
    pub hashes: bool,
    /// Entries name the signers.
    pub signers: bool,
    /// Texts that a spreadsheet would run are proposed as they are.
    pub exact: bool,
}

/// Prints an allowlist file to standard output, and what was left out, and why, to standard error.
pub(super) fn run(from: &[PathBuf], asked: Asked, compared: &Compared) -> Result<ExitCode, Failure> {
    let items = items(from, compared)?;
    let mut engine = options::engine(compared)?;
    let mut proposals = Proposals::default();
    let mut left_out: Vec<(&Item, Cow<'static, str>)> = Vec::new();
    for item in &items {
        match Fate::of(item, &mut engine) {
            Fate::Known => {}
            Fate::Propose(normal) => proposals.add(item, normal),
            Fate::LeaveOut(why) => left_out.push((item, why)),
        }
    }
    let (proposed, doubtful) = proposals.compared();
    left_out.extend(doubtful.into_iter().map(|(proposal, why)| (proposal.item, why.into())));
    let header = Column::NAMES.join(",") + "\n";
    let mut rows = Vec::new();
    for proposal in &proposed {
        // An entry that is altered for people would be for another module.
        let altered = |fact| neutral(proposal.fact(fact)) != proposal.fact(fact);
        if !asked.exact && [Fact::Name, Fact::Image, Fact::Type].into_iter().any(altered) {
            let why = "a spreadsheet would run it as a formula: give --exact-bytes to have it as it is";
            left_out.push((proposal.item, why.into()));
            continue;
        }
        if let Some(why) = lacks(proposal, asked) {
            left_out.push((proposal.item, why.into()));
            continue;
        }
        match row(&header, proposal, asked) {
            Ok(row) => rows.push(row),
            Err(error) => left_out.push((proposal.item, error.to_string().into())),
        }
    }
    let mut output = std::io::stdout().lock();
    output.write_all(header.as_bytes())?;
    output.write_all(rows.concat().as_bytes())?;
    let mut notes = std::io::stderr().lock();
    writeln!(notes, "{} proposed, {} left out", rows.len(), left_out.len())?;
    for proposal in &proposed {
        if let Some(pattern) = version::pattern(proposal.fact(Fact::Image)) {
            let name = printable(proposal.fact(Fact::Name));
            let pattern = printable(&pattern);
            writeln!(
                notes,
                "version: {name}: with match=glob and the image {pattern} it is allowed in each version"
            )?;
        }
    }
    for (item, why) in left_out {
        let shown = |text: &str| if text.is_empty() { "-".to_owned() } else { printable(text) };
        writeln!(
            notes,
            "left out: {} {} on {}: {} ({})",
            shown(item.fact(Fact::Name)),
            shown(item.identity()),
            shown(item.fact(Fact::Host)),
            item.verdict,
            printable(&why)
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What results of scans say, and what a scan of the other files finds.
fn items(from: &[PathBuf], compared: &Compared) -> Result<Vec<Item>, Problem> {
    let mut items = Vec::new();
    let mut to_scan = Vec::new();
    for path in from {
        match read_results(path)? {
            Some(found) => items.extend(found),
            None => to_scan.push(path.clone()),
        }
    }
    let mut scanner = Scanner::new(options::engine(compared)?, Unit::Change, Arc::default());
    scanner.read(&to_scan, |_| {})?;
    let found = scanner.finish();
    items.extend(found.items);
    // What is not read or not understood may be what speaks against a proposal.
    match found.problems.into_iter().find(|problem| problem.kind() != ProblemKind::NotUnderstood) {
        Some(problem) => Err(problem),
        None => found.summary.not_understood().map_or(Ok(items), Err),
    }
}

/// What nobody saw of a proposal that an entry was to name.
fn lacks(proposal: &Proposal<'_>, asked: Asked) -> Option<&'static str> {
    match asked {
        Asked { hashes: true, .. } if proposal.hashes.contains("") => {
            Some("its file was not read on every host, so that no hash is known: audit --root reads files")
        }
        Asked { signers: true, .. } if proposal.signers.contains("") => {
            Some("its file was not read on every host, or has no right signature, so that no signer is known")
        }
        _ => None,
    }
}

/// The entry for a proposal, as a row below `header`.
fn row(header: &str, proposal: &Proposal<'_>, asked: Asked) -> Result<String, edit::EditError> {
    let reason = neutral(&justification(&proposal.hosts));
    let several = |own: &BTreeSet<&str>| own.iter().copied().collect::<Vec<_>>().join("|");
    let hashes = if asked.hashes { several(&proposal.hashes) } else { String::new() };
    let signers = if asked.signers { several(&proposal.signers) } else { String::new() };
    let cells = [
        (Column::Sha256, hashes.as_str()),
        (Column::SignerSha256, signers.as_str()),
        (Column::Kind, proposal.fact(Fact::Kind)),
        (Column::Name, proposal.fact(Fact::Name)),
        (Column::Image, proposal.fact(Fact::Image)),
        (Column::Type, proposal.fact(Fact::Type)),
        (Column::Reason, reason.as_str()),
    ];
    let text = edit::append(header, "the proposal", &cells)?.text;
    Ok(text.strip_prefix(header).unwrap_or_default().to_owned())
}

fn justification(hosts: &BTreeSet<&str>) -> String {
    let named: Vec<&str> = hosts.iter().copied().filter(|host| !host.is_empty()).take(3).collect();
    let count = hosts.len();
    let on = match (named.is_empty(), count) {
        (true, _) => "an unnamed host".to_owned(),
        (false, 1) => named.join(""),
        (false, _) => format!("{count} hosts, such as {}", named.join(", ")),
    };
    format!("seen on {on}; nothing speaks against it")
}
