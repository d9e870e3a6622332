//! The version resource: what a file says that it is.

use super::image::{Directory, Image};
use crate::file::bytes::{Bytes, Malformed};

/// What the version resource says. None of it is proved by anything but a signature over the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Version {
    /// The version in numbers: what installers compare.
    pub file_version: Option<[u16; 4]>,
    /// `OriginalFilename`.
    pub original_name: Option<String>,
    /// `FileVersion`, a text of its own.
    pub file_version_text: Option<String>,
    /// `ProductVersion`.
    pub product_version: Option<String>,
    /// `CompanyName`.
    pub company: Option<String>,
}

const PART: &str = "the version resource";
const RT_VERSION: u32 = 16;

/// The first version resource in its first language; nothing if there is none.
pub(super) fn version(image: &Image<'_>) -> Result<Option<Version>, Malformed> {
    let Some((address, _)) = image.directory(Directory::Resources)? else { return Ok(None) };
    let resources = image.at(address, PART)?;
    let Some(names) = entry(resources, 0, Some(RT_VERSION))? else { return Ok(None) };
    let leaf = match entry(resources, below(resources, names)?, None)? {
        Some(languages) => entry(resources, below(resources, languages)?, None)?,
        None => None,
    };
    let Some(leaf) = leaf else { return Ok(None) };
    let (place, size) = (resources.u32(leaf)? as usize, resources.u32(leaf + 4)? as usize);
    let data = image.at(place, PART)?;
    read(data.part(0, size)?).map(Some)
}

const IS_FOLDER: usize = 1 << 31;

fn below(resources: Bytes<'_>, entry: usize) -> Result<usize, Malformed> {
    if entry & IS_FOLDER == 0 {
        return Err(resources.fault("a leaf stands where a folder should", entry));
    }
    Ok(entry & !IS_FOLDER)
}

/// Where the entry with this number points, or the first one, of the folder at `at`.
fn entry(resources: Bytes<'_>, at: usize, number: Option<u32>) -> Result<Option<usize>, Malformed> {
    let count = usize::from(resources.u16(at + 12)?) + usize::from(resources.u16(at + 14)?);
    for row in (0..count).map(|row| at + 16 + 8 * row) {
        let named = resources.u32(row)?;
        if number.is_none_or(|number| named == number) {
            return Ok(Some(resources.u32(row + 4)? as usize));
        }
    }
    Ok(None)
}

/// One block: length, length of the value, kind, a key in UTF-16, the value, further blocks.
struct Block<'a> {
    key: String,
    value: Bytes<'a>,
    inside: Bytes<'a>,
    length: usize,
}

impl<'a> Block<'a> {
    fn read(bytes: Bytes<'a>) -> Result<Self, Malformed> {
        const KEY: usize = 6;
        let length = usize::from(bytes.u16(0)?);
        let whole = bytes.part(0, length)?;
        let is_text = whole.u16(4)? == 1;
        let value_length = usize::from(whole.u16(2)?) * if is_text { 2 } else { 1 };
        let (key, key_length) = utf16(&whole.raw[KEY..]);
        let value_at = (KEY + key_length + 2).next_multiple_of(4).min(length);
        // Some linkers count a text in bytes: a text takes what there is, up to its NUL.
        let value = whole.part(value_at, value_length.min(length - value_at))?;
        let inside = whole.tail((value_at + value_length).next_multiple_of(4).min(length))?;
        Ok(Self { key, value, inside, length })
    }
}

/// The blocks in a block, one after another.
fn blocks(mut bytes: Bytes<'_>) -> impl Iterator<Item = Result<Block<'_>, Malformed>> {
    std::iter::from_fn(move || {
        if bytes.raw.len() < 6 || bytes.u16(0) == Ok(0) {
            return None;
        }
        let block = Block::read(bytes);
        let next = block.as_ref().map_or(usize::MAX, |block| block.length.next_multiple_of(4));
        bytes = bytes.tail(next.min(bytes.raw.len())).unwrap_or(Bytes { raw: &[], ..bytes });
        Some(block)
    })
}

fn read(bytes: Bytes<'_>) -> Result<Version, Malformed> {
    let root = Block::read(bytes)?;
    if root.key != "VS_VERSION_INFO" {
        return Err(bytes.fault("it is none", 0));
    }
    let mut version = Version { file_version: numbers(root.value), ..Version::default() };
    for part in blocks(root.inside) {
        let part = part?;
        if part.key != "StringFileInfo" {
            continue;
        }
        let Some(table) = blocks(part.inside).next() else { continue };
        for text in blocks(table?.inside) {
            let text = text?;
            let field = match text.key.as_str() {
                "OriginalFilename" => &mut version.original_name,
                "FileVersion" => &mut version.file_version_text,
                "ProductVersion" => &mut version.product_version,
                "CompanyName" => &mut version.company,
                _ => continue,
            };
            field.get_or_insert(utf16(text.value.raw).0);
        }
    }
    Ok(version)
}

/// The file version of `VS_FIXEDFILEINFO`, if its mark stands before it.
fn numbers(fixed: Bytes<'_>) -> Option<[u16; 4]> {
    const MARK: u32 = 0xFEEF_04BD;
    (fixed.u32(0).ok()? == MARK).then_some(())?;
    Some([fixed.u16(10).ok()?, fixed.u16(8).ok()?, fixed.u16(14).ok()?, fixed.u16(12).ok()?])
}

/// A text in UTF-16 up to its NUL or the end, and how many bytes it takes.
fn utf16(bytes: &[u8]) -> (String, usize) {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    (String::from_utf16_lossy(&units), 2 * units.len())
}
