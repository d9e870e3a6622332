//! Binary XML: the XML of a record out of its chunk.
//!
//! Names and templates stand where they were first used and are referred to by their place in the chunk. Depth, and the length
//! of what is written, are bounded: a small record can name the same long value many times.

use super::values::{self, FRAGMENT};

/// Elements and fragments inside of each other, at most.
const DEEPEST: usize = 64;
/// Bytes of the XML of one record, at most. A record has no more than 64 KiB.
const LONGEST: usize = 2 << 20;

/// Why a record cannot be read.
pub(super) type Fault = &'static str;

const SHORT: Fault = "it ends inside of its binary XML";

/// A value of a template instance: its type, and where it stands.
#[derive(Clone, Copy)]
struct Value {
    kind: u8,
    start: usize,
    end: usize,
}

/// Writes the XML of the binary XML that stands at `start..end` of a chunk.
pub(super) fn write(chunk: &[u8], start: usize, end: usize, out: &mut String) -> Result<(), Fault> {
    let mut reader = Reader { chunk, at: start, end, depth: 0, values: &[], in_template: false };
    reader.fragment(out)
}

struct Reader<'c> {
    chunk: &'c [u8],
    at: usize,
    end: usize,
    depth: usize,
    /// What the substitutions of a template stand for.
    values: &'c [Value],
    in_template: bool,
}

impl<'c> Reader<'c> {
    fn bytes(&mut self, length: usize) -> Result<&'c [u8], Fault> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.end).ok_or(SHORT)?;
        let bytes = self.chunk.get(self.at..end).ok_or(SHORT)?;
        self.at = end;
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8, Fault> {
        self.bytes(1)?.first().copied().ok_or(SHORT)
    }

