//! What a file is, told by how it begins: the reader it needs, or why it is not read and what to do.

use super::classic::{HEADS, feed, is_one_line};
use super::headed::is_headed;
use super::lines::Lines;
use super::snare;
use crate::problem::{Problem, ProblemKind};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An event log of Windows.
    Evtx,
    Gzip,
    Zip,
    /// Something to decode first.
    Text,
    Refused(Refusal),
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextForm {
    Xml,
    Json,
    Csv,
    /// Splunk's raw events.
    Classic,
    /// Splunk's results as XML.
    Results,
    /// Objects of PowerShell.
    Clixml,
    Lines(Lines),
    Refused(Refusal),
}

/// A form that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What it is, and the next step that works.
    what: &'static str,
    hint: &'static str,
}

impl Refusal {
    /// `file` is what was given; it stands in the hint where a shell takes it as it is.
    pub(super) fn problem(self, file: &str) -> Problem {
        let is_plain = |character: char| character.is_alphanumeric() || r"/\._-:".contains(character);
        let named = match file {
            _ if file.is_empty() || file.starts_with('-') => FILE.to_owned(),
            _ if file.chars().all(is_plain) => file.to_owned(),
            _ if file.contains(['\'', '"']) || file.contains(char::is_control) => FILE.to_owned(),
            _ => format!("'{file}'"),
        };
        let hint = self.hint.replace(&format!("audit {FILE}"), &format!("audit {named}"));
        Problem::new(ProblemKind::Form, self.what).with_hint(hint)
    }
}

/// What stands in a hint for what was given.
const FILE: &str = "FILE";

const TAKE_EVTX: &str =
    "give scan the log itself, the .evtx file, or save it anew as XML: wevtutil qe LOG /f:xml";

const UNPACK: &str =
    "unpack it, and give scan the folder with what was in it; zip and gzip are unpacked by itself";

/// What bytes are that begin a file.
pub(super) fn of_bytes(head: &[u8]) -> Form {
    let refused = |what, hint| Form::Refused(Refusal { what, hint });
    match head {
        [] => refused("the file is empty: there is not even a header", "export or copy it again"),
        _ if head.starts_with(b"ElfFile\0") => Form::Evtx,
        _ if b"ElfFile\0".starts_with(head) && head.len() > 1 => {
            refused("this is the beginning of an .evtx event log, cut off in its header", "copy it again")
        }
        [0x1F, 0x8B, ..] => Form::Gzip,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Form::Zip,
        [0x30, 0, 0, 0, b'L', b'f', b'L', b'e', ..] => refused(
            "this is an .evt event log of Windows XP or 2003, which had no IIS configuration log",
            "give scan the .evtx of a later Windows",
        ),
        _ if is_trace(head) => refused(
            "this is an .etl trace, no event log",
            "give scan the .evtx, or convert the trace: tracerpt FILE.etl -o FILE.evtx -of EVTX",
        ),
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', ..] => refused(
            "this is a SQLite database",
            "export the events from the program that wrote it, as JSON or CSV",
        ),
        [b'M', b'Z', ..] | [0x7F, b'E', b'L', b'F', ..] => {
            refused("this is a program, no event log", TAKE_EVTX)
        }
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => refused("this is packed with bzip2", UNPACK),
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => refused("this is packed with xz", UNPACK),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => refused("this is packed with zstd", UNPACK),
        [b'7', b'z', 0xBC, 0xAF, ..] => refused("this is a 7z archive", UNPACK),
        [b'R', b'a', b'r', b'!', ..] => refused("this is a rar archive", UNPACK),
        [b'M', b'S', b'C', b'F', ..] => refused("this is a cabinet", UNPACK),
        _ if head.get(257..262) == Some(b"ustar") && head.contains(&0) => {
            refused("this is a tar archive", UNPACK)
        }
        _ => Form::Text,
    }
}

/// A trace buffer begins with its size, and has the header of a logfile behind its own.
fn is_trace(head: &[u8]) -> bool {
    let number =
        |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    let size = number(0);
    // The second event number of the first event of a trace, `EventTraceHeader`, has a marker of its own.
    size.is_power_of_two()
        && size >= 1024
        && head.get(0x4A..0x4C).is_some_and(|flags| matches!(flags, [_, 0xC0]))
}

