//! Lines that fit a width, measured as a terminal shows them.

use unicode_width::UnicodeWidthStr;

/// What stands for something that is left out.
const LEFT_OUT: &str = "…";

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in lines of a width, each behind an indent; words stay whole, so that one that is too long has a longer line.
pub(super) fn wrapped(text: &str, indent: usize, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = " ".repeat(indent);
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && width(&line) + 1 + width(word) > limit {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

/// The text in one line of a width: whole words, and a sign where some are left out.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut line = String::new();
    for word in text.split(' ') {
        let blank = usize::from(!line.is_empty());
        if width(&line) + blank + width(word) + 2 > limit {
            break;
        }
        if blank > 0 {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.trim_end_matches([',', ';', ':']) {
        "" => shortened(text, limit),
        line => format!("{line} {LEFT_OUT}"),
    }
}

/// A path in a width: its inner folders are left out first, so that root and file name stay.
pub(super) fn path(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let separators = ['\\', '/'];
    let inner = text.find(separators).zip(text.rfind(separators)).filter(|(first, last)| first < last);
    let short = inner.and_then(|(_, last)| {
        let folders = text.get(..last)?.rmatch_indices(separators);
        let mut forms = folders.map(|(end, _)| format!("{}{LEFT_OUT}{}", &text[..=end], &text[last..]));
        forms.find(|form| width(form) <= limit)
    });
    short.unwrap_or_else(|| shortened(text, limit))
}

/// Beginning and end of one long word.
fn shortened(text: &str, limit: usize) -> String {
    let room = limit.saturating_sub(1);
    let take = |characters: &mut dyn Iterator<Item = char>, room: usize| {
        let mut taken = String::new();
        for character in characters {
            if width(&taken) + width(character.encode_utf8(&mut [0; 4])) > room {
                break;
            }
            taken.push(character);
        }
        taken
    };
    let head = take(&mut text.chars(), room / 2);
    let tail: String = take(&mut text.chars().rev(), room - room / 2).chars().rev().collect();
    format!("{head}{LEFT_OUT}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole() {
        assert_eq!(wrapped("one two three", 2, 9), ["  one two", "  three"]);
        assert_eq!(wrapped("averylongword b", 1, 6), [" averylongword", " b"]);
        assert_eq!(wrapped("漢字 漢字", 0, 8), ["漢字", "漢字"]);
        for (text, limit, expected) in [
            ("one two", 7, "one two"),
            ("one two, three", 12, "one two …"),
            ("one two", 6, "one …"),
            ("averylongword", 7, "ave…ord"),
            ("漢字漢字漢字", 7, "漢…字"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, limit), expected, "{text}");
            assert!(width(&cut(text, limit)) <= limit.max(1));
        }
        for (text, limit, expected) in [
            (r"%windir%\System32\inetsrv\x.dll", 20, r"%windir%\…\x.dll"),
            (r"%windir%\System32\inetsrv\x.dll", 40, r"%windir%\System32\inetsrv\x.dll"),
            (r"C:\ProgramData\Microsoft\Cache\x.dll", 32, r"C:\ProgramData\Microsoft\…\x.dll"),
            (r"C:\averylongname.dll", 10, r"C:\a…e.dll"),
            ("/system.webServer/httpLogging/@dontLog", 20, "/…/@dontLog"),
            ("Acme.Module, Acme", 9, "Acme…Acme"),
        ] {
            assert_eq!(path(text, limit), expected, "{text}");
        }
    }
}
