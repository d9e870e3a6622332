//! What the table of watched settings says of a subject: of a setting, or of what a handler names.

use super::code::Code;
use super::finding::Finding;
use super::reason::{Detail, ReasonCode};
use super::setting;
use super::severity;
use super::verdict::{Severity, Verdict};
use crate::allowlist::Index;
use crate::allowlist::watched::{Answer, Given, How, Judged, Known, Met, WatchedSetting, Weight};
use crate::iis::{
    Action, Class, Image, ImageFlags, Kind, ManagedType, Oddity, Operation, Place, Setting, Subject,
    Suspicion, change, script_processor,
};

/// What image and type of a handler are as settings.
const HANDLER_IMAGE: &str = r#"/system.webServer/handlers/add[@name=""]/@scriptProcessor"#;
const HANDLER_TYPE: &str = r#"/system.webServer/handlers/add[@name=""]/@type"#;

/// What the table says, all rows together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// The verdict, with nothing else known.
    pub verdict: Verdict,
    /// Its severity.
    pub severity: Severity,
    /// It is the actor that the row is about, who then raises nothing once more.
    pub by_actor: bool,
}

/// What one row says of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// Nothing.
    Quiet,
    /// The known value with this number.
    Known(usize),
    /// It is told, but no finding.
    Mentioned,
    /// The value is not shown.
    Unseen,
    /// It is not listed, with the known value of a pack that is not chosen, where there is one.
    Unlisted(Severity, Option<usize>),
    /// A protection is switched off.
    Weakened(Severity),
    /// It lies where no code belongs.
    Misplaced(ReasonCode),
}

/// Looks the subject up in the table, and adds what is told to the reasons.
pub(super) fn look(subject: &Subject<'_>, index: &Index, finding: &mut Finding) -> Told {
    let watch = Watch { subject, index };
    let mut worst = Told { verdict: Verdict::NotModule, severity: Severity::Info, by_actor: false };
    for (row, said) in watch.every() {
        let (verdict, severity) = match said {
            Said::Quiet => continue,
            Said::Known(known) => {
                finding.known.get_or_insert(known);
                (Verdict::KnownGood, Severity::Info)
            }
            Said::Mentioned => (Verdict::NotModule, Severity::Info),
            Said::Unseen => (Verdict::Unverified, Severity::Low),
            Said::Unlisted(severity, pack) => {
                if let Some(pack) = pack {
                    finding.add_once(Code::PackNotChosen, Detail::None);
                    finding.known = Some(pack);
                }
                (Verdict::Unknown, severity)
            }
            Said::Weakened(severity) => (Verdict::Weakened, severity),
            Said::Misplaced(_) => (Verdict::SuspiciousLocation, Severity::High),
        };
        if !matches!(said, Said::Known(_)) {
            finding.add_once(Code::Setting, Detail::Watched(row));
        }
        if let Said::Misplaced(place) = said {
            finding.add_once(place, Detail::None);
        }
        let is_worse = (severity, verdict != Verdict::NotModule, verdict != Verdict::KnownGood)
            > (worst.severity, worst.verdict != Verdict::NotModule, worst.verdict != Verdict::KnownGood);
        if is_worse || finding.watched.is_none() {
            let rows = index.watched().rows();
            let by_actor = rows.get(row).is_some_and(WatchedSetting::is_about_the_actor);
            worst = Told { verdict, severity, by_actor };
            finding.watched = Some(row);
        }
    }
    if let Some(secret) =
        subject.setting.and_then(|setting| setting.secret).filter(|_| worst.verdict == Verdict::Weakened)
    {
        finding.tell(Code::ValueHidden, &secret.in_words());
    }
    worst
}

struct Watch<'c> {
    subject: &'c Subject<'c>,
    index: &'c Index,
}

