//! What a file seems to be that is not read, and what to do with it: told by its content.

use crate::problem::{Problem, ProblemKind};

/// A form that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Other {
    /// What it is, and what is read instead.
    what: &'static str,
    hint: &'static str,
}

impl Other {
    pub(super) fn refused(self) -> Problem {
        Problem::new(ProblemKind::Form, self.what).with_hint(self.hint)
    }
}

/// Makes a CSV of an event log, on Windows.
macro_rules! recipe {
    ($events:literal) => {
        concat!("in PowerShell: ", $events, " | Export-Csv events.csv -NoTypeInformation -Encoding UTF8")
    };
}

/// What bytes seem to be that are no text; they begin a file.
pub(super) fn binary(bytes: &[u8]) -> Option<Other> {
    if bytes.starts_with(b"ElfFile\0") {
        return Some(Other {
            what: "this is an .evtx event log; scan reads CSV",
            hint: recipe!(
                "Get-WinEvent -Path FILE.evtx | ForEach-Object { [pscustomobject]@{ _raw = $_.ToXml() } }"
            ),
        });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(Other {
            what: "this is a zip archive or an Excel workbook; scan reads CSV",
            hint: "unpack it, or save the sheet as CSV (UTF-8)",
        });
    }
    if bytes.starts_with(b"\x1f\x8b") {
        return Some(Other {
            what: "this is compressed with gzip; scan reads CSV",
            hint: "unpack it first: gzip -d FILE",
        });
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Some(Other {
            what: "this is UTF-16 text in big endian order; scan reads UTF-8 and little endian UTF-16",
            hint: "save the file as UTF-8",
        });
    }
    if bytes.iter().take(512).any(|byte| *byte == 0) && !bytes.starts_with(b"\xFF\xFE") {
        return Some(Other {
            what: "this is no text file",
            hint: "scan reads CSV, in UTF-8 or in UTF-16 with a byte order mark",
        });
    }
    None
}

/// What a text seems to be that is no table.
pub(super) fn text(text: &[u8]) -> Option<Other> {
    let text = text.trim_ascii_start();
    match text.first()? {
        b'<' => Some(Other {
            what: "this is XML; scan reads CSV with the XML of one event in each row, in a column _raw",
            hint: recipe!(
                "$x = New-Object xml; $x.Load(\"$PWD\\FILE.xml\"); $x.Events.Event | ForEach-Object { [pscustomobject]@{ _raw = $_.OuterXml } }"
            ),
        }),
        b'{' | b'[' => Some(Other {
            what: "this is JSON; scan reads CSV",
            hint: "in Splunk, export the search as CSV with the field _raw; from an event log, make a CSV with Get-WinEvent \
                   and Export-Csv",
        }),
        _ if is_classic(text) => Some(Other {
            what: "these are events as text, without a table around them; scan reads CSV",
            hint: "in Splunk, export the search as CSV instead of as raw events",
        }),
        _ => None,
    }
}

/// Whether a text begins as Splunk writes an event for people: perhaps a date, then lines of `key=value`.
fn is_classic(text: &[u8]) -> bool {
    let is_head = |line: &[u8]| line.starts_with(b"LogName=") || line.starts_with(b"EventCode=");
    let mut lines = text.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let is_date = first.first().is_some_and(u8::is_ascii_digit);
    is_head(first) || (is_date && lines.next().is_some_and(is_head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_csv_is_named() {
        for (bytes, named) in [
            (&b"ElfFile\0\0\0"[..], Some("this is an .evtx event log")),
            (b"PK\x03\x04\0", Some("this is a zip archive")),
            (b"\x1f\x8b\x08\0", Some("this is compressed")),
            (b"\xFE\xFF\0a", Some("this is UTF-16 text in big")),
            (b"a\0b\0", Some("this is no text file")),
            (b"\xFF\xFEa\0", None),
            (b"a,b\n", None),
        ] {
            let what = binary(bytes).map(|other| other.what);
            assert!(what.unwrap_or_default().starts_with(named.unwrap_or_default()), "{bytes:?}");
            assert_eq!(what.is_some(), named.is_some(), "{bytes:?}");
        }
        for (given, named) in [
            ("<?xml version=\"1.0\"?>", Some("this is XML")),
            ("\n <Event/>", Some("this is XML")),
            ("{\"preview\":false}", Some("this is JSON")),
            ("[1]", Some("this is JSON")),
            ("12/19/2022 06:40:32 PM\r\nLogName=x\r\n", Some("these are events as text")),
            ("EventCode=29", Some("these are events as text")),
            ("name,image\nLogName=x,y\n", None),
            ("_raw\n\"12/19/2022 06:40:32 PM\nLogName=x\"", None),
            ("", None),
        ] {
            let what = text(given.as_bytes()).map(|other| other.what);
            assert!(what.unwrap_or_default().starts_with(named.unwrap_or_default()), "{given}");
            assert_eq!(what.is_some(), named.is_some(), "{given}");
        }
    }
}
