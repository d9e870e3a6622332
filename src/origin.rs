//! Where something stands: one type for whoever reads files and whoever reports on them, and one way of showing it.

use std::fmt::{self, Write as _};
use std::sync::Arc;

/// Where a row, or a part of a configuration, stands. What its format does not tell is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Name of the file as it was given.
    pub file: Arc<str>,
    /// The line that it begins in, from 1.
    pub line: Option<u64>,
    /// The column of a table, or of a line.
    pub column: Option<Arc<str>>,
    /// Number of the record, as the file counts them.
    pub record: Option<u64>,
    /// The element of an XML document, as a path from its root.
    pub element: Option<Arc<str>>,
    /// Bytes of the file before it.
    pub offset: Option<u64>,
}

impl Origin {
    /// A file as a whole.
    #[must_use]
    pub fn of_file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: None, column: None, record: None, element: None, offset: None }
    }

    /// A line of a file.
    #[must_use]
    pub fn of_line(file: impl Into<Arc<str>>, line: u64) -> Self {
        Self { line: Some(line), ..Self::of_file(file) }
    }

    /// As it stands in lists: `events.csv:2`, `log.evtx:record 17`.
    #[must_use]
    pub fn brief(&self) -> String {
        of_one_file(std::slice::from_ref(self))
    }

    /// The place in its file that says most to a person: `line 4`, `record 17`.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        self.places().next().map(|(word, place)| format!("{word} {place}"))
    }

    /// Each thing that is known of the place, and what it is called; the first says most to a person.
    fn places(&self) -> impl Iterator<Item = (&'static str, String)> {
        let number = |place: Option<u64>| place.map(|number| number.to_string());
        let text = |place: &Option<Arc<str>>| place.as_ref().map(ToString::to_string);
        let places = [
            (LINE, number(self.line)),
            ("column", text(&self.column)),
            ("record", number(self.record)),
            ("element", text(&self.element)),
            ("byte", number(self.offset)),
        ];
        places.into_iter().filter_map(|(word, place)| Some((word, place?)))
    }
}

impl fmt::Display for Origin {
    /// As it stands in sentences: `events.csv`, `events.csv, line 4`, `log.evtx, record 17, byte 69632`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        self.places().try_for_each(|(word, place)| write!(f, ", {word} {place}"))
    }
}

/// What needs no word before it in a list.
const LINE: &str = "line";

/// Origins as lists show them, one text for each file: `events.csv:2,3,9`, `log.evtx:record 17,18`.
#[must_use]
pub fn listed(origins: &[Origin]) -> Vec<String> {
    origins.chunk_by(|one, next| one.file == next.file).map(of_one_file).collect()
}

fn of_one_file(origins: &[Origin]) -> String {
    let mut text = origins.first().map(|origin| origin.file.to_string()).unwrap_or_default();
    let mut before = None;
    for (word, place) in origins.iter().filter_map(|origin| origin.places().next()) {
        text.push(if before.is_none() { ':' } else { ',' });
        if before.unwrap_or(LINE) != word {
            let _: fmt::Result = write!(text, "{word} ");
        }
        text.push_str(&place);
        before = Some(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_of_showing() {
        let line = |line| Origin::of_line("events.csv", line);
        let record = |record| Origin { record: Some(record), ..Origin::of_file("log.evtx") };
        let element = Origin { element: Some("configuration/location[2]".into()), ..line(7) };
        let byte = Origin { offset: Some(512), ..Origin::of_file("cut.evtx") };
        for (origins, sentence, list) in [
            (vec![Origin::of_file("a.csv")], "a.csv", "a.csv"),
            (vec![line(4)], "events.csv, line 4", "events.csv:4"),
            (vec![line(2), line(3), line(9)], "events.csv, line 2", "events.csv:2,3,9"),
            (vec![record(17), record(18)], "log.evtx, record 17", "log.evtx:record 17,18"),
            (vec![element], "events.csv, line 7, element configuration/location[2]", "events.csv:7"),
            (vec![byte], "cut.evtx, byte 512", "cut.evtx:byte 512"),
            (vec![line(4), record(17)], "events.csv, line 4", "events.csv:4 log.evtx:record 17"),
        ] {
            assert_eq!(origins[0].to_string(), sentence);
            assert_eq!(listed(&origins).join(" "), list);
        }
        assert_eq!(line(4).brief(), "events.csv:4");
        assert!(listed(&[]).is_empty());
    }
}
