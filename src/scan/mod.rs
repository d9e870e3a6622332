//! A scan: rows of files in, findings out; what a clean estate's findings may become; what earlier scans wrote.
//!
//! Knows `source` for the rows and `report` for the findings; nothing of arguments, streams or the exit status.

mod fate;
mod neighbours;
mod proposals;
mod results;
mod scanner;
mod unit;

pub use fate::Fate;
pub use proposals::{Proposal, Proposals};
pub use results::{not_json as not_results, parse as parse_results, read as read_results};
pub use scanner::Scanner;
pub use unit::Unit;
