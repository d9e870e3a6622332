//! What an honest server has by the hundred, and what says nothing by itself: it is only counted. This holds for who has read the
//! whole configuration of a server, an audit or a collector.

use super::verdict::{Severity, Verdict};
use crate::iis::{Class, FileFacts, ListOperation, ManagedType, Registration, change};

/// The keys of the assemblies that come with the .NET Framework.
const FRAMEWORK_KEYS: [&str; 3] = ["b77a5c561934e089", "b03f5f7f11d50a3a", "31bf3856ad364e35"];
/// The levels whose files are those of the .NET Framework.
const OF_FRAMEWORK: [&str; 2] = ["MACHINE", "MACHINE/WEBROOT"];

/// Whether somebody vouches for it.
pub(super) fn is_vouched_for(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::KnownGood | Verdict::Allowed)
}

/// Whether an entry of a whole configuration that got this verdict is only counted.
pub(super) fn entry(registration: &Registration<'_>, verdict: Verdict, severity: Severity) -> bool {
    let by_name = registration.image.is_empty() && registration.type_name.is_empty();
    let is_loud = severity > Severity::Low;
    match registration.operation {
        // The pair of image and name is judged where it is registered; a name that is nowhere is a problem.
        ListOperation::Add if by_name => {
            registration.knows_names && !(is_loud && verdict == Verdict::Unverified)
        }
        ListOperation::Add => {
            let place = (registration.config_path, registration.location);
            registration.class() == Class::Handler
                && of_type(verdict, severity, registration.type_name, place)
        }
        ListOperation::Remove | ListOperation::Clear => !is_loud && !is_vouched_for(verdict),
    }
}

/// Types that no list has and that are not asked about one by one: those that an application brings along, and those of the
/// .NET Framework in its own files. `place` is configuration path and location.
pub(super) fn of_type(verdict: Verdict, severity: Severity, type_name: &str, place: (&str, &str)) -> bool {
    if verdict != Verdict::Unknown || severity > Severity::Low || type_name.is_empty() {
        return false;
    }
    let (config_path, location) = place;
    if change::is_below_server(config_path, location) {
        return true;
    }
    let seen = ManagedType::parse(type_name);
    let key = seen.token.as_deref();
    OF_FRAMEWORK.iter().any(|level| config_path.eq_ignore_ascii_case(level))
        && (key.is_some_and(|key| FRAMEWORK_KEYS.contains(&key)) || seen.is_bare())
}

/// Whether something was found in an earlier version of the configuration, and not in itself.
pub(super) fn is_only_before(file: Option<&FileFacts<'_>>) -> bool {
    let is = |cell: &str, word: &str| cell.trim_ascii().eq_ignore_ascii_case(word);
    file.is_some_and(|facts| is(facts.found_in, "history") && !is(facts.also_in_config, "yes"))
}
