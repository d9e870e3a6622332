//! Bounds of what is unpacked: a small archive can hold more than any disk.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes that may be unpacked whatever they were packed in.
const FREE: u64 = 256 << 20;
/// How many times longer than packed the rest may be. The log of a quiet server packs 100 to 1; deflate ends at 1032.
const RATIO: u64 = 400;
/// Bytes that one file may unpack to.
const MOST: u64 = 64 << 30;

/// Counts the bytes that are read.
pub(super) struct Counted<R> {
    stream: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Unpacked bytes, up to a bound.
pub(super) struct Bounded<R> {
    stream: R,
    packed: Rc<Cell<u64>>,
    unpacked: u64,
}

/// Unpacks a stream with `unpack`, up to the bounds.
pub(super) fn bounded<P: Read, R: Read>(packed: P, unpack: impl FnOnce(Counted<P>) -> R) -> Bounded<R> {
    let count = Rc::new(Cell::new(0));
    let stream = unpack(Counted { stream: packed, count: Rc::clone(&count) });
    Bounded { stream, packed: count, unpacked: 0 }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.unpacked += read as u64;
        let most = self.packed.get().saturating_mul(RATIO).clamp(FREE, MOST);
        if self.unpacked > most {
            return Err(io::Error::other(format!(
                "unpacked it has more than {} MiB, too many for its size: unpack it yourself if you trust it",
                most >> 20
            )));
        }
        Ok(read)
    }
}

/// Bytes that all files of an archive together may unpack to: several of them can be the same packed bytes.
#[derive(Clone)]
pub(super) struct Budget(Rc<Cell<u64>>);

impl Budget {
    /// That of an archive of this length.
    pub(super) fn of(length: u64) -> Self {
        Self(Rc::new(Cell::new(length.saturating_mul(RATIO).clamp(FREE, MOST))))
    }
}

/// A stream whose bytes are taken from a budget.
pub(super) struct Budgeted<R> {
    stream: R,
    budget: Budget,
}

impl<R> Budgeted<R> {
    pub(super) fn new(stream: R, budget: Budget) -> Self {
        Self { stream, budget }
    }
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        match self.budget.0.get().checked_sub(read as u64) {
            Some(left) => {
                self.budget.0.set(left);
                Ok(read)
            }
            None => Err(io::Error::other(
                "the files of this archive have more bytes than fit in it: unpack it yourself if you trust it",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_too_much_ends() {
        let read = |packed: u64, unpacked: u64| {
            let unpack = |mut packed: Counted<io::Take<io::Repeat>>| {
                io::copy(&mut packed, &mut io::sink()).unwrap();
                io::repeat(0).take(unpacked)
            };
            io::copy(&mut bounded(io::repeat(0).take(packed), unpack), &mut io::sink())
        };
        assert_eq!(read(10, FREE).unwrap(), FREE);
        assert!(read(10, FREE + 1).unwrap_err().to_string().contains("more than 256 MiB"));
        assert_eq!(read(1 << 20, 400 << 20).unwrap(), 400 << 20);
        assert!(read(1 << 20, (400 << 20) + 1).is_err());
    }

    #[test]
    fn all_files_of_an_archive_share_one_budget() {
        let budget = Budget::of(10);
        let read = |bytes: u64| {
            io::copy(&mut Budgeted::new(io::repeat(0).take(bytes), budget.clone()), &mut io::sink())
        };
        assert_eq!(read(FREE - 1).unwrap(), FREE - 1);
        assert_eq!(read(1).unwrap(), 1);
        assert!(read(1).unwrap_err().to_string().contains("more bytes than fit in it"));
    }
}
