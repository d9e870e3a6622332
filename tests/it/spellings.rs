//! Every shipped pair in every spelling of the same meaning, every threat in the same spellings, and every name and
//! DLL with one character changed.

use std::collections::{BTreeMap, BTreeSet};

use iismodcheck::allowlist::{BASELINE_CSV, HostProfiles, THREATS_CSV};
use iismodcheck::detect::{Engine, Verdict};
use iismodcheck::iis::{Action, Class, Clock, FileFacts, Image, Kind, Level, Roots, Section, Subject};

use crate::verdicts::vector::{catalogue, site};

/// What a careless site may write: everything is allowed unless something speaks against it.
const BROAD: &str = r"id=windows; match=glob; name=*; image=%windir%\** ++ id=programs; match=glob; name=*; image=%ProgramFiles%\** ++ id=drive; match=glob; name=*; image=C:\** ++ id=any; match=glob; name=*; image=** ++ id=types; match=glob; name=*; type=**";
const IIS_EXPRESS: &str = r"C:\Program Files\IIS Express";

/// Variables with the folder that each stands for without a word about it.
const FOLDERS: [(&str, &str); 8] = [
    ("%windir%", r"C:\Windows"),
    ("%SystemRoot%", r"C:\Windows"),
    ("%ExchangeInstallPath%", r"C:\Program Files\Microsoft\Exchange Server\V15"),
    ("%CommonProgramFiles%", r"C:\Program Files\Common Files"),
    ("%ProgramFiles(x86)%", r"C:\Program Files (x86)"),
    ("%ProgramFiles%", r"C:\Program Files"),
    ("%ProgramW6432%", r"C:\Program Files"),
    ("%SystemDrive%", "C:"),
];

fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert!(rows.len() > 50);
    rows
}

fn kind(row: &BTreeMap<String, String>) -> Kind {
    match row["kind"].as_str() {
        "native" => Kind::Native,
        "managed" => Kind::Managed,
        _ => Kind::IsapiFilter,
    }
}

/// An engine with every pack. On hosts named `dev…` the folder of IIS Express is told.
fn engine(allow: &str) -> Engine {
    let catalogue = catalogue(&site(allow));
    let packs: BTreeSet<String> = catalogue.packs().into_keys().map(str::to_owned).collect();
    assert!(packs.len() > 10, "{packs:?}");
    let hosts = format!("host,variables\ndev*,IIS_BIN={IIS_EXPRESS}\n");
    let hosts = HostProfiles::parse(hosts.as_bytes(), "packs", packs, &[]).unwrap();
    Engine::new(catalogue, hosts, None)
}

fn subject<'a>(kind: Kind, name: &'a str, identity: &'a str, host: &'a str) -> Subject<'a> {
    let managed = kind == Kind::Managed;
    Subject {
        level: Level::Change,
        class: kind.class(),
        kind: Some(kind),
        or_filter: false,
        section: match kind {
            Kind::Native => Section::GlobalModules,
            Kind::Managed => Section::Modules,
            _ => Section::IsapiFilters,
        },
        name,
        image: Some(identity).filter(|_| !managed),
        type_name: Some(identity).filter(|_| managed),
        precondition: None,
        old: None,
        attribute: "",
        action: Action::Added,
        value_unseen: false,
        renamed: false,
        inferred: false,
        under_remove: false,
        overwritten: false,
        config_path: "MACHINE/WEBROOT/APPHOST",
        location: "",
        host,
        actor: "",
        time: 0,
        time_assumed: false,
        clock: Clock::default(),
        file: None,
        setting: None,
    }
}

fn verdict(engine: &mut Engine, subject: &Subject<'_>) -> Verdict {
    engine.decide(subject).finding.verdict
}

/// The path with the folder in front spelled out, and with every variable that stands for that folder.
fn rooted(image: &str) -> BTreeSet<String> {
    let literal = FOLDERS
        .iter()
        .find_map(|(variable, folder)| Some(format!("{folder}{}", image.strip_prefix(variable)?)))
        .unwrap_or_else(|| image.to_owned());
    let below = |folder: &str| literal.strip_prefix(folder).filter(|rest| rest.starts_with('\\'));
    let by_variable =
        FOLDERS.iter().filter_map(|(variable, folder)| Some(format!("{variable}{}", below(folder)?)));
    by_variable.chain([image.to_owned(), literal.clone()]).collect()
}

