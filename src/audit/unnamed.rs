//! Modules that no configuration names: assemblies that register themselves, and libraries beside those of IIS.

use super::behind::Behind;
use super::sink::Sink;
use crate::iis::{FileFacts, Kind, Registration};
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::server::Level;
use crate::server::files::{Bits, Facts, Held, Starter};

/// The folder of IIS, and its twin for 32-bit processes.
const INETSRV: [(&str, Bits); 2] =
    [(r"%windir%\System32\inetsrv", Bits::B64), (r"%windir%\SysWOW64\inetsrv", Bits::B32)];

/// Gives each of them to `sink`. What Microsoft signed is its own, and is not asked about.
pub(super) fn walk(host: &str, behind: &mut Behind<'_>, sink: &mut dyn Sink) {
    let bins: Vec<(String, String)> = {
        let (_, sites, _) = behind.parts();
        let folders = sites.folders.iter().filter(|folder| sites.is_application(&folder.place));
        folders
            .map(|folder| {
                let bin = format!(r"{}\bin", folder.path.trim_end_matches(['\\', '/']));
                (Level::of(&folder.place).to_string(), bin)
            })
            .collect()
    };
    for (config_path, bin) in bins {
        let held = behind.parts().0.starters(&bin);
        unread(&held, sink);
        for starter in held.found {
            let facts = behind.parts().0.unnamed(&starter.path, Bits::B64);
            if is_of_microsoft(&facts.as_columns()) {
                continue;
            }
            let (name, type_name) = identity(&starter);
            let registration = Registration {
                kind: Some(Kind::Managed),
                name: &name,
                type_name: &type_name,
                config_path: &config_path,
                is_collected: true,
                ..Registration::default()
            };
            sink.module(host, &registration, &[facts], &Origin::of_file(starter.path.as_str()));
        }
    }
    for (folder, bits) in INETSRV {
        let held = behind.parts().0.libraries(folder);
        unread(&held, sink);
        for path in held.found {
            if let Some(facts) = unregistered(behind, &path, bits) {
                let stem = stem(&path);
                let registration = Registration {
                    kind: Some(Kind::Native),
                    name: stem,
                    image: &path,
                    is_collected: true,
                    ..Registration::default()
                };
                sink.module(host, &registration, &[facts], &Origin::of_file(path.as_str()));
            }
        }
    }
}

fn unread<T>(held: &Held<T>, sink: &mut dyn Sink) {
    for (path, what) in &held.unread {
        let problem = Problem::new(ProblemKind::Unreadable, what.as_str());
        sink.tell(problem.at(Origin::of_file(path.as_str())));
    }
}

/// The facts about a library that Microsoft has not signed, and that is registered as no module, filter or handler.
fn unregistered(behind: &mut Behind<'_>, path: &str, bits: Bits) -> Option<Facts> {
    let (files, _, named) = behind.parts();
    if named.contains(&path.to_lowercase()) {
        return None;
    }
    let facts = files.unnamed(path, bits);
    let seen = facts.as_columns();
    let is_known = seen.file_status == "read" && seen.signature != "not_checked";
    (is_known && !is_of_microsoft(&seen)).then_some(facts)
}

fn is_of_microsoft(facts: &FileFacts<'_>) -> bool {
    facts.signature == "valid" && ["windows", "windows_2001", "microsoft"].contains(&facts.signer_class)
}

/// The name of the assembly, and the type that runs when an application starts.
fn identity(starter: &Starter) -> (String, String) {
    let identity = starter.assembly.identity.as_ref();
    let name = identity.map_or_else(|| stem(&starter.path).to_owned(), |identity| identity.name.clone());
    let method = starter.assembly.start_methods.first();
    let type_name = method.map_or("", |method| method.type_name.split(',').next().unwrap_or_default());
    let full = identity.map_or_else(|| name.clone(), ToString::to_string);
    (name, format!("{type_name}, {full}"))
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('\\').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
