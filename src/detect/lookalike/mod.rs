//! Names made to be taken for known ones.
//!
//! Exact members of the known set are never look-alikes of each other; everything else is compared by name with the known
//! names, and by the stem of its DLL with the known stems and the names of known native modules. What the
//! rules are tuned against is in the tests: the malicious modules of public reports that imitate one of Windows,
//! and legitimate modules that only sound alike.

use foldhash::quality::RandomState;

use hashed::Hashed;
use text::{Bones, Text, core, undecorated};

mod distance;
mod hashed;
mod likeness;
mod resemblance;
#[cfg(test)]
mod tests;
mod text;

pub use likeness::Likeness;
pub use resemblance::{How, Part, Resemblance};

/// A known module: its name and, for a native one, the stem of its DLL.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The module's name, as registered.
    pub name: &'a str,
    /// The DLL's file name without `.dll`, in the folded case of [`crate::iis::Image::stem`]; `None` for a managed
    /// module.
    pub stem: Option<&'a str>,
}

/// The shortest core of a known name in which one edit says something: `webdac` for `webdav` does, `fgi` for `cgi`
/// does not. Below that, the edit must come after the core (`CgiModul`).
const ONE_EDIT_FROM: usize = 5;
/// The shortest core, on both sides, in which two edits say something; the first letter has to be the same, because
/// `version` is no imitation of `session`.
const TWO_EDITS_FROM: usize = 7;
const MOST_EDITS: usize = 2;
/// The shortest core that is recognised under another bitness or version.
const CORE_FROM: usize = 5;
/// The shortest core of a name that a DLL's stem is compared with: `httpcache` says more than `tracing`.
const NAME_CORE_AS_STEM_FROM: usize = 8;
/// The shortest known name that is recognised with anything before or after it.
const AFFIX_FROM: usize = 10;

/// A known name or stem, ready for comparison.
#[derive(Debug, Clone)]
struct Target {
    /// Its module, by number.
    module: u32,
    part: Part,
    native: bool,
    /// How much of its folded text is its [`core`], which is the start of it.
    core_length: u16,
    /// The text in folded case, as [`Text`] has it.
    folded: Box<str>,
    /// A stem as it is written, where that is another text.
    written: Option<Box<str>>,
}

impl Target {
    fn core(&self) -> &str {
        self.folded.get(..usize::from(self.core_length)).unwrap_or_default()
    }
}

/// The known modules, indexed so that a comparison costs little however many there are and whatever is compared.
#[derive(Debug, Clone, Default)]
pub struct Lookalikes {
    bones: Bones,
    /// Seeded anew by each process: who writes names cannot make their hashes meet.
    hasher: RandomState,
    /// Exact names in order, each with the number of its first target: its name, which its stems follow.
    modules: Vec<(Box<str>, u32)>,
    targets: Vec<Target>,
    by_name: Hashed,
    by_folded: Hashed,
    by_skeleton: Hashed,
    by_core: Hashed,
    /// By the folded text without its first character.
    by_tail: Hashed,
    /// For names, then for stems: what is compared with them by edits, by first character, length and number.
    by_start: [Vec<Nearby>; 2],
}

/// What rules most targets out before their texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Nearby {
    first: char,
    length: u32,
    target: u32,
    letters: u64,
}

