//! Reading numbers and texts at places that a file itself names: every step is checked, none can panic.

/// What could not be read of a file, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {problem}, at byte {offset}")]
pub struct Malformed {
    /// The part of the file.
    pub part: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
    /// Where: from the start of the file, or of the signature for what lies in one.
    pub offset: usize,
}

/// A part of a file, named for errors. Places are counted from the start of `raw`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a> {
    pub part: &'static str,
    pub raw: &'a [u8],
    /// Where `raw` starts in the file.
    pub start: usize,
}

impl<'a> Bytes<'a> {
    pub fn fault(&self, problem: &'static str, at: usize) -> Malformed {
        Malformed { part: self.part, problem, offset: self.start.saturating_add(at) }
    }

    pub fn slice(&self, at: usize, length: usize) -> Result<&'a [u8], Malformed> {
        at.checked_add(length)
            .and_then(|end| self.raw.get(at..end))
            .ok_or_else(|| self.fault("it ends before what it should hold", at))
    }

    pub fn tail(&self, at: usize) -> Result<Bytes<'a>, Malformed> {
        let bytes = self.raw.get(at..).ok_or_else(|| self.fault("a place beyond its end is named", at))?;
        Ok(Bytes { raw: bytes, start: self.start.saturating_add(at), ..*self })
    }

    pub fn part(&self, at: usize, length: usize) -> Result<Bytes<'a>, Malformed> {
        Ok(Bytes { raw: self.slice(at, length)?, start: self.start.saturating_add(at), ..*self })
    }

    fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(at, N)?);
        Ok(array)
    }

    pub fn u8(&self, at: usize) -> Result<u8, Malformed> {
        Ok(self.array::<1>(at)?[0])
    }

    pub fn u16(&self, at: usize) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array(at)?))
    }

    pub fn u32(&self, at: usize) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array(at)?))
    }

    pub fn u64(&self, at: usize) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array(at)?))
    }

    /// The bytes at `at` up to a NUL, which must follow within `most` bytes.
    pub fn text(&self, at: usize, most: usize) -> Result<&'a [u8], Malformed> {
        let tail = self.tail(at)?.raw;
        let window = &tail[..tail.len().min(most.saturating_add(1))];
        let end = memchr::memchr(0, window).ok_or_else(|| self.fault("a text has no end", at))?;
        Ok(&window[..end])
    }
}
