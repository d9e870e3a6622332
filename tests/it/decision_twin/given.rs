//! Random allowlists and random rows.

use std::collections::BTreeMap;

use iismodcheck::allowlist::{Column, date};
use iismodcheck::iis::{Action, Clock, FileFacts, Kind, Level, Operation, Section, Setting, Subject};
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: [&str; 21] = [
    "SessionAuthenticationModule",
    "IIS_backdoor",
    "ASP.Net_4.0_64bit",
    "StaticFileModule",
    "HttpLoggingModule",
    "FormsAuthentication",
    "UrlAuthorization",
    "TokenCacheModule",
    "kerbauth",
    "CSPms",
    "Acme",
    "Acme",
    "Zeta",
    "StatlcFileModule",
    "staticfilemodule",
    "StaticFileModule_x64",
    "Acmé ",
    "FastCgiModule_64bit",
    "acme\u{200b} ",
    " Acme",
    "IIS_\u{feff}backdoor",
];
const IMAGES: [&str; 30] = [
    r"C:\Acme.\acme.dll",
    r"C:/Acme /.\acme.dll",
    r"\Acme\acme.dll",
    r"C:Acme\acme.dll",
    r"\\.\C:\Acme.\acme.dll",
    r"C:\Temp.\acme.dll",
    r"%windir%\System32.\acme.dll",
    r"C:\Acme\acme.dll|-x",
    r"C:\Acme\acme.dll|C:\Temp\x.py",
    r"%windir%\System32\inetsrv\static.dll",
    r"C:\Windows\System32\inetsrv\STATIC.dll",
    r"D:\Windows\System32\inetsrv\static.dll",
    r"%windir%\System32\inetsrv\loghttp.dll",
    r"%IIS_BIN%\static.dll",
    r"C:\Inetpub\CSPGateway\CSPms.dll",
    r"C:\Program Files\Microsoft\Exchange Server\V15\Bin\kerbauth.dll",
    r"C:\Acme\acme.dll",
    r"C:\Acme\acme.dll",
    r"c:/acme//acme.dll",
    r"\\?\C:\Acme\acme.dll",
    r"C:\Acme\statlc.dll",
    r"C:\Acme\cache.dll",
    r"C:\Acme\authmd4.dll",
    r"C:\Temp\acme.dll",
    r"%windir%\System32\acme.dll",
    "acme.dll",
    r"C:\Acme\acme",
    r"\\?\C:\Acme\authmd4",
    r"C:\ACME~1\acme.dll",
    r"%windir%\System32\inetsrv\iisfcgix64.dll",
];
/// What settings name, most often one of the images; the DLLs that are known there.
const LIBRARIES: [&str; 6] =
    ["", "", "", r"%windir%\System32\inetsrv\gzip.dll", "webengine4.dll", r"C:\Acme\acme.dll"];
