//! CSV: exports of events, and lists of modules.

mod collected;
mod columns;
mod dates;
mod fields;
mod inputs;
mod plaso;
mod reader;
mod records;
mod table;
mod times;

pub use collected::string as json_string;
pub use fields::Columns;
pub use reader::CsvReader;
pub use times::settle_alone;
