//! Rules that look at one entry, with the index to compare it with what is shipped and denied.

use std::collections::HashMap;

use super::mistake::Report;
use super::rule::{
    ALLOW_AND_DENY, ALLOWS_THREAT, ANY_FOLDER, ANY_NAME_ANY_IMAGE, BROAD_WITHOUT_EXPIRY, EXPIRED, NAME_ONLY,
    NEVER_MATCHES, NO_EXPIRY, OTHER_IMAGE, RELATIVE_IMAGE, REPEATS_BASELINE, RESEMBLES_THREAT, SHIPPED_ID,
    SKIPS_FOLDERS, SPACE_IN_NAME, UNKNOWN_VARIABLE, USER_WRITABLE, VERSION_FOLDER, VERSION_TAKEN_LITERALLY,
    WEAK_TYPE, WHOLE_FOLDER, WILDCARD_IN_NAME,
};
use super::scope;
use crate::allowlist::glob::{Glob, has_wildcard};
use crate::allowlist::globs::{is_usable, literal_folder};
use crate::allowlist::{Candidates, Column, Effect, Entry, EntryNumber, EntrySource, Identity, Index, Match};
use crate::iis::{Action, Class, Image, ImageFlags, Kind, Oddity, Roots, version};

/// What entries are compared with.
pub(super) struct Rules<'r> {
    index: &'r Index,
    now: i64,
    shipped: &'r [&'r str],
    /// What is known about each pair: many entries for one pair may differ in their hosts alone.
    known: HashMap<(Option<Kind>, &'r str, &'r str, &'r str), Known>,
}

/// What the lookup says about a pair.
struct Known {
    candidates: Candidates,
    /// A shipped entry that lists the name.
    shipped_name: Option<EntryNumber>,
}

