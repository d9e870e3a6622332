//! A decision in words: what was compared with what, which entry won, what would have to change for another verdict.

use super::assess::Assessment;
use super::code::Code;
use super::decision::Decision;
use super::finding::Finding;
use super::in_scope;
use super::reason::ReasonCode;
use super::verdict::{Severity, Verdict};
use crate::allowlist::{Column, Entry, EntryNumber, EntrySource, Index, ScopeAnswer};
use crate::iis::{Action, Kind, Subject};

/// A decision on a subject, a line for each step; `first` is what is to be done before anything is allowed.
#[must_use]
pub fn explain(subject: &Subject<'_>, decision: &Decision<'_>, first: Option<&str>) -> Vec<String> {
    let Some((index, seen)) = decision.compared else { return Vec::new() };
    let finding = decision.finding;
    let mut lines = Vec::new();
    what_was_seen(subject, finding, seen, &mut lines);
    let steps = Steps { subject, seen, index, now: decision.now };
    lines.push(String::new());
    lines.push("Compared, in this order:".to_owned());
    steps.all(&mut lines);
    lines.push(String::new());
    lines.push(format!(
        "Verdict: {} ({}), severity {}.",
        finding.verdict,
        finding.verdict.meaning_of(finding.kind.map_or("", Kind::as_str)),
        finding.severity
    ));
    if let Some(entry) = finding.rule.and_then(|rule| index.entry(rule)) {
        lines.push(format!("Decided by {}.", named(entry)));
    } else if !decision.rule_id().is_empty() {
        lines.push(format!("Decided by {}.", decision.rule_id()));
    }
    if let Some(setting) = decision.watched_setting() {
        lines.push(format!("Setting: {} {}", setting.meaning, setting.advice));
    }
    for reason in &finding.reasons {
        let detail = decision.detail(reason);
        let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
        lines.push(format!("  {}: {}{detail}", reason.code.as_str(), reason.code.meaning()));
    }
    lines.push(String::new());
    if let Some(first) = first {
        lines.push(format!("What to do first: {first}."));
        lines.push(String::new());
    }
    lines.push(if finding.severity >= Severity::High {
        "For another verdict, only if its owner confirms it (`allowlist add` needs --force):".to_owned()
    } else {
        "For another verdict:".to_owned()
    });
    alternatives(subject, finding, seen, index, &mut lines);
    lines
}

fn what_was_seen(subject: &Subject<'_>, finding: &Finding, seen: &Assessment, lines: &mut Vec<String>) {
    lines.push(format!("Name: {} ({})", subject.name, finding.kind.map_or("kind not shown", Kind::as_str)));
    if let (Some(written), Some(image)) = (subject.image, &seen.image) {
        lines.push(format!("Image: {written}"));
        lines.push(format!("  compared as: {}", image.normal));
        if image.is_relative() {
            lines.push(
                "  it is relative, so it does not name one file for certain: only an exact entry with the same relative path \
                 can allow it"
                    .to_owned(),
            );
        } else if !image.is_resolved() {
            lines.push(
                "  it does not name one file for certain: it can be neither known good nor allowed"
                    .to_owned(),
            );
        }
    }
    if let Some(written) = subject.type_name {
        lines.push(format!("Type: {written}"));
    }
    if let Some(old) = subject.old {
        let differs = if seen.replaced { "another one" } else { "the same" };
        lines.push(format!("Before: {old} ({differs})"));
    }
    if let Some(facts) = subject.file {
        let known = [
            ("File", facts.file),
            ("  read", facts.file_status),
            ("  SHA-256", facts.file_sha256),
            ("  signature", facts.signature),
            ("  signer", facts.signer_class),
        ];
        let known = known.into_iter().filter(|(_, text)| !text.is_empty());
        lines.extend(known.map(|(what, text)| format!("{what}: {text}")));
    }
    if subject.host.is_empty() {
        lines.push("Host: not given; entries limited to hosts do not apply (use --host)".to_owned());
    } else {
        lines.push(format!("Host: {}", subject.host));
    }
}

struct Steps<'s> {
    subject: &'s Subject<'s>,
    seen: &'s Assessment,
    index: &'s Index,
    now: i64,
}

