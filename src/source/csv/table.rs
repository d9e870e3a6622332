//! Where the table of a CSV text begins, and what separates its cells.

use crate::source::input::Input;

/// What is looked at of a text to tell its first line and header, at most.
const LOOKED_AT: usize = 1 << 20;

/// A table behind the line that some programs write before it.
pub(super) struct Table {
    /// What separates its cells.
    pub(super) separator: u8,
}

impl Table {
    /// Takes the line before the header: Windows PowerShell writes `#TYPE …`, Excel knows `sep=;`.
    pub(super) fn of(input: &mut Input) -> Self {
        let mut length = 0;
        let first = loop {
            match memchr::memchr(b'\n', input.rest()) {
                Some(end) => break end + 1,
                None if length > LOOKED_AT || !input.more() => break input.rest().len(),
                None => length = input.rest().len(),
            }
        };
        let (first, behind) = input.rest().split_at_checked(first).unwrap_or((input.rest(), b""));
        match first.trim_ascii_end() {
            [b's', b'e', b'p', b'=', separator] => {
                let (separator, length) = (*separator, first.len());
                input.take(length);
                Self { separator }
            }
            line if line.starts_with(b"#TYPE ") => {
                let length = first.len();
                // The header is what stands in the window, as a rule; else at least its beginning.
                let table = Self { separator: separator(behind) };
                input.take(length);
                table
            }
            _ => Self { separator: separator(input.rest()) },
        }
    }

    /// The separator in words.
    pub(super) fn separated_by(&self) -> &'static str {
        match self.separator {
            b';' => "semicolons",
            b'\t' => "tabs",
            b',' => "commas",
            _ => "what the first line says",
        }
    }
}

/// What separates the cells: of the known separators the one that the header has most of, outside quotes.
fn separator(text: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                for (_, count) in counts.iter_mut().filter(|(separator, _)| separator == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals the last is the greatest, and a comma is the usual one.
    counts.iter().rev().max_by_key(|(_, count)| count).map_or(b',', |(separator, _)| *separator)
}
