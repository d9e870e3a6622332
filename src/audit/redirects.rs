//! Settings that send the type of a listed module to another file than its name says.

use super::sink::Sink;
use crate::iis::{ManagedType, Registration, Section};
use crate::server::files::Facts;
use crate::server::{Binding, Leads, Level, Operation, Server};

/// A managed module as it is registered.
struct Registered<'s> {
    section: Section,
    name: &'s str,
    type_name: &'s str,
    parsed: ManagedType,
    /// An application registers it: the assembly is its own, and so is the version that it asks for.
    is_local: bool,
}

/// Gives each such setting to `sink`, with the modules that it is about until one of them is told.
pub(super) fn walk(server: &Server, host: &str, sink: &mut dyn Sink) {
    let sending = server.configs.iter().filter(|(_, config)| !config.bindings.is_empty());
    let sending: Vec<_> = sending.collect();
    if sending.is_empty() {
        return;
    }
    let modules = modules(server);
    for (level, config) in sending {
        let config_path = level.to_string();
        for binding in &config.bindings {
            // An application's own module may have any version.
            let is_own =
                |module: &Registered<'_>| module.is_local && matches!(binding.leads, Leads::Version(_));
            let of_assembly = modules.iter().filter(|module| is_about(binding, &module.parsed));
            for module in of_assembly.filter(|module| !is_own(module)) {
                let other = leads_to(binding, &module.parsed).unwrap_or_default();
                let registration = Registration {
                    section: Some(module.section),
                    name: module.name,
                    type_name: module.type_name,
                    config_path: &config_path,
                    redirected_to: &other,
                    is_collected: true,
                    ..Registration::default()
                };
                let mut facts = Facts::default();
                facts.set("found_in", "config");
                facts.set("redirected_by", &told(binding));
                if sink.module(host, &registration, &[facts], &binding.origin) {
                    break;
                }
            }
        }
    }
}

/// The managed modules of a server, each name and type once.
fn modules(server: &Server) -> Vec<Registered<'_>> {
    let mut found: Vec<Registered<'_>> = Vec::new();
    let all =
        server.configs.iter().flat_map(|(level, config)| config.listings.iter().map(move |own| (level, own)));
    let is_managed = |section| matches!(section, Section::Modules | Section::HttpModules);
    for (level, listing) in all.filter(|(_, listing)| is_managed(listing.section)) {
        let is_local = matches!(level, Level::Place(_) | Level::Unknown);
        for entry in &listing.entries {
            let (name, type_name) = (entry.name.as_deref().unwrap_or_default(), entry.type_name.as_str());
            let is_known = found.iter().any(|own| (own.name, own.type_name) == (name, type_name));
            if entry.operation == Operation::Add && !type_name.is_empty() && !is_known {
                let parsed = ManagedType::parse(type_name);
                found.push(Registered { section: listing.section, name, type_name, parsed, is_local });
            }
        }
    }
    found
}

/// Whether a version is one of those that a setting sends. What cannot be read may be.
fn is_sent(versions: Option<&str>, version: Option<&str>) -> bool {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        text.trim().split('.').map(|number| number.parse().ok()).collect()
    };
    let Some((versions, version)) = versions.zip(version) else { return true };
    let (first, last) = versions.split_once('-').unwrap_or((versions, versions));
    match (numbers(first), numbers(version), numbers(last)) {
        (Some(first), Some(version), Some(last)) => first <= version && version <= last,
        _ => true,
    }
}

/// Whether a setting sends the assembly of a type.
pub(super) fn is_about(binding: &Binding, of: &ManagedType) -> bool {
    let (assembly, token) = of.file();
    let same_key = match (&binding.token, token) {
        (Some(own), Some(token)) => own == token,
        // A name without a key means whatever has the name.
        (None, _) => true,
        (Some(_), None) => false,
    };
    let is_named = assembly == Some(binding.assembly.as_str()) && same_key;
    is_named && is_sent(binding.versions.as_deref(), of.version.as_deref())
}

/// The type that is loaded instead, where its name tells.
pub(super) fn leads_to(binding: &Binding, of: &ManagedType) -> Option<String> {
    let (assembly, token) = of.file();
    match &binding.leads {
        Leads::Version(version) => {
            let culture = of.culture.as_deref().unwrap_or("neutral");
            Some(format!(
                "{}, {}, Version={version}, Culture={culture}, PublicKeyToken={}",
                of.name,
                assembly?,
                token.unwrap_or("null")
            ))
        }
        Leads::Name(full) => Some(format!("{}, {full}", of.name)),
        Leads::File(_) => None,
    }
}

fn told(binding: &Binding) -> String {
    match &binding.leads {
        Leads::Version(version) => format!("bindingRedirect {version}"),
        Leads::File(file) => format!("codeBase {file}"),
        Leads::Name(full) => format!("qualifyAssembly {full}"),
    }
}
