//! Dates of the allowlist: ISO 8601 texts to microseconds since 1970-01-01T00:00Z.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

/// What the date columns take, for error messages.
pub(super) const EXPECTED: &str =
    "an ISO 8601 date or time, such as 2026-12-31 or 2026-12-31T18:00Z (UTC unless a zone is written)";

/// First microsecond at which an entry with this `valid_from` counts: a date alone means 00:00 UTC.
/// `None` when the text is no ISO 8601 date or time.
#[must_use]
pub fn valid_from(text: &str) -> Option<i64> {
    match moment(text)? {
        Moment::Day(day) => Some(midnight(day)),
        Moment::Instant(micros) => Some(micros),
    }
}

/// First microsecond at which an entry with this `expires` no longer counts: a date alone includes its whole day
/// (UTC), a time ends at that instant. `None` when the text is no ISO 8601 date or time.
#[must_use]
pub fn expires(text: &str) -> Option<i64> {
    match moment(text)? {
        Moment::Day(day) => Some(midnight(day.succ_opt()?)),
        Moment::Instant(micros) => Some(micros),
    }
}

enum Moment {
    Day(NaiveDate),
    Instant(i64),
}

fn midnight(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_micros()
}

fn moment(text: &str) -> Option<Moment> {
    let (day, rest) = text.split_at_checked("2026-12-31".len())?;
    let day = date(day)?;
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else {
        return rest.is_empty().then_some(Moment::Day(day));
    };
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let local = NaiveDateTime::new(day, time_of_day(clock)?);
    let utc = local.checked_sub_offset(offset(zone)?)?;
    Some(Moment::Instant(utc.and_utc().timestamp_micros()))
}

/// Digits alone: a large list has two dates in each row, and chrono's reader of formats takes longer than all else of a row.
fn date(text: &str) -> Option<NaiveDate> {
    if !has_shape(text, b"dddd-dd-dd") {
        return None;
    }
    let mut numbers = text.split('-').map(str::parse::<u32>);
    let [year, month, day] = std::array::from_fn(|_| numbers.next()?.ok());
    NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?)
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    if has_shape(text, b"dd:dd") {
        return NaiveTime::parse_from_str(text, "%H:%M").ok();
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
    (digits && has_shape(whole, b"dd:dd:dd"))
        .then(|| NaiveTime::parse_from_str(text, "%H:%M:%S%.f").ok())
        .flatten()
}

fn offset(zone: &str) -> Option<FixedOffset> {
    if matches!(zone, "" | "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = zone.split_at_checked(1)?;
    let (hours, minutes) = match digits.len() {
        2 if has_shape(digits, b"dd") => (digits, "00"),
        4 if has_shape(digits, b"dddd") => digits.split_at_checked(2)?,
        5 if has_shape(digits, b"dd:dd") => digits.split_once(':')?,
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let seconds = (minutes < 60).then_some(hours * 3600 + minutes * 60)?;
    FixedOffset::east_opt(if sign == "-" { -seconds } else { seconds })
}

fn has_shape(text: &str, shape: &[u8]) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape).all(|(b, s)| if *s == b'd' { b.is_ascii_digit() } else { b == *s })
}

#[cfg(test)]
mod tests {
    use super::{expires, valid_from};

    const DAY: i64 = 86_400_000_000;
    const HOUR: i64 = 3_600_000_000;
    /// 2026-03-01T00:00Z, counted with `date -u -d 2026-03-01 +%s`.
    const MARCH: i64 = 1_772_323_200_000_000;

    #[test]
    fn a_date_alone_starts_at_midnight_and_includes_its_day() {
        assert_eq!(valid_from("2026-03-01"), Some(MARCH));
        assert_eq!(expires("2026-03-01"), Some(MARCH + DAY));
        assert_eq!(expires("2026-02-28"), Some(MARCH));
        assert_eq!(expires("2024-02-29"), valid_from("2024-03-01"));
    }

    #[test]
    fn a_time_is_utc_unless_a_zone_is_written() {
        for (text, hours) in [
            ("2026-03-01T06:00", 6),
            ("2026-03-01 06:00:00", 6),
            ("2026-03-01T06:00:00Z", 6),
            ("2026-03-01t06:00:00.000z", 6),
            ("2026-03-01T06:00+02:00", 4),
            ("2026-03-01T06:00+0200", 4),
            ("2026-03-01T06:00-05", 11),
            ("2026-03-01T00:30+01:30", -1),
        ] {
            assert_eq!(expires(text), Some(MARCH + hours * HOUR), "{text}");
            assert_eq!(valid_from(text), expires(text), "{text}");
        }
        assert_eq!(expires("2026-03-01T00:00:00.000001Z"), Some(MARCH + 1));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "never",
            "2026",
            "2026-3-1",
            "2026-13-01",
            "2026-02-30",
            "01.03.2026",
            "03/01/2026",
            "20260301",
            "+026-03-01",
            "2026-03-01T",
            "2026-03-01T6:00",
            "2026-03-01T25:00",
            "2026-03-01T06:00:00.",
            "2026-03-01T06:00:00.1234567890",
            "2026-03-01T06:00+2",
            "2026-03-01T06:00++2",
            "2026-03-01T06:00++2+0",
            "2026-03-01T06:00++2:00",
            "2026-03-01T06:00+02:60",
            "2026-03-01T06:00 CET",
            "2026-03-01x",
            "2026-03-01T06:00Zx",
            "２０２６-03-01",
            "2026-03-0é",
        ] {
            assert_eq!(expires(text), None, "{text}");
        }
    }
}
