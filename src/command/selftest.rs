//! `selftest=true`: what runs here and how it decides, whatever the rows are.

use searchcommand::{Cells, Input, Output, Plan, RunsOn};

use crate::detect::{Column, Listed, Outcomes, Verdict};

use super::about::{About, VERSION, found, platform};
use super::options::Options;

/// A module that Microsoft ships: name and image.
const KNOWN_GOOD: [&str; 2] = ["HttpLoggingModule", r"%windir%\System32\inetsrv\loghttp.dll"];
/// Its name with an image that is none of its own.
const KNOWN_BAD: [&str; 2] = ["HttpLoggingModule", r"C:\Windows\Temp\iismodcheck-selftest.dll"];

/// What is said, in the order of [`SelfTest::cells`].
const COLUMNS: [&str; 12] = [
    "iis_selftest",
    "iis_version",
    "iis_platform",
    "iis_lookups",
    "iis_allowlist",
    "iis_allowlist_state",
    "iis_allowlist_sha256",
    "iis_allowlist_entries",
    "iis_allowlist_bad_rows",
    "iis_packs_state",
    "iis_known_good",
    "iis_known_bad",
];

/// The cells of every row.
pub(super) struct SelfTest {
    cells: [String; COLUMNS.len()],
}

/// What this level reads and writes.
pub(super) fn plan(options: &Options) -> Plan {
    Plan {
        runs_on: if options.distributed { RunsOn::Distributed } else { RunsOn::SearchHead },
        inputs: vec![Input { name: "_time".to_owned(), multivalue: false }],
        all_fields: options.all_fields,
        outputs: COLUMNS.map(|name| Output { name: name.to_owned(), multivalue: false }).to_vec(),
    }
}

impl SelfTest {
    pub(super) fn new(about: &About, mut outcomes: Outcomes) -> Self {
        let mut decide = |module: [&str; 2]| {
            let listed = Listed::read(|column| module.get(column).map_or(&b""[..], |cell| cell.as_bytes()));
            let outcome = outcomes.listed(&listed, "", None);
            outcome.map_or_else(String::new, |outcome| outcome.annotation.get(Column::Verdict).to_owned())
        };
        let (good, bad) = (decide(KNOWN_GOOD), decide(KNOWN_BAD));
        let is_trusted = |verdict: &str| {
            [Verdict::KnownGood, Verdict::Allowed].iter().any(|trusting| trusting.as_str() == verdict)
        };
        // A list of the site may deny the one and allow the other: then the site is asked, and not the program.
        let result = match (is_trusted(&good), is_trusted(&bad)) {
            (true, false) => "ok",
            (false, _) => {
                "failed: the known good module is not trusted; does an entry of the allowlist deny it?"
            }
            (true, true) => {
                "failed: the known bad module is trusted; does an entry of the allowlist allow it?"
            }
        };
        let count = |number: Option<usize>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        Self {
            cells: [
                result.to_owned(),
                VERSION.to_owned(),
                platform(),
                about.folder.clone(),
                about.file.clone(),
                found(&about.allowlist).to_owned(),
                about.allowlist.sha256.clone().unwrap_or_else(|| "-".to_owned()),
                about.in_force.to_string(),
                count(about.allowlist.bad_rows),
                found(&about.packs_file).to_owned(),
                good,
                bad,
            ],
        }
    }

    pub(super) fn record(&self, cells: &mut Cells) {
        for (place, cell) in self.cells.iter().enumerate() {
            cells.set(place, cell.as_bytes());
        }
    }
}
