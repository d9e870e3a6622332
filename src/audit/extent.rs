//! How much of a server one run prints: everything once a day, and between what matters. Nothing is stored: the name of the host says
//! in which minute of the day everything is due, so that ten thousand hosts do not send it at once.

use sha2::{Digest, Sha256};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
const MINUTES: u32 = 1_440;
/// Runs are a little late, each by its own: what lies between two of them belongs to the earlier one, and this much more, in
/// seconds. So everything is now and then printed twice a day, and never not at all.
const LATE: i64 = 60;

/// How much one run prints, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Everything, because somebody asked for it.
    Asked,
    /// Everything, because the minute of the host lies between this run and the next.
    Daily,
    /// What no list explains, each file that is not as Microsoft signed it, and what was written since this time, in microseconds since
    /// 1970-01-01T00:00Z.
    Between {
        /// The time.
        since: i64,
    },
}

impl Extent {
    /// That of a run at `now`, in microseconds since 1970-01-01T00:00Z, of a host with runs `every` so many seconds. The name of the
    /// host is in lower case.
    pub fn of_run(host: &str, now: i64, every: u32) -> Self {
        let covered = i64::from(every) + LATE;
        let due = i64::from(minute(host)) * 60;
        let until_due = (due - now.div_euclid(SECOND)).rem_euclid(DAY);
        if until_due < covered { Self::Daily } else { Self::Between { since: now - covered * SECOND } }
    }

    /// The words of the columns `extent` and `reason`.
    pub fn words(self) -> [&'static str; 2] {
        match self {
            Self::Asked => ["full", "asked"],
            Self::Daily => ["full", "daily"],
            Self::Between { .. } => ["between", "between"],
        }
    }

    /// Whether what was written at this time is printed in any case. Of an unknown time it is.
    pub fn covers(self, written: Option<i64>) -> bool {
        match self {
            Self::Asked | Self::Daily => true,
            Self::Between { since } => written.is_none_or(|written| written >= since),
        }
    }

    pub fn is_full(self) -> bool {
        !matches!(self, Self::Between { .. })
    }
}

/// The minute of the day of a host.
fn minute(host: &str) -> u32 {
    let hash = Sha256::digest(host.as_bytes());
    let first = hash.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    first % MINUTES
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often everything is printed in a day of runs that are each late by `late` seconds.
    fn in_a_day(host: &str, begun: i64, every: u32, late: i64) -> usize {
        let step = i64::from(every) + late;
        let runs = (0..).map(|run| begun + run * step).take_while(|at| *at < begun + 10 * DAY);
        runs.filter(|at| Extent::of_run(host, at * SECOND, every) == Extent::Daily).count()
    }

    #[test]
    fn once_a_day_whenever_the_runs_begin() {
        for (begun, every) in [(0, 600), (7_919, 3_600), (15_838, 14_400), (23_757, 43_200), (31_676, 86_400)]
        {
            for host in 0..40 {
                let host = format!("web{host:02}.example.com");
                for late in [0, 3, 50] {
                    let full = in_a_day(&host, 1_700_000_000 + begun, every, late);
                    // Ten days. A run may be the second of each day that covers the minute, and never are there none.
                    assert!((9..=20).contains(&full), "{host} every {every} late {late}: {full}");
                }
            }
        }
        assert_eq!(Extent::of_run("a", 0, 90_000), Extent::Daily);
    }

    #[test]
    fn hosts_have_minutes_of_their_own() {
        let minutes: std::collections::BTreeSet<u32> =
            (0..10_000).map(|host| minute(&format!("web{host}"))).collect();
        assert!(minutes.len() > 1_400 && minutes.iter().all(|minute| *minute < MINUTES), "{}", minutes.len());
    }

    #[test]
    fn what_was_written_within_the_interval_is_covered() {
        let between = Extent::Between { since: 100 };
        assert!(between.covers(Some(100)) && between.covers(None) && !between.covers(Some(99)));
        assert!(Extent::Asked.covers(Some(0)) && Extent::Daily.is_full() && !between.is_full());
    }
}
