//! A stream of text of which a window is held: readers take what they understood, and ask for more.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use memchr::memchr_iter;

/// Bytes that are read at once, at least.
const PIECE: usize = 64 * 1024;

/// What went wrong below a reader. Streams note it and end, so that what stands before it is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(Rc<RefCell<Vec<String>>>);

impl Faults {
    pub(super) fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    /// The first fault that was not taken yet.
    pub(super) fn take(&self) -> Option<String> {
        let mut faults = self.0.borrow_mut();
        if faults.is_empty() { None } else { Some(faults.remove(0)) }
    }
}

/// A stream that ends where reading fails, and notes why.
pub(super) struct Noted<R> {
    stream: R,
    faults: Faults,
    ended: bool,
}

impl<R> Noted<R> {
    pub(super) fn new(stream: R, faults: Faults) -> Self {
        Self { stream, faults, ended: false }
    }
}

impl<R: Read> Read for Noted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.faults.note(error.to_string());
                    self.ended = true;
                }
                read => return read,
            }
        }
        Ok(0)
    }
}

/// Text, of which a window is held.
pub(super) struct Input {
    stream: Box<dyn Read>,
    window: Vec<u8>,
    /// Where the part of the window begins that nobody took.
    at: usize,
    ended: bool,
    line: u64,
}

impl Input {
    pub(super) fn new(stream: Box<dyn Read>) -> Self {
        Self { stream, window: Vec::new(), at: 0, ended: false, line: 1 }
    }

    /// What is there and not taken.
    pub(super) fn rest(&self) -> &[u8] {
        self.window.get(self.at..).unwrap_or_default()
    }

    /// The line of the first byte that is not taken.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Reads more, at least as much again as there is; whether there was more.
    pub(super) fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.window.drain(..self.at);
        self.at = 0;
        let before = self.window.len();
        let wanted = before.max(PIECE) as u64;
        // A stream below notes what goes wrong, and ends.
        let read = self.stream.by_ref().take(wanted).read_to_end(&mut self.window);
        self.ended = read.is_err() || self.window.len() == before;
        !self.ended
    }

    /// Reads until as many bytes are there, or all.
    pub(super) fn fill(&mut self, bytes: usize) -> &[u8] {
        while self.rest().len() < bytes && self.more() {}
        self.rest()
    }

    /// Takes bytes from the front.
    pub(super) fn take(&mut self, bytes: usize) {
        let taken = self.rest().get(..bytes).unwrap_or(self.rest());
        let (length, feeds) = (taken.len(), memchr_iter(b'\n', taken).count());
        self.line += feeds as u64;
        self.at += length;
    }

    /// Takes blanks; whether anything stands behind them.
    pub(super) fn skip_blanks(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let blanks = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
            self.take(blanks);
            if !self.rest().is_empty() {
                return true;
            }
            if !self.more() {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_over_a_stream() {
        let text: Vec<u8> = (0..3 * PIECE).map(|n| if n % 100 == 99 { b'\n' } else { b'a' }).collect();
        let mut input = Input::new(Box::new(io::Cursor::new(text.clone())));
        assert!(input.rest().is_empty());
        assert!(input.more() && input.rest().len() == PIECE);
        assert!(input.more() && input.rest().len() == 2 * PIECE);
        input.take(1000);
        assert_eq!(input.line(), 11);
        assert_eq!(input.fill(2 * PIECE), &text[1000..]);
        assert!(!input.more());
        input.take(text.len());
        assert!(!input.skip_blanks());
    }

    #[test]
    fn what_goes_wrong_below_is_noted_and_ends_the_stream() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("worn out"))
            }
        }
        let faults = Faults::default();
        let stream = io::Cursor::new(b"abc").chain(Broken);
        let mut input = Input::new(Box::new(Noted::new(stream, faults.clone())));
        assert_eq!(input.fill(10), b"abc");
        assert_eq!(faults.take().as_deref(), Some("worn out"));
        assert_eq!(faults.take(), None);
    }
}