/// Pairs that rows and entries share more often than chance would have it.
const PAIRS: [(&str, &str); 9] = [
    ("ASP.Net_4.0_64bit", r"%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_filter.dll"),
    ("Acme", r"C:\Acme\acme.dll"),
    ("Acme", "acme.dll"),
    ("Zeta", r"C:\Temp\acme.dll"),
    ("Zeta", r"%windir%\System32\inetsrv\static.dll"),
    ("StatlcFileModule", r"C:\Acme\acme.dll"),
    ("StaticFileModule", r"C:\Acme\acme.dll"),
    ("StaticFileModule", r"%windir%\System32\inetsrv\static.dll"),
    ("Zeta", r"C:\Acme\cache.dll"),
];
const PATTERNS: [&str; 10] = [
    r"C:\Acme.\*.dll",
    r"\Acme\**",
    r"C:\Acme\*.dll",
    r"C:\**",
    "**",
    r"%windir%\System32\inetsrv\*.dll",
    r"C:\Windows\**",
    r"C:\Temp\acme.???",
    r"C:\Inetpub\**\CSP*.dll",
    r"C:\Acme\acme.dll",
];
const TYPES: [&str; 15] = [
    "IIS_backdoor_dll.IISModule",
    "IIS_backdoor_dll.IISModule, Acme, Version=1.0.0.0, PublicKeyToken=aaaaaaaaaaaaaaaa",
    "iis_backdoor_dll.IISModule, Acme",
    "System.Web.Security.FormsAuthenticationModule",
    "System.Web.Security.FormsAuthenticationModule, System.Web, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
    "System.Web.Security.FormsAuthenticationModule, System.Web, Version=9.9.9.9, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
    "System.Web.Security.FormsAuthenticationModule, System.Web, Version=2.0.0.0, PublicKeyToken=b03f5f7f11d50a3a",
    "Microsoft.IdentityModel.Web.SessionAuthenticationModule, Microsoft.IdentityModel, Version=3.5.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
    "Microsoft.IdentityModel.Web.SessionAuthenticationModule, Microsoft.IdentityModel, Version=3.5.0.1, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
    "System.Web.Security.FormsAuthenticationModule, Evil, PublicKeyToken=null",
    "Acme.Module",
    "Acme.Module, Acme",
    "Acme.Module, Acme, Version=1.0.0.0, PublicKeyToken=aaaaaaaaaaaaaaaa",
    "Acme.Module, Acme, Version=2.0.0.0, PublicKeyToken=AAAAAAAAAAAAAAAA",
    "Acme.Module, Acme, Acme",
];
const TYPE_PATTERNS: [&str; 3] = ["Acme.*, acme", "Acme.Module**", "**"];
pub const HOSTS: [&str; 4] = ["web01.corp.example", "web01", "app01", ""];
const PLACES: [&str; 4] =
    ["MACHINE/WEBROOT/APPHOST", "MACHINE/WEBROOT/APPHOST/Shop", "MACHINE/WEBROOT/APPHOST/Shop/api", ""];
const SETTINGS: [&str; 9] = [
    r#"/system.webServer/httpCompression/scheme[@name="gzip"]/@dll"#,
    r#"/system.webServer/httpCompression/scheme[@name="Acme"]/@dll"#,
    r#"/system.webServer/httpCompression/scheme[@name="Zeta"]/@dll"#,
    r#"/system.applicationHost/applicationPools/add[@name="Acme"]/@managedRuntimeLoader"#,
    "/system.webServer/httpLogging/@dontLog",
    "/system.web/machineKey/@validationKey",
    r#"/system.webServer/security/requestFiltering/hiddenSegments/remove[@segment="web.config"]"#,
    "/system.webServer/security/requestFiltering/hiddenSegments/clear",
    r#"/system.webServer/security/isapiCgiRestriction/add[@path="C:\Acme\acme.dll"]/@allowed"#,
];
/// Values of settings that name no DLL.
const VALUES: [&str; 5] = ["true", "false", "0123456789abcdef", "AutoGenerate", ""];
const TIMES: [&str; 5] = [
    "2026-02-28T23:59:59.999999Z",
    "2026-03-01T00:00Z",
    "2026-03-01T12:00Z",
    "2026-03-02T00:00Z",
    "2026-06-01T00:00Z",
];
const SHIPPED: [&str; 5] = [
    "base-staticfilemodule-1",
    "threat-wbglil-type",
    "threat-authmd4",
    "threat-doorme-name",
    "threat-doorme-image",
];

type Row = [String; 19];

/// Hashes of files and of signers.
const HASHES: [&str; 2] = [
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
];
/// The hash of a file that a shipped threat is.
const MALWARE: &str = "157174f0b9be66e3c9090c95efdd1dd23b19e42aa671758ebac5540a173f760c";

/// One of `texts`, most often the first.
fn one(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![8 => Just(texts[0]), 2 => select(texts)].prop_map(str::to_owned)
}

