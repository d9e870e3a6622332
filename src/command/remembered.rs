//! Rows that say the same get the same cells.
//!
//! One module is registered on many servers by the same messages, so most rows of a search repeat. What is remembered is
//! the output of a row as encoded cells. It must depend on nothing but the key: a finding on which an entry of the site
//! could bear (its dates and scope are looked at row by row) is never kept.

use std::collections::HashMap;

use crate::iis::Subject;
use crate::searchcommand::{Cells, Written};

/// The most rows that are remembered; then remembering starts afresh. Names are written by attackers.
const MOST: usize = 8_192;

/// Encoded cells by what the row says.
#[derive(Default)]
pub(super) struct Remembered {
    rows: HashMap<Box<[u8]>, Written>,
    key: Vec<u8>,
}

impl Remembered {
    /// Writes the cells of an earlier row that said the same; false when there is none.
    pub(super) fn write(&mut self, subject: &Subject<'_>, source: &'static str, cells: &mut Cells) -> bool {
        write_key(subject, source, &mut self.key);
        match self.rows.get(self.key.as_slice()) {
            Some(written) => {
                cells.write_again(written);
                true
            }
            None => false,
        }
    }

    /// Keeps the cells that were written for the row that [`Remembered::write`] was last asked about. They hold
    /// the facts and nothing else.
    pub(super) fn keep(&mut self, cells: &Cells) {
        if self.rows.len() >= MOST {
            self.rows.clear();
        }
        if let Some(written) = cells.written() {
            self.rows.insert(self.key.as_slice().into(), written);
        }
    }
}

/// Everything of a row-level subject but its time, each text with its length before it.
fn write_key(subject: &Subject<'_>, source: &str, key: &mut Vec<u8>) {
    key.clear();
    key.extend_from_slice(&[
        subject.section as u8,
        subject.action as u8,
        u8::from(subject.value_unseen) | u8::from(subject.renamed) << 1 | u8::from(subject.time_assumed) << 2,
    ]);
    for text in [
        subject.name,
        subject.attribute,
        subject.config_path,
        subject.location,
        subject.host,
        subject.actor,
        source,
    ] {
        push(text, key);
    }
    for text in [subject.image, subject.type_name, subject.precondition, subject.old] {
        key.push(u8::from(text.is_some()));
        push(text.unwrap_or_default(), key);
    }
}

fn push(text: &str, key: &mut Vec<u8>) {
    key.extend_from_slice(&text.len().to_le_bytes());
    key.extend_from_slice(text.as_bytes());
}
