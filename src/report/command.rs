//! What to do with a finding's own names in the commands, quoted for PowerShell: names are written by attackers, and whoever
//! copies a command runs it as an administrator.

use super::item::Item;
use super::shown::is_hidden;
use crate::detect::response::{AT_SITE, IMAGE_WORD, SINCE_WORD, twin};
use crate::detect::{Column, listed_image, time};

/// A part of a step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Something to read.
    Words(&'static str),
    /// Something to run.
    Command(String),
}

/// Characters of a name that is filled in; no honest one is longer.
const LONGEST: usize = 200;
/// What `appcmd` is called by: it is in no search path.
const APPCMD: &str = r#"& "$env:windir\System32\inetsrv\appcmd.exe""#;

/// A step with the names of a finding in its commands; a name that cannot be written safely, or that is not known, stays a
/// placeholder.
pub(super) fn pieces(step: &'static str, item: &Item) -> Vec<Piece> {
    let parts = step.split('`').enumerate();
    let parts = parts.map(|(number, part)| match number % 2 {
        0 => Piece::Words(part),
        _ => Piece::Command(filled(part, item)),
    });
    parts.filter(|part| *part != Piece::Words("")).collect()
}

/// Whether a step is for the place of a finding.
pub(super) fn applies(step: &str, item: &Item) -> bool {
    step != AT_SITE || !is_of_server(item)
}

/// The beginning of the day before the first change of findings; `None` where no time is known.
pub(super) fn since<'i>(items: impl Iterator<Item = &'i Item>) -> Option<i64> {
    const DAY: i64 = 86_400 * time::SECOND;
    let changes = items.filter(|item| !item.is_listed());
    changes.filter_map(|item| item.time).min().map(|first| first.saturating_sub(DAY))
}

/// The commands that copy what a host has, with the date from which logs are wanted; all of them where it is not known.
pub(super) fn keep(commands: &[&str], since: Option<i64>) -> Vec<String> {
    let day: Option<String> =
        since.map(|since| time::format(since).chars().filter(char::is_ascii_digit).take(8).collect());
    let dated = |command: &&str| match &day {
        Some(day) => command.replace(SINCE_WORD, day),
        None => command.replace(&format!(" /maxage:{SINCE_WORD}"), ""),
    };
    let called = |command: String| match command.strip_prefix("appcmd ") {
        Some(rest) => format!("{APPCMD} {rest}"),
        None => command,
    };
    commands.iter().map(dated).map(called).collect()
}

