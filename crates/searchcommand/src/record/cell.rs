//! Where one cell of CSV text ends. The rules are those of the `csv` crate: a cell is quoted when its first byte is a
//! quote; in it a quote is written twice; a quote inside an unquoted cell is a byte like any other. Records end with LF
//! or CR LF; a lone CR is data.

use memchr::{memchr, memchr2};

/// Most bytes of a body: offsets into it are 32 bits wide. splunkd's own limit is 100 MB of raw data per chunk.
pub(crate) const BODY_LIMIT: u64 = u32::MAX as u64;

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
    /// `inner` holds quotes that are not part of the value.
    pub(super) quotes: bool,
    pub(super) stop: Stop,
}

/// The offsets of quotes that are not part of a value, noted while a cell is looked for its end, so that they need not be
/// searched a second time.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    offsets: Vec<u32>,
}

impl Quotes {
    /// Keeps the memory small beside a cell that is all quotes.
    const LIMIT: usize = 1 << 16;

    #[inline]
    fn note(&mut self, offset: usize) {
        if self.offsets.len() < Self::LIMIT {
            self.offsets.push(Span::new(offset, offset).start);
        }
    }

    pub(super) fn clear(&mut self) {
        self.offsets.clear();
    }

    /// The number of offsets noted so far.
    #[inline]
    pub(super) fn mark(&self) -> usize {
        self.offsets.len()
    }

    /// Takes the quotes noted from `mark` up to `end` out of a cell, in place, and gives the stretch that is left.
    pub(super) fn drop_from(&self, body: &mut [u8], inner: Span, (mark, end): (usize, usize)) -> Span {
        if end == Self::LIMIT {
            return drop_quotes(body, inner);
        }
        let offsets = self.offsets.get(mark..end).unwrap_or_default();
        let mut to = offsets.first().map_or(inner.end(), |first| *first as usize);
        for (index, offset) in offsets.iter().enumerate() {
            let next = offsets.get(index + 1).map_or(inner.end(), |next| *next as usize);
            let from = *offset as usize + 1;
            body.copy_within(from..next, to);
            to += next - from;
        }
        Span::new(inner.start(), to)
    }
}

/// The cell that starts at `start`.
#[expect(clippy::inline_always, reason = "measured: a fifth less time per row")]
#[inline(always)]
pub(super) fn cell(body: &[u8], start: usize, quotes: &mut Quotes) -> Cell {
    if body.get(start) == Some(&b'"') {
        quoted(body, start + 1, quotes)
    } else {
        bare(body, start, start, false)
    }
}

#[expect(clippy::inline_always, reason = "measured: a fifth less time per row")]
#[inline(always)]
fn quoted(body: &[u8], start: usize, noted: &mut Quotes) -> Cell {
    let mut quotes = false;
    let mut from = start;
    loop {
        let Some(quote) = find_quote(body, from) else {
            let end = body.len();
            return Cell { inner: Span::new(start, end), end, quotes, stop: Stop::OpenQuote };
        };
        let stop = match body.get(quote + 1) {
            Some(b'"') => {
                quotes = true;
                noted.note(quote);
                from = quote + 2;
                continue;
            }
            Some(b',') => Stop::Comma(quote + 2),
            Some(b'\n') => Stop::Record(quote + 2),
            None => Stop::Record(quote + 1),
            // Text behind the closing quote, if only a CR: the cell goes on as an unquoted one.
            Some(_) => {
                noted.note(quote);
                return bare(body, start, quote + 1, true);
            }
        };
        return Cell { inner: Span::new(start, quote), end: quote + 1, quotes, stop };
    }
}

/// The unquoted cell that starts at `start` and holds no separator before `from`.
#[expect(clippy::inline_always, reason = "measured: a fifth less time per row")]
#[inline(always)]
fn bare(body: &[u8], start: usize, from: usize, quotes: bool) -> Cell {
    let found = find_separator(body, from);
    let (end, stop) = match body.get(found) {
        Some(b',') => (found, Stop::Comma(found + 1)),
        Some(_) => (end_of_line(body, from, found), Stop::Record(found + 1)),
        None => (found, Stop::Record(found)),
    };
    Cell { inner: Span::new(start, end), end, quotes, stop }
}

