//! What stands around the command in Splunk, as far as a search needs it: renderings of events, splunkd's side of the
//! protocol, the roll-up in SPL; and the same rows given to `scan`.

pub mod event;
pub mod rollup;
pub mod scan;
pub mod search;

use std::collections::BTreeMap;

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

/// Every field of a search result that has several values or one, as a CSV with a header. Several values are joined by
/// line feeds, and stand in the column's `__mv_` twin as well, as splunkd writes them.
pub fn csv(records: &[Record], twins: bool) -> Vec<u8> {
    let fields: std::collections::BTreeSet<&String> = records.iter().flat_map(BTreeMap::keys).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let twin = |field: &str| format!("__mv_{field}");
    let header: Vec<String> = fields
        .iter()
        .flat_map(|field| [Some((*field).clone()), twins.then(|| twin(field))])
        .flatten()
        .collect();
    writer.write_record(&header).unwrap();
    for record in records {
        let mut cells = Vec::new();
        for field in &fields {
            let values = record.get(*field).map(Vec::as_slice).unwrap_or_default();
            cells.push(values.join("\n"));
            if twins {
                let quoted = values.iter().map(|value| format!("${}$", value.replace('$', "$$")));
                cells.push(if values.len() > 1 {
                    quoted.collect::<Vec<_>>().join(";")
                } else {
                    String::new()
                });
            }
        }
        writer.write_record(&cells).unwrap();
    }
    writer.into_inner().unwrap()
}
