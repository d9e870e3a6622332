//! Where and when an entry counts: everything that differs between two rows about the same module.

use std::borrow::Cow;

use super::column::Column;
use super::entry::{Effect, Entry};
use crate::iis::{Action, precondition};

/// The facts of one row that decide whether an entry is in force.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Host name in lower case, short or full; empty when unknown.
    pub host: &'a str,
    /// `ConfigPath` as written.
    pub config_path: &'a str,
    /// `EffectiveLocationPath` as written; empty where there is none.
    pub location: &'a str,
    /// What happened.
    pub action: Action,
    /// `preCondition`, where the facts show it.
    pub precondition: Option<&'a str>,
    /// The row's own time, in microseconds since 1970-01-01T00:00Z.
    pub time: i64,
}

/// Whether an entry that matches the module also counts here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeAnswer {
    /// It counts.
    InForce,
    /// Its `expires` is past.
    Expired,
    /// Its `valid_from` is yet to come.
    NotYet,
    /// It is for another host, place, action or preCondition; the first such column is named.
    OutOfScope(Column),
}

impl Entry {
    /// Whether the entry is in force for a row with these facts.
    ///
    /// A fact that is not known never helps an allow entry and never hinders a deny entry. Only a hidden
    /// preCondition is passed over for both: most renderings never show it.
    #[must_use]
    pub fn scope(&self, scope: &Scope<'_>) -> ScopeAnswer {
        let unknown = self.effect == Effect::Deny;
        let host =
            self.host.is_any() || if scope.host.is_empty() { unknown } else { self.is_for_host(scope.host) };
        let place = self.config_path.is_any()
            || if scope.config_path.is_empty() && scope.location.is_empty() {
                unknown
            } else {
                self.config_path.matches(&place(scope).to_lowercase())
            };
        let action = self.actions.is_empty()
            || self.actions.contains(&scope.action)
            || scope.action == Action::Changed && unknown;
        let conditions = self.precondition.is_empty()
            || scope.precondition.is_none_or(|seen| precondition::same(&self.precondition, seen));
        let columns = [
            (host, Column::Host),
            (place, Column::ConfigPath),
            (action, Column::Action),
            (conditions, Column::Precondition),
        ];
        if let Some((_, column)) = columns.into_iter().find(|(in_scope, _)| !in_scope) {
            return ScopeAnswer::OutOfScope(column);
        }
        if self.valid_from.is_some_and(|from| scope.time < from) {
            return ScopeAnswer::NotYet;
        }
        if self.expires.is_some_and(|end| scope.time >= end) {
            return ScopeAnswer::Expired;
        }
        ScopeAnswer::InForce
    }

    /// An entry for `web01` is for `web01.corp.example` too; one for the full name is not for a bare `web01`,
    /// which may be of another domain.
    fn is_for_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        self.host.matches(host) || self.host.matches(short_name(host))
    }
}

/// The first label of a host name; an IPv4 address has no shorter form.
pub(super) fn short_name(host: &str) -> &str {
    let is_address = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    host.split('.').next().filter(|short| !short.is_empty() && !is_address).unwrap_or(host)
}

