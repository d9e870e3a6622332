//! The files behind what a configuration names, as far as the drives of the server are at hand.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::redirects::{is_about, leads_to};
use super::unseen::Unseen;
use crate::file::Trust;
use crate::iis::{ManagedType, Roots, Section, precondition, script_processor};
use crate::problem::Problem;
use crate::server::files::{Bits, Drives, Facts, Files};
use crate::server::{Binding, Entry, Leads, Level, Listing, Operation, Server, Sites};

/// Conditions that bind an entry to worker processes of one bitness.
const BITNESS: [(&str, Bits); 2] = [("bitness32", Bits::B32), ("bitness64", Bits::B64)];

/// The files of one server.
pub(super) struct Behind<'t> {
    files: Files<'t>,
    sites: Sites,
    /// Paths of files that are registered as modules, filters or handlers, in lower case: the decision on these asks who signed
    /// them, or tells them.
    named: BTreeSet<String>,
    /// What sends assemblies to another version, and for which level.
    redirects: Vec<(Level, Binding)>,
    unseen: Unseen,
}

impl<'t> Behind<'t> {
    pub fn new(drives: &Drives, server: &Server, roots: Roots, trust: Trust<'t>) -> Self {
        let sites = server.sites().cloned().unwrap_or_default();
        let files = Files::new(drives.clone(), roots, trust);
        let known = server.configs.iter().filter(|(level, _)| *level != Level::Unknown);
        let redirects = known.flat_map(|(level, config)| {
            let to_version = config.bindings.iter().filter(|own| matches!(own.leads, Leads::Version(_)));
            to_version.map(|binding| (level.clone(), binding.clone()))
        });
        let redirects = redirects.collect();
        Self { files, sites, named: BTreeSet::new(), redirects, unseen: Unseen::default() }
    }

    /// The files themselves, and the sites that they are of.
    pub fn parts(&mut self) -> (&mut Files<'t>, &Sites, &BTreeSet<String>) {
        (&mut self.files, &self.sites, &self.named)
    }

    /// What could not be looked at. `host` is the name of the server.
    pub fn problems(&self, host: &str) -> Vec<Problem> {
        self.unseen.problems(host, self.files.catalogs().count() > 0)
    }

    /// Remembers which files were looked at, and which could not be. `shown` is what names them.
    fn seen(&mut self, facts: Vec<Facts>, shown: &str, is_registered: bool) -> Vec<Facts> {
        for own in &facts {
            self.unseen.take(own, shown);
            if is_registered {
                self.named.insert(own.as_columns().file.to_lowercase());
            }
        }
        facts
    }

    /// The facts about each file that an entry of an earlier version would load. That it is gone is nothing to tell, and a file
    /// that stayed is registered by nothing.
    pub fn earlier_entry(&mut self, listing: &Listing, entry: &Entry) -> Vec<Facts> {
        let (named, unseen) = (self.named.clone(), self.unseen.clone());
        let facts = self.entry(&Level::Server, listing, entry);
        (self.named, self.unseen) = (named, unseen);
        facts
    }

    /// The facts about each file that a setting of an earlier version would load.
    pub fn earlier_setting(&mut self, image: &str) -> Vec<Facts> {
        let unseen = self.unseen.clone();
        let facts = self.setting(image);
        self.unseen = unseen;
        facts
    }

    /// The facts about each file that worker processes load for an entry.
    pub fn entry(&mut self, level: &Level, listing: &Listing, entry: &Entry) -> Vec<Facts> {
        if entry.operation != Operation::Add {
            return Vec::new();
        }
        if !entry.image.trim().is_empty() {
            let image = match listing.section {
                Section::Handlers => script_processor::split(&entry.image).0,
                _ => &entry.image,
            };
            let facts = self.images(image, &entry.precondition);
            return self.seen(facts, image, true);
        }
        if entry.type_name.trim().is_empty() {
            return Vec::new();
        }
        let bits = self.bits(&entry.precondition);
        let place = place_of(level, &listing.location.path);
        let bin = self.bin(&place);
        let type_name = self.redirected(&place, &entry.type_name);
        let found = bits.iter().map(|bits| self.files.managed(&type_name, bin.as_deref(), *bits));
        let facts = one_for_each_file(found.collect());
        self.seen(facts, &entry.type_name, true)
    }