impl Steps<'_> {
    fn all(&self, lines: &mut Vec<String>) {
        let found = &self.seen.candidates;
        let one = |entry: Option<EntryNumber>| entry.into_iter().collect::<Vec<_>>();
        self.entries("deny entries of the site", &found.deny, lines);
        self.entries("threats that decide", &one(found.threat), lines);
        self.entries(
            "threats with the same common file name (a reason, no verdict)",
            &one(found.threat_basename),
            lines,
        );
        self.entries("this very pair, in the baseline or a chosen pack", &one(found.known_pair), lines);
        self.entries("this very pair, in an exact site entry", &found.site_exact, lines);
        self.entries(
            "this very pair, in a pack that is not chosen for the host",
            &one(found.pack_not_chosen),
            lines,
        );
        self.entries("this very image, under whatever name", &found.known_image, lines);
        self.entries("this very name, with whatever image", &found.known_name, lines);
        lines.push(match &self.seen.resembles {
            Some(resemblance) => format!("  resemblance: {}", resemblance.describe()),
            None => "  resemblance: none".to_owned(),
        });
        lines.push(match self.seen.location {
            Some(suspicion) => format!("  place: {}", ReasonCode::from(suspicion).meaning()),
            None => "  place: nothing unusual".to_owned(),
        });
        self.entries("site patterns", &found.site_glob, lines);
        self.entries("site entries for the name alone", &found.site_name, lines);
    }

    fn entries(&self, what: &str, numbers: &[EntryNumber], lines: &mut Vec<String>) {
        if numbers.is_empty() {
            lines.push(format!("  {what}: none"));
            return;
        }
        lines.push(format!("  {what}:"));
        for &number in numbers {
            if let Some(entry) = self.index.entry(number) {
                lines.push(format!("    {}{}", described(entry), self.holds(entry)));
            }
        }
    }

    /// Whether a site entry counts here and now; compiled-in entries always do.
    fn holds(&self, entry: &Entry) -> String {
        if entry.source != EntrySource::Site {
            return String::new();
        }
        match in_scope::answer(entry, self.subject, self.seen.is_identified(), self.now) {
            ScopeAnswer::InForce => ", in force".to_owned(),
            ScopeAnswer::Expired => format!(", expired on {}", entry.expires_written),
            ScopeAnswer::NotYet => ", not valid yet".to_owned(),
            ScopeAnswer::OutOfScope(column) => self.elsewhere(entry, column),
        }
    }

    fn elsewhere(&self, entry: &Entry, column: Column) -> String {
        let subject = self.subject;
        let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { format!("`{text}`") };
        let (what, own, seen) = match column {
            Column::Host => ("hosts", entry.host.written(), or(subject.host, "an unknown host")),
            Column::ConfigPath => ("places", entry.config_path.written(), {
                let place = if subject.location.is_empty() { subject.config_path } else { subject.location };
                or(place, "an unknown place")
            }),
            Column::Precondition => {
                let seen = or(subject.precondition.unwrap_or_default(), "none");
                ("the preCondition", entry.precondition.as_str(), seen)
            }
            _ => {
                let actions: Vec<&str> = entry.actions.iter().map(|action| action.as_str()).collect();
                return format!(
                    ", but it is for the action `{}`, not `{}`",
                    actions.join("|"),
                    subject.action.as_str()
                );
            }
        };
        format!(", but it is for {what} `{own}`, not {seen}")
    }
}

/// The verdict that an entry gives.
fn vouched(entry: &Entry) -> Verdict {
    if entry.source == EntrySource::Site { Verdict::Allowed } else { Verdict::KnownGood }
}

fn named(entry: &Entry) -> String {
    if entry.line > 0 {
        format!("{} (line {} of the allowlist)", entry.id, entry.line)
    } else {
        entry.id.to_string()
    }
}

fn described(entry: &Entry) -> String {
    let name = if entry.name.is_empty() { "any name" } else { &entry.name };
    let identity = if entry.image.is_empty() { &entry.type_name } else { &entry.image };
    let about = if entry.about.is_empty() { String::new() } else { format!("[{}]", entry.about) };
    let texts: Vec<&str> = [name, identity, &about].into_iter().filter(|text| !text.is_empty()).collect();
    format!("{}: {}", named(entry), texts.join(" "))
}

