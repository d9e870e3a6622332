//! The output columns of the search command as CSV.

use std::io::{self, Write};

use super::Item;
use crate::detect::{Column, time};

/// Writes a header and one record per finding; several reasons are joined by spaces.
pub fn write_csv(output: &mut impl Write, items: &[Item]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(output);
    let names = Column::FACTS.iter().chain(&[Column::FindingId]).map(|column| column.name());
    writer.write_record(["_time"].into_iter().chain(names))?;
    for item in items {
        let mut record = vec![time::format(item.time)];
        record.extend(Column::FACTS.iter().map(|&column| {
            if column == Column::Reasons { item.reasons.join(" ") } else { item.fact(column).to_owned() }
        }));
        record.push(item.id.clone());
        writer.write_record(&record)?;
    }
    writer.flush()
}