/// An allow or deny row. Some make no entry (a glob without a pattern, an image beside a type): those are left out.
fn row() -> impl Strategy<Value = Row> {
    let name = prop_oneof![1 => Just(""), 1 => select(vec!["Acme*", "Acm?", "*", "Static*"]), 8 => select(&NAMES[..])];
    let identity = prop_oneof![
        4 => select(&IMAGES[..]).prop_map(|image| (image, "")),
        2 => select(&TYPES[..]).prop_map(|of| ("", of)),
        2 => select(&PATTERNS[..]).prop_map(|image| (image, "")),
        1 => select(&TYPE_PATTERNS[..]).prop_map(|of| ("", of)),
        3 => Just(("", "")),
    ];
    let identity_and_match = (identity, any::<bool>()).prop_map(|((image, of), by_name)| {
        let pattern = PATTERNS.contains(&image) || TYPE_PATTERNS.contains(&of);
        let matching = match (pattern, by_name) {
            (true, _) => "glob",
            (false, true) if image.is_empty() && of.is_empty() => "name",
            (false, _) => "",
        };
        (image, of, matching)
    });
    let when = (
        one(&["", "2026-03-01", "2026-03-02", "2026-03-01T12:00Z"]),
        one(&["", "2026-02-28", "2026-03-01", "2026-03-01T12:00:00.000001Z"]),
    );
    let scope = (
        one(&["", "web01", "web*", "app01", "web01.corp.example"]),
        one(&["", "machine/webroot/apphost", "**/Shop"]),
        one(&["", "removed", "added", "added|modified|removed"]),
        one(&["", "bitness64", "bitness64,integratedMode"]),
    );
    let pair = proptest::option::weighted(0.4, select(&PAIRS[..]));
    let what = (
        one(&["allow", "deny", "allow", "allow"]),
        one(&["", "native", "managed", "isapi_filter", "handler", "compression_scheme", "setting"]),
        one(&["true", "false", "true", "true"]),
    );
    let hashes = proptest::array::uniform2(one(&["", HASHES[0], HASHES[1]]));
    (name, identity_and_match, when, scope, what, pair, hashes).prop_map(
        |(name, (image, of, matching), when, scope, what, pair, hashes)| {
            let (name, image) = pair.unwrap_or((name, image));
            let (of, matching) = if pair.is_some() { ("", "") } else { (of, matching) };
            let of_files = what.0 == "allow" && matching != "name" && !(image.is_empty() && of.is_empty());
            let [file, signer] = if of_files { hashes } else { [String::new(), String::new()] };
            let mut cells: BTreeMap<Column, String> = BTreeMap::new();
            for (column, text) in [
                (Column::Effect, what.0.as_str()),
                (Column::Kind, what.1.as_str()),
                (Column::Enabled, what.2.as_str()),
                (Column::Name, name),
                (Column::Image, image),
                (Column::Type, of),
                (Column::Match, if name.contains('*') && matching != "name" { "glob" } else { matching }),
                (Column::Host, scope.0.as_str()),
                (Column::ConfigPath, scope.1.as_str()),
                (Column::Action, scope.2.as_str()),
                (Column::Precondition, scope.3.as_str()),
                (Column::ValidFrom, when.0.as_str()),
                (Column::Expires, when.1.as_str()),
                (Column::Sha256, file.as_str()),
                (Column::SignerSha256, signer.as_str()),
            ] {
                cells.insert(column, text.to_owned());
            }
            Column::ALL.map(|column| cells.get(&column).cloned().unwrap_or_default())
        },
    )
}

/// A site's file: rows, and switches for shipped entries.
pub fn allowlist() -> impl Strategy<Value = String> {
    let switches = proptest::sample::subsequence(SHIPPED.to_vec(), 0..=1);
    (proptest::collection::vec(row(), 0..16), switches).prop_map(|(rows, switches)| {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(Column::NAMES).unwrap();
        let says = |row: &Row| {
            [Column::Name, Column::Image, Column::Type].iter().any(|column| !row[*column as usize].is_empty())
        };
        for (number, mut row) in rows.into_iter().filter(says).enumerate() {
            // Numbered backwards, so that neither the order of rows nor that of ids is the order of evaluation.
            row[Column::Id as usize] = format!("s{}", 99 - number);
            csv.write_record(&row).unwrap();
        }
        for id in switches {
            csv.write_record(Column::ALL.map(|column| match column {
                Column::Id => id,
                Column::Enabled => "false",
                _ => "",
            }))
            .unwrap();
        }
        String::from_utf8(csv.into_inner().unwrap()).unwrap()
    })
}

