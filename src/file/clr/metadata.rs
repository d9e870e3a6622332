//! The streams and tables of the metadata.

use super::schema::{COLUMNS, Column, TABLES, Table};
use crate::file::bytes::{Bytes, Malformed};

const PART: &str = "the .NET metadata";
/// Real files have five streams.
const MOST_STREAMS: usize = 16;

/// The metadata of one file.
pub(super) struct Metadata<'a> {
    tables: Bytes<'a>,
    texts: Bytes<'a>,
    blobs: Bytes<'a>,
    wide: Wide,
    rows: [u32; TABLES],
    /// Where each table starts in the stream.
    starts: [usize; COLUMNS.len()],
}

/// Which places in heaps take four bytes instead of two.
#[derive(Debug, Clone, Copy)]
struct Wide {
    texts: bool,
    guids: bool,
    blobs: bool,
}

impl<'a> Metadata<'a> {
    pub fn read(root: Bytes<'a>) -> Result<Self, Malformed> {
        let root = Bytes { part: PART, ..root };
        if root.slice(0, 4)? != b"BSJB" {
            return Err(root.fault("its mark is missing", 0));
        }
        let streams_at = 16 + root.u32(12)? as usize;
        let count = usize::from(root.u16(streams_at + 2)?);
        if count > MOST_STREAMS {
            return Err(root.fault("more streams than any compiler writes", streams_at + 2));
        }
        let (mut tables, mut texts, mut blobs) = (None, None, None);
        let mut at = streams_at + 4;
        for _ in 0..count {
            let (place, size) = (root.u32(at)? as usize, root.u32(at + 4)? as usize);
            let name = root.text(at + 8, 31)?;
            let stream = || root.part(place, size).map(Some);
            match name {
                // The second form is of compilers that edit what they wrote; .NET loads both.
                b"#~" | b"#-" => tables = stream()?,
                b"#Strings" => texts = stream()?,
                b"#Blob" => blobs = stream()?,
                _ => {}
            }
            at += 8 + (name.len() + 1).next_multiple_of(4);
        }
        let missing = || root.fault("a stream is missing", streams_at);
        let nothing = root.part(0, 0)?;
        Self::read_tables(tables.ok_or_else(missing)?, texts.ok_or_else(missing)?, blobs.unwrap_or(nothing))
    }

    fn read_tables(tables: Bytes<'a>, texts: Bytes<'a>, blobs: Bytes<'a>) -> Result<Self, Malformed> {
        const EXTRA_WORD: u8 = 0x40;
        let sizes = tables.u8(6)?;
        let wide = Wide { texts: sizes & 1 != 0, guids: sizes & 2 != 0, blobs: sizes & 4 != 0 };
        let present = tables.u64(8)?;
        let mut rows = [0; TABLES];
        let mut at = 24;
        for (table, rows) in rows.iter_mut().enumerate() {
            if present >> table & 1 == 1 {
                *rows = tables.u32(at)?;
                at += 4;
            }
        }
        if sizes & EXTRA_WORD != 0 {
            at += 4;
        }
        let mut starts = [0; COLUMNS.len()];
        let metadata = Self { tables, texts, blobs, wide, rows, starts };
        for (table, start) in starts.iter_mut().enumerate() {
            *start = at;
            let size = metadata.row_size(table).saturating_mul(rows[table] as usize);
            tables.slice(at, size)?;
            at += size;
        }
        Ok(Self { starts, ..metadata })
    }

    fn width(&self, column: Column) -> usize {
        let is_wide = match column {
            Column::U16 => false,
            Column::U32 => true,
            Column::Text => self.wide.texts,
            Column::Guid => self.wide.guids,
            Column::Blob => self.wide.blobs,
            Column::Row(table) => self.rows[table] > 0xFFFF,
            Column::Coded(choice) => {
                choice.tables.iter().any(|table| self.rows[*table] > 0xFFFF >> choice.bits)
            }
        };
        if is_wide { 4 } else { 2 }
    }

    fn row_size(&self, table: Table) -> usize {
        COLUMNS[table].iter().map(|column| self.width(*column)).sum()
    }

    /// The cells of a row, counted from 1 as the metadata does; nothing for a row that does not exist.
    pub fn row<const N: usize>(&self, table: Table, number: u32) -> Option<[u32; N]> {
        if number == 0 || number > self.rows[table] {
            return None;
        }
        let mut at = self.starts[table] + self.row_size(table) * (number as usize - 1);
        let mut cells = [0; N];
        for (cell, column) in cells.iter_mut().zip(COLUMNS[table]) {
            let width = self.width(*column);
            *cell = if width == 4 { self.tables.u32(at) } else { self.tables.u16(at).map(u32::from) }.ok()?;
            at += width;
        }
        Some(cells)
    }

    /// All rows of a table.
    pub fn rows<const N: usize>(&self, table: Table) -> impl Iterator<Item = [u32; N]> {
        (1..=self.rows[table]).map_while(move |number| self.row(table, number))
    }

    /// Whether the text at this place is `text`.
    pub fn is_text(&self, place: u32, text: &str) -> bool {
        let tail = self.texts.raw.get(place as usize..).unwrap_or_default();
        tail.strip_prefix(text.as_bytes()).is_some_and(|rest| rest.first() == Some(&0))
    }

    pub fn text(&self, place: u32) -> Result<String, Malformed> {
        const LONGEST: usize = 1_024;
        Ok(String::from_utf8_lossy(self.texts.text(place as usize, LONGEST)?).into_owned())
    }

    pub fn blob(&self, place: u32) -> Result<Bytes<'a>, Malformed> {
        let at = place as usize;
        let (length, width) = compressed(self.blobs.tail(at)?)?;
        self.blobs.part(at + width, length)
    }
}

/// A number in one, two or four bytes, and how many it takes.
pub(super) fn compressed(bytes: Bytes<'_>) -> Result<(usize, usize), Malformed> {
    let byte = |at: usize| bytes.u8(at).map(usize::from);
    let first = byte(0)?;
    if first & 0x80 == 0 {
        Ok((first, 1))
    } else if first & 0x40 == 0 {
        Ok(((first & 0x3F) << 8 | byte(1)?, 2))
    } else if first & 0x20 == 0 {
        Ok(((first & 0x1F) << 24 | byte(1)? << 16 | byte(2)? << 8 | byte(3)?, 4))
    } else {
        Err(bytes.fault("a length is not written as it should be", 0))
    }
}