/// The place that a change is about. The form of a non-empty `EffectiveLocationPath` is not recorded: a whole
/// path stands for itself, anything else is taken as below `ConfigPath`.
fn place<'a>(scope: &Scope<'a>) -> Cow<'a, str> {
    let location = scope.location.trim_matches('/');
    let config_path = scope.config_path.trim_matches('/');
    let is_whole = location.get(.."machine/".len()).is_some_and(|head| head.eq_ignore_ascii_case("machine/"));
    if location.is_empty() {
        Cow::Borrowed(config_path)
    } else if is_whole || config_path.is_empty() {
        Cow::Borrowed(location)
    } else {
        Cow::Owned(format!("{config_path}/{location}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, ScopeAnswer};
    use crate::allowlist::column::Column;
    use crate::allowlist::entry::{Effect, Entry, EntrySource};
    use crate::allowlist::patterns::Patterns;
    use crate::iis::Action;

    const ROW: Scope<'_> = Scope {
        host: "web01.corp.example",
        config_path: "MACHINE/WEBROOT/APPHOST/Default Web Site",
        location: "",
        action: Action::Added,
        precondition: None,
        time: 1_000,
    };

    fn entry(effect: Effect) -> Entry {
        Entry::any("e", EntrySource::Site, effect)
    }

    #[test]
    fn an_entry_without_scope_is_in_force() {
        assert_eq!(entry(Effect::Allow).scope(&ROW), ScopeAnswer::InForce);
        assert_eq!(entry(Effect::Allow).scope(&Scope { host: "", ..ROW }), ScopeAnswer::InForce);
    }

    #[test]
    fn hosts_by_full_or_short_name_without_case() {
        for (cell, host, matches) in [
            ("WEB01", "web01.corp.example", true),
            ("web01.corp.example", "web01.corp.example", true),
            ("web01.corp.example", "web01.corp.example.", true),
            ("web01.corp.example", "web01", false),
            ("web01", "web011", false),
            ("web*", "web01.corp.example", true),
            ("*.corp.example", "web01.corp.example", true),
            ("app?? | web01", "web01", true),
            ("10", "10.0.0.1", false),
            ("10.0.*", "10.0.0.1", true),
            ("web01", "", false),
            ("*", "", true),
        ] {
            let mut e = entry(Effect::Allow);
            e.host = Patterns::new(cell, None);
            let expected = if matches { ScopeAnswer::InForce } else { ScopeAnswer::OutOfScope(Column::Host) };
            assert_eq!(e.scope(&Scope { host, ..ROW }), expected, "{cell} for {host}");
        }
    }

    #[test]
    fn places_by_glob_with_the_location_below_the_path() {
        let apphost = "MACHINE/WEBROOT/APPHOST";
        for (cell, config_path, location, matches) in [
            (
                "machine/webroot/apphost/default web site",
                "MACHINE/WEBROOT/APPHOST/Default Web Site",
                "",
                true,
            ),
            ("MACHINE/WEBROOT/APPHOST/*", "MACHINE/WEBROOT/APPHOST/Default Web Site", "", true),
            ("MACHINE/WEBROOT/APPHOST/*", "MACHINE/WEBROOT/APPHOST/Default Web Site/app", "", false),
            ("MACHINE/WEBROOT/APPHOST/**", "MACHINE/WEBROOT/APPHOST/Default Web Site/app", "", true),
            (apphost, apphost, "", true),
            (apphost, apphost, "Shop", false),
            ("**/Shop", apphost, "Shop", true),
            ("**/Shop", apphost, "MACHINE/WEBROOT/APPHOST/Shop", true),
            ("Shop", "", "Shop", true),
            ("**/Shop", "", "", false),
        ] {
            let mut e = entry(Effect::Allow);
            e.config_path = Patterns::new(cell, Some('/'));
            let answer = e.scope(&Scope { config_path, location, ..ROW });
            let expected =
                if matches { ScopeAnswer::InForce } else { ScopeAnswer::OutOfScope(Column::ConfigPath) };
            assert_eq!(answer, expected, "{cell} for {config_path} {location}");
        }
    }

    #[test]
    fn the_dates_are_a_half_open_interval() {
        let mut e = entry(Effect::Allow);
        (e.valid_from, e.expires) = (Some(10), Some(20));
        for (time, answer) in [
            (9, ScopeAnswer::NotYet),
            (10, ScopeAnswer::InForce),
            (19, ScopeAnswer::InForce),
            (20, ScopeAnswer::Expired),
        ] {
            assert_eq!(e.scope(&Scope { time, ..ROW }), answer, "{time}");
        }
    }

    #[test]
    fn a_precondition_is_a_set_and_counts_only_when_seen() {
        let mut e = entry(Effect::Allow);
        e.precondition = "integratedMode, bitness64".into();
        let with = |precondition| e.scope(&Scope { precondition, ..ROW });
        assert_eq!(with(None), ScopeAnswer::InForce);
        assert_eq!(with(Some("bitness64,integratedMode")), ScopeAnswer::InForce);
        assert_eq!(with(Some("bitness64")), ScopeAnswer::OutOfScope(Column::Precondition));
    }

    #[test]
    fn what_is_unknown_never_helps_allow_and_never_hinders_deny() {
        let scopes = [
            Scope { host: "", ..ROW },
            Scope { config_path: "", ..ROW },
            Scope { action: Action::Changed, ..ROW },
        ];
        for (scope, column) in scopes.iter().zip([Column::Host, Column::ConfigPath, Column::Action]) {
            for (effect, expected) in
                [(Effect::Allow, ScopeAnswer::OutOfScope(column)), (Effect::Deny, ScopeAnswer::InForce)]
            {
                let mut e = entry(effect);
                e.host = Patterns::new("web01", None);
                e.config_path = Patterns::new("MACHINE/**", Some('/'));
                e.actions = vec![Action::Added];
                assert_eq!(e.scope(scope), expected, "{column:?}");
            }
        }
    }

    #[test]
    fn the_place_is_named_before_the_date() {
        let mut e = entry(Effect::Deny);
        e.host = Patterns::new("other", None);
        e.expires = Some(0);
        assert_eq!(e.scope(&ROW), ScopeAnswer::OutOfScope(Column::Host));
    }
}
