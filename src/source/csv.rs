//! CSV: exports of events, and lists of modules.

use super::columns::Header;
use super::records::Records;
use super::{Row, SourceError, guess, times};

/// Reads CSV text with a header, separated by commas, semicolons or tabs. Events are recognised by a column `_raw`,
/// `Message` or `Configuration`, lists of modules by `name` with `image` or `type` (in any case). A record that has not as
/// many cells as the header, or whose quoting is damaged, is an error: the file was cut or damaged, and a part of it would be
/// missed. So is a header that can be taken in two ways.
pub fn read_csv(text: &[u8], file: &str) -> Result<Vec<Row>, SourceError> {
    let form = |what: String| SourceError::Form { file: file.to_owned(), what };
    if let Some(what) = guess::text(text) {
        return Err(form(what.to_owned()));
    }
    let table = Table::of(text);
    let mut records = Records::new(file, table.text, table.separator, table.line);
    let Some(header) = records.next()? else {
        return Err(form("the file is empty: there is not even a header".to_owned()));
    };
    let line = header.line;
    let header = Header::new(&header.cells);
    let Some(columns) = header.form() else {
        return Err(form(header.problem(table.separated_by())));
    };
    let mut rows = Vec::new();
    while let Some(record) = records.next()? {
        if record.cells.len() != columns.cells {
            let cells = |count: usize| format!("{count} {}", if count == 1 { "cell" } else { "cells" });
            let what = format!(
                "the record has {}, the header {}. The file is cut off, or a cell that holds a separator or a quote is not \
                 quoted: export it again",
                cells(record.cells.len()),
                cells(columns.cells)
            );
            return Err(SourceError::Record { file: file.to_owned(), line: record.line, what });
        }
        rows.push(Row { line: record.line, content: columns.content(record.cells) });
    }
    if let Some(what) = header.doubt(&columns, &rows) {
        return Err(SourceError::Record { file: file.to_owned(), line, what });
    }
    times::settle(&mut rows);
    Ok(rows)
}

/// A table behind the line that some programs write before it.
struct Table<'t> {
    text: &'t [u8],
    /// The line that the text begins in.
    line: u64,
    separator: u8,
}

impl<'t> Table<'t> {
    /// Windows PowerShell writes `#TYPE …` before the header, Excel knows `sep=;`.
    fn of(text: &'t [u8]) -> Self {
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
        let (first, behind) = text.split_at_checked(end).unwrap_or((text, b""));
        match first.trim_ascii_end() {
            [b's', b'e', b'p', b'=', separator] => Self { text: behind, line: 2, separator: *separator },
            line if line.starts_with(b"#TYPE ") => {
                Self { text: behind, line: 2, separator: separator(behind) }
            }
            _ => Self { text, line: 1, separator: separator(text) },
        }
    }

    fn separated_by(&self) -> &'static str {
        match self.separator {
            b';' => "semicolons",
            b'\t' => "tabs",
            b',' => "commas",
            _ => "what the first line says",
        }
    }
}

