//! Encodings of exported files.

use std::io::{self, Read};

use super::input::Faults;

/// Bytes that tell an encoding, at most.
const LOOKED_AT: usize = 64;

/// How a text is encoded, as far as it is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, or bytes like it, which stay as they are.
    Bytes,
    /// UTF-16, the lower byte first: what Windows PowerShell writes.
    Little,
    /// UTF-16, the higher byte first.
    Big,
}

impl Encoding {
    /// The encoding of what begins so, and how long its byte order mark is. Without one, it is UTF-16 where every second
    /// byte of the beginning is zero, and no other.
    pub(super) fn of(head: &[u8]) -> (Self, usize) {
        match head {
            [0xEF, 0xBB, 0xBF, ..] => return (Self::Bytes, 3),
            [0xFF, 0xFE, ..] => return (Self::Little, 2),
            [0xFE, 0xFF, ..] => return (Self::Big, 2),
            _ => {}
        }
        let head = head.get(..LOOKED_AT).unwrap_or(head);
        let zeros = |first: usize| {
            let mut bytes = head.iter().skip(first).step_by(2);
            bytes.len() > 1 && bytes.all(|byte| *byte == 0)
        };
        match (zeros(0), zeros(1)) {
            (false, true) => (Self::Little, 0),
            (true, false) => (Self::Big, 0),
            _ => (Self::Bytes, 0),
        }
    }
}

/// Brings UTF-16 to UTF-8.
pub(super) struct Utf16<R> {
    stream: R,
    is_big: bool,
    faults: Faults,
    /// Bytes that are not decoded yet: half a unit, or half a character.
    left: Vec<u8>,
    decoded: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(stream: R, is_big: bool, faults: Faults) -> Self {
        Self { stream, is_big, faults, left: Vec::new(), decoded: Vec::new(), given: 0 }
    }

    /// Decodes one more piece; at the end nothing is there.
    fn decode(&mut self) -> io::Result<()> {
        self.decoded.clear();
        self.given = 0;
        let mut piece = [0; 8 * 1024];
        while self.decoded.is_empty() {
            let read = self.stream.read(&mut piece)?;
            self.left.extend_from_slice(piece.get(..read).unwrap_or_default());
            let ended = read == 0;
            if ended && !self.left.len().is_multiple_of(2) {
                self.faults.note("UTF-16 text with an odd number of bytes: the file is cut off");
            }
            let unit = |pair: &[u8]| match pair {
                [first, second] if self.is_big => u16::from_be_bytes([*first, *second]),
                [first, second] => u16::from_le_bytes([*first, *second]),
                _ => 0,
            };
            let mut units: Vec<u16> = self.left.chunks_exact(2).map(unit).collect();
            // The first half of a character waits for the second.
            if !ended && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
                units.pop();
            }
            self.left.drain(..units.len() * 2);
            self.decoded.extend(String::from_utf16_lossy(&units).bytes());
            if ended {
                self.left.clear();
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.decoded.len() {
            self.decode()?;
        }
        let mut rest = self.decoded.get(self.given..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_by_their_first_bytes() {
        for (head, expected) in [
            (&b"a,b\n"[..], (Encoding::Bytes, 0)),
            (b"\xEF\xBB\xBFa", (Encoding::Bytes, 3)),
            (b"\xFF\xFEa\0", (Encoding::Little, 2)),
            (b"\xFE\xFF\0a", (Encoding::Big, 2)),
            (b"<\0E\0v\0e\0", (Encoding::Little, 0)),
            (b"\0<\0E\0v\0e", (Encoding::Big, 0)),
            (b"\0\0\0\0", (Encoding::Bytes, 0)),
            (b"a\0b", (Encoding::Bytes, 0)),
            (b"", (Encoding::Bytes, 0)),
        ] {
            assert_eq!(Encoding::of(head), expected, "{head:?}");
        }
    }

    #[test]
    fn utf16_in_pieces_of_any_size() {
        struct Pieces(Vec<u8>, usize);
        impl Read for Pieces {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let length = self.1.min(self.0.len()).min(buffer.len());
                buffer[..length].copy_from_slice(&self.0[..length]);
                self.0.drain(..length);
                Ok(length)
            }
        }
        let text = "aé𝄞,\r\n𝄞𝄞";
        for is_big in [false, true] {
            let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let encoded: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
            for size in 1..5 {
                let faults = Faults::default();
                let mut decoded = String::new();
                let mut stream = Utf16::new(Pieces(encoded.clone(), size), is_big, faults.clone());
                stream.read_to_string(&mut decoded).unwrap();
                assert_eq!((decoded.as_str(), faults.take()), (text, None));
            }
            let faults = Faults::default();
            let cut = encoded[..encoded.len() - 1].to_vec();
            let mut decoded = String::new();
            Utf16::new(Pieces(cut, 3), is_big, faults.clone()).read_to_string(&mut decoded).unwrap();
            assert!(faults.take().unwrap().contains("odd number"), "{decoded}");
        }
    }
}
