//! Dates as programs of Windows write them for people: `12/19/2022 6:40:32 PM`, `19.12.2022 18:40:32`.
//!
//! Which of two numbers is the month depends on the language of whoever exported the file. One export is written in one
//! language, so that a date that can be read in one way only tells how to read all dates of its file. Where none does, a date
//! with two readings stays as it is: a wrong month is worse than none.

use chrono::{NaiveDate, NaiveTime};

/// Which of the first two numbers comes first, where a date ends with its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// 31/12/2022
    Day,
    /// 12/31/2022
    Month,
}

/// What the dates of a file tell about their order.
#[derive(Debug, Default)]
pub(super) struct Orders {
    day: bool,
    month: bool,
}

impl Orders {
    /// Takes note of a text. Whether it is a date with two readings, so that other dates must tell which is meant.
    pub(super) fn note(&mut self, text: &[u8]) -> bool {
        let Some(date) = written(text) else { return false };
        let own = date.own_order();
        self.day |= own == Some(Order::Day);
        self.month |= own == Some(Order::Month);
        own.is_none() && date.first != date.second
    }

    /// The order that the dates tell; `None` where none does, or where they contradict each other.
    pub(super) fn order(&self) -> Option<Order> {
        match (self.day, self.month) {
            (true, false) => Some(Order::Day),
            (false, true) => Some(Order::Month),
            _ => None,
        }
    }
}

/// A date and time in ISO 8601; `None` for a text of another form, and for one with two readings that `order` does not tell
/// apart.
pub(super) fn iso(text: &[u8], order: Option<Order>) -> Option<String> {
    let date = written(text)?;
    let order = date.own_order().or(order).or((date.first == date.second).then_some(Order::Day))?;
    let (day, month) = match order {
        Order::Day => (date.first, date.second),
        Order::Month => (date.second, date.first),
    };
    let day = NaiveDate::from_ymd_opt(date.year, month, day)?;
    Some(format!("{day}T{}{}", date.time, date.fraction))
}

/// The number of a day as a spreadsheet counts, with its time as a fraction, in ISO 8601 and to the second: between 2000 and
/// 2100. As seconds it would be a day of 1970.
pub(super) fn of_spreadsheet(text: &[u8]) -> Option<String> {
    /// 2000-01-01 and 2100-01-01, counted from 1899-12-30.
    const DAYS: std::ops::Range<i64> = 36_526..73_051;
    const SECONDS: f64 = 86_400.0;
    let text = std::str::from_utf8(text).ok()?.trim();
    let (days, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_number =
        days.len() == 5 && [days, fraction].iter().all(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let days: i64 = days.parse().ok().filter(|days| is_number && DAYS.contains(days))?;
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    // Less than a day, so that it fits.
    #[allow(clippy::cast_possible_truncation)]
    let seconds = (fraction * SECONDS).round() as i64;
    let time = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    let time = time.checked_add_signed(chrono::TimeDelta::seconds(days * 86_400 + seconds))?;
    Some(time.format("%Y-%m-%dT%H:%M:%S").to_string())
}

/// A date as written.
struct Written<'a> {
    first: u32,
    second: u32,
    year: i32,
    /// The separator, or where the year stands, tells the order.
    order: Option<Order>,
    time: NaiveTime,
    /// With its point; empty where there is none.
    fraction: &'a str,
}

impl Written<'_> {
    /// The order, where the date itself tells it.
    fn own_order(&self) -> Option<Order> {
        self.order.or(match (self.first > 12, self.second > 12) {
            (true, false) => Some(Order::Day),
            (false, true) => Some(Order::Month),
            _ => None,
        })
    }
}

fn written(text: &[u8]) -> Option<Written<'_>> {
    // Any white space: newer versions of .NET write a narrow one before AM.
    let mut words = std::str::from_utf8(text).ok()?.split_whitespace();
    // .NET writes a comma behind the date in some languages, and so does a browser.
    let date = words.next()?;
    let (date, time, half) = (date.strip_suffix(',').unwrap_or(date), words.next()?, words.next());
    if words.next().is_some() {
        return None;
    }
    let (time, fraction) = time_of_day(time, half)?;
    let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '.' | '-'))?;
    let mut parts = date.split(separator);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (first, second, year, order) = match (one.len(), three.len()) {
        // No language writes the day before the month behind a year.
        (4, 1..=2) => (number(two)?, number(three)?, one, Some(Order::Month)),
        // No language writes points and the month first.
        (1..=2, 4) => (number(one)?, number(two)?, three, (separator == '.').then_some(Order::Day)),
        _ => return None,
    };
    let year = i32::try_from(number(year)?).ok()?;
    Some(Written { first, second, year, order, time, fraction })
}

