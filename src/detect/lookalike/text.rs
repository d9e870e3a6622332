//! The forms of a name that look-alikes are compared in.

use unicode_security::confusable_detection::skeleton;

use crate::iis::fold::fold;
use crate::iis::shown::{is_plain, is_shown};

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
    /// `folded` with each character outside ASCII replaced by its skeleton (UTS 39), where that is another text: the skeleton of
    /// an `m` is `rn`, which is no spelling of a known name.
    pub latin: Option<String>,
    /// Skeletons (UTS 39) of `folded` and of `clean`, folded again: a capital may look like another letter than its
    /// small form does.
    pub skeletons: [String; 2],
}

/// The skeletons (UTS 39) of texts, in folded case. Those of the characters of ASCII are looked up once: their skeletons are
/// of ASCII too, so that they stand side by side as they are.
#[derive(Debug, Clone)]
pub(super) struct Bones {
    /// By the character; zero where the skeleton has not just one.
    short: [u8; 128],
    /// The others: `rn` for an `m`.
    long: Vec<(u8, String)>,
}

impl Default for Bones {
    fn default() -> Self {
        let (mut short, mut long) = ([0; 128], Vec::new());
        for (byte, place) in (0..).zip(&mut short) {
            let one = fold(&skeleton(char::from(byte).encode_utf8(&mut [0; 4])).collect::<String>());
            match one.as_bytes() {
                [only] if *only > 0 => *place = *only,
                _ => long.push((byte, one)),
            }
        }
        Self { short, long }
    }
}

impl Bones {
    /// The folded skeleton of a text.
    fn of(&self, text: &str) -> String {
        if !text.is_ascii() {
            return fold(&skeleton(text).collect::<String>());
        }
        let mut bones = String::with_capacity(text.len() + 8);
        for byte in text.bytes() {
            match self.short.get(usize::from(byte)) {
                Some(&one @ 1..) => bones.push(char::from(one)),
                _ => {
                    bones.extend(self.long.iter().find(|(of, _)| *of == byte).map(|(_, long)| long.as_str()));
                }
            }
        }
        bones
    }
}

impl Text {
    pub fn new(written: &str, bones: &Bones) -> Self {
        let Shown { clean, invisible, cut } = if written.len() <= COMPARED && is_plain(written) {
            Shown { clean: written.to_owned(), ..Shown::default() }
        } else {
            shown(written)
        };
        let folded = fold(&clean);
        let latin = (!folded.is_ascii()).then(|| {
            let mut latin = String::with_capacity(folded.len());
            for c in folded.chars() {
                if c.is_ascii() {
                    latin.push(c);
                } else {
                    latin.push_str(&bones.of(c.encode_utf8(&mut [0; 4])));
                }
            }
            latin
        });
        Self {
            latin: latin.filter(|latin| *latin != folded),
            invisible,
            cut,
            skeletons: [bones.of(&folded), bones.of(&clean)],
            folded,
            clean,
        }
    }
}

/// What of a name is compared.
#[derive(Default)]
struct Shown {
    clean: String,
    invisible: bool,
    cut: bool,
}

fn shown(written: &str) -> Shown {
    let mut shown = Shown::default();
    let (mut length, mut blank) = (0, None);
    for c in written.chars() {
        if c.is_whitespace() && is_shown(c) {
            shown.invisible |= shown.clean.is_empty() || blank.is_some();
            blank = blank.or(Some(c));
            continue;
        }
        if !is_shown(c) {
            shown.invisible = true;
            continue;
        }
        let between = blank.take().filter(|_| !shown.clean.is_empty());
        length += 1 + usize::from(between.is_some());
        if length > COMPARED {
            shown.cut = true;
            break;
        }
        shown.clean.extend(between);
        shown.clean.push(c);
    }
    shown.invisible |= blank.is_some();
    shown
}

/// A folded name without the decorations at its end that say bitness or version: `_64bit`, `(32bits)`, `-4.0`, `x64`,
/// `v2`.
pub(super) fn undecorated(folded: &str) -> &str {
    let is_decoration =
        |b: &u8| matches!(b, b'0'..=b'9' | b'_' | b'-' | b'.' | b' ' | b'(' | b')' | b'[' | b']');
    let mut rest = folded;
    loop {
        let length = rest.bytes().rposition(|b| !is_decoration(&b)).map_or(0, |last| last + 1);
        // What is cut off is of ASCII.
        let (trimmed, digits) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let next = if ["32", "64", "86"].iter().any(|bits| digits.starts_with(bits)) {
            trimmed.strip_suffix('x').unwrap_or(trimmed)
        } else if digits.as_bytes().first().is_some_and(u8::is_ascii_digit) {
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
    use super::{Bones, Text, core, is_plain, shown, undecorated};
    use crate::iis::fold::fold;
    use unicode_security::confusable_detection::skeleton;

    fn compared(written: &str) -> Text {
        Text::new(written, &Bones::default())
    }

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
        let text = compared(" Sta\u{200b}ticFile\u{1}Module\u{2060}\n");
        assert_eq!((text.clean.as_str(), text.folded.as_str()), ("StaticFileModule", "staticfilemodule"));
        assert!(text.invisible && !text.cut);
        let text = compared("ModSecurity IIS (64bits)");
        assert!(!text.invisible && text.clean == "ModSecurity IIS (64bits)");
        assert_eq!(compared("\u{421}gi").skeletons[1], "cgi");
    }

    /// What is looked up is what the long way gives, for every text of two characters of ASCII and some of more.
    #[test]
    fn the_short_way_is_the_long_one() {
        let bones = Bones::default();
        let pairs =
            (0..128_u8).flat_map(|a| (0..128_u8).map(move |b| String::from_utf8(vec![a, b]).unwrap()));
        let longer = ["", " ", "a b", "a  b", " a", "a ", "I'm \"1\" | 0 rn", "W\u{441}m"].map(str::to_owned);
        for written in pairs.chain(longer) {
            assert_eq!(bones.of(&written), fold(&skeleton(&written).collect::<String>()), "{written:?}");
            let walked = shown(&written);
            assert!(
                !is_plain(&written) || (walked.clean == written && !walked.invisible && !walked.cut),
                "{written:?}"
            );
        }
        assert!(is_plain("ModSecurity IIS (64bits)"));
    }

    #[test]
    fn limits() {
        assert!(!compared(&"a".repeat(128)).cut);
        let long = compared(&"a".repeat(129));
        assert!(long.cut && !long.invisible && long.clean.len() == 128);
        for filling in
            ["\u{200b}", "\u{34f}", " ", "\u{a0}", "\t", "\u{200b} "].map(|filling| filling.repeat(600))
        {
            for written in
                [format!("ab c{filling}"), format!("{filling}ab c"), format!("{filling}ab{filling} c")]
            {
                let text = compared(&written);
                assert!(text.invisible && !text.cut, "{written:?}");
                assert_eq!(text.folded.replace('\u{a0}', " ").trim_end_matches("ab c"), "", "{written:?}");
            }
            let longer = compared(&format!("a{filling}{}", "b".repeat(128)));
            assert!(longer.cut && longer.invisible || filling.starts_with('\t'));
        }
        let hostile = compared(&"\u{fdfa}".repeat(1_000_000));
        assert!(hostile.cut && hostile.skeletons.iter().all(|s| s.len() < 20_000));
    }
}
