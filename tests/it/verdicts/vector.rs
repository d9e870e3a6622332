//! One row of a table of vectors, and the engine and subject that it describes.

use std::collections::{BTreeMap, BTreeSet};

use iismodcheck::allowlist::{Catalogue, Column, HostProfiles, SiteFile, date};
use iismodcheck::detect::needs_decision::needs_decision;
use iismodcheck::detect::{Engine, ReasonTexts, Severity, Verdict};
use iismodcheck::iis::{Action, Clock, FileFacts, Kind, Level, Operation, Section, Setting, Subject};

/// Facts that a row need not tell.
const MORE: [&str; 21] = [
    "action",
    "actor",
    "as_of",
    "attribute",
    "config_path",
    "exchange_root",
    "flags",
    "host",
    "indexed",
    "kind",
    "known_kind",
    "location",
    "old",
    "operation",
    "pack_host",
    "packs",
    "precondition",
    "system_root",
    "technique",
    "time",
    "type",
];

pub struct Vector {
    pub note: String,
    level: Level,
    section: Section,
    /// The configuration path of a setting.
    setting: Option<String>,
    name: String,
    identity: String,
    more: BTreeMap<String, String>,
    allow: String,
    /// Verdict, severity and rule.
    pub expected: [String; 3],
    /// Codes, with their details where the row writes them.
    pub reasons: BTreeSet<String>,
}

/// What is told of a row: the texts of the columns, empty where there is none.
pub struct Told {
    pub verdict: Verdict,
    pub severity: Severity,
    pub action: &'static str,
    pub kind: &'static str,
    pub type_name: String,
    pub reasons: Vec<String>,
    pub needs_decision: bool,
}

/// The rows of a table.
pub fn read(table: &str) -> Vec<Vector> {
    table.lines().filter(|line| !line.starts_with('#')).map(Vector::new).collect()
}

/// Replaces `{U+000A}` by the character.
fn unescape(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("{U+") {
        let (hex, tail) = after.split_once('}').expect("closed escape");
        out.push_str(before);
        out.push(char::from_u32(u32::from_str_radix(hex, 16).expect("hex")).expect("character"));
        rest = tail;
    }
    out + rest
}

fn pairs(cell: &str) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or_else(|| panic!("key=value: {pair}"));
        (key.trim().to_owned(), value.to_owned())
    };
    cell.split("; ").filter(|part| !part.is_empty()).map(pair).collect()
}

impl Vector {
    fn new(line: &str) -> Self {
        let mut cells = line.split('\t').map(unescape);
        let mut cell = || cells.next().unwrap_or_default();
        let [note, level, section, name, identity, more, allow] = std::array::from_fn(|_| cell());
        let [verdict, severity, reasons, rule] = std::array::from_fn(|_| cell());
        assert!(cells.next().is_none(), "too many cells: {note}");
        let more = pairs(&more);
        for key in more.keys() {
            let known = MORE.iter().chain(&FileFacts::COLUMNS).chain(&["variables"]);
            assert!(known.into_iter().any(|known| known == key), "{note}: no fact is called {key}");
        }
        Self {
            level: match level.as_str() {
                "row" => Level::Row,
                "change" => Level::Change,
                "inventory" => Level::Inventory,
                _ => panic!("{note}: level {level}"),
            },
            setting: section.starts_with('/').then(|| section.clone()),
            section: [
                Section::Other,
                Section::GlobalModules,
                Section::Modules,
                Section::HttpModules,
                Section::IsapiFilters,
                Section::Handlers,
            ]
            .into_iter()
            .find(|known| known.as_str() == section || *known == Section::Other && section.starts_with('/'))
            .unwrap_or_else(|| panic!("{note}: section {section}")),
            reasons: reasons.split(" | ").filter(|r| !r.is_empty()).map(str::to_owned).collect(),
            expected: [verdict, severity, rule],
            note,
            name,
            identity,
            more,
            allow,
        }
    }

