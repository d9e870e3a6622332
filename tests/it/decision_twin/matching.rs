//! What the oracle asks of one row and of the entries: every question looks at every entry.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Deref;

use super::doubts::denied;
use super::settings::Told;
use iismodcheck::allowlist::glob::Glob;
use iismodcheck::allowlist::{Effect, Entry, EntrySource, Match, Profile, Scope, ScopeAnswer};
use iismodcheck::detect::lookalike::{Known, Lookalikes, Resemblance};
use iismodcheck::iis::{Action, Image, Kind, ManagedType, Setting, Subject, TypeMatch, fold, version};

/// An entry with its image and type as the hosts of one profile see them.
pub struct Seen<'e> {
    entry: &'e Entry,
    pub normal: Image,
    pub managed: ManagedType,
}

impl Deref for Seen<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        self.entry
    }
}

/// The entries as the hosts of one profile see them.
pub struct Shelf<'e> {
    pub entries: Vec<Seen<'e>>,
    pub profile: Profile,
    lookalikes: Lookalikes,
    /// The cells of the rows that are not sound.
    pub bad_rows: &'e [Vec<String>],
}

impl<'e> Shelf<'e> {
    pub fn new(entries: &'e [Entry], profile: Profile, bad_rows: &'e [Vec<String>]) -> Self {
        let seen = |entry: &'e Entry| Seen {
            entry,
            normal: Image::normalise(&entry.image, &profile.roots),
            managed: ManagedType::parse(&entry.type_name),
        };
        let mut shelf = Self {
            entries: entries.iter().map(seen).collect(),
            profile,
            lookalikes: Lookalikes::default(),
            bad_rows,
        };
        shelf.lookalikes = shelf.lookalikes_but("");
        shelf
    }

    /// What a name can be made to look like, but for one name.
    pub fn lookalikes_but(&self, name: &str) -> Lookalikes {
        let of_pack = |e: &Seen<'_>| matches!(e.source, EntrySource::Pack(_));
        let listed = self.entries.iter().filter(|e| self.is_listed(e) && e.name != name && !of_pack(e));
        let stem = |e: &'e Entry, image: &Image| (!e.image.is_empty()).then(|| image.stem().to_owned());
        let known: Vec<(&str, Option<String>)> =
            listed.map(|e| (e.entry.name.as_str(), stem(e.entry, &e.normal))).collect();
        Lookalikes::new(known.iter().map(|(name, stem)| Known { name, stem: stem.as_deref() }))
    }

    pub fn is_shipped(&self, entry: &Entry, chosen: bool) -> bool {
        match &entry.source {
            EntrySource::Baseline => chosen,
            EntrySource::Pack(name) => self.profile.packs.contains(name) == chosen,
            EntrySource::Threat(_) | EntrySource::Site => false,
        }
    }

    /// Baseline, chosen packs, exact site entries.
    pub fn is_listed(&self, e: &Entry) -> bool {
        let site = e.source == EntrySource::Site && e.effect == Effect::Allow && e.matching == Match::Exact;
        let identified = !e.image.is_empty() || !e.type_name.is_empty();
        e.enabled && (self.is_shipped(e, true) || site && identified && !e.name.is_empty())
    }
}

/// One row, and what is said about it.
pub struct Case<'c> {
    pub shelf: &'c Shelf<'c>,
    pub subject: &'c Subject<'c>,
    now: i64,
    pub image: Option<Image>,
    pub managed: Option<ManagedType>,
    pub resemblance: Option<Resemblance>,
    pub reasons: BTreeSet<String>,
    pub told: Option<Told>,
    /// A setting as the row has it.
    pub given: Option<Setting<'c>>,
    /// The number of the severity with which the file speaks against the pair.
    pub altered: usize,
}

impl<'c> Case<'c> {
    pub fn new(shelf: &'c Shelf<'c>, subject: &'c Subject<'c>, now: i64) -> Self {
        let written = subject.image.map(|image| match image.split_once('|') {
            Some((executable, _)) if !subject.class.is_module() => executable,
            _ => image,
        });
        let image = written.map(|image| Image::normalise(image, &shelf.profile.roots));
        let managed = subject.type_name.map(ManagedType::parse);
        let reasons = BTreeSet::new();
        let (resemblance, told, given) = (None, None, None);
        let mut case =
            Self { shelf, subject, now, image, managed, resemblance, reasons, told, given, altered: 0 };
        case.resemblance = case.resembles();
        case
    }

