//! `allowlist baseline`: propose entries from scans or inventories of a clean estate.

use std::borrow::Cow;
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
        text = edit::append(&text, "the proposal", &cells).map_err(|error| error.to_string())?.text;
    }
    std::io::stdout().lock().write_all(text.as_bytes())?;
    let mut notes = std::io::stderr().lock();
    writeln!(notes, "{} proposed, {} left out", proposed.len(), left_out.len())?;
    for (item, why) in left_out {
        let shown = |text: &str| if text.is_empty() { "-".to_owned() } else { printable(text) };
        writeln!(
            notes,
            "left out: {} {} on {}: {} ({why})",
            shown(item.fact(Fact::Name)),
            shown(identity(item)),
            shown(item.fact(Fact::Host)),
            item.verdict
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

enum Judgement {
    /// The baseline or the allowlist has it.
    Known,
    Propose,
    LeaveOut(Cow<'static, str>),
}

/// Reasons that are no ground for doubt.
const HARMLESS: [&str; 6] =
    ["time_assumed", "inferred", "collapsed_separators", "precondition_changed", "quoted", "other_drive"];

fn leave_out(why: &'static str) -> Judgement {
    Judgement::LeaveOut(why.into())
}

/// Image, or else type.
fn identity(item: &Item) -> &str {
    match item.fact(Fact::Image) {
        "" => item.fact(Fact::Type),
        image => image,
    }
}

/// Only what nothing speaks against is proposed: `unknown`, with an image or type, present or added, and without any
/// reason that raises doubt.
fn judge(item: &Item) -> Judgement {
    match item.verdict {
        Verdict::KnownGood | Verdict::Allowed | Verdict::NotModule => return Judgement::Known,
        Verdict::Unverified | Verdict::Incomplete => return leave_out("its image is not shown"),
        Verdict::AllowExpired => return leave_out("renew the entry that expired, if it is still wanted"),
        Verdict::AllowOutOfScope => return leave_out("widen the entry that lists it, if it belongs here"),
        Verdict::Unknown => {}
        verdict => return leave_out(verdict.meaning()),
    }
    if identity(item).is_empty() {
        return leave_out("neither image nor type is shown");
    }
    if item.fact(Fact::Action) == "removed" {
        return leave_out("it was removed");
    }
    let hides = |fact| printable(item.fact(fact)) != item.fact(fact);
    if [Fact::Name, Fact::Image, Fact::Type].into_iter().any(hides) {
        return leave_out("it has characters that do not show");
    }
    let codes = item.reasons.iter().map(|reason| reason.split(':').next().unwrap_or_default());
    let odd: Vec<&str> = codes.filter(|code| !HARMLESS.contains(code)).collect();
    if odd.contains(&"pack_not_chosen") {
        return leave_out("choose the product pack that lists it instead: packs=");
    }
    if odd.is_empty() {
        Judgement::Propose
    } else {
        Judgement::LeaveOut(format!("look at this first: {}", odd.join(", ")).into())
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
