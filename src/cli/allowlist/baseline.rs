//! `allowlist baseline`: propose entries from scans or inventories of a clean estate.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::allowlist::{Column, edit};
use crate::detect::{Column as Fact, Verdict};
use crate::report::{Item, printable};

use crate::cli::args::{Knowledge, Level};
use crate::cli::scan::Scanner;
use crate::cli::{Failure, knowledge};

/// Kind, name, image, type: what one proposed entry allows.
type Pair = (String, String, String, String);

/// Prints an allowlist file to standard output, and what was left out, and why, to standard error.
pub(super) fn run(from: &[PathBuf], arguments: &Knowledge) -> Result<ExitCode, Failure> {
    let mut scanner = Scanner::new(knowledge::engine(arguments)?, Level::Change);
    scanner.read(from)?;
    let (items, _) = scanner.finish();
    let mut proposed: BTreeMap<Pair, BTreeSet<String>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for item in &items {
        match judge(item) {
            Judgement::Known => {}
            Judgement::Propose => {
                proposed.entry(pair(item)).or_default().insert(item.fact(Fact::Host).to_owned());
            }
            Judgement::LeaveOut(why) => left_out.push((item, why)),
        }
    }
    let mut text = Column::NAMES.join(",") + "\n";
    for ((kind, name, image, type_name), hosts) in &proposed {
        let reason = justification(hosts);
        let cells = [
            (Column::Kind, kind.as_str()),
            (Column::Name, name.as_str()),
            (Column::Image, image.as_str()),
            (Column::Type, type_name.as_str()),
            (Column::Reason, reason.as_str()),
        ];
        text = edit::append(&text, "the proposal", &cells).map_err(|error| error.to_string())?;
    }
    std::io::stdout().lock().write_all(text.as_bytes())?;
    let mut notes = std::io::stderr().lock();
    writeln!(notes, "{} proposed, {} left out", proposed.len(), left_out.len())?;
    for (item, why) in left_out {
        let identity = match item.fact(Fact::Image) {
            "" => item.fact(Fact::Type),
            image => image,
        };
        writeln!(
            notes,
            "left out: {} {} on {}: {} ({why})",
            printable(item.fact(Fact::Name)),
            printable(identity),
            printable(item.fact(Fact::Host)),
            item.verdict
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

enum Judgement {
    /// The baseline or the allowlist has it.
    Known,
    Propose,
    LeaveOut(&'static str),
}

/// Only what nothing speaks against is proposed: `unknown`, with an image or type, present or added, and without any
/// reason that raises doubt.
fn judge(item: &Item) -> Judgement {
    match item.verdict {
        Verdict::KnownGood | Verdict::Allowed | Verdict::NotModule => return Judgement::Known,
        Verdict::Unverified | Verdict::Incomplete => return Judgement::LeaveOut("its image is not shown"),
        Verdict::AllowExpired => {
            return Judgement::LeaveOut("renew the entry that expired, if it is still wanted");
        }
        Verdict::AllowOutOfScope => {
            return Judgement::LeaveOut("widen the entry that lists it, if it belongs here");
        }
        Verdict::Unknown => {}
        verdict => return Judgement::LeaveOut(verdict.meaning()),
    }
    if item.fact(Fact::Image).is_empty() && item.fact(Fact::Type).is_empty() {
        return Judgement::LeaveOut("neither image nor type is shown");
    }
    if item.fact(Fact::Action) == "removed" {
        return Judgement::LeaveOut("it was removed");
    }
    let harmless = |reason: &str| {
        let code = reason.split(':').next().unwrap_or_default();
        ["time_assumed", "inferred", "collapsed_separators", "precondition_changed", "quoted"].contains(&code)
    };
    if item.reasons.iter().any(|reason| reason.starts_with("pack_not_chosen")) {
        return Judgement::LeaveOut("choose the product pack that lists it instead: packs=");
    }
    if item.reasons.iter().all(|reason| harmless(reason)) {
        Judgement::Propose
    } else {
        Judgement::LeaveOut("something about it is odd: look at its reasons first")
    }
}

fn pair(item: &Item) -> Pair {
    let fact = |column| item.fact(column).to_owned();
    (fact(Fact::Kind), fact(Fact::Name), fact(Fact::Image), fact(Fact::Type))
}

fn justification(hosts: &BTreeSet<String>) -> String {
    let named: Vec<&str> = hosts.iter().map(String::as_str).filter(|host| !host.is_empty()).take(3).collect();
    let count = hosts.len();
    let on = match (named.is_empty(), count) {
        (true, _) => "an unnamed host".to_owned(),
        (false, 1) => named.join(""),
        (false, _) => format!("{count} hosts, such as {}", named.join(", ")),
    };
    format!("seen on {on}; nothing speaks against it")
}
