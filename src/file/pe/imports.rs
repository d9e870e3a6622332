//! imphash: the MD5 of what a file imports, by which builds of one program are recognised.

use md5::{Digest, Md5};

use super::image::{Directory, Image};
use super::ordinals;
use crate::file::bytes::{Bytes, Malformed};

const PART: &str = "the import table";
const MOST_DLLS: usize = 4_096;
const MOST_FUNCTIONS: usize = 1 << 16;
const LONGEST_NAME: usize = 4_096;

/// The imphash as the field computes it; nothing for a file that imports nothing.
///
/// `dll.function` in lower case and in the file's order, joined by commas, without the endings `.dll`, `.sys` and `.ocx`;
/// a function without name is `ordN`, or the name it is known by ([`ordinals`]).
pub(super) fn imphash(image: &Image<'_>) -> Result<Option<[u8; 16]>, Malformed> {
    let Some((address, _)) = image.directory(Directory::Imports)? else { return Ok(None) };
    let table = image.at(address, PART)?;
    let mut hash = Md5::new();
    let mut functions = 0;
    for number in 0.. {
        let at = 20 * number;
        let row = table.slice(at, 20)?;
        let (lookup, name, bound) = (table.u32(at)?, table.u32(at + 12)?, table.u32(at + 16)?);
        if row.iter().all(|byte| *byte == 0) || name == 0 {
            break;
        }
        if number == MOST_DLLS {
            return Err(table.fault("it names more DLLs than are read", at));
        }
        let dll = lower(image.at(name as usize, PART)?, 0)?;
        let known = ordinals::of(&dll);
        let stem = stem(&dll);
        let named = if lookup == 0 { bound } else { lookup };
        let mut thunks = Thunks { table: image.at(named as usize, PART)?, is_64_bit: image.is_64_bit, at: 0 };
        while let Some(thunk) = thunks.next()? {
            if functions == MOST_FUNCTIONS {
                return Err(table.fault("it names more functions than are read", at));
            }
            if functions > 0 {
                hash.update(b",");
            }
            functions += 1;
            hash.update(stem.as_bytes());
            hash.update(b".");
            match thunk {
                Thunk::Name(address) => hash.update(lower(image.at(address, PART)?, 2)?.as_bytes()),
                Thunk::Ordinal(ordinal) => hash.update(ordinals::name(known, ordinal).as_bytes()),
            }
        }
    }
    Ok((functions > 0).then(|| hash.finalize().into()))
}

fn lower(names: Bytes<'_>, at: usize) -> Result<String, Malformed> {
    let name = names.text(at, LONGEST_NAME)?;
    if !name.is_ascii() {
        return Err(names.fault("a name is no ASCII text", at));
    }
    Ok(String::from_utf8_lossy(name).to_ascii_lowercase())
}

fn stem(dll: &str) -> &str {
    match dll.rsplit_once('.') {
        Some((stem, "dll" | "sys" | "ocx")) => stem,
        _ => dll,
    }
}

enum Thunk {
    Name(usize),
    Ordinal(u16),
}

struct Thunks<'a> {
    table: Bytes<'a>,
    is_64_bit: bool,
    at: usize,
}

impl Thunks<'_> {
    fn next(&mut self) -> Result<Option<Thunk>, Malformed> {
        let (value, by_ordinal, width) = if self.is_64_bit {
            let value = self.table.u64(self.at)?;
            (value, value >> 63 == 1, 8)
        } else {
            let value = self.table.u32(self.at)?;
            (u64::from(value), value >> 31 == 1, 4)
        };
        self.at += width;
        if value == 0 {
            return Ok(None);
        }
        if by_ordinal {
            let [low, high, ..] = value.to_le_bytes();
            return Ok(Some(Thunk::Ordinal(u16::from_le_bytes([low, high]))));
        }
        let address = u32::try_from(value)
            .map_err(|_| self.table.fault("a name lies outside of the file", self.at - width))?;
        Ok(Some(Thunk::Name(address as usize)))
    }
}
