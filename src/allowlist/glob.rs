//! Globs: `?` is one character, `*` any run within a component, `**` any run at all; `\**\` is any number of whole
//! components, none included.
//!
//! The matcher keeps the set of pattern positions it could be at and walks the text once, so that the work is at
//! most text length times pattern length: the text is written by an attacker.

/// A compiled glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    tokens: Vec<Token>,
    separator: Option<char>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Run,
    RunAcross,
    /// `**` between two separators: may vanish together with the second one.
    Components,
}

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
        Self { tokens, separator }
    }

    /// Whether the whole of `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.walk(text.chars().map(Token::Literal)).list.contains(&self.tokens.len())
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
    use super::Glob;
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
        let pattern = "**a*".repeat(60) + "b";
        let text = "a".repeat(20_000);
        let start = std::time::Instant::now();
        assert!(!Glob::new(&pattern, Some('\\')).matches(&text));
        assert!(
            start.elapsed().as_secs() < 5,
            "a backtracking matcher would not end within the age of the universe"
        );
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
            for text in texts.iter().filter(|text| covers && n.matches(text)) {
                prop_assert!(w.matches(text), "{} over {} on {}", wide, narrow, text);
            }
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
