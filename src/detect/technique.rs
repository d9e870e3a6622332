//! The technique of MITRE ATT&CK that a finding is about.

use super::verdict::Verdict;

/// Which technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Technique {
    /// None: nothing was found.
    #[default]
    None,
    /// Code that IIS loads: a server software component.
    Component,
    /// A protection was switched off.
    Protection,
    /// A log was switched off.
    Logging,
    /// That of the watched setting.
    OfSetting,
}

/// Modules whose absence stops a log.
const LOGGING: [&str; 4] =
    ["HttpLoggingModule", "CustomLoggingModule", "FailedRequestsTracingModule", "RequestMonitorModule"];

impl Technique {
    /// That of a verdict on a module; `weakens` where a protective module, or all of them, went away or run in fewer places.
    pub(super) fn of(verdict: Verdict, name: &str, weakens: bool) -> Self {
        match verdict {
            Verdict::NotModule => Self::None,
            _ if weakens && LOGGING.contains(&name) => Self::Logging,
            _ if weakens => Self::Protection,
            _ => Self::Component,
        }
    }

    /// The id; empty where it is none, or that of the setting.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::None | Self::OfSetting => "",
            Self::Component => "T1505.004",
            Self::Protection => "T1562.001",
            Self::Logging => "T1562.002",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::severity;

    #[test]
    fn every_module_whose_absence_stops_a_log_is_protective() {
        assert!(LOGGING.iter().all(|name| severity::is_protective(name)));
    }
}
