//! The forms of a name that look-alikes are compared in.

use unicode_security::confusable_detection::skeleton;

use crate::iis::fold::fold;

/// How many characters that show are compared; the longest known name has 47. What does not show is passed over, however
/// much of it whoever writes the name puts before, into or behind it.
const COMPARED: usize = 128;

/// A name in every form that comparisons need.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Without invisible characters and white space around, and with one blank of several; at most [`COMPARED`] characters.
    pub clean: String,
    /// Characters were dropped to get there, other than by the limit.
    pub invisible: bool,
    /// More was written than is compared: only the start can be judged.
    pub cut: bool,
    /// `clean` in folded case.
    pub folded: String,
    /// `folded` with each character outside ASCII replaced by its skeleton (UTS 39): that of an `m` is `rn`, which is no
    /// spelling of a known name.
    pub latin: String,
    /// Skeletons (UTS 39) of `folded` and of `clean`, folded again: a capital may look like another letter than its
    /// small form does.
    pub skeletons: [String; 2],
}

impl Text {
    pub fn new(written: &str) -> Self {
        let (mut clean, mut length) = (String::new(), 0);
        let (mut invisible, mut cut) = (false, false);
        let mut blank = None;
        for c in written.chars() {
            if c.is_whitespace() && is_visible(c) {
                invisible |= clean.is_empty() || blank.is_some();
                blank = blank.or(Some(c));
                continue;
            }
            if !is_visible(c) {
                invisible = true;
                continue;
            }
            let between = blank.take().filter(|_| !clean.is_empty());
            length += 1 + usize::from(between.is_some());
            if length > COMPARED {
                cut = true;
                break;
            }
            clean.extend(between);
            clean.push(c);
        }
        invisible |= blank.is_some();
        let folded = fold(&clean);
        let bones = |text: &str| fold(&skeleton(text).collect::<String>());
        let mut latin = String::with_capacity(folded.len());
        for c in folded.chars() {
            if c.is_ascii() {
                latin.push(c);
            } else {
                latin.push_str(&bones(c.encode_utf8(&mut [0; 4])));
            }
        }
        Self { latin, invisible, cut, skeletons: [bones(&folded), bones(&clean)], folded, clean }
    }
}

/// Neither a control character nor one that UTS 39 ignores (its skeleton is empty).
fn is_visible(c: char) -> bool {
    // Those that a name is filled up with are told apart without a look into the tables.
    let is_filling = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_ascii_graphic()
        || c == ' '
        || !is_filling && (!c.is_control() && skeleton(c.encode_utf8(&mut [0; 4])).next().is_some())
}

/// A folded name without the decorations at its end that say bitness or version: `_64bit`, `(32bits)`, `-4.0`, `x64`,
/// `v2`.
pub(super) fn undecorated(folded: &str) -> &str {
    let mut rest = folded;
    loop {
        let trimmed = rest.trim_end_matches(|c: char| c.is_ascii_digit() || "_-. ()[]".contains(c));
        let digits = rest.get(trimmed.len()..).unwrap_or_default();
        let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let next = if ["32", "64", "86"].iter().any(|bits| digits.starts_with(bits)) {
            trimmed.strip_suffix('x').unwrap_or(trimmed)
        } else if number(digits) {
            trimmed.strip_suffix('v').unwrap_or(trimmed)
        } else {
            let before = trimmed.strip_suffix("bits").or_else(|| trimmed.strip_suffix("bit"));
            before.filter(|before| before.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(trimmed)
        };
        if next == rest {
            return rest;
        }
        rest = next;
    }
}

/// What makes a folded name distinctive: without decorations and without the word Module at its end.
pub(super) fn core(folded: &str) -> &str {
    let bare = undecorated(folded);
    bare.strip_suffix("module").map_or(bare, undecorated)
}

#[cfg(test)]
mod tests {
    use super::{Text, core, undecorated};

    #[test]
    fn decorations() {
        for (written, bare, distinctive) in [
            ("fastcgimodule_64bit", "fastcgimodule", "fastcgi"),
            ("managedenginev4.1_32bit", "managedengine", "managedengine"),
            ("managedengine64_v2", "managedengine", "managedengine"),
            ("modsecurity iis (64bits)", "modsecurity iis", "modsecurity iis"),
            ("iisfcgix64", "iisfcgi", "iisfcgi"),
            ("iisfcgi_x86", "iisfcgi", "iisfcgi"),
            ("scriptmodule-4.0", "scriptmodule", "script"),
            ("owa2module", "owa2module", "owa"),
            ("webengine4", "webengine", "webengine"),
            ("rabbit", "rabbit", "rabbit"),
            ("bit", "bit", "bit"),
            ("64", "", ""),
            ("module", "module", ""),
            ("iisx", "iisx", "iisx"),
        ] {
            assert_eq!((undecorated(written), core(written)), (bare, distinctive), "{written}");
        }
    }

    #[test]
    fn forms() {
        let text = Text::new(" Sta\u{200b}ticFile\u{1}Module\u{2060}\n");
        assert_eq!((text.clean.as_str(), text.folded.as_str()), ("StaticFileModule", "staticfilemodule"));
        assert!(text.invisible && !text.cut);
        let text = Text::new("ModSecurity IIS (64bits)");
        assert!(!text.invisible && text.clean == "ModSecurity IIS (64bits)");
        assert_eq!(Text::new("\u{421}gi").skeletons[1], "cgi");
    }

    #[test]
    fn limits() {
        assert!(!Text::new(&"a".repeat(128)).cut);
        let long = Text::new(&"a".repeat(129));
        assert!(long.cut && !long.invisible && long.clean.len() == 128);
        for filling in
            ["\u{200b}", "\u{34f}", " ", "\u{a0}", "\t", "\u{200b} "].map(|filling| filling.repeat(600))
        {
            for written in
                [format!("ab c{filling}"), format!("{filling}ab c"), format!("{filling}ab{filling} c")]
            {
                let text = Text::new(&written);
                assert!(text.invisible && !text.cut, "{written:?}");
                assert_eq!(text.folded.replace('\u{a0}', " ").trim_end_matches("ab c"), "", "{written:?}");
            }
            let longer = Text::new(&format!("a{filling}{}", "b".repeat(128)));
            assert!(longer.cut && longer.invisible || filling.starts_with('\t'));
        }
        let hostile = Text::new(&"\u{fdfa}".repeat(1_000_000));
        assert!(hostile.cut && hostile.skeletons.iter().all(|s| s.len() < 20_000));
    }
}