#[derive(Debug, Clone)]
pub struct Facts {
    level: Level,
    section: Section,
    kind: Option<Kind>,
    name: &'static str,
    identity: Option<&'static str>,
    by_type: bool,
    old: Option<&'static str>,
    precondition: Option<&'static str>,
    attribute: &'static str,
    action: Action,
    /// Path, operation, value.
    setting: Option<(&'static str, Operation, &'static str)>,
    flags: [bool; 6],
    place: &'static str,
    location: &'static str,
    pub host: &'static str,
    actor: &'static str,
    time: &'static str,
    file: Option<FileFacts<'static>>,
    indexed: Option<&'static str>,
    fell: bool,
}

/// What the columns about a file hold, most often what a genuine one has.
const FILE: [(&str, &[&str]); 17] = [
    ("file", &["", r"C:\Acme\acme.dll", r"C:\Windows\System32\inetsrv\static.dll"]),
    ("bits", &["", "64", "32", "x"]),
    ("file_status", &["read", "", "Missing", "denied", "not_collected", "too_large", "lost"]),
    ("file_sha256", &["", "00", HASHES[0], HASHES[1], MALWARE]),
    ("signer_sha256", &["", HASHES[0], HASHES[1]]),
    ("signature", &["valid", "", "none", "hash_mismatch", "invalid", "root_not_known", "not_checked", "?"]),
    ("signer_class", &["windows", "", "microsoft", "windows_2001", "other", "microsoft_other", "Contoso"]),
    ("pe_machine", &["", "x64", "x86", "none", "z80"]),
    ("pe_entry_points", &["RegisterModule", "", "HttpFilterProc,GetFilterVersion", "unreadable"]),
    ("pe_original_name", &["", "static.dll", "STATIC.DLL.mui", "static", "cmd.exe", "acme.dll"]),
    ("signature_extra_bytes", &["", "0", "7", "8", "4096", "many"]),
    ("found_in", &["", "config", "worker_copy", "history", "disk", "elsewhere"]),
    ("also_in_config", &["", "no", "yes", "perhaps"]),
    ("older_than_in_box", &["", "no", "yes"]),
    ("update_pending", &["", "no", "yes"]),
    ("redirected_by", &["", "", "", r"C:\Sites\web.config"]),
    ("windows_version", &["", "6.1.7601", "10.0.20348", "6.1"]),
];

/// Facts about a file: about half of the rows have any, and each column has its first word more often than others.
fn file() -> impl Strategy<Value = Option<FileFacts<'static>>> {
    let words = FILE.map(|(_, words)| prop_oneof![3 => Just(words[0]), 2 => select(words)]);
    let known = Vec::from(words).prop_map(|words| {
        let cell = |column: &str| FILE.iter().position(|(own, _)| *own == column).map_or("", |at| words[at]);
        FileFacts::new(FileFacts::COLUMNS.map(cell))
    });
    prop_oneof![Just(None), known]
}

