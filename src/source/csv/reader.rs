//! The rows of a table, one at a time.

use std::collections::VecDeque;
use std::sync::Arc;

use super::columns::{Form, Header, Taken};
use super::dates::Orders;
use super::records::{Record, Records};
use super::table::Table;
use super::times;
use crate::origin::Origin;
use crate::problem::{Problem, ProblemKind};
use crate::source::input::Input;
use crate::source::row::{Content, Row};

/// Reads CSV text with a header, separated by commas, semicolons or tabs. Events are recognised by a column `_raw`,
/// `Message` or `Configuration`, lists of modules by `name` with `image` or `type` (in any case). A record that has not as
/// many cells as the header, or whose quoting is damaged, is an error and ends the reading: the file was cut or damaged, and
/// a part of it would be missed. So is a header that can be taken in two ways.
pub struct CsvReader {
    records: Records,
    /// A record that was read to know the form.
    ahead: Option<Record>,
    header: Header,
    /// Where the header stands.
    origin: Origin,
    form: Form,
    taken: Taken,
    /// Whether the columns were looked at as those of a list, and as those of events.
    looked_at: [bool; 2],
    orders: Orders,
    /// Rows that wait for the dates behind them, and what ended the reading.
    held: VecDeque<Result<Row, Problem>>,
    done: bool,
}

impl CsvReader {
    /// Reads the header; `file` is the name for errors and origins.
    pub(in crate::source) fn new(mut input: Input, file: &Arc<str>) -> Result<Self, Problem> {
        let table = Table::of(&mut input);
        let form_error =
            |what: &str| Problem::new(ProblemKind::Form, what).at(Origin::of_file(Arc::clone(file)));
        let mut records = Records::new(Arc::clone(file), input, table.separator);
        let Some(Record { origin, cells }) = records.next()? else {
            return Err(form_error("the file is empty: there is not even a header"));
        };
        let header = Header::new(&cells);
        let mut ahead = None;
        let mut form = header.form();
        if form.is_none() {
            // What is damaged in it is told with the header.
            ahead = records.next().unwrap_or_default();
            form = ahead.as_ref().and_then(|first| header.event_viewer_in_any_language(&first.cells));
        }
        let Some(form) = form else {
            let (what, hint) = header.problem(table.separated_by());
            return Err(form_error(what).with_hint(hint));
        };
        let taken = Taken::new(&header);
        let (orders, held) = (Orders::default(), VecDeque::new());
        Ok(Self {
            records,
            ahead,
            header,
            origin,
            form,
            taken,
            looked_at: [false; 2],
            orders,
            held,
            done: false,
        })
    }

    /// The next row with its time as written, and whether that is a date with two readings.
    fn read(&mut self) -> Result<Option<(Row, bool)>, Problem> {
        let ahead = self.ahead.take();
        let Some(Record { origin, cells }) =
            ahead.map_or_else(|| self.records.next(), |record| Ok(Some(record)))?
        else {
            return match self.header.doubt(&self.taken) {
                Some(doubt) => Err(doubt.at(self.origin.clone())),
                None => Ok(None),
            };
        };
        if cells.len() != self.form.cells {
            let counted = |count: usize| format!("{count} {}", if count == 1 { "cell" } else { "cells" });
            let (own, expected) = (counted(cells.len()), counted(self.form.cells));
            let what = format!("the record has {own}, the header {expected}");
            return Err(Problem::new(ProblemKind::Damaged, what).at(origin).with_hint(
                "the file is cut off, or a cell that holds a separator or a quote is not quoted: export it again",
            ));
        }
        let content = self.form.content(cells);
        self.look_at_columns(matches!(content, Content::Module(_)))?;
        self.taken.note(&content);
        let has_two_readings = self.orders.note(times::written(&content));
        Ok(Some((Row { origin, content }, has_two_readings)))
    }

    /// Looks once for columns of one meaning, before the first row that is taken from them.
    fn look_at_columns(&mut self, as_list: bool) -> Result<(), Problem> {
        let [of_events, of_list] = &mut self.looked_at;
        if std::mem::replace(if as_list { of_list } else { of_events }, true) {
            return Ok(());
        }
        self.header
            .repeated(&self.form, as_list)
            .map_or(Ok(()), |problem| Err(problem.at(self.origin.clone())))
    }

    /// Reads one more row, or what ends the reading; whether its date has two readings.
    fn hold(&mut self) -> bool {
        match self.read() {
            Ok(Some((row, has_two_readings))) => {
                self.held.push_back(Ok(row));
                has_two_readings
            }
            Ok(None) => {
                self.done = true;
                false
            }
            Err(problem) => {
                self.done = true;
                self.held.push_back(Err(problem));
                false
            }
        }
    }
}

impl Iterator for CsvReader {
    type Item = Result<Row, Problem>;

