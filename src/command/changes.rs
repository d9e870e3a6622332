//! `input=change`: all parts of one change in, one finding out.

use searchcommand::{Cells, Input, Messages, Plan, Record, RunsOn};

use crate::detect::part::{NOTHING, Part};
use crate::detect::{Column, Outcomes, merge, time};

use super::options::Options;
use super::writer;

/// Of a change that continues an earlier one: when that one's first row came, in seconds since 1970-01-01T00:00Z. The
/// roll-up alone knows.
const CONTINUES_COLUMN: &str = "iis_continues";

/// Whether the clock of the host was set back before one of its rows: `1`. The roll-up alone has them together.
const FELL_COLUMN: &str = "iis_clock_moved";

/// What this level reads; the parts hold everything else.
const INPUTS: [&str; 5] =
    [Column::Host.name(), Column::ChangeKey.name(), Column::ChangePart.name(), CONTINUES_COLUMN, FELL_COLUMN];
const HOST: usize = 0;
const KEY: usize = 1;
const PARTS: usize = 2;
const CONTINUES: usize = 3;
const FELL: usize = 4;

/// The rows of one search.
pub(super) struct Changes {
    outcomes: Outcomes,
    rows: u64,
    rows_with_parts: u64,
    unreadable: u64,
}

/// What this level reads and writes.
pub(super) fn plan(options: &Options) -> Plan {
    let input = |name: &str| Input { name: name.to_owned(), multivalue: name == INPUTS[PARTS] };
    let mut columns = Column::FACTS.to_vec();
    columns.push(Column::FindingId);
    Plan {
        runs_on: RunsOn::SearchHead,
        inputs: INPUTS.into_iter().map(input).collect(),
        all_fields: options.all_fields,
        outputs: writer::outputs(&columns),
    }
}

impl Changes {
    pub(super) fn new(outcomes: Outcomes) -> Self {
        Self { outcomes, rows: 0, rows_with_parts: 0, unreadable: 0 }
    }

    pub(super) fn record(&mut self, record: &Record<'_>, cells: &mut Cells) {
        self.rows += 1;
        let mut parts = Vec::new();
        for text in record.values(PARTS) {
            if text == NOTHING.as_bytes() {
                // A row that belongs to no change: the end of a commit, or the roll-up's own count of rows.
                self.rows_with_parts += 1;
                continue;
            }
            match Part::read(text) {
                Ok(part) => parts.push(part),
                Err(_) => self.unreadable += 1,
            }
        }
        let (Ok(host), Ok(key)) =
            (std::str::from_utf8(record.cell(HOST)), std::str::from_utf8(record.cell(KEY)))
        else {
            self.unreadable += 1;
            return;
        };
        let continues = std::str::from_utf8(record.cell(CONTINUES)).ok().and_then(time::parse);
        let Some(mut change) = merge(parts) else { return };
        change.clock.fell = record.cell(FELL) == b"1";
        self.rows_with_parts += 1;
        let host = if host == NOTHING { "" } else { host };
        writer::write(cells, &Column::FACTS, &self.outcomes.change(&change, host, key, continues));
    }

    pub(super) fn finish(&self, messages: &mut Messages) {
        if self.unreadable > 0 {
            messages.warn(format!(
                "iismodcheck: {} values of iis_change_part (or of its host or key) are not as `iismodcheck parts=true` \
                 writes them, and were left out. Use the macro `iismodcheck_changes`.",
                self.unreadable
            ));
        }
        if self.rows > 0 && self.rows_with_parts == 0 {
            messages.warn(
                "iismodcheck: no row has the field iis_change_part; nothing was decided. input=change follows a \
                 roll-up of `iismodcheck parts=true`: use the macro `iismodcheck_changes`.",
            );
        }
    }
}