pub fn facts() -> impl Strategy<Value = Facts> {
    let section = prop_oneof![
        6 => Just(Section::GlobalModules),
        4 => Just(Section::Modules),
        1 => Just(Section::IsapiFilters),
        1 => Just(Section::Handlers),
        3 => Just(Section::Other),
    ];
    let of_module =
        (section, any::<bool>(), select(&NAMES[..]), select(&IMAGES[..]), select(&TYPES[..]), 0..4_u8);
    let of_change = (
        select(vec![Level::Row, Level::Change, Level::Inventory]),
        prop_oneof![Just(Action::Added), Just(Action::Removed), select(&Action::ALL[..])],
        select(vec!["", "", "image", "type", "preCondition", "lockItem", "name"]),
        proptest::option::of(select(vec!["bitness64", "integratedMode, bitness64", "bitness32"])),
        proptest::array::uniform6(proptest::bool::weighted(0.15)),
        (0..6_u8, select(&IMAGES[..]), select(&TYPES[..])),
    );
    let of_row = (
        select(&PLACES[..]),
        select(vec!["", "", "Shop"]),
        select(&HOSTS[..]),
        select(vec!["", "S-1-5-18", "S-1-5-82-1", r"IIS APPPOOL\Shop"]),
        select(&TIMES[..]),
        proptest::option::weighted(0.3, select(&TIMES[..])),
        proptest::bool::weighted(0.2),
    );
    let operations =
        vec![Operation::Add, Operation::Delete, Operation::Modify, Operation::Modify, Operation::Hidden];
    let of_setting = (select(&SETTINGS[..]), select(operations), select(&VALUES[..]), select(&LIBRARIES[..]));
    let pair = proptest::option::weighted(0.5, select(&PAIRS[..]));
    let given = (of_module, of_change, of_row, of_setting, pair, file());
    given.prop_map(|(module, change, row, setting, pair, file)| {
        let (section, typed, name, image, of_type, shown) = module;
        let (name, image) = pair.unwrap_or((name, image));
        let by_type = section == Section::Modules && typed;
        let (old, old_image, old_type) = change.5;
        // The list as a whole: no module is named.
        let whole = change.1 == Action::Cleared || change.1 == Action::Changed && shown == 0;
        let kind = match section {
            Section::GlobalModules => Some(Kind::Native),
            Section::IsapiFilters => Some(Kind::IsapiFilter),
            Section::Handlers => Some(Kind::Handler),
            Section::Modules | Section::HttpModules => by_type.then_some(Kind::Managed),
            Section::Other => None,
        };
        let (path, operation, value, library) = setting;
        // A file says what is there, and nothing of what was.
        let stands = section == Section::Other && change.0 == Level::Inventory;
        let operation = if stands { Operation::Add } else { operation };
        let names_library = path.ends_with("/@dll") || path.ends_with("Loader");
        let value = match library {
            "" if names_library => image,
            library if names_library => library,
            _ => value,
        };
        Facts {
            level: change.0,
            section,
            kind,
            name: if whole || section == Section::Other { "" } else { name },
            identity: (shown > 0 && !whole && section != Section::Other).then_some(if by_type {
                of_type
            } else {
                image
            }),
            by_type,
            old: (old == 0 && section == Section::Other)
                .then_some(value)
                .filter(|_| old_image.len() % 2 == 0)
                .or((old == 0).then_some(if by_type { old_type } else { old_image }))
                .filter(|_| !stands),
            action: change.1,
            setting: (section == Section::Other).then_some((path, operation, value)),
            attribute: if section == Section::Other { "" } else { change.2 },
            precondition: change.3.filter(|_| section != Section::Other),
            flags: if section == Section::Other {
                [false, false, false, change.4[3], change.4[4], false]
            } else {
                change.4
            },
            place: row.0,
            location: row.1,
            host: row.2,
            actor: row.3,
            time: row.4,
            file: file.filter(|_| section != Section::Other),
            indexed: row.5,
            fell: row.6,
        }
    })
}

impl Facts {
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            level: self.level,
            class: self.section.class(),
            kind: self.kind,
            or_filter: self.level == Level::Inventory && self.section == Section::GlobalModules,
            section: self.section,
            name: self.name,
            image: self.identity.filter(|_| !self.by_type),
            type_name: self.identity.filter(|_| self.by_type),
            precondition: self.precondition,
            old: self.old,
            attribute: self.attribute,
            action: self.action,
            value_unseen: self.flags[0],
            renamed: self.flags[1],
            inferred: self.flags[2],
            under_remove: self.flags[5],
            overwritten: self.flags[4],
            config_path: self.place,
            location: self.location,
            host: self.host,
            actor: self.actor,
            time: date::valid_from(self.time).expect("time"),
            time_assumed: self.flags[3],
            clock: Clock {
                indexed: self.indexed.map(|text| date::valid_from(text).expect("time")),
                fell: self.fell,
            },
            file: self.file.as_ref(),
            setting: self.setting.map(|(path, operation, value)| {
                let new = (operation != Operation::Hidden).then_some(value);
                Setting::of(path, operation, self.old, new)
            }),
        }
    }
}