fn alternatives(
    subject: &Subject<'_>,
    finding: &Finding,
    seen: &Assessment,
    index: &Index,
    lines: &mut Vec<String>,
) {
    let resolved = seen.image.as_ref().is_none_or(|image| image.is_resolved() || image.is_relative());
    match finding.verdict {
        Verdict::KnownGood => lines.push(
            "  the same name with any other image or type: masquerade_path, masquerade_type or image_hijack; the same \
             image under any other name: alias or lookalike"
                .to_owned(),
        ),
        Verdict::Allowed => lines.push(format!(
            "  disable or narrow the entry{}",
            finding.rule.and_then(|rule| index.entry(rule)).map_or(String::new(), |entry| format!(" {}", entry.id))
        )),
        Verdict::FileAltered => lines.push(
            "  with the file that is meant: as the entry that is named above says; no entry allows this one"
                .to_owned(),
        ),
        Verdict::Denied => lines.push("  disable the deny entry (enabled=false), if it is wrong".to_owned()),
        Verdict::AllowExpired => lines.push("  renew the entry that is named above: allowed".to_owned()),
        Verdict::AllowOutOfScope => {
            lines.push("  widen the entry that is named above, if the module belongs here: allowed".to_owned());
        }
        Verdict::KnownMalicious => lines.push(format!(
            "  if this is a false match: a row with id={} and enabled=false in the allowlist switches the threat off",
            finding.rule.and_then(|rule| index.entry(rule)).map_or("", |entry| &entry.id)
        )),
        _ => {}
    }
    if matches!(finding.verdict, Verdict::MasqueradePath | Verdict::MasqueradeType | Verdict::ImageHijack) {
        for entry in seen.candidates.known_name.iter().filter_map(|&number| index.entry(number)) {
            lines.push(format!(
                "  with {}: {}",
                if entry.image.is_empty() { &entry.type_name } else { &entry.image },
                vouched(entry)
            ));
        }
    }
    if matches!(finding.verdict, Verdict::Alias | Verdict::Lookalike) {
        for entry in seen.candidates.known_image.iter().filter_map(|&number| index.entry(number)) {
            lines.push(format!(
                "  under the name of the module whose image it is, {}: {}",
                entry.name,
                vouched(entry)
            ));
        }
    }
    if let Some(pack) = seen.candidates.pack_not_chosen.and_then(|number| index.entry(number)) {
        let name = if let EntrySource::Pack(name) = &pack.source { name } else { "" };
        lines.push(format!(
            "  choose its pack for this host, with packs={name} (--packs {name}) or in iismodcheck_packs.csv: known_good [{}]",
            pack.about
        ));
    }
    let by_name = finding.reasons.iter().any(|reason| reason.code == Code::NameEntry.into());
    let can_be_allowed = !matches!(
        finding.verdict,
        Verdict::KnownGood
            | Verdict::Allowed
            | Verdict::AllowExpired
            | Verdict::AllowOutOfScope
            | Verdict::Denied
            | Verdict::FileAltered
            | Verdict::KnownMalicious
    );
    if !can_be_allowed || finding.verdict == Verdict::NotModule {
        return;
    }
    if finding.verdict == Verdict::Weakened {
        lines.push("  an entry of this kind for this name with match=name: allowed".to_owned());
        return;
    }
    match (subject.image, subject.type_name, &seen.image) {
        (Some(_), _, Some(image)) if resolved => {
            lines.push(format!("  an exact entry for this image ({}): allowed", image.normal));
        }
        (Some(_), ..) => lines.push(
            "  no entry can allow this spelling: register the module with a plain, absolute, local path".to_owned(),
        ),
        (None, Some(_), _) => lines.push("  an exact entry for this type, with its assembly and token: allowed".to_owned()),
        (None, None, _) if subject.action == Action::Removed => {
            lines.push("  an entry for this name with action=removed: allowed".to_owned());
        }
        (None, None, _) if by_name => {
            lines.push("  show the image (XML-rendered events or an inventory), so that it can be judged".to_owned());
        }
        (None, None, _) => lines.push(
            "  show the image (XML-rendered events or an inventory); or an entry with match=name, which vouches for the \
             name alone: unverified, severity info"
                .to_owned(),
        ),
    }
}