    /// The facts about each file that worker processes load for an image path of a setting. A folder and programs that are looked
    /// for elsewhere than at their path (`dotnet`) have none.
    pub fn setting(&mut self, image: &str) -> Vec<Facts> {
        let path = script_processor::split(image).0;
        let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
        // Windows appends another extension to a program than to a library, and a folder has none.
        let mut facts = if name.contains('.') { self.images(path, "") } else { Vec::new() };
        facts.retain(|facts| facts.as_columns().file_status != "not_resolved");
        self.seen(facts, image, false)
    }

    /// The facts about each file that processes load for an image path: a twin that no pool loads is looked at where it is there,
    /// because a pool is soon switched.
    fn images(&mut self, written: &str, condition: &str) -> Vec<Facts> {
        if let Some(bits) = bound(condition) {
            return vec![self.files.image(written, bits)];
        }
        let both = [Bits::B64, Bits::B32].map(|bits| self.files.image(written, bits));
        let both = one_for_each_file(both.into());
        if both.len() == 1 {
            return both;
        }
        let runs = self.bits("");
        let as_run = |facts: Facts| {
            let own = if facts.as_columns().bits == "32" { Bits::B32 } else { Bits::B64 };
            let is_there = facts.as_columns().file_status == "read";
            if runs.contains(&own) { Some(facts) } else { is_there.then(|| facts.spare()) }
        };
        both.into_iter().filter_map(as_run).collect()
    }

    /// Which worker processes can load an entry with this preCondition.
    fn bits(&self, condition: &str) -> Vec<Bits> {
        if let Some(bits) = bound(condition) {
            return vec![bits];
        }
        let pools = self.sites.pools;
        let all = [(Bits::B64, pools.has_native || !pools.has_32_bit), (Bits::B32, pools.has_32_bit)];
        all.into_iter().filter(|(_, runs)| *runs).map(|(bits, _)| bits).collect()
    }

    /// The folder of assemblies of the application at a place.
    fn bin(&self, place: &str) -> Option<String> {
        let folder = self.sites.application_of(place)?;
        Some(format!(r"{}\bin", folder.path.trim_end_matches(['\\', '/'])))
    }

    /// The type as it is loaded at a place: the nearest setting there that sends its assembly to another version counts.
    fn redirected<'n>(&self, place: &str, type_name: &'n str) -> Cow<'n, str> {
        let parsed = ManagedType::parse(type_name);
        let is_for = |(level, binding): &&(Level, Binding)| level.holds(place) && is_about(binding, &parsed);
        let nearest = self.redirects.iter().filter(is_for).max_by_key(|(level, _)| level.place().len());
        nearest
            .and_then(|(_, binding)| leads_to(binding, &parsed))
            .map_or(Cow::Borrowed(type_name), Cow::Owned)
    }
}

/// The place of an entry.
fn place_of(level: &Level, location: &str) -> String {
    let parts = [level.place(), location].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/")
}

/// The processes that a preCondition binds an entry to.
fn bound(condition: &str) -> Option<Bits> {
    BITNESS.iter().find(|(word, _)| precondition::has(condition, word)).map(|(_, bits)| *bits)
}

/// One and the same file for both kinds of processes is that of those that can load it.
fn one_for_each_file(mut facts: Vec<Facts>) -> Vec<Facts> {
    if let [first, second] = facts.as_slice()
        && first.as_columns().file == second.as_columns().file
    {
        let is_of_second = second.as_columns().pe_machine == "x86";
        facts.swap_remove(usize::from(!is_of_second));
    }
    facts
}