/// A time such as `6:40:32`, with the word that stands behind it.
fn time_of_day<'a>(time: &'a str, half: Option<&str>) -> Option<(NaiveTime, &'a str)> {
    let (whole, fraction) = match time.rfind('.') {
        Some(point) if time.contains(':') => time.split_at_checked(point)?,
        _ => (time, ""),
    };
    if fraction.len() == 1 || !fraction.bytes().skip(1).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut parts = whole.split([':', '.']);
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) && half.eq_ignore_ascii_case("AM") => hour % 12,
        Some(half) if (1..=12).contains(&hour) && half.eq_ignore_ascii_case("PM") => hour % 12 + 12,
        Some(_) => return None,
    };
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, fraction))
}

/// Up to four digits.
fn number(text: &str) -> Option<u32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Option<Order>; 3] = [None, Some(Order::Day), Some(Order::Month)];

    #[test]
    fn dates_with_one_reading() {
        for (text, expected) in [
            ("12/19/2022 06:40:32 PM", "2022-12-19T18:40:32"),
            ("12/19/2022 6:40:32\u{202f}pm", "2022-12-19T18:40:32"),
            ("19/12/2022 18:40:32", "2022-12-19T18:40:32"),
            ("19-12-2022 18:40", "2022-12-19T18:40:00"),
            ("1.12.2022 00:05:06", "2022-12-01T00:05:06"),
            ("01.12.2022 09.05.06", "2022-12-01T09:05:06"),
            ("2022/12/1 9:05:06.1234567", "2022-12-01T09:05:06.1234567"),
            ("2022-12-01 9:05:06 AM", "2022-12-01T09:05:06"),
            ("5/5/2022 12:00:00 AM", "2022-05-05T00:00:00"),
            ("5/5/2022 12:00:00 PM", "2022-05-05T12:00:00"),
            (" 2/29/2024  1:02:03 AM ", "2024-02-29T01:02:03"),
        ] {
            for order in BOTH {
                assert_eq!(iso(text.as_bytes(), order).as_deref(), Some(expected), "{text} {order:?}");
            }
        }
    }

    #[test]
    fn a_date_with_two_readings_needs_its_file() {
        for text in ["1/12/2026 9:14:10 AM", "01-12-2026 09:14:10"] {
            let read = BOTH.map(|order| iso(text.as_bytes(), order));
            let expected = [None, Some("2026-12-01T09:14:10"), Some("2026-01-12T09:14:10")];
            assert_eq!(read.each_ref().map(Option::as_deref), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_such_date_is_left() {
        for text in [
            "",
            "x",
            "1700000000.5",
            "2022-12-19T18:40:32Z",
            "2026-01-12T09:14:10.120 CET",
            "12/19/22 06:40:32 PM",
            "12/19/2022",
            "13/13/2022 06:40:32",
            "2/30/2022 06:40:32 AM",
            "12/19/2022 13:40:32 PM",
            "12/19/2022 0:40:32 AM",
            "12/19/2022 24:40:32",
            "12/19/2022 06:40:32 PM UTC",
            "12/19/2022 06:40:32.",
            "12/19/2022 06:40:32.x",
            "12/19/2022/1 06:40:32",
            "12/19.2022 06:40:32",
            "+1/19/2022 06:40:32",
            "12/19/2022 06",
            "12/19/2022 06:40:32:1",
        ] {
            for order in BOTH {
                assert_eq!(iso(text.as_bytes(), order), None, "{text} {order:?}");
            }
        }
    }

    #[test]
    fn the_order_is_that_of_the_dates_with_one_reading() {
        let order_of = |texts: &[&str]| {
            let mut orders = Orders::default();
            for text in texts {
                orders.note(text.as_bytes());
            }
            orders.order()
        };
        for (texts, expected) in [
            (&["1/12/2026 9:14:10 AM"][..], None),
            (&["1/12/2026 9:14:10 AM", "1/13/2026 9:14:10 AM"], Some(Order::Month)),
            (&["13/1/2026 9:14:10", "1/12/2026 9:14:10", ""], Some(Order::Day)),
            (&["13/1/2026 9:14:10", "1/13/2026 9:14:10"], None),
            (&["yesterday", "1700000000"], None),
        ] {
            assert_eq!(order_of(texts), expected, "{texts:?}");
        }
    }
}
