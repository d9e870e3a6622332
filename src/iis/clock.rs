//! What speaks against the time of an event. It is a reason beside a verdict, never a lower one: who sets the clock of a server
//! chooses the date at which entries of a list are compared.

/// An event whose time lies further than this ahead of its indexing was written under a clock that was moved, in microseconds.
pub const AHEAD: i64 = 10 * 60 * 1_000_000;
/// One that was indexed later than this is late; and entries are compared with both times. In microseconds.
pub const LATE: i64 = 24 * 3600 * 1_000_000;

/// What is known of an event's time beside the time itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// When the row was indexed, where that is known and far from its time: [`far`].
    pub indexed: Option<i64>,
    /// The record numbers of its host rise here while times fall.
    pub fell: bool,
}

/// How a time stands to that of indexing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// Near enough.
    Near,
    /// Ahead of it by more than [`AHEAD`].
    Ahead,
    /// Behind it by more than [`LATE`].
    Late,
}

impl Lag {
    /// Compares a time with that of indexing.
    #[must_use]
    pub fn of(time: i64, indexed: Option<i64>) -> Self {
        match indexed.map(|indexed| indexed.saturating_sub(time)) {
            Some(lag) if lag < -AHEAD => Self::Ahead,
            Some(lag) if lag > LATE => Self::Late,
            _ => Self::Near,
        }
    }
}

/// The time of indexing, where it is far from the event's own.
#[must_use]
pub fn far(time: i64, indexed: Option<i64>) -> Option<i64> {
    indexed.filter(|_| Lag::of(time, indexed) != Lag::Near)
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, LATE, Lag, far};

    #[test]
    fn ten_minutes_ahead_and_a_day_behind_are_far() {
        let time = 1_700_000_000_000_000;
        for (lag, expected) in [
            (0, Lag::Near),
            (-AHEAD, Lag::Near),
            (-AHEAD - 1, Lag::Ahead),
            (LATE, Lag::Near),
            (LATE + 1, Lag::Late),
            (i64::MAX, Lag::Late),
        ] {
            let indexed = Some(lag.saturating_add(time));
            assert_eq!(Lag::of(time, indexed), expected, "{lag}");
            assert_eq!(far(time, indexed).is_some(), expected != Lag::Near, "{lag}");
        }
        assert_eq!(Lag::of(time, None), Lag::Near);
    }
}
