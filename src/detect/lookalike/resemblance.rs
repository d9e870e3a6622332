//! What a comparison finds, and in words.

use super::Likeness;

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
