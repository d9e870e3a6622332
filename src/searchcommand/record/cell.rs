//! Where one cell of CSV text ends. The rules are those of the `csv` crate: a cell is quoted when its first byte is a
//! quote; in it a quote is written twice; a quote inside an unquoted cell is a byte like any other. Records end with LF
//! or CR LF; a lone CR is data.

use memchr::{memchr, memchr2};

/// A stretch of a body. Bodies are limited to 4 GiB, so 32 bits hold any offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`Rewriter` refuses bodies whose offsets need more than 32 bits"
    )]
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    pub(super) fn end(self) -> usize {
        self.end as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(super) fn of(self, body: &[u8]) -> &[u8] {
        body.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// What stands behind a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A comma; the next cell starts here.
    Comma(usize),
    /// The end of the record; the next record starts here.
    Record(usize),
    /// The end of the body, inside quotes.
    OpenQuote,
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// The text between the quotes, or all of an unquoted cell.
    pub(super) inner: Span,
    /// Where the cell ends, its closing quote included.
    pub(super) end: usize,
    /// The first quote in `inner` that is not part of the value.
    pub(super) first_quote: Option<usize>,
    pub(super) stop: Stop,
}

/// The cell that starts at `start`.
#[inline]
pub(super) fn cell(body: &[u8], start: usize) -> Cell {
    if body.get(start) == Some(&b'"') { quoted(body, start + 1) } else { bare(body, start, start, None) }
}

#[inline]
fn quoted(body: &[u8], start: usize) -> Cell {
    let mut first_quote = None;
    let mut from = start;
    loop {
        let Some(quote) = find_quote(body, from) else {
            let end = body.len();
            return Cell { inner: Span::new(start, end), end, first_quote, stop: Stop::OpenQuote };
        };
        let stop = match body.get(quote + 1) {
            Some(b'"') => {
                first_quote = first_quote.or(Some(quote));
                from = quote + 2;
                continue;
            }
            Some(b',') => Stop::Comma(quote + 2),
            Some(b'\n') => Stop::Record(quote + 2),
            None => Stop::Record(quote + 1),
            Some(b'\r') if body.get(quote + 2) == Some(&b'\n') => Stop::Record(quote + 3),
            // Text behind the closing quote: the cell goes on as an unquoted one.
            Some(_) => return bare(body, start, quote + 1, first_quote.or(Some(quote))),
        };
        return Cell { inner: Span::new(start, quote), end: quote + 1, first_quote, stop };
    }
}

/// The unquoted cell that starts at `start` and holds no separator before `from`.
#[inline]
fn bare(body: &[u8], start: usize, from: usize, first_quote: Option<usize>) -> Cell {
    let found = find_separator(body, from);
    let (end, stop) = match body.get(found) {
        Some(b',') => (found, Stop::Comma(found + 1)),
        Some(_) if found > from && body.get(found - 1) == Some(&b'\r') => {
            (found - 1, Stop::Record(found + 1))
        }
        Some(_) => (found, Stop::Record(found + 1)),
        None => (found, Stop::Record(found)),
    };
    Cell { inner: Span::new(start, end), end, first_quote, stop }
}

const LOW_BITS: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
/// Words looked at before a vectorised search takes over, whose call costs more than a short cell.
const WORDS: usize = 4;

#[inline]
pub(super) fn word(body: &[u8], at: usize) -> Option<u64> {
    body.get(at..).and_then(<[u8]>::first_chunk).map(|bytes| u64::from_le_bytes(*bytes))
}

/// Non-zero when a byte of `word` is `byte`; the lowest set bit belongs to the first such byte.
#[inline]
pub(super) fn equals(word: u64, byte: u8) -> u64 {
    let difference = word ^ u64::from_ne_bytes([byte; 8]);
    difference.wrapping_sub(LOW_BITS) & !difference & HIGH_BITS
}

/// Non-zero when a byte of `word` is less than `limit`, which is at most 128.
#[inline]
pub(super) fn has_less(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(u64::from_ne_bytes([limit; 8])) & !word & HIGH_BITS
}

#[inline]
fn first(bits: u64) -> usize {
    bits.trailing_zeros() as usize / 8
}

/// Number of commas in a row from `at` on.
#[inline]
pub(super) fn count_commas(body: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(word) = word(body, end) {
        let difference = word ^ u64::from_ne_bytes([b','; 8]);
        if difference != 0 {
            return end + first(difference) - at;
        }
        end += 8;
    }
    while body.get(end) == Some(&b',') {
        end += 1;
    }
    end - at
}

#[inline]
fn find_quote(body: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    for _ in 0..WORDS {
        let Some(word) = word(body, at) else { break };
        let found = equals(word, b'"');
        if found != 0 {
            return Some(at + first(found));
        }
        at += 8;
    }
    memchr(b'"', body.get(at..)?).map(|offset| at + offset)
}

/// The first comma or line feed from `from` on, or the end of the body.
#[inline]
fn find_separator(body: &[u8], from: usize) -> usize {
    let mut at = from;
    for _ in 0..WORDS {
        let Some(word) = word(body, at) else { break };
        let found = equals(word, b',') | equals(word, b'\n');
        if found != 0 {
            return at + first(found);
        }
        at += 8;
    }
    let rest = body.get(at..).unwrap_or_default();
    at + memchr2(b',', b'\n', rest).unwrap_or(rest.len())
}

/// Takes the quotes that are not part of the value out of a cell, in place, and gives the stretch that is left.
pub(super) fn drop_quotes(body: &mut [u8], inner: Span, first_quote: usize) -> Span {
    let end = inner.end().min(body.len());
    let (mut from, mut to) = (first_quote, first_quote);
    while from < end {
        // `from` is at a quote: one of two, or the closing one of a cell that goes on behind it.
        let doubled = from + 1 < end && body.get(from + 1) == Some(&b'"');
        let rest = body.get(from + 1..end).unwrap_or_default();
        let (next, skipped) = if doubled {
            let tail = rest.get(1..).unwrap_or_default();
            (memchr(b'"', tail).map_or(end, |offset| from + 2 + offset), from + 1)
        } else {
            (end, from + 1)
        };
        body.copy_within(skipped..next, to);
        to += next - skipped;
        from = next;
    }
    Span::new(inner.start(), to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_end_where_csv_says() {
        // text, value, what follows: `,` a cell, `n` a record, `"` an open quote; then the rest of the text
        let cases: &[(&str, &str, char, &str)] = &[
            ("", "", 'n', ""),
            (",x", "", ',', "x"),
            ("\nx", "", 'n', "x"),
            ("\r\nx", "", 'n', "x"),
            ("abc", "abc", 'n', ""),
            ("abc,d", "abc", ',', "d"),
            ("abcdefghijklmnopqrstuvwxyz,d", "abcdefghijklmnopqrstuvwxyz", ',', "d"),
            ("abc\r\nd", "abc", 'n', "d"),
            ("a\rb,c", "a\rb", ',', "c"),
            ("a\r", "a\r", 'n', ""),
            ("a\"b\"\"c,d", "a\"b\"\"c", ',', "d"),
            ("\"\",x", "", ',', "x"),
            ("\"a,b\nc\",x", "a,b\nc", ',', "x"),
            ("\"a\r\n\"\r\nx", "a\r\n", 'n', "x"),
            ("\"a\"\nx", "a", 'n', "x"),
            ("\"a\"", "a", 'n', ""),
            ("\"\"\"\"", "\"", 'n', ""),
            ("\"\"\"\"\"\",", "\"\"", ',', ""),
            ("\"say \"\"hello\"\" and \"\"goodbye\"\"\",x", "say \"hello\" and \"goodbye\"", ',', "x"),
            ("\"a\"b,x", "ab", ',', "x"),
            ("\"a\"b\"c\"\",x", "ab\"c\"\"", ',', "x"),
            ("\"a\"\"b\"c\nx", "a\"bc", 'n', "x"),
            ("\"a\"\rb\nx", "a\rb", 'n', "x"),
            ("\"a\" \"\"\nx", "a \"\"", 'n', "x"),
            ("\"a", "a", '"', ""),
            ("\"a\"\"", "a\"", '"', ""),
            ("\"", "", '"', ""),
        ];
        for (text, value, stop, rest) in cases {
            let mut body = text.as_bytes().to_vec();
            let cell = cell(&body, 0);
            let (shown, next) = match cell.stop {
                Stop::Comma(next) => (',', next),
                Stop::Record(next) => ('n', next),
                Stop::OpenQuote => ('"', body.len()),
            };
            assert_eq!((shown, &text[next..]), (*stop, *rest), "{text:?}");
            let span = cell.first_quote.map_or(cell.inner, |quote| drop_quotes(&mut body, cell.inner, quote));
            assert_eq!(span.of(&body), value.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn commas_are_counted() {
        for count in 0..40 {
            for tail in ["", "x", "\n", "\"a\",,", "x,,,,,,,,,,,,,,,,,,"] {
                let body = format!("ab{}{tail}", ",".repeat(count));
                assert_eq!(count_commas(body.as_bytes(), 2), count, "{body}");
            }
        }
    }
}
