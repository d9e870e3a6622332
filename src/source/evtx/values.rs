//! The values of a record as text, as Windows renders them.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat};

/// The type of a value that is a fragment of binary XML itself.
pub(super) const FRAGMENT: u8 = 0x21;
/// Set in the type of an array.
const ARRAY: u8 = 0x80;
const STRING: u8 = 0x01;
/// 100 ns from 1601 to 1970.
const EPOCH: i64 = 116_444_736_000_000_000;

/// Writes a value with markup escaped; `None` where its bytes do not fit its type, or the type is not known.
pub(super) fn write(kind: u8, bytes: &[u8], out: &mut String) -> Option<()> {
    if kind & ARRAY == 0 {
        return write_one(kind, bytes, out);
    }
    let kind = kind & !ARRAY;
    if kind == STRING {
        let text = utf16(bytes);
        let text = text.trim_end_matches('\0');
        escape(&text.replace('\0', ", "), out);
        return Some(());
    }
    let size = match kind {
        3 | 4 => 1,
        5 | 6 => 2,
        7 | 8 | 11 | 13 | 20 => 4,
        9 | 10 | 12 | 17 | 21 => 8,
        15 | 18 => 16,
        _ => return None,
    };
    for (number, item) in bytes.chunks(size).enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        write_one(kind, item, out)?;
    }
    Some(())
}

fn write_one(kind: u8, bytes: &[u8], out: &mut String) -> Option<()> {
    macro_rules! number {
        ($type:ty) => {
            <$type>::from_le_bytes(bytes.try_into().ok()?)
        };
    }
    // Writing to a text cannot fail.
    let _: std::fmt::Result = match kind {
        0 => Ok(()),
        STRING => {
            escape(utf16(bytes).trim_end_matches('\0'), out);
            Ok(())
        }
        2 => {
            escape(String::from_utf8_lossy(bytes).trim_end_matches('\0'), out);
            Ok(())
        }
        3 => write!(out, "{}", number!(i8)),
        4 => write!(out, "{}", number!(u8)),
        5 => write!(out, "{}", number!(i16)),
        6 => write!(out, "{}", number!(u16)),
        7 => write!(out, "{}", number!(i32)),
        8 => write!(out, "{}", number!(u32)),
        9 => write!(out, "{}", number!(i64)),
        10 => write!(out, "{}", number!(u64)),
        11 => write!(out, "{}", number!(f32)),
        12 => write!(out, "{}", number!(f64)),
        13 => write!(out, "{}", number!(u32) != 0),
        14 => bytes.iter().try_for_each(|byte| write!(out, "{byte:02X}")),
        15 => guid(bytes, out)?,
        17 => file_time(number!(i64), out)?,
        18 => system_time(bytes, out)?,
        19 => sid(bytes, out)?,
        16 | 20 if bytes.len() == 4 => write!(out, "{:#x}", number!(u32)),
        16 | 21 => write!(out, "{:#x}", number!(u64)),
        _ => return None,
    };
    Some(())
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| pair.try_into().map_or(0, u16::from_le_bytes)).collect()
}

/// UTF-16 text; what is no character is the sign for that.
pub(super) fn utf16(bytes: &[u8]) -> String {
    String::from_utf16_lossy(&units(bytes))
}

/// Writes text as XML. Characters that XML has no way to write become the sign for what cannot be shown.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1F}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(c),
        }
    }
}

fn guid(bytes: &[u8], out: &mut String) -> Option<std::fmt::Result> {
    let (numbers, tail) = bytes.split_at_checked(8).filter(|(_, tail)| tail.len() == 8)?;
    let first = u32::from_le_bytes(numbers.get(..4)?.try_into().ok()?);
    let second = u16::from_le_bytes(numbers.get(4..6)?.try_into().ok()?);
    let third = u16::from_le_bytes(numbers.get(6..)?.try_into().ok()?);
    let mut written = write!(out, "{{{first:08X}-{second:04X}-{third:04X}-");
    for (place, byte) in tail.iter().enumerate() {
        if place == 2 {
            written = written.and(out.write_char('-'));
        }
        written = written.and(write!(out, "{byte:02X}"));
    }
    Some(written.and(out.write_char('}')))
}

fn file_time(ticks: i64, out: &mut String) -> Option<std::fmt::Result> {
    let ticks = ticks.checked_sub(EPOCH)?;
    let time = DateTime::from_timestamp(ticks.div_euclid(10_000_000), 0)?;
    let second = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let second = second.strip_suffix('Z').unwrap_or(&second);
    Some(write!(out, "{second}.{:07}Z", ticks.rem_euclid(10_000_000)))
}

fn system_time(bytes: &[u8], out: &mut String) -> Option<std::fmt::Result> {
    let parts: [u16; 8] = units(bytes).try_into().ok()?;
    let [year, month, _, day, hour, minute, second, milli] = parts;
    Some(write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

fn sid(bytes: &[u8], out: &mut String) -> Option<std::fmt::Result> {
    let (head, parts) = bytes.split_at_checked(8)?;
    let [revision, count, authority @ ..] = head else { return None };
    if parts.len() != usize::from(*count) * 4 {
        return None;
    }
    let authority = authority.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut written = write!(out, "S-{revision}-{authority}");
    for part in parts.chunks_exact(4) {
        written = written.and(write!(out, "-{}", u32::from_le_bytes(part.try_into().ok()?)));
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: u8, bytes: &[u8]) -> Option<String> {
        let mut out = String::new();
        write(kind, bytes, &mut out).map(|()| out)
    }

    #[test]
    fn values_as_windows_shows_them() {
        let sid = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
        let guid: Vec<u8> = (0..16).collect();
        let time = 134_170_892_501_234_560_i64.to_le_bytes();
        for (kind, bytes, expected) in [
            (0, &b""[..], Some("")),
            (1, b"a\0<\0\"\0\x01\0\0\0", Some("a&lt;&quot;\u{FFFD}")),
            (1, b"\0\xD8", Some("\u{FFFD}")),
            (4, b"\x05", Some("5")),
            (4, b"", None),
            (6, b"\x1d\0", Some("29")),
            (13, b"\x01\0\0\0", Some("true")),
            (14, b"\x0a\xff", Some("0AFF")),
            (15, &guid, Some("{03020100-0504-0706-0809-0A0B0C0D0E0F}")),
            (17, &time, Some("2026-03-04T09:14:10.1234560Z")),
            (19, &sid, Some("S-1-5-32-544")),
            (19, &sid[..15], None),
            (21, &[0, 0, 0, 0, 0, 0, 0, 0x40], Some("0x4000000000000000")),
            (0x81, b"a\0\0\0b\0\0\0", Some("a, b")),
            (0x88, &[1, 0, 0, 0, 2, 0, 0, 0], Some("1, 2")),
            (0x88, &[1, 0, 0, 0, 2], None),
            (0x7F, b"", None),
        ] {
            assert_eq!(shown(kind, bytes).as_deref(), expected, "{kind} {bytes:?}");
        }
    }
}
