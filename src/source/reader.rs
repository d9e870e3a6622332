//! What a format must give.

use super::Row;
use crate::problem::Problem;

/// The rows of one file, one at a time: whoever asks for them decides what is kept.
pub trait Reader {
    /// The next row; `None` behind the last one. A problem names its place and ends the file: a part of it would be missed.
    /// It may stand behind rows that were given.
    fn next(&mut self) -> Result<Option<Row>, Problem>;
}
