//! The entry points by which IIS calls a DLL.

use super::image::{Directory, Image};
use crate::file::bytes::Malformed;

/// The functions that make a DLL something that IIS loads: module, ISAPI extension, ISAPI filter.
pub const ENTRY_POINTS: [&str; 7] = [
    "RegisterModule",
    "GetExtensionVersion",
    "HttpExtensionProc",
    "TerminateExtension",
    "GetFilterVersion",
    "HttpFilterProc",
    "TerminateFilter",
];

/// Names are numbered by 16 bits.
const MOST_NAMES: usize = 1 << 16;
const LONGEST_FORWARD: usize = 512;

/// An exported function that IIS would call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// One of [`ENTRY_POINTS`].
    pub name: &'static str,
    /// The function of another DLL (`dll.function`) that is called in its place.
    pub forwarded_to: Option<String>,
}

/// The entry points that a file exports by name, in its order.
pub(super) fn entry_points(image: &Image<'_>) -> Result<Vec<EntryPoint>, Malformed> {
    const PART: &str = "the export table";
    let Some((address, size)) = image.directory(Directory::Exports)? else { return Ok(Vec::new()) };
    let table = image.at(address, PART)?;
    let functions = table.u32(20)? as usize;
    let names = table.u32(24)? as usize;
    if names > MOST_NAMES {
        return Err(table.fault("more names than can be numbered", 24));
    }
    let mut found = Vec::new();
    if names == 0 {
        return Ok(found);
    }
    let addresses = image.at(table.u32(28)? as usize, PART)?;
    let name_addresses = image.at(table.u32(32)? as usize, PART)?;
    let numbers = image.at(table.u32(36)? as usize, PART)?;
    for at in 0..names {
        let name = image.at(name_addresses.u32(4 * at)? as usize, PART)?.raw;
        let is_it =
            |known: &&&str| name.strip_prefix(known.as_bytes()).is_some_and(|rest| rest.first() == Some(&0));
        let Some(known) = ENTRY_POINTS.iter().find(is_it) else { continue };
        let number = usize::from(numbers.u16(2 * at)?);
        if number >= functions {
            return Err(numbers.fault("a name stands for no function", 2 * at));
        }
        let function = addresses.u32(4 * number)? as usize;
        // A function inside of the table is the name of one elsewhere.
        let forwarded_to = if (address..address + size).contains(&function) {
            let text = image.at(function, PART)?.text(0, LONGEST_FORWARD)?;
            Some(String::from_utf8_lossy(text).into_owned())
        } else {
            None
        };
        found.push(EntryPoint { name: known, forwarded_to });
    }
    Ok(found)
}