impl<'c> Watch<'c> {
    /// What each row says that the subject meets.
    fn every(&self) -> Vec<(usize, Said)> {
        let subject = self.subject;
        if let (Class::Setting, None) = (subject.class, subject.setting) {
            return self.by_kind().into_iter().collect();
        }
        let of = |path, value: Option<&'c str>| {
            value.map(|value| Setting::of(path, Operation::Modify, None, Some(value)))
        };
        let of_handler = subject.class == Class::Handler;
        let hidden = Setting::of(HANDLER_IMAGE, Operation::Hidden, None, None);
        // Which requests a handler takes is asked for where it shows: each handler of classic text would be told twice.
        let setting = subject.setting.filter(|setting| !(of_handler && setting.unseen));
        let facts = [
            setting,
            of(HANDLER_IMAGE, subject.image.filter(|_| of_handler)),
            of(HANDLER_TYPE, subject.type_name.filter(|_| of_handler)),
            Some(hidden).filter(|_| of_handler && subject.value_unseen),
        ];
        let meet = |setting: Setting<'c>| {
            let rows = self.index.watched().meet(setting.path);
            rows.map(move |met| (met.number, self.said(&met, &setting)))
        };
        facts.into_iter().flatten().flat_map(meet).collect()
    }

    /// What the rows of a kind say of an image or type whose setting is not told: a known value before the first row.
    fn by_kind(&self) -> Option<(usize, Said)> {
        let subject = self.subject;
        let fits = |row: &WatchedSetting| match row.judged {
            Judged::Library | Judged::File | Judged::Program | Judged::Folder => subject.image.is_some(),
            Judged::Type | Judged::Assembly | Judged::Class => subject.type_name.is_some(),
            _ => false,
        };
        let rows = self.index.watched().rows().iter().enumerate();
        let rows = rows.filter(|(_, row)| row.enabled && Some(row.kind) == subject.kind && fits(row));
        let setting = Setting::of("", Operation::Modify, None, subject.image.or(subject.type_name));
        let said: Vec<_> = rows
            .map(|(number, row)| {
                let key = if row.by_key { setting.value.unwrap_or_default() } else { subject.name };
                let met = Met { number, row, key, how: How::Attribute };
                (number, self.said(&met, &setting))
            })
            .collect();
        let known = said.iter().find(|(_, said)| matches!(said, Said::Known(_)));
        known.or_else(|| said.iter().find(|(_, said)| *said != Said::Quiet)).copied()
    }

    fn said(&self, met: &Met<'_, '_>, setting: &Setting<'_>) -> Said {
        let row = met.row;
        let weight = row.weights.get(self.level(setting.path)).copied().flatten();
        let is_removal = row.judged == Judged::Removal;
        let unseen = setting.unseen && !row.by_key && !is_removal && row.judged != Judged::Secret;
        if met.how == How::Rename {
            return renamed(met, setting, weight);
        }
        let value = setting::judged(met, setting);
        // What is taken away loads nothing, and an empty value names nothing.
        let gone =
            if row.by_key { !setting::stays(setting) } else { value.is_none() && setting.secret.is_none() };
        if !is_removal && gone && !setting.unseen {
            return Said::Quiet;
        }
        let given = Given {
            value: setting.value,
            old: setting.old,
            by_pool: severity::is_app_pool(self.subject.actor),
            program: value.map(file_name),
        };
        match row.answer(&given) {
            Answer::No => return Said::Quiet,
            Answer::Yes if !unseen => {}
            Answer::Unseen | Answer::Yes => return unseen_of(weight),
        }
        if is_removal {
            return match self.subject.action {
                Action::Removed | Action::Cleared => weakened(weight),
                Action::Changed => unseen_of(weight),
                _ => Said::Quiet,
            };
        }
        let value = value.unwrap_or_default();
        match row.judged {
            Judged::Library | Judged::File => {
                Self::worst(value, |piece| self.library(row, met.key, piece, weight))
            }
            Judged::Program => self.program(met, value, weight),
            Judged::Arguments => self.arguments(value),
            Judged::Folder => Self::worst(value, |piece| self.folder(row, met.key, piece, weight)),
            Judged::Class => self.known(row, met.key, |known| known.is_text(value), unlisted(weight)),
            Judged::Type => {
                let seen = ManagedType::parse(value);
                let below = change::is_below_server(self.subject.config_path, self.subject.location);
                let is =
                    |known: &Known| if below { known.is_type_of_site(&seen) } else { known.is_type(&seen) };
                self.known(row, met.key, is, unlisted(weight))
            }
            Judged::Assembly => Self::worst(value, |_| unlisted(weight)),
            Judged::Switch | Judged::Removal | Judged::Secret => {
                self.known(row, met.key, |known| known.is_text(value), weakened(weight))
            }
        }
    }

    /// The worst of what is said of each piece of a list.
    fn worst(list: &str, of: impl Fn(&str) -> Said) -> Said {
        let pieces = list.split(';').map(str::trim).filter(|piece| !piece.is_empty());
        pieces.map(of).max().unwrap_or(Said::Quiet)
    }

    /// A known value of a chosen pack, else what is said without it; then with the pack that has it.
    fn known(&self, row: &WatchedSetting, key: &str, is: impl Fn(&Known) -> bool, unlisted: Said) -> Said {
        let all = self.index.watched().known().iter().enumerate();
        let mut pack = None;
        for (number, known) in all.filter(|(_, known)| known.is_for(&row.id, key) && is(known)) {
            if self.index.is_chosen(known) {
                return Said::Known(number);
            }
            pack = pack.or(Some(number));
        }
        match unlisted {
            Said::Unlisted(severity, _) => Said::Unlisted(severity, pack),
            said => said,
        }
    }

    fn library(&self, row: &WatchedSetting, key: &str, value: &str, weight: Option<Weight>) -> Said {
        let roots = self.index.roots();
        let image = Image::normalise(value, roots);
        let of_product = ["%programfiles", "%commonprogramfiles", "%exchangeinstallpath%"];
        let low = of_product.iter().any(|root| image.normal.starts_with(root));
        let weight = if low { weight.map(|weight| weight.min(Weight::Low)) } else { weight };
        let unlisted = match image.suspicious_location(roots) {
            Some(place) => Said::Misplaced(place.into()),
            None => unlisted(weight),
        };
        self.known(row, key, |known| known.is_file(&image, roots), unlisted)
    }

    /// A program: code of the worker process where it is a DLL, else judged by its place. An application may bring its
    /// program along, so that the folder of a site is none where the row asks for nothing but places.
    fn program(&self, met: &Met<'_, '_>, value: &str, weight: Option<Weight>) -> Said {
        let row = met.row;
        let (executable, arguments) = command_line(value);
        let roots = self.index.roots();
        let image = Image::normalise(executable, roots);
        // IIS loads what handlers and lists of extensions name, whatever its extension; it starts programs.
        let is_loaded = weight.is_some() && (row.by_key || row.kind == Kind::Handler);
        let own = if image.has_extension("dll") || is_loaded && !image.has_extension("exe") {
            self.library(row, met.key, executable, weight)
        } else {
            let remote = image.flags.intersects(HIDING).then_some(Oddity::Remote);
            let place = image.place(roots).filter(|place| weight.is_some() || *place != Place::WebRoot);
            match (place, remote) {
                (Some(place), _) => Said::Misplaced(place.into()),
                (None, Some(_)) => Said::Misplaced(hiding(&image).into()),
                (None, None) if is_loaded => Said::Quiet,
                (None, None) => weight.map_or(Said::Quiet, |weight| unlisted(Some(weight))),
            }
        };
        own.max(self.arguments(&arguments))
    }

    fn arguments(&self, value: &str) -> Said {
        let places = script_processor::places_of_arguments(value, self.index.roots());
        let odd = places.into_iter().find(|place| *place != Suspicion::Place(Place::WebRoot));
        odd.map_or(Said::Quiet, |place| Said::Misplaced(place.into()))
    }

    fn folder(&self, row: &WatchedSetting, key: &str, value: &str, weight: Option<Weight>) -> Said {
        if row.is_about_shares() {
            return unlisted(weight);
        }
        let roots = self.index.roots();
        let bare = value.trim_end_matches(['\\', '/']);
        let inside = Image::normalise(&format!(r"{bare}\x"), roots);
        let unlisted = match inside.place(roots) {
            Some(place) => Said::Misplaced(place.into()),
            None if inside.flags.intersects(HIDING) => Said::Misplaced(hiding(&inside).into()),
            None => unlisted(weight),
        };
        let folder = Image::normalise(bare, roots);
        self.known(row, key, |known| known.is_file(&folder, roots), unlisted)
    }

    /// The column of the weights: 0 for the server, 1 for a site, 2 below.
    fn level(&self, path: &str) -> usize {
        if crate::iis::setting::site(path).is_some() {
            return 1;
        }
        match change::site(self.subject.config_path, self.subject.location) {
            "" => 0,
            site if site.contains('/') => 2,
            _ => 1,
        }
    }
}

