//! `input=module`: rows that simply list modules, such as the output of `Get-WebGlobalModule` or a lookup.

use searchcommand::{Cells, Input, Messages, Plan, Record, RunsOn};

use crate::detect::{
    Annotation, Column, Engine, Finding, InventoryRow, Listed, ReasonTexts, Severity, Verdict, finding_id,
    inventory_key, row, time,
};
use crate::event::LIST_HOSTS;

use super::options::Options;
use super::writer;

const TIME: usize = 4;
const FIRST_HOST: usize = 5;

/// The rows of one search.
pub(super) struct Inventory {
    engine: Engine,
    assumed_time: i64,
    columns: [String; 4],
    finding: Finding,
    reasons: ReasonTexts,
    host: String,
    rows: u64,
    rows_with_name: u64,
}

/// What this level reads and writes.
pub(super) fn plan(options: &Options) -> Plan {
    let names = options.inventory.iter().map(String::as_str).chain(["_time"]).chain(LIST_HOSTS);
    let mut columns = Column::FACTS.to_vec();
    columns.push(Column::FindingId);
    Plan {
        runs_on: if options.distributed { RunsOn::Distributed } else { RunsOn::SearchHead },
        inputs: names.map(|name| Input { name: name.to_owned(), multivalue: false }).collect(),
        all_fields: options.all_fields,
        outputs: writer::outputs(&columns),
    }
}

impl Inventory {
    pub(super) fn new(options: &Options, engine: Engine, assumed_time: i64) -> Self {
        Self {
            engine,
            assumed_time,
            columns: options.inventory.clone(),
            finding: Finding::default(),
            reasons: ReasonTexts::default(),
            host: String::new(),
            rows: 0,
            rows_with_name: 0,
        }
    }

    pub(super) fn record(&mut self, record: &Record<'_>, cells: &mut Cells) {
        self.rows += 1;
        let host = (FIRST_HOST..FIRST_HOST + LIST_HOSTS.len())
            .map(|input| record.cell(input))
            .find(|cell| !cell.is_empty());
        row::lower_case(std::str::from_utf8(host.unwrap_or_default()).unwrap_or_default(), &mut self.host);
        let at = std::str::from_utf8(record.cell(TIME)).ok().and_then(time::parse);
        match Listed::read([0, 1, 2, 3].map(|input| record.cell(input))) {
            Listed::Nothing => {}
            Listed::Module(row) => {
                self.rows_with_name += 1;
                self.decide(&row, at, cells);
            }
            Listed::Unparsed { reason, shown } => {
                let reason = reason.as_str();
                self.reasons.take_unparsed(reason, at.is_none());
                let plain = Annotation::plain(Verdict::Unparsed, Severity::Medium, &self.host, "");
                writer::write(cells, &plain, &self.reasons);
                let id = finding_id(&self.host, reason, Verdict::Unparsed.as_str(), shown, "");
                cells.set(writer::FINDING_ID, id.as_bytes());
            }
        }
    }

    fn decide(&mut self, row: &InventoryRow<'_>, at: Option<i64>, cells: &mut Cells) {
        let subject = row.subject(&self.host, at.unwrap_or(self.assumed_time), at.is_none());
        self.engine.decide(&subject, &mut self.finding);
        self.reasons.take(&self.finding, &self.engine);
        let annotation = Annotation::of(&subject, "inventory", &self.finding, &self.engine);
        writer::write(cells, &annotation, &self.reasons);
        let key = inventory_key(&subject);
        let id = finding_id(&self.host, &key, self.finding.verdict.as_str(), annotation.identity(), "");
        cells.set(writer::FINDING_ID, id.as_bytes());
    }

    pub(super) fn finish(&self, messages: &mut Messages) {
        if self.rows > 0 && self.rows_with_name == 0 {
            let [name, image, ..] = &self.columns;
            messages.warn(format!(
                "iismodcheck: none of the {} rows has a value in the field `{name}`; nothing was checked. name_field= \
                 and image_field= name the fields that hold module name and image (now `{name}` and `{image}`).",
                self.rows
            ));
        }
    }
}
