//! Events as Snare writes them: a line each, its cells behind tabs and without a header. They hold the message, not the values.

use super::row::Content;

/// What the second cell of each line is.
pub(super) const MARK: &[u8] = b"MSWinEventLog\t";
/// The inputs that the cells behind the mark are, by their place.
const CELLS: [(usize, &str); 6] =
    [(1, "LogName"), (3, "_time"), (4, "EventID"), (5, "SourceName"), (6, "User"), (9, "Computer")];
/// Where the texts of the event begin: the category, then the message.
const TEXTS: usize = 10;

/// The event of a line; `None` where it is none of Snare's, or several: a line feed is missing, or a value holds a mark.
pub(super) fn content(line: &[u8]) -> Option<Content> {
    let cells = line.get(memchr::memmem::find(line, MARK)? + MARK.len()..)?;
    memchr::memmem::find(cells, MARK).is_none().then_some(())?;
    let cells: Vec<&[u8]> = cells.split(|byte| *byte == b'\t').collect();
    // Behind the message stands a number of the log, and perhaps names with values.
    let texts = cells.get(TEXTS..)?;
    let is_behind =
        |text: &&&[u8]| text.iter().all(u8::is_ascii_digit) || text.starts_with(b"EventSourceId=");
    let message = texts.iter().rev().find(|text| !is_behind(text)).copied().unwrap_or_default();
    let own = CELLS.iter().map(|(place, input)| (*input, cells.get(*place).copied().unwrap_or_default()));
    let own = own.filter(|(_, cell)| *cell != b"N/A");
    Some(Content::of_inputs(own.chain([("Message", message)])))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::event::INPUTS;
    use crate::source::input::Input;
    use crate::source::lines::{LineReader, Lines};
    use crate::source::row::{Content, Row};

    #[test]
    fn lines_with_and_without_a_header_of_syslog() {
        let line = "MSWinEventLog\t1\tMicrosoft-IIS-Configuration/Operational\t17\tWed Mar 04 09:14:10 2026\t29\tP\tann\tN/A\t\
                    Verbose\tweb01\tNone\t\tChanges to 'x'\t118";
        let text = format!(
            "web01\t{line}\n<13>Mar  4 09:14:10 web01 {line}\tEventSourceId=AU_1\r\nweb01\t{line} web01\t{line}\nbroken\nbroken\nweb01\t{line} web01\t{line}\nweb01\tMSWinEv"
        );
        let input = Input::new(Box::new(Cursor::new(text.into_bytes())));
        let (mut rows, mut told) = (Vec::new(), Vec::new());
        for row in LineReader::new(Lines::Snare, input, "f".into()) {
            match row {
                Ok(Row { origin, content: Content::Event(cells) }) => {
                    let filled = INPUTS.iter().zip(cells.iter()).filter(|(_, cell)| !cell.is_empty());
                    let filled: Vec<_> = filled
                        .map(|(input, cell)| format!("{input}={}", String::from_utf8_lossy(cell)))
                        .collect();
                    rows.push((origin.line.unwrap(), filled.join("|")));
                }
                Ok(row) => panic!("{row:?}"),
                Err(problem) => told.push(problem.to_string()),
            }
        }
        let expected = "Message=Changes to 'x'|User=ann|SourceName=P|LogName=Microsoft-IIS-Configuration/Operational|\
                        EventID=29|Computer=web01|_time=Wed Mar 04 09:14:10 2026";
        assert_eq!(rows, [(1, expected.to_owned()), (2, expected.to_owned())]);
        // Of lines without an event only the first is told.
        assert_eq!(told.len(), 4, "{told:?}");
        for (told, place) in told.iter().zip([3, 4, 6, 7]) {
            assert!(told.starts_with(&format!("f, line {place}: ")), "{told}");
        }
        assert!(
            told[0].contains("this line is none of Snare's") && told[3].contains("the file ends"),
            "{told:?}"
        );
    }
}
