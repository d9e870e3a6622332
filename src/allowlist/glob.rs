//! Globs: `?` is one character, `*` any run within a component, `**` any run at all; `\**\` is any number of whole
//! components, none included.
//!
//! Whole texts are matched piece by piece ([`pieces`]): the text is written by an attacker, and compared with every
//! glob. What two globs have in common is found by keeping the set of pattern positions that one could be at.

use std::borrow::Cow;

use pieces::Pieces;
use token::Token;

mod pieces;
mod token;

/// The longest text that globs are compared with, in characters.
pub const MAX_CHARACTERS: usize = crate::iis::spelling::MAX_CHARACTERS;

/// A compiled glob.
#[derive(Debug, Clone)]
pub struct Glob {
    tokens: Vec<Token>,
    separator: Option<char>,
    pieces: Pieces,
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        (&self.tokens, self.separator) == (&other.tokens, other.separator)
    }
}

impl Eq for Glob {}

impl Glob {
    /// Compiles `pattern` for texts whose components are divided by `separator`; without one, `*` and `**` are alike.
    /// Never fails: every character other than `*` and `?` stands for itself. Case is the caller's matter.
    #[must_use]
    pub fn new(pattern: &str, separator: Option<char>) -> Self {
        let mut tokens: Vec<Token> = Vec::with_capacity(pattern.len());
        for c in pattern.chars() {
            let token = match c {
                '*' if matches!(tokens.last(), Some(Token::Run | Token::RunAcross)) => {
                    tokens.pop();
                    Token::RunAcross
                }
                c if Some(c) == separator && tokens.last() == Some(&Token::RunAcross) => {
                    tokens.pop();
                    let whole =
                        tokens.last().is_none_or(|t| separator.is_some_and(|s| *t == Token::Literal(s)));
                    tokens.push(if whole { Token::Components } else { Token::RunAcross });
                    Token::Literal(c)
                }
                '*' => Token::Run,
                '?' => Token::One,
                c => Token::Literal(c),
            };
            tokens.push(token);
        }
        Self { pieces: Pieces::new(&tokens, separator), tokens, separator }
    }

