//! The lookup: which entries could speak about a module.

use super::entry::{Effect, Entry, EntryNumber, EntrySource, Match};
use super::identity::{Identity, denied, of_threat};
use super::images::ByFileName;
use super::index::{Index, decides};
use crate::iis::{Image, ImageFlags, Kind, Roots, TypeMatch, version};

/// Every entry that could speak about one [`Identity`], before host, date and action are looked at.
/// Within each list the most specific entry stands first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Site entries with effect deny that match by kind, name, image and type.
    pub deny: Vec<EntryNumber>,
    /// Threat entries that decide: name and image, a full path, or a distinctive name match.
    pub threat: Option<EntryNumber>,
    /// Threat entries of which only a common base name matches: never decides, only a reason.
    pub threat_basename: Option<EntryNumber>,
    /// The baseline entry, or the entry of a chosen pack, that is exactly this pair.
    pub known_pair: Option<EntryNumber>,
    /// A chosen pack lists this very pair, in this version.
    pub agreed_by_pack: bool,
    /// How far the type agrees with the known pair, else with the site's exact entries; `None` without either.
    /// Native pairs are always [`TypeMatch::Same`].
    pub type_match: Option<TypeMatch>,
    /// `type_match` is [`TypeMatch::Weak`]: the assembly or its key is missing on one side (`identity=weak`).
    pub weak_identity: bool,
    /// An entry of a pack that was not chosen for this host and is exactly this pair.
    pub pack_not_chosen: Option<EntryNumber>,
    /// Exact site allow entries for this pair.
    pub site_exact: Vec<EntryNumber>,
    /// Glob site allow entries that cover this pair.
    pub site_glob: Vec<EntryNumber>,
    /// `match=name` site allow entries for this name.
    pub site_name: Vec<EntryNumber>,
    /// Entries that list this very name (baseline, chosen packs, exact site allow entries).
    pub known_name: Vec<EntryNumber>,
    /// A bad row of the site's file holds the name, the image or the type.
    pub in_bad_row: bool,
    /// Entries that list this very full image path, under whatever name (baseline, chosen packs, exact site allow).
    pub known_image: Vec<EntryNumber>,
}

impl Index {
    /// Every entry that could speak about this module, before host, place, action and date are looked at.
    ///
    /// Never finds a pair for an unresolved image, but for an exact site entry written with the same relative one.
    /// Deny and threat entries are also compared with the file that Windows opens for the path ([`Image::opened`]), and
    /// with the DLL that it loads where the path has no extension.
    #[must_use]
    pub fn candidates(&self, id: &Identity<'_>) -> Candidates {
        let mut out = self.look_up(id);
        let Some(image) = id.image else { return out };
        let opened = image.opened(&self.folders.roots);
        let loaded = with_extension(&opened, &self.folders.roots);
        let others = [Some(&opened).filter(|opened| opened.normal != image.normal), loaded.as_ref()];
        for other in others.into_iter().flatten() {
            self.condemn(&mut out, self.look_up(&Identity { image: Some(other), ..*id }));
        }
        out
    }

    /// Adds the deny and threat entries of another spelling: what speaks for a module stays that of its own.
    pub fn condemn(&self, out: &mut Candidates, also: Candidates) {
        out.deny.extend(also.deny);
        self.sort(&mut out.deny);
        out.threat = out.threat.or(also.threat);
        out.threat_basename = out.threat_basename.or(also.threat_basename);
        out.in_bad_row |= also.in_bad_row;
    }

    fn look_up(&self, id: &Identity<'_>) -> Candidates {
        let mut found = Found::default();
        for &number in self.entries.by_name.get(id.name).into_iter().flatten() {
            self.weigh(number, id, &mut found);
        }
        if !self.entries.denied_by_name.is_empty() {
            for &number in self.entries.denied_by_name.get(denied(id.name).as_str()).into_iter().flatten() {
                self.weigh(number, id, &mut found);
            }
        }
        if let Some(image) = id.image {
            for number in self.of_image(&self.entries.by_file_name, image) {
                self.weigh_image(number, id, image, &mut found);
            }
        }
        if let Some(managed) = id.managed_type {
            for &number in self.entries.by_type.get(&managed.name).into_iter().flatten() {
                self.weigh(number, id, &mut found);
            }
        }
        self.folders
            .globs
            .matching(id, &self.folders.roots, |number| self.weigh_glob(number, id, &mut found));
        self.threats(id, &mut found.candidates);
        found.candidates.in_bad_row = self.folders.damage.holds(id, &self.folders.roots);
        self.finish(found)
    }