/// The commands that copy the files of a finding; `None` where a path cannot be written into them, or leads to another machine,
/// which must not be asked for anything.
pub(super) fn keep_files(commands: &[&str], item: &Item) -> Option<Vec<String>> {
    let image = item.fact(Column::Image);
    let other = twin(image);
    let paths =
        [Some(image), other.as_deref(), Some(item.fact(Column::ImageOld)).filter(|old| !old.is_empty())];
    let mut files: Vec<String> = Vec::new();
    for path in paths.into_iter().flatten() {
        let file = argument("", path).filter(|_| is_local(path))?;
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let files = files.join(", ");
    let filled = |command: &&str| {
        let words = command.split(' ').map(|word| if word == IMAGE_WORD { files.as_str() } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    Some(commands.iter().map(filled).collect())
}

/// Whether a path begins with a drive or a variable of the system.
fn is_local(path: &str) -> bool {
    match path.as_bytes() {
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        [b'%', rest @ ..] => !rest.starts_with(b"%") && rest.contains(&b'%'),
        _ => false,
    }
}

/// Whether an entry stands in the configuration of the server, and not in that of a site.
fn is_of_server(item: &Item) -> bool {
    const SERVER: &str = "/APPHOST";
    let path = item.fact(Column::ConfigPath);
    let end = path.len().checked_sub(SERVER.len()).and_then(|at| path.get(at..));
    item.fact(Column::Site).is_empty() && end.is_some_and(|end| end.eq_ignore_ascii_case(SERVER))
}

/// Whether a name that the commands need cannot be written into them.
pub(super) fn is_unsafe(item: &Item) -> bool {
    is_module(item)
        && [Column::Name, Column::Site].iter().any(|column| {
            let text = item.fact(*column);
            !text.is_empty() && argument("", text).is_none()
        })
}

/// Whether a finding is about one module, which the commands are for.
fn is_module(item: &Item) -> bool {
    const MODULES: [&str; 3] = ["", "native", "managed"];
    !item.is_of_several() && MODULES.contains(&item.fact(Column::Kind))
}

fn filled(command: &str, item: &Item) -> String {
    let words = command.split(' ').filter(|word| *word != "/app.name:SITE" || !is_of_server(item));
    let words = words.map(|word| {
        let known = match word {
            "appcmd" => Some(APPCMD.to_owned()),
            _ if !is_module(item) => None,
            "NAME" => argument("", item.fact(Column::Name)),
            "/app.name:SITE" => match item.fact(Column::Site) {
                application if application.contains('/') => argument("/app.name:", application),
                "" => None,
                site => argument("/app.name:", &format!("{site}/")),
            },
            "/image:PATH" => match item.fact(Column::Image) {
                "" => listed_image(item.fact(Column::Name)).and_then(|image| argument("/image:", &image)),
                image => argument("/image:", image),
            },
            _ => None,
        };
        known.unwrap_or_else(|| word.to_owned())
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A text as one argument of a command; `None` where there is none, or where a shell or the program could take it for something
/// else: PowerShell hands a quotation mark and a backslash at the end on so that they end the argument, and what begins like an
/// option is one.
fn argument(option: &str, text: &str) -> Option<String> {
    let is_option = option.is_empty() && text.starts_with(['/', '-', '@']);
    let is_odd = |character: char| character == '"' || is_hidden(character);
    if text.trim().is_empty()
        || is_option
        || text.chars().any(is_odd)
        || text.ends_with('\\')
        || text.chars().count() > LONGEST
    {
        return None;
    }
    let mut quoted = format!("'{option}");
    for character in text.chars() {
        quoted.push(character);
        // Each of these ends a text in single quotes, unless it is written twice.
        if matches!(character, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(character);
        }
    }
    quoted.push('\'');
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Severity, Verdict};

    fn item(facts: &[(Column, &str)]) -> Item {
        let mut texts = vec![String::new(); Column::LISTED.len()];
        for (column, text) in facts {
            texts[column.place().unwrap()] = (*text).to_owned();
        }
        Item {
            time: None,
            verdict: Verdict::Unknown,
            severity: Severity::Medium,
            facts: texts.into_iter().collect(),
            reasons: Vec::new(),
            id: String::new(),
            process: String::new(),
            needs_decision: true,
            origins: Vec::new(),
            evidence: Vec::new(),
            other_files: Vec::new(),
        }
    }

    #[test]
    fn an_argument_is_one_whatever_it_holds() {
        for (option, text, expected) in [
            ("", "Contoso", Some("'Contoso'")),
            ("", "Contoso Agent", Some("'Contoso Agent'")),
            ("/app.name:", "Shop/api", Some("'/app.name:Shop/api'")),
            ("/image:", r"%windir%\x.dll", Some(r"'/image:%windir%\x.dll'")),
            ("", "x'; Remove-Item C:\\ -Recurse; '", Some("'x''; Remove-Item C:\\ -Recurse; '''")),
            ("", "a\u{2019}; calc; \u{2018}b", Some("'a\u{2019}\u{2019}; calc; \u{2018}\u{2018}b'")),
            ("", "a\u{201a}b\u{201b}", Some("'a\u{201a}\u{201a}b\u{201b}\u{201b}'")),
            ("", "$(calc) `n & | %PATH% ; #", Some("'$(calc) `n & | %PATH% ; #'")),
            ("", "Модуль", Some("'Модуль'")),
            ("", "x\" /commit:apphost \"", None),
            ("", "x\ncalc", None),
            ("", "x\u{202e}y", None),
            ("", "a b\\", None),
            ("", "/xml", None),
            ("", "-x", None),
            ("", "--%", None),
            ("", "@x", None),
            ("", "", None),
            ("", " ", None),
        ] {
            assert_eq!(argument(option, text).as_deref(), expected, "{text}");
        }
        assert_eq!(argument("", &"x".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn known_names_are_filled_in_and_others_stay_to_be() {
        const STEP: &str = "First: `appcmd delete module NAME /app.name:SITE`, then `iisreset`.";
        let command = |item: &Item| match pieces(STEP, item).swap_remove(1) {
            Piece::Command(command) => command.replace(APPCMD, "appcmd"),
            words @ Piece::Words(_) => panic!("{words:?}"),
        };
        for (name, site, kind, expected, is_unsafe_) in [
            ("Evil", "Shop", "managed", "appcmd delete module 'Evil' '/app.name:Shop/'", false),
            ("Evil", "Shop/api", "", "appcmd delete module 'Evil' '/app.name:Shop/api'", false),
            ("Evil", "", "native", "appcmd delete module 'Evil' /app.name:SITE", false),
            ("NAME", "SITE", "native", "appcmd delete module 'NAME' '/app.name:SITE/'", false),
            ("", "", "", "appcmd delete module NAME /app.name:SITE", false),
            ("a\"b", "Shop", "native", "appcmd delete module NAME '/app.name:Shop/'", true),
            ("Evil", "S\"", "native", "appcmd delete module 'Evil' /app.name:SITE", true),
            // A command for modules would not take away a handler.
            ("Evil", "Shop", "handler", "appcmd delete module NAME /app.name:SITE", false),
        ] {
            let item = item(&[(Column::Name, name), (Column::Site, site), (Column::Kind, kind)]);
            assert_eq!((command(&item).as_str(), is_unsafe(&item)), (expected, is_unsafe_), "{name} {site}");
        }
        let several =
            Item { reasons: vec!["removed_together:a, b".to_owned()], ..item(&[(Column::Name, "8")]) };
        assert_eq!(command(&several), "appcmd delete module NAME /app.name:SITE");
        let words: Vec<Piece> = pieces(STEP, &several);
        assert_eq!(words.len(), 5);
        assert_eq!(words[3], Piece::Command("iisreset".to_owned()));
    }
}