impl Lookalikes {
    /// Indexes the known modules: baseline, chosen packs, exact entries of the site.
    pub fn new<'a>(known: impl IntoIterator<Item = Known<'a>>) -> Self {
        let mut known: Vec<_> = known.into_iter().map(|Known { name, stem }| (name, stem)).collect();
        known.sort_unstable();
        known.dedup();
        let mut index = Self::default();
        for of_name in known.chunk_by(|one, other| one.0 == other.0) {
            let stems = of_name.iter().filter_map(|(_, stem)| *stem);
            let Some((name, _)) = of_name.first() else { continue };
            let module = number(index.modules.len());
            index.by_name.push(&index.hasher, name, module);
            index.modules.push(((*name).into(), number(index.targets.len())));
            index.add(module, Part::Name, name, stems.clone().next().is_some());
            stems.for_each(|stem| index.add(module, Part::Stem, stem, true));
        }
        let Self { by_name, by_folded, by_skeleton, by_core, by_tail, by_start, .. } = &mut index;
        [by_name, by_folded, by_skeleton, by_core, by_tail].into_iter().for_each(Hashed::finish);
        for nearby in by_start {
            nearby.sort_unstable();
            nearby.shrink_to_fit();
        }
        index
    }

    /// The known module that a name, or the stem of its DLL in folded case, resembles most. `None` for an exact
    /// member, for a name that resembles nothing, and for an empty one. Compares at most 128 characters that show.
    #[must_use]
    pub fn find(&self, name: &str, stem: Option<&str>) -> Option<Resemblance> {
        let member = self.member(name);
        if let Some(module) = member
            && stem.is_none_or(|stem| self.stems(module).any(|known| known == stem))
        {
            return None;
        }
        // A managed module named after what it does may well end in a native module's name (`AcmeTracingModule`).
        let native = stem.is_some();
        let by_name = || if member.is_none() { self.closest(name, Part::Name, native, None) } else { None };
        by_name().or_else(|| self.closest(stem?, Part::Stem, native, None))
    }

    /// As [`Lookalikes::find`], but as if this very name were not among the known: what it resembles besides itself.
    #[must_use]
    pub fn find_other(&self, name: &str, stem: Option<&str>) -> Option<Resemblance> {
        let native = stem.is_some();
        self.closest(name, Part::Name, native, Some(name))
            .or_else(|| self.closest(stem?, Part::Stem, native, Some(name)))
    }

    /// The known module of exactly this name, for a name that is not known among those of its own kind: a filter named
    /// like a module, or the reverse.
    #[must_use]
    pub fn of_another_kind(&self, name: &str) -> Option<Resemblance> {
        self.member(name)?;
        Some(Resemblance {
            known: name.to_owned(),
            part: Part::Name,
            target: Part::Name,
            text: name.to_owned(),
            how: How::Same,
        })
    }

    /// The number of the module of exactly this name.
    fn member(&self, name: &str) -> Option<usize> {
        self.by_name.get(&self.hasher, name).find(|module| self.name(*module) == name)
    }

    fn name(&self, module: usize) -> &str {
        self.modules.get(module).map_or("", |(name, _)| name)
    }

    /// The stems of a module as they are written.
    fn stems(&self, module: usize) -> impl Iterator<Item = &str> {
        let first = self.modules.get(module).map_or(self.targets.len(), |(_, first)| *first as usize);
        let own = self.targets.iter().skip(first + 1).take_while(|target| target.part == Part::Stem);
        own.map(|target| self.written(target))
    }

    /// The text of a target as it is written.
    fn written<'a>(&'a self, target: &'a Target) -> &'a str {
        match target.part {
            Part::Name => self.name(target.module as usize),
            Part::Stem => target.written.as_deref().unwrap_or(&target.folded),
        }
    }

    fn add(&mut self, module: u32, part: Part, written: &str, native: bool) {
        let text = Text::new(written, &self.bones);
        let target = number(self.targets.len());
        for key in &text.skeletons {
            self.by_skeleton.push(&self.hasher, key, target);
        }
        for key in [undecorated(&text.folded), core(&text.folded)] {
            self.by_core.push(&self.hasher, key, target);
        }
        self.by_folded.push(&self.hasher, &text.folded, target);
        if let Some((first, tail)) = split_first(&text.folded) {
            self.by_tail.push(&self.hasher, tail, target);
            let length = number(text.folded.chars().count());
            let nearby = Nearby { first, length, target, letters: letters(&text.folded) };
            for (one, by_start) in [Part::Name, Part::Stem].into_iter().zip(&mut self.by_start) {
                by_start.extend(comparable(one, part, native).then_some(nearby));
            }
        }
        let core_length = u16::try_from(core(&text.folded).len()).unwrap_or(u16::MAX);
        let is_other = part == Part::Stem && *written != *text.folded;
        let written = is_other.then(|| written.into());
        self.targets.push(Target { module, part, native, core_length, folded: text.folded.into(), written });
    }

    /// The closest target of one text, those of the module `except` left out; of equals the first by name, so that
    /// the answer does not depend on order.
    fn closest(&self, written: &str, part: Part, native: bool, except: Option<&str>) -> Option<Resemblance> {
        let text = Text::new(written, &self.bones);
        if text.clean.is_empty() {
            return None;
        }
        let mut found: Vec<(How, &Target)> = Vec::new();
        if !text.cut {
            self.equal(&text, part, &mut found);
            self.near(&text.folded, part, &mut found);
            if let Some(latin) = &text.latin {
                self.near(latin, part, &mut found);
            }
            self.derived(&text, part, &mut found);
        }
        if part == Part::Name {
            self.extended(&text, native, &mut found);
        }
        // Modules are numbered by their names. Of several stems of one module the shortest counts where they are edits away, else the
        // first that was found: it has more in common.
        let rank = |(how, target): &(How, &Target)| {
            let edited =
                matches!(how, How::Edits(_)).then(|| (target.folded.chars().count(), target.folded.clone()));
            (*how, target.module, target.part, edited)
        };
        let (how, target) = found
            .into_iter()
            .filter(|(_, target)| except != Some(self.name(target.module as usize)))
            .min_by_key(rank)?;
        let known = self.name(target.module as usize).to_owned();
        let shown = match target.part {
            Part::Name => known.clone(),
            Part::Stem => Text::new(self.written(target), &self.bones).clean,
        };
        Some(Resemblance { known, part, target: target.part, text: shown, how })
    }

    /// Equal in folded case or to the eye.
    fn equal<'a>(&'a self, text: &Text, part: Part, found: &mut Vec<(How, &'a Target)>) {
        for target in self.folded(&text.folded, part) {
            let how = match part {
                _ if text.invisible => How::Invisible,
                Part::Name => How::Case,
                Part::Stem => How::Same,
            };
            found.push((how, target));
        }
        let [of_folded, of_clean] = &text.skeletons;
        for key in [Some(of_folded), Some(of_clean).filter(|key| *key != of_folded)].into_iter().flatten() {
            let alike = self.listed(&self.by_skeleton, key, part);
            let alike = alike.filter(|target| *target.folded != text.folded).filter(|target| {
                Text::new(self.written(target), &self.bones).skeletons.iter().any(|own| own == key)
            });
            found.extend(alike.map(|target| (How::Confusable, target)));
        }
    }

    /// One or two edits away.
    fn near<'a>(&'a self, folded: &str, part: Part, found: &mut Vec<(How, &'a Target)>) {
        let enough = |target: &Target, edits: usize| {
            let length = target.core().chars().count();
            match edits {
                0 => false,
                1 => {
                    length >= ONE_EDIT_FROM
                        || (target.core() != &*target.folded && folded.starts_with(target.core()))
                }
                _ => length.min(core(folded).chars().count()) >= TWO_EDITS_FROM,
            }
        };
        // Under another first letter two edits say nothing, and one is at that letter: replaced, added, left out or swapped.
        let (first, tail) =
            split_first(folded).map_or((None, None), |(first, tail)| (Some(first), Some(tail)));
        let swapped = tail.and_then(split_first).zip(first).map(|((second, rest), first)| {
            let mut swapped = String::with_capacity(folded.len());
            swapped.extend([second, first]);
            swapped + rest
        });
        let with_tail = [tail, Some(folded)].into_iter().flatten().flat_map(|key| {
            let alike = self.listed(&self.by_tail, key, part);
            alike.filter(move |target| split_first(&target.folded).is_some_and(|(_, tail)| tail == key))
        });
        let whole = [tail, swapped.as_deref()].into_iter().flatten().flat_map(|key| self.folded(key, part));
        let one_away = with_tail.chain(whole).filter(|t| *t.folded != *folded && enough(t, 1));
        found.extend(one_away.map(|target| (How::Edits(1), target)));
        if let Some(first) = first {
            self.near_behind(first, folded, part, |target, edits| {
                if enough(target, edits) {
                    found.push((How::Edits(edits), target));
                }
            });
        }
    }

    /// The targets with this first letter that are a few edits away.
    fn near_behind<'a>(
        &'a self,
        first: char,
        folded: &str,
        part: Part,
        mut take: impl FnMut(&'a Target, usize),
    ) {
        let [names, stems] = &self.by_start;
        let nearby = if part == Part::Name { names } else { stems };
        let (length, own_letters) = (folded.chars().count(), letters(folded));
        let [shortest, longest] = [length.saturating_sub(MOST_EDITS), length + MOST_EDITS].map(number);
        let start = nearby.partition_point(|one| (one.first, one.length) < (first, shortest));
        let near = nearby.iter().skip(start).take_while(|one| one.first == first && one.length <= longest);
        let mut characters = Vec::new();
        for one in near.filter(|one| has_few(one.letters ^ own_letters, 2 * MOST_EDITS)) {
            let Some(target) = self.targets.get(one.target as usize) else { continue };
            if characters.is_empty() {
                characters.extend(folded.chars());
            }
            let other: Vec<char> = target.folded.chars().collect();
            if let Some(edits) = distance::within(&characters, &other, MOST_EDITS) {
                take(target, edits);
            }
        }
    }

    /// A known name under another bitness or version.
    fn derived<'a>(&'a self, text: &Text, part: Part, found: &mut Vec<(How, &'a Target)>) {
        let (bare, own_core) = (undecorated(&text.folded), core(&text.folded));
        for key in [Some(bare), Some(own_core).filter(|own_core| *own_core != bare)].into_iter().flatten() {
            let shortest = |target: &Target| match (part, target.part) {
                (Part::Stem, Part::Name) => NAME_CORE_AS_STEM_FROM,
                _ => CORE_FROM,
            };
            let alike = self.listed(&self.by_core, key, part).filter(|target| {
                *target.folded != text.folded
                    && (undecorated(&target.folded) == key || target.core() == key)
                    && key.chars().count() >= shortest(target)
            });
            found.extend(alike.map(|target| (How::Affix, target)));
        }
    }

    /// A known name with anything after it that starts a new word, or (for a native module) before it.
    fn extended<'a>(&'a self, text: &Text, native: bool, found: &mut Vec<(How, &'a Target)>) {
        let folded = &text.folded;
        let says_module = |target: &Target| target.core() != &*target.folded;
        let mut take = |known: &str| {
            let alike = self.folded(known, Part::Name).filter(|t| t.native || says_module(t));
            found.extend(alike.map(|target| (How::Affix, target)));
        };
        // Folding keeps the number of characters, so one position serves both texts.
        for ((at, _), written) in folded.char_indices().zip(text.clean.chars()).skip(AFFIX_FROM) {
            if !written.is_lowercase() {
                take(folded.get(..at).unwrap_or_default());
            }
        }
        // From the start of the text it is the known name itself, which is closer than an affix.
        let ends = folded.char_indices().filter(|_| native && !text.cut);
        for (at, _) in ends.take_while(|(at, _)| folded.len() - at >= AFFIX_FROM) {
            take(folded.get(at..).unwrap_or_default());
        }
    }

    /// The targets of this folded text.
    fn folded<'a>(&'a self, folded: &str, part: Part) -> impl Iterator<Item = &'a Target> {
        self.listed(&self.by_folded, folded, part).filter(move |target| *target.folded == *folded)
    }

    /// The targets that an index has under a text. Their own texts are still to be compared.
    fn listed<'a>(
        &'a self,
        index: &'a Hashed,
        text: &str,
        part: Part,
    ) -> impl Iterator<Item = &'a Target> + use<'a> {
        let targets = index.get(&self.hasher, text).filter_map(|number| self.targets.get(number));
        targets.filter(move |target| comparable(part, target.part, target.native))
    }
}

/// A name is compared with names; a stem with stems, and with the names of native modules.
fn comparable(part: Part, target: Part, native: bool) -> bool {
    match part {
        Part::Name => target == Part::Name,
        Part::Stem => native,
    }
}

/// The first character and what follows it.
fn split_first(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    Some((characters.next()?, characters.as_str()))
}

/// Which letters occur, as a set of 64: an edit changes at most two of them.
fn letters(folded: &str) -> u64 {
    folded.chars().fold(0, |set, c| set | 1 << (u32::from(c) % 64))
}

/// Whether at most so many bits are set.
fn has_few(mut bits: u64, most: usize) -> bool {
    for _ in 0..most {
        bits &= bits.saturating_sub(1);
    }
    bits == 0
}

/// A number as it is kept. Memory ends long before 32 bits do.
fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
