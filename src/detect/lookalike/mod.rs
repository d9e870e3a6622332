//! Names made to be taken for known ones.
//!
//! Exact members of the known set are never look-alikes of each other; everything else is compared by name with the known
//! names, and by the stem of its DLL with the known stems and the names of known native modules. What the
//! rules are tuned against is in the tests: the malicious modules of public reports that imitate one of Windows,
//! and legitimate modules that only sound alike.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use text::{Bones, Text, core, undecorated};

mod distance;
mod likeness;
#[cfg(test)]
mod tests;
mod text;

pub use likeness::Likeness;

/// A known module: its name and, for a native one, the stem of its DLL.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The module's name, as registered.
    pub name: &'a str,
    /// The DLL's file name without `.dll`, in the folded case of [`crate::iis::Image::stem`]; `None` for a managed
    /// module.
    pub stem: Option<&'a str>,
}

/// What of a module resembles, or is resembled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The module's name.
    Name,
    /// The file name of its DLL, without `.dll`.
    Stem,
}

/// In which way one text resembles another. The closest resemblance is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// Equal but for characters that show nothing, or white space around.
    Invisible,
    /// Equal but for case. Names of modules are case-sensitive keys: both can be registered side by side.
    Case,
    /// Equal: a name of another kind (filter or module), or a file name in another folder or under another name.
    Same,
    /// Equal to the eye (UTS 39 skeleton).
    Confusable,
    /// This many insertions, deletions, substitutions or swaps of neighbours away.
    Edits(usize),
    /// The known name with something before or after it, or another bitness or version.
    Affix,
}

/// The known module that something resembles most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resemblance {
    /// The name of the known module.
    pub known: String,
    /// What of the candidate resembles it.
    pub part: Part,
    /// What of the known module is resembled.
    pub target: Part,
    /// The text that is resembled: the known name or the known stem.
    pub text: String,
    /// In which way.
    pub how: How,
}

impl Resemblance {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> Likeness {
        match (self.part, self.how) {
            (Part::Stem, _) => Likeness::Stem,
            (Part::Name, How::Invisible) => Likeness::Invisible,
            (Part::Name, How::Case) => Likeness::Case,
            (Part::Name, How::Same) => Likeness::Kind,
            (Part::Name, How::Confusable) => Likeness::Confusable,
            (Part::Name, How::Edits(_)) => Likeness::Edit,
            (Part::Name, How::Affix) => Likeness::Affix,
        }
    }

    /// Whether it is only that a class is called `ProfileModule` in .NET where Windows registers `Profile`, or the reverse.
    #[must_use]
    pub fn is_natural_for(&self, name: &str) -> bool {
        let with_module = |short: &str, long: &str| long.strip_suffix("Module") == Some(short);
        self.part == Part::Name
            && self.how == How::Affix
            && (with_module(&self.known, name) || with_module(name, &self.known))
    }

    /// The resemblance in words, for an explanation: `its name is 1 edit away from StaticFileModule`.
    #[must_use]
    pub fn describe(&self) -> String {
        let part = match self.part {
            Part::Name => "its name",
            Part::Stem => "the file name of its DLL",
        };
        let how = match self.how {
            How::Invisible => "has invisible characters or white space but is otherwise".to_owned(),
            How::Case => "differs in case only from".to_owned(),
            How::Same => "is".to_owned(),
            How::Confusable => "looks like".to_owned(),
            How::Edits(1) => "is 1 edit away from".to_owned(),
            How::Edits(edits) => format!("is {edits} edits away from"),
            How::Affix => "is derived from".to_owned(),
        };
        match self.target {
            Part::Name => format!("{part} {how} {}", self.known),
            Part::Stem => format!("{part} {how} {}.dll of {}", self.text, self.known),
        }
    }
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
    known: String,
    part: Part,
    native: bool,
    /// How much of its folded text is its [`core`], which is the start of it.
    core_length: usize,
    text: Text,
    characters: Vec<char>,
}

impl Target {
    fn core(&self) -> &str {
        self.text.folded.get(..self.core_length).unwrap_or_default()
    }
}