/// What separates the cells: of the known separators the one that the header has most of, outside quotes.
fn separator(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                for (_, count) in counts.iter_mut().filter(|(separator, _)| separator == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals the last is the greatest, and a comma is the usual one.
    counts.iter().rev().max_by_key(|(_, count)| count).map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::super::Content;
    use super::*;
    use crate::event::INPUTS;

    fn contents(text: &str) -> Vec<Content> {
        read_csv(text.as_bytes(), "f").unwrap().into_iter().map(|row| row.content).collect()
    }

    /// The filled inputs of each event as `input=cell`, the name, image and host of each module.
    fn shown(text: &str) -> Vec<String> {
        let text_of = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        let of = |content: Content| match content {
            Content::Event(cells) => {
                let filled = INPUTS.iter().zip(cells.iter()).filter(|(_, cell)| !cell.is_empty());
                filled.map(|(input, cell)| format!("{input}={}", text_of(cell))).collect::<Vec<_>>().join(" ")
            }
            Content::Module(module) => {
                [&module.cells[0], &module.cells[1], &module.host].map(|cell| text_of(cell)).join("|")
            }
        };
        contents(text).into_iter().map(of).collect()
    }

    #[test]
    fn lists_of_modules_in_usual_exports() {
        let text = "#TYPE Selected.Microsoft.IIs\r\n\"Name\",\"Image\",\"PreCondition\"\r\n\"A\",\"C:\\a.dll\",\"\"\r\n";
        let [Content::Module(module)] = &contents(text)[..] else { panic!("{text}") };
        let (first, rest) = module.cells.split_at(2);
        assert_eq!(first, [b"A".to_vec(), b"C:\\a.dll".to_vec()]);
        assert!(rest.iter().chain([&module.host, &module.time]).all(Vec::is_empty), "{module:?}");
        for (text, expected) in [
            ("NAME;IMAGE\nA;a.dll\n", "A|a.dll|"),
            ("sep=;\r\nname;image\r\nA;a,b.dll\r\n", "A|a,b.dll|"),
            ("name\timage\nA\ta.dll\n", "A|a.dll|"),
            (" name , image \nA,a.dll\n", "A|a.dll|"),
            ("name,image,server,host\nA,a.dll,web01,\n", "A|a.dll|web01"),
            ("name,image,PSComputerName,computer\nA,a.dll,web01,web02\n", "A|a.dll|web02"),
        ] {
            assert_eq!(shown(text), [expected], "{text}");
        }
    }

    #[test]
    fn events_in_usual_exports() {
        for (text, expected) in [
            ("EventCode,Message,other\n29,x,y\n", "Message=x EventCode=29"),
            ("eventcode,MESSAGE\n29,x\n", "Message=x EventCode=29"),
            // As it is written before any case.
            ("message,Message\nlower,upper\n", "Message=upper"),
            // Get-WinEvent
            (
                "Message,Id,RecordId,ProviderName,LogName,ProcessId,MachineName,UserId,TimeCreated\n\
                 x,29,7,P,L,4,web01,S-1-5-18,12/19/2022 6:40:32 PM\n",
                "Message=x SourceName=P LogName=L EventID=29 Computer=web01 UserID=S-1-5-18 \
                 _time=2022-12-19T18:40:32 EventRecordID=7 ProcessID=4",
            ),
            ("message,id,machinename\nx,29,web01\n", "Message=x EventID=29 Computer=web01"),
            // An id is an event's number only there, and only where there is no other.
            ("Message,id\nx,29\n", "Message=x"),
            ("Message,EventID,Id,RecordId\nx,29,5,7\n", "Message=x EventID=29 EventRecordID=7"),
            // Event Viewer: the header lacks the message.
            (
                "Level,Date and Time,Source,Event ID,Task Category\nVerbose,19.12.2022 18:40:32,P,29,None,\"x\"\n",
                "Message=x SourceName=P EventID=29 _time=2022-12-19T18:40:32",
            ),
            (
                "Level;Date and Time;Source;Event ID;Task Category;\nVerbose;1.2.2022 18:40:32;P;29;None;x\n",
                "Message=x SourceName=P EventID=29 _time=2022-02-01T18:40:32",
            ),
        ] {
            assert_eq!(shown(text), [expected], "{text}");
        }
    }

    #[test]
    fn a_column_of_dates_tells_how_to_read_them() {
        let times = |text: &str| -> Vec<String> {
            let rows = shown(&format!("Message,_time\n{text}"));
            rows.iter().map(|row| row.trim_start_matches("Message=x _time=").to_owned()).collect()
        };
        let known = times("x,1/12/2026 9:14:10 AM\nx,1/13/2026 9:14:10 AM\nx,1700000000\n");
        assert_eq!(known, ["2026-01-12T09:14:10", "2026-01-13T09:14:10", "1700000000"]);
        assert_eq!(times("x,1/12/2026 9:14:10 AM\n"), ["1/12/2026 9:14:10 AM"]);
    }

    #[test]
    fn the_first_line_of_a_classic_text_is_the_time_of_a_row_without_one() {
        let row = |date: &str, time: &str| {
            let raw = format!("{date}\nLogName=L\nEventCode=29\nMessage=x");
            let rows = shown(&format!("_raw,_time\n\"{raw}\",{time}\n"));
            rows[0].split_once(" _time=").map(|(_, time)| time.to_owned())
        };
        assert_eq!(row("01/12/2026 09:14:10 PM", "").as_deref(), Some("2026-01-12T21:14:10"));
        assert_eq!(row("01/12/2026 09:14:10 PM\r", "").as_deref(), Some("2026-01-12T21:14:10"));
        assert_eq!(row("01/12/2026 09:14:10 PM", "1700000000").as_deref(), Some("1700000000"));
        for date in ["1/12/2026 9:14:10 PM", "01/12/2026 09:14:10", "Mon Jan 12 09:14:10 PM", ""] {
            assert_eq!(row(date, ""), None, "{date}");
        }
    }

    #[test]
    fn damaged_records_are_told_with_their_line() {
        let error = |text: &[u8]| read_csv(text, "f").err().map(|error| error.to_string());
        let line = |text| error(text).map(|text| text.split(':').next().unwrap_or_default().to_owned());
        assert_eq!(line(b"name,image\nA,a\n\n\nB\n").as_deref(), Some("f, line 5"));
        assert_eq!(line(b"#TYPE x\nname,image\nA,a\nB,b,c\n").as_deref(), Some("f, line 4"));
        assert_eq!(line(b"name,image\n\"A\nA\",a\nB,\"b\nC,c\n").as_deref(), Some("f, line 4"));
        assert_eq!(line(b"name,image\nA,\"").as_deref(), Some("f, line 2"));
        assert_eq!(line(b"name,image\nA,\"\"\"").as_deref(), Some("f, line 2"));
        assert_eq!(line(b"name,image\nA,\"a\"b").as_deref(), Some("f, line 2"));
        assert_eq!(line(b"name,image\nA,\"a\n\"B\",b\n").as_deref(), Some("f, line 3"));
        for sound in ["", "\"\"", "\"a\"", "\"\"\"\"", "a\"b", "a\"", "\"a\n\""] {
            for end in ["", "\n", "\r\n"] {
                let text = format!("name,image\nA,{sound}{end}");
                assert_eq!(error(text.as_bytes()), None, "{text:?}");
            }
        }
    }

    #[test]
    fn an_inventory_with_its_raw_text_is_no_export_of_events() {
        let text = "_raw,host,name,image\n\"name=A image=C:\\a.dll\",web01,A,C:\\a.dll\n";
        assert_eq!(shown(text), ["A|C:\\a.dll|web01"]);
    }

    /// A crafted module name can make Splunk extract such fields from every event.
    #[test]
    fn an_event_stays_one_whatever_columns_its_export_has() {
        let raw = "<Event><System><Provider Name='Microsoft-Windows-IIS-Configuration'/><EventID>29</EventID></System></Event>";
        for cells in [",", "StaticFileModule,%windir%\\System32\\inetsrv\\static.dll"] {
            let rows = shown(&format!("_raw,name,image\n{raw},{cells}\n"));
            assert!(rows[0].starts_with("_raw=<Event>"), "{rows:?}");
        }
    }

    #[test]
    fn a_header_that_can_be_taken_in_two_ways_is_told_with_its_columns() {
        let sentence = "Changes to '/system.webServer/asp' at 'MACHINE' have successfully been committed.";
        let error = |text: &str| read_csv(text.as_bytes(), "f").err().map(|error| error.to_string());
        for (header, row, told) in [
            ("name,image,image", "A,a,b", Some("f, line 1: columns 2 and 3 are both `image`")),
            ("name,image,Image", "A,a,b", Some("f, line 1: columns 2 and 3 are both `image`")),
            ("sep=;\nNAME;image;name", "A;a;b", Some("f, line 2: columns 1 and 3 are both `name`")),
            ("name,type,host,Host", "A,a,b,c", Some("f, line 1: columns 3 and 4 are both `host`")),
            ("name,image,other,other", "A,a,b,c", None),
            ("name,image,path,Path", "A,a,b,c", None),
            ("_raw,EventCode,_raw", "x,29,y", Some("f, line 1: columns 1 and 3 are both `_raw`")),
            ("Message,EventCode,message", "x,29,y", None),
            ("name,image,Message", "A,a,x", Some("f, line 1: column 3, `Message`, ")),
            ("Name,Image,Configuration", "A,a,", Some("f, line 1: column 3, `Configuration`, ")),
            ("Message,name,type", "x,A,a", Some("f, line 1: column 1, `Message`, ")),
            ("_raw,name,image,Message", "x,A,a,y", Some("f, line 1: column 4, `Message`, ")),
            // These are events, whatever else they have.
            ("name,image,Message", &format!("A,a,{sentence}"), None),
            ("name,image,Message,EventCode", "A,a,x,4688", None),
            ("name,image,Message,SourceName", "A,a,x,y", None),
            ("name,Message", "A,x", None),
        ] {
            let found = error(&format!("{header}\n{row}\n"));
            let starts = found.as_deref().unwrap_or_default().starts_with(told.unwrap_or_default());
            assert!(found.is_some() == told.is_some() && starts, "{header}: {found:?}");
        }
    }

    #[test]
    fn a_file_without_known_columns_says_what_was_expected_and_found() {
        for (text, start, end) in [
            ("a,b\n1,2\n", "f.csv: no known columns: ", "The columns found, separated by commas: a, b"),
            ("a;b\n", "f.csv: no known columns: ", "The columns found, separated by semicolons: a, b"),
            ("name\tb\n", "f.csv: a list of modules needs a column image", "separated by tabs: name, b"),
            ("1,2,3,4,5,6,7,8,9,10,11,12,13\n", "f.csv: no known", "11, 12, …"),
            ("\n\n", "f.csv: the file is empty", "not even a header"),
        ] {
            let error = read_csv(text.as_bytes(), "f.csv").unwrap_err().to_string();
            assert!(error.starts_with(start) && error.ends_with(end), "{error}");
        }
    }
}
