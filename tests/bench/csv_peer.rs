//! Reads the records of a CSV file with the `csv` crate and counts their bytes: what `scan` is measured beside.
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("a file")?;
    let mut reader = csv::Reader::from_path(path)?;
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut bytes) = (0_u64, 0_u64);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        bytes += record.iter().map(|cell| cell.len() as u64).sum::<u64>();
    }
    println!("{rows} rows, {bytes} bytes");
    Ok(())
}
