//! A row whose fields have names, outside of a table.

use super::columns::{Form, Header};
use super::times;
use crate::problem::Problem;
use crate::source::row::Content;

/// The names of a row's fields, as the columns of a table.
pub struct Columns {
    header: Header,
    form: Form,
}

impl Columns {
    /// The columns; `None` where they are neither those of an event nor those of a listed module.
    pub(in crate::source) fn of(names: &[Vec<u8>]) -> Option<Self> {
        let header = Header::new(names);
        let form = header.form()?;
        Some(Self { header, form })
    }

    /// Whether they are those of a listed module.
    pub(in crate::source) fn are_of_a_list(&self) -> bool {
        self.form.lists_modules()
    }

    /// The row of cells below these columns.
    pub(in crate::source) fn content(&self, cells: Vec<Vec<u8>>) -> Result<Content, Problem> {
        let mut content = self.form.content(cells);
        if let Some(problem) = self.header.repeated(&self.form, matches!(content, Content::Module(_))) {
            return Err(problem);
        }
        times::settle_alone(&mut content);
        Ok(content)
    }
}