/// Spellings that all name one file.
fn spellings_of_path(image: &str) -> BTreeSet<String> {
    let mut spellings = BTreeSet::new();
    for path in rooted(image) {
        let detour =
            path.rsplit_once('\\').map_or(path.clone(), |(folder, file)| format!(r"{folder}\x\..\.\{file}"));
        spellings.extend([
            path.to_uppercase(),
            path.to_lowercase(),
            path.replace('\\', "/"),
            path.replace('\\', r"\\"),
            format!("\"{path}\""),
            format!("{path}\r\n"),
            format!(" \"{}\"\n", path.to_uppercase().replace('\\', "//")),
            format!("{path}."),
            detour,
            path,
        ]);
    }
    spellings
}

/// Spellings that all name one type.
fn spellings_of_type(written: &str) -> BTreeSet<String> {
    let (name, rest) = written.split_once(',').map_or((written, ""), |(name, rest)| (name, rest));
    let rest: Vec<&str> = rest.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let join = |comma: &str, upper: bool| {
        let parts = rest.iter().map(|part| if upper { part.to_uppercase() } else { (*part).to_owned() });
        std::iter::once(name.to_owned()).chain(parts).collect::<Vec<_>>().join(comma)
    };
    let mut spellings = BTreeSet::from([
        written.to_owned(),
        join(",", false),
        join(" ,\n  ", false),
        join(", ", true),
        format!("\"{written}\""),
        format!("  {written}"),
        format!("{written}\r\n"),
        format!("\" {written} \"\n"),
        format!("\t{} ", join(",", true)),
    ]);
    if rest.is_empty() && written.starts_with("System.Web.") {
        spellings.insert(format!("{written}, System.Web, Version=4.0.0.0, PublicKeyToken=B03F5F7F11D50A3A"));
    }
    if !rest.is_empty() {
        spellings.insert(format!("{written}, processorArchitecture=MSIL"));
    }
    spellings
}

