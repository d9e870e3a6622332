//! What splunkd says about the search.

use crate::arguments::Arguments;

/// What splunkd says about the search. Every part is optional: versions of Splunk differ in what they send.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SearchInfo {
    /// What was typed after the command's name.
    pub arguments: Arguments,
    /// Start of the search's time range in epoch seconds; 0 for "all time".
    pub earliest_time: Option<f64>,
    /// End of the search's time range in epoch seconds; 0 for "all time".
    pub latest_time: Option<f64>,
    /// Id of the search job.
    pub sid: Option<String>,
    /// The app in which the search runs.
    pub app: Option<String>,
    /// The user who owns the search.
    pub owner: Option<String>,
    /// The command's name as typed; Splunk 6.3 does not send it.
    pub command: Option<String>,
    /// For example `8.2.1`.
    pub splunk_version: Option<String>,
    /// True when the process makes preview results only.
    pub preview: bool,
}