    fn fact<'v>(&'v self, key: &str, usual: &'v str) -> &'v str {
        self.more.get(key).map_or(usual, String::as_str)
    }

    fn flag(&self, flag: &str) -> bool {
        self.fact("flags", "").split(' ').any(|set| set == flag)
    }

    fn engine(&self) -> Engine {
        let catalogue = catalogue(&site(&self.allow));
        let packs = [
            self.fact("pack_host", ""),
            self.fact("packs", ""),
            self.fact("system_root", ""),
            self.fact("exchange_root", ""),
            self.fact("variables", ""),
        ];
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["host", "packs", "system_root", "exchange_root", "variables"]).unwrap();
        csv.write_record(packs).unwrap();
        let valid: Vec<&str> = catalogue.packs().into_keys().collect();
        let csv = csv.into_inner().unwrap();
        let hosts = HostProfiles::parse(&csv, "packs", BTreeSet::new(), &valid)
            .unwrap_or_else(|error| panic!("{}: {error}", self.note));
        let as_of = self.more.get("as_of").map(|text| date::valid_from(text).expect("as_of"));
        Engine::new(catalogue, hosts, as_of)
    }

    /// What is known of the file.
    fn file(&self) -> Option<FileFacts<'_>> {
        FileFacts::new(FileFacts::COLUMNS.map(|column| self.fact(column, "")))
    }

    fn subject<'v>(&'v self, file: Option<&'v FileFacts<'v>>) -> Subject<'v> {
        let shown = Some(self.identity.as_str()).filter(|identity| !identity.is_empty());
        let by_type = matches!(self.section, Section::Modules | Section::HttpModules);
        let some = |key: &str| self.more.get(key).map(String::as_str);
        Subject {
            level: self.level,
            class: self.section.class(),
            kind: match self.section {
                Section::GlobalModules => Some(Kind::Native),
                Section::Modules => shown.map(|_| Kind::Managed),
                Section::HttpModules => Some(Kind::Managed),
                Section::IsapiFilters => Some(Kind::IsapiFilter),
                Section::Handlers => Some(Kind::Handler),
                Section::Other => None,
            },
            or_filter: self.flag("or_filter"),
            section: self.section,
            name: &self.name,
            image: shown.filter(|_| !by_type),
            type_name: shown.filter(|_| by_type).or(some("type")),
            precondition: some("precondition"),
            old: some("old"),
            attribute: self.fact("attribute", ""),
            action: action(self.fact("action", "added")),
            value_unseen: self.flag("value_unseen"),
            renamed: self.flag("renamed"),
            inferred: self.flag("inferred"),
            under_remove: self.flag("under_remove"),
            overwritten: self.flag("overwritten"),
            config_path: self.fact("config_path", "MACHINE/WEBROOT/APPHOST"),
            location: self.fact("location", ""),
            host: self.fact("host", "web01.corp.example"),
            actor: self.fact("actor", "S-1-5-21-1-2-3-500"),
            time: date::valid_from(self.fact("time", "2026-03-01T12:00Z")).expect("time"),
            time_assumed: self.flag("time_assumed"),
            clock: Clock {
                indexed: some("indexed").map(|text| date::valid_from(text).expect("indexed")),
                fell: self.flag("clock_fell"),
            },
            file,
            setting: self.setting.as_deref().map(|path| {
                let operation = match self.fact("operation", "modify") {
                    "add" => Operation::Add,
                    "delete" => Operation::Delete,
                    "hidden" => Operation::Hidden,
                    _ => Operation::Modify,
                };
                let new = (operation != Operation::Hidden).then_some(self.identity.as_str());
                Setting::of(path, operation, some("old"), new)
            }),
        }
    }

    /// Verdict, severity, and whether it needs a decision.
    pub fn outcome(&self) -> (Verdict, Severity, bool) {
        let told = self.told();
        (told.verdict, told.severity, told.needs_decision)
    }

    /// What is told of it.
    pub fn told(&self) -> Told {
        let mut engine = self.engine();
        let file = self.file();
        let raw = self.subject(file.as_ref());
        let subject = engine.resolved(raw).unwrap_or_else(|| panic!("{}: not watched", self.note));
        let type_name = subject.type_name.unwrap_or_default().to_owned();
        let decision = engine.decide(&subject);
        let mut reasons = ReasonTexts::default();
        reasons.take(&decision);
        let finding = decision.finding;
        let action = finding.action.as_str();
        let needs_decision = needs_decision(finding.verdict, finding.severity, action, reasons.iter());
        Told {
            verdict: finding.verdict,
            severity: finding.severity,
            action,
            kind: finding.kind.map_or("", Kind::as_str),
            type_name,
            reasons: reasons.iter().map(str::to_owned).collect(),
            needs_decision,
        }
    }

    /// What differs from the expectation; empty when nothing does.
    pub fn differences(&self) -> String {
        let mut engine = self.engine();
        let file = self.file();
        let raw = self.subject(file.as_ref());
        let subject = engine.resolved(raw).unwrap_or_else(|| panic!("{}: not watched", self.note));
        let decision = engine.decide(&subject);
        let finding = decision.finding;
        let rule = decision.rule_id();
        let kind = finding.kind.map_or("", Kind::as_str);
        // A module is what is loaded, but where a protection went: those rows say so.
        let of_setting = self.reasons.iter().any(|reason| reason.starts_with("setting"));
        let technique = match self.expected[0].as_str() {
            "not_module" => "",
            _ if of_setting || self.setting.is_some() => decision.technique(),
            _ => "T1505.004",
        };
        let technique = self.fact("technique", technique).to_owned();
        let known_kind = self.fact("known_kind", kind).to_owned();
        let mut differences: Vec<String> = Vec::new();
        for (what, seen, expected) in [
            ("verdict", finding.verdict.as_str(), &self.expected[0]),
            ("severity", finding.severity.as_str(), &self.expected[1]),
            ("rule", rule, &self.expected[2]),
            ("kind", kind, &known_kind),
            ("technique", decision.technique(), &technique),
        ] {
            if seen != expected {
                differences.push(format!("\n  {what}: {seen}, expected {expected}"));
            }
        }
        let mut texts = ReasonTexts::default();
        texts.take(&decision);
        let seen: Vec<&str> = texts.iter().collect();
        let is = |seen: &str, expected: &str| {
            seen == expected || seen.split_once(':').is_some_and(|(code, _)| code == expected)
        };
        let missing: Vec<_> = self.reasons.iter().filter(|e| !seen.iter().any(|s| is(s, e))).collect();
        let extra: Vec<_> = seen.iter().filter(|s| !self.reasons.iter().any(|e| is(s, e))).collect();
        if !missing.is_empty() || !extra.is_empty() || seen.len() != self.reasons.len() {
            differences
                .push(format!("\n  reasons: {seen:?}\n    missing {missing:?}, not expected {extra:?}"));
        }
        differences.concat()
    }
}

fn action(word: &str) -> Action {
    let known = Action::ALL.into_iter().find(|action| action.as_str() == word);
    known.unwrap_or_else(|| panic!("action {word}"))
}

/// The site's file of rows written as `id=x; name=y ++ ...`.
pub fn site(rows: &str) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(Column::NAMES).unwrap();
    for row in rows.split(" ++ ").filter(|row| !row.is_empty()) {
        let cells = pairs(row);
        assert!(cells.keys().all(|key| Column::NAMES.contains(&key.as_str())), "{row}");
        csv.write_record(Column::NAMES.map(|name| cells.get(name).map_or("", String::as_str))).unwrap();
    }
    csv.into_inner().unwrap()
}

/// The compiled-in entries and those of a site's file.
pub fn catalogue(site: &[u8]) -> Catalogue {
    Catalogue::new(SiteFile::parse(site, "site")).unwrap_or_else(|error| panic!("{error}"))
}