    // Facts.

    pub fn replaced(&self) -> bool {
        let Some(old) = self.subject.old else { return false };
        match (&self.image, &self.managed) {
            (Some(image), _) => Image::normalise(old, &self.shelf.profile.roots).normal != image.normal,
            (None, Some(new)) => {
                ManagedType::parse(old).compare(new) == TypeMatch::Different && !self.lost_key()
            }
            (None, None) => false,
        }
    }

    /// The type before had a key, or a version and a culture beside it; the type now is the same without.
    pub fn lost_key(&self) -> bool {
        let (Some(new), Some(old)) = (&self.managed, self.subject.old) else { return false };
        let old = ManagedType::parse(old);
        let [(old_assembly, old_key), (assembly, key)] = [old.file(), new.file()];
        let full = |of: &ManagedType| {
            let bare = of.assembly.is_none() && of.file().0.is_some();
            bare || of.version.is_some() && of.culture.is_some()
        };
        let less = old_assembly == assembly && old_key == key && full(&old) && !full(new);
        let same_assembly = assembly.is_none() || assembly == old_assembly;
        let weaker = old_key.is_some() && (less || key.is_none() && same_assembly);
        self.image.is_none() && old.name == new.name && weaker
    }

    /// The pattern of an entry of the site or a chosen pack that has the same file in the folder of an earlier version.
    pub fn later_version(&self) -> Option<String> {
        let seen = self.image.as_ref().filter(|image| image.is_resolved() && self.known_pair().is_none())?;
        let old = self.subject.old.map(|old| Image::normalise(old, &self.shelf.profile.roots));
        let entry = self.first(|case, e| {
            let was_it = old.as_ref().is_none_or(|old| old.normal == e.normal.normal);
            let later = version::compare(&e.normal.normal, &seen.normal) == Some(Ordering::Greater);
            case.lists_the_name(e) && e.source != EntrySource::Baseline && was_it && later
        })?;
        version::pattern(&entry.image)
    }

    pub fn is_of_pack(e: &Seen<'_>) -> bool {
        matches!(e.source, EntrySource::Pack(_))
    }

    /// An assembly that the baseline has under keys of the .NET Framework, without one of these.
    pub fn framework_in_bin(&self) -> bool {
        let Some(seen) = self.managed.as_ref().filter(|seen| !seen.malformed) else { return false };
        let (assembly, key) = seen.file();
        let own = self.shelf.entries.iter().filter(|e| e.enabled && e.source == EntrySource::Baseline);
        let keys: BTreeSet<&str> = own
            .filter(|e| e.managed.is_of_framework() && e.managed.file().0 == assembly)
            .filter_map(|e| e.managed.file().1)
            .collect();
        !keys.is_empty() && key.is_none_or(|key| !keys.contains(key))
    }

    pub fn listing(&self) -> impl Iterator<Item = &'c Seen<'c>> {
        self.shelf.entries.iter().filter(|e| self.lists_the_name(e))
    }

    fn resembles(&self) -> Option<Resemblance> {
        let listing: Vec<&Seen<'_>> = self.shelf.entries.iter().filter(|e| self.lists_the_name(e)).collect();
        if self.subject.name.is_empty()
            || !self.subject.class.is_module()
            || listing.iter().any(|e| !self.is_exact_pair(e) && self.counts_as_listed(e))
        {
            return None;
        }
        let stem = self.image.as_ref().map(Image::stem);
        let found = if listing.iter().any(|e| self.counts_as_listed(e)) {
            self.shelf.lookalikes_but(self.subject.name).find(self.subject.name, stem)
        } else {
            let lookalikes = &self.shelf.lookalikes;
            let of_another_kind = lookalikes.of_another_kind(self.subject.name);
            of_another_kind.or_else(|| lookalikes.find(self.subject.name, stem))
        };
        found.filter(|r| !self.is_natural(r))
    }

    /// A pack's name counts only where nothing else is shown.
    fn counts_as_listed(&self, e: &Seen<'_>) -> bool {
        !Self::is_of_pack(e) || self.image.is_none() && self.managed.is_none()
    }