/// Spellings that name a file elsewhere or beside the one that they seem to name.
const HIDING: ImageFlags = ImageFlags::REMOTE
    .with(ImageFlags::DEVICE_PREFIX)
    .with(ImageFlags::UNRESOLVABLE_DEVICE)
    .with(ImageFlags::ADS);

fn hiding(image: &Image) -> Oddity {
    image.flags.oddities().find(|oddity| HIDING.intersects(ImageFlags::of(*oddity))).unwrap_or(Oddity::Remote)
}

fn severity_of(weight: Weight) -> Severity {
    match weight {
        Weight::Info => Severity::Info,
        Weight::Low => Severity::Low,
        Weight::Medium => Severity::Medium,
        Weight::High => Severity::High,
    }
}

fn unlisted(weight: Option<Weight>) -> Said {
    weight.map_or(Said::Quiet, |weight| Said::Unlisted(severity_of(weight), None))
}

fn weakened(weight: Option<Weight>) -> Said {
    match weight {
        None => Said::Quiet,
        Some(Weight::Info) => Said::Mentioned,
        Some(weight) => Said::Weakened(severity_of(weight)),
    }
}

/// A thing that gets another name: one that a row is for, whose value does not show, or in place of one that protects.
fn renamed(met: &Met<'_, '_>, setting: &Setting<'_>, weight: Option<Weight>) -> Said {
    let Some(new) = setting.value.filter(|new| !new.eq_ignore_ascii_case(met.key)) else {
        return Said::Quiet;
    };
    match met.row.judged {
        Judged::Removal if !met.row.is_for(new) => weakened(weight),
        Judged::Removal | Judged::Secret => Said::Quiet,
        _ if !met.row.is_for(new) => Said::Quiet,
        Judged::Switch => unseen_of(weight),
        _ => unlisted(weight.or(Some(Weight::Medium))),
    }
}