/// What a text is that begins so.
pub(super) fn of_text(head: &[u8]) -> TextForm {
    let refused = |what, hint| TextForm::Refused(Refusal { what, hint });
    if head.iter().take(512).any(|byte| *byte == 0) {
        return refused("this is no text file", "scan reads event logs (.evtx), XML, JSON and CSV");
    }
    let text = behind_counter(head.trim_ascii_start());
    let begins = |known: &[u8]| text.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known));
    match text {
        [] => refused("the file is empty: there is not even a header", "export or copy it again"),
        _ if is_snare(text) => TextForm::Lines(Lines::Snare),
        _ if is_headed(first_line(text)) => TextForm::Lines(Lines::Headed),
        [b'<', digit, ..] if digit.is_ascii_digit() => refused(
            "this is syslog, as collectors send it: it holds messages only, and cuts them",
            "give scan the .evtx, or in Splunk the search with the field _raw as CSV",
        ),
        [b'<', ..] if begins(b"<!doctype html") || begins(b"<html") => {
            refused("this is an HTML page", TAKE_EVTX)
        }
        [b'<', ..] => of_xml(text),
        // A line of plaso begins with a bracket too, but with a number in it.
        [b'{' | b'[', ..] => of_json(text),
        _ if begins(b"Event[") || begins(b"Log Name:") => refused(
            "this is text as wevtutil or Event Viewer show it to people, in which a value cannot be told from what follows",
            TAKE_EVTX,
        ),
        _ if is_list(text) => refused(
            "this is a list as PowerShell's Format-List shows it to people, with lines broken anywhere",
            "in PowerShell: Get-WinEvent -LogName LOG | ForEach-Object { $_.ToXml() } | Set-Content events.xml -Encoding UTF8",
        ),
        _ if is_classic(text) => TextForm::Classic,
        _ if text.starts_with(b"Timestamp,") && memchr::memmem::find(text, b"RuleTitle").is_some() => {
            refused(
                "this is the timeline of hayabusa, which has only the events that a rule of its own hits",
                "give scan the .evtx that hayabusa was given",
            )
        }
        _ if begins(b"#Software: Microsoft") || begins(b"#Fields:") => refused(
            "this is a log of requests, which tells nothing of modules",
            "keep it for the time of the change; give scan the .evtx or a list of modules",
        ),
        _ if begins(b"MODULE \"") => refused(
            "this is what appcmd list module prints: names without the files behind them",
            "on the server: Get-WebGlobalModule | Select-Object name,image | Export-Csv modules.csv -NoTypeInformation \
             -Encoding UTF8",
        ),
        _ if text.starts_with(b"timestamp,detections,") => refused(
            "this is a hunt of chainsaw, which has only the events that a rule of its own hits",
            "give scan the .evtx that chainsaw was given",
        ),
        _ => TextForm::Csv,
    }
}

/// What follows the line that tools write before each event.
fn behind_counter(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let (line, behind) = text.split_at_checked(end).unwrap_or((text, b""));
    let line = line.trim_ascii_end();
    let digits = |number: &[u8]| !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    let is_record = line.strip_prefix(b"Record ").is_some_and(digits);
    let is_event = line
        .strip_prefix(b"Event[")
        .and_then(|rest| rest.strip_suffix(b"]:").or(rest.strip_suffix(b"]")))
        .is_some_and(digits);
    let behind = behind.trim_ascii_start();
    let is_read = matches!(behind.first(), Some(b'<' | b'{'));
    if (is_record || is_event) && is_read {
        behind
    } else {
        // Event Viewer and browsers put a sign before an element.
        text.strip_prefix(b"- <").and_then(|_| text.get(2..)).unwrap_or(text)
    }
}

