//! Streams that break: readers and writers to be given to [`serve`](crate::serve).

use std::io::{self, Read, Write};

/// Gives one byte at a time, interrupted before each.
#[derive(Clone, Debug)]
pub struct Slow<'b> {
    bytes: &'b [u8],
    interrupted: bool,
}

impl<'b> Slow<'b> {
    /// A slow reader of `bytes`.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, interrupted: false }
    }
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = buffer.len().min(1);
        self.bytes.read(&mut buffer[..count])
    }
}

/// Fails once its bytes are read.
#[derive(Clone, Debug)]
pub struct Failing<'b> {
    bytes: &'b [u8],
    error: io::ErrorKind,
}

impl<'b> Failing<'b> {
    /// A reader of `bytes` that fails with `error` where they end.
    #[must_use]
    pub fn new(bytes: &'b [u8], error: io::ErrorKind) -> Self {
        Self { bytes, error }
    }
}

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.bytes.read(buffer)? {
            0 => Err(self.error.into()),
            count => Ok(count),
        }
    }
}

/// Takes so many writes, then fails.
#[derive(Clone, Debug)]
pub struct Closing {
    writes: usize,
    error: io::ErrorKind,
    flushes: usize,
}

impl Closing {
    /// A writer that fails with `error` after so many `writes`.
    #[must_use]
    pub fn new(writes: usize, error: io::ErrorKind) -> Self {
        Self { writes, error, flushes: 0 }
    }

    /// How often it was flushed.
    #[must_use]
    pub fn flushes(&self) -> usize {
        self.flushes
    }
}

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes = self.writes.checked_sub(1).ok_or(self.error)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        Ok(())
    }
}
