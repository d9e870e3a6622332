//! Settings that send the type of a listed module to another file than its name says.

use super::auditor::Auditor;
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

impl Auditor<'_> {
    /// Decides on each such setting by the first module that it is about.
    pub(super) fn redirects(&mut self, server: &Server, host: &str) {
        let sending = server.configs.iter().filter(|(_, config)| !config.bindings.is_empty());
        let sending: Vec<_> = sending.collect();
        if sending.is_empty() {
            return;
        }
        let modules = modules(server);
        for (level, config) in sending {
            for binding in &config.bindings {
                self.redirect(host, level, binding, &modules);
            }
        }
    }

    fn redirect(&mut self, host: &str, level: &Level, binding: &Binding, modules: &[Registered<'_>]) {
        let config_path = level.to_string();
        let of_assembly = modules.iter().filter(|module| is_about(binding, &module.parsed));
        for module in of_assembly {
            let registration = Registration {
                section: Some(module.section),
                name: module.name,
                type_name: module.type_name,
                config_path: &config_path,
                ..Registration::default()
            };
            if !self.vouches(host, &registration) {
                continue;
            }
            // Another version under the same key that is listed too is the same module; so is any of an application's own.
            let other = leads_to(binding, &module.parsed);
            let is_own = module.is_local && matches!(binding.leads, Leads::Version(_));
            let is_listed = is_own
                || other.is_some_and(|type_name| {
                    self.vouches(host, &Registration { type_name: &type_name, ..registration.clone() })
                });
            if !is_listed {
                let mut facts = Facts::default();
                facts.set("found_in", "config");
                facts.set("redirected_by", &told(binding));
                self.registered(host, &registration, &[facts], &binding.origin);
            }
            return;
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

fn is_about(binding: &Binding, of: &ManagedType) -> bool {
    let (assembly, token) = of.file();
    let same_key = match (&binding.token, token) {
        (Some(own), Some(token)) => own == token,
        // A name without a key means whatever has the name.
        (None, _) => true,
        (Some(_), None) => false,
    };
    assembly == Some(binding.assembly.as_str()) && same_key
}

/// The type that is loaded instead, where its name tells.
fn leads_to(binding: &Binding, of: &ManagedType) -> Option<String> {
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
