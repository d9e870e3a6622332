//! DER, strictly: definite lengths in their shortest form, one-byte tags, nothing that reaches beyond its frame.
//!
//! Signatures are read by this instead of general crates because little is needed, and because the raw bytes of parts
//! are: what is signed is hashed as it stands, never written anew.

use super::bytes::Malformed;
use super::oid::Oid;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The constructed context tag of this number.
pub(crate) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// One element: tag, value, and both with the length as they stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    pub value: &'a [u8],
    pub raw: &'a [u8],
    /// Where `raw` starts, for errors.
    pub offset: usize,
}

impl<'a> Element<'a> {
    fn fault(&self, problem: &'static str) -> Malformed {
        Malformed { part: PART, problem, offset: self.offset }
    }

    /// The elements inside.
    pub fn inside(&self) -> Reader<'a> {
        Reader { bytes: self.value, offset: self.offset + (self.raw.len() - self.value.len()) }
    }

    pub fn expect(self, tag: u8) -> Result<Self, Malformed> {
        if self.tag == tag { Ok(self) } else { Err(self.fault("another kind of element was expected")) }
    }

    pub fn oid(self) -> Result<Oid<'a>, Malformed> {
        let value = self.expect(OBJECT_ID)?.value;
        if value.last().is_none_or(|last| last & 0x80 != 0) {
            return Err(self.fault("an object identifier has no end"));
        }
        Ok(Oid(value))
    }

    /// An INTEGER that is not negative, without the zero that only keeps its sign.
    pub fn unsigned(self) -> Result<&'a [u8], Malformed> {
        match self.expect(INTEGER)?.value {
            [] => Err(self.fault("a number has no digits")),
            [0, next, ..] if next & 0x80 == 0 => Err(self.fault("a number is not in its shortest form")),
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            [first, ..] if first & 0x80 != 0 => Err(self.fault("a number is negative")),
            value => Ok(value),
        }
    }

    /// The octets of a BIT STRING without unused bits.
    pub fn octets_of_bits(self) -> Result<&'a [u8], Malformed> {
        match self.expect(BIT_STRING)?.value {
            [0, octets @ ..] => Ok(octets),
            _ => Err(self.fault("a bit string is not made of whole bytes")),
        }
    }
}

const PART: &str = "the DER of a signature";

/// Elements one after another.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn fault(&self, problem: &'static str) -> Malformed {
        Malformed { part: PART, problem, offset: self.offset }
    }

    /// The next element, of whatever tag.
    pub fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let cut = self.fault("it ends inside an element");
        let (&[tag, first], mut rest) = self.bytes.split_first_chunk::<2>().ok_or(cut)?;
        if tag & 0x1F == 0x1F {
            return Err(self.fault("a tag of more than one byte"));
        }
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            let count = usize::from(first & 0x7F);
            if count == 0 || count > 4 {
                return Err(self.fault("a length that is indefinite or beyond 4 GB"));
            }
            let (digits, after) = rest.split_at_checked(count).ok_or(cut)?;
            length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            if digits[0] == 0 || length < 0x80 {
                return Err(self.fault("a length is not in its shortest form"));
            }
            rest = after;
        }
        let (value, after) = rest.split_at_checked(length).ok_or(cut)?;
        let raw = &self.bytes[..self.bytes.len() - after.len()];
        let element = Element { tag, value, raw, offset: self.offset };
        self.offset += raw.len();
        self.bytes = after;
        Ok(element)
    }

    /// The next element, which must have this tag.
    pub fn next(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        self.any()?.expect(tag)
    }

    /// The next element if it has this tag; nothing is taken otherwise.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.bytes.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// That nothing follows.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(self.fault("more than it should hold")) }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Element<'a>, Malformed>;

    /// Ends at the first fault: nothing behind it can be told apart.
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_empty() {
            return None;
        }
        let element = self.any();
        if element.is_err() {
            self.bytes = &[];
        }
        Some(element)
    }
}

/// Seconds since 1970 of a `UTCTime` or `GeneralizedTime` in UTC. Fractions of a second are dropped.
pub(crate) fn time(element: Element<'_>) -> Result<i64, Malformed> {
    let fault = || element.fault("a time is not written as DER demands");
    let (century_digits, text) = match element.tag {
        0x17 => (0, element.value),
        0x18 => (2, element.value),
        _ => return Err(element.fault("a time was expected")),
    };
    let text = text.strip_suffix(b"Z").ok_or_else(fault)?;
    let (digits, fraction) = text.split_at_checked(10 + century_digits + 2).ok_or_else(fault)?;
    let fraction_is_right = match fraction {
        [] => true,
        [b'.', rest @ ..] => century_digits == 2 && !rest.is_empty() && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !fraction_is_right || !digits.iter().all(u8::is_ascii_digit) {
        return Err(fault());
    }
    let pair = |at: usize| i64::from(digits[at] - b'0') * 10 + i64::from(digits[at + 1] - b'0');
    let year = match century_digits {
        0 if pair(0) < 50 => 2000 + pair(0),
        0 => 1900 + pair(0),
        _ => pair(0) * 100 + pair(2),
    };
    let [month, day, hour, minute, second] = [2, 4, 6, 8, 10].map(|at| pair(at + century_digits));
    let in_range =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !in_range {
        return Err(fault());
    }
    Ok(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days from 1970-01-01, by the calendar that starts each year in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}