#[test]
fn every_shipped_pair_is_known_good_in_every_spelling() {
    let mut engine = engine("");
    let mut tried = 0;
    for row in rows(&BASELINE_CSV) {
        let (kind, name) = (kind(&row), row["name"].as_str());
        let mut spellings = match kind {
            Kind::Managed => spellings_of_type(&row["type"]),
            _ => spellings_of_path(&row["image"]),
        };
        // A variable without a folder has one on the hosts that tell it.
        if let Some(rest) = row["image"].strip_prefix("%IIS_BIN%") {
            let literal = format!("{IIS_EXPRESS}{rest}");
            for spelling in spellings_of_path(&literal) {
                let good = verdict(&mut engine, &subject(kind, name, &spelling, "dev1"));
                assert_eq!(good, Verdict::KnownGood, "{name} {spelling} on dev1");
            }
            spellings.retain(|spelling| {
                verdict(&mut engine, &subject(kind, name, spelling, "dev1")) == Verdict::KnownGood
            });
        }
        assert!(spellings.len() >= 6, "{name}: {spellings:?}");
        for spelling in &spellings {
            assert_eq!(
                verdict(&mut engine, &subject(kind, name, spelling, "")),
                Verdict::KnownGood,
                "{name} {spelling}"
            );
            tried += 1;
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn no_threat_is_known_good_or_allowed_by_a_pattern_in_any_spelling() {
    let mut engine = engine(BROAD);
    let allowed_otherwise = verdict(&mut engine, &subject(Kind::Native, "Zeta", r"C:\Apps\zeta.dll", ""));
    assert_eq!(allowed_otherwise, Verdict::Allowed, "the patterns allow what nothing speaks against");
    let mut tried = 0;
    for row in rows(&THREATS_CSV) {
        let id = &row["id"];
        let type_name = &row["type"];
        // A file by its hash has no spelling.
        if !row["sha256"].is_empty() {
            let facts = FileFacts { file_sha256: &row["sha256"], ..FileFacts::default() };
            let plain = subject(Kind::Native, "Zeta", r"C:\Apps\zeta.dll", "");
            let seen = verdict(&mut engine, &Subject { file: Some(&facts), ..plain });
            assert_eq!(seen, Verdict::KnownMalicious, "{id}");
            tried += 1;
            continue;
        }
        if !type_name.is_empty() {
            for tail in
                ["", ", Acme", ", Acme, Version=1.0.0.0, Culture=neutral, PublicKeyToken=0123456789abcdef"]
            {
                let spelling = format!("{type_name}{tail}");
                let seen = verdict(&mut engine, &subject(Kind::Managed, "Zeta", &spelling, ""));
                assert_eq!(seen, Verdict::KnownMalicious, "{id}: {spelling}");
            }
            continue;
        }
        let images = match row["image"].as_str() {
            "" => vec![r"C:\Apps\zeta.dll".to_owned()],
            path if path.contains('\\') => vec![path.to_owned()],
            file => [
                r"%windir%\System32\inetsrv",
                r"%ProgramFiles%\Acme",
                r"C:\Apps",
                r"%ExchangeInstallPath%\Bin",
            ]
            .iter()
            .map(|folder| format!(r"{folder}\{file}"))
            .collect(),
        };
        let names = match row["name"].as_str() {
            "" => vec!["Zeta".to_owned(), row["image"].rsplit('\\').next().unwrap().replace(".dll", "")],
            name => vec![name.to_owned(), name.to_uppercase(), name.to_lowercase()],
        };
        for (name, spelling) in names.iter().flat_map(|name| {
            images.iter().flat_map(|image| spellings_of_path(image)).map(move |spelling| (name, spelling))
        }) {
            for kind in [Kind::Native, Kind::IsapiFilter] {
                let seen = verdict(&mut engine, &subject(kind, name, &spelling, ""));
                assert!(
                    !matches!(seen, Verdict::KnownGood | Verdict::Allowed),
                    "{id}: {name} {spelling}: {seen}"
                );
                if row["strength"] == "distinctive" {
                    assert_eq!(seen, Verdict::KnownMalicious, "{id}: {name} {spelling}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

/// Characters of other scripts that look like these.
const TWINS: [(char, char); 16] = [
    ('a', '\u{430}'),
    ('c', '\u{441}'),
    ('e', '\u{435}'),
    ('i', '\u{456}'),
    ('k', '\u{212a}'),
    ('o', '\u{43e}'),
    ('p', '\u{440}'),
    ('s', '\u{17f}'),
    ('x', '\u{445}'),
    ('l', '\u{ff4c}'),
    ('A', '\u{410}'),
    ('C', '\u{421}'),
    ('H', '\u{397}'),
    ('M', '\u{41c}'),
    ('S', '\u{405}'),
    ('U', '\u{ff35}'),
];

/// Calls `each` with every text that is one deletion, insertion, substitution, swap or change of case away, with a
/// few letters to stand for all, or has one character replaced by one that looks the same.
fn mutants(text: &str, mut each: impl FnMut(String)) {
    let characters: Vec<char> = text.chars().collect();
    let mut give = |mutant: Vec<char>| {
        if mutant != characters {
            each(mutant.into_iter().collect());
        }
    };
    for (at, &c) in characters.iter().enumerate() {
        let with = |other: char| {
            let mut mutant = characters.clone();
            mutant[at] = other;
            mutant
        };
        let mut shorter = characters.clone();
        shorter.remove(at);
        give(shorter);
        let mut swapped = characters.clone();
        swapped.swap(at, (at + 1).min(characters.len() - 1));
        give(swapped);
        let case = if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
        give(with(case));
        for letter in ['e', 'x', '0', '_'] {
            give(with(letter));
            let mut longer = characters.clone();
            longer.insert(at + 1, letter);
            give(longer);
        }
        let mut hidden = characters.clone();
        hidden.insert(at + 1, '\u{200b}');
        give(hidden);
        if let Some((_, twin)) = TWINS.iter().find(|(plain, _)| *plain == c) {
            give(with(*twin));
        }
    }
}

/// Kind, name, and image or type as shipped.
type Pair = (Kind, String, String);
/// Class, name and normal form: what tells two pairs apart.
type Key = (Class, String, String);

/// The pairs that a Windows server has by default, and what no mutant may be by accident.
fn in_box() -> (Vec<Pair>, BTreeSet<Key>) {
    let rows = rows(&BASELINE_CSV);
    let identity = |row: &BTreeMap<String, String>| {
        if row["image"].is_empty() { row["type"].clone() } else { row["image"].clone() }
    };
    let pairs = rows
        .iter()
        .filter(|row| row["pack"].is_empty())
        .map(|row| (kind(row), row["name"].clone(), identity(row)))
        .collect();
    let normal = |row: &BTreeMap<String, String>| Image::normalise(&identity(row), &Roots::default()).normal;
    let shipped = rows.iter().map(|row| (kind(row).class(), row["name"].clone(), normal(row))).collect();
    (pairs, shipped)
}

#[test]
fn no_name_with_one_character_changed_is_known_good_or_allowed() {
    let mut engine = engine(BROAD);
    let (pairs, shipped) = in_box();
    let mut tried = 0;
    for (kind, name, identity) in &pairs {
        let normal = Image::normalise(identity, &Roots::default()).normal;
        mutants(name, |mutant| {
            if shipped.contains(&(kind.class(), mutant.clone(), normal.clone())) {
                return;
            }
            let seen = verdict(&mut engine, &subject(*kind, &mutant, identity, ""));
            assert!(!matches!(seen, Verdict::KnownGood | Verdict::Allowed), "{mutant} {identity}: {seen}");
            tried += 1;
        });
    }
    assert!(tried > 10_000, "{tried}");
}

#[test]
fn no_dll_with_one_character_changed_is_known_good_or_allowed() {
    let mut engine = engine(BROAD);
    let (pairs, shipped) = in_box();
    let mut tried = 0;
    for (kind, name, image) in pairs.iter().filter(|(kind, ..)| *kind != Kind::Managed) {
        let (folder, file) = image.rsplit_once('\\').unwrap();
        let own = Image::normalise(image, &Roots::default()).normal;
        mutants(file, |mutant| {
            let path = format!(r"{folder}\{mutant}");
            let normal = Image::normalise(&path, &Roots::default()).normal;
            if normal == own || shipped.contains(&(kind.class(), name.clone(), normal)) {
                return;
            }
            let seen = verdict(&mut engine, &subject(*kind, name, &path, ""));
            assert!(!matches!(seen, Verdict::KnownGood | Verdict::Allowed), "{name} {path}: {seen}");
            tried += 1;
        });
        // Under a name of its own. One edit in three letters makes another word, not an imitation.
        let stem = file.strip_suffix(".dll").unwrap();
        let short = stem.len() < 5;
        mutants(stem, |mutant| {
            let path = format!(r"{folder}\{mutant}.dll");
            let seen = verdict(&mut engine, &subject(*kind, "Zeta", &path, ""));
            let passes = matches!(seen, Verdict::KnownGood | Verdict::Allowed);
            assert!(!passes || short && mutant.is_ascii(), "Zeta {path}: {seen}");
            tried += 1;
        });
    }
    assert!(tried > 8_000, "{tried}");
}

/// The type's name, the assembly's and its key: letters only, because space and case after the type's name mean
/// nothing.
#[test]
fn no_type_with_one_character_changed_is_known_good_or_allowed() {
    let mut engine = engine(BROAD);
    let (pairs, _) = in_box();
    let known: BTreeSet<&str> = pairs.iter().map(|(_, _, identity)| identity.as_str()).collect();
    let mut tried = 0;
    for (kind, name, identity) in pairs.iter().filter(|(kind, ..)| *kind == Kind::Managed) {
        let parts: Vec<&str> = identity.split(", ").collect();
        for changed in (0..parts.len()).filter(|at| !parts[*at].starts_with("Version=")) {
            let start = parts[changed].find('=').map_or(0, |equals| equals + 1);
            let (key, value) = parts[changed].split_at(start);
            mutants(value, |mutant| {
                let case_only = changed > 0 && mutant.eq_ignore_ascii_case(value);
                let mut all = parts.clone();
                let part = format!("{key}{mutant}");
                all[changed] = &part;
                let path = all.join(", ");
                if case_only || mutant.is_empty() || known.contains(path.as_str()) {
                    return;
                }
                let seen = verdict(&mut engine, &subject(*kind, name, &path, ""));
                assert_eq!(seen, Verdict::MasqueradeType, "{name} {path}");
                tried += 1;
            });
        }
    }
    assert!(tried > 10_000, "{tried}");
}
