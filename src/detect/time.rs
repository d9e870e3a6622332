//! Times of events: from the text of a cell to microseconds since 1970-01-01T00:00Z.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// One second in the unit of [`parse`].
pub const SECOND: i64 = 1_000_000;

/// Reads `_time` as splunkd sends it (epoch seconds with an optional fraction), an ISO 8601 time with a zone
/// (`Z`, `+02:00`, `+0200`: event XML and Splunk's CSV exports), or one without a zone, taken as UTC. And what collectors and
/// tools write: epoch milliseconds to nanoseconds, `FILETIME`, `/Date(…)/`, `… UTC`, the times of Kibana and of Snare.
/// `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    // Each event has a time, so that its two usual forms are read without the general way of chrono.
    let text = text.trim_ascii();
    if text.is_empty() {
        return None;
    }
    let usual = epoch(text).or_else(|| utc(text.as_bytes()));
    usual.or_else(|| iso(text.trim())).or_else(|| number(text)).or_else(|| zoned(text.trim()))
}

/// Microseconds as ISO 8601 in UTC, to the second or, where there is a fraction, to the microsecond.
#[must_use]
pub fn format(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(
        || micros.to_string(),
        |t| {
            let pattern =
                if micros.rem_euclid(SECOND) == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
            t.format(pattern).to_string()
        },
    )
}

/// The same without its fraction, for people.
#[must_use]
pub fn to_the_second(micros: i64) -> String {
    format(micros - micros.rem_euclid(SECOND))
}

/// A number below is no epoch seconds, which were there in 1973: it counts days, or something else. Zero is how tools write that
/// they know none.
const EARLIEST: i64 = 100_000_000 * SECOND;

/// Up to 11 digits, perhaps with a fraction.
fn epoch(text: &str) -> Option<i64> {
    seconds(text).filter(|micros| *micros >= EARLIEST)
}

fn seconds(text: &str) -> Option<i64> {
    let (mut seconds, mut count) = (0, 0);
    let mut digits = text.as_bytes().iter();
    for &digit in digits.by_ref() {
        match digit {
            b'0'..=b'9' => seconds = seconds * 10 + i64::from(digit - b'0'),
            b'.' if count > 0 => return Some(seconds * SECOND + fraction(digits.as_slice())?),
            _ => return None,
        }
        count += 1;
        if count > 11 {
            return None;
        }
    }
    (count > 0).then_some(seconds * SECOND)
}

/// The digits behind the point as microseconds; further ones do not count.
fn fraction(digits: &[u8]) -> Option<i64> {
    let mut micros = 0;
    let mut unit = SECOND;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        unit /= 10;
        micros += i64::from(digit - b'0') * unit;
    }
    Some(micros)
}

/// The form of event XML: `2026-11-20T15:40:31.1234567Z`.
fn utc(text: &[u8]) -> Option<i64> {
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        ref rest @ ..,
        b'Z',
    ] = text
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        let add = |sum: u32, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'));
        digits.iter().try_fold(0, add)
    };
    let micros = match rest {
        [] => 0,
        [b'.', digits @ ..] if !digits.is_empty() => fraction(digits)?,
        _ => return None,
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
    let time = date.and_hms_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?)?;
    Some(time.and_utc().timestamp() * SECOND + micros)
}

fn iso(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_micros());
    }
    if let Ok(time) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(time.timestamp_micros());
    }
    without_zone(text)
}

/// A number that is no epoch seconds, told by how long it is: milliseconds (13 digits), microseconds (16), nanoseconds (19), 100
/// nanoseconds since 1601 (18, `FILETIME`). All of them are of this century, or nobody knows what they count.
fn number(text: &str) -> Option<i64> {
    const TO_1970: i64 = 11_644_473_600 * SECOND;
    const CENTURY: std::ops::Range<i64> = 946_684_800 * SECOND..4_102_444_800 * SECOND;
    let inner = text.strip_prefix("/Date(").and_then(|text| text.strip_suffix(")/"));
    // The zone behind it is that of whoever wrote it; the number is in UTC.
    let inner = inner.map(|text| text.split(['+', '-']).next().unwrap_or(text));
    let (digits, fraction) = inner.unwrap_or(text).split_once('.').unwrap_or((inner.unwrap_or(text), ""));
    if !digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let micros = match digits.len() {
        13 => number.checked_mul(1000)?,
        16 => number,
        18 => number / 10 - TO_1970,
        19 => number / 1000,
        _ => return None,
    };
    CENTURY.contains(&micros).then_some(micros)
}