/// The known modules, indexed so that a comparison costs little however many there are and whatever is compared.
#[derive(Debug, Clone, Default)]
pub struct Lookalikes {
    bones: Bones,
    /// Exact names with their stems.
    members: BTreeMap<String, BTreeSet<String>>,
    targets: Vec<Target>,
    by_folded: HashMap<String, Vec<usize>>,
    by_skeleton: HashMap<String, Vec<usize>>,
    by_core: HashMap<String, Vec<usize>>,
    /// For names, then for stems: what is compared with them by edits, the shortest first.
    by_length: [Vec<Nearby>; 2],
}

/// What rules most targets out before their texts are compared.
#[derive(Debug, Clone, Copy)]
struct Nearby {
    length: usize,
    first: Option<char>,
    letters: u64,
    target: usize,
}

impl Lookalikes {
    /// Indexes the known modules: baseline, chosen packs, exact entries of the site.
    pub fn new<'a>(known: impl IntoIterator<Item = Known<'a>>) -> Self {
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for Known { name, stem } in known {
            members.entry(name.to_owned()).or_default().extend(stem.map(str::to_owned));
        }
        let mut index = Self::default();
        for (name, stems) in &members {
            index.add(name, Part::Name, name, !stems.is_empty());
            for stem in stems {
                index.add(name, Part::Stem, stem, true);
            }
        }
        index.members = members;
        index.by_length.iter_mut().for_each(|nearby| nearby.sort_by_key(|one| one.length));
        index
    }

    /// The known module that a name, or the stem of its DLL in folded case, resembles most. `None` for an exact
    /// member, for a name that resembles nothing, and for an empty one. Compares at most 128 characters that show.
    #[must_use]
    pub fn find(&self, name: &str, stem: Option<&str>) -> Option<Resemblance> {
        let member = self.members.get(name);
        if let Some(stems) = member
            && stem.is_none_or(|stem| stems.contains(stem))
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
        let (known, _) = self.members.get_key_value(name)?;
        Some(Resemblance {
            known: known.clone(),
            part: Part::Name,
            target: Part::Name,
            text: known.clone(),
            how: How::Same,
        })
    }

    fn add(&mut self, known: &str, part: Part, written: &str, native: bool) {
        let text = Text::new(written, &self.bones);
        let number = self.targets.len();
        let characters: Vec<char> = text.folded.chars().collect();
        for key in BTreeSet::from(text.skeletons.clone()) {
            self.by_skeleton.entry(key).or_default().push(number);
        }
        let cores: BTreeSet<&str> = BTreeSet::from([undecorated(&text.folded), core(&text.folded)]);
        for key in cores {
            self.by_core.entry(key.to_owned()).or_default().push(number);
        }
        self.by_folded.entry(text.folded.clone()).or_default().push(number);
        let nearby = Nearby {
            length: characters.len(),
            first: characters.first().copied(),
            letters: letters(&characters),
            target: number,
        };
        let core_length = core(&text.folded).len();
        let target = Target { known: known.to_owned(), part, native, core_length, text, characters };
        for (part, by_length) in [Part::Name, Part::Stem].into_iter().zip(&mut self.by_length) {
            by_length.extend(comparable(part, &target).then_some(nearby));
        }
        self.targets.push(target);
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
        let (how, target) = found
            .into_iter()
            .filter(|(_, target)| except != Some(target.known.as_str()))
            .min_by_key(|(how, target)| (*how, &target.known, target.part))?;
        let shown = if target.part == Part::Name { &target.known } else { &target.text.clean };
        Some(Resemblance { known: target.known.clone(), part, target: target.part, text: shown.clone(), how })
    }

    /// Equal in folded case or to the eye.
    fn equal<'a>(&'a self, text: &Text, part: Part, found: &mut Vec<(How, &'a Target)>) {
        for target in self.listed(&self.by_folded, &text.folded, part) {
            let how = match part {
                _ if text.invisible => How::Invisible,
                Part::Name => How::Case,
                Part::Stem => How::Same,
            };
            found.push((how, target));
        }
        for key in &text.skeletons {
            let alike = self.listed(&self.by_skeleton, key, part);
            found.extend(
                alike.filter(|t| t.text.folded != text.folded).map(|target| (How::Confusable, target)),
            );
        }
    }

    /// One or two edits away.
    fn near<'a>(&'a self, folded: &str, part: Part, found: &mut Vec<(How, &'a Target)>) {
        let mut characters: Vec<char> = Vec::with_capacity(folded.len());
        characters.extend(folded.chars());
        let own_letters = letters(&characters);
        let own_core = core(folded);
        let [names, stems] = &self.by_length;
        let by_length = if part == Part::Name { names } else { stems };
        let first = by_length.partition_point(|one| one.length + MOST_EDITS < characters.len());
        let near = by_length.iter().skip(first).take_while(|one| one.length <= characters.len() + MOST_EDITS);
        // Under another first letter two edits say nothing.
        let most = |one: &Nearby| if one.first.as_ref() == characters.first() { MOST_EDITS } else { 1 };
        let possible = near.filter(|one| (one.letters ^ own_letters).count_ones() as usize <= 2 * most(one));
        for (most, target) in possible.filter_map(|one| Some((most(one), self.targets.get(one.target)?))) {
            let target_core = target.core();
            let length = target_core.chars().count();
            let enough = |edits| match edits {
                1 => {
                    length >= ONE_EDIT_FROM
                        || (target_core != target.text.folded && folded.starts_with(target_core))
                }
                _ => length.min(own_core.chars().count()) >= TWO_EDITS_FROM,
            };
            if let Some(edits @ 1..) = distance::within(&characters, &target.characters, most)
                && enough(edits)
            {
                found.push((How::Edits(edits), target));
            }
        }
    }

    /// A known name under another bitness or version.
    fn derived<'a>(&'a self, text: &Text, part: Part, found: &mut Vec<(How, &'a Target)>) {
        for key in [undecorated(&text.folded), core(&text.folded)] {
            let shortest = |target: &Target| match (part, target.part) {
                (Part::Stem, Part::Name) => NAME_CORE_AS_STEM_FROM,
                _ => CORE_FROM,
            };
            let alike = self.listed(&self.by_core, key, part);
            found.extend(
                alike
                    .filter(|t| t.text.folded != text.folded && key.chars().count() >= shortest(t))
                    .map(|target| (How::Affix, target)),
            );
        }
    }

    /// A known name with anything after it that starts a new word, or (for a native module) before it.
    fn extended<'a>(&'a self, text: &Text, native: bool, found: &mut Vec<(How, &'a Target)>) {
        let folded = &text.folded;
        // Folding keeps the number of characters, so one position serves both texts.
        for (position, ((at, _), written)) in folded.char_indices().zip(text.clean.chars()).enumerate() {
            let (before, after) = folded.split_at(at);
            let starts = position >= AFFIX_FROM && !written.is_lowercase();
            // At the start of the text it is the known name itself, which is closer than an affix.
            let ends = native && !text.cut && folded.len() - at >= AFFIX_FROM;
            for known in [starts.then_some(before), ends.then_some(after)].into_iter().flatten() {
                let alike = self.listed(&self.by_folded, known, Part::Name);
                let says_module = |target: &Target| target.core() != target.text.folded;
                found.extend(alike.filter(|t| t.native || says_module(t)).map(|target| (How::Affix, target)));
            }
        }
    }

    fn listed<'a>(
        &'a self,
        index: &'a HashMap<String, Vec<usize>>,
        key: &str,
        part: Part,
    ) -> impl Iterator<Item = &'a Target> {
        let numbers = index.get(key).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|n| self.targets.get(*n)).filter(move |target| comparable(part, target))
    }
}

/// A name is compared with names; a stem with stems, and with the names of native modules.
fn comparable(part: Part, target: &Target) -> bool {
    match part {
        Part::Name => target.part == Part::Name,
        Part::Stem => target.native,
    }
}

/// Which letters occur, as a set of 64: an edit changes at most two of them.
fn letters(characters: &[char]) -> u64 {
    characters.iter().fold(0, |set, c| set | 1 << (u32::from(*c) % 64))
}