fn unseen_of(weight: Option<Weight>) -> Said {
    match weight {
        None | Some(Weight::Info) => Said::Quiet,
        Some(_) => Said::Unseen,
    }
}

/// The program at the beginning of a command line, and what it is given: behind quotes, behind `.exe`, and behind a bar.
fn command_line(value: &str) -> (&str, String) {
    let (program, behind_bar) = script_processor::split(value);
    let program = program.trim();
    let end = program.to_ascii_lowercase().find(".exe ").map_or(program.len(), |at| at + ".exe".len());
    let quoted = program.strip_prefix('"').and_then(|quoted| quoted.split_once('"'));
    let (program, rest) = quoted.or_else(|| program.split_at_checked(end)).unwrap_or((program, ""));
    (program, format!("{rest} {behind_bar}"))
}

/// The file name of the program at the beginning of a command line.
fn file_name(value: &str) -> &str {
    let (program, _) = command_line(value);
    let name = program.rsplit(['\\', '/', ':']).next().unwrap_or(program);
    name.trim_end_matches(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn programs_of_command_lines() {
        for (value, expected) in [
            (r"C:\Windows\System32\cmd.exe|/c whoami", "cmd.exe"),
            (r#""C:\Windows\System32\WScript.exe" x.vbs"#, "WScript.exe"),
            ("powershell.exe -enc AAAA", "powershell.exe"),
            (r"C:\Program Files\x y\app.exe", "app.exe"),
            (r"%windir%/System32/cmd.exe.", "cmd.exe"),
            ("dotnet", "dotnet"),
            ("", ""),
        ] {
            assert_eq!(file_name(value), expected, "{value}");
        }
    }
}