    fn weigh(&self, number: EntryNumber, id: &Identity<'_>, found: &mut Found) {
        let Some(entry) = self.entry(number) else { return };
        let pair = if entry.is_for(id) { self.pair(number, entry, id) } else { None };
        let out = &mut found.candidates;
        if entry.effect == Effect::Deny {
            let by_name = entry.matching == Match::Name && entry.is_for(id);
            if pair.is_some() || by_name {
                out.deny.push(number);
            }
            return;
        }
        if self.is_listed(number) && entry.kind.is_none_or(|kind| id.may_be_of_class(kind)) {
            out.known_name.push(number);
        }
        match (&entry.source, pair) {
            (EntrySource::Baseline, Some(how)) => offer(&mut found.known, how, number),
            (EntrySource::Pack(_), Some(how)) if self.is_listed(number) => {
                out.agreed_by_pack |= how == TypeMatch::Same;
                offer(&mut found.known, how, number);
            }
            (EntrySource::Pack(_), Some(how)) => offer(&mut found.other_pack, how, number),
            (EntrySource::Site, _) => {
                if entry.allows_name() && entry.is_for(id) {
                    out.site_name.push(number);
                }
                if let Some(how) = pair.filter(|_| !(entry.image.is_empty() && entry.type_name.is_empty())) {
                    out.site_exact.push(number);
                    found.site_type = found.site_type.max(Some(how));
                }
            }
            _ => {}
        }
    }

    fn weigh_image(&self, number: EntryNumber, id: &Identity<'_>, image: &Image, found: &mut Found) {
        let Some(entry) = self.entry(number) else { return };
        if self.is_listed(number) && id.class.is_module() && is_comparable(image) {
            found.candidates.known_image.push(number);
        }
        if entry.name.is_empty() {
            self.weigh(number, id, found);
        }
    }

    fn weigh_glob(&self, number: EntryNumber, id: &Identity<'_>, found: &mut Found) {
        let Some(entry) = self.entry(number).filter(|entry| entry.is_for(id)) else { return };
        let out = &mut found.candidates;
        if entry.effect == Effect::Deny {
            out.deny.push(number);
        } else if entry.allows_name() {
            out.site_name.push(number);
        } else if id.image.is_none_or(Image::is_resolved) && !shows_both(id) {
            out.site_glob.push(number);
        }
    }

    /// How far the image or type of an entry is that of the module; `None` when it is not, or is not shown.
    fn pair(&self, number: EntryNumber, entry: &Entry, id: &Identity<'_>) -> Option<TypeMatch> {
        let deny = entry.effect == Effect::Deny;
        if !deny && shows_both(id) {
            return None;
        }
        if let Some(own) = self.image(number) {
            let seen = id.image?;
            // What is denied is denied however uncertain its path is.
            // A folder of the configuration may lie on another machine: what is read there is told, not loaded.
            let shared = id.kind == Some(Kind::Setting) && seen.flags.intersects(ImageFlags::REMOTE);
            let comparable = deny || shared || is_comparable(seen);
            // A shipped entry may be for every version of its product.
            let versions = entry.source != EntrySource::Site;
            let same =
                own.normal == seen.normal || versions && version::found(&own.normal, &seen.normal).is_some();
            return (same && comparable).then_some(TypeMatch::Same);
        }
        let Some(own) = self.managed_type(number) else { return deny.then_some(TypeMatch::Same) };
        let seen = id.managed_type?;
        if deny {
            return own.may_be(seen).then_some(TypeMatch::Same);
        }
        // A shipped entry without a key means an assembly without one.
        let chosen_key = entry.source != EntrySource::Site && !own.has_key() && seen.has_key();
        Some(own.compare(seen)).filter(|how| how.is_match() && !chosen_key)
    }

