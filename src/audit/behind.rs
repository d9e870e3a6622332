//! The files behind what a configuration names, as far as the drives of the server are at hand.

use crate::file::Trust;
use crate::iis::{Roots, Section, precondition, script_processor};
use crate::server::files::{Bits, Drives, Facts, Files};
use crate::server::{Entry, Level, Listing, Operation, Server, Sites};

/// Conditions that bind an entry to worker processes of one bitness.
const BITNESS: [(&str, Bits); 2] = [("bitness32", Bits::B32), ("bitness64", Bits::B64)];

/// The files of one server.
pub(super) struct Behind<'t> {
    files: Files<'t>,
    sites: Sites,
}

impl<'t> Behind<'t> {
    pub fn new(drives: &Drives, server: &Server, roots: Roots, trust: Trust<'t>) -> Self {
        let sites = server.sites().cloned().unwrap_or_default();
        Self { files: Files::new(drives.clone(), roots, trust), sites }
    }

    /// Whether the catalogs of Windows are at hand.
    pub fn has_catalogs(&self) -> bool {
        self.files.catalogs().count() > 0
    }

    /// The facts about each file that worker processes load for an entry.
    pub fn entry(&mut self, level: &Level, listing: &Listing, entry: &Entry) -> Vec<Facts> {
        if entry.operation != Operation::Add {
            return Vec::new();
        }
        let bits = self.bits(&entry.precondition);
        if !entry.image.trim().is_empty() {
            let image = match listing.section {
                Section::Handlers => script_processor::split(&entry.image).0,
                _ => &entry.image,
            };
            return self.images(image, &bits);
        }
        if entry.type_name.trim().is_empty() {
            return Vec::new();
        }
        let bin = self.bin(level, &listing.location.path);
        let found = bits.iter().map(|bits| self.files.managed(&entry.type_name, bin.as_deref(), *bits));
        one_for_each_file(found.collect())
    }

    /// The facts about each file that worker processes load for an image path of a setting. Programs that are looked for
    /// elsewhere than at their path (`dotnet`) have none.
    pub fn setting(&mut self, image: &str) -> Vec<Facts> {
        let bits = self.bits("");
        let mut facts = self.images(script_processor::split(image).0, &bits);
        facts.retain(|facts| facts.as_columns().file_status != "not_resolved");
        facts
    }

    fn images(&mut self, written: &str, bits: &[Bits]) -> Vec<Facts> {
        one_for_each_file(bits.iter().map(|bits| self.files.image(written, *bits)).collect())
    }

    /// Which worker processes can load an entry with this preCondition.
    fn bits(&self, condition: &str) -> Vec<Bits> {
        let bound = BITNESS.iter().find(|(word, _)| precondition::has(condition, word));
        if let Some((_, bits)) = bound {
            return vec![*bits];
        }
        let pools = self.sites.pools;
        let all = [(Bits::B64, pools.has_native || !pools.has_32_bit), (Bits::B32, pools.has_32_bit)];
        all.into_iter().filter(|(_, runs)| *runs).map(|(bits, _)| bits).collect()
    }

    /// The folder of assemblies of the application at a place.
    fn bin(&self, level: &Level, location: &str) -> Option<String> {
        let place = [level.place(), location].into_iter().filter(|part| !part.is_empty());
        let place = place.collect::<Vec<_>>().join("/");
        let folder = self.sites.application_of(&place)?;
        Some(format!(r"{}\bin", folder.path.trim_end_matches(['\\', '/'])))
    }
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