/// A time with a zone that is written apart, or in words.
fn zoned(text: &str) -> Option<i64> {
    if let Some(text) = ["UTC", "GMT", "Z"].iter().find_map(|zone| text.strip_suffix(zone)) {
        return without_zone(text.trim_end());
    }
    let time = [
        "%Y-%m-%d %H:%M:%S%.f %:z",
        "%Y-%m-%d %H:%M:%S%.f%:z",
        "%Y-%m-%d %H:%M:%S%.f %z",
        "%d/%b/%Y:%H:%M:%S %z",
    ];
    let time = time.iter().find_map(|pattern| DateTime::parse_from_str(text, pattern).ok())?;
    Some(time.timestamp_micros())
}

/// Whether [`parse`] takes a text for a time in UTC because it names no zone.
#[must_use]
pub fn lacks_zone(text: &str) -> bool {
    let text = text.trim();
    epoch(text).is_none() && without_zone(text).is_some()
}

fn without_zone(text: &str) -> Option<i64> {
    const FORMS: [&str; 4] =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%b %d, %Y @ %H:%M:%S%.f", "%a %b %d %H:%M:%S %Y"];
    FORMS
        .iter()
        .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok())
        .map(|time| time.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_that_splunk_and_windows_write() {
        for (text, micros) in [
            ("1700000000", Some(1_700_000_000_000_000)),
            ("1700000000.1", Some(1_700_000_000_100_000)),
            ("1700000000.1234567", Some(1_700_000_000_123_456)),
            ("2023-11-14T22:13:20Z", Some(1_700_000_000_000_000)),
            ("2023-11-14T22:13:20.1234567Z", Some(1_700_000_000_123_456)),
            ("2023-11-15T00:13:20.000+0200", Some(1_700_000_000_000_000)),
            ("2023-11-15T00:13:20+02:00", Some(1_700_000_000_000_000)),
            ("2023-11-14 22:13:20", Some(1_700_000_000_000_000)),
            ("", None),
            (".5", None),
            ("yesterday", None),
            ("1700000000.x", None),
            ("99999999999999999999", None),
            ("99999999999", Some(99_999_999_999_000_000)),
            ("999999999999", None),
            ("1700000000123", Some(1_700_000_000_123_000)),
            ("1700000000123.0", Some(1_700_000_000_123_000)),
            ("1700000000123456", Some(1_700_000_000_123_456)),
            ("1700000000123456789", Some(1_700_000_000_123_456)),
            ("133444736001234567", Some(1_700_000_000_123_456)),
            ("/Date(1700000000123)/", Some(1_700_000_000_123_000)),
            ("/Date(1700000000123+0100)/", Some(1_700_000_000_123_000)),
            ("/Date(x)/", None),
            ("9999999999999", None),
            ("9000000000123456789", None),
            ("2023-11-14 22:13:20.123456 UTC", Some(1_700_000_000_123_456)),
            ("2023-11-14 22:13:20 GMT", Some(1_700_000_000_000_000)),
            ("2023-11-14 22:13:20Z", Some(1_700_000_000_000_000)),
            ("2023-11-14 22:13:20.123 +00:00", Some(1_700_000_000_123_000)),
            ("2023-11-15 00:13:20.5+02:00", Some(1_700_000_000_500_000)),
            ("Nov 14, 2023 @ 22:13:20.123", Some(1_700_000_000_123_000)),
            ("Tue Nov 14 22:13:20 2023", Some(1_700_000_000_000_000)),
            ("14/Nov/2023:22:13:20 +0000", Some(1_700_000_000_000_000)),
            ("2023-11-14 22:13:20 CET", None),
            ("5.", None),
            ("1700000000.", Some(1_700_000_000_000_000)),
            ("5.5.", None),
            (".", None),
            (" 1700000000\t", Some(1_700_000_000_000_000)),
            ("46085.38", None),
            ("0", None),
            ("0.0", None),
            ("/Date(0)/", None),
            ("2023-11-14T22:13:20.Z", None),
            ("2023-02-29T22:13:20Z", None),
            ("2023-11-14T24:13:20Z", None),
            ("2023-11-14T22:13:2xZ", None),
            ("2016-12-31T23:59:60Z", Some(1_483_228_800_000_000)),
        ] {
            assert_eq!(parse(text), micros, "{text:?}");
        }
    }

    #[test]
    fn the_quick_way_reads_what_the_general_way_reads() {
        for text in [
            "2023-11-14T22:13:20Z",
            "2024-02-29T00:00:00.0000001Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "1969-12-31T23:59:59.5Z",
        ] {
            assert_eq!(utc(text.as_bytes()), iso(text), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_known_for_one() {
        for (text, lacks) in [
            ("2023-11-14T22:13:20", true),
            (" 2023-11-14 22:13:20.5 ", true),
            ("2023-11-14T22:13:20Z", false),
            ("2023-11-14T22:13:20+0200", false),
            ("1700000000", false),
            ("yesterday", false),
            ("", false),
        ] {
            assert_eq!(lacks_zone(text), lacks, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123456Z"] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
    }
}
