//! How far a file was read.

use crate::detect::time;
use crate::origin::Origin;

/// A file of which rows were read, and the last of them: where a form has no end of its own, as CSV and JSON lines, nothing else
/// shows that a file was cut behind a whole row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRead {
    /// How many rows it has.
    pub rows: u64,
    /// Where the last one stands.
    pub last: Origin,
    /// The time of the last one, which is read where it is about the IIS configuration, in microseconds since 1970-01-01T00:00Z.
    pub time: Option<i64>,
}

impl FileRead {
    /// A file whose first row was read.
    #[must_use]
    pub fn new(last: Origin) -> Self {
        Self { rows: 1, last, time: None }
    }

    /// Whether a row belongs to this file. It is the last one then.
    pub fn take(&mut self, row: &Origin) -> bool {
        if row.file != self.last.file {
            return false;
        }
        *self = Self { rows: self.rows + 1, ..Self::new(row.clone()) };
        true
    }

    /// Where the last row stands, and when it was: `line 15, 2026-03-04T09:14:12Z`. Rows of one line have numbers.
    #[must_use]
    pub fn end(&self) -> String {
        let place = self.last.place();
        let is_counted = |record: &u64| self.last.line.is_some_and(|line| line != *record);
        let record = self.last.record.filter(is_counted).map(|record| format!("record {record}"));
        let time = self.time.map(time::to_the_second);
        [place, record, time].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// In a sentence without its full stop; `None` for a log, which shows itself where it is cut.
    pub(super) fn told(&self) -> Option<String> {
        self.last.line?;
        Some(format!("Last row read of {}: {}", self.last.file, self.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_is_told_with_its_time() {
        let line = |line| Origin::of_line("a.csv", line);
        let mut file = FileRead::new(line(2));
        file.time = Some(1_772_615_650_500_000);
        assert_eq!(file.told().unwrap(), "Last row read of a.csv: line 2, 2026-03-04T09:14:10Z");
        assert!(file.take(&line(3)) && !file.take(&Origin::of_line("b.csv", 2)));
        // The time of another row is none of this one.
        assert_eq!((file.rows, file.told().unwrap().as_str()), (2, "Last row read of a.csv: line 3"));
        let of_document = FileRead::new(Origin { record: Some(7), ..line(1) });
        assert_eq!(of_document.end(), "line 1, record 7");
        let record = Origin { record: Some(7), ..Origin::of_file("a.evtx") };
        let log = FileRead { time: Some(0), ..FileRead::new(record) };
        assert_eq!((log.end().as_str(), log.told()), ("record 7, 1970-01-01T00:00:00Z", None));
    }
}