    /// A class called as classes are, of a type of its own.
    fn is_natural(&self, r: &Resemblance) -> bool {
        let Some(own) = self.managed.as_ref().filter(|_| self.image.is_none()) else { return false };
        let listed = self.shelf.entries.iter().filter(|e| self.shelf.is_listed(e));
        let mut listed = listed.filter(|e| !e.type_name.is_empty());
        let [short, long] = if r.known.len() < self.subject.name.len() {
            [&r.known[..], self.subject.name]
        } else {
            [self.subject.name, &r.known]
        };
        r.code().as_str() == "lookalike_affix"
            && format!("{short}Module") == long
            && !listed.any(|e| e.managed.name == own.name)
            && self.shelf.entries.iter().any(|e| {
                let managed = e.enabled && e.source == EntrySource::Baseline && !e.type_name.is_empty();
                managed && e.name == r.known
            })
    }

    // Entries.

    /// The most specific entry for which something holds.
    pub fn first(&self, holds: impl Fn(&Self, &Seen<'_>) -> bool) -> Option<&'c Seen<'c>> {
        self.shelf.entries.iter().filter(|e| e.enabled && holds(self, e)).min_by_key(|e| {
            (
                std::cmp::Reverse(e.specificity()),
                (&e.name, &e.image, &e.type_name, e.host.written(), e.config_path.written()),
                (
                    e.kind,
                    &e.precondition,
                    &e.actions,
                    std::cmp::Reverse(e.expires),
                    e.valid_from,
                    e.effect,
                    &e.id,
                ),
            )
        })
    }

    /// A re-order that shows an image may be a replacement: an entry for either counts.
    pub fn scope(&self, entry: &Seen<'_>) -> ScopeAnswer {
        self.scope_at(entry, self.now)
    }

    pub fn scope_at(&self, entry: &Seen<'_>, time: i64) -> ScopeAnswer {
        let identified = self.subject.image.or(self.subject.type_name).is_some();
        let actions: &[Action] = match self.subject.action {
            Action::Reordered if identified => &[Action::Replaced, Action::Reordered],
            ref other => std::slice::from_ref(other),
        };
        let answers = actions.iter().map(|&action| {
            entry.scope(&Scope {
                host: self.subject.host,
                config_path: self.subject.config_path,
                location: self.subject.location,
                action,
                precondition: self.subject.precondition,
                time,
            })
        });
        answers.min_by_key(|answer| matches!(answer, ScopeAnswer::OutOfScope(_))).expect("an action")
    }

    pub fn in_force(&self, entry: &Seen<'_>) -> bool {
        self.scope(entry) == ScopeAnswer::InForce
    }

    pub fn is_only_out_of_date(&self, entry: &Seen<'_>) -> bool {
        matches!(self.scope(entry), ScopeAnswer::Expired | ScopeAnswer::NotYet)
    }

    pub fn is_for_the_kind(&self, entry: &Seen<'_>) -> bool {
        let Some(kind) = entry.kind else { return true };
        self.subject.or_filter && kind == Kind::IsapiFilter
            || kind.class() == self.subject.class && self.subject.kind.is_none_or(|seen| seen == kind)
    }

    pub fn lists_the_name(&self, e: &Seen<'_>) -> bool {
        let filter = self.subject.or_filter && e.kind == Some(Kind::IsapiFilter);
        let class = filter || e.kind.is_none_or(|kind| kind.class() == self.subject.class);
        self.shelf.is_listed(e) && class && e.name == self.subject.name
    }

    pub fn lists_the_image(&self, e: &Seen<'_>) -> bool {
        self.shelf.is_listed(e) && self.subject.class.is_module() && self.same_file(e)
    }

    pub fn same_file(&self, e: &Seen<'_>) -> bool {
        let Some(seen) = self.image.as_ref().filter(|_| !e.image.is_empty()) else { return false };
        let own = &e.normal;
        let as_written = e.source == EntrySource::Site && own.is_relative() && seen.is_relative();
        own.normal == seen.normal && (own.is_resolved() && seen.is_resolved() || as_written)
    }

    pub fn agreement(&self, e: &Seen<'_>) -> TypeMatch {
        match &self.managed {
            None if self.same_file(e) => TypeMatch::Same,
            Some(seen) if e.source != EntrySource::Site && seen.has_key() && !e.managed.has_key() => {
                TypeMatch::Different
            }
            Some(seen) if !e.type_name.is_empty() => e.managed.compare(seen),
            _ => TypeMatch::Different,
        }
    }

    pub fn shipped_pair(&self, chosen: bool) -> Option<&'c Seen<'c>> {
        let pairs = self.shelf.entries.iter().filter(|e| {
            e.enabled
                && self.shelf.is_shipped(e, chosen)
                && e.name == self.subject.name
                && self.is_for_the_kind(e)
        });
        let mut best: Option<&Seen<'_>> = None;
        for entry in pairs.filter(|e| self.agreement(e).is_match()) {
            if best.is_none_or(|best| self.agreement(entry) > self.agreement(best)) {
                best = Some(entry);
            }
        }
        best
    }

    pub fn known_pair(&self) -> Option<&'c Seen<'c>> {
        self.shipped_pair(true)
    }

    pub fn pair_of_another_pack(&self) -> Option<&'c Seen<'c>> {
        self.shipped_pair(false)
    }

    pub fn is_site(e: &Seen<'_>, effect: Effect) -> bool {
        e.source == EntrySource::Site && e.effect == effect && e.enabled
    }

    pub fn is_exact_pair(&self, e: &Seen<'_>) -> bool {
        let name = e.name.is_empty() || e.name == self.subject.name;
        let exact = Self::is_site(e, Effect::Allow) && e.matching != Match::Glob;
        exact && name && self.is_for_the_kind(e) && self.agreement(e).is_match()
    }

    pub fn is_covering_pattern(&self, e: &Seen<'_>) -> bool {
        let identified = !e.image.is_empty() || !e.type_name.is_empty();
        let resolved = self.image.as_ref().is_none_or(Image::is_resolved);
        Self::is_site(e, Effect::Allow) && identified && resolved && self.matches_glob(e, self.image.as_ref())
    }

    pub fn is_for_the_name(&self, e: &Seen<'_>) -> bool {
        let by_name = e.matching == Match::Name || e.image.is_empty() && e.type_name.is_empty();
        let name = match e.matching {
            Match::Glob => Glob::new(&e.name, None).matches(self.subject.name),
            Match::Exact | Match::Name => e.name == self.subject.name,
        };
        Self::is_site(e, Effect::Allow) && by_name && name && self.is_for_the_kind(e)
    }

    /// The image, the file that Windows opens for it, and that with the extension that it adds: what is denied stays
    /// denied. Of a handler also the text with its arguments.
    pub fn images(&self) -> Vec<Option<Image>> {
        let mut images = vec![self.image.clone()];
        images.extend(self.image.iter().flat_map(|image| self.other_spellings(image)).map(Some));
        if let Some(written) = self.subject.image.filter(|image| image.contains('|')) {
            let whole = Image::normalise(written, &self.shelf.profile.roots);
            images.extend(self.other_spellings(&whole).map(Some));
            images.push(Some(whole));
        }
        images
    }

    fn other_spellings(&self, image: &Image) -> impl Iterator<Item = Image> + use<> {
        let opened = self.opened(&image.normal);
        let file = opened.normal.rsplit('\\').next().unwrap_or_default();
        let bare = !file.is_empty() && file.chars().all(|c| c != '.' && c != ':');
        let loaded = Image::normalise(&format!("{}.dll", opened.normal), &self.shelf.profile.roots);
        [opened].into_iter().chain(bare.then_some(loaded))
    }

    /// What Windows opens: no device prefix, a drive, no dots or blanks before a separator.
    fn opened(&self, normal: &str) -> Image {
        let mut path = normal.strip_prefix(r"\\?\").unwrap_or(normal).to_owned();
        if path.starts_with('\\') && !path.starts_with(r"\\") {
            path.insert_str(0, "%systemdrive%");
        } else if path.get(1..2) == Some(":") && path.get(2..3) != Some("\\") {
            path.insert(2, '\\');
        }
        for dropped in [r".\", r" \"].iter().cycle().take(8) {
            path = path.replace(dropped, r"\");
        }
        Image::normalise(&path, &self.shelf.profile.roots)
    }

    pub fn denies(&self, e: &Seen<'_>) -> bool {
        if !Self::is_site(e, Effect::Deny) || !self.is_for_the_kind(e) {
            return false;
        }
        let name = e.name.is_empty() || denied(&e.name) == denied(self.subject.name);
        self.images().iter().any(|image| match e.matching {
            Match::Name => name,
            Match::Glob => self.matches_glob(e, image.as_ref()),
            Match::Exact => {
                let own = self.opened(&e.normal.normal).normal;
                let file = e.image.is_empty() || image.as_ref().is_some_and(|seen| seen.normal == own);
                let own = &e.managed;
                let of_type = self.managed.as_ref().is_some_and(|seen| may_be(own, seen));
                name && file && (e.type_name.is_empty() || of_type)
            }
        })
    }

    pub fn matches_glob(&self, e: &Seen<'_>, image: Option<&Image>) -> bool {
        e.matching == Match::Glob
            && self.is_for_the_kind(e)
            && (e.name.is_empty() || Glob::new(&e.name, None).matches(self.subject.name) || {
                let own = Glob::new(&fold::fold(&e.name), None);
                let mut spellings = [fold::fold(self.subject.name), denied(self.subject.name)].into_iter();
                e.effect == Effect::Deny && spellings.any(|seen| own.matches(&seen))
            })
            && (e.image.is_empty()
                || image.is_some_and(|image| {
                    let alike = |own: &str, seen: &str| Glob::new(own, Some('\\')).matches(seen);
                    let roots = &self.shelf.profile.roots;
                    let deny = e.effect == Effect::Deny;
                    let opened = self.opened_pattern(&e.image).filter(|_| deny);
                    [Some(self.pattern(&e.image)), opened].into_iter().flatten().any(|normal| {
                        let own = Image { normal, ..image.clone() };
                        alike(&own.on_drive(roots), &image.on_drive(roots))
                            && (deny || alike(&own.normal, &image.normal))
                    })
                }))
            && (e.type_name.is_empty()
                || self.managed.as_ref().is_some_and(|seen| {
                    !seen.malformed
                        && Glob::new(&type_pattern(&e.type_name), Some(',')).matches(&type_text(seen))
                }))
    }

    /// A path pattern on the normal form: the folder before the first wildcard is a folder like any other.
    pub fn pattern(&self, written: &str) -> String {
        let Some(wildcard) = written.find(['*', '?']) else {
            return Image::normalise(written, &self.shelf.profile.roots).normal;
        };
        let Some(end) = written[..wildcard].rfind('\\') else { return fold::fold(written) };
        let folder = Image::normalise(&format!(r"{}\x", &written[..end]), &self.shelf.profile.roots);
        format!("{}{}", folder.directory(), fold::fold(&written[end..]))
    }

    /// The pattern with its folder as Windows opens it.
    fn opened_pattern(&self, written: &str) -> Option<String> {
        let pattern = self.pattern(written);
        let literal = pattern.find(['*', '?']).unwrap_or(pattern.len());
        let (folder, _) = pattern[..literal].rsplit_once('\\')?;
        let opened = self.opened(&format!(r"{folder}\x"));
        let anchored = !folder.is_empty() && opened.is_resolved();
        anchored.then(|| format!("{}{}", opened.directory(), &pattern[folder.len()..]))
    }
}

/// Nothing that both spellings name differs; a bare type that is denied is denied from anywhere.
fn may_be(own: &ManagedType, seen: &ManagedType) -> bool {
    let [(assembly, key), (seen_assembly, seen_key)] = [own.file(), seen.file()];
    let differ = |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(a, b)| a != b);
    let [culture, seen_culture] =
        [own, seen].map(|of| of.file().0.map(|_| of.culture.as_deref().unwrap_or("neutral")));
    let differs = differ(assembly, seen_assembly) || differ(key, seen_key) || differ(culture, seen_culture);
    !own.malformed && !seen.malformed && own.name == seen.name && (own.assembly.is_none() || !differs)
}

fn type_text(seen: &ManagedType) -> String {
    let parts = [("", &seen.assembly), ("version=", &seen.version), ("culture=", &seen.culture)];
    let written = parts.into_iter().chain([("publickeytoken=", &seen.token)]);
    let shown = written.filter_map(|(key, part)| Some(format!("{key}{}", part.as_ref()?.to_lowercase())));
    std::iter::once(seen.name.clone()).chain(shown).collect::<Vec<_>>().join(", ")
}

/// The type's name with case, the rest without, as in [`type_text`].
fn type_pattern(written: &str) -> String {
    let (name, rest) = written.split_once(',').unwrap_or((written, ""));
    let rest: Vec<String> = rest.split(',').map(|part| part.trim().to_lowercase()).collect();
    if written.contains(',') { format!("{name}, {}", rest.join(", ")) } else { name.to_owned() }
}