    /// Rows are held back from the first date that has two readings on: all dates of a file together tell how to read it.
    fn next(&mut self) -> Option<Self::Item> {
        if self.held.is_empty() && !self.done && self.hold() {
            while !self.done {
                self.hold();
            }
        }
        let mut row = self.held.pop_front()?;
        if let Ok(row) = &mut row {
            times::settle(&mut row.content, self.orders.order());
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::event::INPUTS;

    fn reader(text: &[u8], file: &str) -> Result<CsvReader, Problem> {
        CsvReader::new(Input::new(Box::new(Cursor::new(text.to_vec()))), &file.into())
    }

    fn read(text: &[u8], file: &str) -> Result<Vec<Row>, Problem> {
        reader(text, file)?.collect()
    }

    fn contents(text: &str) -> Vec<Content> {
        read(text.as_bytes(), "f").unwrap().into_iter().map(|row| row.content).collect()
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
            Content::OtherLog => panic!("a table has no such row"),
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
            // plaso: an event 29 has seven strings, so that the place alone is the end of a commit. Other numbers stay.
            (
                "datetime,timestamp_desc,message\n0,x,[29 / 0x001d] Strings: ['MACHINE'] Computer Name: w\n",
                r#"_raw={"EventID":"50","SourceName":"","Computer":"w","EventRecordID":"","Strings":["MACHINE"]} _time=0"#,
            ),
            (
                "date,time,timezone,MACB,sourcetype,desc\n03/04/2026,09:14:10,UTC,M...,WinEVTX,[50 / 0x0032] Strings: ['x'] \
                 Computer Name: w Record Number: 7\n",
                r#"_raw={"EventID":"50","SourceName":"","Computer":"w","EventRecordID":"7","Strings":["x"]} _time=2026-03-04T09:14:10Z"#,
            ),
            (
                "datetime,timestamp_desc,message\n0,x,[51 / 0x0033] Strings: ['MACHINE'] Computer Name: w\n",
                "Message=[51 / 0x0033] Strings: ['MACHINE'] Computer Name: w EventID=51 Computer=w _time=0",
            ),
            // In other languages, and with the column of the user.
            (
                "Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\nX,19.12.2022 18:40:32,P,29,Keine,\"x\"\n",
                "Message=x SourceName=P EventID=29 _time=2022-12-19T18:40:32",
            ),
            (
                "レベル\t日付と時刻\tソース\tイベント ID\tタスクのカテゴリ\tユーザー\nX\t2022/12/19 18:40:32\tP\t29\tY\tZ\tx\n",
                "Message=x SourceName=P EventID=29 _time=2022-12-19T18:40:32",
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
        // What stands before the date that tells counts as well, and a date that contradicts it.
        let after = times("x,1/13/2026 9:14:10 AM\nx,1/12/2026 9:14:10 AM\n");
        assert_eq!(after, ["2026-01-13T09:14:10", "2026-01-12T09:14:10"]);
        let both = times("x,1/13/2026 9:14:10\nx,1/12/2026 9:14:10\nx,13/1/2026 9:14:10\n");
        assert_eq!(both, ["2026-01-13T09:14:10", "1/12/2026 9:14:10", "2026-01-13T09:14:10"]);
    }

    #[test]
    fn rows_wait_for_nothing_but_dates_with_two_readings() {
        let text = "Message,_time\nx,1/13/2026 9:14:10 AM\nx,1/12/2026 9:14:10 AM\nx,1/14/2026 9:14:10 AM\n";
        let mut reader = reader(text.as_bytes(), "f").unwrap();
        let held = [0, 1, 0].map(|held| {
            let row = reader.next().unwrap().unwrap();
            assert_eq!(reader.held.len(), held);
            row.origin.brief()
        });
        assert_eq!(held, ["f:2", "f:3", "f:4"]);
        assert_eq!(reader.next(), None);
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
        let error = |text: &[u8]| read(text, "f").err().map(|error| error.to_string());
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
        let error = |text: &str| read(text.as_bytes(), "f").err().map(|error| error.to_string());
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
            ("a,b,c,d,e\n1,2,3,x,5,6\n", "f.csv: no known columns: ", "separated by commas: a, b, c, d, e"),
            ("a;b\n", "f.csv: no known columns: ", "The columns found, separated by semicolons: a, b"),
            ("name\tb\n", "f.csv: a list of modules needs a column image", "separated by tabs: name, b"),
            ("1,2,3,4,5,6,7,8,9,10,11,12,13\n", "f.csv: no known", "11, 12, …"),
            ("\n\n", "f.csv: the file is empty", "not even a header"),
        ] {
            let error = read(text.as_bytes(), "f.csv").unwrap_err().to_string();
            assert!(error.starts_with(start) && error.ends_with(end), "{error}");
        }
    }
}