    fn u16(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_le_bytes(self.bytes(2)?.try_into().map_err(|_| SHORT)?))
    }

    fn u32(&mut self) -> Result<usize, Fault> {
        Ok(u32::from_le_bytes(self.bytes(4)?.try_into().map_err(|_| SHORT)?) as usize)
    }

    fn peek(&self) -> Option<u8> {
        self.chunk.get(self.at).copied().filter(|_| self.at < self.end)
    }

    fn enter(&mut self, out: &str) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("its elements are too deep inside of each other");
        }
        if out.len() > LONGEST { Err("its XML has more than 2 MiB") } else { Ok(()) }
    }

    /// The name that is referred to here; it stands here itself where it is used for the first time.
    fn name(&mut self) -> Result<String, Fault> {
        const FAULT: Fault = "a name stands outside of its chunk";
        let place = self.u32()?;
        let head = self.chunk.get(place..place.saturating_add(8)).ok_or(FAULT)?;
        let length = usize::from(u16::from_le_bytes([head[6], head[7]]));
        let text = self.chunk.get(place + 8..place + 8 + length * 2).ok_or(FAULT)?;
        if place == self.at {
            self.bytes(8 + length * 2 + 2)?;
        }
        let name = values::utf16(text);
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err("a name is none");
        }
        Ok(name)
    }

    /// Elements and template instances up to the end.
    fn fragment(&mut self, out: &mut String) -> Result<(), Fault> {
        self.enter(out)?;
        while let Some(token) = self.peek() {
            match token {
                0x00 => break,
                0x0F => {
                    self.bytes(4)?;
                }
                0x0C => self.instance(out)?,
                0x01 | 0x41 => self.element(out)?,
                _ => self.content(out)?,
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn instance(&mut self, out: &mut String) -> Result<(), Fault> {
        const FAULT: Fault = "a template stands outside of its chunk";
        self.bytes(6)?;
        let place = self.u32()?;
        let size = self.chunk.get(place.saturating_add(20)..place.saturating_add(24)).ok_or(FAULT)?;
        let size = u32::from_le_bytes(size.try_into().map_err(|_| FAULT)?) as usize;
        let (start, end) = (place + 24, place.saturating_add(24).saturating_add(size));
        if end > self.chunk.len() {
            return Err(FAULT);
        }
        if place == self.at {
            self.bytes(24 + size)?;
        }
        let count = self.u32()?;
        if count > self.chunk.len() / 4 {
            return Err(SHORT);
        }
        let table = self.bytes(count * 4)?;
        let mut values = Vec::with_capacity(count);
        for entry in table.chunks_exact(4) {
            let [low, high, kind, _] = entry else { return Err(SHORT) };
            let start = self.at;
            self.bytes(usize::from(u16::from_le_bytes([*low, *high])))?;
            values.push(Value { kind: *kind, start, end: self.at });
        }
        let mut template = Reader {
            chunk: self.chunk,
            at: start,
            end,
            depth: self.depth,
            values: &values,
            in_template: true,
        };
        template.fragment(out)
    }

    fn element(&mut self, out: &mut String) -> Result<(), Fault> {
        self.enter(out)?;
        let has_attributes = self.u8()? & 0x40 != 0;
        // Outside of a template, nothing depends on a value.
        if self.in_template {
            self.bytes(2)?;
        }
        self.bytes(4)?;
        let name = self.name()?;
        out.push('<');
        out.push_str(&name);
        if has_attributes {
            self.bytes(4)?;
            while let Some(0x06 | 0x46) = self.peek() {
                self.attribute(out)?;
            }
        }
        match self.u8()? {
            0x03 => out.push_str("/>"),
            0x02 => {
                out.push('>');
                while self.peek() != Some(0x04) {
                    match self.peek() {
                        Some(0x01 | 0x41) => self.element(out)?,
                        Some(_) => self.content(out)?,
                        None => return Err(SHORT),
                    }
                }
                self.bytes(1)?;
                out.push_str("</");
                out.push_str(&name);
                out.push('>');
            }
            _ => return Err("an element does not begin as one"),
        }
        self.depth -= 1;
        Ok(())
    }

    /// An attribute; one whose value is left out is left out.
    fn attribute(&mut self, out: &mut String) -> Result<(), Fault> {
        self.bytes(1)?;
        let name = self.name()?;
        let before = out.len();
        out.push(' ');
        out.push_str(&name);
        out.push_str("='");
        let filled = out.len();
        while !matches!(self.peek(), Some(0x06 | 0x46 | 0x02 | 0x03) | None) {
            self.content(out)?;
        }
        if out.len() == filled {
            out.truncate(before);
        } else {
            out.push('\'');
        }
        Ok(())
    }

    /// Text, or what stands for text.
    fn content(&mut self, out: &mut String) -> Result<(), Fault> {
        if out.len() > LONGEST {
            return Err("its XML has more than 2 MiB");
        }
        match self.u8()? & !0x40 {
            0x05 => {
                if self.u8()? != 0x01 {
                    return Err("a text is of another type");
                }
                let length = usize::from(self.u16()?);
                values::escape(&values::utf16(self.bytes(length * 2)?), out);
            }
            0x07 => {
                let length = usize::from(self.u16()?);
                values::escape(values::utf16(self.bytes(length * 2)?).trim_end_matches('\0'), out);
            }
            0x08 => {
                let c = char::from_u32(u32::from(self.u16()?)).unwrap_or(char::REPLACEMENT_CHARACTER);
                values::escape(c.encode_utf8(&mut [0; 4]), out);
            }
            0x09 => {
                let name = self.name()?;
                if !matches!(name.as_str(), "amp" | "lt" | "gt" | "quot" | "apos") {
                    return Err("it names an entity that is not known");
                }
                out.push('&');
                out.push_str(&name);
                out.push(';');
            }
            0x0A => {
                self.name()?;
            }
            0x0B => {
                let length = usize::from(self.u16()?);
                self.bytes(length * 2)?;
            }
            0x0D | 0x0E => {
                let number = usize::from(self.u16()?);
                self.bytes(1)?;
                self.value(number, out)?;
            }
            _ => return Err("it has a token that is not known"),
        }
        Ok(())
    }

    fn value(&mut self, number: usize, out: &mut String) -> Result<(), Fault> {
        let value = *self.values.get(number).ok_or("a template names a value that is not there")?;
        if value.kind == FRAGMENT {
            let mut nested = Reader {
                chunk: self.chunk,
                at: value.start,
                end: value.end,
                depth: self.depth,
                values: &[],
                in_template: false,
            };
            return nested.fragment(out);
        }
        let bytes = self.chunk.get(value.start..value.end).ok_or(SHORT)?;
        values::write(value.kind, bytes, out).ok_or("a value does not fit its type")
    }
}