/// Where an unquoted cell ends whose record ends with the line feed at `line_feed`. Up to `from` nothing is a line end.
#[inline]
pub(super) fn end_of_line(body: &[u8], from: usize, line_feed: usize) -> usize {
    let carriage_return = line_feed > from && body.get(line_feed - 1) == Some(&b'\r');
    line_feed - usize::from(carriage_return)
}

const LOW_BITS: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

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

/// The first byte in `count` words from `at` on for which `bits` is non-zero; else moves `at` behind the words.
#[inline]
fn find_in_words(body: &[u8], at: &mut usize, count: usize, bits: impl Fn(u64) -> u64) -> Option<usize> {
    for _ in 0..count {
        let found = bits(word(body, *at)?);
        if found != 0 {
            return Some(*at + first(found));
        }
        *at += 8;
    }
    None
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

/// The first quote from `from` on, where there are many: a word is looked at before a search is begun.
#[inline]
pub(super) fn find_near_quote(body: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    find_in_words(body, &mut at, 1, |word| equals(word, b'"')).or_else(|| find_quote(body, at))
}

/// The first quote from `from` on.
#[inline]
fn find_quote(body: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    // The search that every processor of the architecture can do is compiled in here. That is worth more than the
    // wider one which `memchr` would choose at run time, because cells are short: a third less instructions per row.
    #[cfg(target_arch = "x86_64")]
    let found = memchr::arch::x86_64::sse2::memchr::One::new(b'"')
        .map_or_else(|| memchr(b'"', rest), |one| one.find(rest));
    #[cfg(not(target_arch = "x86_64"))]
    let found = memchr(b'"', rest);
    found.map(|offset| from + offset)
}

/// The first comma or line feed from `from` on, or the end of the body.
#[inline]
pub(super) fn find_separator(body: &[u8], from: usize) -> usize {
    let mut at = from;
    if let Some(found) = find_in_words(body, &mut at, 4, |word| equals(word, b',') | equals(word, b'\n')) {
        return found;
    }
    let rest = body.get(at..).unwrap_or_default();
    at + memchr2(b',', b'\n', rest).unwrap_or(rest.len())
}

/// Takes the quotes that are not part of the value out of a cell, in place, and gives the stretch that is left.
fn drop_quotes(body: &mut [u8], inner: Span) -> Span {
    let end = inner.end().min(body.len());
    let first = memchr(b'"', inner.of(body)).map_or(end, |offset| inner.start() + offset);
    let (mut from, mut to) = (first, first);
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
            let mut quotes = Quotes::default();
            let cell = cell(&body, 0, &mut quotes);
            let (shown, next) = match cell.stop {
                Stop::Comma(next) => (',', next),
                Stop::Record(next) => ('n', next),
                Stop::OpenQuote => ('"', body.len()),
            };
            assert_eq!((shown, &text[next..]), (*stop, *rest), "{text:?}");
            assert_eq!(cell.quotes, quotes.mark() > 0);
            let mut twice = body.clone();
            let span = quotes.drop_from(&mut body, cell.inner, (0, quotes.mark()));
            assert_eq!(span.of(&body), value.as_bytes(), "{text:?}");
            if text.starts_with('"') {
                let span = drop_quotes(&mut twice, cell.inner);
                assert_eq!(span.of(&twice), value.as_bytes(), "{text:?}");
            }
        }
    }

    #[test]
    fn a_cell_of_more_quotes_than_are_noted() {
        for extra in [0, 1, 2, 3] {
            let count = Quotes::LIMIT - 2 + extra;
            let mut body = format!("\"{}x\"", "\"\"".repeat(count)).into_bytes();
            let mut quotes = Quotes::default();
            let cell = cell(&body, 0, &mut quotes);
            let span = quotes.drop_from(&mut body, cell.inner, (0, quotes.mark()));
            assert_eq!(span.of(&body), format!("{}x", "\"".repeat(count)).as_bytes());
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
