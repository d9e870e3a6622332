//! The compiled-in data against itself.

use std::collections::{HashMap, HashSet};

use super::{Seen, catalogue, with_packs};
use crate::allowlist::{Entry, EntrySource, Profile, Strength, builtin};
use crate::iis::{Image, Kind};

fn entries() -> Vec<Entry> {
    builtin::entries().unwrap()
}

fn every_pack() -> Profile {
    let catalogue = catalogue(b"").unwrap();
    with_packs(&catalogue.packs().into_keys().collect::<Vec<_>>())
}

fn seen(entry: &Entry, profile: &Profile) -> Seen {
    let kind = entry.kind.map_or("native", Kind::as_str);
    let shown = if entry.type_name.is_empty() { &entry.image } else { &entry.type_name };
    let shown = if shown.is_empty() { "-" } else { shown };
    Seen::new(kind, &entry.name, shown, profile)
}

#[test]
fn ids_are_unique_and_plain() {
    let mut ids = HashSet::new();
    for entry in entries() {
        assert!(
            entry.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)),
            "{}",
            entry.id
        );
        assert!(ids.insert(entry.id.clone()), "{}", entry.id);
        assert!(!entry.about.is_empty() && !entry.reference.is_empty(), "{}", entry.id);
    }
    assert!(ids.len() > 250, "{}", ids.len());
}

/// Who meets a threat must be able to look it up.
#[test]
fn each_threat_has_family_year_and_reference() {
    for entry in entries().iter().filter(|entry| matches!(entry.source, EntrySource::Threat(_))) {
        let (family, year) = entry.about.rsplit_once(", ").unwrap_or_else(|| panic!("{}", entry.id));
        assert!(!family.is_empty() && entry.reference.len() > 5, "{}", entry.id);
        assert!(year.starts_with("20") && year.trim_end_matches('+').len() == 4, "{}: {year}", entry.id);
    }
}

#[test]
fn each_baseline_and_pack_pair_is_known_and_no_threat() {
    let (catalogue, all) = (catalogue(b"").unwrap(), every_pack());
    let (chosen, none) = (catalogue.index(&all), catalogue.index(&Profile::default()));
    for (number, entry) in catalogue.entries().iter().enumerate() {
        let seen = seen(entry, &all);
        let found = chosen.candidates(&seen.identity());
        if let EntrySource::Threat(_) = entry.source {
            assert_eq!(found.known_pair, None, "{}", entry.id);
            continue;
        }
        // A pack may have a pair of the baseline as well: that the product is installed settles a doubt about it.
        let of_pack = |wanted: bool| {
            let same = |other: &Entry| {
                matches!(other.source, EntrySource::Pack(_)) == wanted
                    && !matches!(other.source, EntrySource::Threat(_))
                    && (&other.name, &other.image, &other.type_name)
                        == (&entry.name, &entry.image, &entry.type_name)
            };
            catalogue.entries().iter().position(same)
        };
        let (baseline, pack) = (of_pack(false), of_pack(true));
        assert!(baseline == Some(number) || pack == Some(number), "{} is there twice", entry.id);
        assert_eq!(found.known_pair, baseline.or(pack), "{}", entry.id);
        assert_eq!(
            (found.threat, found.threat_basename, found.pack_not_chosen),
            (None, None, None),
            "{}",
            entry.id
        );
        assert!(found.known_name.contains(&number), "{}", entry.id);
        let unchosen = none.candidates(&seen.identity());
        assert_eq!(unchosen.pack_not_chosen, pack, "{}", entry.id);
        assert_eq!(unchosen.known_pair, baseline, "{}", entry.id);
    }
    let twice: Vec<&str> = catalogue
        .entries()
        .iter()
        .filter(|entry| matches!(entry.source, EntrySource::Pack(_)))
        .filter(|entry| none.candidates(&seen(entry, &all).identity()).known_pair.is_some())
        .map(|entry| entry.id.as_str())
        .collect();
    assert_eq!(twice, ["wif-sessionauthenticationmodule-1", "wif-wsfederationauthenticationmodule-1"]);
}

#[test]
fn each_threat_is_found_by_what_it_names() {
    let catalogue = catalogue(b"").unwrap();
    let index = catalogue.index(&Profile::default());
    for (number, entry) in catalogue.entries().iter().enumerate() {
        let EntrySource::Threat(strength) = entry.source else { continue };
        if let [hash] = &entry.sha256[..] {
            assert_eq!(index.threat_of_file(hash), Some(number), "{}", entry.id);
            continue;
        }
        let found = index.candidates(&seen(entry, &Profile::default()).identity());
        let slot = if strength == Strength::Distinctive { found.threat } else { found.threat_basename };
        assert_eq!(slot, Some(number), "{}", entry.id);
    }
}

#[test]
fn nothing_shipped_vouches_as_an_entry_of_the_site_does() {
    for entry in entries() {
        assert!(!entry.allows_name() && !entry.is_exact_allow(), "{}", entry.id);
    }
}

#[test]
fn images_are_certain_and_each_path_has_one_name() {
    let roots = Profile::default().roots;
    let mut names = HashMap::new();
    for entry in entries().iter().filter(|entry| !entry.image.is_empty()) {
        let image = Image::normalise(&entry.image, &roots);
        if let EntrySource::Threat(_) = entry.source {
            assert!(image.is_resolved() || image.is_relative(), "{}", entry.id);
            continue;
        }
        assert!(image.is_resolved(), "{}: {:?}", entry.id, image.flags);
        if entry.kind == Some(Kind::Native) {
            let own = (entry.name.clone(), entry.source.clone());
            let (name, source) = names.entry(image.normal).or_insert(own);
            // The installers of one product register it under several names.
            let of_one_pack = *source == entry.source && matches!(source, EntrySource::Pack(_));
            assert!(*name == entry.name || of_one_pack, "{}", entry.id);
        }
    }
}

#[test]
fn what_was_left_out_is_left_out() {
    let catalogue = catalogue(b"").unwrap();
    let profile = every_pack();
    let index = catalogue.index(&profile);
    for (name, image) in [
        ("DefaultDocumentModule_Atomic", r"%windir%\system32\inetsrv\defdoc.dll"),
        ("FailedRequestsTracingModule", r"%windir%\System32\inetsrv\iisfreb.dll"),
        ("OwaAuth", r"C:\Vendor\owaauth.dll"),
        ("WindowsAuth", r"C:\Windows\Temp\malicious.dll"),
    ] {
        let found = index.candidates(&Seen::new("native", name, image, &profile).identity());
        assert_eq!((found.threat, found.threat_basename), (None, None), "{name}");
    }
    for entry in entries() {
        let drive = entry.image.get(..2).filter(|head| head.ends_with(':'));
        assert!(drive.is_none_or(|drive| drive == "C:"), "{}", entry.id);
    }
}

#[test]
fn packs_have_products() {
    let catalogue = catalogue(b"").unwrap();
    let packs = catalogue.packs();
    assert!(packs.len() >= 17, "{packs:?}");
    assert_eq!(packs.get("exchange"), Some(&vec!["Exchange Server 2013-2019", "Exchange Server 2010"]));
    assert_eq!(packs.get("iisexpress"), Some(&vec!["IIS Express"]));
}