    /// Whether the whole of `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.pieces.match_whole(text)
    }

    /// Each two characters that stand side by side in every text that matches.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (char, char)> {
        // The separator behind a `**` at the start may be missing with it.
        let optional =
            self.tokens.chunks(2).take_while(|two| two.first() == Some(&Token::Components)).count();
        let certain = self.tokens.get(2 * optional..).unwrap_or_default();
        certain.windows(2).filter_map(|two| match two {
            [Token::Literal(a), Token::Literal(b)] => Some((*a, *b)),
            _ => None,
        })
    }

    /// Whether some text that begins with `head` matches.
    #[must_use]
    pub fn reaches(&self, head: &str) -> bool {
        // Whatever tokens are left, some text satisfies them.
        !self.walk(head.chars().map(Token::Literal)).list.is_empty()
    }

    /// Whether every text that matches `narrow` matches this glob too. `true` is certain; `false` is not, where the two
    /// differ in how they say the same.
    #[must_use]
    pub fn covers(&self, narrow: &Self) -> bool {
        self.separator == narrow.separator
            && self.walk(narrow.tokens.iter().copied()).list.contains(&self.tokens.len())
    }

    /// The positions behind `symbols`: the characters of a text, or the tokens of another glob, of which each run is
    /// taken as one symbol that only a run as wide takes in.
    fn walk(&self, symbols: impl Iterator<Item = Token>) -> Positions {
        let mut now = Positions::new(self.tokens.len());
        let mut next = Positions::new(self.tokens.len());
        self.enter(&mut now, 0, 1);
        for (step, symbol) in (2..).zip(symbols) {
            if now.list.is_empty() {
                return now;
            }
            next.list.clear();
            let separator = self.separator.is_some_and(|s| symbol == Token::Literal(s));
            let within = !separator && !matches!(symbol, Token::RunAcross | Token::Components);
            for &at in &now.list {
                match self.tokens.get(at) {
                    Some(token @ Token::Literal(_)) if *token == symbol => {
                        self.enter(&mut next, at + 1, step);
                    }
                    Some(Token::One) if within && symbol != Token::Run => self.enter(&mut next, at + 1, step),
                    Some(Token::Run) if within => self.enter(&mut next, at, step),
                    Some(Token::RunAcross) => self.enter(&mut next, at, step),
                    Some(Token::Components) => {
                        next.add(at, step);
                        if separator {
                            self.enter(&mut next, at + 2, step);
                        }
                    }
                    _ => {}
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        now
    }

    /// Adds `at`, and what lies behind it when it is a run (a run may be empty).
    fn enter(&self, positions: &mut Positions, at: usize, step: usize) {
        let mut at = at;
        while positions.add(at, step) {
            match self.tokens.get(at) {
                Some(Token::Run | Token::RunAcross) => at += 1,
                // The separator before was just matched and serves for both.
                Some(Token::Components) => at += 2,
                _ => return,
            }
        }
    }
}

/// Whether a text holds a wildcard.
#[must_use]
pub fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The ends of a text that is longer than [`MAX_CHARACTERS`], joined; `None` for a text that is not. Like an image of that
/// length it is never allowed by a pattern, but what a pattern denies at one of the ends stays denied.
#[must_use]
pub fn ends_of_long(text: &str) -> Option<Cow<'_, str>> {
    let characters = || text.char_indices().map(|(at, _)| at);
    if text.len() <= MAX_CHARACTERS || characters().nth(MAX_CHARACTERS).is_none() {
        return None;
    }
    let head = characters().nth(MAX_CHARACTERS / 2).and_then(|end| text.get(..end))?;
    let tail = characters().nth_back(MAX_CHARACTERS / 2 - 1).and_then(|start| text.get(start..))?;
    Some(Cow::Owned(format!("{head}{tail}")))
}

/// A set of pattern positions. `seen` holds the step, counted from 1, at which a position was added last.
struct Positions {
    list: Vec<usize>,
    seen: Vec<usize>,
}

impl Positions {
    fn new(tokens: usize) -> Self {
        Self { list: Vec::new(), seen: vec![0; tokens + 1] }
    }

    fn add(&mut self, at: usize, step: usize) -> bool {
        match self.seen.get_mut(at) {
            Some(seen) if *seen != step => {
                *seen = step;
                self.list.push(at);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Glob, MAX_CHARACTERS, Token, ends_of_long};
    use proptest::prelude::*;

    #[test]
    fn a_star_stays_in_its_component_and_two_cross() {
        for (pattern, text, matches) in [
            (r"C:\Vendor\*.DLL", r"C:\Vendor\A.DLL", true),
            (r"C:\Vendor\*.DLL", r"C:\Vendor\BIN\A.DLL", false),
            (r"C:\Vendor\**.DLL", r"C:\Vendor\BIN\A.DLL", true),
            (r"C:\Vendor\**\A.DLL", r"C:\Vendor\A.DLL", true),
            (r"C:\Vendor\**\A.DLL", r"C:\Vendor\B\C\A.DLL", true),
            (r"C:\Vendor\**\A.DLL", r"C:\Vendor\BA.DLL", false),
            (r"C:\Vendor**\A.DLL", r"C:\VendorA.DLL", false),
            (r"**\A.DLL", r"C:\A.DLL", true),
            (r"**\A.DLL", r"A.DLL", true),
            (r"C:\*\A.DLL", r"C:\B\A.DLL", true),
            (r"C:\?\A.DLL", r"C:\B\A.DLL", true),
            (r"C:\**\B*C\**\A.DLL", r"C:\BC\XBC\BXC\D\A.DLL", true),
            (r"C:\**\B*C\**\A.DLL", r"C:\XBC\BXCX\A.DLL", false),
            (r"C:\**B*C\D?**A.DLL", r"C:\XB\CB\BXC\DEA.DLL", true),
            (r"C:\**B*C\D?**A.DLL", r"C:\XB\CB\BXC\D\EA.DLL", false),
            (r"C:\**\", r"C:\B\", true),
            (r"C:\**\", r"C:\B", false),
            ("**é?*ü**", "aé\\éöxü", true),
            ("**é?*ü**", "aé\\éöx\\ü", false),
            (r"C:?A.DLL", r"C:\A.DLL", false),
            ("A?", "Aé", true),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("***", r"a\b", true),
            ("a*b*c", "axbxbxc", true),
            ("a*b*c", "axbxbx", false),
        ] {
            assert_eq!(Glob::new(pattern, Some('\\')).matches(text), matches, "{pattern} on {text}");
        }
    }

    #[test]
    fn without_a_separator_a_star_takes_everything() {
        assert!(Glob::new("web*", None).matches("web01.corp.example"));
    }

    #[test]
    fn the_work_is_bounded_on_hostile_texts() {
        let letters = "a".repeat(20_000);
        let folders = r"\ab".repeat(7_000);
        for (pattern, text) in [
            ("**a*".repeat(60) + "b", &letters),
            ("**a?".repeat(60) + "b*", &letters),
            ("*a?a".repeat(60) + "b*", &letters),
            (r"**\a*".repeat(60) + "c**", &folders),
            (r"**b\*b\a?".repeat(60) + "c**", &folders),
        ] {
            let start = std::time::Instant::now();
            assert!(!Glob::new(&pattern, Some('\\')).matches(text), "{pattern}");
            assert!(
                start.elapsed().as_secs() < 5,
                "a backtracking matcher would not end within the age of the universe"
            );
        }
    }

    #[test]
    fn only_what_is_too_long_loses_its_middle() {
        let half = MAX_CHARACTERS / 2;
        let whole = "é".repeat(MAX_CHARACTERS);
        assert_eq!(ends_of_long(&whole), None);
        let long = format!("{}x{}", "é".repeat(half), "b".repeat(half));
        let ends = ends_of_long(&long).unwrap();
        assert_eq!(ends, format!("{}{}", "é".repeat(half), "b".repeat(half)));
    }

    /// The slow twin: tries every split. Patterns and texts start with a separator.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['\\', '*', '*', '\\', ..] => {
                let rest = &pattern[3..];
                text.first() == Some(&'\\')
                    && (0..text.len()).any(|n| text[n] == '\\' && naive(rest, &text[n..]))
            }
            ['*', '*', rest @ ..] => (0..=text.len()).any(|n| naive(rest, &text[n..])),
            ['*', rest @ ..] => {
                (0..=text.len()).take_while(|n| !text[..*n].contains(&'\\')).any(|n| naive(rest, &text[n..]))
            }
            ['?', rest @ ..] => matches!(text, [c, more @ ..] if *c != '\\' && naive(rest, more)),
            [c, rest @ ..] => matches!(text, [d, more @ ..] if c == d && naive(rest, more)),
        }
    }

    #[test]
    fn a_wider_glob_covers_a_narrower_one() {
        for (wide, narrow, covers) in [
            ("web*", "web01", true),
            ("web*", "web0?", true),
            ("web*", "web*", true),
            ("web?", "web*", false),
            ("web0*", "web*", false),
            ("*", r"a\b", false),
            ("**", r"**\a*.dll", true),
            (r"c:\**\*.dll", r"c:\a\**\b\c.dll", true),
            (r"c:\**\*.dll", r"c:\a\**.dll", false),
            (r"c:\*\a.dll", r"c:\**\a.dll", false),
            (r"c:\**\a.dll", r"c:\a.dll", true),
        ] {
            let [w, n] = [wide, narrow].map(|pattern| Glob::new(pattern, Some('\\')));
            assert_eq!(w.covers(&n), covers, "{wide} over {narrow}");
        }
    }

    #[test]
    fn what_a_glob_can_reach() {
        for (pattern, head, reaches) in [
            (r"c:\**\a.dll", r"c:\program files\", true),
            (r"c:\*\a.dll", r"c:\program files\common files\", false),
            (r"c:\program files*\a.dll", r"c:\program files (x86)\", true),
            (r"d:\*", r"c:\", false),
            ("a", "a", true),
            ("a", "ab", false),
            ("a", "", true),
        ] {
            assert_eq!(Glob::new(pattern, Some('\\')).reaches(head), reaches, "{pattern} at {head}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn what_is_covered_matches_the_wider_glob_too(
            wide in r"(a|b|\*|\?|\\|\*\*|\\\*\*\\){0,5}",
            narrow in r"(a|b|\*|\?|\\|\*\*|\\\*\*\\){0,5}",
            texts in prop::collection::vec(r"[ab\\]{0,6}", 24),
        ) {
            let [w, n] = [&wide, &narrow].map(|pattern| Glob::new(pattern, Some('\\')));
            prop_assert!(w.covers(&w));
            let covers = w.covers(&n);
            prop_assert!(!covers || w.pairs().all(|pair| n.pairs().any(|own| own == pair)), "{wide} over {narrow}");
            for text in texts.iter().filter(|text| covers && n.matches(text)) {
                prop_assert!(w.matches(text), "{} over {} on {}", wide, narrow, text);
            }
        }

        #[test]
        fn agrees_with_every_position_that_could_be_reached(
            pattern in r"(a|b|é|\*|\?|\\|\*\*|\\\*\*\\){0,12}",
            text in r"[abé\\]{0,24}",
            separated in any::<bool>(),
        ) {
            let glob = Glob::new(&pattern, separated.then_some('\\'));
            let letters: Vec<char> = text.chars().collect();
            let has = |(a, b): (char, char)| letters.windows(2).any(|two| two == [a, b]);
            prop_assert!(!glob.matches(&text) || glob.pairs().all(has), "{} on {}", pattern, text);
            let reached = glob.walk(text.chars().map(Token::Literal)).list.contains(&glob.tokens.len());
            prop_assert_eq!(glob.matches(&text), reached, "{} on {}", pattern, text);
        }

        #[test]
        fn what_matches_is_reached_from_each_of_its_heads(pattern in r"(a|b|\*|\?|\\|\*\*){0,5}", text in r"[ab\\]{0,8}") {
            let glob = Glob::new(&pattern, Some('\\'));
            if glob.matches(&text) {
                prop_assert!((0..=text.len()).all(|end| glob.reaches(&text[..end])));
            }
        }

        #[test]
        fn agrees_with_trying_every_split(pattern in r"(a|b|\*|\?|\\|\*\*|\\\*\*\\){0,6}", text in r"[ab\\]{0,8}") {
            prop_assume!(!pattern.contains("***"));
            let p: Vec<char> = format!(r"\{pattern}").chars().collect();
            let t: Vec<char> = format!(r"\{text}").chars().collect();
            prop_assert_eq!(Glob::new(&pattern, Some('\\')).matches(&text), naive(&p, &t));
        }
    }
}
