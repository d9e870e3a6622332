//! Where the table of a CSV text begins, and what separates its cells.

/// A table behind the line that some programs write before it.
pub(super) struct Table {
    /// Where its header begins.
    pub(super) start: usize,
    /// The line of that place, from 1.
    pub(super) line: u64,
    /// What separates its cells.
    pub(super) separator: u8,
}

impl Table {
    /// Windows PowerShell writes `#TYPE …` before the header, Excel knows `sep=;`.
    pub(super) fn of(text: &[u8]) -> Self {
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
        let (first, behind) = text.split_at_checked(end).unwrap_or((text, b""));
        match first.trim_ascii_end() {
            [b's', b'e', b'p', b'=', separator] => Self { start: end, line: 2, separator: *separator },
            line if line.starts_with(b"#TYPE ") => Self { start: end, line: 2, separator: separator(behind) },
            _ => Self { start: 0, line: 1, separator: separator(text) },
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
