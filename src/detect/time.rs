//! Times of events: from the text of a cell to microseconds since 1970-01-01T00:00Z.

use chrono::{DateTime, NaiveDateTime};

/// One second in the unit of [`parse`].
pub const SECOND: i64 = 1_000_000;

/// Reads `_time` as splunkd sends it (epoch seconds with an optional fraction), an ISO 8601 time with a zone
/// (`Z`, `+02:00`, `+0200`: event XML and Splunk's CSV exports), or one without a zone, taken as UTC.
/// `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    epoch(text).or_else(|| iso(text))
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

fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !(1..=11).contains(&whole.len()) || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let mut micros = 0;
    let mut unit = SECOND;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        unit /= 10;
        micros += i64::from(digit - b'0') * unit;
    }
    Some(seconds * SECOND + micros)
}

fn iso(text: &str) -> Option<i64> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.timestamp_micros());
    }
    if let Ok(time) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(time.timestamp_micros());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
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
        ] {
            assert_eq!(parse(text), micros, "{text:?}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123456Z"] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
    }
}