    /// The entries of these whose image is this one.
    fn of_image<'i>(
        &'i self,
        entries: &'i ByFileName,
        image: &'i Image,
    ) -> impl Iterator<Item = EntryNumber> + 'i {
        let is_same = |own: &Image| own.normal == image.normal;
        entries.find(image).filter(move |number| self.image(*number).is_some_and(is_same))
    }

    fn threats(&self, id: &Identity<'_>, out: &mut Candidates) {
        let name = of_threat(id.name);
        let by_name = self.entries.threats.names.get(&name).into_iter().flatten().filter(|number| {
            let Some(entry) = self.entry(**number) else { return false };
            entry.image.is_empty()
                || self.image(**number).zip(id.image).is_some_and(|(own, seen)| own.normal == seen.normal)
        });
        let by_path =
            id.image.into_iter().flat_map(|image| self.of_image(&self.entries.threats.paths, image));
        let by_file = id
            .image
            .and_then(|image| self.entries.threats.file_names.get(image.file_name()))
            .into_iter()
            .flatten();
        // A type is the same code whatever assembly it is taken from.
        let by_type =
            id.managed_type.and_then(|seen| self.entries.threats.types.get(&seen.name)).into_iter().flatten();
        let by_type = by_type.filter(|number| {
            self.entry(**number).is_some_and(|entry| entry.name.is_empty() || of_threat(&entry.name) == name)
        });
        for number in by_path.chain(by_type.chain(by_name).chain(by_file).copied()) {
            let decides = self.entry(number).is_some_and(decides);
            let slot = if decides { &mut out.threat } else { &mut out.threat_basename };
            *slot = slot.or(Some(number));
        }
    }

    fn sort(&self, list: &mut Vec<EntryNumber>) {
        // Seldom more than one matches, and the order of all takes time to find.
        if list.len() > 1 {
            list.sort_unstable_by_key(|number| self.entries.rank(*number));
            list.dedup();
        }
    }

    fn finish(&self, found: Found) -> Candidates {
        let mut out = found.candidates;
        for list in [
            &mut out.deny,
            &mut out.site_exact,
            &mut out.site_glob,
            &mut out.site_name,
            &mut out.known_name,
            &mut out.known_image,
        ] {
            self.sort(list);
        }
        out.known_pair = found.known.map(|(_, number)| number);
        out.pack_not_chosen = found.other_pack.map(|(_, number)| number);
        out.type_match = found.known.map(|(how, _)| how).or(found.site_type);
        out.weak_identity = out.type_match == Some(TypeMatch::Weak);
        out
    }
}

/// Candidates while they are being collected.
#[derive(Default)]
struct Found {
    candidates: Candidates,
    /// The known pair that agrees best.
    known: Option<(TypeMatch, EntryNumber)>,
    /// The pair of a pack that was not chosen that agrees best.
    other_pack: Option<(TypeMatch, EntryNumber)>,
    /// The best agreement of a site entry.
    site_type: Option<TypeMatch>,
}

/// Keeps the better of two pairs; of equals the one that comes first in the compiled-in data.
fn offer(best: &mut Option<(TypeMatch, EntryNumber)>, how: TypeMatch, number: EntryNumber) {
    if best.is_none_or(|(so_far, _)| how > so_far) {
        *best = Some((how, number));
    }
}

/// The file that is loaded for a path without an extension: `LoadLibrary` appends `.dll` (documented). That IIS hands the
/// path on as it is written is inferred, so that it counts against a module and never for it.
fn with_extension(image: &Image, roots: &Roots) -> Option<Image> {
    let name = image.file_name();
    let bare = !name.is_empty() && !name.contains(['.', ':']);
    bare.then(|| Image::normalise(&format!("{}.dll", image.normal), roots))
}

/// Whether equal normal forms mean one file. Shipped entries have no relative image; a site's entry means the same file
/// name wherever IIS finds it.
fn is_comparable(seen: &Image) -> bool {
    seen.is_resolved() || seen.is_relative()
}

/// One change gave the name both an image and a managed type: two pieces of code, of which an entry names one.
fn shows_both(id: &Identity<'_>) -> bool {
    id.image.is_some() && id.managed_type.is_some()
}
