//! What stands around the command in Splunk, as far as a search needs it: renderings of events, searches,
//! the roll-up in SPL; and the same rows given to `scan`.

pub mod event;
pub mod log;
pub mod rollup;
pub mod scan;
pub mod search;

use std::collections::{BTreeMap, BTreeSet};

/// One search result: the values of each field that has any.
pub type Record = BTreeMap<String, Vec<String>>;

/// The only value of a field; empty where it has none.
pub fn value<'r>(record: &'r Record, field: &str) -> &'r str {
    match record.get(field).map(Vec::as_slice) {
        None => "",
        Some([value]) => value,
        Some(values) => panic!("{field} has {} values: {values:?}", values.len()),
    }
}

/// Search results as a CSV with a header. Several values are joined by line feeds.
pub fn csv(records: &[Record]) -> Vec<u8> {
    let fields: BTreeSet<&String> = records.iter().flat_map(BTreeMap::keys).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&fields).unwrap();
    for record in records {
        let cells = fields.iter().map(|field| record.get(*field).map(|values| values.join("\n")));
        writer.write_record(cells.map(Option::unwrap_or_default)).unwrap();
    }
    writer.into_inner().unwrap()
}