impl<'r> Rules<'r> {
    pub fn new(index: &'r Index, now: i64, shipped: &'r [&'r str]) -> Self {
        Self { index, now, shipped, known: HashMap::new() }
    }

    /// Runs every rule on an enabled entry of the site.
    pub fn check(&mut self, number: EntryNumber, entry: &'r Entry, report: &mut Report<'_>) {
        check(number, entry, self, report);
        if entry.effect == Effect::Allow && entry.matching != Match::Glob {
            let index = self.index;
            let image = index.image(number).map_or("", |image| image.normal.as_str());
            let pair = (entry.kind, entry.name.as_str(), image, entry.type_name.as_str());
            let known = self.known.entry(pair).or_insert_with(|| {
                let candidates = index.candidates(&identity(number, entry, index));
                Known { shipped_name: shipped_name(&candidates, index), candidates }
            });
            check_known(entry, known, index, report);
        }
    }
}

fn check(number: EntryNumber, entry: &Entry, rules: &Rules<'_>, report: &mut Report<'_>) {
    let index = rules.index;
    scope::check(entry, report);
    if rules.shipped.contains(&entry.id.as_str()) {
        report(Column::Id, &SHIPPED_ID, "");
    }
    name(entry, report);
    image(number, entry, index, report);
    versions(entry, report);
    if entry.expires.is_some_and(|end| end <= rules.now) {
        report(Column::Expires, &EXPIRED, "");
    }
    if entry.effect == Effect::Deny {
        return;
    }
    dates(entry, report);
    // A removal shows nothing but the name, so an entry for removals alone cannot say more.
    // Nor does a setting that names no file.
    if entry.allows_name() && entry.actions != [Action::Removed] && entry.kind != Some(Kind::Setting) {
        report(Column::Match, &NAME_ONLY, "");
    }
    let exact_type = index.managed_type(number).filter(|_| entry.matching != Match::Glob);
    if exact_type.is_some_and(|managed| managed.assembly.is_none() || managed.token.is_none()) {
        report(Column::Type, &WEAK_TYPE, "");
    }
}

fn name(entry: &Entry, report: &mut Report<'_>) {
    if entry.name.trim() != entry.name {
        report(Column::Name, &SPACE_IN_NAME, "");
    }
    if entry.matching != Match::Glob && has_wildcard(&entry.name) {
        report(Column::Name, &WILDCARD_IN_NAME, "");
    }
}

fn versions(entry: &Entry, report: &mut Report<'_>) {
    let literally = |text: &str, glob: bool| text.contains(version::WORD) && !glob;
    let is_glob = entry.matching == Match::Glob;
    for (column, text, stands_for_versions) in [
        (Column::Name, &entry.name, false),
        (Column::Image, &entry.image, is_glob),
        (Column::Type, &entry.type_name, false),
    ] {
        if literally(text, stands_for_versions) {
            report(column, &VERSION_TAKEN_LITERALLY, "");
        }
    }
    if let Some(pattern) = version::pattern(&entry.image).filter(|_| entry.is_exact_allow()) {
        report(Column::Image, &VERSION_FOLDER, &pattern);
    }
}

fn dates(entry: &Entry, report: &mut Report<'_>) {
    match entry.expires {
        Some(_) => {}
        None if entry.matching == Match::Exact => report(Column::Expires, &NO_EXPIRY, ""),
        None => report(Column::Expires, &BROAD_WITHOUT_EXPIRY, ""),
    }
}

fn image(number: EntryNumber, entry: &Entry, index: &Index, report: &mut Report<'_>) {
    let only_wildcards = |text: &str| text.chars().all(|c| matches!(c, '*' | '?' | '\\' | '/' | '.'));
    let allows = entry.effect == Effect::Allow;
    if entry.matching == Match::Glob && only_wildcards(&entry.name) {
        let identity = if entry.image.is_empty() { &entry.type_name } else { &entry.image };
        let any_dll = identity.to_ascii_lowercase();
        if only_wildcards(any_dll.strip_suffix(".dll").unwrap_or(&any_dll)) && allows {
            return report(Column::Name, &ANY_NAME_ANY_IMAGE, "");
        }
    }
    let Some(image) = index.image(number) else { return };
    let is_glob = entry.matching == Match::Glob;
    let odd = image.flags.oddities().map(Oddity::as_str).collect::<Vec<_>>().join(", ");
    if image.flags.intersects(ImageFlags::UNKNOWN_ENV) {
        return report(Column::Image, &UNKNOWN_VARIABLE, "");
    }
    if !allows {
        return;
    }
    let is_share = entry.kind == Some(Kind::Setting) && image.flags.intersects(ImageFlags::REMOTE);
    if is_share && !is_glob {
        return;
    }
    if is_glob && !is_usable(image) || !is_glob && !image.is_resolved() && !image.is_relative() {
        return report(Column::Image, &NEVER_MATCHES, &odd);
    }
    if !is_glob {
        if image.is_relative() {
            report(Column::Image, &RELATIVE_IMAGE, "");
        } else if let Some(place) = image.suspicious_location(index.roots()) {
            report(Column::Image, &USER_WRITABLE, place.as_str());
        }
        return;
    }
    let folder = literal_folder(&image.normal);
    if folder.is_empty() {
        report(Column::Image, &ANY_FOLDER, "");
    } else {
        // The normal form keeps its meaning under any roots: its variables are those that normalisation writes.
        let roots = Roots::default();
        let inside = Image::normalise(&format!("{folder}\\module.dll"), &roots);
        if let Some(place) = inside.suspicious_location(&roots) {
            report(Column::Image, &USER_WRITABLE, place.as_str());
        } else {
            let skipped = skipped(image, index);
            if !skipped.is_empty() {
                report(Column::Image, &SKIPS_FOLDERS, &skipped.join(", "));
            }
        }
    }
    let file = image.file_name();
    if only_wildcards(file.strip_suffix(".dll").or_else(|| file.strip_suffix(".DLL")).unwrap_or(file)) {
        report(Column::Image, &WHOLE_FOLDER, "");
    }
}

/// The variables of folders that an allow pattern seems to reach and does not: below them the normal form starts with
/// the variable.
fn skipped<'i>(image: &Image, index: &'i Index) -> Vec<&'i str> {
    let [normal, on_drive] =
        [&image.normal, &*image.on_drive(index.roots())].map(|pattern| Glob::new(pattern, Some('\\')));
    let reaches = |glob: &Glob, folder: &str| glob.reaches(&format!(r"{folder}\"));
    let folders = index.roots().folders();
    let skipped = folders.filter(|(folder, token)| reaches(&on_drive, folder) && !reaches(&normal, token));
    skipped.map(|(_, token)| token).collect()
}

/// What the lookup says about the very module that an exact entry allows.
fn check_known(entry: &Entry, known: &Known, index: &Index, report: &mut Report<'_>) {
    let candidates = &known.candidates;
    let id = |number: Option<EntryNumber>| number.and_then(|n| index.entry(n)).map_or("", |e| e.id.as_str());
    let place = if entry.name.is_empty() { Column::Image } else { Column::Name };
    if candidates.threat.is_some() {
        report(place, &ALLOWS_THREAT, id(candidates.threat));
    }
    if candidates.threat_basename.is_some() {
        report(Column::Image, &RESEMBLES_THREAT, id(candidates.threat_basename));
    }
    let overlapping = |n: &&EntryNumber| index.entry(**n).is_some_and(|deny| may_overlap(entry, deny));
    if let Some(deny) = candidates.deny.iter().find(overlapping) {
        report(Column::Effect, &ALLOW_AND_DENY, id(Some(*deny)));
    }
    if entry.image.is_empty() && entry.type_name.is_empty() {
        return;
    }
    if candidates.known_pair.is_some() {
        report(place, &REPEATS_BASELINE, id(candidates.known_pair));
    } else if let Some(other) = known.shipped_name {
        report(place, &OTHER_IMAGE, id(Some(other)));
    }
}

fn shipped_name(candidates: &Candidates, index: &Index) -> Option<EntryNumber> {
    let is_shipped = |n: &EntryNumber| index.entry(*n).is_some_and(|e| e.source != EntrySource::Site);
    candidates.known_name.iter().copied().find(is_shipped)
}

/// The first threat that each allow pattern would let through, but for that it decides itself: those with a full path or a
/// type, because a pattern allows nothing else. Each threat is looked up once, not once for each pattern.
pub(super) fn threats_by_pattern(index: &Index) -> HashMap<EntryNumber, String> {
    let mut found = HashMap::new();
    for (number, threat) in index.threat_entries() {
        for class in [Class::Module, Class::Handler] {
            let name = if threat.name.is_empty() { "x" } else { threat.name.as_str() };
            let id = Identity { class, kind: None, or_filter: true, name, ..identity(number, threat, index) };
            for pattern in index.candidates(&id).site_glob {
                found.entry(pattern).or_insert_with(|| threat.id.to_string());
            }
        }
    }
    found
}

fn identity<'a>(number: EntryNumber, entry: &'a Entry, index: &'a Index) -> Identity<'a> {
    Identity {
        class: entry.kind.map_or(Class::Module, Kind::class),
        kind: entry.kind,
        or_filter: false,
        name: &entry.name,
        image: index.image(number),
        managed_type: index.managed_type(number),
    }
}

/// Whether two entries can count for one row.
pub(super) fn may_overlap(a: &Entry, b: &Entry) -> bool {
    let actions = a.actions.is_empty()
        || b.actions.is_empty()
        || a.actions.iter().any(|action| b.actions.contains(action));
    let before = |end: Option<i64>, start: Option<i64>| end.zip(start).is_none_or(|(end, start)| start < end);
    actions
        && a.host.may_overlap(&b.host)
        && a.config_path.may_overlap(&b.config_path)
        && before(a.expires, b.valid_from)
        && before(b.expires, a.valid_from)
}
