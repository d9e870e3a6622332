//! The headers of a PE file, and from addresses in memory to places in the file.

use crate::file::bytes::{Bytes, Malformed};

/// Windows loads no file with more.
const MOST_SECTIONS: usize = 96;

/// The headers, as far as they are needed.
#[derive(Debug, Clone)]
pub(crate) struct Image<'a> {
    file: Bytes<'a>,
    pub machine: u16,
    pub is_dll: bool,
    pub is_64_bit: bool,
    pub timestamp: u32,
    /// Where the checksum stands.
    pub checksum_at: usize,
    /// Where the entry of the certificate table stands, if there is one.
    pub security_at: Option<usize>,
    /// Where the section table ends.
    pub headers_end: usize,
    directories: usize,
    directory_count: usize,
    sections: Vec<Section>,
}

#[derive(Debug, Clone, Copy)]
struct Section {
    address: usize,
    size_in_memory: usize,
    place: usize,
    size_in_file: usize,
}

/// The tables that other parts of the room read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Directory {
    Exports = 0,
    Imports = 1,
    Resources = 2,
    Clr = 14,
}

/// Whether a file is a library, whatever its name: only the headers are looked at.
#[must_use]
pub fn is_library(file: &[u8]) -> bool {
    matches!(Image::read(file), Ok(Some(image)) if image.is_dll)
}

impl<'a> Image<'a> {
    /// Reads the headers; nothing for a file that does not begin as programs do.
    pub fn read(file: &'a [u8]) -> Result<Option<Self>, Malformed> {
        const SECURITY: usize = 4;
        const PE32: u16 = 0x10B;
        const PE32_PLUS: u16 = 0x20B;
        if !file.starts_with(b"MZ") {
            return Ok(None);
        }
        let file = Bytes { part: "the headers of the PE file", raw: file, start: 0 };
        let pe = file.u32(0x3C)? as usize;
        if file.slice(pe, 4)? != b"PE\0\0" {
            return Err(file.fault("it begins as a program and is no PE file", pe));
        }
        let machine = file.u16(pe + 4)?;
        let section_count = usize::from(file.u16(pe + 6)?);
        let timestamp = file.u32(pe + 8)?;
        let optional = pe + 24;
        let sections_at = optional + usize::from(file.u16(pe + 20)?);
        let is_dll = file.u16(pe + 22)? & 0x2000 != 0;
        let (is_64_bit, directories) = match file.u16(optional)? {
            PE32 => (false, optional + 96),
            PE32_PLUS => (true, optional + 112),
            _ => return Err(file.fault("its optional header is of an unknown kind", optional)),
        };
        if section_count > MOST_SECTIONS {
            return Err(file.fault("more sections than Windows loads", pe + 6));
        }
        let named = file.u32(directories - 4)? as usize;
        let directory_count = named.min(sections_at.saturating_sub(directories) / 8).min(16);
        let sections = (0..section_count).map(|at| Section::read(file, sections_at + 40 * at));
        Ok(Some(Self {
            machine,
            is_dll,
            is_64_bit,
            timestamp,
            checksum_at: optional + 64,
            security_at: (directory_count > SECURITY).then_some(directories + 8 * SECURITY),
            headers_end: sections_at + 40 * section_count,
            directories,
            directory_count,
            sections: sections.collect::<Result<_, _>>()?,
            file,
        }))
    }

    /// Address and size of a table; nothing if there is none.
    pub fn directory(&self, which: Directory) -> Result<Option<(usize, usize)>, Malformed> {
        let number = which as usize;
        if number >= self.directory_count {
            return Ok(None);
        }
        let at = self.directories + 8 * number;
        let (address, size) = (self.file.u32(at)? as usize, self.file.u32(at + 4)? as usize);
        Ok((address != 0).then_some((address, size)))
    }

    /// What the file holds from this address on, to the end of the section.
    pub fn at(&self, address: usize, part: &'static str) -> Result<Bytes<'a>, Malformed> {
        let file = Bytes { part, ..self.file };
        let inside = |section: &&Section| {
            let size = section.size_in_memory.max(section.size_in_file);
            (section.address..section.address + size).contains(&address)
        };
        let Some(section) = self.sections.iter().find(inside) else {
            // Below the first section lie the headers.
            let is_header = self.sections.iter().all(|section| address < section.address);
            return if is_header {
                file.tail(address)
            } else {
                Err(file.fault("no section holds it", address))
            };
        };
        let skipped = address - section.address;
        let left = section
            .size_in_file
            .checked_sub(skipped)
            .ok_or_else(|| file.fault("the file holds nothing of it", section.place))?;
        let tail = file.tail(section.place + skipped)?;
        Ok(Bytes { raw: &tail.raw[..tail.raw.len().min(left)], ..tail })
    }
}

impl Section {
    fn read(file: Bytes<'_>, at: usize) -> Result<Self, Malformed> {
        // Windows reads sections from whole sectors, whatever stands here.
        const SECTOR: usize = 0x200;
        Ok(Self {
            size_in_memory: file.u32(at + 8)? as usize,
            address: file.u32(at + 12)? as usize,
            size_in_file: file.u32(at + 16)? as usize,
            place: file.u32(at + 20)? as usize / SECTOR * SECTOR,
        })
    }
}
