//! `scriptProcessor` of a handler: an executable, and behind `|` the arguments that `FastCGI` starts it with
//! (documented: `C:\PHP\php-cgi.exe|-d open_basedir=C:\Sites`).

use super::{Image, ImageFlags, Oddity, Roots, Suspicion};

/// What divides an argument into pieces that can be paths each: `open_basedir=C:\Sites;C:\Data`.
const DIVIDERS: [char; 5] = ['=', ';', ',', '|', '\''];

/// The executable and its arguments: divided at the first `|` outside double quotes.
#[must_use]
pub fn split(written: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in written.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '|' if !quoted => {
                let (executable, rest) = written.split_at(at);
                return (executable, rest.strip_prefix('|').unwrap_or(rest));
            }
            _ => {}
        }
    }
    (written, "")
}

/// The place from which no code is expected, where an argument names a file in one; `remote` for a file on another
/// machine. A folder that is itself such a place holds data (`upload_tmp_dir=C:\Windows\Temp`).
#[must_use]
pub fn place_of_arguments(arguments: &str, roots: &Roots) -> Option<Suspicion> {
    places_of_arguments(arguments, roots).first().copied()
}

/// Every such place, in the order of the arguments.
#[must_use]
pub fn places_of_arguments(arguments: &str, roots: &Roots) -> Vec<Suspicion> {
    let place = |piece: &str| {
        let path = Image::normalise(path_in(piece)?.trim_end_matches(['\\', '/']), roots);
        let remote = path.flags.intersects(ImageFlags::REMOTE);
        path.place(roots).map(Suspicion::Place).or(remote.then_some(Suspicion::Spelling(Oddity::Remote)))
    };
    one_by_one(arguments).iter().flat_map(|argument| argument.split(DIVIDERS)).filter_map(place).collect()
}

/// The arguments as a program gets them: divided by white space outside double quotes, without the quotes.
fn one_by_one(arguments: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for c in arguments.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => all.push(String::new()),
            c => {
                if let Some(last) = all.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    all
}

/// The path in a piece of an argument, which an option may stand before (`-cC:\php.ini`): from a drive, a variable or a
/// share on; the whole of a piece that starts with a separator. A URL is none.
fn path_in(piece: &str) -> Option<&str> {
    let bytes = piece.as_bytes();
    let separator = |at: usize| matches!(bytes.get(at), Some(b'\\' | b'/'));
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let begins = |at: usize| match bytes.get(at) {
        Some(b'%') => true,
        Some(b'\\') => at == 0 || bytes.get(at + 1) == Some(&b'\\'),
        Some(b'/') => at == 0,
        _ if letter(at) && bytes.get(at + 1) == Some(&b':') && separator(at + 2) => {
            let of_a_url = at > 0 && letter(at - 1) && bytes.get(at + 1..at + 4) == Some(b"://");
            !of_a_url
        }
        _ => false,
    };
    piece.get((0..bytes.len()).find(|&at| begins(at))?..)
}

#[cfg(test)]
mod tests {
    use super::{Suspicion, place_of_arguments, split};
    use crate::iis::Roots;

    #[test]
    fn the_first_bar_outside_quotes_divides() {
        for (written, executable, arguments) in [
            (r"C:\PHP\php-cgi.exe", r"C:\PHP\php-cgi.exe", ""),
            (r"C:\PHP\php-cgi.exe|-d a=b|c", r"C:\PHP\php-cgi.exe", "-d a=b|c"),
            (r#""C:\a|b\x.exe"|-c "d|e""#, r#""C:\a|b\x.exe""#, r#"-c "d|e""#),
            (r#""C:\a|b"#, r#""C:\a|b"#, ""),
            ("|-x", "", "-x"),
            ("", "", ""),
        ] {
            assert_eq!(split(written), (executable, arguments), "{written}");
        }
    }

    #[test]
    fn files_among_the_arguments() {
        for (arguments, expected) in [
            ("", None),
            (r"-d open_basedir=C:\Websites\Website1", None),
            (r"C:\apps\wfastcgi.py", None),
            (r"-d upload_tmp_dir=C:\Windows\Temp", None),
            (r"-d upload_tmp_dir=C:\Windows\Temp\ -d a=D:\Sites", None),
            (r"-m temp.app --url http://localhost/temp/users/x", None),
            ("--url file://temp/users/x -p 80:90", None),
            ("äC:é -%", None),
            (r"C:\Windows\Temp\x.py", Some("location_temp")),
            (r"-B C:\Windows\Temp.\x.py", Some("location_temp")),
            (r"-B \Windows\Temp\x.py", Some("location_temp")),
            (r#"-B "C:\Program Files\Temp\x.py""#, Some("location_temp")),
            (r#"C:\Windows\"Temp"\x.py"#, Some("location_temp")),
            (r"-cC:/Windows/Temp/php.ini", Some("location_temp")),
            (r"-d auto_prepend_file='%TEMP%\x.php'", Some("location_temp")),
            (r"-d open_basedir=C:\Sites;C:\Users\bob\x", Some("location_users")),
            (r"\\?\C:\ProgramData\x.py", Some("location_programdata")),
            (r"-c\\server\share\x.ini", Some("remote")),
            ("//server/share/x.py", Some("remote")),
        ] {
            let place = place_of_arguments(arguments, &Roots::default());
            assert_eq!(place.map(Suspicion::as_str), expected, "{arguments}");
        }
    }
}