fn of_xml(text: &[u8]) -> TextForm {
    let refused = |what, hint| TextForm::Refused(Refusal { what, hint });
    match root(text) {
        b"configuration" => refused(
            "this is a configuration file of IIS or .NET, no event log",
            "judge what it registers with: iismodcheck audit FILE; or, on the server: Get-WebGlobalModule | Select-Object name,image | \
             Export-Csv modules.csv -NoTypeInformation -Encoding UTF8, then scan modules.csv",
        ),
        b"Objs" => TextForm::Clixml,
        b"appcmd" => refused(
            "this is what appcmd list prints as XML: names without the files behind them",
            "`iismodcheck audit` judges the applicationHost.config itself; or, on the server: Get-WebGlobalModule | \
             Select-Object name,image | Export-Csv modules.csv -NoTypeInformation -Encoding UTF8",
        ),
        b"results" => TextForm::Results,
        _ => TextForm::Xml,
    }
}

/// The name of the first element of XML, without its prefix.
fn root(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        let end: &[u8] = match text {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', b'!', ..] => b">",
            _ => break,
        };
        match memchr::memmem::find(text, end).and_then(|at| text.get(at + end.len()..)) {
            Some(behind) => text = behind,
            None => return b"",
        }
    }
    let name = text.strip_prefix(b"<").unwrap_or_default();
    let end = name.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
    memchr::memchr(b':', name).and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

fn of_json(text: &[u8]) -> TextForm {
    let refused = |what, hint| TextForm::Refused(Refusal { what, hint });
    let has = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    if has(b"\"RuleTitle\"") && has(b"\"Details\"") {
        return refused(
            "this is the timeline of hayabusa, which has only the events that a rule of its own hits",
            "give scan the .evtx that hayabusa was given",
        );
    }
    if has(b"\"__container_type__\"") && has(b"\"data_type\"") {
        return refused(
            "this is plaso's json_line, which has the values of events without their names",
            "give scan the .evtx that plaso was given",
        );
    }
    if has(b"\"detections\"") && has(b"\"authors\"") {
        return refused(
            "this is a hunt of chainsaw, which has only the events that a rule of its own hits",
            "give scan the .evtx that chainsaw was given",
        );
    }
    TextForm::Json
}

/// Whether a text begins as Splunk writes an event for people: perhaps a date, then lines of `key=value`.
fn is_classic(text: &[u8]) -> bool {
    let is_head = |line: &[u8]| HEADS.iter().any(|head| line.starts_with(head));
    let feed = feed(text);
    let mut lines = text.split(|byte| *byte == feed);
    let first = lines.next().unwrap_or_default();
    let is_date = first.first().is_some_and(u8::is_ascii_digit);
    is_head(first) || (is_date && (lines.next().is_some_and(is_head) || is_one_line(first)))
}

/// Whether a text begins as Format-List writes an event.
fn is_list(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [b"TimeCreated", b"Message", b"ProviderName", b"Id"];
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let name = parts.next().unwrap_or_default().trim_ascii_end();
    NAMES.contains(&name) && parts.next().is_some_and(|rest| rest.starts_with(b" "))
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end()
}

