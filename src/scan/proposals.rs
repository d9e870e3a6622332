//! Proposals beside each other: where two contradict, neither is made.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::Column as Fact;
use crate::report::Item;

/// One entry to propose, and where it was seen.
pub struct Proposal<'i> {
    /// The first finding of it.
    pub item: &'i Item,
    /// The hosts, in lower case; empty where a row names none.
    pub hosts: BTreeSet<&'i str>,
    /// SHA-256 of its files; empty where one was not read.
    pub hashes: BTreeSet<&'i str>,
    /// SHA-256 of the certificates of those who signed them; empty where one has no signature that is right.
    pub signers: BTreeSet<&'i str>,
    /// The image in normal form, or the type.
    normal: String,
}

impl<'i> Proposal<'i> {
    /// A fact of the first finding.
    #[must_use]
    pub fn fact(&self, fact: Fact) -> &'i str {
        self.item.fact(fact)
    }
}

/// Findings that may become entries, those about one module together.
#[derive(Default)]
pub struct Proposals<'i> {
    by_module: BTreeMap<(&'i str, &'i str, String), Proposal<'i>>,
}

impl<'i> Proposals<'i> {
    /// Adds a finding with its image in normal form, or its type.
    pub fn add(&mut self, item: &'i Item, normal: String) {
        let key = (item.fact(Fact::Kind), item.fact(Fact::Name), normal.clone());
        let (hosts, hashes, signers) = Default::default();
        let proposal = Proposal { item, hosts, hashes, signers, normal };
        let proposal = self.by_module.entry(key).or_insert(proposal);
        proposal.hosts.insert(item.fact(Fact::Host));
        let others = item.other_files.iter().map(|[hash, signer]| [hash.as_str(), signer.as_str()]);
        for [hash, signer] in others.chain([item.file()]) {
            proposal.hashes.insert(hash);
            proposal.signers.insert(signer);
        }
    }

    /// The proposals that no other contradicts; the others with the reason.
    #[must_use]
    pub fn compared(self) -> (Vec<Proposal<'i>>, Vec<(Proposal<'i>, String)>) {
        let mut names: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut images: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut spellings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for proposal in self.by_module.values() {
            let name = proposal.fact(Fact::Name);
            names.entry(proposal.normal.clone()).or_default().insert(name);
            images.entry(name.to_owned()).or_default().insert(proposal.item.identity());
            spellings.entry(name.to_lowercase()).or_default().insert(name);
        }
        let several = |found: &BTreeMap<String, BTreeSet<&'i str>>, key: &str| {
            found.get(key).filter(|texts| texts.len() > 1).map(|texts| {
                let texts: Vec<&str> = texts.iter().copied().take(3).collect();
                texts.join(", ")
            })
        };
        let conflict = |proposal: &Proposal<'i>| {
            let name = proposal.fact(Fact::Name);
            if let Some(names) = several(&names, &proposal.normal) {
                Some(format!("one image or type has several names: {names}"))
            } else if let Some(images) = several(&images, name) {
                Some(format!("one name has several images or types: {images}"))
            } else {
                several(&spellings, &name.to_lowercase())
                    .map(|names| format!("names that differ in case only are different modules: {names}"))
            }
        };
        let (mut sound, mut doubtful) = (Vec::new(), Vec::new());
        for proposal in self.by_module.into_values() {
            match conflict(&proposal) {
                Some(why) => doubtful.push((proposal, why)),
                None => sound.push(proposal),
            }
        }
        (sound, doubtful)
    }
}
