//! What becomes of one finding of a clean estate: whether it may be an entry.

use std::borrow::Cow;

use crate::allowlist::EntrySource;
use crate::detect::{
    Code, Column as Fact, Decision, Engine, FileCode, Outcome, ReasonCode, ReasonTexts, Verdict,
};
use crate::iis::{Class, Kind, Oddity, Registration};
use crate::report::{Item, may_be_neutral, printable};

/// What becomes of a finding.
pub enum Fate {
    /// The baseline or the allowlist has it.
    Known,
    /// An entry, with the image in normal form; the type as written where there is no image.
    Propose(String),
    /// To be looked at by a person, and why.
    LeaveOut(Cow<'static, str>),
}

/// Reasons that are no ground for doubt.
const HARMLESS: [ReasonCode; 9] = [
    ReasonCode::Code(Code::TimeAssumed),
    ReasonCode::Code(Code::Inferred),
    ReasonCode::Code(Code::PreconditionChanged),
    // A list of names says nothing of files either.
    ReasonCode::FileCode(FileCode::FileNotRead),
    ReasonCode::FileCode(FileCode::FileNotSeen),
    ReasonCode::FileCode(FileCode::SignatureNotChecked),
    ReasonCode::Oddity(Oddity::CollapsedSeparators),
    ReasonCode::Oddity(Oddity::Quoted),
    ReasonCode::Oddity(Oddity::OtherDrive),
];

fn leave_out(why: &'static str) -> Fate {
    Fate::LeaveOut(why.into())
}

impl Fate {
    /// Only what nothing speaks against is proposed, then and now: a result may be older than the allowlist, and a scan says
    /// nothing about products that are not chosen or about folders that look like those of Windows.
    pub fn of(item: &Item, engine: &mut Engine) -> Self {
        match by_verdict(item) {
            Self::Propose(_) => {}
            settled => return settled,
        }
        let listed = listed(item);
        let time = item.time.unwrap_or_else(|| chrono::Utc::now().timestamp_micros());
        let subject = listed.subject(item.fact(Fact::Host), time, false);
        let decision = engine.decide(&subject);
        let mut reasons = ReasonTexts::default();
        reasons.take(&decision);
        match by_verdict(&Item::new(item.time, Outcome::of(&subject, "", &decision, &reasons))) {
            Self::Propose(_) => {}
            settled => return settled,
        }
        if let Some(why) = of_a_pack(item, &decision) {
            return Self::LeaveOut(why.into());
        }
        let normal = decision.image_normalized();
        match odd_folder(normal) {
            Some(why) => leave_out(why),
            None if normal.is_empty() => Self::Propose(item.fact(Fact::Type).to_owned()),
            None => Self::Propose(normal.to_owned()),
        }
    }
}

/// `unknown`, with an image or type, present or added, and without any reason that raises doubt.
fn by_verdict(item: &Item) -> Fate {
    let action = item.fact(Fact::Action);
    match item.verdict {
        Verdict::KnownGood | Verdict::Allowed | Verdict::NotModule => return Fate::Known,
        Verdict::Unverified | Verdict::Incomplete | Verdict::Unknown if action == "removed" => {
            return leave_out("it was removed");
        }
        Verdict::Unverified | Verdict::Incomplete if action == "cleared" => {
            return leave_out("the whole list was cleared");
        }
        Verdict::Unverified | Verdict::Incomplete => return leave_out("its image is not shown"),
        Verdict::AllowExpired => return leave_out("renew the entry that expired, if it is still wanted"),
        Verdict::AllowOutOfScope => return leave_out("widen the entry that lists it, if it belongs here"),
        Verdict::Unknown => {}
        verdict => return leave_out(verdict.meaning()),
    }
    let kind = item.fact(Fact::Kind);
    if Kind::ALL.iter().any(|known| known.class() == Class::Setting && known.as_str() == kind) {
        return leave_out("it is a setting, no module: write the entry yourself");
    }
    if item.identity().is_empty() {
        return leave_out("neither image nor type is shown");
    }
    if !item.fact(Fact::Image).is_empty() && !item.fact(Fact::Type).is_empty() {
        return leave_out("it has an image and a type, of which a module has one only");
    }
    let hides = |fact| printable(item.fact(fact)) != item.fact(fact);
    if [Fact::Name, Fact::Image, Fact::Type].into_iter().any(hides) {
        return leave_out("it has characters that do not show");
    }
    if [Fact::Name, Fact::Image, Fact::Type].into_iter().any(|fact| may_be_neutral(item.fact(fact))) {
        return leave_out(
            "a scan may have altered it for people: scan with --format json, or csv and --exact-bytes",
        );
    }
    let codes = item.reasons.iter().map(|reason| reason.split(':').next().unwrap_or_default());
    let odd: Vec<&str> =
        codes.filter(|code| !HARMLESS.iter().any(|harmless| harmless.as_str() == *code)).collect();
    if odd.contains(&Code::PackNotChosen.as_str()) {
        return leave_out("choose the product pack that lists it instead: packs=");
    }
    if odd.is_empty() {
        Fate::Propose(String::new())
    } else {
        Fate::LeaveOut(format!("look at this first: {}", odd.join(", ")).into())
    }
}

/// The module as if it were listed now. A result does not tell the whole place, so none is told: that helps no entry.
fn listed(item: &Item) -> Registration<'_> {
    let filter = Some(Kind::IsapiFilter).filter(|filter| filter.as_str() == item.fact(Fact::Kind));
    Registration {
        // Of the others a list may not have told the kind: they are compared with filters as well.
        kind: filter,
        name: item.fact(Fact::Name),
        image: item.fact(Fact::Image),
        type_name: item.fact(Fact::Type),
        precondition: item.fact(Fact::Precondition),
        ..Registration::default()
    }
}

/// Why a module is left out that has the name or the image of a product's module, where the product is not chosen.
fn of_a_pack(item: &Item, decision: &Decision<'_>) -> Option<String> {
    let index = decision.index()?;
    let (name, normal) = (item.fact(Fact::Name), decision.image_normalized());
    let entries = (0..).map_while(|number| Some((number, index.entry(number)?)));
    for (number, entry) in entries.filter(|(number, entry)| entry.enabled && !index.is_listed(*number)) {
        let EntrySource::Pack(pack) = &entry.source else { continue };
        if index.image(number).is_some_and(|image| image.normal == normal) {
            return Some(format!("its image is that of {} of the product pack {pack}", entry.name));
        }
        if entry.name.eq_ignore_ascii_case(name) {
            return Some(format!(
                "its name is that of a module of the product pack {pack}, with another image or type"
            ));
        }
    }
    None
}

/// Why an image in normal form is left out for its folder.
fn odd_folder(normal: &str) -> Option<&'static str> {
    let (folder, _) = normal.rsplit_once('\\')?;
    if matches!(folder, r"%windir%\system32\inetsrv" | r"%windir%\syswow64\inetsrv") {
        return Some("it lies in the folder of IIS itself, but none of Windows or its add-ons is known so");
    }
    let of_windows = |part: &str| matches!(part, "windows" | "system32" | "syswow64" | "inetsrv");
    (!folder.starts_with("%windir%") && folder.split('\\').any(of_windows)).then_some(
        "its folder looks like one of Windows: if Windows lies there on this host, set system_root in \
         iismodcheck_packs.csv",
    )
}