fn is_snare(text: &[u8]) -> bool {
    let line = first_line(text);
    line.first() != Some(&b'{') && memchr::memmem::find(line, snare::MARK).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(form: TextForm) -> &'static str {
        match form {
            TextForm::Xml => "xml",
            TextForm::Json => "json",
            TextForm::Csv => "csv",
            TextForm::Classic => "classic",
            TextForm::Results => "results",
            TextForm::Clixml => "clixml",
            TextForm::Lines(Lines::Snare) => "snare",
            TextForm::Lines(Lines::Headed) => "headed",
            TextForm::Refused(refusal) => refusal.what,
        }
    }

    #[test]
    fn bytes_are_told_by_what_they_begin_with() {
        for (head, expected) in [
            (&b"ElfFile\0\0\0"[..], "Evtx"),
            (b"PK\x03\x04\0", "Zip"),
            (b"\x1f\x8b\x08\0", "Gzip"),
            (b"a,b\n", "Text"),
            (b"\xFF\xFEa\0", "Text"),
            (b"ElfFi", "Refused(Refusal { what: \"this is the beginning of an .evtx"),
            (b"\x30\0\0\0LfLe\x01", "Refused(Refusal { what: \"this is an .evt event log"),
            (b"SQLite format 3\0", "Refused(Refusal { what: \"this is a SQLite"),
            (b"MZ\x90\0", "Refused(Refusal { what: \"this is a program"),
            (b"", "Refused(Refusal { what: \"the file is empty"),
            (b"BZh91AY", "Refused(Refusal { what: \"this is packed with bzip2"),
            (b"BZhang,image", "Text"),
            (b"\xFD7zXZ\0\0", "Refused(Refusal { what: \"this is packed with xz"),
            (b"\x28\xB5\x2F\xFD\0", "Refused(Refusal { what: \"this is packed with zstd"),
            (b"7z\xBC\xAF\x27\x1C", "Refused(Refusal { what: \"this is a 7z"),
            (b"Rar!\x1A\x07", "Refused(Refusal { what: \"this is a rar"),
            (b"MSCF\0\0", "Refused(Refusal { what: \"this is a cabinet"),
        ] {
            let form = format!("{:?}", of_bytes(head));
            assert!(form.starts_with(expected), "{head:?}: {form}");
        }
        let mut tar = [0; 512];
        tar[257..263].copy_from_slice(b"ustar\0");
        assert!(format!("{:?}", of_bytes(&tar)).contains("this is a tar archive"));
    }

    #[test]
    fn texts_are_told_by_what_they_begin_with() {
        for (text, expected) in [
            ("<?xml version=\"1.0\"?>", "xml"),
            ("\n <Event/>", "xml"),
            ("- <Events>", "xml"),
            ("Record 100\n<?xml version=\"1.0\"?>\n<Event>", "xml"),
            ("Record 100\n{\"Event\":{}}", "json"),
            ("{\"preview\":false}", "json"),
            ("[1]", "json"),
            ("name,image\nLogName=x,y\n", "csv"),
            ("_raw\n\"12/19/2022 06:40:32 PM\nLogName=x\"", "csv"),
            ("Timestamp,Message\n", "csv"),
            ("TimeCreated,Message\n", "csv"),
            ("12/19/2022 06:40:32 PM\r\nLogName=x\r\n", "classic"),
            ("EventCode=29", "classic"),
            ("<13>Mar  4 09:14:10 web01 x", "this is syslog"),
            ("<13>Mar  4 09:14:10 web01 x: <Event xmlns='x'>\r\n", "headed"),
            ("Mar  4 09:14:10 web01 x: {\"a\":1}\n", "headed"),
            ("<!DOCTYPE html><html>", "this is an HTML page"),
            ("<HTML>", "this is an HTML page"),
            ("<?xml version=\"1.0\"?>\n<!-- x --><configuration>", "this is a configuration file"),
            ("<Objs Version=\"1.1.0.1\">", "clixml"),
            ("<?xml version=\"1.0\"?>\n<appcmd><MODULE/></appcmd>", "this is what appcmd list prints as XML"),
            ("<appcmds><MODULE/></appcmds>", "xml"),
            ("<results preview='0'>", "results"),
            ("Event[0]:\n  Log Name: x", "this is text as wevtutil"),
            ("Log Name:      x\n", "this is text as wevtutil"),
            ("\nTimeCreated  : 3/4/2026\nMessage : x", "this is a list as PowerShell"),
            ("web01\tMSWinEventLog\t1\t", "snare"),
            ("<13>Mar  4 09:14:10 web01 MSWinEventLog\t1\t", "snare"),
            ("12/19/2022 06:40:32 PM\rLogName=x\rMessage=y", "classic"),
            ("12/19/2022 06:40:32 PM LogName=x EventCode=29 Message=y", "classic"),
            ("LogName=x EventCode=29 Message=y\n", "classic"),
            ("Timestamp,RuleTitle,Level\n", "this is the timeline of hayabusa"),
            ("{\"Timestamp\":\"x\",\"RuleTitle\":\"y\",\"Details\":{}}", "this is the timeline of hayabusa"),
            ("{\"__container_type__\":\"event\",\"data_type\":\"x\"}", "this is plaso's json_line"),
            ("timestamp,detections,path,count\n", "this is a hunt of chainsaw"),
            ("a\0b", "this is no text file"),
            (" \n", "the file is empty"),
        ] {
            let form = named(of_text(text.as_bytes()));
            assert!(form.starts_with(expected), "{text}: {form}");
        }
    }
}
