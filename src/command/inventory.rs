//! `input=module`: rows that simply list modules, such as the output of `Get-WebGlobalModule` or a lookup.

use searchcommand::{Cells, Input, Messages, Plan, Record, RunsOn};

use crate::detect::{Column, Listed, Outcomes, row, time};
use crate::event::LIST_HOSTS;
use crate::iis::{FileFacts, Registration};

use super::options::Options;
use super::writer;

/// Behind the columns of a list.
const TIME: usize = Registration::COLUMNS.len() + FileFacts::COLUMNS.len();
const FIRST_HOST: usize = TIME + 1;
/// The preCondition as a collector calls it; read where no option names another field.
const COLLECTED: (&str, &str) = ("preCondition", "precondition");
const PRECONDITION: usize = 3;
const COLLECTED_PRECONDITION: usize = FIRST_HOST + LIST_HOSTS.len();

/// The rows of one search.
pub(super) struct Inventory {
    outcomes: Outcomes,
    /// The fields of name, image, type and preCondition.
    fields: [String; 4],
    /// The input that holds each column of a list; `None` where an option gives that field another meaning.
    inputs: Vec<Option<usize>>,
    /// A preCondition may stand in the collector's field.
    or_collected: bool,
    host: String,
    rows: u64,
    rows_with_name: u64,
    /// Rows with facts of a list that are none of IIS.
    misread: u64,
}

/// What this level reads and writes.
pub(super) fn plan(options: &Options) -> Plan {
    let usual = Registration::columns().skip(options.inventory.len()).chain(["_time"]).chain(LIST_HOSTS);
    let usual = usual.chain([COLLECTED.1]).map(str::to_owned);
    let mut columns = Column::LISTED.to_vec();
    columns.push(Column::FindingId);
    Plan {
        runs_on: if options.distributed { RunsOn::Distributed } else { RunsOn::SearchHead },
        inputs: options
            .inventory
            .iter()
            .cloned()
            .chain(usual)
            .map(|name| Input { name, multivalue: false })
            .collect(),
        all_fields: options.all_fields,
        outputs: writer::outputs(&columns),
    }
}

impl Inventory {
    pub(super) fn new(options: &Options, outcomes: Outcomes) -> Self {
        Self {
            outcomes,
            inputs: inputs(&options.inventory),
            or_collected: options.inventory[PRECONDITION] == COLLECTED.0,
            fields: options.inventory.clone(),
            host: String::new(),
            rows: 0,
            rows_with_name: 0,
            misread: 0,
        }
    }

    pub(super) fn record(&mut self, record: &Record<'_>, cells: &mut Cells) {
        let mut hosts = (FIRST_HOST..FIRST_HOST + LIST_HOSTS.len()).map(|input| record.cell(input));
        let host = hosts.find(|cell| !cell.is_empty()).unwrap_or_default();
        row::lower_case(std::str::from_utf8(host).unwrap_or_default(), &mut self.host);
        let at = std::str::from_utf8(record.cell(TIME)).ok().and_then(time::parse);
        let listed = Listed::read(|column| {
            let cell =
                self.inputs.get(column).copied().flatten().map_or(&b""[..], |input| record.cell(input));
            let is_elsewhere = cell.is_empty() && column == PRECONDITION && self.or_collected;
            if is_elsewhere { record.cell(COLLECTED_PRECONDITION) } else { cell }
        });
        self.rows += u64::from(listed != Listed::OtherRecord);
        let is_misread = matches!(listed, Listed::Unparsed { name, .. } if !name.is_empty());
        self.misread += u64::from(is_misread);
        self.rows_with_name +=
            u64::from(is_misread || matches!(listed, Listed::Module(_) | Listed::Setting { .. }));
        if let Some(outcome) = self.outcomes.listed(&listed, &self.host, at) {
            writer::write(cells, &Column::LISTED, &outcome);
        }
    }

    pub(super) fn finish(&self, messages: &mut Messages) {
        if self.rows > 0 && self.rows_with_name == 0 {
            let [name, image, ..] = &self.fields;
            messages.warn(format!(
                "iismodcheck: none of the {} rows has a value in the field `{name}`; nothing was checked. name_field= \
                 and image_field= name the fields that hold module name and image (now `{name}` and `{image}`).",
                self.rows
            ));
        }
        if self.misread > 0 {
            messages.warn(format!(
                "iismodcheck: {} not checked (verdict unparsed): its section, kind, operation or config_path is none of IIS, or \
                 they contradict each other. Where these fields hold something else, leave them out before the command, such \
                 as: | fields - section kind operation config_path.",
                if self.misread == 1 { "1 row was".to_owned() } else { format!("{} rows were", self.misread) }
            ));
        }
    }
}

/// The input of each column of a list, given the fields that options name. Such a field has no other meaning.
fn inputs(fields: &[String; 4]) -> Vec<Option<usize>> {
    let of = |(column, name): (usize, &str)| {
        let is_taken = column >= fields.len() && fields.iter().any(|field| field == name);
        (!is_taken).then_some(column)
    };
    Registration::columns().enumerate().map(of).collect()
}
