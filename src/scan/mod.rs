//! A scan: rows of files in, findings out; what a clean estate's findings may become; what earlier scans wrote.
//!
//! Knows `source` for the rows and `report` for the findings; nothing of arguments, streams or the exit status.

mod candidate;
mod level;
mod proposals;
mod results;
mod scanner;

pub use candidate::{Judgement, judge};
pub use level::Level;
pub use proposals::{Proposal, Proposals};
pub use results::read as read_results;
pub use scanner::Scanner;
